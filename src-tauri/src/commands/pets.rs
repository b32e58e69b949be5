//! Pets.

use petrel_domain::desk::{MergePetsInput, PetDeath, PetDeathInput, PetDetails, PetPage, PetPair, Saved, WeightCorrection, WeightInput};
use petrel_domain::{ClientId, PetId, RecordId, Species};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

#[tauri::command(async)]
#[specta::specta]
pub fn pet_page(desk: State<'_, Desk>, id: PetId) -> Answer<PetPage> {
    desk.ask(|store, actor| store.pet_page(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn breeds(desk: State<'_, Desk>, species: Species) -> Answer<Vec<String>> {
    desk.ask(|store, actor| store.breeds(actor, species))
}

#[tauri::command(async)]
#[specta::specta]
pub fn create_pet(desk: State<'_, Desk>, client_id: ClientId, input: PetDetails) -> Answer<Saved<PetId>> {
    desk.save(|store, actor| store.create_pet(actor, client_id, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_pet(desk: State<'_, Desk>, id: PetId, input: PetDetails) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.save_pet(actor, id, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn delete_pet(desk: State<'_, Desk>, id: PetId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.delete_pet(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn move_pet(desk: State<'_, Desk>, id: PetId, client_id: ClientId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.move_pet(actor, id, client_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn compare_pets(desk: State<'_, Desk>, into: PetId, from: PetId) -> Answer<PetPair> {
    desk.ask(|store, actor| store.compare_pets(actor, into, from))
}

#[tauri::command(async)]
#[specta::specta]
pub fn merge_pets(desk: State<'_, Desk>, input: MergePetsInput) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.merge_pets(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn dismiss_same_pets(desk: State<'_, Desk>, first: PetId, second: PetId, are_two: bool) -> Answer<Saved<()>> {
    desk.save(|store, actor| {
        store.dismiss_same_pets(actor, first, second, are_two)?;
        // Nothing of the clinic changed, but its pairs of pets are to be asked for again.
        Ok(Saved { value: (), changes: vec!["pets".to_owned()], undo: None })
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn record_weight(desk: State<'_, Desk>, input: WeightInput) -> Answer<Saved<RecordId>> {
    desk.save(|store, actor| store.record_weight(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn correct_weight(desk: State<'_, Desk>, input: WeightCorrection) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.correct_weight(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_weight(desk: State<'_, Desk>, id: RecordId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.remove_weight(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn record_death(desk: State<'_, Desk>, input: PetDeathInput) -> Answer<Saved<PetDeath>> {
    desk.save(|store, actor| store.record_death(actor, input))
}

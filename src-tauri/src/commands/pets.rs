//! Pets.

use petrel_domain::desk::{PetDeath, PetDeathInput, PetDetails, PetPage, Saved, WeightCorrection, WeightInput};
use petrel_domain::{ClientId, PetId, RecordId};
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

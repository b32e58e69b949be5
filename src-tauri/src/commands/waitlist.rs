//! The waitlist, and what needs a person.

use petrel_domain::desk::{NeedsAttention, Saved, WaitlistEntry, WaitlistInput, WaitlistMatch, WaitlistMatchQuery};
use petrel_domain::{ClientId, WaitlistEntryId};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

#[tauri::command(async)]
#[specta::specta]
pub fn waitlist(desk: State<'_, Desk>) -> Answer<Vec<WaitlistEntry>> {
    desk.ask(|store, actor| store.waitlist(actor))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_to_waitlist(desk: State<'_, Desk>, input: WaitlistInput) -> Answer<Saved<WaitlistEntryId>> {
    desk.save(|store, actor| store.add_to_waitlist(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_waitlist_entry(desk: State<'_, Desk>, id: WaitlistEntryId, input: WaitlistInput) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.save_waitlist_entry(actor, id, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_from_waitlist(desk: State<'_, Desk>, id: WaitlistEntryId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.remove_from_waitlist(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn waitlist_matches(desk: State<'_, Desk>, query: WaitlistMatchQuery) -> Answer<Vec<WaitlistMatch>> {
    desk.ask(|store, actor| store.waitlist_matches(actor, &query))
}

#[tauri::command(async)]
#[specta::specta]
pub fn needs_attention(desk: State<'_, Desk>) -> Answer<NeedsAttention> {
    desk.ask(|store, actor| store.needs_attention(actor))
}

#[tauri::command(async)]
#[specta::specta]
pub fn dismiss_duplicate(desk: State<'_, Desk>, first: ClientId, second: ClientId, are_two: bool) -> Answer<Saved<()>> {
    desk.save(|store, actor| {
        store.dismiss_duplicate(actor, first, second, are_two)?;
        // Nothing of the clinic changed, but its pairs of clients are to be asked for again.
        Ok(Saved { value: (), changes: vec!["clients".to_owned()], undo: None })
    })
}

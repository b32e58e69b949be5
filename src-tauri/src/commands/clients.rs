//! Clients and the search.

use petrel_domain::ClientId;
use petrel_domain::desk::{Client, ClientDetails, ClientPage, ClientRow, ClientsQuery, MergeInput, SamePets, Saved, SearchHit};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

#[tauri::command(async)]
#[specta::specta]
pub fn clients(desk: State<'_, Desk>, query: ClientsQuery) -> Answer<ClientPage> {
    desk.ask(|store, actor| store.clients(actor, &query))
}

#[tauri::command(async)]
#[specta::specta]
pub fn all_tags(desk: State<'_, Desk>) -> Answer<Vec<String>> {
    desk.ask(|store, actor| store.all_tags(actor))
}

#[tauri::command(async)]
#[specta::specta]
pub fn search(desk: State<'_, Desk>, text: String, limit: u16) -> Answer<Vec<SearchHit>> {
    desk.ask(|store, actor| store.search(actor, &text, limit))
}

#[tauri::command(async)]
#[specta::specta]
pub fn client(desk: State<'_, Desk>, id: ClientId) -> Answer<Client> {
    desk.ask(|store, actor| store.client(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn create_client(desk: State<'_, Desk>, input: ClientDetails) -> Answer<Saved<ClientId>> {
    desk.save(|store, actor| store.create_client(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_client(desk: State<'_, Desk>, id: ClientId, input: ClientDetails) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.save_client(actor, id, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn delete_client(desk: State<'_, Desk>, id: ClientId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.delete_client(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn merge_clients(desk: State<'_, Desk>, input: MergeInput) -> Answer<Saved<Vec<SamePets>>> {
    desk.save(|store, actor| store.merge_clients(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn possible_duplicates(desk: State<'_, Desk>, input: ClientDetails, except: Option<ClientId>) -> Answer<Vec<ClientRow>> {
    desk.ask(|store, actor| store.possible_duplicates(actor, &input, except))
}

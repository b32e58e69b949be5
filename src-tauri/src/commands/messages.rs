//! Messages.

use petrel_domain::desk::{ClientMessage, MessagePage, NotifyInput, Saved, WriteInput};
use petrel_domain::{AppointmentId, ClientId, MessageId};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

#[tauri::command(async)]
#[specta::specta]
pub fn notify_client(desk: State<'_, Desk>, input: NotifyInput) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.notify_client(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn write_to_client(desk: State<'_, Desk>, input: WriteInput) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.write_to_client(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn cancel_message(desk: State<'_, Desk>, id: MessageId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.cancel_message(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn messages_of_client(desk: State<'_, Desk>, client_id: ClientId, before: Option<MessageId>) -> Answer<MessagePage> {
    desk.ask(|store, actor| store.messages_of_client(actor, client_id, before))
}

#[tauri::command(async)]
#[specta::specta]
pub fn messages_of_visit(desk: State<'_, Desk>, id: AppointmentId) -> Answer<Vec<ClientMessage>> {
    desk.ask(|store, actor| store.messages_of_visit(actor, id))
}

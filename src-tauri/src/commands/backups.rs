//! Backups.

use std::path::Path;

use petrel_domain::desk::{AppState, Backup};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

/// The backups there are.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_backups(desk: State<'_, Desk>) -> Answer<Vec<Backup>> {
    desk.off_main(move |desk| desk.list_backups()).await
}

/// Puts a backup in the clinic's place.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore_backup(desk: State<'_, Desk>, path: String) -> Answer<AppState> {
    desk.off_main(move |desk| desk.restore_backup(Path::new(&path))).await
}

/// Makes a backup now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn backup_now(desk: State<'_, Desk>) -> Answer<Backup> {
    desk.off_main(move |desk| desk.backup_now()).await
}

/// Makes the board, the search and the figures anew from the records.
#[tauri::command]
#[specta::specta]
pub(crate) async fn make_derived_anew(desk: State<'_, Desk>) -> Answer<()> {
    desk.off_main(move |desk| desk.make_derived_anew()).await
}

/// Chooses a second folder for backups, or none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_second_folder(desk: State<'_, Desk>, folder: Option<String>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.set_second_folder(folder.as_deref().map(Path::new))).await
}

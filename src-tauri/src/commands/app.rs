//! The program itself: opening, signing in, the desk's own settings, undo.

use petrel_domain::StaffId;
use petrel_domain::desk::{ActionId, AppState, KeyStore, NewClinic, Saved, SignInChoice, UndoOffer};
use petrel_store::DemoPlan;
use tauri::{State, WebviewWindow};

use super::Answer;
use crate::desk::Desk;
use crate::{window, zones};

/// Where the program stands.
#[tauri::command]
#[specta::specta]
pub(crate) async fn app_state(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.app_state()).await
}

/// Makes a new clinic.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_clinic(desk: State<'_, Desk>, input: NewClinic) -> Answer<AppState> {
    desk.off_main(move |desk| desk.create_clinic(input)).await
}

/// Makes the demo clinic.
#[tauri::command]
#[specta::specta]
pub(crate) async fn create_demo_clinic(desk: State<'_, Desk>, clients: u32, timezone: String, locale: String) -> Answer<AppState> {
    desk.off_main(move |desk| desk.create_demo_clinic(DemoPlan { clients, timezone, locale, ..DemoPlan::default() })).await
}

/// Opens a file whose key is under a passphrase.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_with_passphrase(desk: State<'_, Desk>, passphrase: String) -> Answer<AppState> {
    desk.off_main(move |desk| desk.unlock(&passphrase)).await
}

/// Tries to open the file again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_open(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.open()).await
}

/// Moves the file aside, out of trouble.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_aside_file(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.set_aside_file()).await
}

/// Somebody knows that a backup took a damaged file's place.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dismiss_recovered(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.dismiss_recovered()).await
}

/// Leaves the clinic at work, whose file is set aside.
#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_clinic(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.leave_clinic()).await
}

/// Sets the passphrase that opens the file and its backups on any computer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_recovery_passphrase(desk: State<'_, Desk>, passphrase: String) -> Answer<AppState> {
    desk.off_main(move |desk| desk.set_recovery_passphrase(&passphrase)).await
}

/// Keeps the key of the file in another way.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_key(desk: State<'_, Desk>, store: KeyStore, passphrase: Option<String>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.keep_key(store, passphrase.as_deref())).await
}

/// Sets the PIN of an owner who forgot it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reset_pin(desk: State<'_, Desk>, staff_id: StaffId, passphrase: String, pin: String) -> Answer<AppState> {
    desk.off_main(move |desk| desk.reset_pin(staff_id, &passphrase, &pin)).await
}

/// Who may sign in here.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn sign_in_choices(desk: State<'_, Desk>) -> Answer<Vec<SignInChoice>> {
    desk.sign_in_choices()
}

/// Signs somebody in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_in(desk: State<'_, Desk>, staff_id: StaffId, pin: Option<String>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.sign_in(staff_id, pin.as_deref())).await
}

/// Locks the desk.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn lock(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.lock()
}

/// Somebody is here: the desk does not lock yet.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn touch(desk: State<'_, Desk>) -> Answer<()> {
    desk.touch()
}

/// The computer's zone.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn system_timezone() -> Answer<String> {
    Ok(zones::of_this_computer())
}

/// The zones there are, by name.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn timezones() -> Answer<Vec<String>> {
    Ok(zones::all())
}

/// Whether the system's keychain can be used.
#[tauri::command]
#[specta::specta]
pub(crate) async fn detect_keychain(desk: State<'_, Desk>) -> Answer<bool> {
    desk.off_main(move |desk| Ok(desk.keys().is_keychain_ok())).await
}

/// A setting of this desk, as JSON.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn desk_setting(desk: State<'_, Desk>, key: String) -> Answer<Option<String>> {
    desk.desk_setting(&key)
}

/// Sets a setting of this desk.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn set_desk_setting(desk: State<'_, Desk>, key: String, value: String) -> Answer<()> {
    desk.set_desk_setting(&key, &value)
}

/// What was being typed when the program ended.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn draft(desk: State<'_, Desk>, key: String) -> Answer<Option<String>> {
    desk.draft(&key)
}

/// Keeps what is being typed, or lets go of it.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn set_draft(desk: State<'_, Desk>, key: String, value: Option<String>) -> Answer<()> {
    desk.set_draft(&key, value.as_deref())
}

/// Takes back an action.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn undo(desk: State<'_, Desk>, action_id: ActionId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.undo(actor, action_id))
}

/// The last action that can be taken back.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn undo_offer(desk: State<'_, Desk>) -> Answer<Option<UndoOffer>> {
    desk.ask(|store, _| store.undo_offer())
}

/// Stops the long work under way.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn cancel_work(desk: State<'_, Desk>) -> Answer<()> {
    desk.cancel_work();
    Ok(())
}

/// The first screen is drawn: the window can be seen.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn window_ready(window: WebviewWindow) -> Answer<()> {
    window::show(&window);
    Ok(())
}

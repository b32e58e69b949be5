//! The hub: joining, the badge, devices, what waits for a person, history.

use std::path::Path;

use petrel_domain::desk::{
    AppState, DeviceCode, DonePage, HistoryPage, HubDevice, JoinClinic, JoinHub, LostChoice, RejectedChange, RepairedTable, ResendChange,
    Saved, Seq, SyncState,
};
use petrel_domain::{AppointmentId, StaffId};
use tauri::State;
use uuid::Uuid;

use super::Answer;
use crate::desk::Desk;

/// How this desk stands to its hub.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn sync_state(desk: State<'_, Desk>) -> Answer<SyncState> {
    desk.sync_state()
}

/// Talks to the hub now.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn sync_now(desk: State<'_, Desk>) -> Answer<()> {
    desk.sync_now()
}

/// Joins a clinic, on a desk that has none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn join_clinic(desk: State<'_, Desk>, input: JoinClinic) -> Answer<AppState> {
    desk.off_main(move |desk| desk.join_clinic(input)).await
}

/// Goes on with joining a clinic.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_join(desk: State<'_, Desk>, passphrase: Option<String>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.resume_join(passphrase.as_deref())).await
}

/// Discards a clinic that has not come whole.
#[tauri::command]
#[specta::specta]
pub(crate) async fn discard_join(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.off_main(Desk::discard_join).await
}

/// Ties this desk's clinic to a hub.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect_hub(desk: State<'_, Desk>, input: JoinHub) -> Answer<SyncState> {
    desk.off_main(move |desk| desk.connect_hub(input)).await
}

/// Lets the hub go.
#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_hub(desk: State<'_, Desk>) -> Answer<SyncState> {
    desk.off_main(move |desk| desk.leave_hub()).await
}

/// The desks of the clinic.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hub_devices(desk: State<'_, Desk>) -> Answer<Vec<HubDevice>> {
    desk.off_main(move |desk| desk.hub_devices()).await
}

/// Locks a desk out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn revoke_device(desk: State<'_, Desk>, id: Uuid) -> Answer<()> {
    desk.off_main(move |desk| desk.revoke_device(id)).await
}

/// A code that lets one more desk in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn new_device_code(desk: State<'_, Desk>) -> Answer<DeviceCode> {
    desk.off_main(move |desk| desk.new_device_code()).await
}

/// Builds this desk's file anew from the hub.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rebuild_desk(desk: State<'_, Desk>) -> Answer<AppState> {
    desk.off_main(move |desk| desk.rebuild_desk()).await
}

/// What the hub can never take and nobody has settled.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn rejected_changes(desk: State<'_, Desk>) -> Answer<Vec<RejectedChange>> {
    desk.ask(|store, actor| store.rejected_changes(actor))
}

/// Sends something rejected again, with values set right.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn resend_rejected(desk: State<'_, Desk>, input: ResendChange) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.resend_rejected(actor, &input))
}

/// Lets something rejected go.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn discard_rejected(desk: State<'_, Desk>, n: i32) -> Answer<()> {
    desk.settle_waiting(|store, actor| store.discard_rejected(actor, n.into()))
}

/// Writes something rejected to a file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_rejected(desk: State<'_, Desk>, n: i32, path: String) -> Answer<()> {
    desk.off_main(move |desk| desk.export_rejected(n.into(), Path::new(&path))).await
}

/// Texts that lost to another desk's.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn lost_values(desk: State<'_, Desk>) -> Answer<Vec<LostChoice>> {
    desk.ask(|store, actor| store.lost_choices(actor))
}

/// Chooses between two texts.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn choose_value(desk: State<'_, Desk>, seq: Seq, column: String, take_lost: bool) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.choose_value(actor, seq.0, &column, take_lost))
}

/// Tables that differed from the hub's and were set right.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn repaired_tables(desk: State<'_, Desk>) -> Answer<Vec<RepairedTable>> {
    desk.ask(|store, actor| store.repaired_tables(actor))
}

/// Somebody has seen that a table was set right.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn dismiss_repaired(desk: State<'_, Desk>, table: String) -> Answer<()> {
    desk.settle_waiting(|store, actor| store.dismiss_repaired(actor, &table))
}

/// What happened to a record, a page of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn record_history(desk: State<'_, Desk>, table: String, id: Uuid, before: Option<Seq>) -> Answer<HistoryPage> {
    desk.off_main(move |desk| desk.record_history(&table, id, before)).await
}

/// What was done to a record at this desk, a page of it: what can be said where there is no hub, or it is away.
#[tauri::command]
#[specta::specta]
pub(crate) async fn record_history_here(desk: State<'_, Desk>, table: String, id: Uuid, before: Option<Seq>) -> Answer<HistoryPage> {
    desk.off_main(move |desk| desk.ask(|store, actor| store.history_here(actor, &table, id, before))).await
}

/// What was done at this desk, by one colleague or by all, a page of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn what_was_done(desk: State<'_, Desk>, staff_id: Option<StaffId>, before: Option<Seq>) -> Answer<DonePage> {
    desk.off_main(move |desk| desk.ask(|store, actor| store.what_was_done(actor, staff_id, before))).await
}

/// Two visits that clash are kept knowingly.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn keep_both(desk: State<'_, Desk>, first: AppointmentId, second: AppointmentId) -> Answer<Saved<()>> {
    desk.keep_both(first, second)
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    /// Reads an argument as Tauri does for a command.
    fn read<A: DeserializeOwned>(said: &serde_json::Value) -> Option<A> {
        A::deserialize(said).ok()
    }

    fn second<A: DeserializeOwned, B, C, R>(_: fn(State<'_, Desk>, A, B, C) -> R, said: &serde_json::Value) -> Option<A> {
        read(said)
    }

    fn fourth<A, B, C: DeserializeOwned, R>(_: impl Fn(State<'static, Desk>, A, B, C) -> R, said: &serde_json::Value) -> Option<C> {
        read(said)
    }

    /// A hub whose older database was put back goes on above 4.8e14; after that has happened often, above what JavaScript keeps exact.
    #[test]
    fn numbers_of_the_log_come_back_from_the_screens_as_they_went() {
        for number in [1, 480_000_000_000_007, (1 << 53) + 1, i64::MAX] {
            let shown = json!(Seq(number));
            assert!(shown.is_string(), "{shown}");
            assert_eq!(second(choose_value, &shown), Some(Seq(number)));
            assert_eq!(fourth(record_history, &shown), Some(Some(Seq(number))));
        }
        assert_eq!(fourth(record_history, &json!(null)), Some(None));
        for bad in [json!(5), json!("x"), json!("99999999999999999999")] {
            assert_eq!(second(choose_value, &bad), None, "{bad}");
        }
    }
}

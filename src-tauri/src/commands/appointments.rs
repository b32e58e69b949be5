//! Visits.

use petrel_domain::desk::{
    AppointmentCard, AppointmentDetail, BookInput, Booked, CancelInput, EditAppointmentInput, MoveInput, RhythmInput, RhythmPlan, Saved,
    VisitPage,
};
use petrel_domain::{AppointmentId, AppointmentStatus, ClientId, Millis};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

#[tauri::command(async)]
#[specta::specta]
pub fn appointment(desk: State<'_, Desk>, id: AppointmentId) -> Answer<AppointmentDetail> {
    desk.ask(|store, actor| store.appointment(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn book_appointment(desk: State<'_, Desk>, input: BookInput) -> Answer<Saved<Booked>> {
    desk.save(|store, actor| store.book_appointment(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn move_appointment(desk: State<'_, Desk>, input: MoveInput) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.move_appointment(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reschedule_appointment(desk: State<'_, Desk>, input: MoveInput) -> Answer<Saved<AppointmentId>> {
    desk.save(|store, actor| store.reschedule_appointment(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn cancel_appointment(desk: State<'_, Desk>, input: CancelInput) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.cancel_appointment(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_appointment_status(desk: State<'_, Desk>, ids: Vec<AppointmentId>, status: AppointmentStatus) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.set_statuses(actor, &ids, status))
}

/// A visit of an earlier day that was left open is completed as planned.
#[tauri::command(async)]
#[specta::specta]
pub fn close_appointment(desk: State<'_, Desk>, id: AppointmentId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.close_appointment(actor, id))
}

/// A visit that two desks made doubtful stands.
#[tauri::command(async)]
#[specta::specta]
pub fn let_stand(desk: State<'_, Desk>, id: AppointmentId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.let_stand(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_picked_up(desk: State<'_, Desk>, ids: Vec<AppointmentId>, is_picked_up: bool) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.set_picked_up(actor, &ids, is_picked_up))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_appointment(desk: State<'_, Desk>, input: EditAppointmentInput) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.edit_appointment(actor, input))
}

/// What a rhythm would make of the visits to come; nothing is written.
#[tauri::command(async)]
#[specta::specta]
pub fn rhythm_plan(desk: State<'_, Desk>, input: RhythmInput) -> Answer<RhythmPlan> {
    desk.ask(|store, actor| store.rhythm_plan(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_rhythm(desk: State<'_, Desk>, input: RhythmInput, told: RhythmPlan) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.set_rhythm(actor, input, told))
}

#[tauri::command(async)]
#[specta::specta]
pub fn swap_choices(desk: State<'_, Desk>, id: AppointmentId) -> Answer<Vec<AppointmentCard>> {
    desk.ask(|store, actor| store.swap_choices(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn swap_appointments(desk: State<'_, Desk>, first: AppointmentId, second: AppointmentId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.swap_appointments(actor, first, second))
}

#[tauri::command(async)]
#[specta::specta]
pub fn visits_of_client(desk: State<'_, Desk>, client_id: ClientId, before: Option<Millis>) -> Answer<VisitPage> {
    desk.ask(|store, actor| store.visits_of_client(actor, client_id, before))
}

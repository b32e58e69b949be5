//! The clinic, its staff, their hours, its services.

use chrono::NaiveDate;
use petrel_domain::desk::{
    Clinic, ClinicDetails, LeftVisits, Saved, SavedOverride, ScheduleOverride, Service, ServiceDetails, Staff, StaffDetails, WeeklyHours,
};
use petrel_domain::{OverrideId, Refusal, ServiceId, StaffId};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

#[tauri::command(async)]
#[specta::specta]
pub fn clinic(desk: State<'_, Desk>) -> Answer<Clinic> {
    desk.ask(|store, _| store.clinic())?.ok_or_else(|| Refusal::not_found("clinic"))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_clinic(desk: State<'_, Desk>, input: ClinicDetails) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.save_clinic(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn staff(desk: State<'_, Desk>) -> Answer<Vec<Staff>> {
    desk.ask(|store, actor| store.staff(actor))
}

#[tauri::command(async)]
#[specta::specta]
pub fn create_staff(desk: State<'_, Desk>, input: StaffDetails) -> Answer<Saved<StaffId>> {
    desk.save(|store, actor| store.create_staff(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_staff(desk: State<'_, Desk>, id: StaffId, input: StaffDetails) -> Answer<Saved<LeftVisits>> {
    desk.save(|store, actor| store.save_staff(actor, id, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn delete_staff(desk: State<'_, Desk>, id: StaffId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.delete_staff(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_pin(desk: State<'_, Desk>, staff_id: StaffId, pin: Option<String>, current_pin: Option<String>) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.set_pin(actor, staff_id, pin.as_deref(), current_pin.as_deref()))
}

#[tauri::command(async)]
#[specta::specta]
pub fn services(desk: State<'_, Desk>) -> Answer<Vec<Service>> {
    desk.ask(|store, actor| store.services(actor))
}

#[tauri::command(async)]
#[specta::specta]
pub fn create_service(desk: State<'_, Desk>, input: ServiceDetails) -> Answer<Saved<ServiceId>> {
    desk.save(|store, actor| store.create_service(actor, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_service(desk: State<'_, Desk>, id: ServiceId, input: ServiceDetails) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.save_service(actor, id, input))
}

#[tauri::command(async)]
#[specta::specta]
pub fn delete_service(desk: State<'_, Desk>, id: ServiceId) -> Answer<Saved<()>> {
    desk.save(|store, actor| store.delete_service(actor, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn weekly_hours(desk: State<'_, Desk>) -> Answer<Vec<WeeklyHours>> {
    desk.ask(|store, actor| store.weekly_hours(actor))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_weekly_hours(desk: State<'_, Desk>, staff_id: StaffId, hours: Vec<WeeklyHours>) -> Answer<Saved<LeftVisits>> {
    desk.save(|store, actor| store.save_weekly_hours(actor, staff_id, hours))
}

#[tauri::command(async)]
#[specta::specta]
pub fn schedule_overrides(desk: State<'_, Desk>, from: NaiveDate, to: NaiveDate) -> Answer<Vec<ScheduleOverride>> {
    desk.ask(|store, actor| store.schedule_overrides(actor, from, to))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_override(desk: State<'_, Desk>, input: ScheduleOverride, is_for_all: bool) -> Answer<Saved<SavedOverride>> {
    desk.save(|store, actor| store.save_override(actor, input, is_for_all))
}

#[tauri::command(async)]
#[specta::specta]
pub fn delete_override(desk: State<'_, Desk>, id: OverrideId) -> Answer<Saved<LeftVisits>> {
    desk.save(|store, actor| store.delete_override(actor, id))
}

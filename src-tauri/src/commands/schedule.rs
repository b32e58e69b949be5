//! The board and free times.

use chrono::NaiveDate;
use petrel_domain::desk::{FreeSlot, FreeSlotsQuery, MonthDay, ScheduleRange};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

#[tauri::command(async)]
#[specta::specta]
pub fn schedule_range(desk: State<'_, Desk>, from: NaiveDate, days: u16) -> Answer<ScheduleRange> {
    desk.ask(|store, actor| store.schedule_range(actor, from, days))
}

#[tauri::command(async)]
#[specta::specta]
pub fn month_overview(desk: State<'_, Desk>, month: NaiveDate) -> Answer<Vec<MonthDay>> {
    desk.ask(|store, actor| store.month_overview(actor, month))
}

#[tauri::command(async)]
#[specta::specta]
pub fn today_board(desk: State<'_, Desk>) -> Answer<ScheduleRange> {
    desk.ask(|store, actor| store.today_board(actor))
}

#[tauri::command(async)]
#[specta::specta]
pub fn free_slots(desk: State<'_, Desk>, query: FreeSlotsQuery) -> Answer<Vec<FreeSlot>> {
    desk.ask(|store, actor| store.free_slots(actor, &query))
}

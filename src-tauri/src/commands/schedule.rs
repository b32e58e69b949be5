//! The board and free times.

use std::path::Path;

use chrono::NaiveDate;
use petrel_domain::desk::{FreeSlot, FreeSlotsQuery, MonthDay, ScheduleRange};
use petrel_domain::{Refusal, StaffId};
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

/// Writes a day as PDF where the person said, and opens it, to be printed from there.
#[tauri::command]
#[specta::specta]
pub(crate) async fn print_day_sheet(
    desk: State<'_, Desk>,
    path: String,
    date: NaiveDate,
    staff: Option<StaffId>,
    language: Option<String>,
) -> Answer<String> {
    desk.off_main(move |desk| {
        let sheet = desk.ask(|store, actor| store.day_sheet(actor, date, staff, language.as_deref()))?;
        let pdf = petrel_print::day_sheet(&sheet).map_err(Refusal::internal)?;
        let place = Path::new(&path);
        petrel_store::write_private(place, &pdf).map_err(|error| Refusal::from(error.at(place)))?;
        // Where no program shows PDFs, the file is there all the same.
        if let Err(error) = open::that_detached(&path) {
            tracing::info!(%error, "the day sheet could not be opened");
        }
        Ok(path)
    })
    .await
}

//! Everything at once: in from CSV, out as CSV or JSON. Both tell how far they are and can be stopped (`cancel_work`).

use std::path::Path;

use petrel_domain::desk::{BadRowWords, ExportFormat, ExportReport, ImportPlan, ImportPreview, ImportReport};
use tauri::State;

use super::Answer;
use crate::desk::Desk;

/// What an import may have changed.
const IMPORTED: [&str; 4] = ["client_tags", "clients", "medical_records", "pets"];

/// What a file would bring, by this plan or by a guessed one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_import(desk: State<'_, Desk>, path: String, plan: Option<ImportPlan>) -> Answer<ImportPreview> {
    desk.off_main(move |desk| desk.ask(|store, actor| store.preview_import(actor, &path, plan))).await
}

/// Brings clients and pets in. Rows that cannot be read are written to a file, in these words.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_import(desk: State<'_, Desk>, plan: ImportPlan, words: BadRowWords) -> Answer<ImportReport> {
    desk.off_main(move |desk| {
        let report = desk.work(|store, actor, progress, cancel| store.run_import(actor, &plan, &words, progress, cancel))?;
        desk.tell_changed(&IMPORTED.map(str::to_owned));
        Ok(report)
    })
    .await
}

/// Takes everything out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn export_all(desk: State<'_, Desk>, path: String, format: ExportFormat) -> Answer<ExportReport> {
    desk.off_main(move |desk| {
        desk.work(|store, actor, progress, cancel| store.export_all(actor, Path::new(&path), format, progress, cancel))
    })
    .await
}

//! Bringing in clients and pets from a CSV file: looked at first, then written as one action that can be undone.

mod cells;
pub(crate) mod headers;
mod known;
mod merge;
mod noes;
mod pets;
mod read;
mod rejected;
mod rows;
mod run;
mod sniff;
mod weight;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use petrel_domain::desk::{BadRow, BadRowWords, ImportDuplicate, ImportPlan, ImportPreview, ImportReport, Progress};
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode};

use crate::{Actor, Result, Store};

/// Rows, duplicates and bad rows that a preview shows of each.
const SHOWN: usize = 20;

impl Store {
    /// Looks at a file without changing anything. Without a plan, it is guessed; so are the columns of a plan that has none.
    ///
    /// # Errors
    /// `forbidden`; `file_unreadable`; `invalid` on `columns` where the plan does not fit the file.
    pub fn preview_import(&self, actor: &Actor, path: &str, plan: Option<ImportPlan>) -> Result<ImportPreview> {
        actor.require(Right::MoveData)?;
        let locale = self.read(crate::clinic::locale)?;
        let file = read::File::open(Path::new(path), plan, &locale)?;
        let today = self.today()?;
        let read = rows::read(&file, &locale, today);
        let known = self.read(|db| known::Known::load(db, today))?;
        let sorted = run::sort(&file, &read.rows, &known);
        let duplicates = sorted.duplicates();
        let bad = in_order(read.bad, &sorted.bad);
        Ok(ImportPreview {
            rows: count(file.records.len()),
            new_clients: count(sorted.new_clients(file.plan.on_duplicate)),
            new_pets: count(sorted.new_pets(file.plan.on_duplicate)),
            duplicates: count(duplicates.len()),
            duplicate_sample: duplicates.iter().take(SHOWN).map(|found| found.shown(&known)).collect::<Vec<ImportDuplicate>>(),
            bad_rows: count(bad.len()),
            bad_sample: bad.iter().take(SHOWN).cloned().collect::<Vec<BadRow>>(),
            ambiguous_dates: count(read.ambiguous_dates),
            undated_deaths: count(read.undated_deaths),
            nameless_pets: count(read.nameless_pets),
            sample: file.records.iter().take(SHOWN).map(|record| record.cells.iter().map(str::to_owned).collect()).collect(),
            headers: file.headers,
            plan: file.plan,
        })
    }

    /// Brings a file in. Rows that cannot be read are written to a file beside it, each with its reason, in these words; where that cannot be, the
    /// report names no file, and what came in stays.
    ///
    /// # Errors
    /// `forbidden`; `file_unreadable`; `cancelled`, with nothing changed.
    pub fn run_import(
        &self,
        actor: &Actor,
        plan: &ImportPlan,
        words: &BadRowWords,
        progress: &dyn Fn(Progress),
        cancel: &AtomicBool,
    ) -> Result<ImportReport> {
        actor.require(Right::MoveData)?;
        let locale = self.read(crate::clinic::locale)?;
        let file = read::File::open(Path::new(&plan.path), Some(plan.clone()), &locale)?;
        let today = self.today()?;
        let read = rows::read(&file, &locale, today);
        let saved = run::run(self, actor, &file, &read, today, progress, cancel)?;
        let (report, more) = saved.value;
        let bad = in_order(read.bad, &more);
        let mut report = ImportReport { undo: saved.undo, bad_rows: count(bad.len()), ..report };
        if !bad.is_empty() {
            // All is committed: a folder that is read-only, or a sheet that is open, undoes nothing.
            match rejected::write(&file, &bad, words) {
                Ok(path) => report.bad_rows_file = Some(path.to_string_lossy().into_owned()),
                Err(error) => tracing::warn!(%error, "the rows that were not imported could not be written"),
            }
        }
        Ok(report)
    }
}

/// The rows that cannot be, and those that have no room, as they stand in the file.
fn in_order(mut bad: Vec<BadRow>, more: &[BadRow]) -> Vec<BadRow> {
    bad.extend_from_slice(more);
    bad.sort_by_key(|row| row.line);
    bad
}

/// Reads the bytes of a file as an import does. Answers how many records it has, how many rows come of them, and how many are bad.
pub(crate) fn decode(bytes: &[u8], locale: &str, today: chrono::NaiveDate) -> Result<(usize, usize, usize)> {
    let file = read::File::read(Path::new("file.csv"), bytes.to_vec(), None, locale)?;
    let read = rows::read(&file, locale, today);
    Ok((file.records.len(), read.rows.len(), read.bad.len()))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn unreadable(detail: impl std::fmt::Display) -> Refusal {
    Refusal::on(RefusalCode::FileUnreadable, "path").with_detail(detail)
}

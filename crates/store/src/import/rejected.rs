//! Rows that could not be read, written back as they stood, with the reason behind them: to be mended and brought in again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use petrel_domain::desk::BadRow;

use super::read::File;
use crate::Result;
use crate::cell::{csv_file, harmless};

pub(super) fn write(file: &File, bad: &[BadRow]) -> Result<PathBuf> {
    let name = file.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = file.path.with_file_name(format!("{name}-not-imported.csv"));
    let by_line: BTreeMap<u32, &BadRow> = bad.iter().map(|row| (row.line, row)).collect();
    let mut writer = csv_file(&path)?;
    let headers = file.headers.iter().map(|header| harmless(header).into_owned());
    writer.write_record(headers.chain(["line".to_owned(), "reason".to_owned()]))?;
    for record in &file.records {
        if let Some(row) = by_line.get(&record.line) {
            let mut cells: Vec<_> = record.cells.iter().map(|cell| harmless(cell).into_owned()).collect();
            cells.resize(file.headers.len().max(cells.len()), String::new());
            let reason = row.column.as_ref().map_or_else(|| row.reason.clone(), |column| format!("{}: {column}", row.reason));
            writer.write_record(cells.into_iter().chain([row.line.to_string(), reason]))?;
        }
    }
    writer.flush()?;
    Ok(path)
}

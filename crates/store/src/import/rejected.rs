//! Rows that could not be read, written back as they stood, with the reason behind them: to be mended and brought in again.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use petrel_domain::desk::{BadRow, BadRowWords};

use super::read::File;
use crate::Result;
use crate::cell::{csv_writer, harmless};

/// The columns that stand behind those of the file, in the languages of the screens. The import knows them again, and leaves them out.
pub(super) const ADDED: [[&str; 2]; 2] = [["line", "reason"], ["línea", "motivo"]];

pub(super) fn write(file: &File, bad: &[BadRow], words: &BadRowWords) -> Result<PathBuf> {
    let (path, free) = free(&file.path, &words.file)?;
    write_to(free, file, bad, words).inspect_err(|_| {
        // A part of it would be taken for all there is to mend.
        let _ = fs::remove_file(&path);
    })?;
    Ok(path)
}

/// A new file beside the one that was read: in the one from before, somebody may be mending rows.
fn free(beside: &Path, word: &str) -> Result<(PathBuf, fs::File)> {
    let name = beside.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // It is part of a name, and of no path.
    let word: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
    let mut number = 1_u32;
    loop {
        let end = if number == 1 { String::new() } else { format!("-{number}") };
        let path = beside.with_file_name(format!("{name}-{word}{end}.csv"));
        match fs::File::create_new(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            made => return Ok((path, made?)),
        }
    }
}

fn write_to(free: fs::File, file: &File, bad: &[BadRow], words: &BadRowWords) -> Result<()> {
    let by_line: BTreeMap<u32, &BadRow> = bad.iter().map(|row| (row.line, row)).collect();
    let mut writer = csv_writer(free)?;
    let headers = file.headers.iter().map(|header| harmless(header).into_owned());
    writer.write_record(headers.chain([&words.line, &words.reason].map(|header| harmless(header).into_owned())))?;
    for record in &file.records {
        if let Some(row) = by_line.get(&record.line) {
            let mut cells: Vec<_> = record.cells.iter().map(|cell| harmless(cell).into_owned()).collect();
            cells.resize(file.headers.len().max(cells.len()), String::new());
            let reason = words.reasons.get(&row.reason).unwrap_or(&row.reason);
            let reason = row.column.as_ref().map_or_else(|| reason.clone(), |column| format!("{column}: {reason}"));
            writer.write_record(cells.into_iter().chain([row.line.to_string(), harmless(&reason).into_owned()]))?;
        }
    }
    Ok(writer.flush()?)
}

//! CSV files that a spreadsheet will open, and their cells.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::Result;

/// A CSV file at a path, in the place of what is there.
///
/// # Errors
/// What the system says.
pub(crate) fn csv_file(path: &Path) -> Result<csv::Writer<BufWriter<File>>> {
    csv_writer(File::create(path)?)
}

/// Writes CSV into an empty file. It begins with a byte order mark: without one Excel takes UTF-8 for the computer's own code page, and spoils every
/// name with an accent.
///
/// # Errors
/// What the system says.
pub(crate) fn csv_writer(file: File) -> Result<csv::Writer<BufWriter<File>>> {
    let mut file = BufWriter::new(file);
    file.write_all("\u{feff}".as_bytes())?;
    // Rows that were read with too many cells are written with them.
    Ok(csv::WriterBuilder::new().flexible(true).from_writer(file))
}

/// A cell that a spreadsheet shows instead of running: one that begins like a formula gets an apostrophe before it (OWASP, CSV injection).
/// A phone number begins like one, too, and is left as it is: `+` and digits are no formula.
pub(crate) fn harmless(cell: &str) -> Cow<'_, str> {
    if is_guarded(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// A cell as it was before [`harmless`]; every other one as it is.
pub(crate) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_guarded(rest)).unwrap_or(cell)
}

/// Whether a cell gets an apostrophe. One that has some already gets another, so that taking one off gives back what somebody wrote.
fn is_guarded(cell: &str) -> bool {
    let formula = cell.trim_start_matches('\'');
    let is_number = formula
        .strip_prefix(['+', '-'])
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    formula.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_shown_and_phones_are_left_alone() {
        for cell in ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=x"] {
            assert!(harmless(cell).starts_with('\''), "{cell}");
        }
        for cell in ["", "Ada", "+14155550100", "-12.5", "a=b"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn what_was_guarded_comes_back_as_it_was_and_nothing_else_is_taken_off() {
        for cell in ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=x", "'=x", "''@y", "", "Ada", "+14155550100", "'Ada", "'+14155550100", "'"] {
            assert_eq!(unguarded(&harmless(cell)), cell);
        }
        for cell in ["'Ada", "'n Roll", "'+14155550100", "'-12.5", "'", "''", ""] {
            assert_eq!(unguarded(cell), cell, "no guard put it there");
        }
    }
}

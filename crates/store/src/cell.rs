//! CSV files that a spreadsheet will open, and their cells.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::Result;

/// A new CSV file. It begins with a byte order mark: without one Excel takes UTF-8 for the computer's own code page, and spoils every name with an accent.
///
/// # Errors
/// What the system says.
pub(crate) fn csv_file(path: &Path) -> Result<csv::Writer<BufWriter<File>>> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all("\u{feff}".as_bytes())?;
    // Rows that were read with too many cells are written with them.
    Ok(csv::WriterBuilder::new().flexible(true).from_writer(file))
}

/// A cell that a spreadsheet shows instead of running: one that begins like a formula gets an apostrophe before it (OWASP, CSV injection).
/// A phone number begins like one, too, and is left as it is: `+` and digits are no formula.
pub(crate) fn harmless(cell: &str) -> Cow<'_, str> {
    let is_number = cell
        .strip_prefix(['+', '-'])
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
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
}

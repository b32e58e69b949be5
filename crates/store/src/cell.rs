//! Cells of CSV files that a spreadsheet will open.

use std::borrow::Cow;

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

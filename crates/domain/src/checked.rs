//! Checking what a person typed: limits, forms, and what must be there. Every refusal names its field.

mod clinic;
mod hub;
mod people;
mod visits;

pub use clinic::{check_hours, check_passphrase, check_pin};
pub use people::{MOST_GRAMS, MOST_NOTES, MOST_OF_A_KIND};
pub use visits::{LONGEST_VISIT, check_answers, check_answers_to_another, check_edited_answers};

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use crate::{Millis, Refusal, RefusalCode};

/// An input that can be checked. What comes back is trimmed, in its normal form, and may be written.
pub trait Checked: Sized {
    /// What the check must know besides the input: the clinic's locale, where phones are read.
    type Context<'a>;

    /// Checks it.
    ///
    /// # Errors
    /// `required`, `too_long`, `too_small`, `too_large`, `invalid`, `end_before_start`, `in_future`, `before_birth` or `duplicate`, naming the field.
    fn checked(self, context: Self::Context<'_>) -> Result<Self, Refusal>;
}

/// One line that must be there.
fn required(field: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    let text = line(field, text, limit)?;
    if text.is_empty() { Err(Refusal::required(field)) } else { Ok(text) }
}

/// One line that may be missing; an empty one is.
fn optional_line(field: &str, text: Option<&str>, limit: usize) -> Result<Option<String>, Refusal> {
    Ok(Some(line(field, text.unwrap_or_default(), limit)?).filter(|text| !text.is_empty()))
}

/// Lines that may be missing; empty ones are.
fn optional(field: &str, text: Option<&str>, limit: usize) -> Result<Option<String>, Refusal> {
    Ok(Some(lines(field, text.unwrap_or_default(), limit)?).filter(|text| !text.is_empty()))
}

/// One line that may be empty. Whatever was pasted with it, a line's break among it, is a space.
fn line(field: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    let text = visible(field, text)?;
    let is_one_already = text.is_ascii() && !text.contains("  ") && !text.contains(|c: char| c.is_ascii_control());
    let text = if is_one_already { text.trim().to_owned() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") };
    at_most(field, text, limit)
}

/// Lines that may be empty.
fn lines(field: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    let text = visible(field, text)?;
    let text: Cow<'_, str> = if text.contains(char::is_control) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
    } else {
        text
    };
    at_most(field, text.trim().to_owned(), limit)
}

/// A text in Unicode's composed form, so that what looks the same is the same, and without the characters that nobody can see and copying
/// brings along: soft hyphens, spaces without width, byte order marks.
fn visible<'a>(field: &str, text: &'a str) -> Result<Cow<'a, str>, Refusal> {
    // A NUL would end the text early in whatever reads it next.
    if text.contains('\0') {
        return Err(Refusal::invalid(field));
    }
    if text.is_ascii() {
        return Ok(Cow::Borrowed(text));
    }
    Ok(text.nfc().filter(|c| !matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')).collect::<String>().into())
}

fn at_most(field: &str, text: String, limit: usize) -> Result<String, Refusal> {
    if text.chars().count() > limit { Err(Refusal::on(RefusalCode::TooLong, field).with_limit(limit)) } else { Ok(text) }
}

/// A day that somebody can mean: of the years 1900 to 2199. Beyond 9999 a date would no longer sort as text, and a slip of the hand
/// (`0026`) is found before it is somebody's birthday.
///
/// # Errors
/// `invalid`, naming the field.
pub fn check_date(field: &str, date: NaiveDate) -> Result<(), Refusal> {
    if (1900..2200).contains(&date.year()) { Ok(()) } else { Err(Refusal::invalid(field).with_detail(date)) }
}

/// The same for an instant.
///
/// # Errors
/// `invalid`, naming the field.
pub fn check_instant(field: &str, at: Millis) -> Result<(), Refusal> {
    let is_in_calendar = at.utc().timestamp_millis() == at.0;
    if is_in_calendar { check_date(field, at.utc().date_naive()) } else { Err(Refusal::invalid(field)) }
}

fn email(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let text = optional_line("email", text, 254)?;
    match text {
        Some(text) if !crate::contact::is_email(&text) => Err(Refusal::invalid("email").with_detail(text)),
        text => Ok(text),
    }
}

fn phone(text: Option<&str>, locale: &str) -> Result<Option<String>, Refusal> {
    phone_of(text, 40, locale)
}

/// A phone as it was taken down elsewhere: address books write all that somebody has into one cell.
fn phone_as_typed(text: Option<&str>, locale: &str) -> Result<Option<String>, Refusal> {
    phone_of(text, 200, locale)
}

fn phone_of(text: Option<&str>, limit: usize, locale: &str) -> Result<Option<String>, Refusal> {
    Ok(optional_line("phone", text, limit)?.map(|text| crate::contact::normalise_phone(&text, locale).text))
}

fn number(field: &str, value: u32, least: u32, most: u32) -> Result<(), Refusal> {
    let (code, limit) = match value {
        _ if value < least => (RefusalCode::TooSmall, least),
        _ if value > most => (RefusalCode::TooLarge, most),
        _ => return Ok(()),
    };
    Err(Refusal::on(code, field).with_limit(limit as usize))
}

/// The most that a sum may be, in minor units: a thousand million euros, or rupiah, or yen by the hundred. Where money has many noughts a bill reaches
/// far; a JavaScript number holds more.
const MOST_CENTS: i64 = 100_000_000_000;

fn money(field: &str, value: Option<crate::Cents>) -> Result<(), Refusal> {
    match value {
        Some(cents) if cents.0 < 0 => Err(Refusal::on(RefusalCode::TooSmall, field).with_limit(0)),
        Some(cents) if cents.0 > MOST_CENTS => Err(Refusal::on(RefusalCode::TooLarge, field).with_limit(MOST_CENTS as usize)),
        _ => Ok(()),
    }
}

fn color(text: &str) -> Result<String, Refusal> {
    let text = text.trim().to_ascii_lowercase();
    let is_color = text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_color { Ok(text) } else { Err(Refusal::invalid("color").with_detail(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_written_the_same() {
        let name = |text| line("name", text, 20).unwrap();
        assert_eq!(name(" Anna\u{a0} Maria\r\n"), "Anna Maria");
        assert_eq!(name("Jose\u{301}"), "José");
        assert_eq!(name("\u{feff}Re\u{200b}x\u{ad}"), "Rex");
        assert_eq!(required("name", "\u{200b} \u{feff}", 20).unwrap_err().code, RefusalCode::Required, "nothing to see is nothing");
        assert_eq!(lines("notes", " one\r\ntwo\u{b}\u{7}\tthree\r", 20).unwrap(), "one\ntwo\tthree");
        assert_eq!(line("name", &"é".repeat(21), 20).unwrap_err().limit, Some(20));
        assert!(line("name", &"e\u{301}".repeat(20), 20).is_ok(), "letters are counted as they are kept");
    }

    #[test]
    fn days_that_nobody_can_mean_are_refused() {
        for (date, is_good) in
            [("1900-01-01", true), ("2199-12-31", true), ("1899-12-31", false), ("0026-05-01", false), ("+10000-01-01", false)]
        {
            assert_eq!(check_date("on_date", date.parse().unwrap()).is_ok(), is_good, "{date}");
        }
        assert!(check_instant("starts_at", Millis(0)).is_ok());
        for at in [i64::MIN, -1 << 52, 1 << 52, 9_007_199_254_740_991, i64::MAX] {
            assert_eq!(check_instant("starts_at", Millis(at)).unwrap_err().field.as_deref(), Some("starts_at"), "{at}");
        }
    }
}

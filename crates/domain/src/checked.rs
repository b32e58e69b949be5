//! Checking what a person typed: limits, forms, and what must be there. Every refusal names its field.

mod clinic;
mod people;
mod visits;

pub use clinic::{check_apart, check_pin};
pub use visits::check_answers;

use crate::{Refusal, RefusalCode};

/// An input that can be checked. What comes back is trimmed, in its normal form, and may be written.
pub trait Checked: Sized {
    /// What the check must know besides the input: the clinic's locale, where phones are read.
    type Context<'a>;

    /// Checks it.
    ///
    /// # Errors
    /// `required`, `too_long`, `too_small`, `too_large`, `invalid`, `end_before_start` or `duplicate`, naming the field.
    fn checked(self, context: Self::Context<'_>) -> Result<Self, Refusal>;
}

/// A text that must be there.
fn required(field: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    let text = at_most(field, text, limit)?;
    if text.is_empty() { Err(Refusal::required(field)) } else { Ok(text) }
}

/// A text that may be empty.
fn at_most(field: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > limit {
        return Err(Refusal::on(RefusalCode::TooLong, field).with_limit(limit));
    }
    // A NUL would end the text early in whatever reads it next.
    if text.contains('\0') {
        return Err(Refusal::invalid(field));
    }
    Ok(text.to_owned())
}

/// A text that may be missing; an empty one is.
fn optional(field: &str, text: Option<&str>, limit: usize) -> Result<Option<String>, Refusal> {
    Ok(Some(at_most(field, text.unwrap_or_default(), limit)?).filter(|text| !text.is_empty()))
}

fn email(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let text = optional("email", text, 254)?;
    match text {
        Some(text) if !crate::contact::is_email(&text) => Err(Refusal::invalid("email").with_detail(text)),
        text => Ok(text),
    }
}

fn phone(text: Option<&str>, locale: &str) -> Result<Option<String>, Refusal> {
    Ok(optional("phone", text, 40)?.map(|text| crate::contact::normalise_phone(&text, locale).text))
}

fn number(field: &str, value: u32, least: u32, most: u32) -> Result<(), Refusal> {
    let (code, limit) = match value {
        _ if value < least => (RefusalCode::TooSmall, least),
        _ if value > most => (RefusalCode::TooLarge, most),
        _ => return Ok(()),
    };
    Err(Refusal::on(code, field).with_limit(limit as usize))
}

fn money(field: &str, value: Option<crate::Cents>) -> Result<(), Refusal> {
    match value {
        Some(cents) if cents.0 < 0 => Err(Refusal::on(RefusalCode::TooSmall, field).with_limit(0)),
        // A JavaScript number holds more, a bill does not.
        Some(cents) if cents.0 > 1_000_000_000 => Err(Refusal::on(RefusalCode::TooLarge, field).with_limit(1_000_000_000)),
        _ => Ok(()),
    }
}

fn color(text: &str) -> Result<String, Refusal> {
    let text = text.trim().to_ascii_lowercase();
    let is_color = text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_color { Ok(text) } else { Err(Refusal::invalid("color").with_detail(text)) }
}

//! The clinic, its staff, their hours, its services.

use chrono::NaiveDate;

use super::{Checked, check_date, color, email, line, money, number, optional, optional_line, phone, required};
use crate::desk::KeyStore;
use crate::desk::{Break, ClinicDetails, FormField, NewClinic, ScheduleOverride, ServiceDetails, StaffDetails, WeeklyHours};
use crate::recurrence::Recurrence;
use crate::{FieldType, OverrideKind, Refusal, RefusalCode, WallTime, parse_zone};

/// The most days that one exception to the hours lasts: a leap year.
const LONGEST_EXCEPTION: i64 = 366;
/// A passphrase has at least this many characters.
pub const PASSPHRASE_LEAST: usize = 12;
/// And at most this many: a text that was pasted by mistake is nothing that anybody types at a start.
pub const PASSPHRASE_MOST: usize = 200;

/// A PIN: 4 to 12 digits.
///
/// # Errors
/// `too_short`, `too_long` or `invalid` on `pin`.
pub fn check_pin(pin: &str) -> Result<(), Refusal> {
    match pin.chars().count() {
        0..4 => Err(Refusal::on(RefusalCode::TooShort, "pin").with_limit(4)),
        13.. => Err(Refusal::on(RefusalCode::TooLong, "pin").with_limit(12)),
        _ if pin.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err(Refusal::invalid("pin")),
    }
}

fn currency(text: &str) -> Result<String, Refusal> {
    let text = text.trim().to_ascii_uppercase();
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code { Ok(text) } else { Err(Refusal::invalid("currency").with_detail(text)) }
}

fn locale(text: &str) -> Result<String, Refusal> {
    let text = line("locale", text, 35)?;
    let is_tag = text.split('-').enumerate().all(|(n, part)| {
        let is_alphabetic = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match part.len() {
            // The language, then script, region and variants, in what they look like; extensions have no place in a clinic's settings.
            2 => is_alphabetic,
            3 if n == 0 => is_alphabetic,
            3 => part.bytes().all(|byte| byte.is_ascii_digit()),
            4..=8 => n > 0 && part.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            _ => false,
        }
    });
    if is_tag { Ok(text) } else { Err(Refusal::invalid("locale").with_detail(text)) }
}

fn web_address(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    let text = optional_line(field, text, 500)?;
    let Some(text) = text else { return Ok(None) };
    // Nobody types the scheme.
    let whole = if text.contains("://") { text.clone() } else { format!("https://{text}") };
    let rest = whole.strip_prefix("https://").or_else(|| whole.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).filter(|host| host.contains('.') && !host.starts_with('.'));
    if host.is_some() && !whole.contains(char::is_whitespace) { Ok(Some(whole)) } else { Err(Refusal::invalid(field).with_detail(text)) }
}

impl Checked for ClinicDetails {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        let locale = locale(&self.locale)?;
        parse_zone(&self.timezone)?;
        Ok(Self {
            name: required("name", &self.name, 200)?,
            email: email(self.email.as_deref())?,
            phone: phone(self.phone.as_deref(), &locale)?,
            website_url: web_address("website_url", self.website_url.as_deref())?,
            address: optional("address", self.address.as_deref(), 500)?,
            timezone: self.timezone,
            locale,
            currency: currency(&self.currency)?,
            google_review_url: web_address("google_review_url", self.google_review_url.as_deref())?,
        })
    }
}

/// A key that a passphrase wraps needs one that is long enough, and can be typed.
///
/// # Errors
/// `too_short` or `too_long` on `passphrase`.
pub fn check_passphrase(store: KeyStore, passphrase: Option<&str>) -> Result<(), Refusal> {
    if store != KeyStore::Passphrase {
        return Ok(());
    }
    match passphrase.unwrap_or_default().chars().count() {
        0..PASSPHRASE_LEAST => Err(Refusal::on(RefusalCode::TooShort, "passphrase").with_limit(PASSPHRASE_LEAST)),
        PASSPHRASE_LEAST..=PASSPHRASE_MOST => Ok(()),
        _ => Err(Refusal::on(RefusalCode::TooLong, "passphrase").with_limit(PASSPHRASE_MOST)),
    }
}

impl Checked for NewClinic {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        parse_zone(&self.timezone)?;
        let owner_pin = self.owner_pin.filter(|pin| !pin.is_empty());
        if let Some(pin) = &owner_pin {
            check_pin(pin).map_err(|refusal| Refusal { field: Some("owner_pin".into()), ..refusal })?;
        }
        check_passphrase(self.key_store, self.passphrase.as_deref())?;
        let owner_email = email(self.owner_email.as_deref()).map_err(|refusal| Refusal { field: Some("owner_email".into()), ..refusal })?;
        Ok(Self {
            name: required("name", &self.name, 200)?,
            locale: locale(&self.locale)?,
            currency: currency(&self.currency)?,
            owner_first_name: required("owner_first_name", &self.owner_first_name, 100)?,
            owner_last_name: line("owner_last_name", &self.owner_last_name, 100)?,
            owner_email,
            owner_pin,
            ..self
        })
    }
}

impl Checked for StaffDetails {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        Ok(Self {
            first_name: required("first_name", &self.first_name, 100)?,
            last_name: line("last_name", &self.last_name, 100)?,
            email: email(self.email.as_deref())?,
            color: color(&self.color)?,
            ..self
        })
    }
}

fn span(start: WallTime, end: WallTime) -> Result<(), Refusal> {
    if start < end { Ok(()) } else { Err(Refusal::on(RefusalCode::EndBeforeStart, "end")) }
}

impl Checked for WeeklyHours {
    type Context<'a> = ();

    fn checked(mut self, (): ()) -> Result<Self, Refusal> {
        number("day_of_week", u32::from(self.day_of_week), 0, 6)?;
        number("slot_minutes", u32::from(self.slot_minutes), 5, 480)?;
        number("buffer_minutes", u32::from(self.buffer_minutes), 0, 480)?;
        // How many are seen at once is the service's to say: of the hours' the hub, which judges clashes, knows nothing, and would flag what fits.
        number("max_per_slot", u32::from(self.max_per_slot), 1, 1)?;
        span(self.start, self.end)?;
        check_date("effective_from", self.effective_from)?;
        self.effective_until.map_or(Ok(()), |until| check_date("effective_until", until))?;
        if self.effective_until.is_some_and(|until| until < self.effective_from) {
            return Err(Refusal::on(RefusalCode::EndBeforeStart, "effective_until"));
        }
        self.breaks.sort_by_key(|pause| pause.start);
        check_breaks(&self)?;
        Ok(self)
    }
}

/// The most breaks that hours have.
const MOST_BREAKS: usize = 10;

fn check_breaks(hours: &WeeklyHours) -> Result<(), Refusal> {
    let refused = |code, pause: &Break| Err(Refusal::on(code, "breaks").with_detail(format_args!("{}–{}", pause.start, pause.end)));
    if hours.breaks.len() > MOST_BREAKS {
        return Err(Refusal::on(RefusalCode::TooLarge, "breaks").with_limit(MOST_BREAKS));
    }
    for (n, pause) in hours.breaks.iter().enumerate() {
        if pause.end <= pause.start {
            return refused(RefusalCode::EndBeforeStart, pause);
        }
        if pause.start < hours.start || hours.end < pause.end {
            return refused(RefusalCode::BreakOutside, pause);
        }
        if n > 0 && pause.start < hours.breaks[n - 1].end {
            return refused(RefusalCode::Overlaps, pause);
        }
    }
    Ok(())
}

/// Checks all weekly hours of one person, each by itself and against the others.
///
/// # Errors
/// As [`WeeklyHours::checked`], and `overlaps` where two do at the same time; the field is `hours[n].…` of the n-th.
pub fn check_hours(hours: Vec<WeeklyHours>) -> Result<Vec<WeeklyHours>, Refusal> {
    let of_line = |n: usize, refusal: Refusal| Refusal { field: refusal.field.map(|field| format!("hours[{n}].{field}")), ..refusal };
    let checked = hours.into_iter().enumerate().map(|(n, one)| one.checked(()).map_err(|refusal| of_line(n, refusal)));
    let hours = checked.collect::<Result<Vec<_>, _>>()?;
    check_apart(&hours)?;
    Ok(hours)
}

/// Refuses weekly hours of one person that overlap on a day and hold at the same time.
///
/// # Errors
/// `overlaps` on `hours[n].start` of the first of them.
fn check_apart(hours: &[WeeklyHours]) -> Result<(), Refusal> {
    for (n, one) in hours.iter().enumerate() {
        let meets = |other: &&WeeklyHours| {
            let days = one.day_of_week == other.day_of_week
                && one.effective_until.is_none_or(|until| other.effective_from <= until)
                && other.effective_until.is_none_or(|until| one.effective_from <= until);
            days && one.start < other.end && other.start < one.end
        };
        if let Some(other) = hours[n + 1..].iter().find(meets) {
            let field = format!("hours[{n}].start");
            return Err(Refusal::on(RefusalCode::Overlaps, &field).with_detail(format_args!("{}–{}", other.start, other.end)));
        }
    }
    Ok(())
}

/// An exception ends after it begins, and one that lasts for days on end is no way to say that somebody has left.
fn check_until(rule: &Recurrence, first: NaiveDate) -> Result<(), Refusal> {
    let Some(until) = rule.until() else { return Ok(()) };
    if until < first {
        return Err(Refusal::on(RefusalCode::EndBeforeStart, "until"));
    }
    check_date("until", until)?;
    if rule.is_every_day() && (until - first).num_days() >= LONGEST_EXCEPTION {
        return Err(Refusal::on(RefusalCode::TooLarge, "until").with_limit(LONGEST_EXCEPTION as usize));
    }
    Ok(())
}

impl Checked for ScheduleOverride {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        check_date("on_date", self.on_date)?;
        match (self.start, self.end) {
            (None, None) if self.kind == OverrideKind::CustomHours => return Err(Refusal::required("start")),
            (None, None) => {}
            (Some(start), Some(end)) => span(start, end)?,
            (None, Some(_)) => return Err(Refusal::required("start")),
            (Some(_), None) => return Err(Refusal::required("end")),
        }
        let recurrence = optional_line("recurrence", self.recurrence.as_deref(), 500)?;
        if let Some(rule) = &recurrence {
            let rule = Recurrence::parse(rule)?;
            check_until(&rule, self.on_date)?;
            rule.check_from(self.on_date)?;
        }
        Ok(Self { reason: optional("reason", self.reason.as_deref(), 500)?, recurrence, ..self })
    }
}

impl Checked for ServiceDetails {
    type Context<'a> = ();

    fn checked(mut self, (): ()) -> Result<Self, Refusal> {
        number("duration_minutes", u32::from(self.duration_minutes), 1, 44_640)?;
        number("buffer_minutes", u32::from(self.buffer_minutes), 0, 480)?;
        number("max_per_slot", u32::from(self.max_per_slot), 1, 50)?;
        number("advance_booking_days", u32::from(self.advance_booking_days), 0, 730)?;
        number("min_advance_hours", u32::from(self.min_advance_hours), 0, 8760)?;
        number("cancellation_cutoff_hours", u32::from(self.cancellation_cutoff_hours), 0, 8760)?;
        money("base_price_cents", self.base_price_cents)?;
        self.staff_roles.sort_unstable();
        self.staff_roles.dedup();
        if self.staff_roles.is_empty() {
            return Err(Refusal::required("staff_roles"));
        }
        Ok(Self {
            name: required("name", &self.name, 100)?,
            description: optional("description", self.description.as_deref(), 2_000)?,
            color: color(&self.color)?,
            form_fields: form_fields(self.form_fields)?,
            ..self
        })
    }
}

fn form_fields(fields: Vec<FormField>) -> Result<Vec<FormField>, Refusal> {
    if fields.len() > 30 {
        return Err(Refusal::on(RefusalCode::TooLarge, "form_fields").with_limit(30));
    }
    let mut checked: Vec<FormField> = Vec::new();
    for field in fields {
        let name = required("form_fields.name", &field.name, 200)?;
        if checked.iter().any(|other| other.name.to_lowercase() == name.to_lowercase()) {
            return Err(Refusal::on(RefusalCode::Duplicate, "form_fields.name").with_detail(name));
        }
        let choices = field.choices.iter().map(|choice| required("form_fields.choices", choice, 200)).collect::<Result<Vec<_>, _>>()?;
        if field.field_type == FieldType::Choice && choices.len() < 2 {
            return Err(Refusal::required("form_fields.choices"));
        }
        checked.push(FormField { name, choices, ..field });
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_four_to_twelve_digits() {
        let code = |pin| check_pin(pin).err().map(|refusal| refusal.code);
        assert_eq!(code("1234"), None);
        assert_eq!(code("123"), Some(RefusalCode::TooShort));
        assert_eq!(code("1234567890123"), Some(RefusalCode::TooLong));
        assert_eq!(code("12a4"), Some(RefusalCode::Invalid));
    }

    #[test]
    fn a_passphrase_has_a_least_and_a_most_length_where_it_wraps_the_key() {
        let refused = |store, passphrase: Option<&str>| {
            check_passphrase(store, passphrase).err().map(|refusal| {
                assert_eq!(refusal.field.as_deref(), Some("passphrase"));
                (refusal.code, refusal.limit)
            })
        };
        let long = "ñ".repeat(PASSPHRASE_MOST);
        let too_long = "ñ".repeat(PASSPHRASE_MOST + 1);
        for none in [None, Some("elevenchars")] {
            assert_eq!(refused(KeyStore::Passphrase, none), Some((RefusalCode::TooShort, Some(12))));
        }
        assert_eq!(refused(KeyStore::Passphrase, Some(&long)), None);
        assert_eq!(refused(KeyStore::Passphrase, Some(&too_long)), Some((RefusalCode::TooLong, Some(200))));
        assert_eq!(refused(KeyStore::Keychain, None), None);
    }

    #[test]
    fn a_clinics_details_are_put_into_their_normal_form_and_name_what_is_wrong() {
        let details = ClinicDetails {
            name: " Oak Vets ".into(),
            phone: Some("(415) 555-2671".into()),
            website_url: Some("oakvets.example".into()),
            timezone: "America/New_York".into(),
            locale: "en-US".into(),
            currency: "usd".into(),
            ..ClinicDetails::default()
        };
        let checked = details.clone().checked(()).unwrap();
        assert_eq!((checked.name.as_str(), checked.currency.as_str()), ("Oak Vets", "USD"));
        assert_eq!(checked.phone.as_deref(), Some("+14155552671"));
        assert_eq!(checked.website_url.as_deref(), Some("https://oakvets.example"));
        let field = |details: ClinicDetails| details.checked(()).unwrap_err().field.unwrap();
        assert_eq!(field(ClinicDetails { timezone: "Mars/Olympus".into(), ..details.clone() }), "timezone");
        assert_eq!(field(ClinicDetails { name: "  ".into(), ..details.clone() }), "name");
        for locale in ["", "e", "1234", "en-", "en_US", "en-U", "english language"] {
            assert_eq!(field(ClinicDetails { locale: locale.into(), ..details.clone() }), "locale", "{locale}");
        }
        for locale in ["es", "en-US", "es-419", "zh-Hans-CN", "ca-ES-valencia"] {
            assert!(ClinicDetails { locale: locale.into(), ..details.clone() }.checked(()).is_ok(), "{locale}");
        }
        for address in ["https://", "javascript:alert(1)", "ftp://a.b", "a b.c", "nowhere", "https://.de", "http://a b.de"] {
            assert_eq!(field(ClinicDetails { website_url: Some(address.into()), ..details.clone() }), "website_url", "{address}");
        }
        assert_eq!(field(ClinicDetails { email: Some("a@b".into()), ..details }), "email");
    }

    fn hours(start: &str, end: &str) -> WeeklyHours {
        WeeklyHours {
            id: None,
            staff_id: crate::StaffId(uuid::Uuid::nil()),
            day_of_week: 1,
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
            effective_from: "2026-01-01".parse().unwrap(),
            effective_until: None,
            slot_minutes: 15,
            buffer_minutes: 0,
            max_per_slot: 1,
            breaks: Vec::new(),
        }
    }

    #[test]
    fn an_exception_ends_after_it_begins_and_within_a_year() {
        let refused = |rule: &str| {
            let of = ScheduleOverride {
                id: None,
                staff_id: crate::StaffId(uuid::Uuid::nil()),
                kind: OverrideKind::Unavailable,
                on_date: "2026-08-01".parse().unwrap(),
                start: None,
                end: None,
                reason: None,
                recurrence: Some(rule.into()),
            };
            of.checked(()).err().map(|refusal| (refusal.code, refusal.field.unwrap()))
        };
        let on_until = |code| Some((code, "until".to_owned()));
        for rule in ["FREQ=DAILY;UNTIL=20260801", "FREQ=DAILY;UNTIL=20270801", "FREQ=WEEKLY;UNTIL=20300101", "FREQ=YEARLY", "FREQ=DAILY"] {
            assert_eq!(refused(rule), None, "{rule}");
        }
        assert_eq!(refused("FREQ=DAILY;UNTIL=20260731"), on_until(RefusalCode::EndBeforeStart));
        assert_eq!(refused("FREQ=WEEKLY;UNTIL=20260731"), on_until(RefusalCode::EndBeforeStart));
        assert_eq!(refused("FREQ=DAILY;UNTIL=20270802"), on_until(RefusalCode::TooLarge));
        assert_eq!(refused("FREQ=DAILY;UNTIL=22600801"), on_until(RefusalCode::Invalid));
    }

    #[test]
    fn hours_end_after_they_start_hold_their_breaks_and_do_not_overlap() {
        assert!(hours("09:00", "17:00").checked(()).is_ok());
        let of_two = WeeklyHours { max_per_slot: 2, ..hours("09:00", "17:00") };
        assert_eq!(of_two.checked(()).unwrap_err().field.as_deref(), Some("max_per_slot"), "room for several is the service's to say");
        assert_eq!(hours("17:00", "09:00").checked(()).unwrap_err().code, RefusalCode::EndBeforeStart);
        let pause = |start: &str, end: &str| Break { start: start.parse().unwrap(), end: end.parse().unwrap() };
        let refused = |breaks: Vec<Break>| {
            let all = vec![hours("07:00", "08:00"), WeeklyHours { breaks, ..hours("09:00", "17:00") }];
            let refusal = check_hours(all).unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some("hours[1].breaks"));
            (refusal.code, refusal.detail.unwrap_or_default())
        };
        assert_eq!(refused(vec![pause("16:30", "17:30")]), (RefusalCode::BreakOutside, "16:30–17:30".to_owned()));
        assert_eq!(refused(vec![pause("13:00", "12:00")]), (RefusalCode::EndBeforeStart, "13:00–12:00".to_owned()));
        let two = vec![pause("12:30", "14:00"), pause("12:00", "13:00")];
        assert_eq!(refused(two), (RefusalCode::Overlaps, "12:30–14:00".to_owned()));
        assert_eq!(refused((0..11).map(|_| pause("12:00", "12:01")).collect()).0, RefusalCode::TooLarge);
        assert!(check_apart(&[hours("09:00", "12:00"), hours("12:00", "17:00")]).is_ok());
        let overlap = check_apart(&[hours("09:00", "13:00"), hours("12:00", "17:00")]).unwrap_err();
        assert_eq!((overlap.code, overlap.field.as_deref()), (RefusalCode::Overlaps, Some("hours[0].start")));
        assert_eq!(overlap.detail.as_deref(), Some("12:00–17:00"));
    }
}

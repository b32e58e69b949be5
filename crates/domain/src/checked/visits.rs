//! Visits.

use super::{Checked, check_date, check_instant, lines, money, number, optional, optional_line};
use crate::desk::{
    AppointmentNotes, BookInput, BookPet, CancelInput, EditAppointmentInput, FormAnswer, FormField, FreeSlotsQuery, MoveInput, RhythmInput,
    WaitlistMatchQuery,
};
use crate::recurrence::Recurrence;
use crate::{FieldType, MINUTE, Millis, Refusal, RefusalCode};

/// The longest visit: 31 days of boarding, in minutes.
pub const LONGEST_VISIT: u32 = 44_640;

impl Checked for AppointmentNotes {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        let text = |field, text: Option<String>| optional(field, text.as_deref(), 4_000);
        Ok(Self {
            title: optional_line("title", self.title.as_deref(), 200)?,
            reason: text("reason", self.reason)?,
            symptoms: text("symptoms", self.symptoms)?,
            special_requests: text("special_requests", self.special_requests)?,
            client_notes: text("client_notes", self.client_notes)?,
            internal_notes: text("internal_notes", self.internal_notes)?,
            pickup_address: text("pickup_address", self.pickup_address)?,
        })
    }
}

impl Checked for BookInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        let notes = self.notes.checked(())?;
        money("estimated_cost_cents", self.estimated_cost_cents)?;
        if self.pets.is_empty() {
            return Err(Refusal::required("pets"));
        }
        number("pets", u32::try_from(self.pets.len()).unwrap_or(u32::MAX), 1, 20)?;
        for (n, pet) in self.pets.iter().enumerate() {
            check_pet(pet, notes.title.is_some(), self.client_id.is_some())?;
            if pet.pet_id.is_some() && self.pets[..n].iter().any(|other| other.pet_id == pet.pet_id && other.starts_at == pet.starts_at) {
                return Err(Refusal::on(RefusalCode::Duplicate, "pet_id"));
            }
        }
        let recurrence = optional_line("recurrence", self.recurrence.as_deref(), 500)?;
        recurrence.as_deref().map_or(Ok(()), check_series)?;
        Ok(Self { notes, recurrence, ..self })
    }
}

/// A series ends.
fn check_series(rule: &str) -> Result<(), Refusal> {
    if Recurrence::parse(rule)?.is_finite() { Ok(()) } else { Err(Refusal::invalid("recurrence").with_detail("COUNT or UNTIL")) }
}

impl Checked for RhythmInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        let recurrence = optional_line("recurrence", Some(&self.recurrence), 500)?.ok_or_else(|| Refusal::required("recurrence"))?;
        check_series(&recurrence)?;
        Ok(Self { recurrence, ..self })
    }
}

fn check_pet(pet: &BookPet, has_title: bool, has_client: bool) -> Result<(), Refusal> {
    check_instant("starts_at", pet.starts_at)?;
    if let Some(minutes) = pet.duration_minutes {
        number("duration_minutes", u32::from(minutes), 1, LONGEST_VISIT)?;
    }
    if pet.service_id.is_none() && !has_title {
        return Err(Refusal::required("service_id"));
    }
    if pet.service_id.is_none() && pet.duration_minutes.is_none() {
        return Err(Refusal::required("duration_minutes"));
    }
    if pet.pet_id.is_some() && !has_client {
        return Err(Refusal::required("client_id"));
    }
    Ok(())
}

impl Checked for MoveInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        check_time(self.starts_at, self.ends_at)?;
        Ok(self)
    }
}

impl Checked for WaitlistMatchQuery {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        check_time(self.starts_at, self.ends_at)?;
        Ok(self)
    }
}

/// From and to of a visit.
fn check_time(starts_at: Millis, ends_at: Millis) -> Result<(), Refusal> {
    check_instant("starts_at", starts_at)?;
    check_instant("ends_at", ends_at)?;
    if ends_at <= starts_at {
        return Err(Refusal::on(RefusalCode::EndBeforeStart, "ends_at"));
    }
    // The longest stay has an hour more where the clock is set back meanwhile.
    let minutes = u32::try_from((ends_at.0 - starts_at.0) / MINUTE).unwrap_or(u32::MAX);
    number("duration_minutes", minutes, 1, LONGEST_VISIT + 60)
}

impl Checked for CancelInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        Ok(Self { reason: optional("reason", self.reason.as_deref(), 500)?, ..self })
    }
}

impl Checked for EditAppointmentInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        money("estimated_cost_cents", self.estimated_cost_cents)?;
        money("final_cost_cents", self.final_cost_cents)?;
        Ok(Self { notes: self.notes.checked(())?, ..self })
    }
}

impl Checked for FreeSlotsQuery {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        check_date("from", self.from)?;
        self.starts_at.map_or(Ok(()), |at| check_instant("starts_at", at))?;
        number("days", u32::from(self.days), 1, 62)?;
        if let Some(minutes) = self.duration_minutes {
            number("duration_minutes", u32::from(minutes), 1, LONGEST_VISIT)?;
        }
        if self.service_id.is_none() && self.duration_minutes.is_none() {
            return Err(Refusal::required("duration_minutes"));
        }
        Ok(self)
    }
}

/// Checks answers against the questions of a service. Empty answers to optional questions are left out.
///
/// # Errors
/// `required`, `too_long` or `invalid`; the field is `answers`, the detail the question.
pub fn check_answers(fields: &[FormField], answers: &[FormAnswer]) -> Result<Vec<FormAnswer>, Refusal> {
    answers_of(fields, answers, None)
}

/// Checks the answers of a visit that is edited. What was answered stays as it is, whatever the form asks today: a client's answer is not lost
/// because a choice was renamed or a question taken away, and a bill is not refused because one was added.
///
/// # Errors
/// As [`check_answers`], of what was changed.
pub fn check_edited_answers(fields: &[FormField], answers: &[FormAnswer], present: &[FormAnswer]) -> Result<Vec<FormAnswer>, Refusal> {
    Ok(with_unasked(answers_of(fields, answers, Some(present))?, fields, present))
}

/// Checks the answers of a visit that is now for another service. What was answered to the questions of the one before is not lost: it may come back.
///
/// # Errors
/// As [`check_answers`].
pub fn check_answers_to_another(fields: &[FormField], answers: &[FormAnswer], present: &[FormAnswer]) -> Result<Vec<FormAnswer>, Refusal> {
    Ok(with_unasked(check_answers(fields, answers)?, fields, present))
}

/// Answers, and those that a visit has to questions that are not asked.
fn with_unasked(mut checked: Vec<FormAnswer>, fields: &[FormField], present: &[FormAnswer]) -> Vec<FormAnswer> {
    checked.extend(present.iter().filter(|answer| !fields.iter().any(|field| field.name == answer.name)).cloned());
    checked
}

/// `present`: what a visit that is edited has answered.
fn answers_of(fields: &[FormField], answers: &[FormAnswer], present: Option<&[FormAnswer]>) -> Result<Vec<FormAnswer>, Refusal> {
    let mut checked = Vec::new();
    for field in fields {
        let given = answers.iter().find(|answer| answer.name == field.name).map_or("", |answer| answer.value.as_str());
        let value = lines("answers", given, 4_000).map_err(|refusal| refusal.with_detail(&field.name))?;
        let kept = present.and_then(|present| present.iter().find(|answer| answer.name == field.name));
        if let Some(kept) = kept.filter(|kept| kept.value == value) {
            checked.push(kept.clone());
            continue;
        }
        if value.is_empty() {
            let was_asked = present.is_none() || kept.is_some();
            if field.is_required && was_asked {
                return Err(Refusal::required("answers").with_detail(&field.name));
            }
            continue;
        }
        let is_fit = match field.field_type {
            FieldType::Text | FieldType::LongText => true,
            FieldType::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
            FieldType::Date => value.parse::<chrono::NaiveDate>().is_ok(),
            FieldType::Choice => field.choices.contains(&value),
            FieldType::YesNo => value == "yes" || value == "no",
        };
        if !is_fit {
            return Err(Refusal::invalid("answers").with_detail(&field.name));
        }
        checked.push(FormAnswer { name: field.name.clone(), field_type: field.field_type, value });
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_held_against_their_questions() {
        let field = |name: &str, field_type, is_required| FormField {
            name: name.into(),
            field_type,
            is_required,
            choices: vec!["Short".into(), "Long".into()],
        };
        let fields =
            [field("Coat", FieldType::Choice, true), field("Last bath", FieldType::Date, false), field("Bites", FieldType::YesNo, false)];
        let answer = |name: &str, value: &str| FormAnswer { name: name.into(), field_type: FieldType::Text, value: value.into() };
        assert_eq!(check_answers(&fields, &[]).unwrap_err().detail.as_deref(), Some("Coat"));
        assert_eq!(check_answers(&fields, &[answer("Coat", "Green")]).unwrap_err().code, RefusalCode::Invalid);
        let bad_date = [answer("Coat", "Long"), answer("Last bath", "yesterday")];
        assert_eq!(check_answers(&fields, &bad_date).unwrap_err().detail.as_deref(), Some("Last bath"));
        let good = check_answers(&fields, &[answer("Coat", " Long "), answer("Bites", ""), answer("Unasked", "x")]).unwrap();
        assert_eq!(good, [FormAnswer { name: "Coat".into(), field_type: FieldType::Choice, value: "Long".into() }]);
        let edited = check_edited_answers(&fields, &good, &[answer("Coat", "Short"), answer("Asked once", "yes")]);
        assert_eq!(edited.unwrap(), [good[0].clone(), answer("Asked once", "yes")]);
        let edit = |answers: &[FormAnswer], present: &[FormAnswer]| check_edited_answers(&fields, answers, present);
        let renamed = [answer("Coat", "Wiry")];
        assert_eq!(edit(&renamed, &renamed).unwrap(), renamed, "a choice of then");
        assert_eq!(edit(&[], &[]).unwrap(), [], "asked only since");
        assert_eq!(edit(&[], &good).unwrap_err().detail.as_deref(), Some("Coat"), "an answer is not taken away");
        assert_eq!(edit(&[answer("Coat", "Green")], &renamed).unwrap_err().code, RefusalCode::Invalid);
    }

    fn booking() -> BookInput {
        let pet = BookPet {
            pet_id: None,
            service_id: None,
            staff_id: crate::StaffId(uuid::Uuid::nil()),
            starts_at: Millis(1_780_000_000_000),
            duration_minutes: Some(30),
            answers: Vec::new(),
        };
        BookInput {
            client_id: None,
            pets: vec![pet],
            notes: AppointmentNotes { title: Some(" Team  meeting ".into()), ..AppointmentNotes::default() },
            booking_method: crate::BookingMethod::Phone,
            is_emergency: false,
            overruled: Vec::new(),
            recurrence: None,
            estimated_cost_cents: None,
            waitlist_entry_id: None,
        }
    }

    #[test]
    fn a_booking_names_what_is_wrong_with_it() {
        assert_eq!(booking().checked(()).unwrap().notes.title.as_deref(), Some("Team meeting"));
        let field = |change: fn(&mut BookInput)| {
            let mut input = booking();
            change(&mut input);
            input.checked(()).unwrap_err().field.unwrap()
        };
        assert_eq!(field(|input| input.pets.clear()), "pets");
        assert_eq!(field(|input| input.notes.title = None), "service_id");
        assert_eq!(field(|input| input.pets[0].duration_minutes = None), "duration_minutes");
        assert_eq!(field(|input| input.pets[0].duration_minutes = Some(44_641)), "duration_minutes");
        assert_eq!(field(|input| input.pets[0].starts_at = Millis(i64::MAX)), "starts_at");
        assert_eq!(field(|input| input.pets[0].pet_id = Some(crate::PetId(uuid::Uuid::nil()))), "client_id");
        assert_eq!(field(|input| input.recurrence = Some("FREQ=WEEKLY".into())), "recurrence");
        assert_eq!(field(|input| input.estimated_cost_cents = Some(crate::Cents(-1))), "estimated_cost_cents");
        assert_eq!(field(|input| input.notes.reason = Some("x".repeat(4_001))), "reason");
    }
}

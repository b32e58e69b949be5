//! Clients, pets, the waitlist.

use std::collections::BTreeMap;

use super::{Checked, check_date, check_instant, email, line, lines, number, optional, optional_line, phone, phone_as_typed, required};
use crate::desk::{ClientDetails, NotifyInput, PetDeathInput, PetDetails, WaitlistInput, WeightCorrection, WeightInput, WriteInput};
use crate::{Refusal, RefusalCode};

/// The clinic's locale, in whose country a phone without a prefix is read.
type Locale<'a> = &'a str;

/// The most grams a pet may weigh: two tonnes, for the horses.
pub const MOST_GRAMS: u32 = 2_000_000;
/// The most characters of a client's notes.
pub const MOST_NOTES: usize = 10_000;
/// The most tags of a client, and the most fields of its own.
pub const MOST_OF_A_KIND: u32 = 50;

impl Checked for ClientDetails {
    type Context<'a> = Locale<'a>;

    fn checked(self, locale: Locale<'_>) -> Result<Self, Refusal> {
        self.checked_where_changed(None, None, locale)
    }
}

impl ClientDetails {
    /// Checks what somebody took down elsewhere, or long ago: an e-mail that can be none, and several phones in one, are kept as they were typed. Each
    /// is one line all the same.
    ///
    /// # Errors
    /// As [`Checked::checked`], but never for what an e-mail says.
    pub fn checked_as_typed(self, locale: &str) -> Result<Self, Refusal> {
        self.checked_beside(locale)?.somebody()
    }

    /// The same of what is said of somebody who is named elsewhere.
    ///
    /// # Errors
    /// As [`ClientDetails::checked_as_typed`], but never for what is missing.
    pub fn checked_beside(self, locale: &str) -> Result<Self, Refusal> {
        let (email, phone) = (email_as_typed(self.email.as_deref())?, phone_as_typed(self.phone.as_deref(), locale)?);
        self.checked_with(email, phone)
    }

    /// Checks a client of whom an e-mail and a phone are known: they stay as somebody typed them for as long as nobody changes them.
    ///
    /// # Errors
    /// As [`Checked::checked`], but never for what is known.
    pub fn checked_where_changed(self, known_email: Option<&str>, known_phone: Option<&str>, locale: &str) -> Result<Self, Refusal> {
        let (email_here, phone_here) = (self.email.as_deref(), self.phone.as_deref());
        let email = if email_here == known_email { email_as_typed(email_here)? } else { email(email_here)? };
        let phone = if phone_here == known_phone { phone_as_typed(phone_here, locale)? } else { phone(phone_here, locale)? };
        self.checked_with(email, phone)?.somebody()
    }

    fn checked_with(self, email: Option<String>, phone: Option<String>) -> Result<Self, Refusal> {
        Ok(Self {
            first_name: line("first_name", &self.first_name, 100)?,
            last_name: line("last_name", &self.last_name, 100)?,
            email,
            phone,
            address: optional("address", self.address.as_deref(), 500)?,
            notes: optional("notes", self.notes.as_deref(), MOST_NOTES)?,
            tags: tags(&self.tags)?,
            custom_fields: custom_fields(&self.custom_fields)?,
            wishes: self.wishes,
        })
    }

    /// Refuses nobody.
    fn somebody(self) -> Result<Self, Refusal> {
        let is_nobody = self.first_name.is_empty() && self.last_name.is_empty() && self.email.is_none() && self.phone.is_none();
        if is_nobody { Err(Refusal::required("last_name")) } else { Ok(self) }
    }
}

fn email_as_typed(text: Option<&str>) -> Result<Option<String>, Refusal> {
    optional_line("email", text, 254)
}

fn tags(tags: &[String]) -> Result<Vec<String>, Refusal> {
    let mut checked = tags.iter().map(|tag| line("tags", tag, 60)).collect::<Result<Vec<_>, _>>()?;
    checked.retain(|tag| !tag.is_empty());
    checked.sort_by_key(|tag| tag.to_lowercase());
    checked.dedup_by_key(|tag| tag.to_lowercase());
    number("tags", u32::try_from(checked.len()).unwrap_or(u32::MAX), 0, MOST_OF_A_KIND)?;
    Ok(checked)
}

fn custom_fields(fields: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Refusal> {
    number("custom_fields", u32::try_from(fields.len()).unwrap_or(u32::MAX), 0, MOST_OF_A_KIND)?;
    let mut checked = BTreeMap::new();
    for (of, value) in fields {
        let told = |refusal: Refusal| refusal.with_detail(of);
        let name = required("custom_fields", of, 100).map_err(told)?;
        let value = lines("custom_fields", value, 1_000).map_err(told)?;
        // Two names that differ in what nobody sees: one value would go without a word.
        if checked.insert(name.clone(), value).is_some() {
            return Err(Refusal::on(RefusalCode::Duplicate, "custom_fields").with_detail(name));
        }
    }
    Ok(checked)
}

/// A microchip's number without the spaces and dashes it is read aloud with; what is no number is kept as typed.
fn microchip(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let text = optional_line("microchip", text, 30)?;
    Ok(text.map(|text| {
        let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
        if compact.bytes().all(|byte| byte.is_ascii_digit()) && !compact.is_empty() { compact } else { text }
    }))
}

impl Checked for PetDetails {
    /// The clinic's today: nothing was born or died later.
    type Context<'a> = chrono::NaiveDate;

    fn checked(self, today: chrono::NaiveDate) -> Result<Self, Refusal> {
        if let Some(grams) = self.weight_grams {
            number("weight_grams", grams, 1, MOST_GRAMS)?;
        }
        for (field, date) in [("born_on", self.born_on), ("deceased_on", self.deceased_on)] {
            let Some(date) = date else { continue };
            check_date(field, date)?;
            if date > today {
                return Err(Refusal::on(RefusalCode::InFuture, field).with_detail(date));
            }
        }
        if let (Some(born), Some(died)) = (self.born_on, self.deceased_on)
            && died < born
        {
            return Err(Refusal::on(RefusalCode::BeforeBirth, "deceased_on"));
        }
        Ok(Self {
            name: required("name", &self.name, 100)?,
            breed: optional_line("breed", self.breed.as_deref(), 100)?,
            color: optional_line("color", self.color.as_deref(), 100)?,
            microchip: microchip(self.microchip.as_deref())?,
            allergies: optional("allergies", self.allergies.as_deref(), 2_000)?,
            alerts: optional("alerts", self.alerts.as_deref(), 2_000)?,
            ..self
        })
    }
}

impl Checked for PetDeathInput {
    /// The clinic's today: nothing died later.
    type Context<'a> = chrono::NaiveDate;

    fn checked(self, today: chrono::NaiveDate) -> Result<Self, Refusal> {
        check_date("died_on", self.died_on)?;
        if self.died_on > today {
            return Err(Refusal::on(RefusalCode::InFuture, "died_on").with_detail(self.died_on));
        }
        Ok(Self { reason: optional("reason", self.reason.as_deref(), 500)?, ..self })
    }
}

impl Checked for WeightInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        number("grams", self.grams, 1, MOST_GRAMS)?;
        self.recorded_at.map_or(Ok(()), |at| check_instant("recorded_at", at))?;
        Ok(self)
    }
}

impl Checked for WeightCorrection {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        number("grams", self.grams, 1, MOST_GRAMS)?;
        self.recorded_at.map_or(Ok(()), |at| check_instant("recorded_at", at))?;
        Ok(self)
    }
}

impl Checked for WaitlistInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        number("priority", u32::from(self.priority), 0, 2)?;
        self.requested_on.map_or(Ok(()), |date| check_date("requested_on", date))?;
        if let (Some(earliest), Some(latest)) = (self.earliest, self.latest)
            && latest < earliest
        {
            return Err(Refusal::on(RefusalCode::EndBeforeStart, "latest"));
        }
        Ok(Self { notes: optional("notes", self.notes.as_deref(), 2_000)?, ..self })
    }
}

impl Checked for NotifyInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        Ok(Self { body: message(&self.body)?, ..self })
    }
}

impl Checked for WriteInput {
    type Context<'a> = ();

    fn checked(self, (): ()) -> Result<Self, Refusal> {
        Ok(Self { body: message(&self.body)?, ..self })
    }
}

/// The words of a message: ten SMS at the most.
fn message(body: &str) -> Result<String, Refusal> {
    optional("body", Some(body), 1_600)?.ok_or_else(|| Refusal::required("body"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sex, Species};

    fn client() -> ClientDetails {
        ClientDetails { last_name: "Byron".into(), ..ClientDetails::default() }
    }

    #[test]
    fn a_client_is_somebody_and_every_field_has_its_limit() {
        let field = |details: ClientDetails| details.checked("en-US").unwrap_err().field.unwrap();
        assert_eq!(field(ClientDetails::default()), "last_name");
        assert_eq!(field(ClientDetails { first_name: "x".repeat(101), ..client() }), "first_name");
        assert_eq!(field(ClientDetails { notes: Some("x".repeat(10_001)), ..client() }), "notes");
        assert_eq!(field(ClientDetails { email: Some("nobody".into()), ..client() }), "email");
        assert_eq!(field(ClientDetails { last_name: "By\0ron".into(), ..client() }), "last_name");
        assert!(ClientDetails { phone: Some("ask Maria".into()), ..ClientDetails::default() }.checked("en-US").is_ok(), "kept as typed");
    }

    #[test]
    fn several_phones_in_one_are_kept_as_they_came_and_refused_where_somebody_types_them() {
        let several = "+1 415-555-2671 ::: +1 415-555-2672 ::: +1 415-555-2673";
        let with = |phone: &str| ClientDetails { phone: Some(phone.into()), ..client() };
        assert_eq!(with(several).checked_as_typed("en-US").unwrap().phone.as_deref(), Some(several));
        assert_eq!(with(several).checked_where_changed(None, Some(several), "en-US").unwrap().phone.as_deref(), Some(several));
        for refused in [with(several).checked("en-US"), with(several).checked_where_changed(None, Some("+14155552671"), "en-US")] {
            assert_eq!(refused.unwrap_err().field.as_deref(), Some("phone"));
        }
        assert!(with(&"1".repeat(201)).checked_as_typed("en-US").is_err());
    }

    #[test]
    fn what_is_said_beside_a_client_needs_no_name() {
        let beside = ClientDetails { notes: Some("Pays cash".into()), ..ClientDetails::default() };
        assert_eq!(beside.clone().checked_beside("en-US"), Ok(beside.clone()));
        assert!(beside.checked_as_typed("en-US").is_err());
    }

    #[test]
    fn a_custom_field_that_is_too_long_is_named() {
        let custom_fields = BTreeMap::from([("Gate".into(), "12".into()), ("Vet".into(), "x".repeat(1_001))]);
        let refusal = ClientDetails { custom_fields, ..client() }.checked("en-US").unwrap_err();
        assert_eq!((refusal.field.as_deref(), refusal.detail.as_deref()), (Some("custom_fields"), Some("Vet")));
    }

    #[test]
    fn tags_are_trimmed_and_stand_once() {
        let checked =
            ClientDetails { tags: vec![" VIP ".into(), "vip".into(), "".into(), "cash".into()], ..client() }.checked("en-US").unwrap();
        assert_eq!(checked.tags, ["cash", "VIP"]);
    }

    #[test]
    fn a_pet_is_not_born_tomorrow_and_does_not_die_before_it_is_born() {
        let today = "2026-06-01".parse().unwrap();
        let pet = PetDetails {
            name: "Rex".into(),
            species: Species::Dog,
            breed: None,
            sex: Sex::Unknown,
            is_neutered: None,
            born_on: Some("2020-01-01".parse().unwrap()),
            weight_grams: None,
            color: None,
            microchip: None,
            allergies: None,
            alerts: None,
            deceased_on: None,
        };
        assert!(pet.clone().checked(today).is_ok());
        let field = |pet: PetDetails| pet.checked(today).unwrap_err().field.unwrap();
        let told = |pet: PetDetails| pet.checked(today).map_err(|refusal| (refusal.code, refusal.field.unwrap())).unwrap_err();
        let tomorrow = Some("2026-06-02".parse().unwrap());
        assert_eq!(told(PetDetails { born_on: tomorrow, ..pet.clone() }), (RefusalCode::InFuture, "born_on".into()));
        assert_eq!(told(PetDetails { deceased_on: tomorrow, ..pet.clone() }), (RefusalCode::InFuture, "deceased_on".into()));
        let died = PetDetails { deceased_on: Some("2019-12-31".parse().unwrap()), ..pet.clone() };
        assert_eq!(told(died), (RefusalCode::BeforeBirth, "deceased_on".into()));
        assert_eq!(field(PetDetails { weight_grams: Some(0), ..pet.clone() }), "weight_grams");
        assert_eq!(field(PetDetails { born_on: Some("0020-01-01".parse().unwrap()), ..pet }), "born_on");
    }

    #[test]
    fn a_microchip_is_written_without_spaces() {
        let read = |text| microchip(Some(text)).unwrap().unwrap();
        assert_eq!(read(" 985 112-345.678 900 "), "985112345678900");
        assert_eq!(read("AVID 012*345*678"), "AVID 012*345*678", "an older kind, as it is printed");
        assert_eq!(read("---"), "---");
    }

    #[test]
    fn two_names_of_a_custom_field_that_look_the_same_are_refused() {
        let custom_fields = BTreeMap::from([("Vet".into(), "A".into()), (" Vet".into(), "B".into())]);
        assert_eq!(ClientDetails { custom_fields, ..client() }.checked("en-US").unwrap_err().code, RefusalCode::Duplicate);
    }
}

//! Records as clients and pets, or as reasons why not.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use petrel_domain::checked::Checked;
use petrel_domain::desk::{BadRow, ClientDetails, ImportField, ImportPlan, PetDetails};
use petrel_domain::text::fold;
use petrel_domain::{Sex, Species};

use super::headers::Deaths;
use super::noes::{self, Noes};
use super::read::{File, Record};
use super::{cells, weight};
use crate::appointments::card::full_name;

/// A row that can be brought in.
pub(super) struct Row {
    pub(super) line: u32,
    /// What it says of its client.
    pub(super) client: ClientDetails,
    /// Whether it says who that is. Else it adds a pet to the client of its number, or to the one above it.
    pub(super) is_somebody: bool,
    /// Whether there is no client above it, or one who was set aside: pets below would be another's.
    pub(super) is_cut_off: bool,
    pub(super) external_id: Option<String>,
    /// What other rows of this client share, the number first.
    pub(super) keys: Vec<String>,
    pub(super) pet: Option<PetDetails>,
    /// It died on a day that the row does not say.
    pub(super) is_death_undated: bool,
    /// It says something of a pet, and not its name.
    pub(super) is_pet_nameless: bool,
    pub(super) noes: Noes,
}

/// What the file holds.
pub(super) struct Read {
    pub(super) rows: Vec<Row>,
    pub(super) bad: Vec<BadRow>,
    pub(super) ambiguous_dates: usize,
    /// Pets that died on a day that the file does not say.
    pub(super) undated_deaths: usize,
    /// Rows that tell of a pet without its name.
    pub(super) nameless_pets: usize,
}

/// A row that cannot be, and whether a client may stand in it, whose pets are below.
struct Refused {
    bad: BadRow,
    may_be_client: bool,
}

/// Reads every record, on as many threads as there are: no record needs another.
pub(super) fn read(file: &File, locale: &str, today: NaiveDate) -> Read {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = file.records.len().div_ceil(threads).max(1);
    let parts: Vec<Vec<Result<Row, Refused>>> = std::thread::scope(|scope| {
        let work = file
            .records
            .chunks(share)
            .map(|records| scope.spawn(move || records.iter().map(|record| row(file, record, locale, today)).collect()));
        let started: Vec<_> = work.collect();
        started.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    });
    let mut read = Read {
        rows: Vec::with_capacity(file.records.len()),
        bad: Vec::new(),
        ambiguous_dates: ambiguous(file),
        undated_deaths: 0,
        nameless_pets: 0,
    };
    let mut is_cut_off = true;
    for row in parts.into_iter().flatten() {
        match row {
            Ok(row) => {
                read.undated_deaths += usize::from(row.is_death_undated);
                read.nameless_pets += usize::from(row.is_pet_nameless);
                read.rows.push(Row { is_cut_off, ..row });
                is_cut_off = false;
            }
            Err(refused) => {
                is_cut_off |= refused.may_be_client;
                read.bad.push(refused.bad);
            }
        }
    }
    read
}

fn ambiguous(file: &File) -> usize {
    let is_date = |field: &ImportField| matches!(field, ImportField::BornOn | ImportField::DeceasedOn);
    let columns: Vec<usize> = file.plan.columns.iter().enumerate().filter(|(_, field)| is_date(field)).map(|(index, _)| index).collect();
    let cells = file.records.iter().flat_map(|record| columns.iter().filter_map(|index| record.cells.get(*index)));
    cells.filter(|cell| cells::is_ambiguous(cell)).count()
}

pub(super) fn bad(line: u32, reason: &str, at: Option<(&str, &str)>) -> BadRow {
    BadRow { line, reason: reason.to_owned(), column: at.map(|(column, _)| column.to_owned()), cell: at.map(|(_, cell)| cell.to_owned()) }
}

/// The cells of a record by field.
struct Cells<'a> {
    file: &'a File,
    record: &'a Record,
}

impl<'a> Cells<'a> {
    fn place(&self, field: ImportField) -> Option<usize> {
        self.file.plan.columns.iter().position(|of| *of == field)
    }

    fn get(&self, field: ImportField) -> Option<&'a str> {
        self.record.cells.get(self.place(field)?).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    fn text(&self, field: ImportField) -> Option<String> {
        self.get(field).map(str::to_owned)
    }

    fn refuse(&self, field: ImportField, reason: &str) -> BadRow {
        self.refuse_at(self.place(field), reason)
    }

    fn refuse_at(&self, place: Option<usize>, reason: &str) -> BadRow {
        let cell = |place: usize| self.record.cells.get(place).unwrap_or_default().trim();
        let at = place.and_then(|place| Some((self.file.headers.get(place)?.as_str(), cell(place))));
        bad(self.record.line, reason, at)
    }

    /// A cell that is read as something, or refused.
    fn read<T>(&self, field: ImportField, reason: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, BadRow> {
        match self.get(field) {
            None => Ok(None),
            Some(cell) => read(cell).map(Some).ok_or_else(|| self.refuse(field, reason)),
        }
    }

    /// The same of a cell that says something.
    fn read_said<T>(
        &self,
        field: ImportField,
        reason: &str,
        said: impl Fn(&str) -> bool,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, BadRow> {
        if self.get(field).is_some_and(said) { self.read(field, reason, read) } else { Ok(None) }
    }
}

fn row(file: &File, record: &Record, locale: &str, today: NaiveDate) -> Result<Row, Refused> {
    let too_many = record.cells.iter().skip(file.headers.len()).any(|cell| !cell.trim().is_empty());
    if too_many {
        // Cells that slipped may be anything.
        return Err(Refused { bad: bad(record.line, "too_many_cells", None), may_be_client: true });
    }
    let cells = Cells { file, record };
    row_of(&cells, locale, today).map_err(|bad| Refused { bad, may_be_client: may_be_client(&cells) })
}

/// Whether a row says anything of a client. What nobody knows may be the pet's where there is one.
fn may_be_client(cells: &Cells<'_>) -> bool {
    use ImportField::*;
    let is_pet = cells.get(PetName).is_some();
    let filled = cells.file.plan.columns.iter().zip(&cells.record.cells).filter(|(_, cell)| !cell.trim().is_empty());
    filled.map(|(field, _)| field).any(|field| match field {
        FullName | FirstName | LastName | Email | Phone | ExternalId => true,
        SecondPhone | Street | City | Region | Postcode | Country | Notes | Tags | NoEmail | NoSms | Custom => !is_pet,
        PetName | Species | Breed | Sex | Neutered | BornOn | Weight | Color | Microchip | Allergies | Alerts | DeceasedOn | Ignore => {
            false
        }
    })
}

fn row_of(cells: &Cells<'_>, locale: &str, today: NaiveDate) -> Result<Row, BadRow> {
    let client = client(cells);
    let is_somebody = !(client.first_name.is_empty() && client.last_name.is_empty()) || client.email.is_some() || client.phone.is_some();
    let pet = pet(cells, &cells.file.plan, today)?;
    let is_day_said = || cells.get(ImportField::DeceasedOn).is_some_and(|cell| cell.bytes().filter(u8::is_ascii_digit).count() > 2);
    let is_death_undated = pet.as_ref().is_some_and(|pet| pet.deceased_on == Some(today)) && !is_day_said();
    let is_pet_nameless = pet.is_none() && OF_PET.into_iter().any(|field| cells.get(field).is_some_and(|cell| !cells::says_nothing(cell)));
    let noes = Noes {
        email: cells.read(ImportField::NoEmail, "bad_no", noes::email)?.flatten(),
        sms: cells.read(ImportField::NoSms, "bad_no", |cell| noes::sms(cell, cells.file.plan.date_order, today))?.flatten(),
    };
    if !is_somebody && pet.is_none() {
        return Err(bad(cells.record.line, "missing_name", None));
    }
    let client = if is_somebody { client.checked_as_typed(locale) } else { client.checked_beside(locale) };
    let client = client.map_err(|refusal| told(cells, &refusal))?;
    let pet = pet.map(|pet| pet.checked(today)).transpose().map_err(|refusal| told(cells, &refusal))?;
    let external_id = cells.text(ImportField::ExternalId);
    let mut keys: Vec<String> = external_id.iter().map(|id| format!("id|{id}")).collect();
    if is_somebody {
        keys.extend(contact_keys(&client));
    }
    Ok(Row {
        line: cells.record.line,
        client,
        is_somebody,
        is_cut_off: false,
        external_id,
        keys,
        pet,
        is_death_undated,
        is_pet_nameless,
        noes,
    })
}

/// What is told of a pet besides its name.
const OF_PET: [ImportField; 8] = {
    use ImportField::*;
    [Species, Breed, Sex, BornOn, Weight, Microchip, Allergies, Alerts]
};

/// The same number of theirs, or the same name with the same phone, e-mail or address, is the same client. "None" and "-" are no such thing: two who have
/// nothing else in common share them.
fn contact_keys(client: &ClientDetails) -> impl Iterator<Item = String> {
    let name = fold(&full_name(&client.first_name, &client.last_name));
    let digits = |phone: &str| phone.bytes().filter(u8::is_ascii_digit).count();
    let shared = [
        ("phone", client.phone.as_deref().filter(|phone| digits(phone) >= 6)),
        ("email", client.email.as_deref().filter(|email| email.contains('@'))),
        ("address", client.address.as_deref().filter(|address| is_place(address))),
    ];
    shared.into_iter().filter_map(move |(kind, value)| Some(format!("{kind}|{name}|{}", fold(value?))))
}

/// Whether an address says where: it has a number, or two words of more than a letter ("n/a, Bern" is none).
fn is_place(address: &str) -> bool {
    let is_number = address.bytes().any(|byte| byte.is_ascii_digit());
    is_number || fold(address).split_whitespace().filter(|word| word.chars().nth(1).is_some()).nth(1).is_some()
}

/// A refusal by the rules for fields, as a bad row: its reason is the code, its column the one that the field came from.
fn told(cells: &Cells<'_>, refusal: &petrel_domain::Refusal) -> BadRow {
    let is_said = |field: &ImportField| cells.get(*field).is_some();
    let field = match refusal.field.as_deref() {
        Some("first_name" | "last_name") if ![ImportField::FirstName, ImportField::LastName].iter().any(is_said) => ImportField::FullName,
        Some("first_name") => ImportField::FirstName,
        Some("last_name") => ImportField::LastName,
        Some("email") => ImportField::Email,
        Some("phone") => ImportField::Phone,
        // Of several cells the one that says most.
        Some("address") => PLACE.into_iter().max_by_key(|field| cells.get(*field).map(str::len)).unwrap_or(ImportField::Street),
        Some("notes") => ImportField::Notes,
        Some("tags") => ImportField::Tags,
        Some("name") => ImportField::PetName,
        Some("breed") if !is_said(&ImportField::Breed) => ImportField::Species,
        Some("breed") => ImportField::Breed,
        Some("born_on") => ImportField::BornOn,
        Some("deceased_on") => ImportField::DeceasedOn,
        Some("weight_grams") => ImportField::Weight,
        Some("microchip") => ImportField::Microchip,
        Some("allergies") => ImportField::Allergies,
        Some("alerts") => ImportField::Alerts,
        Some("color") => ImportField::Color,
        _ => ImportField::Custom,
    };
    let code = serde_json::to_value(refusal.code).ok();
    let reason = match (field, code.as_ref().and_then(serde_json::Value::as_str)) {
        (ImportField::Email, Some("invalid")) => "bad_email",
        (ImportField::BornOn | ImportField::DeceasedOn, Some("invalid" | "in_future" | "before_birth")) => "bad_date",
        (_, Some("too_long")) => "too_long",
        _ => "bad_cell",
    };
    // Of a client's own fields the one that is named.
    let own = refusal.detail.as_ref().filter(|_| field == ImportField::Custom);
    let own = own.and_then(|name| cells.file.own_names.iter().position(|own| own == name));
    cells.refuse_at(own.or_else(|| cells.place(field)), reason)
}

/// The cells of an address, in their order.
const PLACE: [ImportField; 5] = [ImportField::Street, ImportField::City, ImportField::Region, ImportField::Postcode, ImportField::Country];

fn client(cells: &Cells<'_>) -> ClientDetails {
    let (mut first, mut last) =
        (cells.text(ImportField::FirstName).unwrap_or_default(), cells.text(ImportField::LastName).unwrap_or_default());
    if let (true, true, Some(name)) = (first.is_empty(), last.is_empty(), cells.get(ImportField::FullName)) {
        (first, last) = split_name(name);
    }
    let address: Vec<&str> = PLACE.into_iter().filter_map(|field| cells.get(field)).collect();
    let tags = cells.get(ImportField::Tags).unwrap_or_default();
    ClientDetails {
        first_name: first,
        last_name: last,
        email: cells.text(ImportField::Email),
        phone: cells.text(ImportField::Phone),
        address: (!address.is_empty()).then(|| address.join(", ")),
        notes: cells.text(ImportField::Notes),
        tags: cells::tags(tags),
        custom_fields: custom(cells),
        wishes: None,
    }
}

/// Columns nobody knows, and a second phone, under their own names.
fn custom(cells: &Cells<'_>) -> BTreeMap<String, String> {
    let columns = cells.file.plan.columns.iter().zip(&cells.file.own_names).zip(&cells.record.cells);
    let own = columns.filter(|((field, _), _)| matches!(field, ImportField::Custom | ImportField::SecondPhone));
    own.map(|((_, name), cell)| (name.clone(), cell.trim().to_owned()))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .collect()
}

/// "Byron, Ada" and "Ada Byron". Two family names, as Spain has them, stay together behind one given name.
fn split_name(name: &str) -> (String, String) {
    if let Some((last, first)) = name.split_once(',') {
        return (first.trim().to_owned(), last.trim().to_owned());
    }
    let (first, last) = name.split_once(' ').unwrap_or(("", name));
    (first.trim().to_owned(), last.trim().to_owned())
}

fn pet(cells: &Cells<'_>, plan: &ImportPlan, today: NaiveDate) -> Result<Option<PetDetails>, BadRow> {
    let Some(name) = cells.text(ImportField::PetName) else { return Ok(None) };
    let date = |cell: &str| cells::date(cell, plan.date_order, today);
    // A cell that was filled because it had to be says as much as an empty one.
    let said = |cell: &str| !cells::says_nothing(cell) && !cells::is_zero(cell);
    let kind = cells.get(ImportField::Species);
    let species = kind.map_or(Species::Other, cells::species);
    let breed = cells
        .text(ImportField::Breed)
        .or_else(|| kind.filter(|kind| species == Species::Other && !cells::is_no_species(kind)).map(str::to_owned));
    let (sex, by_sex) = cells.read(ImportField::Sex, "bad_sex", cells::sex)?.unwrap_or((Sex::Unknown, None));
    Ok(Some(PetDetails {
        name,
        species,
        breed,
        sex,
        is_neutered: cells.read(ImportField::Neutered, "bad_neutered", cells::neutered)?.flatten().or(by_sex),
        born_on: cells.read_said(ImportField::BornOn, "bad_date", said, date)?,
        weight_grams: cells.read_said(ImportField::Weight, "bad_weight", said, |cell| weight::grams(cell, plan.weight_unit))?,
        color: cells.text(ImportField::Color),
        microchip: cells.text(ImportField::Microchip),
        allergies: cells.text(ImportField::Allergies),
        alerts: cells.text(ImportField::Alerts),
        // Yes and no under "Deceased" are answers, too. Of a death on a day that nobody says is known by today.
        deceased_on: cells
            .read(ImportField::DeceasedOn, "bad_date", |cell| match cells::is_dead(cell) {
                Some(is_dead) => Some(is_dead.then_some(today)),
                None if !said(cell) => Some(None),
                None => date(cell).map(Some),
            })?
            .flatten()
            .or_else(|| is_said_dead(cells).then_some(today)),
    }))
}

/// Whether a column besides that of the day says that the pet died.
fn is_said_dead(cells: &Cells<'_>) -> bool {
    cells.file.deaths.iter().any(|(column, how)| {
        let cell = cells.record.cells.get(*column).unwrap_or_default();
        cells::is_death(cell) || *how == Deaths::Answer && cells::is_dead(cell) == Some(true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_share_is_no_key() {
        let keys = |phone: &str, email: &str, address: &str| {
            let some = |text: &str| Some(text.to_owned());
            let client = ClientDetails {
                first_name: "Ann".into(),
                phone: some(phone),
                email: some(email),
                address: some(address),
                ..ClientDetails::default()
            };
            contact_keys(&client).count()
        };
        for nothing in ["-", "none", "n/a", "N/A, Bern", "unknown"] {
            assert_eq!(keys(nothing, nothing, nothing), 0, "{nothing}");
        }
        assert_eq!(keys("ask Bo", "ann at home", "Bern"), 0);
        assert_eq!(keys("12 34 56", "ann@home", "Main 1"), 3);
        assert_eq!(keys("12345", "none", "Elm Court, Bern"), 1);
    }

    #[test]
    fn names_are_split_as_they_are_written() {
        let of = |name: &str| split_name(name);
        assert_eq!(of("Ada Byron"), ("Ada".into(), "Byron".into()));
        assert_eq!(of("Byron, Ada"), ("Ada".into(), "Byron".into()));
        assert_eq!(of("Lucía García Márquez"), ("Lucía".into(), "García Márquez".into()));
        assert_eq!(of("Cher"), (String::new(), "Cher".into()));
    }
}

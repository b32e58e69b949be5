//! Who is here already: read once, so that no row has to ask.

use std::collections::HashMap;

use chrono::NaiveDate;
use petrel_domain::desk::{ClientDetails, DuplicateReason, PetDetails};
use petrel_domain::text::fold;
use petrel_domain::{ClientId, PetId, Sex, Species, contact};
use rusqlite::{Connection, Row};

use super::pets;
use crate::Result;
use crate::appointments::card::full_name;
use crate::row::RowExt;

/// The clients by what two of them may share. A household shares a phone or an e-mail.
#[derive(Default)]
pub(super) struct Known {
    /// What a death on no day is taken for.
    today: NaiveDate,
    by_external_id: HashMap<String, Vec<ClientId>>,
    by_phone: HashMap<String, Vec<ClientId>>,
    by_email: HashMap<String, Vec<ClientId>>,
    by_name_and_pet: HashMap<String, Vec<ClientId>>,
    /// By first and last name; nobody where two are called so.
    by_name: HashMap<String, Option<ClientId>>,
    clients: HashMap<ClientId, Client>,
    pets: HashMap<ClientId, Vec<Pet>>,
}

/// What is compared of a pet; what no comparison asks for is not read.
struct Pet {
    id: PetId,
    /// Folded.
    name: String,
    details: PetDetails,
}

/// What is compared of a client.
struct Client {
    name: String,
    folded: Folded,
    phone: Option<String>,
    email: Option<String>,
}

/// A name as it is compared. Thousands may share the number of a counter: each is folded once.
struct Folded {
    first: String,
    last: String,
    full: String,
}

/// How well two names agree; the better is the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    /// One of them is missing, or a part of it.
    Open,
    /// The first name is the same: people marry.
    FirstName,
    Whole,
}

impl Known {
    pub(super) fn load(db: &Connection, today: NaiveDate) -> Result<Self> {
        let mut known = Self { today, ..Self::default() };
        let mut statement =
            db.prepare("SELECT id, first_name, last_name, phone, email, external_id FROM clients WHERE deleted_at IS NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = ClientId::from_bytes(row.get(0)?);
            let phone = row.get::<_, Option<String>>(3)?.filter(|phone| !contact::is_unclear(phone));
            let email = row.get_ref(4)?.as_str_or_null()?.filter(|email| contact::is_email(email)).map(contact::email_key);
            if let Some(phone) = &phone {
                known.by_phone.entry(phone.clone()).or_default().push(id);
            }
            if let Some(email) = &email {
                known.by_email.entry(email.clone()).or_default().push(id);
            }
            if let Some(external_id) = row.get(5)? {
                known.by_external_id.entry(external_id).or_default().push(id);
            }
            let (first, last) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
            let folded = Folded::of(first, last);
            if folded.is_whole() {
                known.by_name.entry(folded.full.clone()).and_modify(|one| *one = None).or_insert(Some(id));
            }
            known.clients.insert(id, Client { name: full_name(first, last), folded, phone, email });
        }
        // Of namesakes the one that lives is looked at first.
        let sql = "SELECT client_id, id, name, breed, microchip, species, sex, born_on, deceased_on FROM pets WHERE deleted_at IS NULL
                   ORDER BY deceased_on IS NOT NULL";
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, pet) = (ClientId::from_bytes(row.get(0)?), read_pet(row)?);
            if let Some(client) = known.clients.get(&id)
                && let Some(key) = name_and_pet(&client.folded, &pet.name)
            {
                known.by_name_and_pet.entry(key).or_default().push(id);
            }
            known.pets.entry(id).or_default().push(pet);
        }
        Ok(known)
    }

    /// The client that these details are of, and how that is known.
    ///
    /// Of a household that shares a phone or an e-mail it is the one of that name. Another first name is another member, who may be here under name
    /// and pet, or is new: two that were one are found among the possible duplicates, two that became one are not. For the same reason name and pet
    /// tell nothing of one who can be reached elsewhere.
    pub(super) fn find<'a>(
        &self,
        client: &ClientDetails,
        external_id: Option<&str>,
        is_number_of_client: bool,
        mut pets: impl Iterator<Item = &'a str>,
    ) -> Option<(ClientId, DuplicateReason)> {
        if self.clients.is_empty() {
            return None;
        }
        let email = client.email.as_deref().map(contact::email_key);
        let folded = Folded::of(&client.first_name, &client.last_name);
        if let Some(found) = external_id.and_then(|external_id| self.by_number(client, &folded, external_id, email.as_deref())) {
            return Some(found);
        }
        let of_phone = client.phone.as_ref().and_then(|phone| self.by_phone.get(phone));
        let of_email = email.as_ref().and_then(|email| self.by_email.get(email));
        let by_phone = of_phone.and_then(|ids| self.best(ids, &folded)).map(|(how, id)| (how, id, DuplicateReason::Phone));
        let by_email = of_email.and_then(|ids| self.best(ids, &folded)).map(|(how, id)| (how, id, DuplicateReason::Email));
        let found = match (by_phone, by_email) {
            (Some(phone), Some(email)) if email.0 > phone.0 => Some(email),
            (phone, email) => phone.or(email),
        };
        if let Some((_, id, reason)) = found {
            return Some((id, reason));
        }
        let phone = client.phone.as_deref().filter(|phone| !contact::is_unclear(phone));
        let email = email.as_deref().filter(|email| contact::is_email(email));
        let found = pets.find_map(|pet| {
            let ids = self.by_name_and_pet.get(&name_and_pet(&folded, &fold(pet))?)?;
            ids.iter().find(|id| !self.is_elsewhere(**id, phone, email))
        });
        if let Some(id) = found {
            return Some((*id, DuplicateReason::NameAndPet));
        }
        // Of whom nothing but the name is told, as in a list of patients with their owners: who is the only one called so.
        let is_numbered = external_id.is_some() && is_number_of_client;
        let is_name_alone =
            !is_numbered && client.phone.is_none() && client.email.is_none() && client.address.is_none() && folded.is_whole();
        let id = self.by_name.get(&folded.full).copied().flatten().filter(|_| is_name_alone)?;
        Some((id, DuplicateReason::Name))
    }

    /// The one client who has this number in another program.
    pub(super) fn of_number(&self, number: &str) -> Option<ClientId> {
        match self.by_external_id.get(number)?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Whether a client has another phone or another e-mail than these, and neither is the same.
    fn is_elsewhere(&self, id: ClientId, phone: Option<&str>, email: Option<&str>) -> bool {
        let Some(known) = self.clients.get(&id) else { return false };
        let both = [known.phone.as_deref().zip(phone), known.email.as_deref().zip(email)];
        let mut both = both.into_iter().flatten().peekable();
        both.peek().is_some() && both.all(|(known, told)| known != told)
    }

    /// The client of this number in another program. Every program counts from one: something else must be the same, too.
    fn by_number(
        &self,
        client: &ClientDetails,
        folded: &Folded,
        external_id: &str,
        email: Option<&str>,
    ) -> Option<(ClientId, DuplicateReason)> {
        self.by_external_id.get(external_id)?.iter().find_map(|id| {
            let known = self.clients.get(id)?;
            let agreement = known.folded.agreement(folded);
            let reason = match () {
                () if agreement.is_some() && known.phone.is_some() && known.phone == client.phone => DuplicateReason::Phone,
                () if agreement.is_some() && known.email.is_some() && known.email.as_deref() == email => DuplicateReason::Email,
                () if agreement == Some(Agreement::Whole) => DuplicateReason::NameAndPet,
                () => return None,
            };
            Some((*id, reason))
        })
    }

    /// Of clients that share something with this one, the one whose name agrees best. Where two agree in a part only, nobody knows which it is.
    fn best(&self, ids: &[ClientId], folded: &Folded) -> Option<(Agreement, ClientId)> {
        let agreeing = || ids.iter().filter_map(|id| Some((self.clients.get(id)?.folded.agreement(folded)?, *id)));
        let how = agreeing().map(|(how, _)| how).max()?;
        let mut best = agreeing().filter(|(of, _)| *of == how);
        let first = best.next()?;
        (how == Agreement::Whole || best.next().is_none()).then_some(first)
    }

    pub(super) fn name(&self, id: ClientId) -> String {
        self.clients.get(&id).map(|client| client.name.clone()).unwrap_or_default()
    }

    /// For each pet of a family which of the client's it is; none where it is new. No two are the same one: within a file, they differ.
    pub(super) fn pets_of<'a>(&self, id: ClientId, of: impl Iterator<Item = &'a PetDetails>) -> Vec<Option<PetId>> {
        let Some(here) = self.pets.get(&id) else { return of.map(|_| None).collect() };
        let mut found: Vec<Option<PetId>> = Vec::new();
        for row in of {
            let name = fold(&row.name);
            let namesakes = || here.iter().filter(|pet| pet.name == name && !found.contains(&Some(pet.id)));
            // One that says the same of a death comes before one that may be told of it.
            let same = namesakes().find(|pet| pet.details.deceased_on == row.deceased_on && pets::is_here(&pet.details, row, self.today));
            let same = same.or_else(|| namesakes().find(|pet| pets::is_here(&pet.details, row, self.today)));
            found.push(same.map(|pet| pet.id));
        }
        found
    }
}

/// What a client is known by besides phone and e-mail; none where a name is missing: many have a Luna. (Likeness has the same rule.)
fn name_and_pet(name: &Folded, pet: &str) -> Option<String> {
    let is_told = !name.full.trim().is_empty() && !pet.trim().is_empty();
    is_told.then(|| format!("{}|{pet}", name.full))
}

fn read_pet(row: &Row<'_>) -> Result<Pet> {
    let details = PetDetails {
        name: String::new(),
        species: row.choice("species", |text| Some(Species::parse(text).unwrap_or(Species::Other)))?,
        breed: row.get(3)?,
        sex: row.choice("sex", Sex::parse)?,
        is_neutered: None,
        born_on: row.parsed_opt("born_on")?,
        weight_grams: None,
        color: None,
        microchip: row.get(4)?,
        allergies: None,
        alerts: None,
        deceased_on: row.parsed_opt("deceased_on")?,
    };
    Ok(Pet { id: PetId::from_bytes(row.get(1)?), name: fold(row.get_ref(2)?.as_str()?), details })
}

impl Folded {
    fn of(first_name: &str, last_name: &str) -> Self {
        let words = |name: &str| fold(name).split_whitespace().collect::<Vec<_>>().join(" ");
        let (first, last) = (words(first_name), words(last_name));
        Self { full: full_name(&first, &last), first, last }
    }

    /// Whether both names are there.
    fn is_whole(&self) -> bool {
        !self.first.is_empty() && !self.last.is_empty()
    }

    /// How two names agree; not at all where the first names are two.
    fn agreement(&self, other: &Self) -> Option<Agreement> {
        let is_part = |alone: &Self, whole: &Self| alone.first.is_empty() && (alone.last == whole.first || alone.last == whole.last);
        match () {
            () if self.full == other.full => Some(Agreement::Whole),
            () if !self.first.is_empty() && self.first == other.first => Some(Agreement::FirstName),
            () if self.full.is_empty() || other.full.is_empty() => Some(Agreement::Open),
            // One word alone may be either name.
            () if is_part(self, other) || is_part(other, self) => Some(Agreement::Open),
            () => None,
        }
    }
}

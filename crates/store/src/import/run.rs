//! Sorting the rows into clients, and writing them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use petrel_domain::desk::{
    BadRow, ClientDetails, DuplicateReason, ImportDuplicate, ImportField, ImportReport, OnDuplicate, PetDetails, Progress, Saved,
};
use petrel_domain::merge_clients::filled_name;
use petrel_domain::text::fold;
use petrel_domain::{ClientId, ClientSource, PetId, Refusal, RefusalCode};
use rusqlite::params;
use serde_json::{Map, Value};

use super::known::Known;
use super::noes::Noes;
use super::read::File;
use super::rows::{Read, Row};
use super::{count, headers, merge, pets, rows};
use crate::appointments::card::full_name;
use crate::clients::{Also, insert_client, save_tags};
use crate::pets::insert_pet;
use crate::replica::json;
use crate::{Action, Actor, Result, Store, Tx};

/// Rows of one transaction of the log: what one push carries well.
const STRETCH: usize = 1000;

/// A client of the file, with the rows that are of it.
pub(super) struct Family<'a> {
    /// What its rows say of it together.
    client: Cow<'a, ClientDetails>,
    external_id: Option<&'a str>,
    rows: Vec<&'a Row>,
    /// The pets of its rows; one that several rows name stands once.
    pets: Vec<Cow<'a, PetDetails>>,
    noes: Noes,
    /// Whether its number is surely the client's: one that may be the pet's is kept of nobody who is here.
    is_numbered: bool,
    known: Option<(ClientId, DuplicateReason)>,
    /// For each pet which of the client's it is, where the client is here.
    known_pets: Vec<Option<PetId>>,
}

/// The file's clients, in its order.
pub(super) struct Sorted<'a> {
    families: Vec<Family<'a>>,
    /// Rows that say more than the client has room for, and pets whose client is not in the file.
    pub(super) bad: Vec<BadRow>,
}

/// A client that is here already.
pub(super) struct Found<'a> {
    family: &'a Family<'a>,
    id: ClientId,
    reason: DuplicateReason,
}

impl Found<'_> {
    pub(super) fn shown(&self, known: &Known) -> ImportDuplicate {
        ImportDuplicate {
            line: self.family.rows.first().map_or(0, |row| row.line),
            name: full_name(&self.family.client.first_name, &self.family.client.last_name),
            existing_name: known.name(self.id),
            reason: self.reason,
        }
    }
}

impl Sorted<'_> {
    pub(super) fn duplicates(&self) -> Vec<Found<'_>> {
        self.families.iter().filter_map(|family| family.known.map(|(id, reason)| Found { family, id, reason })).collect()
    }

    pub(super) fn new_clients(&self, on_duplicate: OnDuplicate) -> usize {
        self.families.iter().filter(|family| family.known.is_none() || family.asked(on_duplicate) == OnDuplicate::CreateAnyway).count()
    }

    pub(super) fn new_pets(&self, on_duplicate: OnDuplicate) -> usize {
        self.families.iter().map(|family| family.new_pets(on_duplicate).count()).sum()
    }
}

impl<'a> Family<'a> {
    /// The pets that are to be made.
    fn new_pets(&'a self, on_duplicate: OnDuplicate) -> impl Iterator<Item = &'a PetDetails> {
        let all = self.pets.iter().enumerate();
        let new = all.filter(move |(place, _)| match (self.known, self.asked(on_duplicate)) {
            (None, _) | (_, OnDuplicate::CreateAnyway) => true,
            (Some(_), OnDuplicate::Skip) => false,
            (Some(_), OnDuplicate::FillIn) => self.known_pets.get(*place).copied().flatten().is_none(),
        });
        new.map(|(_, pet)| pet.as_ref())
    }

    /// What is done where the client is here: of whom the file says nothing but a number no second one can be made.
    fn asked(&self, on_duplicate: OnDuplicate) -> OnDuplicate {
        let is_number_alone = matches!(self.known, Some((_, DuplicateReason::Number)));
        if is_number_alone && on_duplicate == OnDuplicate::CreateAnyway { OnDuplicate::FillIn } else { on_duplicate }
    }

    /// The pets that are here already.
    fn pets_here(&self) -> impl Iterator<Item = (PetId, &PetDetails)> {
        self.known_pets.iter().zip(&self.pets).filter_map(|(id, pet)| Some(((*id)?, pet.as_ref())))
    }
}

/// To whom a row belongs that names nobody.
#[derive(Clone, Copy)]
enum Above<'a> {
    Nobody,
    /// A client of the file.
    Family(usize),
    /// The client of a number, by its key, who may stand further down.
    Awaited(&'a str),
}

/// The file's clients, as far as its rows were sorted.
struct Sorting<'a, 'f> {
    file: &'f File,
    families: Vec<Family<'a>>,
    bad: Vec<BadRow>,
    by_key: HashMap<&'a str, usize>,
    /// Whether the file's numbers are surely its clients'.
    is_number_of_client: bool,
}

/// Sorts rows into clients: rows that share a key are of the same client; a row that names nobody belongs to the client of its number, and without one to
/// the client of the row above.
pub(super) fn sort<'a>(file: &File, rows: &'a [Row], known: &Known) -> Sorted<'a> {
    let mut sorting = Sorting {
        file,
        families: Vec::new(),
        bad: Vec::new(),
        by_key: HashMap::with_capacity(3 * rows.len()),
        is_number_of_client: is_number_of_client(file, rows),
    };
    // The family of the row above is not the last that was made where rows of one are apart.
    let mut above = Above::Nobody;
    let mut awaiting: Vec<(&str, &Row)> = Vec::new();
    for row in rows {
        if row.is_cut_off {
            above = Above::Nobody;
        }
        if row.is_somebody {
            above = Above::Family(sorting.somebody(row));
            continue;
        }
        above = sorting.beside(row, above);
        match above {
            Above::Family(index) => sorting.add(index, row),
            Above::Awaited(key) => awaiting.push((key, row)),
            Above::Nobody => sorting.set_aside(row),
        }
    }
    for (key, row) in awaiting {
        match sorting.by_key.get(key).copied() {
            Some(index) => sorting.add(index, row),
            None => match row.external_id.as_deref().filter(|_| sorting.is_number_of_client).and_then(|number| known.of_number(number)) {
                Some(id) => sorting.here(row, id),
                None => sorting.set_aside(row),
            },
        }
    }
    let Sorting { mut families, bad, is_number_of_client, .. } = sorting;
    for family in &mut families {
        family.pets = pets::of(family.rows.iter().filter_map(|row| row.pet.as_ref()));
        family.noes = family.rows.iter().map(|row| row.noes).fold(Noes::default(), Noes::and);
        let pets = family.pets.iter().map(|pet| pet.name.as_str());
        family.known = family.known.or_else(|| known.find(&family.client, family.external_id, is_number_of_client, pets));
        family.is_numbered = is_number_of_client;
        if let Some((id, _)) = family.known {
            family.known_pets = known.pets_of(id, family.pets.iter().map(Cow::as_ref));
        }
    }
    Sorted { families, bad }
}

/// Whether the numbers of a file are surely its clients': the header says so, or one stands beside two pets, or beside none. Else each may be its
/// pet's, as in a list of patients.
fn is_number_of_client(file: &File, rows: &[Row]) -> bool {
    let is_said = |(header, field): (&String, &ImportField)| *field == ImportField::ExternalId && headers::is_number_of_client(header);
    if file.headers.iter().zip(&file.plan.columns).any(is_said) {
        return true;
    }
    let mut pets: HashMap<&str, &str> = HashMap::new();
    rows.iter().filter_map(|row| Some((row.external_id.as_deref()?, row.pet.as_ref()))).any(|(number, pet)| {
        let Some(pet) = pet else { return true };
        let first = *pets.entry(number).or_insert(&pet.name);
        first != pet.name && fold(first) != fold(&pet.name)
    })
}

impl<'a> Sorting<'a, '_> {
    /// Sorts a row in that says who its client is. Answers where that one stands.
    fn somebody(&mut self, row: &'a Row) -> usize {
        if let Some(index) = self.same(row) {
            self.add(index, row);
            return index;
        }
        self.begin(row, None)
    }

    /// Sorts a row in that says of its client only the number by which they are known here: a list of patients that comes after one of clients.
    fn here(&mut self, row: &'a Row, id: ClientId) {
        self.begin(row, Some((id, DuplicateReason::Number)));
    }

    fn begin(&mut self, row: &'a Row, known: Option<(ClientId, DuplicateReason)>) -> usize {
        self.families.push(Family {
            client: Cow::Borrowed(&row.client),
            external_id: row.external_id.as_deref(),
            rows: vec![row],
            pets: Vec::new(),
            noes: Noes::default(),
            is_numbered: false,
            known,
            known_pets: Vec::new(),
        });
        let index = self.families.len() - 1;
        self.keep_keys(index, row);
        index
    }

    fn keep_keys(&mut self, index: usize, row: &'a Row) {
        for key in &row.keys {
            self.by_key.entry(key).or_insert(index);
        }
    }

    /// The family that a row shares a key with. Two numbers are two clients, whatever else they share, where they are surely the clients'.
    fn same(&self, row: &Row) -> Option<usize> {
        let is_same = |family: usize| {
            let numbers = self.families[family].external_id.zip(row.external_id.as_deref());
            !self.is_number_of_client || numbers.is_none_or(|(one, other)| one == other)
        };
        row.keys.iter().filter_map(|key| self.by_key.get(key.as_str()).copied()).find(|family| is_same(*family))
    }

    /// To whom a row belongs that names nobody. Its number tells it, unless that may be the pet's.
    fn beside(&self, row: &'a Row, above: Above<'a>) -> Above<'a> {
        let Some(key) = row.keys.first() else { return above };
        match (self.by_key.get(key.as_str()), above) {
            (Some(index), _) => Above::Family(*index),
            (None, Above::Family(_)) if !self.is_number_of_client => above,
            (None, _) => Above::Awaited(key),
        }
    }

    /// Adds a row to a family; where the client has no room for what it says, it is set aside.
    fn add(&mut self, index: usize, row: &'a Row) {
        let family = &mut self.families[index];
        // A number that another row brought is kept already.
        let is_kept = row.keys.first().is_some_and(|key| self.by_key.contains_key(key.as_str()));
        let said = match (family.external_id, row.external_id.as_deref()) {
            (Some(kept), Some(other)) if kept != other && !is_kept => Cow::Owned(with_number(self.file, row, other)),
            _ => Cow::Borrowed(&row.client),
        };
        let said = of_its_pet(&family.client, said, row);
        if let Err(field) = merge::add(&mut family.client, &said) {
            self.bad.push(no_room(self.file, row.line, field));
            return;
        }
        family.external_id = family.external_id.or(row.external_id.as_deref());
        family.rows.push(row);
        self.keep_keys(index, row);
    }

    fn set_aside(&mut self, row: &Row) {
        self.bad.push(rows::bad(row.line, "missing_name", None));
    }
}

/// What a row says whose number is not the one that is kept of the client: it goes to the notes, by which it is still found.
fn with_number(file: &File, row: &Row, number: &str) -> ClientDetails {
    let column = file.plan.columns.iter().position(|field| *field == ImportField::ExternalId);
    let header = column.and_then(|column| file.headers.get(column)).map_or("ID", |header| header.trim());
    let pet = row.pet.as_ref().map_or_else(String::new, |pet| format!(" ({})", pet.name));
    let told = format!("{header}: {number}{pet}");
    let notes = row.client.notes.as_ref().map_or_else(|| told.clone(), |notes| format!("{notes}\n\n{told}"));
    ClientDetails { notes: Some(notes), ..row.client.clone() }
}

/// What a row says in fields of the clinic's own beside a pet, and differs from what is kept (the tag of each dog), goes to the notes with the pet's name.
fn of_its_pet<'a>(kept: &ClientDetails, said: Cow<'a, ClientDetails>, row: &Row) -> Cow<'a, ClientDetails> {
    let Some(pet) = &row.pet else { return said };
    let differs = |(name, value): &(&String, &String)| kept.custom_fields.get(*name).is_some_and(|kept| kept != *value);
    if !said.custom_fields.iter().any(|field| differs(&field)) {
        return said;
    }
    let (told, custom_fields) = said.custom_fields.iter().partition::<Vec<_>, _>(differs);
    let custom_fields = custom_fields.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let told = told.into_iter().map(|(name, value)| format!("{name} ({}): {value}", pet.name));
    let notes = said.notes.iter().cloned().chain(told).collect::<Vec<_>>().join("\n\n");
    Cow::Owned(ClientDetails { custom_fields, notes: Some(notes), ..said.into_owned() })
}

/// A row that has more for a field than a client has room for.
fn no_room(file: &File, line: u32, field: ImportField) -> BadRow {
    let column = file.plan.columns.iter().position(|of| *of == field).and_then(|index| file.headers.get(index));
    let reason = if field == ImportField::Notes { "too_long" } else { "bad_cell" };
    BadRow { line, reason: reason.to_owned(), column: column.cloned(), cell: None }
}

/// Writes the rows. Answers what was done, and the rows of which something found no room.
pub(super) fn run(
    store: &Store,
    actor: &Actor,
    file: &File,
    read: &Read,
    today: NaiveDate,
    progress: &dyn Fn(Progress),
    cancel: &AtomicBool,
) -> Result<Saved<(ImportReport, Vec<BadRow>)>> {
    let total = count(read.rows.len());
    store.write_much(actor, Action::ImportClients, |tx| {
        let known = Known::load(tx.db(), today)?;
        let Sorted { families, mut bad } = sort(file, &read.rows, &known);
        let mut report = ImportReport { clients: 0, pets: 0, updated: 0, skipped: 0, bad_rows: 0, bad_rows_file: None, undo: None };
        let (mut done, mut since_cut) = (0, 0);
        for family in &families {
            for field in bring_in(tx, family, file.plan.on_duplicate, &mut report)? {
                bad.extend(family.rows.first().map(|row| no_room(file, row.line, field)));
            }
            done += family.rows.len();
            since_cut += family.rows.len();
            if since_cut >= STRETCH {
                since_cut = 0;
                tx.cut()?;
                progress(Progress { done: count(done), total });
                if cancel.load(Ordering::Relaxed) {
                    return Err(Refusal::new(RefusalCode::Cancelled).into());
                }
            }
        }
        progress(Progress { done: total, total });
        Ok((report, bad))
    })
}

/// Brings a family in. Answers the fields that had no room for all of it.
fn bring_in(tx: &mut Tx<'_>, family: &Family<'_>, on_duplicate: OnDuplicate, report: &mut ImportReport) -> Result<Vec<ImportField>> {
    let mut full = Vec::new();
    let id = match (family.known, family.asked(on_duplicate)) {
        (Some(_), OnDuplicate::Skip) => {
            report.skipped += count(family.rows.len());
            return Ok(full);
        }
        (Some((id, _)), OnDuplicate::FillIn) => {
            let mut is_filled = vec![
                fill_in(tx, id, &family.client, family.external_id.filter(|_| family.is_numbered))?,
                add_tags(tx, id, &family.client, &mut full)?,
                add_custom_fields(tx, id, &family.client, &mut full)?,
                family.noes.keep(tx, id, family.client.email.as_deref())?,
            ];
            for (pet, row) in family.pets_here() {
                is_filled.push(pets::fill_in(tx, pet, row)?);
            }
            report.updated += u32::from(is_filled.contains(&true));
            id
        }
        _ => {
            let id = ClientId(tx.new_id());
            let also = Also {
                external_id: family.external_id,
                email_status: family.noes.email(),
                sms_opted_out_at: family.noes.sms(tx.now()),
                ..Also::default()
            };
            insert_client(tx, id, &family.client, ClientSource::Csv, &also)?;
            if !family.client.tags.is_empty() {
                save_tags(tx, id, &family.client.tags)?;
            }
            report.clients += 1;
            id
        }
    };
    for pet in family.new_pets(on_duplicate) {
        insert_pet(tx, id, pet)?;
        report.pets += 1;
    }
    Ok(full)
}

/// Fills what is empty; what is there stays. Answers whether anything was.
fn fill_in(tx: &Tx<'_>, id: ClientId, client: &ClientDetails, external_id: Option<&str>) -> Result<bool> {
    let sql = "SELECT first_name, last_name FROM clients WHERE id = ?1";
    let (first, last): (String, String) = tx.db().prepare_cached(sql)?.query_row([id.bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (first_name, last_name) = filled_name((&first, &last), (&client.first_name, &client.last_name));
    let sql = "UPDATE clients SET first_name = ?2, last_name = ?3, email = coalesce(email, ?4), phone = coalesce(phone, ?5),
                 address = coalesce(address, ?6), notes = coalesce(notes, ?7), external_id = coalesce(external_id, ?9), updated_at = ?8
               WHERE id = ?1 AND (first_name <> ?2 OR last_name <> ?3 OR (email IS NULL AND ?4 IS NOT NULL)
                 OR (phone IS NULL AND ?5 IS NOT NULL) OR (address IS NULL AND ?6 IS NOT NULL) OR (notes IS NULL AND ?7 IS NOT NULL)
                 OR (external_id IS NULL AND ?9 IS NOT NULL))";
    let ClientDetails { email, phone, address, notes, .. } = client;
    // The ids of a list that this program took out say nothing that is not known.
    let external_id = external_id.filter(|number| uuid::Uuid::parse_str(number).is_err());
    let values = params![id.bytes(), first_name, last_name, email, phone, address, notes, tx.now().0, external_id];
    Ok(tx.db().prepare_cached(sql)?.execute(values)? > 0)
}

/// Adds the tags that a client does not have. Answers whether there were any.
fn add_tags(tx: &Tx<'_>, id: ClientId, client: &ClientDetails, full: &mut Vec<ImportField>) -> Result<bool> {
    if client.tags.is_empty() {
        return Ok(false);
    }
    let sql = "SELECT tag FROM client_tags WHERE client_id = ?1 AND deleted_at IS NULL";
    let present: Vec<String> = tx.db().prepare_cached(sql)?.query_map([id.bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let missing: Vec<String> = merge::missing_tags(&present, &client.tags).cloned().collect();
    if missing.is_empty() {
        return Ok(false);
    }
    if !merge::is_room(present.len() + missing.len()) {
        full.push(ImportField::Tags);
        return Ok(false);
    }
    save_tags(tx, id, &[present, missing].concat())?;
    Ok(true)
}

/// Adds the custom fields that a client does not have. Answers whether there were any.
fn add_custom_fields(tx: &Tx<'_>, id: ClientId, client: &ClientDetails, full: &mut Vec<ImportField>) -> Result<bool> {
    if client.custom_fields.is_empty() {
        return Ok(false);
    }
    let sql = "SELECT custom_fields FROM clients WHERE id = ?1";
    let present: String = tx.db().prepare_cached(sql)?.query_row([id.bytes()], |row| row.get(0))?;
    let mut fields: Map<String, Value> = serde_json::from_str(&present)?;
    let before = fields.len();
    for (name, value) in &client.custom_fields {
        if !fields.contains_key(name) {
            fields.insert(name.clone(), Value::from(value.as_str()));
        }
    }
    if fields.len() == before {
        return Ok(false);
    }
    if !merge::is_room(fields.len()) {
        full.push(ImportField::Custom);
        return Ok(false);
    }
    let sql = "UPDATE clients SET custom_fields = ?2, updated_at = ?3 WHERE id = ?1";
    tx.db().prepare_cached(sql)?.execute(params![id.bytes(), json(&fields)?, tx.now().0])?;
    Ok(true)
}

//! Pets: their details, their page, their weights.

mod merge;
mod same;

use std::collections::HashMap;

use chrono::NaiveDate;
use petrel_domain::checked::Checked;
use petrel_domain::desk::{MedicalRecord, Pet, PetDetails, PetPage, Saved, TimelineEntry, WeightCorrection, WeightInput, WeightPoint};
use petrel_domain::rights::Right;
use petrel_domain::text::fold;
use petrel_domain::{AppointmentId, ClientId, Millis, PetId, RecordId, RecordKind, Refusal, RefusalCode, Sex, Species, StaffId};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::appointments::card::cards;
use crate::clients::{names_of, refuse_unknown};
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

pub(crate) use same::same;

/// The most entries of a timeline; a pet of fifteen years has some three hundred.
const TIMELINE: i64 = 1000;

impl Store {
    /// A pet's page.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn pet_page(&self, actor: &Actor, id: PetId) -> Result<PetPage> {
        actor.require(Right::ReadRecords)?;
        let mut page = self.read(|db| page(db, id))?;
        page.same = self.untold(page.same)?;
        Ok(page)
    }

    /// Adds a pet to a client. Its weight is its first entry, where who adds it may write records.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, or what the check of the fields says.
    pub fn create_pet(&self, actor: &Actor, client: ClientId, input: PetDetails) -> Result<Saved<PetId>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(self.today()?)?;
        self.write(actor, Action::CreatePet, |tx| {
            refuse_unknown(tx.db(), client)?;
            let id = insert_pet(tx, client, &input)?;
            if actor.require(Right::WriteRecords).is_ok() {
                keep_known_weight(tx, id)?;
            }
            Ok(id)
        })
    }

    /// Changes a pet. Where its day of death is new, what was planned for it ends, as in [`Store::record_death`]. Another weight is one that it has now:
    /// an entry like those of [`Store::record_weight`]; none leaves it as its entries say.
    ///
    /// # Errors
    /// `forbidden`, on `weight_grams` where there are entries and who changes it may not write records; `not_found`, or what the check of the fields says.
    pub fn save_pet(&self, actor: &Actor, id: PetId, input: PetDetails) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let today = self.today()?;
        let input = input.checked(today)?;
        self.write(actor, Action::SavePet, |tx| {
            let weight = weight_written(tx, id, &input)?;
            update_pet(tx, id, &input)?;
            match weight {
                Weight::Entered(grams) => {
                    let entry = WeightInput { pet_id: id, appointment_id: None, grams, recorded_at: None };
                    record_weight(tx, &entry, today)?;
                }
                Weight::OfEntries => follow_latest(tx, id)?,
                Weight::AsSaid => {}
            }
            if input.deceased_on.is_some() {
                crate::farewell::end_plans(tx, id, None)?;
            }
            Ok(())
        })
    }

    /// Deletes a pet with its visits and records. Undo brings all of it back.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn delete_pet(&self, actor: &Actor, id: PetId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::DeletePet, |tx| crate::delete::soft_delete(tx, "pets", id.bytes()))
    }

    /// Gives a pet to another client. Its past visits stay with the one who came; those to come go with it, and so does what it waits for.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn move_pet(&self, actor: &Actor, id: PetId, client: ClientId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::MovePet, |tx| {
            refuse_unknown(tx.db(), client)?;
            let pet = "UPDATE pets SET client_id = ?2, updated_at = ?3 WHERE id = ?1 AND deleted_at IS NULL";
            if tx.db().prepare_cached(pet)?.execute(params![id.bytes(), client.bytes(), tx.now().0])? == 0 {
                return Err(Refusal::not_found("pet").into());
            }
            let visits =
                "UPDATE appointments SET client_id = ?2, updated_at = ?3 WHERE pet_id = ?1 AND starts_at >= ?3 AND deleted_at IS NULL
                          AND status IN ('pending', 'confirmed', 'reminded')";
            tx.db().prepare_cached(visits)?.execute(params![id.bytes(), client.bytes(), tx.now().0])?;
            let waits = "UPDATE waitlist_entries SET client_id = ?2, updated_at = ?3
                         WHERE pet_id = ?1 AND status IN ('active', 'offered') AND deleted_at IS NULL";
            tx.db().prepare_cached(waits)?.execute(params![id.bytes(), client.bytes(), tx.now().0])?;
            Ok(())
        })
    }

    /// Writes down a weight. The pet's own weight is that of its latest entry.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `in_future` on a day to come, `before_birth` on one before the pet was born, or what the check of the fields says.
    pub fn record_weight(&self, actor: &Actor, input: WeightInput) -> Result<Saved<RecordId>> {
        actor.require(Right::WriteRecords)?;
        let (input, today) = (input.checked(())?, self.today()?);
        self.write(actor, Action::RecordWeight, |tx| record_weight(tx, &input, today))
    }

    /// Sets a weight right that was mistyped, or written down for another day.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `in_future` on a day to come, `before_birth` on one before the pet was born, or what the check of the fields says.
    pub fn correct_weight(&self, actor: &Actor, input: WeightCorrection) -> Result<Saved<()>> {
        actor.require(Right::WriteRecords)?;
        let (input, today) = (input.checked(())?, self.today()?);
        self.write(actor, Action::CorrectWeight, |tx| {
            let pet = pet_of_weight(tx, input.record_id)?;
            input.recorded_at.map_or(Ok(()), |at| check_day(tx, pet, at, today))?;
            keep_own_weight(tx, pet, |tx| {
                let sql = "UPDATE medical_records SET data = json_set(coalesce(data, '{}'), '$.grams', ?2), recorded_at = coalesce(?3, recorded_at),
                           updated_at = ?4 WHERE id = ?1";
                let values = params![input.record_id.bytes(), input.grams, input.recorded_at.map(|at| at.0), tx.now().0];
                tx.db().prepare_cached(sql)?.execute(values)?;
                Ok(())
            })
        })
    }

    /// Takes a weight out that was never that pet's.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn remove_weight(&self, actor: &Actor, id: RecordId) -> Result<Saved<()>> {
        actor.require(Right::WriteRecords)?;
        self.write(actor, Action::RemoveWeight, |tx| {
            let pet = pet_of_weight(tx, id)?;
            keep_own_weight(tx, pet, |tx| crate::delete::soft_delete(tx, "medical_records", id.bytes()))
        })
    }

    /// Today, in the clinic's zone.
    pub(crate) fn today(&self) -> Result<NaiveDate> {
        let now = self.now();
        let zone = self.read(crate::clinic_zone::clinic_zone)?;
        Ok(zone.map_or_else(|| now.utc().date_naive(), |zone| now.in_zone(zone).date_naive()))
    }
}

/// Refuses a pet with which nothing can be planned for a client: that is not theirs, or died.
///
/// # Errors
/// `not_found`, `pet_deceased`, on `pet_id`.
pub(crate) fn refuse_absent(db: &Connection, pet: PetId, client: Option<ClientId>) -> Result<()> {
    let sql = "SELECT deceased_on IS NOT NULL FROM pets WHERE id = ?1 AND client_id = ?2 AND deleted_at IS NULL";
    let values = params![pet.bytes(), client.map(ClientId::bytes)];
    match db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()? {
        Some(false) => Ok(()),
        Some(true) => Err(Refusal::on(RefusalCode::PetDeceased, "pet_id").into()),
        None => Err(Refusal::not_found("pet_id").into()),
    }
}

pub(crate) fn insert_pet(tx: &mut Tx<'_>, client: ClientId, input: &PetDetails) -> Result<PetId> {
    const COLUMNS: &[&str] = &[
        "id",
        "client_id",
        "created_at",
        "updated_at",
        "name",
        "species",
        "breed",
        "sex",
        "is_neutered",
        "born_on",
        "weight_grams",
        "color",
        "microchip",
        "allergies",
        "alerts",
        "deceased_on",
    ];
    let id = PetId(tx.new_id());
    let (key, client, now) = (id.bytes(), client.bytes(), ValueRef::Integer(tx.now().0));
    let dates = Dates::of(input);
    let of_row = [key.as_slice().into(), client.as_slice().into(), now, now];
    let values: Vec<_> = of_row.into_iter().chain(values(input, &dates)).collect();
    tx.insert("pets", COLUMNS, &values)?;
    Ok(id)
}

/// Writes what is known of a pet.
///
/// # Errors
/// `not_found`.
fn update_pet(tx: &Tx<'_>, id: PetId, input: &PetDetails) -> Result<()> {
    let sql =
        "UPDATE pets SET name = ?1, species = ?2, breed = ?3, sex = ?4, is_neutered = ?5, born_on = ?6, weight_grams = ?7, color = ?8,
               microchip = ?9, allergies = ?10, alerts = ?11, deceased_on = ?12, updated_at = ?13 WHERE id = ?14 AND deleted_at IS NULL";
    let (dates, key) = (Dates::of(input), id.bytes());
    let of_row = [ValueRef::Integer(tx.now().0), key.as_slice().into()];
    let values = values(input, &dates).into_iter().chain(of_row).map(ToSqlOutput::Borrowed);
    if tx.db().prepare_cached(sql)?.execute(params_from_iter(values))? == 0 {
        return Err(Refusal::not_found("pet").into());
    }
    Ok(())
}

/// What becomes of a pet's weight where the pet is written with one.
enum Weight {
    /// It was weighed: an entry, in grams.
    Entered(u32),
    /// None was said: it is what the entries say.
    OfEntries,
    /// It is the pet's own, without an entry: nobody who may write one said so, or it died.
    AsSaid,
}

/// What the weight that a pet is written with is, beside the one it has.
///
/// # Errors
/// `forbidden` on `weight_grams`.
fn weight_written(tx: &Tx<'_>, id: PetId, input: &PetDetails) -> Result<Weight> {
    let had = "SELECT weight_grams FROM pets WHERE id = ?1 AND deleted_at IS NULL";
    let had: Option<Option<u32>> = tx.db().prepare_cached(had)?.query_row([id.bytes()], |row| row.get(0)).optional()?;
    let has_entries = latest(tx, id)?.is_some();
    match (input.weight_grams, had) {
        (weight, Some(had)) if weight == had => Ok(Weight::AsSaid),
        (None, _) => Ok(if has_entries { Weight::OfEntries } else { Weight::AsSaid }),
        (Some(_), _) if input.deceased_on.is_some() => Ok(Weight::AsSaid),
        (Some(grams), _) if tx.actor().require(Right::WriteRecords).is_ok() => Ok(Weight::Entered(grams)),
        (Some(_), _) if has_entries => Err(Refusal::on(RefusalCode::Forbidden, "weight_grams").into()),
        _ => Ok(Weight::AsSaid),
    }
}

/// A pet's days, as they are stored.
struct Dates {
    born_on: Option<String>,
    deceased_on: Option<String>,
}

impl Dates {
    fn of(input: &PetDetails) -> Self {
        Self { born_on: input.born_on.map(|date| date.to_string()), deceased_on: input.deceased_on.map(|date| date.to_string()) }
    }
}

/// What is stored of a pet, from its name to its day of death.
fn values<'a>(input: &'a PetDetails, dates: &'a Dates) -> [ValueRef<'a>; 12] {
    [
        input.name.as_str().into(),
        input.species.as_str().into(),
        input.breed.as_deref().into(),
        input.sex.as_str().into(),
        input.is_neutered.map(|is| ValueRef::Integer(i64::from(is))).into(),
        dates.born_on.as_deref().into(),
        input.weight_grams.map(|grams| ValueRef::Integer(i64::from(grams))).into(),
        input.color.as_deref().into(),
        input.microchip.as_deref().into(),
        input.allergies.as_deref().into(),
        input.alerts.as_deref().into(),
        dates.deceased_on.as_deref().into(),
    ]
}

/// The pets of a client, living ones first, by name.
pub(crate) fn pets_of(db: &Connection, client: ClientId) -> Result<Vec<Pet>> {
    let sql = "SELECT * FROM pets WHERE client_id = ?1 AND deleted_at IS NULL";
    let mut statement = db.prepare_cached(sql)?;
    let mut pets = statement.query_map([client.bytes()], read_pet)?.collect::<Result<Vec<_>, _>>()?;
    pets.sort_by_cached_key(|pet| (pet.details.deceased_on.is_some(), fold(&pet.details.name), pet.id.bytes()));
    Ok(pets)
}

fn read_pet(row: &Row<'_>) -> rusqlite::Result<Pet> {
    Ok(Pet {
        id: row.id("id", PetId::from_bytes)?,
        client_id: row.id("client_id", ClientId::from_bytes)?,
        details: PetDetails {
            name: row.named("name")?,
            species: row.choice("species", |text| Some(Species::parse(text).unwrap_or(Species::Other)))?,
            breed: row.named("breed")?,
            sex: row.choice("sex", Sex::parse)?,
            is_neutered: row.named("is_neutered")?,
            born_on: row.parsed_opt("born_on")?,
            weight_grams: row.named("weight_grams")?,
            color: row.named("color")?,
            microchip: row.named("microchip")?,
            allergies: row.named("allergies")?,
            alerts: row.named("alerts")?,
            deceased_on: row.parsed_opt("deceased_on")?,
        },
    })
}

/// A pet that is here.
///
/// # Errors
/// `not_found`.
fn pet(db: &Connection, id: PetId) -> Result<Pet> {
    let sql = "SELECT * FROM pets WHERE id = ?1 AND deleted_at IS NULL";
    let found = db.prepare_cached(sql)?.query_row([id.bytes()], read_pet).optional()?;
    Ok(found.ok_or_else(|| Refusal::not_found("pet"))?)
}

/// All but whether somebody told it apart from those that are like it.
fn page(db: &Connection, id: PetId) -> Result<PetPage> {
    let pet = pet(db, id)?;
    let (client_name, client_phone) = names_of(db, pet.client_id)?.unwrap_or_default();
    let condition = "WHERE a.pet_id = ?1 AND a.deleted_at IS NULL ORDER BY a.starts_at DESC LIMIT ?2";
    let visits = cards(db, condition, params![id.bytes(), TIMELINE])?;
    let mut notes = notes_of_visits(db, id)?;
    let records = records(db, id)?;
    let weights = weights(&records);
    let mut timeline: Vec<(Millis, TimelineEntry)> =
        visits.into_iter().map(|visit| (visit.starts_at, TimelineEntry::Visit { notes: notes.remove(&visit.id), visit })).collect();
    timeline.extend(records.into_iter().map(|record| (record.recorded_at, TimelineEntry::Record { record })));
    timeline.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut same = same(&pets_of(db, pet.client_id)?);
    same.retain(|pair| pair.first == id || pair.second == id);
    let timeline = timeline.into_iter().map(|(_, entry)| entry).collect();
    Ok(PetPage { pet, client_name, client_phone, timeline, weights, same })
}

/// What was noted of a pet's visits: who sees it next looks there first.
fn notes_of_visits(db: &Connection, pet: PetId) -> Result<HashMap<AppointmentId, String>> {
    let sql = "SELECT id, substr(concat_ws(' · ', nullif(reason, ''), nullif(internal_notes, '')), 1, 300) AS notes FROM appointments
               WHERE pet_id = ?1 AND (reason <> '' OR internal_notes <> '') AND deleted_at IS NULL ORDER BY starts_at DESC LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let notes = statement.query_map(params![pet.bytes(), TIMELINE], |row| Ok((row.get(0).map(AppointmentId::from_bytes)?, row.get(1)?)))?;
    Ok(notes.collect::<Result<_, _>>()?)
}

fn records(db: &Connection, pet: PetId) -> Result<Vec<MedicalRecord>> {
    let sql = "SELECT *, data ->> 'grams' AS grams FROM medical_records WHERE pet_id = ?1 AND deleted_at IS NULL ORDER BY recorded_at DESC LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let records = statement.query_map(params![pet.bytes(), TIMELINE], |row| {
        Ok(MedicalRecord {
            id: row.id("id", RecordId::from_bytes)?,
            record_kind: row.choice("kind", RecordKind::parse)?,
            title: row.named("title")?,
            body: row.named("body")?,
            weight_grams: row.named("grams")?,
            recorded_at: row.millis("recorded_at")?,
            due_on: row.parsed_opt("due_on")?,
            author_id: row.id_opt("author_id", StaffId::from_bytes)?,
            appointment_id: row.id_opt("appointment_id", AppointmentId::from_bytes)?,
        })
    })?;
    let mut records = records.collect::<Result<Vec<_>, _>>()?;
    records.reverse();
    Ok(records)
}

/// Oldest first, as a chart draws them.
fn weights(records: &[MedicalRecord]) -> Vec<WeightPoint> {
    let of_weight = records.iter().filter(|record| record.record_kind == RecordKind::Weight);
    of_weight
        .filter_map(|record| Some(WeightPoint { id: record.id, recorded_at: record.recorded_at, grams: record.weight_grams? }))
        .collect()
}

/// Makes an entry of the weight that a pet came with, by an import or from who may not write records, as of the day it came: the first entry else
/// takes its place, and nobody knows any longer what it was.
fn keep_known_weight(tx: &mut Tx<'_>, pet: PetId) -> Result<()> {
    let sql = "INSERT INTO medical_records (id, pet_id, kind, data, recorded_at, created_at, updated_at)
               SELECT ?1, id, 'weight', json_object('grams', weight_grams), created_at, ?3, ?3 FROM pets
               WHERE id = ?2 AND weight_grams IS NOT NULL AND deleted_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM medical_records r WHERE r.pet_id = ?2 AND r.kind = 'weight' AND r.deleted_at IS NULL)";
    let id = tx.new_id();
    tx.db().prepare_cached(sql)?.execute(params![id.as_bytes(), pet.bytes(), tx.now().0])?;
    Ok(())
}

fn record_weight(tx: &mut Tx<'_>, input: &WeightInput, today: NaiveDate) -> Result<RecordId> {
    input.recorded_at.map_or(Ok(()), |at| check_day(tx, input.pet_id, at, today))?;
    keep_known_weight(tx, input.pet_id)?;
    let id = RecordId(tx.new_id());
    let recorded_at = input.recorded_at.unwrap_or(tx.now());
    let sql = "INSERT INTO medical_records (id, pet_id, appointment_id, author_id, kind, data, recorded_at, created_at, updated_at)
               SELECT ?1, id, ?3, ?4, 'weight', json_object('grams', ?5), ?6, ?7, ?7 FROM pets WHERE id = ?2 AND deleted_at IS NULL";
    let appointment = input.appointment_id.map(AppointmentId::bytes);
    let author = tx.actor().staff_id().map(StaffId::bytes);
    let values = params![id.bytes(), input.pet_id.bytes(), appointment, author, input.grams, recorded_at.0, tx.now().0];
    if tx.db().prepare_cached(sql)?.execute(values)? == 0 {
        return Err(Refusal::not_found("pet").into());
    }
    follow_latest(tx, input.pet_id)?;
    Ok(id)
}

/// Nothing is weighed on a day to come, nor before it was born.
fn check_day(tx: &Tx<'_>, pet: PetId, at: Millis, today: NaiveDate) -> Result<()> {
    let zone = crate::clinic_zone::clinic_zone(tx.db())?;
    let day = zone.map_or_else(|| at.utc().date_naive(), |zone| petrel_domain::zone::date_of(at, zone));
    if day > today {
        return Err(Refusal::on(RefusalCode::InFuture, "recorded_at").with_detail(day).into());
    }
    let sql = "SELECT born_on FROM pets WHERE id = ?1 AND deleted_at IS NULL";
    let born: Option<Option<NaiveDate>> =
        tx.db().prepare_cached(sql)?.query_row([pet.bytes()], |row| row.parsed_opt("born_on")).optional()?;
    if born.flatten().is_some_and(|born| day < born) {
        return Err(Refusal::on(RefusalCode::BeforeBirth, "recorded_at").into());
    }
    Ok(())
}

/// Whose weight a record is.
fn pet_of_weight(tx: &Tx<'_>, id: RecordId) -> Result<PetId> {
    let sql = "SELECT pet_id FROM medical_records WHERE id = ?1 AND kind = 'weight' AND deleted_at IS NULL";
    let found = tx.db().prepare_cached(sql)?.query_row([id.bytes()], |row| row.get(0).map(PetId::from_bytes)).optional()?;
    Ok(found.ok_or_else(|| Refusal::not_found("record"))?)
}

/// The latest weight of a pet, with the record that says so.
fn latest(tx: &Tx<'_>, pet: PetId) -> Result<Option<([u8; 16], Option<u32>)>> {
    let sql = "SELECT id, data ->> 'grams' FROM medical_records WHERE pet_id = ?1 AND kind = 'weight' AND deleted_at IS NULL
               ORDER BY recorded_at DESC, id DESC LIMIT 1";
    Ok(tx.db().prepare_cached(sql)?.query_row([pet.bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Changes weights of a pet. Its own follows where the latest is another then: what was written at the pet itself stays where an older one was set right.
fn keep_own_weight(tx: &mut Tx<'_>, pet: PetId, change: impl FnOnce(&mut Tx<'_>) -> Result<()>) -> Result<()> {
    let before = latest(tx, pet)?;
    change(tx)?;
    if latest(tx, pet)? == before { Ok(()) } else { follow_latest(tx, pet) }
}

fn follow_latest(tx: &Tx<'_>, pet: PetId) -> Result<()> {
    let grams = latest(tx, pet)?.and_then(|(_, grams)| grams);
    let sql = "UPDATE pets SET weight_grams = ?2, updated_at = ?3 WHERE id = ?1";
    tx.db().prepare_cached(sql)?.execute(params![pet.bytes(), grams, tx.now().0])?;
    Ok(())
}

//! Sorting the rows into clients, and writing them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use petrel_domain::desk::{ClientDetails, DuplicateReason, ImportDuplicate, ImportReport, OnDuplicate, Progress, Saved};
use petrel_domain::{ClientId, ClientSource, Refusal, RefusalCode};
use rusqlite::params;

use super::count;
use super::known::Known;
use super::read::File;
use super::rows::{Read, Row};
use crate::appointments::card::full_name;
use crate::clients::{insert_client, save_tags};
use crate::pets::insert_pet;
use crate::{Action, Actor, Result, Store, Tx};

/// Rows of one transaction of the log: what one push carries well.
const STRETCH: usize = 1000;

/// A client of the file, with the rows that are of it.
pub(super) struct Family<'a> {
    pub(super) client: &'a ClientDetails,
    external_id: Option<&'a str>,
    rows: Vec<&'a Row>,
    known: Option<(ClientId, DuplicateReason)>,
}

/// The file's clients, in its order.
pub(super) struct Sorted<'a> {
    pub(super) families: Vec<Family<'a>>,
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
        self.families.iter().filter(|family| family.known.is_none() || on_duplicate == OnDuplicate::CreateAnyway).count()
    }

    pub(super) fn new_pets(&self, on_duplicate: OnDuplicate, known: &Known) -> usize {
        self.families.iter().map(|family| family.pets(on_duplicate, known).count()).sum()
    }
}

impl<'a> Family<'a> {
    /// The pets that are to be made.
    fn pets(&'a self, on_duplicate: OnDuplicate, known: &'a Known) -> impl Iterator<Item = &'a petrel_domain::desk::PetDetails> {
        let all = self.rows.iter().filter_map(|row| row.pet.as_ref());
        all.filter(move |pet| match (self.known, on_duplicate) {
            (None, _) | (_, OnDuplicate::CreateAnyway) => true,
            (Some(_), OnDuplicate::Skip) => false,
            (Some((id, _)), OnDuplicate::FillIn) => !known.has_pet(id, &pet.name),
        })
    }
}

/// Sorts rows into clients: rows that share a key are of the same client; a row without one belongs to the client of the row above.
pub(super) fn sort<'a>(rows: &'a [Row], known: &Known) -> Sorted<'a> {
    let mut families: Vec<Family<'a>> = Vec::new();
    let mut by_key: HashMap<&str, usize> = HashMap::with_capacity(3 * rows.len());
    // The family of the row above, which is not the last that was made where rows of one are apart.
    let mut above = 0;
    for row in rows {
        let Some(client) = &row.client else {
            if let Some(family) = families.get_mut(above) {
                family.rows.push(row);
            }
            continue;
        };
        let same = row.keys.iter().find_map(|key| by_key.get(key.as_str())).copied();
        above = same.unwrap_or(families.len());
        match same {
            Some(index) => families[index].rows.push(row),
            None => families.push(Family { client, external_id: row.external_id.as_deref(), rows: vec![row], known: None }),
        }
        for key in &row.keys {
            by_key.entry(key).or_insert(above);
        }
    }
    for family in &mut families {
        let pets = family.rows.iter().filter_map(|row| row.pet.as_ref()).map(|pet| pet.name.as_str());
        family.known = known.find(family.client, family.external_id, pets);
    }
    Sorted { families }
}

pub(super) fn run(
    store: &Store,
    actor: &Actor,
    file: &File,
    read: &Read,
    progress: &dyn Fn(Progress),
    cancel: &AtomicBool,
) -> Result<Saved<ImportReport>> {
    let total = count(read.rows.len());
    store.write_much(actor, Action::ImportClients, |tx| {
        let known = Known::load(tx.db())?;
        let sorted = sort(&read.rows, &known);
        let mut report = ImportReport { clients: 0, pets: 0, updated: 0, skipped: 0, bad_rows: 0, bad_rows_file: None, undo: None };
        let (mut done, mut since_cut) = (0, 0);
        for family in &sorted.families {
            bring_in(tx, family, &known, file.plan.on_duplicate, &mut report)?;
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
        Ok(report)
    })
}

fn bring_in(tx: &mut Tx<'_>, family: &Family<'_>, known: &Known, on_duplicate: OnDuplicate, report: &mut ImportReport) -> Result<()> {
    let id = match (family.known, on_duplicate) {
        (Some(_), OnDuplicate::Skip) => {
            report.skipped += count(family.rows.len());
            return Ok(());
        }
        (Some((id, _)), OnDuplicate::FillIn) => {
            report.updated += u32::from(fill_in(tx, id, family.client)?);
            id
        }
        _ => {
            let id = ClientId(tx.new_id());
            insert_client(tx, id, family.client, ClientSource::Csv, family.external_id)?;
            if !family.client.tags.is_empty() {
                save_tags(tx, id, &family.client.tags)?;
            }
            report.clients += 1;
            id
        }
    };
    for pet in family.pets(on_duplicate, known) {
        insert_pet(tx, id, pet)?;
        report.pets += 1;
    }
    Ok(())
}

/// Fills what is empty; what is there stays. Answers whether anything was.
fn fill_in(tx: &Tx<'_>, id: ClientId, client: &ClientDetails) -> Result<bool> {
    let sql = "UPDATE clients SET
                 first_name = CASE WHEN first_name = '' THEN ?2 ELSE first_name END, last_name = CASE WHEN last_name = '' THEN ?3 ELSE last_name END,
                 email = coalesce(email, ?4), phone = coalesce(phone, ?5), address = coalesce(address, ?6), notes = coalesce(notes, ?7), updated_at = ?8
               WHERE id = ?1 AND ((first_name = '' AND ?2 <> '') OR (last_name = '' AND ?3 <> '') OR (email IS NULL AND ?4 IS NOT NULL)
                 OR (phone IS NULL AND ?5 IS NOT NULL) OR (address IS NULL AND ?6 IS NOT NULL) OR (notes IS NULL AND ?7 IS NOT NULL))";
    let ClientDetails { first_name, last_name, email, phone, address, notes, .. } = client;
    let count =
        tx.db().prepare_cached(sql)?.execute(params![id.bytes(), first_name, last_name, email, phone, address, notes, tx.now().0])?;
    Ok(count > 0)
}

//! The waitlist.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use petrel_domain::checked::Checked;
use petrel_domain::desk::{Saved, WaitlistEntry, WaitlistInput, WaitlistMatch, WaitlistMatchQuery};
use petrel_domain::rights::Right;
use petrel_domain::waitlist::{best_time, is_over, may_be_asked, ranked};
use petrel_domain::{ClientId, PetId, Refusal, ServiceId, StaffId, WaitlistEntryId, WaitlistStatus, zone};
use rusqlite::{Connection, Params, Row, params};

use crate::appointments::FreedTime;
use crate::appointments::card::called;
use crate::pets::refuse_absent;
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

const SELECT: &str = "SELECT w.*, c.first_name, c.last_name, c.phone, c.email, p.name AS pet_name FROM waitlist_entries w
    JOIN clients c ON c.id = w.client_id LEFT JOIN pets p ON p.id = w.pet_id WHERE w.status IN ('active', 'offered') AND w.deleted_at IS NULL";

impl Store {
    /// Who waits: the urgent first, then who has waited longest.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn waitlist(&self, actor: &Actor) -> Result<Vec<WaitlistEntry>> {
        actor.require(Right::SeeClinic)?;
        let now = self.now();
        self.read(|db| {
            let mut entries = entries(db, "ORDER BY w.priority DESC, w.created_at", [])?;
            if let Some(zone) = crate::clinic_zone::clinic_zone(db)? {
                let today = zone::date_of(now, zone);
                entries.iter_mut().for_each(|entry| entry.is_over = is_over(&entry.wish, today));
            }
            Ok(entries)
        })
    }

    /// Puts somebody on the waitlist.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `pet_deceased`, or what the check of the fields says.
    pub fn add_to_waitlist(&self, actor: &Actor, input: WaitlistInput) -> Result<Saved<WaitlistEntryId>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::AddToWaitlist, |tx| {
            crate::clients::refuse_unknown(tx.db(), input.client_id)?;
            refuse_pet(tx, None, &input)?;
            let id = WaitlistEntryId(tx.new_id());
            let sql = "INSERT INTO waitlist_entries (id, client_id, pet_id, service_id, staff_id, requested_on, earliest_time, latest_time, priority, notes,
                       created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)";
            write(tx, sql, id, &input)?;
            Ok(id)
        })
    }

    /// Changes what somebody waits for.
    ///
    /// # Errors
    /// `forbidden`, `not_found` (also where they wait no more), `pet_deceased`, or what the check of the fields says.
    pub fn save_waitlist_entry(&self, actor: &Actor, id: WaitlistEntryId, input: WaitlistInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::SaveWaitlistEntry, |tx| {
            let sql = "UPDATE waitlist_entries SET client_id = ?2, pet_id = ?3, service_id = ?4, staff_id = ?5, requested_on = ?6, earliest_time = ?7,
                       latest_time = ?8, priority = ?9, notes = ?10, updated_at = ?11 WHERE id = ?1 AND status IN ('active', 'offered') AND deleted_at IS NULL";
            refuse_pet(tx, Some(id), &input)?;
            if write(tx, sql, id, &input)? == 0 { Err(Refusal::not_found("entry").into()) } else { Ok(()) }
        })
    }

    /// Takes somebody off the waitlist.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn remove_from_waitlist(&self, actor: &Actor, id: WaitlistEntryId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::RemoveFromWaitlist, |tx| {
            let sql = "UPDATE waitlist_entries SET status = 'cancelled', updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL AND status IN ('active', 'offered')";
            let count = tx.db().prepare_cached(sql)?.execute(params![id.bytes(), tx.now().0])?;
            if count == 0 { Err(Refusal::not_found("entry").into()) } else { Ok(()) }
        })
    }

    /// Who could take a time that a visit left, or some of it, best first, and when each could come.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, or what the check of the fields says.
    pub fn waitlist_matches(&self, actor: &Actor, query: &WaitlistMatchQuery) -> Result<Vec<WaitlistMatch>> {
        actor.require(Right::SeeClinic)?;
        let query = query.clone().checked(())?;
        let now = self.now();
        self.read(|db| {
            // Nobody is asked to bring a pet that died.
            let mut waiting = entries(db, "AND p.deceased_on IS NULL", [])?;
            waiting.retain(|entry| may_be_asked(&entry.wish, &query));
            if waiting.is_empty() {
                return Ok(Vec::new());
            }
            let left = FreedTime::of(db, &query, now)?;
            // Many wait for few services.
            let mut free = HashMap::new();
            let mut found = Vec::new();
            for entry in waiting {
                let asked = (entry.wish.service_id, entry.wish.staff_id.is_some());
                let free = match free.entry(asked) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(left.free_for(db, asked.0, asked.1)?),
                };
                if let Some(slot) = best_time(&entry.wish, &query, free, left.zone()) {
                    found.push((entry, slot));
                }
            }
            let mut ranked = ranked(found, &query);
            ranked.truncate(usize::from(query.limit.max(1)));
            Ok(ranked)
        })
    }
}

/// Who is waited with is the client's, and alive. What an entry says already may stay.
fn refuse_pet(tx: &Tx<'_>, id: Option<WaitlistEntryId>, input: &WaitlistInput) -> Result<()> {
    let Some(pet) = input.pet_id else { return Ok(()) };
    let same = "SELECT 1 FROM waitlist_entries WHERE id = ?1 AND pet_id = ?2 AND client_id = ?3";
    if let Some(id) = id
        && tx.db().prepare_cached(same)?.exists(params![id.bytes(), pet.bytes(), input.client_id.bytes()])?
    {
        return Ok(());
    }
    refuse_absent(tx.db(), pet, Some(input.client_id))
}

fn write(tx: &Tx<'_>, sql: &str, id: WaitlistEntryId, input: &WaitlistInput) -> Result<usize> {
    Ok(tx.db().prepare_cached(sql)?.execute(params![
        id.bytes(),
        input.client_id.bytes(),
        input.pet_id.map(PetId::bytes),
        input.service_id.map(ServiceId::bytes),
        input.staff_id.map(StaffId::bytes),
        input.requested_on.map(|date| date.to_string()),
        input.earliest.map(|time| time.to_string()),
        input.latest.map(|time| time.to_string()),
        input.priority,
        input.notes,
        tx.now().0,
    ])?)
}

fn entries(db: &Connection, condition: &str, params: impl Params) -> Result<Vec<WaitlistEntry>> {
    let mut statement = db.prepare_cached(&format!("{SELECT} {condition}"))?;
    Ok(statement.query_map(params, read)?.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<WaitlistEntry> {
    Ok(WaitlistEntry {
        id: row.id("id", WaitlistEntryId::from_bytes)?,
        wish: WaitlistInput {
            client_id: row.id("client_id", ClientId::from_bytes)?,
            pet_id: row.id_opt("pet_id", PetId::from_bytes)?,
            service_id: row.id_opt("service_id", ServiceId::from_bytes)?,
            staff_id: row.id_opt("staff_id", StaffId::from_bytes)?,
            requested_on: row.parsed_opt("requested_on")?,
            earliest: row.parsed_opt("earliest_time")?,
            latest: row.parsed_opt("latest_time")?,
            priority: row.named("priority")?,
            notes: row.named("notes")?,
        },
        status: row.choice("status", WaitlistStatus::parse)?,
        client_name: called(
            row.get_ref("first_name")?.as_str()?,
            row.get_ref("last_name")?.as_str()?,
            row.get_ref("phone")?.as_str_or_null()?,
            row.get_ref("email")?.as_str_or_null()?,
        ),
        client_phone: row.named("phone")?,
        pet_name: row.named("pet_name")?,
        created_at: row.millis("created_at")?,
        is_over: false,
    })
}

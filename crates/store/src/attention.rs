//! What needs a person.

use std::collections::BTreeSet;

use petrel_domain::desk::{AppointmentCard, ClashPair, DuplicatePair, FailedMessage, NeedsAttention, UnclearEmail, UnclearPhone};
use petrel_domain::rights::Right;
use petrel_domain::{ClientId, Millis};
use rusqlite::{Connection, params};

use crate::appointments::card::{cards, full_name};
use crate::clients::{Likeness, pairs, rows};
use crate::{Actor, Result, Store};

/// The most entries of one kind.
const SHOWN: usize = 50;
/// Where this desk remembers pairs that are two people after all.
const DISMISSED: &str = "dismissed_duplicates";

impl Store {
    /// What needs a person, fifty of each kind at the most.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn needs_attention(&self, actor: &Actor) -> Result<NeedsAttention> {
        actor.require(Right::SeeClinic)?;
        let (now, dismissed) = (self.now(), dismissed(self)?);
        self.read(|db| {
            let mut all = NeedsAttention {
                clashes: clashes(db, now)?,
                awaiting_approval: visits(db, "a.status = 'pending' AND a.starts_at >= ?1", "ASC", now)?,
                left_open: visits(
                    db,
                    "a.status IN ('pending', 'confirmed', 'reminded', 'checked_in', 'in_progress') AND a.starts_at < ?1",
                    "DESC",
                    now,
                )?,
                of_the_dead: of_the_dead(db, now)?,
                moved_twice: moved_twice(db, now)?,
                duplicates: duplicates(db, &dismissed, now)?,
                failed_messages: failed(db)?,
                unclear_phones: unclear(db)?,
                unclear_emails: unclear_emails(db)?,
                total: 0,
            };
            let count = all.clashes.len()
                + all.awaiting_approval.len()
                + all.left_open.len()
                + all.of_the_dead.len()
                + all.moved_twice.len()
                + all.duplicates.len()
                + all.failed_messages.len()
                + all.unclear_phones.len()
                + all.unclear_emails.len();
            all.total = u32::try_from(count).unwrap_or(u32::MAX);
            Ok(all)
        })
    }

    /// Two clients are two people after all: they are not shown as a pair again.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn dismiss_duplicate(&self, actor: &Actor, first: ClientId, second: ClientId) -> Result<()> {
        actor.require(Right::WriteClinic)?;
        let mut all = dismissed(self)?;
        all.insert((first.min(second).to_string(), first.max(second).to_string()));
        self.set_desk_setting(DISMISSED, Some(&serde_json::to_string(&all)?))
    }
}

fn dismissed(store: &Store) -> Result<BTreeSet<(String, String)>> {
    let kept = store.desk_setting(DISMISSED)?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Visits by a condition, those nearest to now first, so that they are there where more are found than are shown. Those left open are looked for
/// among the last weeks, by their own index.
fn visits(db: &Connection, condition: &str, order: &str, now: Millis) -> Result<Vec<AppointmentCard>> {
    let around = 60 * petrel_domain::DAY;
    // A visit is left open an hour after its end, not the minute it is over.
    let condition = format!(
        "WHERE {condition} AND a.starts_at > ?2 AND (a.status = 'pending' OR a.ends_at < ?3) AND a.deleted_at IS NULL ORDER BY a.starts_at {order} LIMIT 50"
    );
    cards(db, &condition, params![now.0, now.0 - around, now.0 - 60 * petrel_domain::MINUTE])
}

/// Visits to come of a pet whose death was recorded where nobody knew of them yet. What a desk knows of, it cancels by itself.
fn of_the_dead(db: &Connection, now: Millis) -> Result<Vec<AppointmentCard>> {
    // Nobody books further ahead.
    let since = (now.utc() - chrono::TimeDelta::days(400)).date_naive().to_string();
    let condition = "WHERE a.id IN (
          SELECT v.id FROM pets d INDEXED BY pets_deceased CROSS JOIN appointments v INDEXED BY appointments_by_pet ON v.pet_id = d.id AND v.starts_at > ?1
          WHERE d.deceased_on > ?2 AND d.deleted_at IS NULL AND v.status IN ('pending', 'confirmed', 'reminded') AND v.deleted_at IS NULL)
        ORDER BY a.starts_at LIMIT 50";
    cards(db, condition, params![now.0, since])
}

/// Visits to come in place of one that was moved more than once, or cancelled, and that nobody has touched since.
fn moved_twice(db: &Connection, now: Millis) -> Result<Vec<AppointmentCard>> {
    let condition = "WHERE a.id IN (
          SELECT n.id FROM appointments n INDEXED BY appointments_in_place JOIN appointments p ON p.id = n.previous_appointment_id
          WHERE n.starts_at > ?1 AND n.previous_appointment_id IS NOT NULL AND n.deleted_at IS NULL AND n.status IN ('pending', 'confirmed', 'reminded')
            AND (p.status = 'cancelled' AND p.updated_at > n.updated_at
                 OR EXISTS (SELECT 1 FROM appointments o WHERE o.previous_appointment_id = p.id AND o.id <> n.id AND o.deleted_at IS NULL
                              AND o.status NOT IN ('cancelled', 'rescheduled'))))
        ORDER BY a.starts_at LIMIT 50";
    cards(db, condition, params![now.0])
}

/// Visits of one colleague at one time that nobody put there knowingly: flagged by the hub, or found here from today on.
fn clashes(db: &Connection, now: Millis) -> Result<Vec<ClashPair>> {
    let sql = "SELECT a.id, a.clash_with_id FROM appointments a INDEXED BY appointments_clashing
               WHERE a.clash_with_id IS NOT NULL AND a.deleted_at IS NULL AND a.starts_at > ?1 ORDER BY a.starts_at LIMIT 50";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([now.0 - petrel_domain::DAY])?;
    let mut seen = BTreeSet::new();
    let mut clashes = Vec::new();
    while let Some(row) = rows.next()? {
        let (first, second): ([u8; 16], [u8; 16]) = (row.get(0)?, row.get(1)?);
        if !seen.insert((first.min(second), first.max(second))) {
            continue;
        }
        let mut pair =
            cards(db, "WHERE a.id IN (?1, ?2) AND a.deleted_at IS NULL ORDER BY a.created_at, a.id", params![first, second])?.into_iter();
        if let (Some(first), Some(second)) = (pair.next(), pair.next()) {
            clashes.push(ClashPair { first, second });
        }
    }
    Ok(clashes)
}

fn duplicates(db: &Connection, dismissed: &BTreeSet<(String, String)>, now: Millis) -> Result<Vec<DuplicatePair>> {
    let is_open = |pair: &Likeness| !dismissed.contains(&(pair.first.to_string(), pair.second.to_string()));
    let found = pairs(db, SHOWN + dismissed.len())?.into_iter().filter(is_open).take(SHOWN);
    let mut duplicates = Vec::new();
    for pair in found {
        let mut both = rows(db, &[pair.first, pair.second], now)?.into_iter();
        if let (Some(first), Some(second)) = (both.next(), both.next()) {
            duplicates.push(DuplicatePair { first, second, reason: pair.reason });
        }
    }
    Ok(duplicates)
}

fn failed(db: &Connection) -> Result<Vec<FailedMessage>> {
    let sql = "SELECT m.client_id, coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), m.recipient), m.error, m.updated_at
               FROM messages m LEFT JOIN clients c ON c.id = m.client_id WHERE m.status = 'failed' AND m.deleted_at IS NULL
               ORDER BY m.updated_at DESC LIMIT 50";
    let mut statement = db.prepare_cached(sql)?;
    let failed = statement.query_map([], |row| {
        Ok(FailedMessage {
            client_id: row.get::<_, Option<_>>(0)?.map(ClientId::from_bytes),
            recipient: row.get(1)?,
            error: row.get(2)?,
            failed_at: Millis(row.get(3)?),
        })
    })?;
    Ok(failed.collect::<Result<_, _>>()?)
}

/// Phones that could not be read, by the index of them.
fn unclear(db: &Connection) -> Result<Vec<UnclearPhone>> {
    let sql = "SELECT id, first_name, last_name, phone FROM clients WHERE phone IS NOT NULL AND deleted_at IS NULL
               AND (substr(phone, 1, 1) <> '+' OR substr(phone, 2) GLOB '*[^0-9]*' OR length(phone) < 8) LIMIT ?1";
    let mut statement = db.prepare_cached(sql)?;
    let phones = statement.query_map([i64::try_from(SHOWN).unwrap_or(i64::MAX)], |row| {
        let client_name = full_name(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        Ok(UnclearPhone { client_id: ClientId::from_bytes(row.get(0)?), client_name, phone: row.get(3)? })
    })?;
    Ok(phones.collect::<Result<_, _>>()?)
}

fn unclear_emails(db: &Connection) -> Result<Vec<UnclearEmail>> {
    // Few are unclear: their table leads, whatever the planner thinks of it.
    let sql = "SELECT c.id, c.first_name, c.last_name, c.email FROM unclear_emails u CROSS JOIN clients c ON c.id = u.client_id
               WHERE c.email IS NOT NULL AND c.deleted_at IS NULL LIMIT ?1";
    let mut statement = db.prepare_cached(sql)?;
    let emails = statement.query_map([i64::try_from(SHOWN).unwrap_or(i64::MAX)], |row| {
        let client_name = full_name(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        Ok(UnclearEmail { client_id: ClientId::from_bytes(row.get(0)?), client_name, email: row.get(3)? })
    })?;
    Ok(emails.collect::<Result<_, _>>()?)
}

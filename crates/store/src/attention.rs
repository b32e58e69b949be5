//! What needs a person.

use std::collections::BTreeSet;

use petrel_domain::desk::{
    AppointmentCard, AttentionCounts, ClashPair, DuplicatePair, FailedMessage, NeedsAttention, UnclearEmail, UnclearPhone,
};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, ClientId, Millis};
use rusqlite::{Connection, Params, params};
use serde::de::DeserializeOwned;

use crate::appointments::card::{called, cards, full_name};
use crate::clients::{Likeness, pairs, rows};
use crate::{Actor, Result, Store, StoreError};

/// The most entries of one kind.
const SHOWN: usize = 50;
/// Where this desk remembers pairs that are two people after all.
const DISMISSED: &str = "dismissed_duplicates";
/// The desk's setting that holds visits that somebody here let stand.
const LET_STAND: &str = "let_stand";
/// Of so many it is remembered, the latest: they are visits to come.
const MOST_LET_STAND: usize = 500;

/// The most pairs of clients that are counted: past them nobody goes through one by one.
const COUNTED: usize = 1_000;

/// Entries of one kind: those that are shown, and how many there are.
struct Kind<T> {
    shown: Vec<T>,
    of: u32,
}

impl<T> Kind<T> {
    /// Counts by a `FROM …` where more may be found than are shown: what is all there needs no second look.
    fn counted(db: &Connection, shown: Vec<T>, from: &str, params: impl Params) -> Result<Self> {
        let of = if shown.len() < SHOWN {
            u32::try_from(shown.len()).unwrap_or(u32::MAX)
        } else {
            db.prepare_cached(&format!("SELECT count(*) {from}"))?.query_row(params, |row| row.get(0))?
        };
        Ok(Self { shown, of })
    }
}

impl Store {
    /// What needs a person, fifty of each kind at the most, and how many there are.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn needs_attention(&self, actor: &Actor) -> Result<NeedsAttention> {
        actor.require(Right::SeeClinic)?;
        let (now, dismissed) = (self.now(), dismissed(self)?);
        let let_stand = serde_json::to_string(&let_stand(self)?)?;
        self.read(|db| {
            let clashes = clashes(db, now)?;
            let awaiting_approval = visits(db, "a.status = 'pending' AND a.starts_at >= ?1", "ASC", now)?;
            // Time that is blocked for something else waits for nobody.
            let open = "a.status IN ('pending', 'confirmed', 'reminded', 'checked_in', 'in_progress') AND a.starts_at < ?1
                        AND (a.client_id IS NOT NULL OR a.pet_id IS NOT NULL)";
            let left_open = visits(db, open, "DESC", now)?;
            let of_the_dead = of_the_dead(db, now)?;
            let moved_twice = moved_twice(db, &let_stand, now)?;
            let duplicates = duplicates(db, &dismissed, now)?;
            let failed_messages = failed(db)?;
            let unclear_phones = unclear(db)?;
            let unclear_emails = unclear_emails(db)?;
            let counts = AttentionCounts {
                clashes: clashes.of,
                awaiting_approval: awaiting_approval.of,
                left_open: left_open.of,
                of_the_dead: of_the_dead.of,
                moved_twice: moved_twice.of,
                duplicates: duplicates.of,
                failed_messages: failed_messages.of,
                unclear_phones: unclear_phones.of,
                unclear_emails: unclear_emails.of,
            };
            Ok(NeedsAttention {
                clashes: clashes.shown,
                awaiting_approval: awaiting_approval.shown,
                left_open: left_open.shown,
                of_the_dead: of_the_dead.shown,
                moved_twice: moved_twice.shown,
                duplicates: duplicates.shown,
                failed_messages: failed_messages.shown,
                unclear_phones: unclear_phones.shown,
                unclear_emails: unclear_emails.shown,
                total: counts.total(),
                counts,
            })
        })
    }

    /// Two clients are two people after all (`are_two`): they are not shown as a pair again at this desk. Or that was a slip, and they may be one.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn dismiss_duplicate(&self, actor: &Actor, first: ClientId, second: ClientId, are_two: bool) -> Result<()> {
        actor.require(Right::WriteClinic)?;
        dismiss(self, first.min(second).to_string(), first.max(second).to_string(), are_two)
    }
}

/// Notes that two records are of two (`are_two`), or that they may be of one after all; the lesser id first.
pub(crate) fn dismiss(store: &Store, first: String, second: String, are_two: bool) -> Result<()> {
    let mut all = dismissed(store)?;
    if are_two {
        all.insert((first, second))
    } else {
        all.remove(&(first, second))
    };
    store.set_desk_setting(DISMISSED, Some(&serde_json::to_string(&all)?))
}

/// Pairs of clients or of pets, told in the order of their ids, that somebody at this desk said are two.
pub(crate) fn dismissed(store: &Store) -> Result<BTreeSet<(String, String)>> {
    remembered(store, DISMISSED)
}

/// Visits that somebody at this desk let stand: their ids in digits of sixteen, and where both of two stand then, those of the two, the later one first.
fn let_stand(store: &Store) -> Result<Vec<String>> {
    remembered(store, LET_STAND)
}

/// What this desk remembers under a setting; what cannot be read is nothing.
fn remembered<T: DeserializeOwned + Default>(store: &Store, key: &str) -> Result<T> {
    let kept = store.desk_setting(key)?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Notes that a visit was let stand here, and beside which others: one that comes back later was not meant.
pub(crate) fn note_let_stand(store: &Store, id: AppointmentId) -> Result<()> {
    let mut all = let_stand(store)?;
    all.push(hex::encode(id.bytes()));
    let both = "FROM appointments n JOIN appointments p ON p.id = n.previous_appointment_id WHERE p.deleted_at IS NULL AND p.status NOT IN ('cancelled', 'rescheduled')";
    let sql = format!(
        "SELECT lower(hex(n.id) || hex(p.id)) {both} AND n.id = ?1
         UNION ALL SELECT lower(hex(n.id) || hex(p.id)) {both} AND n.previous_appointment_id = ?1 AND n.deleted_at IS NULL"
    );
    let beside = store.read(|db| {
        let mut statement = db.prepare_cached(&sql)?;
        Ok(statement.query_map([id.bytes()], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?)
    })?;
    all.extend(beside);
    all.drain(..all.len().saturating_sub(MOST_LET_STAND));
    store.set_desk_setting(LET_STAND, Some(&serde_json::to_string(&all)?))
}

/// Visits by a condition, those nearest to now first, so that they are there where more are found than are shown. Those left open are looked for
/// among the last weeks, by their own index.
fn visits(db: &Connection, condition: &str, order: &str, now: Millis) -> Result<Kind<AppointmentCard>> {
    let around = 60 * petrel_domain::DAY;
    // A visit is left open an hour after its end, not the minute it is over.
    let condition = format!("WHERE {condition} AND a.starts_at > ?2 AND (a.status = 'pending' OR a.ends_at < ?3) AND a.deleted_at IS NULL");
    of_cards(db, &condition, order, [now.0, now.0 - around, now.0 - 60 * petrel_domain::MINUTE])
}

/// The cards of a condition, by their start.
fn of_cards(db: &Connection, condition: &str, order: &str, params: impl Params + Copy) -> Result<Kind<AppointmentCard>> {
    let shown = cards(db, &format!("{condition} ORDER BY a.starts_at {order} LIMIT 50"), params)?;
    Kind::counted(db, shown, &format!("FROM appointments a {condition}"), params)
}

/// Visits to come of a pet whose death was recorded where nobody knew of them yet. What a desk knows of, it cancels by itself.
fn of_the_dead(db: &Connection, now: Millis) -> Result<Kind<AppointmentCard>> {
    // Nobody books further ahead.
    let since = (now.utc() - chrono::TimeDelta::days(400)).date_naive().to_string();
    let condition = "WHERE a.id IN (
          SELECT v.id FROM pets d INDEXED BY pets_deceased CROSS JOIN appointments v INDEXED BY appointments_by_pet ON v.pet_id = d.id AND v.starts_at > ?1
          WHERE d.deceased_on > ?2 AND d.deleted_at IS NULL AND v.status IN ('pending', 'confirmed', 'reminded') AND v.deleted_at IS NULL)";
    of_cards(db, condition, "ASC", (now.0, since.as_str()))
}

/// Visits to come in place of one that was cancelled, and that nobody has touched since, or of one that was moved more than once, or that stands itself,
/// and that nobody here let stand: that somebody wrote a note at one of two says nothing of the other. Where the one in place of it was begun, or is
/// over, it is the one before that is asked about.
fn moved_twice(db: &Connection, let_stand: &str, now: Millis) -> Result<Kind<AppointmentCard>> {
    let since = now.0 - 60 * petrel_domain::DAY;
    let condition = "WHERE a.id IN (
          SELECT n.id FROM appointments n INDEXED BY appointments_in_place JOIN appointments p ON p.id = n.previous_appointment_id
          WHERE n.starts_at > ?1 AND n.previous_appointment_id IS NOT NULL AND n.deleted_at IS NULL AND n.status IN ('pending', 'confirmed', 'reminded')
            AND (p.status = 'cancelled' AND p.updated_at > n.updated_at
                 OR p.status NOT IN ('cancelled', 'rescheduled') AND p.deleted_at IS NULL
                   AND lower(hex(n.id) || hex(p.id)) NOT IN (SELECT value FROM json_each(?2))
                 OR EXISTS (SELECT 1 FROM appointments o WHERE o.previous_appointment_id = p.id AND o.id <> n.id AND o.deleted_at IS NULL
                              AND o.status NOT IN ('cancelled', 'rescheduled'))
                 AND lower(hex(n.id)) NOT IN (SELECT value FROM json_each(?2)))
          UNION ALL
          SELECT p.id FROM appointments n INDEXED BY appointments_in_place JOIN appointments p ON p.id = n.previous_appointment_id
          WHERE n.starts_at > ?3 AND n.previous_appointment_id IS NOT NULL AND n.deleted_at IS NULL AND n.status IN ('checked_in', 'in_progress', 'completed')
            AND p.starts_at > ?1 AND p.status IN ('pending', 'confirmed', 'reminded') AND p.deleted_at IS NULL
            AND lower(hex(n.id) || hex(p.id)) NOT IN (SELECT value FROM json_each(?2)))";
    of_cards(db, condition, "ASC", (now.0, let_stand, since))
}

/// Visits of one colleague at one time that nobody put there knowingly: flagged by the hub, or found here from today on.
fn clashes(db: &Connection, now: Millis) -> Result<Kind<ClashPair>> {
    let sql = "SELECT a.id, a.clash_with_id FROM appointments a INDEXED BY appointments_clashing
               WHERE a.clash_with_id IS NOT NULL AND a.deleted_at IS NULL AND a.starts_at > ?1 ORDER BY a.starts_at LIMIT 100";
    let since = now.0 - petrel_domain::DAY;
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([since])?;
    let mut seen = BTreeSet::new();
    let mut clashes = Vec::new();
    while let Some(row) = rows.next()?
        && clashes.len() < SHOWN
    {
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
    // Each of two may be flagged with the other.
    let from = "FROM (SELECT DISTINCT min(a.id, b.id), max(a.id, b.id) FROM appointments a INDEXED BY appointments_clashing
                  JOIN appointments b ON b.id = a.clash_with_id AND b.deleted_at IS NULL
                WHERE a.clash_with_id IS NOT NULL AND a.deleted_at IS NULL AND a.starts_at > ?1)";
    Kind::counted(db, clashes, from, [since])
}

fn duplicates(db: &Connection, dismissed: &BTreeSet<(String, String)>, now: Millis) -> Result<Kind<DuplicatePair>> {
    let is_open = |pair: &Likeness| !dismissed.contains(&(pair.first.to_string(), pair.second.to_string()));
    let open = |most: usize| Ok::<_, StoreError>(pairs(db, most + dismissed.len())?.into_iter().filter(is_open).take(most));
    let mut shown = Vec::new();
    for pair in open(SHOWN)? {
        let mut both = rows(db, &[pair.first, pair.second], now)?.into_iter();
        if let (Some(first), Some(second)) = (both.next(), both.next()) {
            shown.push(DuplicatePair { first, second, reason: pair.reason });
        }
    }
    let of = if shown.len() < SHOWN { shown.len() } else { open(COUNTED)?.count() };
    Ok(Kind { shown, of: u32::try_from(of).unwrap_or(u32::MAX) })
}

fn failed(db: &Connection) -> Result<Kind<FailedMessage>> {
    let from = "FROM messages m LEFT JOIN clients c ON c.id = m.client_id WHERE m.status = 'failed' AND m.deleted_at IS NULL";
    let sql = format!(
        "SELECT m.client_id, coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), m.recipient), m.error, m.updated_at
         {from} ORDER BY m.updated_at DESC LIMIT 50"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let failed = statement.query_map([], |row| {
        Ok(FailedMessage {
            client_id: row.get::<_, Option<_>>(0)?.map(ClientId::from_bytes),
            recipient: row.get(1)?,
            error: row.get(2)?,
            failed_at: Millis(row.get(3)?),
        })
    })?;
    Kind::counted(db, failed.collect::<Result<_, _>>()?, from, [])
}

/// Phones that could not be read, by the index of them.
fn unclear(db: &Connection) -> Result<Kind<UnclearPhone>> {
    let from = "FROM clients WHERE phone IS NOT NULL AND deleted_at IS NULL
                AND (substr(phone, 1, 1) <> '+' OR substr(phone, 2) GLOB '*[^0-9]*' OR length(phone) < 8)";
    let mut statement = db.prepare_cached(&format!("SELECT id, first_name, last_name, phone {from} LIMIT 50"))?;
    let phones = statement.query_map([], |row| {
        let client_name = full_name(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
        Ok(UnclearPhone { client_id: ClientId::from_bytes(row.get(0)?), client_name, phone: row.get(3)? })
    })?;
    Kind::counted(db, phones.collect::<Result<_, _>>()?, from, [])
}

fn unclear_emails(db: &Connection) -> Result<Kind<UnclearEmail>> {
    // Few are unclear: their table leads, whatever the planner thinks of it.
    let from = "FROM unclear_emails u CROSS JOIN clients c ON c.id = u.client_id WHERE c.email IS NOT NULL AND c.deleted_at IS NULL";
    let mut statement = db.prepare_cached(&format!("SELECT c.id, c.first_name, c.last_name, c.email, c.phone {from} LIMIT 50"))?;
    let emails = statement.query_map([], |row| {
        let client_name = called(row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?, row.get_ref(4)?.as_str_or_null()?, None);
        Ok(UnclearEmail { client_id: ClientId::from_bytes(row.get(0)?), client_name, email: row.get(3)? })
    })?;
    Kind::counted(db, emails.collect::<Result<_, _>>()?, from, [])
}

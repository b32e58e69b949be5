//! More of what people do at a desk: what only happens once others have written, and tables that a day rarely touches.

use anyhow::Result;
use petrel_domain::desk::{MergeInput, MergePetsInput, ResendChange, ResendEdit};
use petrel_domain::{AppointmentId, ClientId, PetId};
use petrel_store::{Actor, Store, StoreError, Tx};
use rusqlite::params;

use crate::edits::{id, some, word, write};

/// A text that a transaction takes one of: two of them are sent in portions.
const LONG: usize = 560_000;

/// One more thing that somebody does, or nothing where there is nothing to do it to.
pub(crate) fn edit(store: &Store, rng: &mut fastrand::Rng) -> Result<()> {
    let actor = Actor::program();
    match rng.u8(0..24) {
        0 | 1 => {
            let two = write(store, |tx| Ok((some(tx, "clients", rng)?, some(tx, "clients", rng)?)))?;
            let (Some(into), Some(from)) = two else { return Ok(()) };
            if !reads_pets(store)? {
                return Ok(());
            }
            let input = MergeInput { into_id: ClientId::from_bytes(into), from_id: ClientId::from_bytes(from) };
            refusable(store.merge_clients(&actor, input).map(drop))
        }
        2 | 3 => {
            let clash: Option<([u8; 16], [u8; 16])> = store.read(|db| {
                let sql =
                    "SELECT id, clash_with_id FROM appointments WHERE clash_with_id IS NOT NULL AND deleted_at IS NULL ORDER BY id LIMIT 1";
                let mut statement = db.prepare_cached(sql)?;
                let mut rows = statement.query([])?;
                rows.next()?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
            })?;
            let Some((first, second)) = clash else { return Ok(()) };
            refusable(store.keep_both(&actor, AppointmentId::from_bytes(first), AppointmentId::from_bytes(second)).map(drop))
        }
        4..=7 => {
            let lost = store.lost_values(&actor)?;
            let Some(lost) = rng.choice(&lost) else { return Ok(()) };
            refusable(store.choose_value(&actor, lost.seq, &lost.column, rng.bool()).map(drop))
        }
        8..=10 => settle_rejected(store, rng),
        11 => write(store, |tx| hours(tx, rng)),
        12 => write(store, |tx| waits(tx, rng)),
        13 => write(store, |tx| {
            let Some(staff) = some(tx, "staff", rng)? else { return Ok(()) };
            let change =
                *rng.choice(["last_name = ?2", "is_active = 1 - is_active, last_name = ?2", "email = ?2"].as_slice()).unwrap_or(&"");
            let sql = format!("UPDATE staff SET {change}, updated_at = ?3 WHERE id = ?1");
            tx.db().execute(&sql, params![staff, word(rng), tx.now().0])?;
            Ok(())
        }),
        14 => write(store, |tx| {
            // What takes a place stays as it is: which visits clash is judged when one of them moves, and not when a service changes.
            let sql = "UPDATE services SET name = ?2, base_price_cents = ?3, updated_at = ?4 WHERE id = ?1";
            let Some(service) = some(tx, "services", rng)? else { return Ok(()) };
            tx.db().execute(sql, params![service, word(rng), rng.u16(..), tx.now().0])?;
            Ok(())
        }),
        15 => write(store, |tx| {
            // A part of one register after the other: the rest of each goes with it.
            let Some(visit) = some(tx, "appointments", rng)? else { return Ok(()) };
            let changes =
                ["final_cost_cents = ?2", "payment_status = 'paid'", "payment_currency = 'EUR'", "recurrence = 'FREQ=WEEKLY;COUNT=2'"];
            let sql = format!(
                "UPDATE appointments SET {}, updated_at = ?3 WHERE id = ?1 AND ?2 > 0",
                rng.choice(changes.as_slice()).unwrap_or(&"")
            );
            tx.db().execute(&sql, params![visit, rng.u16(1..9_000), tx.now().0])?;
            Ok(())
        }),
        16 if rng.u8(0..4) == 0 => write(store, |tx| {
            for _ in 0..2 {
                let Some(client) = some(tx, "clients", rng)? else { return Ok(()) };
                let notes = word(rng) + &"x".repeat(LONG);
                tx.db().execute("UPDATE clients SET notes = ?2, updated_at = ?3 WHERE id = ?1", params![client, notes, tx.now().0])?;
            }
            Ok(())
        }),
        17 | 18 => {
            let is_whole = reads_pets(store)?;
            let two: Option<([u8; 16], [u8; 16])> = store.read(|db| {
                let sql = "SELECT p.id, q.id FROM pets p JOIN pets q ON q.client_id = p.client_id AND q.id <> p.id
                           WHERE p.deleted_at IS NULL AND q.deleted_at IS NULL ORDER BY p.id, q.id LIMIT 1";
                let mut statement = db.prepare_cached(sql)?;
                let mut rows = statement.query([])?;
                rows.next()?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
            })?;
            let Some((into, from)) = two.filter(|_| is_whole) else { return Ok(()) };
            let input = MergePetsInput { into_id: PetId::from_bytes(into), from_id: PetId::from_bytes(from), choices: Vec::new() };
            refusable(store.merge_pets(&actor, input).map(drop))
        }
        _ => Ok(()),
    }
}

/// Whether a desk has all of a pet that this program reads: one that is told to be of an earlier program lacks a column.
fn reads_pets(store: &Store) -> Result<bool> {
    let has = "SELECT 1 FROM pragma_table_info('pets') WHERE name = 'born_on'";
    Ok(store.read(|db| Ok(db.prepare(has)?.exists([])?))?)
}

/// What the hub never took is sent again, set right or as it was, or let go.
fn settle_rejected(store: &Store, rng: &mut fastrand::Rng) -> Result<()> {
    let actor = Actor::program();
    let rejected = store.rejected()?;
    let Some(rejected) = rng.choice(&rejected) else { return Ok(()) };
    if rng.u8(0..3) == 0 {
        return refusable(store.discard_rejected(&actor, rejected.n));
    }
    let mut edits = Vec::new();
    for change in &rejected.transaction.changes {
        for (column, value) in change.columns.iter() {
            // What made the hub refuse it; in one case of four it is left in.
            if value.as_str().is_some_and(|text| text.contains('\0')) && rng.u8(0..4) > 0 {
                let (table, column, value) = (change.table.to_string(), column.to_owned(), Some(word(rng)));
                edits.push(ResendEdit { table, id: change.id, column, value });
            }
        }
    }
    refusable(store.resend_rejected(&actor, &ResendChange { n: rejected.n, edits }).map(drop))
}

/// Hours of a week, and of a day that is otherwise.
fn hours(tx: &Tx<'_>, rng: &mut fastrand::Rng) -> Result<(), StoreError> {
    let (Some(staff), now) = (some(tx, "staff", rng)?, tx.now().0) else { return Ok(()) };
    match (some(tx, "staff_schedules", rng)?, some(tx, "schedule_overrides", rng)?, rng.u8(0..6)) {
        (Some(hours), _, 0) => {
            let sql = "UPDATE staff_schedules SET end_time = ?2, updated_at = ?3 WHERE id = ?1";
            tx.db().execute(sql, params![hours, format!("1{}:00", rng.u8(4..9)), now])?;
        }
        (Some(hours), _, 1) => {
            tx.db()
                .execute("UPDATE staff_schedules SET effective_until = '2027-01-01', updated_at = ?2 WHERE id = ?1", params![hours, now])?;
        }
        (_, Some(day), 2) => {
            let sql =
                "UPDATE schedule_overrides SET kind = 'custom_hours', start_time = '10:00', end_time = ?2, updated_at = ?3 WHERE id = ?1";
            tx.db().execute(sql, params![day, format!("1{}:30", rng.u8(1..9)), now])?;
        }
        (_, Some(day), 3) => {
            tx.db().execute("UPDATE schedule_overrides SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1", params![day, now])?;
        }
        (_, _, 4) => {
            let sql = "INSERT INTO schedule_overrides (id, staff_id, kind, on_date, created_at, updated_at) VALUES (?1, ?2, 'unavailable', '2026-10-05', ?3, ?3)";
            tx.db().execute(sql, params![id(rng), staff, now])?;
        }
        _ => {
            let sql =
                "INSERT INTO staff_schedules (id, staff_id, day_of_week, start_time, end_time, effective_from, created_at, updated_at)
                       VALUES (?1, ?2, ?3, '09:00', '17:00', '2026-01-01', ?4, ?4)";
            tx.db().execute(sql, params![id(rng), staff, rng.u8(0..7), now])?;
        }
    }
    Ok(())
}

/// Who waits for a time.
fn waits(tx: &Tx<'_>, rng: &mut fastrand::Rng) -> Result<(), StoreError> {
    let now = tx.now().0;
    match (some(tx, "waitlist_entries", rng)?, rng.u8(0..4)) {
        (Some(entry), 0) => {
            let sql = "UPDATE waitlist_entries SET status = 'offered', offer_expires_at = ?2, updated_at = ?2 WHERE id = ?1";
            tx.db().execute(sql, params![entry, now])?;
        }
        (Some(entry), 1) => {
            let sql = "UPDATE waitlist_entries SET latest_time = ?2, updated_at = ?3 WHERE id = ?1";
            tx.db().execute(sql, params![entry, format!("1{}:00", rng.u8(0..9)), now])?;
        }
        (Some(entry), 2) => {
            tx.db().execute("UPDATE waitlist_entries SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1", params![entry, now])?;
        }
        _ => {
            let (Some(pet), Some(service)) = (some(tx, "pets", rng)?, some(tx, "services", rng)?) else { return Ok(()) };
            let sql =
                "INSERT INTO waitlist_entries (id, client_id, pet_id, service_id, requested_on, earliest_time, created_at, updated_at)
                       SELECT ?1, client_id, id, ?3, '2026-10-05', '09:00', ?4, ?4 FROM pets WHERE id = ?2";
            tx.db().execute(sql, params![id(rng), pet, service, now])?;
        }
    }
    Ok(())
}

/// The clinic's rules may say no, and what was to be settled may be settled; the file may not say anything else.
fn refusable(result: Result<(), StoreError>) -> Result<()> {
    match result {
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

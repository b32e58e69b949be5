//! What people do at a desk, at random.

use anyhow::Result;
use petrel_domain::{ClientId, PetId};
use petrel_store::{Action, Actor, Store, StoreError, Tx};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

/// Half an hour, and a day with eight of them: few places, so that visits meet.
const HALF_HOUR: i64 = 1_800_000;
const PLACES: i64 = 8;

pub(crate) fn id(rng: &mut fastrand::Rng) -> [u8; 16] {
    let mut bytes: [u8; 16] = std::array::from_fn(|_| rng.u8(..));
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes
}

/// The clinic everybody begins with.
pub(crate) fn found(store: &Store, rng: &mut fastrand::Rng) -> Result<()> {
    write(store, |tx| {
        let now = tx.now().0;
        let db = tx.db();
        db.execute(
            "INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (?1, 'Petrel Vets', 'Europe/Berlin', ?2, ?2)",
            params![id(rng), now],
        )?;
        for name in ["Ada", "Bo"] {
            db.execute(
                "INSERT INTO staff (id, first_name, role, created_at, updated_at) VALUES (?1, ?2, 'owner', ?3, ?3)",
                params![id(rng), name, now],
            )?;
        }
        db.execute("INSERT INTO services (id, name, created_at, updated_at) VALUES (?1, 'Check-up', ?2, ?2)", params![id(rng), now])?;
        for _ in 0..4 {
            family(tx, rng)?;
        }
        Ok(())
    })
}

fn family(tx: &Tx<'_>, rng: &mut fastrand::Rng) -> Result<(), StoreError> {
    let (client, now) = (id(rng), tx.now().0);
    let sql = "INSERT INTO clients (id, first_name, last_name, phone, custom_fields, created_at, updated_at) VALUES (?1, ?2, 'Smith', ?3, ?4, ?5, ?5)";
    tx.db().execute(sql, params![client, word(rng), rng.u32(..).to_string(), r#"{"z": 1, "a": [true]}"#, now])?;
    for _ in 0..rng.u8(1..3) {
        tx.db().execute(
            "INSERT INTO pets (id, client_id, name, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)",
            params![id(rng), client, word(rng), now],
        )?;
    }
    Ok(())
}

pub(crate) fn word(rng: &mut fastrand::Rng) -> String {
    (0..rng.u8(1..6)).map(|_| rng.lowercase()).collect()
}

pub(crate) fn write<T>(store: &Store, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T> {
    Ok(store.write(&Actor::program(), Action::SaveClient, work)?.value)
}

/// One row of a table, at random.
pub(crate) fn some(tx: &Tx<'_>, table: &str, rng: &mut fastrand::Rng) -> Result<Option<[u8; 16]>, StoreError> {
    let count: u32 = tx.db().query_row(&format!("SELECT count(*) FROM {table} WHERE deleted_at IS NULL"), [], |row| row.get(0))?;
    if count == 0 {
        return Ok(None);
    }
    let sql = format!("SELECT id FROM {table} WHERE deleted_at IS NULL ORDER BY id LIMIT 1 OFFSET ?1");
    Ok(tx.db().query_row(&sql, [rng.u32(0..count)], |row| row.get(0)).optional()?)
}

/// One thing that somebody does.
pub(crate) fn edit(store: &Store, rng: &mut fastrand::Rng) -> Result<()> {
    match rng.u8(0..14) {
        0 => write(store, |tx| family(tx, rng)),
        1..=3 => write(store, |tx| {
            let Some(client) = some(tx, "clients", rng)? else { return Ok(()) };
            let column = *rng.choice(["phone", "notes", "first_name", "address"].as_slice()).unwrap_or(&"notes");
            let sql = format!("UPDATE clients SET {column} = ?2, updated_at = ?3 WHERE id = ?1");
            tx.db().execute(&sql, params![client, word(rng), tx.now().0])?;
            Ok(())
        }),
        4 | 5 => write(store, |tx| book(tx, rng)),
        6 | 7 => write(store, |tx| {
            let (Some(visit), Some(staff)) = (some(tx, "appointments", rng)?, some(tx, "staff", rng)?) else { return Ok(()) };
            let starts = rng.i64(0..PLACES) * HALF_HOUR;
            let (sql, now) = (
                if rng.bool() {
                    "UPDATE appointments SET staff_id = ?2, updated_at = ?4 WHERE id = ?1 AND ?3 IS NOT NULL"
                } else {
                    "UPDATE appointments SET starts_at = ?3, ends_at = ?3 + 1800000, updated_at = ?4 WHERE id = ?1 AND ?2 IS NOT NULL"
                },
                tx.now().0,
            );
            tx.db().execute(sql, params![visit, staff, starts, now])?;
            Ok(())
        }),
        8 => write(store, |tx| {
            let Some(visit) = some(tx, "appointments", rng)? else { return Ok(()) };
            let change = match rng.u8(0..4) {
                0 => "status = 'cancelled', cancelled_at = ?2, cancellation_reason = 'ill'",
                1 => "status = 'in_progress', actual_start_at = ?2, picked_up_at = NULL",
                2 => "status = 'completed', actual_end_at = ?2",
                _ => "picked_up_at = ?2",
            };
            let sql = format!("UPDATE appointments SET {change}, updated_at = ?2 WHERE id = ?1");
            tx.db().execute(&sql, params![visit, tx.now().0])?;
            Ok(())
        }),
        9 => write(store, |tx| {
            // The same tag by two desks is one row.
            let Some(client) = some(tx, "clients", rng)? else { return Ok(()) };
            let tag = *rng.choice(["vip", "shy"].as_slice()).unwrap_or(&"vip");
            let tag_id = Uuid::new_v5(&Uuid::from_bytes(client), tag.as_bytes());
            let deleted = rng.bool().then_some(tx.now().0);
            let sql = "INSERT INTO client_tags (id, client_id, tag, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
                       ON CONFLICT (id) DO UPDATE SET deleted_at = ?5, updated_at = excluded.updated_at";
            tx.db().execute(sql, params![tag_id.as_bytes(), client, tag, tx.now().0, deleted])?;
            Ok(())
        }),
        10 => write(store, |tx| {
            let Some(pet) = some(tx, "pets", rng)? else { return Ok(()) };
            let now = tx.now().0;
            match some(tx, "medical_records", rng)? {
                Some(record) if rng.bool() => {
                    tx.db()
                        .execute("UPDATE medical_records SET body = ?2, updated_at = ?3 WHERE id = ?1", params![record, word(rng), now])?;
                }
                _ => {
                    let sql = "INSERT INTO medical_records (id, pet_id, kind, body, recorded_at, created_at, updated_at) VALUES (?1, ?2, 'note', ?3, ?4, ?4, ?4)";
                    tx.db().execute(sql, params![id(rng), pet, word(rng), now])?;
                }
            }
            Ok(())
        }),
        11 => {
            let client = write(store, |tx| some(tx, "clients", rng))?;
            let pet = write(store, |tx| some(tx, "pets", rng))?;
            if rng.bool() {
                refusable(client.map(|client| store.delete_client(&Actor::program(), ClientId::from_bytes(client)).map(|_| ())))
            } else {
                refusable(pet.map(|pet| store.delete_pet(&Actor::program(), PetId::from_bytes(pet)).map(|_| ())))
            }
        }
        12 => refusable(store.undo_offer()?.map(|offer| store.undo(&Actor::program(), offer.action_id).map(|_| ()))),
        _ => write(store, |tx| {
            // What SQLite takes and the hub never will.
            if rng.u8(0..4) > 0 {
                return Ok(());
            }
            let Some(client) = some(tx, "clients", rng)? else { return Ok(()) };
            let sql = "UPDATE clients SET notes = 'poison' || char(0), updated_at = ?2 WHERE id = ?1";
            tx.db().execute(sql, params![client, tx.now().0])?;
            if rng.bool() {
                let pet = "INSERT INTO pets (id, client_id, name, color, created_at, updated_at) VALUES (?1, ?2, 'x', char(0), ?3, ?3)";
                tx.db().execute(pet, params![id(rng), client, tx.now().0])?;
            }
            Ok(())
        }),
    }
}

/// The clinic's rules may say no; the file may not.
fn refusable(result: Option<Result<(), StoreError>>) -> Result<()> {
    match result {
        Some(Err(StoreError::Refused(_))) | Some(Ok(())) | None => Ok(()),
        Some(Err(error)) => Err(error.into()),
    }
}

fn book(tx: &Tx<'_>, rng: &mut fastrand::Rng) -> Result<(), StoreError> {
    let (Some(pet), Some(staff), Some(service)) = (some(tx, "pets", rng)?, some(tx, "staff", rng)?, some(tx, "services", rng)?) else {
        return Ok(());
    };
    let starts = rng.i64(0..PLACES) * HALF_HOUR;
    let sql = "INSERT INTO appointments (id, client_id, pet_id, service_id, staff_id, starts_at, ends_at, status, created_at, updated_at)
               SELECT ?1, client_id, id, ?3, ?4, ?5, ?5 + 1800000, 'confirmed', ?6, ?6 FROM pets WHERE id = ?2";
    tx.db().execute(sql, params![id(rng), pet, service, staff, starts, tx.now().0])?;
    Ok(())
}

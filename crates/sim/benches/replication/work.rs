//! What a clinic does, for the desks to send.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use petrel_domain::desk::BadRowWords;
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use rusqlite::params;
use uuid::Uuid;

/// How many colleagues take visits.
const COLLEAGUES: usize = 6;
/// The length of a visit, in milliseconds.
const VISIT: i64 = 30 * 60_000;

pub fn key() -> FileKey {
    FileKey::from_bytes([9; 32])
}

pub fn open(path: &Path) -> Result<Store> {
    Ok(Store::open(&OpenOptions::new(path, key()))?)
}

/// An id that is the same for the same number.
fn id(kind: u8, n: usize) -> [u8; 16] {
    *uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + n as u64, &[kind; 10]).as_uuid().as_bytes()
}

/// A clinic with its colleagues and a service, as one transaction.
pub fn found(store: &Store) -> Result<()> {
    store.write(&Actor::program(), Action::CreateClinic, |tx| {
        let (db, now) = (tx.db(), tx.now().0);
        let sql = "INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (?1, 'Bench', 'Europe/Berlin', ?2, ?2)";
        db.execute(sql, params![id(0, 0), now])?;
        for n in 0..COLLEAGUES {
            let sql = "INSERT INTO staff (id, first_name, role, created_at, updated_at) VALUES (?1, ?2, 'veterinarian', ?3, ?3)";
            db.execute(sql, params![id(1, n), format!("Ada {n}"), now])?;
        }
        let sql = "INSERT INTO services (id, name, duration_minutes, created_at, updated_at) VALUES (?1, 'Check-up', 30, ?2, ?2)";
        db.execute(sql, params![id(2, 0), now])?;
        Ok(())
    })?;
    Ok(())
}

/// New clients, each with a pet and its first visit, as front desks take them down: a transaction each.
pub fn newcomers(store: &Store, from: usize, count: usize) -> Result<()> {
    for n in from..from + count {
        store.write(&Actor::program(), Action::SaveClient, |tx| {
            client(tx.db(), n, tx.now().0)?;
            visit(tx.db(), n, n, tx.now().0)
        })?;
    }
    Ok(())
}

fn client(db: &rusqlite::Connection, n: usize, now: i64) -> petrel_store::Result<()> {
    let sql = "INSERT INTO clients (id, first_name, last_name, email, phone, address, source, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'manual', ?7, ?7)";
    let (first, last, phone) = (format!("First{n}"), format!("Last{}", n * 7919 % 100_003), format!("+1415{:07}", 2_000_000 + n));
    let values = params![id(3, n), first, last, format!("client{n}@example.com"), phone, format!("{n} Main Street"), now];
    db.prepare_cached(sql)?.execute(values)?;
    let sql = "INSERT INTO pets (id, client_id, name, species, breed, sex, born_on, weight_grams, created_at, updated_at)
               VALUES (?1, ?2, ?3, 'dog', 'Beagle', 'female', '2020-02-29', 12000, ?4, ?4)";
    db.prepare_cached(sql)?.execute(params![id(4, n), id(3, n), format!("Rex{n}"), now])?;
    Ok(())
}

/// Visits of pets that are known, a transaction each.
pub fn visits(store: &Store, from: usize, count: usize, pets: usize) -> Result<()> {
    for n in from..from + count {
        store.write(&Actor::program(), Action::BookAppointment, |tx| visit(tx.db(), n, n % pets, tx.now().0))?;
    }
    Ok(())
}

/// The nth visit: one after another for each colleague, so that none clashes.
fn visit(db: &rusqlite::Connection, n: usize, pet: usize, now: i64) -> petrel_store::Result<()> {
    let starts_at = 1_800_000_000_000 + (n / COLLEAGUES) as i64 * VISIT;
    let sql = "INSERT INTO appointments (id, client_id, pet_id, service_id, staff_id, starts_at, ends_at, status, title, booking_method,
                 booking_reference, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'confirmed', 'Check-up', 'phone', ?8, ?9, ?9)";
    let reference = format!("R{n:07}");
    let values = params![id(5, n), id(3, pet), id(4, pet), id(2, 0), id(1, n % COLLEAGUES), starts_at, starts_at + VISIT, reference, now];
    db.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// A list of clients and pets from another program, imported through the door: two rows a line.
pub fn import(store: &Store, folder: &Path, lines: usize) -> Result<()> {
    let mut csv = String::from("First Name,Last Name,Email,Phone,Address,Pet Name,Species,Breed,Date of Birth,Weight\n");
    for n in 0..lines {
        writeln!(
            csv,
            "Given{n},Family{},import{n}@example.com,+1212{:07},{n} Broadway,Bello{n},Dog,Beagle,2020-{:02}-{:02},{} kg",
            n * 7919 % 100_003,
            2_000_000 + n,
            n % 12 + 1,
            n % 28 + 1,
            n % 40 + 1
        )?;
    }
    let path = folder.join("import.csv");
    std::fs::write(&path, csv)?;
    let path = path.to_string_lossy().into_owned();
    let plan = store.preview_import(&Actor::program(), &path, None)?.plan;
    let report = store.run_import(&Actor::program(), &plan, &BadRowWords::default(), &|_| {}, &AtomicBool::new(false))?;
    anyhow::ensure!(report.clients as usize == lines, "{} of {lines} lines were imported", report.clients);
    Ok(())
}

/// Every client's notes written anew, a transaction each.
pub fn write_notes(store: &Store, clients: usize, by: &str) -> Result<()> {
    for n in 0..clients {
        store.write(&Actor::program(), Action::SaveClient, |tx| {
            let sql = "UPDATE clients SET notes = ?2, updated_at = ?3 WHERE id = ?1";
            tx.db().prepare_cached(sql)?.execute(params![id(3, n), format!("{by} saw them, the {n}th"), tx.now().0])?;
            Ok(())
        })?;
    }
    Ok(())
}

/// One client's notes.
pub fn write_note(store: &Store, n: usize, note: &str) -> Result<()> {
    store.write(&Actor::program(), Action::SaveClient, |tx| {
        let sql = "UPDATE clients SET notes = ?2, updated_at = ?3 WHERE id = ?1";
        tx.db().prepare_cached(sql)?.execute(params![id(3, n), note, tx.now().0])?;
        Ok(())
    })?;
    Ok(())
}

/// What a desk has to send: transactions, rows and cells.
pub fn waiting(store: &Store) -> Result<(usize, usize, usize)> {
    let all = store.outgoing(0, usize::MAX, usize::MAX)?;
    let rows = all.iter().map(|transaction| transaction.changes.len()).sum();
    let cells = all.iter().flat_map(|transaction| &transaction.changes).map(|change| change.columns.len()).sum();
    Ok((all.len(), rows, cells))
}

/// A visit as a simulated desk sends it.
pub fn note_of(replica: Uuid, n: i64, client: Uuid, clock: i64) -> petrel_domain::replication::Transaction {
    use petrel_domain::replication::{Change, Clock, Op, Transaction};
    let columns: [(&str, serde_json::Value); 2] = [("notes", format!("note {n}").into()), ("updated_at", (clock >> 16).into())];
    let columns = petrel_domain::replication::Columns::from_iter(columns);
    let change = Change { table: "clients".into(), id: client, op: Op::Put, columns };
    Transaction {
        replica,
        n,
        clock: Clock(clock),
        mark: 1,
        seen: i64::MAX,
        staff_id: None,
        action: "save_client".to_owned(),
        changes: vec![change],
    }
}

pub fn client_id(n: usize) -> Uuid {
    Uuid::from_bytes(id(3, n))
}

/// Some clients, as one transaction.
pub fn import_clients(store: &Store, count: usize) -> Result<()> {
    store.write(&Actor::program(), Action::SaveClient, |tx| (0..count).try_for_each(|n| client(tx.db(), n, tx.now().0)))?;
    Ok(())
}

/// The key as SQLite takes it.
pub fn key_pragma() -> String {
    format!("x'{}'", "09".repeat(32))
}

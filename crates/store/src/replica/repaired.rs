//! What a comparison with the hub found different here and set right. Kept until somebody has seen it: a file that differs may differ again, and
//! nothing is papered over.

use petrel_domain::Millis;
use petrel_domain::desk::RepairedTable;
use petrel_domain::rights::Right;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::changes::each;
use crate::{Actor, Result, Store};

/// The setting of the file that holds them.
const REPAIRED: &str = "repaired";

/// A table that was found different.
#[derive(Debug, Serialize, Deserialize)]
struct Repair {
    table: String,
    /// When it was found last.
    at: Millis,
    /// Rows that were set right.
    rows: u32,
    /// Some of its rows are still to be fetched.
    is_open: bool,
}

fn read(db: &Connection) -> Result<Vec<Repair>> {
    let sql = "SELECT value FROM settings WHERE key = ?1";
    let found: Option<String> = db.prepare_cached(sql)?.query_row([REPAIRED], |row| row.get(0)).optional()?;
    Ok(found.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn write(db: &Connection, repairs: &[Repair], now: Millis) -> Result<()> {
    if repairs.is_empty() {
        db.prepare_cached("DELETE FROM settings WHERE key = ?1")?.execute([REPAIRED])?;
        return Ok(());
    }
    let sql = "INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    db.prepare_cached(sql)?.execute(params![REPAIRED, serde_json::to_string(repairs)?, now.0])?;
    Ok(())
}

/// A table was found different, and its rows are to be fetched.
pub(super) fn begin(db: &Connection, table: &str, now: Millis) -> Result<()> {
    let mut repairs = read(db)?;
    match repairs.iter_mut().find(|repair| repair.table == table) {
        Some(repair) => (repair.at, repair.is_open) = (now, true),
        None => repairs.push(Repair { table: table.to_owned(), at: now, rows: 0, is_open: true }),
    }
    write(db, &repairs, now)
}

/// Counts what was set right by rows that were fetched. One of which nothing was different after all (it was written again meanwhile) is forgotten.
pub(super) fn note(db: &Connection, catalog: &Catalog, changes: &[u8], now: Millis) -> Result<()> {
    let mut repairs = read(db)?;
    if !repairs.iter().any(|repair| repair.is_open) {
        return Ok(());
    }
    each(changes, catalog, |change| {
        if let Some(repair) = repairs.iter_mut().find(|repair| repair.is_open && repair.table == change.table.name) {
            repair.rows = repair.rows.saturating_add(1);
        }
        Ok(())
    })?;
    let mut waits = db.prepare_cached("SELECT 1 FROM stale_rows WHERE table_name = ?1 AND is_gone = 0 LIMIT 1")?;
    for repair in &mut repairs {
        repair.is_open = repair.is_open && waits.exists([&repair.table])?;
    }
    repairs.retain(|repair| repair.is_open || repair.rows > 0);
    write(db, &repairs, now)
}

impl Store {
    /// Tables of this file that differed from the hub's and were set right, until somebody has seen it. Told to whoever runs the clinic.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn repaired_tables(&self, actor: &Actor) -> Result<Vec<RepairedTable>> {
        actor.require(Right::SeeClinic)?;
        if actor.require(Right::ManageClinic).is_err() {
            return Ok(Vec::new());
        }
        let repairs = self.read(read)?;
        let done = repairs.into_iter().filter(|repair| repair.rows > 0);
        Ok(done.map(|Repair { table, at, rows, .. }| RepairedTable { table, at, rows }).collect())
    }

    /// How many there are.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn count_repaired(&self) -> Result<u32> {
        let repairs = self.read(read)?;
        Ok(u32::try_from(repairs.iter().filter(|repair| repair.rows > 0).count()).unwrap_or(u32::MAX))
    }

    /// Somebody has seen that a table was set right.
    ///
    /// # Errors
    /// `forbidden`; what SQLite says.
    pub fn dismiss_repaired(&self, actor: &Actor, table: &str) -> Result<()> {
        actor.require(Right::ManageClinic)?;
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut repairs = read(&tx)?;
        for repair in repairs.iter_mut().filter(|repair| repair.table == table) {
            repair.rows = 0;
        }
        repairs.retain(|repair| repair.is_open || repair.rows > 0);
        write(&tx, &repairs, self.now())?;
        Ok(tx.commit()?)
    }
}

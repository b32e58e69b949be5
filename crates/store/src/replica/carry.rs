//! What only this desk knows, carried over into the file that takes its place.

use std::path::Path;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params, params_from_iter};

use crate::file::open_writer;
use crate::{FileKey, Result, Store};

impl Store {
    /// Carries what only this desk knows into a file that was filled from the hub and takes this one's place: its settings, drafts among them,
    /// what was rejected and what lost, where nobody has settled it. What waits to be sent is not carried: the file must not be replaced while something does.
    ///
    /// # Errors
    /// What SQLite says; the other file is then as it was.
    pub fn carry_over(&self, fresh: &Path, key: &FileKey) -> Result<()> {
        let mut into = open_writer(fresh, key)?;
        let tx = into.transaction()?;
        self.read(|db| {
            copy_settings(db, &tx)?;
            copy_lost(db, &tx)?;
            copy_rejected(db, &tx)
        })?;
        tx.commit()?;
        into.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// Whether something waits to be sent.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn has_unsent(&self) -> Result<bool> {
        self.read(|db| Ok(db.prepare_cached("SELECT 1 FROM outbox INDEXED BY outbox_unsent WHERE sent_at IS NULL LIMIT 1")?.exists([])?))
    }
}

fn copy_settings(from: &Connection, into: &Connection) -> Result<()> {
    let mut statement = from.prepare("SELECT key, value, updated_at FROM settings")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sql = "INSERT OR REPLACE INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3)";
        into.prepare_cached(sql)?.execute(params![row.get::<_, Sql>(0)?, row.get::<_, Sql>(1)?, row.get::<_, Sql>(2)?])?;
    }
    Ok(())
}

/// The fresh file begins at the log's end: the entries in which these lost are behind it.
fn copy_lost(from: &Connection, into: &Connection) -> Result<()> {
    const COLUMNS: &str = "seq, column_name, table_name, row_id, kept, lost, lost_seq, staff_id, replica_id, written_at";
    let mut statement = from.prepare(&format!("SELECT {COLUMNS} FROM lost_values WHERE settled_at IS NULL"))?;
    let sql = format!("INSERT OR IGNORE INTO lost_values ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..10).map(|column| row.get::<_, Sql>(column)).collect::<rusqlite::Result<Vec<_>>>()?;
        into.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    }
    Ok(())
}

/// The fresh file numbers its own transactions from 1 on; what was rejected before goes below that.
fn copy_rejected(from: &Connection, into: &Connection) -> Result<()> {
    let sql = "SELECT n, rejected_at, reason, changes, transaction_json FROM rejected_changes WHERE settled_at IS NULL ORDER BY n";
    let mut statement = from.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut lowest = from.query_row("SELECT min(coalesce(min(n), 0), 0) FROM rejected_changes", [], |row| row.get::<_, i64>(0))?;
    while let Some(row) = rows.next()? {
        let n: i64 = row.get(0)?;
        let place = if n < 0 {
            n
        } else {
            lowest -= 1;
            lowest
        };
        let sql = "INSERT INTO rejected_changes (n, rejected_at, reason, changes, transaction_json) VALUES (?1, ?2, ?3, ?4, ?5)";
        into.prepare_cached(sql)?.execute(params![
            place,
            row.get::<_, Sql>(1)?,
            row.get::<_, Sql>(2)?,
            row.get::<_, Sql>(3)?,
            row.get::<_, Sql>(4)?
        ])?;
    }
    Ok(())
}

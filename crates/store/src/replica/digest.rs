//! Count and hash of a table, to be compared with the hub's at the same number of the log.

use petrel_domain::replication::{Columns, row_hash};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use super::values::to_wire;
use crate::catalog::Table;
use crate::{Result, Store};

/// How far a file has read; then, for each table, its name, its rows and their hash.
pub type Digest = (i64, Vec<(String, u64, u64)>);

impl Store {
    /// How far this file has read, and the rows and hash of each replicated table there. None where something waits to be sent or has not
    /// come back: the tables are then ahead of the log.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn digest(&self) -> Result<Option<Digest>> {
        self.read(|db| {
            let sql = "SELECT cursor, EXISTS (SELECT 1 FROM outbox WHERE sent_at IS NULL) OR EXISTS (SELECT 1 FROM outbox WHERE last_seq > cursor)
                         OR EXISTS (SELECT 1 FROM stale_rows) FROM sync_state";
            let (cursor, is_ahead): (i64, bool) = db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if is_ahead {
                return Ok(None);
            }
            let mut digests = Vec::new();
            for table in self.catalog().in_order() {
                let mut statement = db.prepare(&format!("SELECT {} FROM {}", table.columns.join(", "), table.name))?;
                let mut rows = statement.query([])?;
                let (mut count, mut sum) = (0_u64, 0_u64);
                while let Some(row) = rows.next()? {
                    count += 1;
                    sum = sum.wrapping_add(row_hash(Uuid::from_bytes(row.get(0)?), &columns(row, table)?));
                }
                digests.push((table.name.clone(), count, sum));
            }
            Ok(Some((cursor, digests)))
        })
    }

    /// One row as the wire has it; none where there is no such row.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn row_as_sent(&self, table: &str, id: Uuid) -> Result<Option<Columns>> {
        let table = self.catalog().table(table)?;
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!("SELECT {} FROM {} WHERE id = ?1", table.columns.join(", "), table.name))?;
            let mut rows = statement.query([id.as_bytes()])?;
            rows.next()?.map(|row| columns(row, table)).transpose()
        })
    }

    /// The ids of a table's rows.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn ids_of(&self, table: &str) -> Result<Vec<Uuid>> {
        let table = self.catalog().table(table)?;
        self.read(|db| {
            let mut statement = db.prepare(&format!("SELECT id FROM {} ORDER BY id", table.name))?;
            let ids = statement.query_map([], |row| row.get(0).map(Uuid::from_bytes))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }
}

/// What a row holds, but for its id and what is empty.
pub(super) fn columns(row: &Row<'_>, table: &Table) -> Result<Columns> {
    let mut columns = Vec::with_capacity(table.columns.len());
    for (position, name) in table.columns.iter().enumerate().skip(1) {
        let value = row.get_ref(position)?;
        if value != ValueRef::Null {
            columns.push((name.as_str(), to_wire(table.kinds[position], value)?));
        }
    }
    Ok(columns.into_iter().collect())
}

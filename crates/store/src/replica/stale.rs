//! Rows that differ from the hub's, fetched whole.

use petrel_domain::replication::Columns;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, TransactionBehavior, params, params_from_iter};
use uuid::Uuid;

use super::shield::{Shield, register_of};
use super::values::to_sql;
use crate::catalog::Table;
use crate::{Result, Store};

/// Marks a row to be fetched.
pub(super) fn mark(db: &Connection, table: &str, id: Uuid) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO stale_rows (table_name, row_id) VALUES (?1, ?2)";
    db.prepare_cached(sql)?.execute(params![table, id.as_bytes()])?;
    Ok(())
}

impl Store {
    /// Some rows that are to be fetched: a table, and ids of it. None when there are none.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn stale_rows(&self, limit: u32) -> Result<Option<(String, Vec<Uuid>)>> {
        self.read(|db| {
            // Children are fetched before parents are taken away, and parents before children come: the order is the manifest's.
            for table in petrel_domain::manifest::REPLICATED {
                let mut statement =
                    db.prepare_cached("SELECT row_id FROM stale_rows WHERE table_name = ?1 AND is_gone = 0 ORDER BY row_id LIMIT ?2")?;
                let ids = statement.query_map(params![table, limit], |row| row.get(0).map(Uuid::from_bytes))?;
                let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
                if !ids.is_empty() {
                    return Ok(Some(((*table).to_owned(), ids)));
                }
            }
            Ok(None)
        })
    }

    /// A table was found different from the hub's: marks all its rows to be fetched, here and there. What is set right by that is told
    /// (`Store::repaired_tables`).
    ///
    /// # Errors
    /// What SQLite says.
    pub fn mark_stale(&self, table: &str, ids: &[Uuid]) -> Result<()> {
        self.catalog().table(table)?;
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for id in ids {
            mark(&tx, table, *id)?;
        }
        super::repaired::begin(&tx, table, self.now())?;
        tx.commit()?;
        Ok(())
    }

    /// Writes rows as the hub has them; one it does not have goes away here. What this desk changed and has not read back keeps its value.
    /// Answers the tables that changed.
    ///
    /// # Errors
    /// What SQLite says; nothing is changed then.
    pub fn settle_stale(&self, table: &str, rows: &[(Uuid, Option<Columns>)]) -> Result<Vec<String>> {
        let table = self.catalog().table(table)?;
        self.as_the_hub_has(|tx, shield| settle(tx, shield, table, rows))
    }
}

fn settle(tx: &Connection, shield: &Shield, table: &Table, rows: &[(Uuid, Option<Columns>)]) -> Result<()> {
    for (id, columns) in rows {
        match columns {
            None if shield.is_open(id.as_bytes()) => retire(tx, &table.name, *id)?,
            // It was written again while the hub was asked: what waits makes it there, or is rejected in its turn.
            None => {}
            Some(columns) => {
                let (mut names, mut values) = (Vec::new(), Vec::new());
                for (position, name) in table.columns.iter().enumerate().skip(1) {
                    if shield.covers(id.as_bytes(), register_of(table, position), 0) {
                        continue;
                    }
                    let value = columns.get(name).unwrap_or(&serde_json::Value::Null);
                    names.push(name.as_str());
                    values.push(to_sql(table.kinds[position], value)?);
                }
                write(tx, &table.name, *id, &names, values)?;
            }
        }
        let settled = if columns.is_none() && shield.is_open(id.as_bytes()) {
            "UPDATE stale_rows SET is_gone = 1 WHERE table_name = ?1 AND row_id = ?2"
        } else {
            "DELETE FROM stale_rows WHERE table_name = ?1 AND row_id = ?2"
        };
        tx.prepare_cached(settled)?.execute(params![table.name, id.as_bytes()])?;
    }
    Ok(())
}

impl Store {
    /// Removes the rows that the hub does not have, where nothing waits to be sent that may refer to them. Answers whether any were.
    ///
    /// # Errors
    /// What SQLite says; nothing is removed then.
    pub fn remove_gone(&self) -> Result<bool> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = "SELECT 1 FROM stale_rows WHERE is_gone AND NOT EXISTS (SELECT 1 FROM outbox WHERE sent_at IS NULL) LIMIT 1";
        if !tx.prepare_cached(sql)?.exists([])? {
            return Ok(false);
        }
        for table in self.catalog().in_order().rev().map(|table| &table.name) {
            let sql = format!("DELETE FROM {table} WHERE id IN (SELECT row_id FROM stale_rows WHERE table_name = ?1 AND is_gone)");
            tx.execute(&sql, [table])?;
        }
        tx.execute("DELETE FROM stale_rows WHERE is_gone", [])?;
        tx.commit()?;
        Ok(true)
    }
}

/// A row that the log does not know: it was never agreed on. It is marked deleted rather than removed, because rows that wait in the outbox
/// may refer to it; those are rejected in their turn.
fn retire(db: &Connection, table: &str, id: Uuid) -> Result<()> {
    let sql = format!("UPDATE {table} SET deleted_at = coalesce(deleted_at, updated_at) WHERE id = ?1");
    db.prepare_cached(&sql)?.execute([id.as_bytes()])?;
    Ok(())
}

fn write(db: &Connection, table: &str, id: Uuid, names: &[&str], mut values: Vec<Sql>) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    values.push(Sql::Blob(id.as_bytes().to_vec()));
    if super::apply::exists(db, table, id)? {
        let sets: Vec<_> = names.iter().map(|name| format!("{name} = ?")).collect();
        db.prepare_cached(&format!("UPDATE {table} SET {} WHERE id = ?", sets.join(", ")))?.execute(params_from_iter(values))?;
    } else {
        let places = "?, ".repeat(names.len());
        let sql = format!("INSERT INTO {table} ({}, id) VALUES ({places}?)", names.join(", "));
        db.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    }
    Ok(())
}

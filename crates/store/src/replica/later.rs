//! What a later schema brought, fetched once when the program was brought up to date.

use petrel_domain::replication::Kind;
use uuid::Uuid;

use super::copy::{Field, decode_copy};
use super::shield::register_of;
use crate::{Result, Store, StoreError};

impl Store {
    /// The schema of the program that read the log as far as this file has.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn schema_read(&self) -> Result<i32> {
        self.read(|db| Ok(db.prepare_cached("SELECT schema_read FROM sync_state WHERE id = 1")?.query_row([], |row| row.get(0))?))
    }

    /// Notes that this file has all that a schema has.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn note_schema_read(&self, schema: i32) -> Result<()> {
        self.writer().execute("UPDATE sync_state SET schema_read = ?1 WHERE id = 1", [schema])?;
        Ok(())
    }

    /// Writes columns of rows as the hub has them: `columns` names what the page holds, the id first. What this desk changed and has not read
    /// back keeps its value. A row that is not here is made where the whole table `is_new`; otherwise it comes with the log. Answers the tables
    /// that changed.
    ///
    /// # Errors
    /// What SQLite says ([`StoreError::is_dangling`] where a new row refers to one that this file has not read yet), or `Value` where the page is
    /// damaged; nothing is changed then.
    pub fn fill_in_columns(&self, table: &str, is_new: bool, columns: &[String], page: &[u8]) -> Result<Vec<String>> {
        let table = self.catalog().table(table)?;
        let positions = columns.iter().map(|column| table.position(column)).collect::<Result<Vec<_>>>()?;
        if positions.first() != Some(&0) {
            return Err(StoreError::Value("a page that does not begin with the id".to_owned()));
        }
        let insert = format!("INSERT INTO {} ({}) VALUES ({}?)", table.name, columns.join(", "), "?, ".repeat(columns.len() - 1));
        // Most rows have what the column's default says: they are read and not written.
        let update = |column: &String| format!("UPDATE {} SET {column} = ?1 WHERE id = ?2 AND {column} IS NOT ?1", table.name);
        let updates: Vec<String> = columns.iter().map(update).collect();
        let kinds: Vec<Kind> = positions.iter().map(|position| table.kinds[*position]).collect();
        self.as_the_hub_has(|tx, shield| {
            decode_copy(page, &kinds, |fields| {
                let Field::Blob(id) = fields[0] else { return Err(StoreError::Value("a row without an id".to_owned())) };
                let id = Uuid::from_slice(id).map_err(|error| StoreError::Value(error.to_string()))?;
                if is_new && !super::apply::exists(tx, &table.name, id)? {
                    tx.prepare_cached(&insert)?.execute(rusqlite::params_from_iter(fields))?;
                    return Ok(());
                }
                for (place, field) in fields.iter().enumerate().skip(1) {
                    if shield.covers(id.as_bytes(), register_of(table, positions[place]), 0) {
                        continue;
                    }
                    tx.prepare_cached(&updates[place])?.execute((field, id.as_bytes()))?;
                }
                Ok(())
            })?;
            Ok(())
        })
    }
}

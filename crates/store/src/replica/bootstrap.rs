//! A fresh file beside the old one, filled with whole tables. Interrupted, it goes on where it stopped.

use std::path::{Path, PathBuf};

use petrel_domain::manifest::REPLICATED;
use petrel_domain::replication::{Kind, Tokens};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::copy::{Field, decode_copy};
use crate::catalog::Catalog;
use crate::file::open_writer;
use crate::{FileKey, Result, StoreError, derived};

/// Where the filling stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// The log's number when it began: what came later is pulled afterwards.
    head: i64,
    /// The schema by which it is read. A program that was brought up to date on the way begins with the first table again.
    #[serde(default)]
    schema: i32,
    /// How many tables are whole.
    tables: usize,
    /// The last row of the table under way.
    after: Option<Uuid>,
}

/// A file being filled.
pub struct Bootstrap {
    db: Connection,
    path: PathBuf,
    catalog: Catalog,
    /// The tables in the order they are filled in.
    tables: Vec<&'static str>,
    progress: Progress,
}

/// The key under which the progress lies in the file's settings.
const PROGRESS: &str = "bootstrap";

impl Bootstrap {
    /// Opens the file, made where there is none. `head` is the log's number now; a file that was begun keeps the number it began with. `schema` is
    /// what the program speaks.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open(path: &Path, key: &FileKey, head: i64, schema: i32) -> Result<Self> {
        let db = open_writer(path, key)?;
        // A page that a power cut takes is fetched again; the order of pages is kept.
        db.pragma_update(None, "synchronous", "NORMAL")?;
        db.pragma_update(None, "foreign_keys", false)?;
        // Every row is held against them once, by the check at the end.
        db.pragma_update(None, "ignore_check_constraints", true)?;
        db.pragma_update(None, "cache_size", -64_000)?;
        let catalog = Catalog::load(&db)?;
        let found: Option<String> = db.query_row("SELECT value FROM settings WHERE key = ?1", [PROGRESS], |row| row.get(0)).optional()?;
        let fresh = Progress { head, schema, ..Progress::default() };
        let progress = match found.map(|text| serde_json::from_str::<Progress>(&text)).transpose()? {
            Some(found) if found.schema == schema => found,
            Some(found) => Progress { head: found.head, ..fresh },
            None => fresh,
        };
        let tables = REPLICATED.iter().copied().filter(|name| catalog.table(name).is_ok()).collect();
        let bootstrap = Self { db, path: path.to_owned(), catalog, tables, progress };
        bootstrap.drop_indexes()?;
        bootstrap.save(&bootstrap.db)?;
        Ok(bootstrap)
    }

    /// The table to be fetched next and the row after which it goes on; none when all are whole.
    pub fn next(&self) -> Option<(&'static str, Option<Uuid>)> {
        self.tables.get(self.progress.tables).map(|table| (*table, self.progress.after))
    }

    /// What will have to be fetched next when a page of the table under way, with this last row, is written; none where that cannot be told, or
    /// nothing will.
    pub fn next_after(&self, last_id: Option<Uuid>, is_last: bool) -> Option<(&'static str, Option<Uuid>)> {
        if is_last {
            return self.tables.get(self.progress.tables + 1).map(|table| (*table, None));
        }
        let (table, _) = self.next()?;
        Some((table, Some(last_id?)))
    }

    /// The log's number from which the file is to be brought up to date.
    pub fn head(&self) -> i64 {
        self.progress.head
    }

    /// Writes a page of the table under way and where it ended, together. `columns` names what the page holds, the id first; `is_last`
    /// ends the table. Answers how many rows it held.
    ///
    /// # Errors
    /// What SQLite says, or `Value` where the page is damaged; nothing of it is written then.
    pub fn write(&mut self, columns: &[String], page: &[u8], is_last: bool) -> Result<usize> {
        let Some((name, _)) = self.next() else { return Ok(0) };
        let table = self.catalog.table(name)?;
        let kinds = columns.iter().map(|column| Ok(table.kinds[table.position(column)?])).collect::<Result<Vec<Kind>>>()?;
        if columns.first().map(String::as_str) != Some("id") {
            return Err(StoreError::Value("a page that does not begin with the id".to_owned()));
        }
        let places = "?, ".repeat(columns.len() - 1);
        // A page that was written and whose answer was lost may come again.
        let sql = format!("INSERT OR REPLACE INTO {name} ({}) VALUES ({places}?)", columns.join(", "));
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut last = None;
        let rows = {
            let mut insert = tx.prepare_cached(&sql)?;
            decode_copy(page, &kinds, |fields| {
                if let Field::Blob(id) = fields[0] {
                    last = Uuid::from_slice(id).ok();
                }
                for (place, field) in fields.iter().enumerate() {
                    insert.raw_bind_parameter(place + 1, field)?;
                }
                insert.raw_execute()?;
                Ok(())
            })?
        };
        let mut progress = self.progress.clone();
        if is_last {
            progress.tables += 1;
            progress.after = None;
        } else {
            progress.after = last.or(progress.after);
        }
        save(&tx, &progress)?;
        tx.commit()?;
        self.progress = progress;
        Ok(rows)
    }

    /// Makes what is derived, checks the file, and writes down which desk of which clinic it is. The file is then ready to be opened, and to
    /// be brought up to date from [`Bootstrap::head`]: a row that came later than its table was read may refer to one that is not there yet.
    ///
    /// # Errors
    /// `Value` where the file is damaged; what SQLite says.
    pub fn finish(self, url: &str, device_id: Uuid, clinic_id: Uuid, tokens: &Tokens) -> Result<PathBuf> {
        let Self { mut db, path, progress, .. } = self;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut statement = tx.prepare("SELECT value ->> 'sql' FROM settings WHERE key GLOB 'index:*' ORDER BY key")?;
        let indexes: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(statement);
        for index in &indexes {
            tx.execute_batch(index)?;
        }
        derived::rebuild(&tx)?;
        tx.execute("DELETE FROM settings WHERE key = ?1 OR key GLOB 'index:*'", [PROGRESS])?;
        let sql = "INSERT INTO sync_state (id, desk_id, hub_url, device_id, clinic_id, access_token, access_expires_at, refresh_token, cursor, head, schema_read)
                   VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)
                   ON CONFLICT (id) DO UPDATE SET desk_id = excluded.desk_id, hub_url = excluded.hub_url, device_id = excluded.device_id,
                     clinic_id = excluded.clinic_id, access_token = excluded.access_token, access_expires_at = excluded.access_expires_at,
                     refresh_token = excluded.refresh_token, cursor = excluded.cursor, head = excluded.head, schema_read = excluded.schema_read";
        let replica = Uuid::now_v7();
        let (access, expires, refresh) = (&tokens.access_token, tokens.access_expires_at.0, &tokens.refresh_token);
        let Progress { head, schema, .. } = progress;
        let values = params![replica.as_bytes(), url, device_id.as_bytes(), clinic_id.as_bytes(), access, expires, refresh, head, schema];
        tx.execute(sql, values)?;
        tx.commit()?;
        db.pragma_update(None, "ignore_check_constraints", false)?;
        let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Value("the new file is damaged".to_owned()));
        }
        db.pragma_update(None, "wal_checkpoint", "TRUNCATE").or_else(ignore_row)?;
        db.close().map_err(|(_, error)| error)?;
        Ok(path)
    }

    /// Indexes are made when all rows are there: one sort instead of a million places. What they were lies in the file until then. Those over
    /// some of the rows stay: most hold few, and each that is made later reads the whole table again.
    fn drop_indexes(&self) -> Result<()> {
        let sql = "SELECT i.name, i.sql FROM sqlite_schema i JOIN sqlite_schema t ON t.name = i.tbl_name AND t.type = 'table'
                   WHERE i.type = 'index' AND i.sql IS NOT NULL AND i.sql NOT LIKE '% WHERE %' AND t.name IN (SELECT value FROM json_each(?1))";
        let mut statement = self.db.prepare(sql)?;
        let indexes =
            statement.query_map([serde_json::to_string(REPLICATED)?], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let indexes: Vec<_> = indexes.collect::<Result<_, _>>()?;
        for (name, sql) in indexes {
            let kept = "INSERT OR REPLACE INTO settings (key, value, updated_at) VALUES ('index:' || ?1, json_object('sql', ?2), 0)";
            self.db.execute(kept, [&name, &sql])?;
            self.db.execute_batch(&format!("DROP INDEX {name}"))?;
        }
        Ok(())
    }

    fn save(&self, db: &Connection) -> Result<()> {
        save(db, &self.progress)
    }
}

fn save(db: &Connection, progress: &Progress) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO settings (key, value, updated_at) VALUES (?1, ?2, 0)";
    db.prepare_cached(sql)?.execute(params![PROGRESS, serde_json::to_string(progress)?])?;
    Ok(())
}

fn ignore_row(error: rusqlite::Error) -> Result<(), rusqlite::Error> {
    if matches!(error, rusqlite::Error::ExecuteReturnedResults) { Ok(()) } else { Err(error) }
}

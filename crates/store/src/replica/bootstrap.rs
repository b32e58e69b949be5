//! A fresh file beside the old one, filled with whole tables. Interrupted, it goes on where it stopped, also after the program was started again.

use std::path::{Path, PathBuf};

use petrel_domain::manifest::REPLICATED;
use petrel_domain::replication::{Enrolled, Kind, Tokens};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::copy::{Field, decode_copy};
use crate::catalog::Catalog;
use crate::file::{is_older, open_writer, remove_file, remove_if_there, seal, twice, with_suffix};
use crate::{FileKey, Result, Store, StoreError, derived, may_die};

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
/// The key under which [`Begun`] lies there.
const BEGUN: &str = "joining";

/// What a desk was told when it was let in, as the file has it that is filled for it: a code works once, so whoever was let in must not be
/// asked for another one because the program ended on the way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begun {
    /// The hub's address.
    pub url: String,
    /// Which desk of which clinic, and what opens the hub's door.
    pub enrolled: Enrolled,
}

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
        let found = setting(&db, PROGRESS)?;
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

    /// Makes the file of a desk that was just let in, and writes down who it is.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn begin(path: &Path, key: &FileKey, begun: &Begun) -> Result<()> {
        let db = open_writer(path, key)?;
        keep_setting(&db, BEGUN, &serde_json::to_string(begun)?)?;
        db.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// The same in the place of a file that was begun or filled before, of which nothing stays: the log does not reach back to where it began, and
    /// the hub may have rows no more that it has.
    ///
    /// # Errors
    /// What SQLite or the system says.
    pub fn begin_anew(path: &Path, key: &FileKey, begun: &Begun) -> Result<()> {
        // At every moment there is a file that says who the desk is: its code is used up.
        let anew = with_suffix(path, ".anew");
        remove_file(&anew)?;
        Self::begin(&anew, key, begun)?;
        for log in ["-wal", "-shm"] {
            remove_if_there(&with_suffix(path, log))?;
        }
        Ok(std::fs::rename(&anew, path)?)
    }

    /// Who the desk is that a file was begun for; none where the file was begun for none. One that an older program began is begun anew: it has
    /// not the indexes that a migration expects.
    ///
    /// # Errors
    /// `wrong_key`; what SQLite or the system says.
    pub fn begun(path: &Path, key: &FileKey) -> Result<Option<Begun>> {
        let Some(found) = Self::read_begun(path, key)? else { return Ok(None) };
        if is_older(path, key)? && !Self::is_filled(path, key, found.enrolled.device_id)? {
            Self::begin_anew(path, key, &found)?;
        }
        Ok(Some(found))
    }

    fn read_begun(path: &Path, key: &FileKey) -> Result<Option<Begun>> {
        let Some(db) = as_it_is(path, key)? else { return Ok(None) };
        if let Some(text) = setting(&db, BEGUN)? {
            return Ok(Some(serde_json::from_str(&text)?));
        }
        // It is filled, and has only not got its name yet.
        let named = "SELECT name, timezone FROM clinics WHERE deleted_at IS NULL";
        let clinic = db.query_row(named, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let here = super::local_hub(&db).optional()?;
        Ok(here.zip(clinic).and_then(|(here, (name, timezone))| here.begun(name, timezone)))
    }

    /// Keeps the next pair of tokens, while the file is filled or afterwards: the hub takes the old pair for stolen once the new one was used.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn keep_tokens(path: &Path, key: &FileKey, tokens: &Tokens) -> Result<()> {
        let Some(mut db) = as_it_is(path, key)? else { return Ok(()) };
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(text) = setting(&tx, BEGUN)? {
            let mut begun: Begun = serde_json::from_str(&text)?;
            begun.enrolled.tokens = tokens.clone();
            keep_setting(&tx, BEGUN, &serde_json::to_string(&begun)?)?;
        }
        super::write_tokens(&tx, tokens)?;
        Ok(tx.commit()?)
    }

    /// Whether the file holds all that this desk was to be given, and is ready to be brought up to date.
    ///
    /// # Errors
    /// `wrong_key`; what SQLite says.
    pub fn is_filled(path: &Path, key: &FileKey, device_id: Uuid) -> Result<bool> {
        let Some(db) = as_it_is(path, key)? else { return Ok(false) };
        let sql = "SELECT EXISTS (SELECT 1 FROM sync_state WHERE device_id = ?1) AND NOT EXISTS (SELECT 1 FROM settings WHERE key = ?2)";
        Ok(db.query_row(sql, params![device_id.as_bytes(), PROGRESS], |row| row.get(0))?)
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
        may_die("join-page");
        tx.commit()?;
        may_die("join-page-kept");
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
        // They may have been renewed while the file was filled.
        let begun = setting(&tx, BEGUN)?.map(|text| serde_json::from_str::<Begun>(&text)).transpose()?;
        let tokens = begun.as_ref().map_or(tokens, |begun| &begun.enrolled.tokens);
        tx.execute("DELETE FROM settings WHERE key IN (?1, ?2) OR key GLOB 'index:*'", [PROGRESS, BEGUN])?;
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
        may_die("join-indexed");
        tx.commit()?;
        may_die("join-finished");
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

impl Store {
    /// Whether every reference of the file leads somewhere. To be asked of one that was filled and then brought up to date: before that, a row that came
    /// later than its table was read may refer to one that is not there yet, and it is filled with nothing held against its references.
    ///
    /// # Errors
    /// `NotWhole`; what SQLite says.
    pub fn refuse_dangling(&self) -> Result<()> {
        let read = |row: &Row<'_>| Ok(StoreError::NotWhole { table: row.get(0)?, parent: row.get(1)? });
        let found =
            self.read(|db| Ok(db.query_row("SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1", [], read).optional()?))?;
        found.map_or(Ok(()), Err)
    }
}

fn save(db: &Connection, progress: &Progress) -> Result<()> {
    keep_setting(db, PROGRESS, &serde_json::to_string(progress)?)
}

/// The file with nothing brought up to date; none where there is no file, or one that broke off before it had its tables.
fn as_it_is(path: &Path, key: &FileKey) -> Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    twice(|| {
        let (db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
        let sql = "SELECT count(*) = 2 FROM sqlite_schema WHERE name IN ('settings', 'sync_state')";
        Ok(db.query_row(sql, [], |row| row.get(0)).map(|has_tables: bool| has_tables.then_some(db))?)
    })
}

fn setting(db: &Connection, key: &str) -> Result<Option<String>> {
    Ok(db.query_row("SELECT value FROM settings WHERE key = ?1", [key], |row| row.get(0)).optional()?)
}

fn keep_setting(db: &Connection, key: &str, value: &str) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO settings (key, value, updated_at) VALUES (?1, ?2, 0)")?.execute([key, value])?;
    Ok(())
}

fn ignore_row(error: rusqlite::Error) -> Result<(), rusqlite::Error> {
    if matches!(error, rusqlite::Error::ExecuteReturnedResults) { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use petrel_domain::Millis;

    use super::*;
    use crate::replica::encode_copy;

    fn tokens(name: &str) -> Tokens {
        Tokens { access_token: format!("{name}-a"), access_expires_at: Millis(9), refresh_token: format!("{name}-r") }
    }

    fn let_in() -> Begun {
        let enrolled = Enrolled {
            device_id: Uuid::from_u128(1),
            clinic_id: Uuid::from_u128(2),
            clinic_name: "Oak Vets".into(),
            timezone: "UTC".into(),
            head: 7,
            tokens: tokens("first"),
        };
        Begun { url: "https://hub.example.com".into(), enrolled }
    }

    /// The file as it is known at the start of the program: whose it is, and its token.
    fn seen(path: &Path, key: &FileKey) -> Option<(String, Uuid, String)> {
        let begun = Bootstrap::begun(path, key).unwrap()?;
        Some((begun.url, begun.enrolled.device_id, begun.enrolled.tokens.refresh_token))
    }

    fn write_clinic(file: &mut Bootstrap, name: &str) {
        assert_eq!(file.next().unwrap().0, "clinics");
        let columns = ["id", "name", "timezone", "created_at", "updated_at"].map(str::to_owned);
        let kinds = columns.clone().map(|column| {
            let table = file.catalog.table("clinics").unwrap();
            table.kinds[table.position(&column).unwrap()]
        });
        // The record has an id of its own, not the one by which the hub calls the clinic.
        let row = [serde_json::json!(Uuid::from_u128(3)), name.into(), "UTC".into(), 1.into(), 1.into()];
        let page = encode_copy(&kinds, std::iter::once(row.iter().collect())).unwrap();
        assert_eq!(file.write(&columns, &page, true).unwrap(), 1);
    }

    #[test]
    fn who_was_let_in_is_known_until_the_file_has_its_name_with_the_newest_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key, of) = (folder.path().join("new"), FileKey::from_bytes([5; 32]), let_in());
        assert!(seen(&path, &key).is_none() && !Bootstrap::is_filled(&path, &key, of.enrolled.device_id).unwrap());
        Bootstrap::begin(&path, &key, &of).unwrap();
        let known = |token: &str| Some((of.url.clone(), of.enrolled.device_id, token.to_owned()));
        assert_eq!(seen(&path, &key), known("first-r"));

        let mut file = Bootstrap::open(&path, &key, 7, 1).unwrap();
        write_clinic(&mut file, "Oak Vets");
        Bootstrap::keep_tokens(&path, &key, &tokens("second")).unwrap();
        assert_eq!(seen(&path, &key), known("second-r"));
        assert!(!Bootstrap::is_filled(&path, &key, of.enrolled.device_id).unwrap());
        while let Some((table, _)) = file.next() {
            let kinds = [file.catalog.table(table).unwrap().kinds[0]];
            file.write(&["id".to_owned()], &encode_copy(&kinds, std::iter::empty()).unwrap(), true).unwrap();
        }
        // Whoever fills it knows the tokens it began with; those are used up.
        file.finish(&of.url, of.enrolled.device_id, of.enrolled.clinic_id, &of.enrolled.tokens).unwrap();
        assert_eq!(seen(&path, &key), known("second-r"));
        assert!(Bootstrap::is_filled(&path, &key, of.enrolled.device_id).unwrap());
        assert!(!Bootstrap::is_filled(&path, &key, Uuid::nil()).unwrap(), "another desk's");
        Bootstrap::keep_tokens(&path, &key, &tokens("third")).unwrap();
        assert_eq!(seen(&path, &key), known("third-r"));
    }

    #[test]
    fn a_file_that_broke_off_before_it_had_its_tables_is_nobodys_and_is_filled_from_the_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key, of) = (folder.path().join("new"), FileKey::from_bytes([5; 32]), let_in());
        std::fs::write(&path, []).unwrap();
        assert!(seen(&path, &key).is_none() && !Bootstrap::is_filled(&path, &key, of.enrolled.device_id).unwrap());
        Bootstrap::keep_tokens(&path, &key, &of.enrolled.tokens).unwrap();
        assert_eq!(Bootstrap::open(&path, &key, 7, 1).unwrap().next(), Some(("clinics", None)));
    }

    #[test]
    fn what_an_older_program_began_is_begun_anew_for_the_same_desk() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key, of) = (folder.path().join("new"), FileKey::from_bytes([5; 32]), let_in());
        Bootstrap::begin(&path, &key, &of).unwrap();
        let mut file = Bootstrap::open(&path, &key, 7, 1).unwrap();
        write_clinic(&mut file, "Oak Vets");
        let newest = "DELETE FROM refinery_schema_history WHERE version = (SELECT max(version) FROM refinery_schema_history)";
        file.db.execute(newest, []).unwrap();
        drop(file);
        assert!(is_older(&path, &key).unwrap());
        assert_eq!(seen(&path, &key), Some((of.url, of.enrolled.device_id, "first-r".to_owned())));
        assert!(!is_older(&path, &key).unwrap());
        assert_eq!(Bootstrap::open(&path, &key, 7, 1).unwrap().next(), Some(("clinics", None)));
    }
}

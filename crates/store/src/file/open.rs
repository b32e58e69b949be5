//! Opening the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use petrel_domain::{Clock, Refusal, RefusalCode, SystemClock};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::seal;
use crate::{FileKey, Result, derived};

mod embedded {
    refinery::embed_migrations!("../../migrations/device");
}

/// `PRAGMA application_id` of a clinic's file: "Ptrl".
const APPLICATION_ID: i32 = 0x5074_726c;

/// What the connection that writes holds of the file, in SQLite's measure: KiB, negative.
pub(crate) const WRITER_CACHE: i64 = -16_000;

/// How to open a clinic's file.
#[derive(Clone)]
pub struct OpenOptions {
    /// Where it lies; made where it does not exist.
    pub path: PathBuf,
    /// Its key.
    pub key: FileKey,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// How many connections read at the same time.
    pub readers: usize,
    /// Told of every statement a reader runs, with its parameters unbound: for the tests that look at query plans.
    pub trace: Option<fn(&str)>,
}

impl OpenOptions {
    /// The usual way: the computer's clock, four readers.
    pub fn new(path: impl Into<PathBuf>, key: FileKey) -> Self {
        Self { path: path.into(), key, clock: Arc::new(SystemClock), readers: 4, trace: None }
    }
}

/// Opens something, and once more where it seems damaged or under another key: a page that the disk did not give looks so to what is asked after
/// it. What is damaged is so at the second look, too.
pub(crate) fn twice<T>(open: impl Fn() -> Result<T>) -> Result<T> {
    match open() {
        Err(error) if matches!(error.refusal().code, RefusalCode::Corrupt | RefusalCode::WrongKey) => open(),
        opened => opened,
    }
}

/// The connection that writes, with its schema brought up to date.
pub(crate) fn open_writer(path: &Path, key: &FileKey) -> Result<Connection> {
    twice(|| try_writer(path, key))
}

/// The same, at one look: for whoever looks twice at more than this.
pub(crate) fn try_writer(path: &Path, key: &FileKey) -> Result<Connection> {
    let (mut db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, key)?;
    refuse_newer(&db)?;
    set_journal(&db, "WAL")?;
    if db.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0))? != APPLICATION_ID {
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    // What is acknowledged has reached the disk.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "cache_size", WRITER_CACHE)?;
    db.pragma_update(None, "foreign_keys", true)?;
    migrate(&mut db)?;
    Ok(db)
}

/// A connection that can only read.
pub(crate) fn open_reader(options: &OpenOptions) -> Result<Connection> {
    let (db, _) = seal::open(&options.path, OpenFlags::SQLITE_OPEN_READ_WRITE, &options.key)?;
    db.pragma_update(None, "query_only", true)?;
    db.pragma_update(None, "cache_size", -8_000)?;
    Ok(db)
}

/// Whether a connection can no longer be used: after a page that could not be read, SQLCipher refuses every other one for as long as the connection
/// lives.
pub(crate) fn is_spoiled(db: &Connection) -> bool {
    db.pragma_query_value(None, "cipher_status", |row| row.get::<_, String>(0)).is_ok_and(|status| status == "0")
}

/// Has a file keep its journal in another way. SQLite answers which it is before it has written so: that this failed hears only who asks on.
pub(crate) fn set_journal(db: &Connection, way: &str) -> Result<()> {
    let mut statement = db.prepare(&format!("PRAGMA journal_mode = {way}"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// A file that a newer program has written is left alone, to the byte.
fn refuse_newer(db: &Connection) -> Result<()> {
    let known = newest();
    if let Some(found) = applied(db)?
        && i64::from(found) > known
    {
        return Err(Refusal::new(RefusalCode::NewerFile).with_detail(format!("V{found:04} > V{known:04}")).into());
    }
    Ok(())
}

/// The same of a file that is not open.
pub(crate) fn refuse_newer_file(path: &Path, key: &FileKey) -> Result<()> {
    let (db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, key)?;
    refuse_newer(&db)
}

/// Whether a file is of an older schema, which opening it would change for good.
///
/// # Errors
/// `wrong_key`, `file_busy`, `corrupt`.
pub fn is_older(path: &Path, key: &FileKey) -> Result<bool> {
    twice(|| {
        let (db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
        Ok(applied(&db)?.is_some_and(|found| i64::from(found) < newest()))
    })
}

/// The newest migration that this program knows.
fn newest() -> i64 {
    runner().get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or_default()
}

/// Brings the schema up to date, in one transaction: a migration that is in the file without being noted there could never be gone on with. Then
/// what is derived, where the schema says that it is stale; a crash in between leaves it stale.
pub(crate) fn migrate(db: &mut Connection) -> Result<()> {
    runner().run(db).map_err(Box::new)?;
    if db.query_row("SELECT count(*) FROM settings WHERE key = 'derived_is_stale'", [], |row| row.get::<_, i64>(0))? > 0 {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        derived::rebuild(&transaction)?;
        transaction.execute("DELETE FROM settings WHERE key = 'derived_is_stale'", [])?;
        transaction.commit()?;
    }
    Ok(())
}

fn runner() -> refinery::Runner {
    embedded::migrations::runner().set_abort_divergent(true).set_grouped(true)
}

/// The newest migration in the file; none in a new file.
fn applied(db: &Connection) -> Result<Option<i32>> {
    if !db.table_exists(None, "refinery_schema_history")? {
        return Ok(None);
    }
    Ok(db.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_noted_or_not_there() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255));
             CREATE TRIGGER cut BEFORE INSERT ON refinery_schema_history BEGIN SELECT RAISE(ABORT, 'the power is cut'); END;",
        )
        .unwrap();
        assert!(migrate(&mut db).is_err());
        assert!(!db.table_exists(None, "clinics").unwrap());
        db.execute_batch("DROP TRIGGER cut").unwrap();
        migrate(&mut db).unwrap();
        assert!(db.table_exists(None, "clinics").unwrap());
    }
}

//! The store: one connection that writes, a few that read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use petrel_domain::Millis;
use petrel_domain::desk::{ActionId, Saved};
use petrel_domain::manifest::{DERIVED, REPLICATED};
use petrel_domain::rights::Right;
use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

use super::readers::Readers;
use super::tx::Tx;
use crate::catalog::Catalog;
use crate::file::{OpenOptions, WRITER_CACHE, is_spoiled, open_writer, try_writer, twice};
use crate::pin::Tries;
use crate::replica::Shield;
use crate::{Action, Actor, Result, derived, may_die};

/// A clinic's open file. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    options: OpenOptions,
    catalog: Catalog,
    writer: Mutex<Connection>,
    readers: Readers,
    /// Goes with every transaction written until the file is closed.
    mark: u32,
    /// What this desk has changed and not yet read back in the log; none where it must be read anew.
    shield: Mutex<Option<Shield>>,
    /// Tries of PINs for which the file had no room.
    unwritten_tries: Mutex<BTreeMap<String, Tries>>,
    #[cfg(feature = "sabotage")]
    sabotage: std::sync::atomic::AtomicU8,
}

/// How far a clinic's file is: by what was written at this desk, and by what came from the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Transactions that this desk has written.
    pub written: i64,
    /// The place in the hub's log to which this desk has read it; 0 without a hub.
    pub read: i64,
}

/// What may be broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing keeps what this desk has not sent against what others wrote.
    DropShield = 1,
    /// Columns that only make sense together are sent one by one.
    TearRegisters = 2,
}

impl Store {
    /// Opens a clinic's file, makes it where it does not exist, and brings its schema up to date.
    ///
    /// # Errors
    /// `wrong_key`, `newer_file`, `read_only`, `file_busy`, `disk_full` or `corrupt`; the file is then as it was.
    pub fn open(options: &OpenOptions) -> Result<Self> {
        twice(|| Self::try_open(options))
    }

    fn try_open(options: &OpenOptions) -> Result<Self> {
        let writer = try_writer(&options.path, &options.key)?;
        let now = options.clock.now();
        let desk = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, (now.0 / 1000).unsigned_abs(), 0));
        let sql = "INSERT INTO sync_state (id, desk_id, schema_read) VALUES (1, ?1, ?2) ON CONFLICT (id) DO NOTHING";
        writer.execute(sql, rusqlite::params![desk.as_bytes(), petrel_domain::replication::WIRE_SCHEMA])?;
        let catalog = Catalog::load(&writer)?;
        let readers = Readers::open(options)?;
        let mark = getrandom::u32().map_err(|error| crate::StoreError::Value(error.to_string()))?;
        let shared = Shared {
            options: options.clone(),
            catalog,
            writer: Mutex::new(writer),
            readers,
            mark,
            shield: Mutex::default(),
            unwritten_tries: Mutex::default(),
            #[cfg(feature = "sabotage")]
            sabotage: std::sync::atomic::AtomicU8::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.shared.options.path
    }

    /// The present, by the store's clock.
    pub fn now(&self) -> Millis {
        self.shared.options.clock.now()
    }

    /// The connection that writes, for housekeeping that records nothing (backups, desk settings).
    pub(crate) fn writer(&self) -> MutexGuard<'_, Connection> {
        let mut writer = self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Another one takes its place as soon as the disk allows it; until then the old one fails as it did.
        if is_spoiled(&writer)
            && let Ok(fresh) = open_writer(&self.shared.options.path, &self.shared.options.key)
        {
            *writer = fresh;
        }
        writer
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.shared.catalog
    }

    /// Breaks something, to see whether the simulation notices.
    #[cfg(feature = "sabotage")]
    pub fn sabotage(&self, what: Sabotage) {
        self.shared.sabotage.store(what as u8, std::sync::atomic::Ordering::SeqCst);
    }

    /// Whether something is broken on purpose; nothing ever is where the program is not built for that.
    pub(crate) fn is_broken(&self, what: Sabotage) -> bool {
        #[cfg(feature = "sabotage")]
        return self.shared.sabotage.load(std::sync::atomic::Ordering::SeqCst) == what as u8;
        #[cfg(not(feature = "sabotage"))]
        {
            let _ = what;
            false
        }
    }

    pub(crate) fn mark(&self) -> u32 {
        self.shared.mark
    }

    /// Takes the shield out, to be put back where the transaction that used it was committed.
    pub(crate) fn take_shield(&self) -> Shield {
        self.shared.shield.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    /// What of the tries of PINs found no room in the file, by whose they are.
    pub(crate) fn unwritten_tries(&self) -> MutexGuard<'_, BTreeMap<String, Tries>> {
        self.shared.unwritten_tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put_shield(&self, shield: Shield) {
        *self.shared.shield.lock().unwrap_or_else(PoisonError::into_inner) = Some(shield);
    }

    pub(crate) fn forget_shield(&self) {
        *self.shared.shield.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Reads. The closure sees one state of the file, and cannot change it.
    ///
    /// # Errors
    /// What the closure returns, or what SQLite says.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.shared.readers.with(work)
    }

    /// The one door: everything that changes the clinic passes here. The work, its outbox row and the derived tables are
    /// one transaction; where it fails, nothing has happened.
    ///
    /// # Errors
    /// What the work returns, or what SQLite says.
    pub fn write<T>(&self, actor: &Actor, action: Action, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<Saved<T>> {
        self.write_undoing(actor, action, None, work)
    }

    /// The same for a hundred thousand rows. While it lasts, the connection holds more of the file, so that a page of an index is not
    /// sealed and read again each time that a row falls into it.
    pub(crate) fn write_much<T>(&self, actor: &Actor, action: Action, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<Saved<T>> {
        self.writer().pragma_update(None, "cache_size", 6 * WRITER_CACHE)?;
        let saved = self.write(actor, action, work);
        // Where this fails the connection is spoiled, and another takes its place.
        self.writer().pragma_update(None, "cache_size", WRITER_CACHE).ok();
        saved
    }

    pub(crate) fn write_undoing<T>(
        &self,
        actor: &Actor,
        action: Action,
        undoes: Option<ActionId>,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<Saved<T>> {
        let mut writer = self.writer();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut tx = Tx::begin(&transaction, &self.shared.catalog, actor, action, undoes, self.now(), self.shared.mark)?;
        if self.is_broken(Sabotage::TearRegisters) {
            tx.tear_registers();
        }
        let value = work(&mut tx)?;
        let (undo, changes) = tx.end()?;
        may_die("door-queued");
        transaction.commit()?;
        may_die("door-committed");
        Ok(Saved { value, changes, undo })
    }

    /// How many transactions this desk has written.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn transactions(&self) -> Result<i64> {
        Ok(self.standing()?.written)
    }

    /// How far the file is. Where it stands still, there is nothing new to back up.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn standing(&self) -> Result<Standing> {
        let sql = "SELECT next_n - 1, cursor FROM sync_state WHERE id = 1";
        self.read(|db| Ok(db.query_row(sql, [], |row| Ok(Standing { written: row.get(0)?, read: row.get(1)? }))?))
    }

    /// Makes every derived table anew from the rows it is derived from.
    ///
    /// # Errors
    /// What SQLite says; the tables are then as they were.
    pub fn rebuild_derived(&self) -> Result<()> {
        let mut writer = self.writer();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        derived::rebuild(&transaction)?;
        transaction.commit()?;
        Ok(())
    }

    /// [`Self::rebuild_derived`], for somebody at the desk to whom the board, the search or the figures say something else than the records. Answers
    /// the tables that may be shown otherwise now.
    ///
    /// # Errors
    /// `forbidden`; what SQLite says.
    pub fn make_derived_anew(&self, actor: &Actor) -> Result<Vec<String>> {
        actor.require(Right::ManageClinic)?;
        self.rebuild_derived()?;
        Ok([DERIVED, REPLICATED].concat().into_iter().map(str::to_owned).collect())
    }

    /// A setting of this desk, as JSON text. Not replicated, not undoable.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn desk_setting(&self, key: &str) -> Result<Option<String>> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT value FROM settings WHERE key = ?1")?;
            Ok(rusqlite::OptionalExtension::optional(statement.query_row([key], |row| row.get(0)))?)
        })
    }

    /// Sets or clears a setting of this desk.
    ///
    /// # Errors
    /// What SQLite says, also where the value is no JSON.
    pub fn set_desk_setting(&self, key: &str, value: Option<&str>) -> Result<()> {
        let db = self.writer();
        match value {
            None => db.execute("DELETE FROM settings WHERE key = ?1", [key])?,
            Some(value) => db.execute(
                "INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                params![key, value, self.now().0],
            )?,
        };
        Ok(())
    }
}

/// The names of changed tables, sorted.
pub(super) fn sorted(tables: BTreeSet<String>) -> Vec<String> {
    tables.into_iter().collect()
}

//! Connections that read, lent one at a time.

use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use crate::file::{is_spoiled, open_reader};
use crate::{OpenOptions, Result};

/// A few connections that cannot write. A reader sees one state of the file for as long as its closure runs.
pub(crate) struct Readers {
    /// None is a place whose connection is to be opened again.
    idle: Mutex<Vec<Option<Connection>>>,
    returned: Condvar,
    options: OpenOptions,
}

thread_local! {
    /// Who is told of the statement that this thread runs; SQLite's callback can carry nothing.
    static TOLD: std::cell::Cell<Option<fn(&str)>> = const { std::cell::Cell::new(None) };
}

fn tell(event: TraceEvent<'_>) {
    if let (TraceEvent::Stmt(_, sql), Some(told)) = (event, TOLD.get()) {
        told(sql);
    }
}

impl Readers {
    pub(crate) fn open(options: &OpenOptions) -> Result<Self> {
        let idle = (0..options.readers.max(1)).map(|_| open_told(options).map(Some)).collect::<Result<Vec<_>>>()?;
        Ok(Self { idle: Mutex::new(idle), returned: Condvar::new(), options: options.clone() })
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut lent = Lent { readers: self, db: self.take() };
        let db = match lent.db.take() {
            Some(db) => db,
            None => open_told(&self.options)?,
        };
        let db = lent.db.insert(db);
        TOLD.set(self.options.trace);
        let result = read(db, work);
        if (result.is_err() && is_spoiled(db)) || !db.is_autocommit() {
            lent.db = None;
        }
        result
    }

    fn take(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(db) = idle.pop() {
                return db;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn open_told(options: &OpenOptions) -> Result<Connection> {
    let mut db = open_reader(options)?;
    if options.trace.is_some() {
        db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(tell))?;
    }
    Ok(db)
}

fn read<T>(db: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    db.prepare_cached("BEGIN")?.execute([])?;
    let snapshot = Snapshot(db);
    work(snapshot.0)
}

/// One state of the file, until this is dropped. Its beginning and end are kept prepared: a short read spent as long on parsing them as on its rows.
struct Snapshot<'a>(&'a Connection);

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // What fails here has ended by itself, or is seen by who takes the connection back.
        if !self.0.is_autocommit() {
            self.0.prepare_cached("COMMIT").and_then(|mut end| end.execute([])).ok();
        }
    }
}

/// Gives the connection back, also where the work panics.
struct Lent<'a> {
    readers: &'a Readers,
    db: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.db.take());
        self.readers.returned.notify_one();
    }
}

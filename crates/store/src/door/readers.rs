//! Connections that read, lent one at a time.

use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use crate::file::open_reader;
use crate::{OpenOptions, Result};

/// A few connections that cannot write. A reader sees one state of the file for as long as its closure runs.
pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
    trace: Option<fn(&str)>,
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
        let mut idle = (0..options.readers.max(1)).map(|_| open_reader(options)).collect::<Result<Vec<_>>>()?;
        if options.trace.is_some() {
            for db in &mut idle {
                db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(tell))?;
            }
        }
        Ok(Self { idle: Mutex::new(idle), returned: Condvar::new(), trace: options.trace })
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let lent = Lent { readers: self, db: Some(self.take()) };
        let db = lent.db.as_ref().ok_or_else(|| crate::StoreError::Value("no reader".to_owned()))?;
        TOLD.set(self.trace);
        let snapshot = db.unchecked_transaction()?;
        let value = work(&snapshot)?;
        snapshot.finish()?;
        Ok(value)
    }

    fn take(&self) -> Connection {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(db) = idle.pop() {
                return db;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
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
        if let Some(db) = self.db.take() {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            self.readers.returned.notify_one();
        }
    }
}

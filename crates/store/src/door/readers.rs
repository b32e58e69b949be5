//! Connections that read, lent one at a time.

use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use rusqlite::Connection;

use crate::file::open_reader;
use crate::{FileKey, Result};

/// A few connections that cannot write. A reader sees one state of the file for as long as its closure runs.
pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Readers {
    pub(crate) fn open(path: &Path, key: &FileKey, count: usize) -> Result<Self> {
        let idle = (0..count.max(1)).map(|_| open_reader(path, key)).collect::<Result<_>>()?;
        Ok(Self { idle: Mutex::new(idle), returned: Condvar::new() })
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let lent = Lent { readers: self, db: Some(self.take()) };
        let db = lent.db.as_ref().ok_or_else(|| crate::StoreError::Value("no reader".to_owned()))?;
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

//! A desk: its file, its clock, and how it dies.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use petrel_domain::replication::{Enrolled, Tokens};
use petrel_domain::{FixedClock, Millis};
use petrel_store::{FileKey, OpenOptions, Store};
use petrel_sync::{Hub, SyncError, join};
use uuid::Uuid;

use crate::growing::bring_up_to_date;

/// One desk of the clinic.
pub(crate) struct Desk {
    pub(crate) path: PathBuf,
    pub(crate) clock: Arc<FixedClock>,
    /// How far its clock is off, in milliseconds.
    pub(crate) skew: i64,
    /// The schema that its program speaks.
    pub(crate) schema: i32,
    /// Its file may have been made by an earlier program.
    pub(crate) may_be_older: bool,
    /// Its file was put back from a copy, and not opened since.
    pub(crate) went_back: bool,
    pub(crate) store: Option<Store>,
}

pub(crate) fn key() -> FileKey {
    FileKey::from_bytes([7; 32])
}

impl Desk {
    /// A desk that has no file yet.
    pub(crate) fn new(path: PathBuf, now: Millis, schema: i32) -> Self {
        Self { path, clock: Arc::new(FixedClock::at(now)), skew: 0, schema, may_be_older: false, went_back: false, store: None }
    }

    /// Its file, opened anew after a crash, and brought up to date where an earlier program made it.
    pub(crate) fn store(&mut self) -> Result<Store> {
        if let Some(store) = &self.store {
            return Ok(store.clone());
        }
        let mut options = OpenOptions::new(&self.path, key());
        options.clock = Arc::clone(&self.clock) as Arc<dyn petrel_domain::Clock>;
        options.readers = 1;
        if std::mem::take(&mut self.may_be_older) {
            bring_up_to_date(&self.path, self.schema).context("a desk's file is brought up to date")?;
        }
        let store = Store::open(&options).context("a desk's file does not open")?;
        self.store = Some(store.clone());
        Ok(store)
    }

    /// Sets the computer's clock by the world's.
    pub(crate) fn tick(&self, now: Millis) {
        self.clock.set(Millis(now.0 + self.skew));
    }

    /// Fills its file from the hub, or goes on filling it.
    pub(crate) async fn join(&mut self, hub: &impl Hub) -> Result<(), SyncError> {
        let fresh = self.path.with_extension("joining");
        let tokens = Tokens { access_token: "a".to_owned(), access_expires_at: Millis(0), refresh_token: "r".to_owned() };
        let enrolled = Enrolled {
            device_id: Uuid::nil(),
            clinic_id: Uuid::nil(),
            clinic_name: String::new(),
            timezone: String::new(),
            head: 0,
            tokens,
        };
        let file = join(&fresh, &key(), hub, "http://127.0.0.1", &enrolled, |_| {}).await?;
        std::fs::rename(file, &self.path).map_err(petrel_store::StoreError::from)?;
        Ok(())
    }
}

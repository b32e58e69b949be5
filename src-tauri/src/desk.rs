//! This desk: the open clinic, who sits here, and what may be done now.

mod at_work;
mod backups;
mod demo;
mod hub;
mod joining;
mod leaving;
mod line;
mod locked_out;
mod look;
mod opening;
mod rebuilding;
mod rekeying;
mod second;
mod session;
mod state;
mod waiting;

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use petrel_domain::desk::UnfinishedJoin;
use petrel_domain::{Clock, Millis, Refusal};
use petrel_store::{FileKey, FileLock, KeyFile, Store};

use crate::events::News;
use crate::folder::Folder;
use crate::keys::Keys;

use backups::Made;
use joining::Joining;
use line::{Line, Retry};
use locked_out::LockedOut;
use second::Copied;
use session::Session;
use waiting::Waiting;

/// This desk. Cheap to clone; clones are the same desk.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    folder: Folder,
    keys: Keys,
    clock: Arc<dyn Clock>,
    tell: Box<dyn Fn(News) + Send + Sync>,
    /// Commands hold it for reading while they work, so the file is never taken away from under one.
    place: RwLock<Place>,
    /// What whoever holds `place` for opening the file waits for.
    waiting: Waiting,
    lock: Mutex<Option<FileLock>>,
    made: Mutex<Made>,
    /// Taken while a backup is made: there is one at a time.
    backing_up: Mutex<()>,
    copied: Mutex<Copied>,
    /// Taken while backups are copied to the second folder.
    copying: Mutex<()>,
    /// The file is about to be closed for good: nothing long is begun any more.
    is_closing: AtomicBool,
    /// Taken while it is changed how the key is kept: two at once would forget each other's.
    rekeying: Mutex<()>,
    /// A desk that is being filled from a hub.
    joining: Mutex<Option<Joining>>,
    /// What of it the screens say.
    unfinished_join: Mutex<Option<UnfinishedJoin>>,
    /// Taken while the file is built anew: two would fill one file.
    rebuilding: Mutex<()>,
    /// What comes of a file that could not be built anew by itself.
    retry: Mutex<Retry>,
    /// How many lines to the hub were begun.
    lines: AtomicU64,
    /// Taken while it is changed which clinics this desk was locked out of.
    locked_out_file: Mutex<()>,
    is_cancelled: AtomicBool,
    /// The file was looked over by itself because damage was found at work.
    is_looked_over: AtomicBool,
}

/// Where the program stands.
enum Place {
    FirstRun,
    NeedsPassphrase(KeyFile),
    Trouble(Refusal),
    Open(Box<Clinic>),
}

/// An open clinic.
struct Clinic {
    /// Ends first: it holds the file, too.
    line: Option<Line>,
    store: Store,
    key: FileKey,
    key_file: KeyFile,
    session: Arc<Session>,
    locked_out: Arc<LockedOut>,
}

impl Desk {
    /// A desk whose file is not looked at yet.
    pub fn new(folder: Folder, keys: Keys, clock: Arc<dyn Clock>, tell: impl Fn(News) + Send + Sync + 'static) -> Self {
        let inner = Inner {
            folder,
            keys,
            clock,
            tell: Box::new(tell),
            place: RwLock::new(Place::FirstRun),
            waiting: Waiting::default(),
            lock: Mutex::new(None),
            made: Mutex::new(Made::default()),
            backing_up: Mutex::default(),
            copied: Mutex::default(),
            copying: Mutex::default(),
            is_closing: AtomicBool::new(false),
            rekeying: Mutex::default(),
            joining: Mutex::default(),
            rebuilding: Mutex::default(),
            retry: Mutex::default(),
            lines: AtomicU64::new(0),
            unfinished_join: Mutex::default(),
            locked_out_file: Mutex::default(),
            is_cancelled: AtomicBool::new(false),
            is_looked_over: AtomicBool::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The desk's keys.
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    fn now(&self) -> Millis {
        self.inner.clock.now()
    }

    fn tell(&self, news: News) {
        (self.inner.tell)(news);
    }

    fn place(&self) -> RwLockReadGuard<'_, Place> {
        self.inner.place.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn place_mut(&self) -> RwLockWriteGuard<'_, Place> {
        self.inner.place.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a lock, also one that a panic left behind: what is under it is replaced as a whole, never half-changed.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

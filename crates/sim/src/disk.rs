//! A disk that can fail: a layer under SQLite that records what is written and when it was made to last, and that says no when it is told to.
//!
//! It stands before the system's own layer for every file of this process, and passes everything through but for folders that are watched.

mod image;
mod vfs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

pub use image::Recording;

/// What happened to a file of the folder, in the order in which it happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// It was opened, and made where it was not there.
    Opened { file: String, is_new: bool, is_journal: bool },
    /// Bytes were written.
    Written { file: String, at: usize, bytes: Vec<u8> },
    /// It was cut or lengthened.
    Sized { file: String, size: usize },
    /// All of it was made to last.
    Synced { file: String },
    /// It was removed; lasting where the folder was synced, too.
    Removed { file: String, is_lasting: bool },
    /// Whoever writes was told that something is done.
    Acknowledged(u64),
}

/// How a disk says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no room: nothing can be written, everything else works.
    Full,
    /// A single operation of any kind fails.
    Once,
    /// From some operation on every one fails.
    Broken,
}

/// What is asked of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Read,
    Write,
    /// Syncing, cutting, removing, opening.
    Other,
}

/// Operations that a failure may hit, and those it hit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted {
    /// How many there were.
    pub asked: u64,
    /// How many were refused.
    pub refused: u64,
}

#[derive(Default)]
struct State {
    recording: Option<Recording>,
    asked: u64,
    failure: Option<(Failure, u64)>,
    refused: u64,
}

/// A folder that is watched. Until it is dropped, what SQLite does to the files in it is counted, recorded and refused as one wishes.
pub struct Disk {
    folder: PathBuf,
    state: Mutex<State>,
}

static DISKS: Mutex<Vec<Arc<Disk>>> = Mutex::new(Vec::new());

/// Keeps a folder watched.
pub struct Watched(Arc<Disk>);

impl Drop for Watched {
    fn drop(&mut self) {
        disks().retain(|disk| !Arc::ptr_eq(disk, &self.0));
    }
}

impl std::ops::Deref for Watched {
    type Target = Disk;

    fn deref(&self) -> &Disk {
        &self.0
    }
}

fn disks() -> MutexGuard<'static, Vec<Arc<Disk>>> {
    DISKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The disk that a path lies on, and its name there.
fn disk_of(path: &Path) -> Option<(Arc<Disk>, String)> {
    let folder = path.parent()?;
    let disk = disks().iter().find(|disk| disk.folder == folder).cloned()?;
    Some((disk, path.file_name()?.to_str()?.to_owned()))
}

impl Disk {
    /// Watches a folder. Files that are open already are not.
    ///
    /// # Errors
    /// What the system says.
    pub fn watch(folder: &Path) -> Result<Watched> {
        vfs::install()?;
        let disk = Arc::new(Self { folder: folder.canonicalize()?, state: Mutex::default() });
        disks().push(Arc::clone(&disk));
        Ok(Watched(disk))
    }

    /// Begins a recording. What lies in the folder already lasts.
    ///
    /// # Errors
    /// What the system says.
    pub fn record(&self) -> Result<()> {
        let mut before = BTreeMap::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if let Some(name) = path.file_name().and_then(|name| name.to_str())
                && path.is_file()
                && !name.ends_with("-shm")
            {
                before.insert(name.to_owned(), std::fs::read(&path)?);
            }
        }
        self.state().recording = Some(Recording::of(before));
        Ok(())
    }

    /// Ends the recording.
    pub fn stop(&self) -> Recording {
        self.state().recording.take().unwrap_or_default()
    }

    /// Whoever writes was told that something is done.
    pub fn acknowledge(&self, what: u64) {
        self.note(|| Event::Acknowledged(what));
    }

    /// From the `at`th operation on, beginning with 0, the disk fails.
    pub fn fail(&self, failure: Failure, at: u64) {
        let mut state = self.state();
        (state.asked, state.refused, state.failure) = (0, 0, Some((failure, at)));
    }

    /// The disk works again. Answers what it was asked since it was told to fail.
    pub fn mend(&self) -> Counted {
        let mut state = self.state();
        state.failure = None;
        Counted { asked: state.asked, refused: state.refused }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an operation is refused, and by what.
    pub(crate) fn refuses(&self, asked: Asked) -> Option<Failure> {
        let mut state = self.state();
        let (failure, at) = state.failure?;
        // A full disk refuses what needs room and nothing else.
        if failure == Failure::Full && asked != Asked::Write {
            return None;
        }
        let number = state.asked;
        state.asked += 1;
        let is_refused = if failure == Failure::Once { number == at } else { number >= at };
        state.refused += u64::from(is_refused);
        is_refused.then_some(failure)
    }

    pub(crate) fn note(&self, event: impl FnOnce() -> Event) {
        if let Some(recording) = &mut self.state().recording {
            recording.push(event());
        }
    }
}

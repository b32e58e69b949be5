//! One program at a time holds a clinic's file. The lock also remembers whether the file was closed well, and whether damage was found in it.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use petrel_domain::{Refusal, RefusalCode};

use super::key_file::with_suffix;
use crate::Result;

/// What stands in a lock as long as the file is not to be trusted.
const DAMAGED: &str = "damaged";

/// The lock on a clinic's file. Given back when dropped, also when the program is killed.
#[derive(Debug)]
pub struct FileLock {
    lock: File,
    file: PathBuf,
    was_closed_well: bool,
    is_damaged: bool,
}

impl FileLock {
    /// Takes the lock of a clinic's file, which need not exist yet.
    ///
    /// # Errors
    /// `file_busy` where another program holds it; `read_only` where its folder cannot be written.
    pub fn take(file: &Path) -> Result<Self> {
        let path = with_suffix(file, ".lock");
        let mut lock = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refusal::new(RefusalCode::FileBusy).into()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut left = String::new();
        lock.read_to_string(&mut left).unwrap_or_default();
        let was_closed_well = !left.is_empty() && state(file).as_deref() == Some(left.as_str());
        let is_damaged = left == DAMAGED;
        if !is_damaged {
            // Until it is closed well again, it is not.
            lock.set_len(0)?;
        }
        Ok(Self { lock, file: file.to_owned(), was_closed_well, is_damaged })
    }

    /// Whether the file is as the last program left it, and that program ended by itself. Where not, it is worth a look:
    /// there was a crash, or somebody else wrote to it.
    pub fn was_closed_well(&self) -> bool {
        self.was_closed_well
    }

    /// Whether damage was found in the file, by this program or one before, and nobody has looked it over since.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// Notes that damage was found in the file: whoever opens it looks all of it over first, also after this program has ended, however it ends.
    ///
    /// # Errors
    /// What the system says; it is known then until the lock is given back.
    pub fn note_damage(&mut self) -> Result<()> {
        if !std::mem::replace(&mut self.is_damaged, true) {
            self.leave(DAMAGED)?;
        }
        Ok(())
    }

    /// The file was looked over and is sound, or is another one by now.
    ///
    /// # Errors
    /// What the system says; the next start then looks the file over once more.
    pub fn forget_damage(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_damaged) {
            self.leave("")?;
        }
        Ok(())
    }

    /// Gives the lock back, the file being closed. A file that is damaged is not closed well.
    ///
    /// # Errors
    /// What the system says; the next start then looks the file over.
    pub fn close(mut self) -> Result<()> {
        match state(&self.file) {
            Some(state) if !self.is_damaged => self.leave(&state),
            _ => Ok(()),
        }
    }

    fn leave(&mut self, what: &str) -> Result<()> {
        self.lock.set_len(0)?;
        self.lock.rewind()?;
        self.lock.write_all(what.as_bytes())?;
        Ok(self.lock.sync_all()?)
    }
}

/// What a file looks like from outside. None where there is none, or changes still wait in its log.
fn state(file: &Path) -> Option<String> {
    let log = with_suffix(file, "-wal");
    if fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        return None;
    }
    let about = fs::metadata(file).ok()?;
    let modified = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", about.len(), modified.as_nanos()))
}

//! Which key a file has and where that key is kept: a small file beside it (`clinic.petrel.key`). Backups carry theirs along.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use petrel_domain::desk::KeyStore;
use petrel_domain::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wrap::WrappedKey;
use crate::{FileKey, Result, StoreError, may_die};

/// Which key a file has, and where that is kept. Never the key itself in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFile {
    /// Names the key. A new clinic has a new key under a new name, so an old one is never overwritten.
    pub key_id: Uuid,
    /// Where it is kept.
    pub kept: Kept,
    /// The key once more, sealed by the recovery passphrase, where one was set: what opens a copy of the file on another computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<WrappedKey>,
}

/// Where a key is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Kept {
    /// In the system's keychain, under the name of the key.
    Keychain,
    /// Here, sealed by a passphrase.
    Passphrase {
        /// The sealed key.
        wrapped: WrappedKey,
    },
    /// In a file of its own among the desk's keys, which only this user may read.
    File,
}

impl KeyFile {
    /// Of a key that has no recovery passphrase yet.
    pub fn new(key_id: Uuid, kept: Kept) -> Self {
        Self { key_id, kept, recovery: None }
    }

    /// Whether somebody who knows a passphrase gets the key by it.
    pub fn has_passphrase(&self) -> bool {
        self.passphrases().next().is_some()
    }

    /// The key, by the passphrase it is kept under, or by the recovery passphrase.
    ///
    /// # Errors
    /// `wrong_key` on `passphrase`, also where it has none.
    pub fn open(&self, passphrase: &str) -> Result<FileKey> {
        let mut opened = Err(Refusal::on(RefusalCode::WrongKey, "passphrase").into());
        for wrapped in self.passphrases() {
            opened = wrapped.open(self.key_id, passphrase);
            if opened.is_ok() {
                break;
            }
        }
        opened
    }

    fn passphrases(&self) -> impl Iterator<Item = &WrappedKey> {
        let kept = match &self.kept {
            Kept::Passphrase { wrapped } => Some(wrapped),
            Kept::Keychain | Kept::File => None,
        };
        kept.into_iter().chain(&self.recovery)
    }

    /// Writes this in the place of every key file in a folder that names the same key and says something else: copies of a clinic's file
    /// then open as the clinic's file does. None loses its recovery passphrase by it.
    ///
    /// # Errors
    /// `read_only`, `disk_full`; some may be written by then. No folder has none.
    pub fn write_over_same(&self, folder: &Path) -> Result<()> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|kind| kind != "key") {
                continue;
            }
            let file = path.with_extension("");
            // What is no key file of ours is none of our business.
            let Ok(Some(other)) = Self::read_beside(&file) else { continue };
            let would_lose = self.recovery.is_none() && other.recovery.is_some();
            if other.key_id == self.key_id && other != *self && !would_lose {
                self.write_beside(&file)?;
            }
        }
        Ok(())
    }

    /// Where the key file of a clinic's file (or of a backup) lies.
    pub fn path_beside(file: &Path) -> PathBuf {
        with_suffix(file, ".key")
    }

    /// Reads the one beside a file; none where there is none.
    ///
    /// # Errors
    /// `key_missing` where it cannot be read as one.
    pub fn read_beside(file: &Path) -> Result<Option<Self>> {
        let text = match fs::read(Self::path_beside(file)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let found = serde_json::from_slice(&text);
        Ok(Some(found.map_err(|error| Refusal::new(RefusalCode::KeyMissing).with_detail(error))?))
    }

    /// Writes it beside a file.
    ///
    /// # Errors
    /// `read_only`, `disk_full`.
    pub fn write_beside(&self, file: &Path) -> Result<()> {
        write_private(&Self::path_beside(file), &serde_json::to_vec_pretty(self)?)
    }

    /// Takes away what lies beside a file, where anything does. The key itself stays where it is.
    ///
    /// # Errors
    /// `read_only`.
    pub fn remove_beside(file: &Path) -> Result<()> {
        Ok(remove_if_there(&Self::path_beside(file))?)
    }

    /// How the key is kept, as the screens say it.
    pub fn store(&self) -> KeyStore {
        match self.kept {
            Kept::Keychain => KeyStore::Keychain,
            Kept::Passphrase { .. } => KeyStore::Passphrase,
            Kept::File => KeyStore::File,
        }
    }
}

/// Removes a file that may not be there.
pub(crate) fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes a file that was never finished, and what SQLite keeps beside it.
///
/// # Errors
/// What the system says.
pub fn remove_file(path: &Path) -> Result<()> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        remove_if_there(&with_suffix(path, suffix))?;
    }
    Ok(())
}

/// The path with something behind its name.
pub(crate) fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    name.into()
}

/// Writes a file that only this user may read; whole or not at all.
///
/// # Errors
/// What the system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = with_suffix(path, ".part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    may_die("private-written");
    if let Err(error) = written.and_then(|()| fs::rename(&part, path)) {
        // What nobody else may read is not left under a name that nobody looks for.
        let _ = fs::remove_file(&part);
        return Err(error.into());
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes what was written to a file last, whoever wrote it.
pub(crate) fn sync_file(path: &Path) -> Result<(), StoreError> {
    // To be written to: Windows flushes no file that is open for reading alone.
    Ok(fs::OpenOptions::new().write(true).open(path)?.sync_all()?)
}

/// Makes names that were given, changed or taken in a folder last.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Only Unix lets a program open a folder; elsewhere a rename lasts by itself.
    if !cfg!(unix) {
        return Ok(());
    }
    match fs::File::open(folder)?.sync_all() {
        // Some network drives know no such thing of folders.
        Err(error) if matches!(error.kind(), std::io::ErrorKind::InvalidInput | std::io::ErrorKind::Unsupported) => Ok(()),
        synced => Ok(synced?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_written_leaves_nothing_to_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("sheet.pdf");
        fs::create_dir(&taken).unwrap();
        write_private(&taken, b"a name and a phone").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the folder that was in the way");
    }

    #[test]
    fn what_is_to_last_is_opened_to_be_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("copy");
        fs::write(&file, "a page").unwrap();
        sync_file(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"a page");
        // A folder can be opened for reading alone: so it tells the two apart where either would do for a file.
        assert!(sync_file(folder.path()).is_err());
    }
}

//! Putting a backup in the place of a clinic's file. What was there is set aside, never deleted; a crash in between is made good at
//! the next start.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use petrel_domain::{Millis, Refusal, RefusalCode};
use rusqlite::OpenFlags;

use super::aside::set_aside_folder;
use super::second::copy_bytes;
use super::{discard, verify};
use crate::file::{refuse_newer_file, seal, sync_file, sync_folder, with_suffix};
use crate::{FileKey, KeyFile, Result, may_die};

/// Puts a backup in the place of a clinic's file, which nobody may hold open. Where its key is at hand, the backup is checked
/// before anything is moved. Answers where the old file was set aside, if there was one.
///
/// # Errors
/// `bad_backup` where it is none, or fails its check; `wrong_key`; `newer_file` where a newer program made it; `file_unreadable`; `disk_full`;
/// `read_only`. The file is as it was.
pub fn restore(backup: &Path, key: Option<&FileKey>, key_file: &KeyFile, file: &Path, why: &str, now: Millis) -> Result<Option<PathBuf>> {
    refuse_foreign(backup)?;
    let (part, ready) = (with_suffix(file, ".restoring"), ready(file));
    let copied = copy_with_log(backup, &part).map_err(Into::into).and_then(|()| {
        if let Some(key) = key {
            take_in_log(&part, key).and_then(|()| verify(&part, key, None)).map_err(bad_backup)?;
            refuse_newer_file(&part, key)?;
        }
        may_die("restore-copied");
        make_ready(&part, &ready, key_file)
    });
    if let Err(error) = copied {
        discard(&part);
        discard(&log_of(&part));
        return Err(error);
    }
    take_place(file, why, now)
}

/// Puts a file that was filled from the hub in the place of a clinic's file; nobody may hold either open. Answers where the old one was set
/// aside.
///
/// # Errors
/// `disk_full`; `read_only`. The file is then as it was, or the next start finishes what was begun.
pub fn replace(fresh: &Path, key_file: &KeyFile, file: &Path, why: &str, now: Millis) -> Result<Option<PathBuf>> {
    make_ready(fresh, &ready(file), key_file)?;
    take_place(file, why, now)
}

fn log_of(file: &Path) -> PathBuf {
    with_suffix(file, "-wal")
}

/// Copies a file, and its log where one lies beside it: of a clinic that was set aside after a power cut, the last of the work is in there.
fn copy_with_log(from: &Path, to: &Path) -> io::Result<()> {
    copy_bytes(from, to)?;
    let log = log_of(from);
    discard(&log_of(to));
    if log.metadata().is_ok_and(|about| about.len() > 0) { copy_bytes(&log, &log_of(to)) } else { Ok(()) }
}

/// Writes what is in the log into the file.
fn take_in_log(file: &Path, key: &FileKey) -> Result<()> {
    if !log_of(file).exists() {
        return Ok(());
    }
    let (db, _) = seal::open(file, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    // With the last connection the log goes.
    db.close().map_err(|(_, error)| error)?;
    discard(&log_of(file));
    Ok(())
}

fn make_ready(new: &Path, ready: &Path, key_file: &KeyFile) -> Result<()> {
    sync_file(new)?;
    key_file.write_beside(ready)?;
    may_die("restore-key-ready");
    if log_of(new).exists() {
        fs::rename(log_of(new), log_of(ready))?;
    }
    Ok(fs::rename(new, ready)?)
}

/// What is ready takes the file's place. A crash on the way leads forward: the next start finds what is ready and finishes.
fn take_place(file: &Path, why: &str, now: Millis) -> Result<Option<PathBuf>> {
    may_die("restore-ready");
    let old = match set_aside(file, why, now) {
        Ok(old) => old,
        Err(error) => {
            // What was refused must not come true later. Where the old file is gone already, there is no way but forward.
            if file.exists() {
                discard_ready(file);
            }
            return Err(error);
        }
    };
    finish_restore(file)?;
    Ok(old)
}

fn discard_ready(file: &Path) {
    let ready = ready(file);
    discard(&ready);
    discard(&log_of(&ready));
    discard(&KeyFile::path_beside(&ready));
}

/// Finishes a restore that was cut short after the old file was set aside. One that was cut short before has changed nothing, and is over: what was
/// made ready is a copy, and would else take the place of a file that is set aside much later. Answers whether one was finished.
///
/// # Errors
/// What the system says.
pub fn finish_restore(file: &Path) -> Result<bool> {
    let ready = ready(file);
    if !ready.exists() {
        return Ok(false);
    }
    if file.exists() {
        discard_ready(file);
        return Ok(false);
    }
    clear_way(file)?;
    let key = KeyFile::path_beside(&ready);
    if key.exists() {
        fs::rename(key, KeyFile::path_beside(file))?;
    }
    may_die("place-key");
    // Before its file: one that is there without its log would be opened as it is.
    if log_of(&ready).exists() {
        fs::rename(log_of(&ready), log_of(file))?;
    }
    fs::rename(ready, file)?;
    may_die("place-file");
    file.parent().map_or(Ok(()), sync_folder)?;
    Ok(true)
}

fn ready(file: &Path) -> PathBuf {
    with_suffix(file, ".restored")
}

/// Moves a clinic's file, its log and its key file aside, under a name with the time. Nothing is deleted. None where there is no file.
///
/// # Errors
/// What the system says.
pub fn set_aside(file: &Path, why: &str, now: Millis) -> Result<Option<PathBuf>> {
    if !file.exists() {
        return Ok(None);
    }
    let folder = set_aside_folder(file);
    fs::create_dir_all(&folder)?;
    let name = format!("clinic-{}-{why}.petrel", now.utc().format("%Y%m%dT%H%M%S%3fZ"));
    let aside = folder.join(name);
    let key = KeyFile::path_beside(file);
    if key.exists() {
        fs::copy(&key, KeyFile::path_beside(&aside))?;
    }
    may_die("aside-key");
    fs::rename(file, &aside)?;
    may_die("aside-file");
    let log = log_of(file);
    if log.exists() {
        fs::rename(log, log_of(&aside))?;
    }
    discard(&key);
    // SQLite makes it anew.
    discard(&with_suffix(file, "-shm"));
    sync_folder(&folder)?;
    file.parent().map_or(Ok(()), sync_folder)?;
    may_die("aside-done");
    Ok(Some(aside))
}

/// Moves aside the log of a file that is gone (a crash while it was set aside): it must never be taken for the log of the next one.
///
/// # Errors
/// What the system says.
pub fn clear_way(file: &Path) -> Result<()> {
    let log = log_of(file);
    if log.exists() && !file.exists() {
        let folder = set_aside_folder(file);
        fs::create_dir_all(&folder)?;
        let modified = fs::metadata(&log)?.modified()?;
        let time = chrono::DateTime::<chrono::Utc>::from(modified).format("%Y%m%dT%H%M%S%3fZ");
        fs::rename(log, folder.join(format!("clinic-{time}-left.petrel-wal")))?;
        discard(&with_suffix(file, "-shm"));
    }
    Ok(())
}

/// Refuses what cannot be a backup, before it is copied: something empty, unencrypted, or of an odd length.
fn refuse_foreign(backup: &Path) -> Result<()> {
    let mut file = fs::File::open(backup)?;
    let length = file.metadata()?.len();
    let mut head = [0; 16];
    let is_short = file.read_exact(&mut head).is_err();
    let refuse = |why: &str| Err(Refusal::new(RefusalCode::BadBackup).with_detail(why).into());
    match () {
        () if is_short || length % 4096 != 0 => refuse("its length"),
        () if head.starts_with(b"SQLite format 3") => refuse("not encrypted"),
        () => Ok(()),
    }
}

/// A damaged backup is a bad one; that it needs another key is said as such.
pub(super) fn bad_backup(error: crate::StoreError) -> crate::StoreError {
    let refusal = error.refusal();
    match refusal.code {
        RefusalCode::Corrupt => Refusal { code: RefusalCode::BadBackup, ..refusal }.into(),
        _ => error,
    }
}

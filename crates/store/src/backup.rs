//! Backups: whole, encrypted copies beside the clinic's file. One counts once it was opened and checked; until then it has another name.

mod ladder;
mod restore;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime};
use petrel_domain::desk::Backup;
use petrel_domain::{Millis, Refusal, RefusalCode};
use rusqlite::{Connection, OpenFlags};

use crate::catalog::Catalog;
use crate::file::{check, sync_folder, unlock, with_suffix};
use crate::{FileKey, KeyFile, Result, Store};

pub use restore::{clear_way, finish_restore, replace, restore, set_aside};

/// How a backup's name tells its time.
const NAME: &str = "clinic-%Y%m%dT%H%M%S%3fZ.petrel";

/// The folder that holds the backups of a clinic's file.
#[derive(Clone, Debug)]
pub struct Backups {
    folder: PathBuf,
}

impl Backups {
    /// Those of a clinic's file: the folder `backups` beside it.
    pub fn of(file: &Path) -> Self {
        Self { folder: file.parent().unwrap_or(Path::new(".")).join("backups") }
    }

    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes one while the store is in use: copies it, opens the copy, checks every page and reference, compares the counts,
    /// and only then gives it its name. Then lets go of those that the ladder no longer holds.
    ///
    /// # Errors
    /// `disk_full`, `read_only`; `corrupt` where the copy (and so, most likely, the file) is damaged. There is no backup then.
    pub fn make(&self, store: &Store, key: &FileKey, key_file: &KeyFile) -> Result<Backup> {
        fs::create_dir_all(&self.folder)?;
        let made_at = store.now();
        let path = self.folder.join(made_at.utc().format(NAME).to_string());
        let part = with_suffix(&path, ".part");
        let made = copy(store.path(), &part, key).and_then(|()| {
            fs::File::open(&part)?.sync_all()?;
            key_file.write_beside(&path)?;
            fs::rename(&part, &path)?;
            sync_folder(&self.folder)
        });
        if let Err(error) = made {
            discard(&part);
            return Err(error);
        }
        self.thin()?;
        backup(path, made_at)
    }

    /// What there is, the newest first.
    ///
    /// # Errors
    /// What the system says; no folder is no backup.
    pub fn list(&self) -> Result<Vec<Backup>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        let named = paths.into_iter().filter_map(|path| Some((time_of(&path)?, path)));
        let mut found = named.map(|(made_at, path)| backup(path, made_at)).collect::<Result<Vec<_>>>()?;
        found.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
        Ok(found)
    }

    /// Removes what a crash left half-made.
    ///
    /// # Errors
    /// What the system says.
    pub fn sweep(&self) -> Result<()> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(()) };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|kind| kind == "part") {
                discard(&path);
            }
        }
        Ok(())
    }

    fn thin(&self) -> Result<()> {
        let all = self.list()?;
        let kept = ladder::kept(&all.iter().map(|backup| backup.made_at).collect::<Vec<_>>());
        for gone in all.iter().filter(|backup| !kept.contains(&backup.made_at)) {
            fs::remove_file(&gone.path)?;
            discard(&KeyFile::path_beside(Path::new(&gone.path)));
        }
        Ok(())
    }
}

/// When a backup was made, by its name; none where it is none.
fn time_of(path: &Path) -> Option<Millis> {
    let name = path.file_name()?.to_str()?;
    Some(Millis::from(NaiveDateTime::parse_from_str(name, NAME).ok()?.and_utc()))
}

fn backup(path: PathBuf, made_at: Millis) -> Result<Backup> {
    let size_kib = u32::try_from(fs::metadata(&path)?.len().div_ceil(1024)).unwrap_or(u32::MAX);
    // Under its own name there is only what was checked.
    Ok(Backup { is_verified: time_of(&path).is_some(), path: path.display().to_string(), made_at, size_kib })
}

/// A backup anywhere, by its path: its time from its name, or else from the file.
///
/// # Errors
/// `file_unreadable` where there is no such file.
pub fn backup_at(path: &Path) -> Result<Backup> {
    let modified = || Ok::<_, std::io::Error>(Millis::from(DateTime::<chrono::Utc>::from(fs::metadata(path)?.modified()?)));
    let made_at = match time_of(path) {
        Some(made_at) => made_at,
        None => modified()?,
    };
    backup(path.to_owned(), made_at)
}

/// Copies a file that is in use, then opens the copy and checks it against the state it was copied from.
fn copy(from: &Path, to: &Path, key: &FileKey) -> Result<()> {
    discard(to);
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    unlock(&source, key)?;
    // One state of the file for the copy and for the counts, however much is written meanwhile.
    let state = source.unchecked_transaction()?;
    let expected = counts(&state)?;
    let mut copy = Connection::open_with_flags(
        to,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    copy.pragma_update(None, "key", key.pragma().as_str())?;
    let steps = rusqlite::backup::Backup::new(&state, &mut copy)?;
    if steps.step(-1)? != rusqlite::backup::StepResult::Done {
        return Err(Refusal::new(RefusalCode::FileBusy).into());
    }
    drop(steps);
    state.finish()?;
    // What opens the hub's door stays with this file: a copy that comes back later would knock with keys that are used up, and a lost one
    // must not let anybody in. Whoever puts it back joins again with a code.
    copy.execute("UPDATE sync_state SET access_token = NULL, access_expires_at = 0, refresh_token = NULL", [])?;
    // One file, without a log beside it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    verify(to, key, Some(&expected))
}

/// Opens a backup and checks it.
fn verify(path: &Path, key: &FileKey, expected: Option<&[(String, i64)]>) -> Result<()> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    unlock(&db, key)?;
    check(&db, true)?;
    let counted = counts(&db)?;
    if expected.is_some_and(|expected| expected != counted.as_slice()) {
        return Err(crate::file::corrupt("a copy holds other rows than the file").into());
    }
    if counted.iter().all(|(table, count)| table != "clinics" || *count == 0) {
        return Err(Refusal::new(RefusalCode::BadBackup).with_detail("no clinic").into());
    }
    Ok(())
}

fn counts(db: &Connection) -> Result<Vec<(String, i64)>> {
    let catalog = Catalog::load(db)?;
    let mut counts = Vec::new();
    for table in catalog.names().chain(["outbox"]) {
        let count = db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        counts.push((table.to_owned(), count));
    }
    counts.sort();
    Ok(counts)
}

/// Removes a file of ours that may not be there.
fn discard(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a half-made file could not be removed");
    }
}

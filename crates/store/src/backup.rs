//! Backups: whole, encrypted copies beside the clinic's file. One counts once it was opened and checked; until then it has another name.

mod aside;
mod ladder;
mod restore;
mod second;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use petrel_domain::desk::Backup;
use petrel_domain::{Millis, Refusal, RefusalCode};
use rusqlite::{Connection, OpenFlags};

use crate::catalog::Catalog;
use crate::file::{check, remove_file, remove_if_there, seal, set_journal, sync_file, sync_folder, twice, with_suffix};
use crate::{FileKey, KeyFile, Result, Store, may_die};

pub use aside::{forget_hub_keys_aside, set_aside_folder};
pub use restore::{clear_way, finish_restore, replace, restore, set_aside};
pub use second::SECOND;

/// How a backup's name tells its time.
const NAME: &str = "clinic-%Y%m%dT%H%M%S%3fZ.petrel";

/// What stays free beside a backup that is made, at the least and as a part of the file: the clinic's own file grows meanwhile.
const SPARE: u64 = 1 << 20;
const SPARE_PART: u64 = 8;

/// A folder that holds backups of a clinic's file.
#[derive(Clone, Debug)]
pub struct Backups {
    folder: PathBuf,
    /// How many bytes are free where a folder lies.
    free: fn(&Path) -> std::io::Result<u64>,
}

impl Backups {
    /// Those of a clinic's file: the folder `backups` beside it.
    pub fn of(file: &Path) -> Self {
        Self::at(file.parent().unwrap_or(Path::new(".")).join("backups"))
    }

    /// Those in a folder.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, free: |folder| fs4::available_space(folder) }
    }

    /// The same, with another way to tell how many bytes are free: for tests of what happens when there are few.
    pub fn with_free(self, free: fn(&Path) -> std::io::Result<u64>) -> Self {
        Self { free, ..self }
    }

    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes one while the store is in use.
    ///
    /// # Errors
    /// As [`Backups::make_of`].
    pub fn make(&self, store: &Store, key: &FileKey, key_file: &KeyFile) -> Result<Backup> {
        self.make_of(store.path(), key, key_file, store.now())
    }

    /// Makes one of a file, whoever has it open: copies it, opens the copy, checks every page and reference, compares the counts, and only
    /// then gives it its name. Then lets go of those that the ladder no longer holds.
    ///
    /// # Errors
    /// `disk_full`, also before anything is written where there is no room for it; `read_only`; `corrupt` where the copy (and so, most likely,
    /// the file) is damaged. There is no backup then, and those before it are as they were.
    pub fn make_of(&self, file: &Path, key: &FileKey, key_file: &KeyFile, made_at: Millis) -> Result<Backup> {
        fs::create_dir_all(&self.folder)?;
        let size = |path: &Path| fs::metadata(path).map_or(0, |about| about.len());
        self.refuse_without_room(size(file) + size(&with_suffix(file, "-wal")))?;
        let path = self.folder.join(made_at.utc().format(NAME).to_string());
        let part = with_suffix(&path, ".part");
        let made = copy(file, &part, key).and_then(|()| {
            may_die("backup-copied");
            sync_file(&part)?;
            key_file.write_beside(&path)?;
            may_die("backup-key");
            fs::rename(&part, &path)?;
            may_die("backup-named");
            sync_folder(&self.folder)
        });
        if let Err(error) = made {
            discard_part(&part);
            return Err(error);
        }
        if let Err(error) = self.list_of(key_file).and_then(|all| thin(&all, &path, made_at)) {
            tracing::warn!(%error, "the folder of backups is not thinned");
        }
        backup(path, made_at)
    }

    fn refuse_without_room(&self, copied: u64) -> Result<()> {
        let (needed, free) = (copied + SPARE.max(copied / SPARE_PART), (self.free)(&self.folder)?);
        if free >= needed {
            return Ok(());
        }
        let detail = format!("{} MiB are free, {} MiB are needed", free >> 20, needed >> 20);
        Err(Refusal::new(RefusalCode::DiskFull).with_detail(detail).into())
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
        // One that is removed meanwhile is none.
        let mut found: Vec<_> = named.filter_map(|(made_at, path)| backup(path, made_at).ok()).collect();
        found.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
        Ok(found)
    }

    /// Those under a clinic's key, the newest first: a file that was set aside may have left its own here, which are all there is of it. One that does not say
    /// whose it is counts as the clinic's.
    ///
    /// # Errors
    /// As [`Backups::list`].
    pub fn list_of(&self, key_file: &KeyFile) -> Result<Vec<Backup>> {
        let mut found = self.list()?;
        found.retain(|backup| is_of(backup, key_file));
        Ok(found)
    }

    /// The newest of them; it looks no further.
    ///
    /// # Errors
    /// As [`Backups::list`].
    pub fn newest_of(&self, key_file: &KeyFile) -> Result<Option<Backup>> {
        Ok(self.list()?.into_iter().find(|backup| is_of(backup, key_file)))
    }

    /// Removes what a crash left half-made, and what SQLite kept beside it.
    ///
    /// # Errors
    /// What the system says.
    pub fn sweep(&self) -> Result<()> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(()) };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|kind| kind.to_string_lossy().starts_with("part")) {
                discard(&path);
            }
        }
        Ok(())
    }
}

/// Lets go of those that the ladder no longer holds, but never of the one that was just made: by a clock that was set back, it is not the newest.
/// One that cannot be removed (somebody has it open) is left to the next time.
fn thin(all: &[Backup], made: &Path, now: Millis) -> Result<()> {
    let kept = ladder::kept(&all.iter().map(|backup| backup.made_at).collect::<Vec<_>>(), now);
    for gone in all.iter().filter(|backup| !kept.contains(&backup.made_at)) {
        let path = Path::new(&gone.path);
        if path == made {
            continue;
        }
        match fs::remove_file(path) {
            Ok(()) => discard(&KeyFile::path_beside(path)),
            Err(error) => tracing::warn!(%error, "an old backup could not be removed"),
        }
    }
    Ok(())
}

/// Whether a backup is under a key. One that does not say counts.
fn is_of(backup: &Backup, key_file: &KeyFile) -> bool {
    let other = KeyFile::read_beside(Path::new(&backup.path)).ok().flatten();
    other.is_none_or(|other| other.key_id == key_file.key_id)
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

/// Copies a file that is in use, then opens the copy and checks it against the state it was copied from.
fn copy(from: &Path, to: &Path, key: &FileKey) -> Result<()> {
    discard_part(to);
    let (source, seal) = seal::open(from, OpenFlags::SQLITE_OPEN_READ_WRITE, key)?;
    // One state of the file for the copy and for the counts, however much is written meanwhile.
    let state = source.unchecked_transaction()?;
    let expected = counts(&state)?;
    // Page by page: a copy is sealed as the file is.
    let mut copy = seal.connect(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, key)?;
    let steps = rusqlite::backup::Backup::new(&state, &mut copy)?;
    if steps.step(-1)? != rusqlite::backup::StepResult::Done {
        return Err(Refusal::new(RefusalCode::FileBusy).into());
    }
    drop(steps);
    state.finish()?;
    // What opens the hub's door stays with this file: a copy that comes back later would knock with keys that are used up, and a lost one
    // must not let anybody in. Whoever puts it back joins again with a code.
    aside::forget_hub_keys(&copy)?;
    // One file, without a log beside it.
    set_journal(&copy, "DELETE")?;
    copy.close().map_err(|(_, error)| error)?;
    verify(to, key, Some(&expected))
}

/// Opens a backup and checks it.
fn verify(path: &Path, key: &FileKey, expected: Option<&[(String, i64)]>) -> Result<()> {
    twice(|| look_over(path, key, expected))
}

fn look_over(path: &Path, key: &FileKey, expected: Option<&[(String, i64)]>) -> Result<()> {
    let (db, _) = seal::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, key)?;
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

/// Removes a copy that is half made, with what SQLite left beside it.
fn discard_part(part: &Path) {
    warn_left(remove_file(part));
}

/// Removes a file of ours that may not be there.
fn discard(path: &Path) {
    warn_left(remove_if_there(path));
}

fn warn_left(removed: Result<(), impl std::fmt::Display>) {
    if let Err(error) = removed {
        tracing::warn!(%error, "a half-made file could not be removed");
    }
}

//! A second folder for the backups, on another disk or drive: copies of what lies beside the clinic's file, each opened and checked where it
//! lies now. The folder may be away, and may be shared with other clinics' and desks' copies, which are left alone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use petrel_domain::desk::Backup;
use petrel_domain::{Millis, Refusal, RefusalCode};

use super::restore::bad_backup;
use super::{Backups, discard, ladder, thin, verify};
use crate::file::{sync_folder, with_suffix};
use crate::{FileKey, KeyFile, Result};

/// What the folder is called within the place that a person chooses. Where a drive is not there, neither is this, though the place it comes
/// to may be.
pub const SECOND: &str = "petrel-backups";

impl Backups {
    /// Brings this folder up to date with another: copies the newest backup, then what was made since this folder's oldest, as far as the
    /// ladder of `now` holds it, and lets go of what it no longer holds. `goes_on` is asked before each but the newest. Answers when the newest was made
    /// that lies here.
    ///
    /// # Errors
    /// `file_unreadable` where the folder is not there; `disk_full`, `read_only`, `bad_backup`, `disk_trouble`. What was copied before stays.
    pub fn catch_up(
        &self,
        from: &Backups,
        key: &FileKey,
        key_file: &KeyFile,
        now: Millis,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<Millis>> {
        if !self.folder.is_dir() {
            return Err(Refusal::new(RefusalCode::FileUnreadable).with_detail(self.folder.display()).into());
        }
        self.sweep_of(key_file)?;
        key_file.write_over_same(&self.folder)?;
        for (n, backup) in self.missing(from, key_file, now)?.into_iter().enumerate() {
            if n > 0 && !goes_on() {
                break;
            }
            self.copy_here(&backup, key, key_file, now)?;
        }
        Ok(newest(&self.list_strictly_of(key_file)?, now))
    }

    /// What is to be copied, the newest first. Where nothing is here yet, the newest alone: a drive is not filled with the past.
    fn missing(&self, from: &Backups, key_file: &KeyFile, now: Millis) -> Result<Vec<Backup>> {
        let (here, there) = (self.list_strictly_of(key_file)?, from.list_of(key_file)?);
        // A clock that was ahead once has left backups of days to come: none of them is the newest, and none says that what is made now is old.
        let oldest = here.iter().map(|backup| backup.made_at).rfind(|at| *at <= now);
        let is_here: BTreeSet<_> = here.iter().map(|backup| backup.made_at).collect();
        let all: Vec<_> = here.iter().chain(&there).map(|backup| backup.made_at).collect();
        let kept = ladder::kept(&all, now);
        let newest = newest(&there, now);
        let is_wanted = |at: Millis| Some(at) == newest || (at <= now && kept.contains(&at) && oldest.is_some_and(|oldest| at > oldest));
        Ok(there.into_iter().filter(|backup| !is_here.contains(&backup.made_at) && is_wanted(backup.made_at)).collect())
    }

    /// Those that say they are under the clinic's key, the newest first. What does not say so is somebody else's here.
    fn list_strictly_of(&self, key_file: &KeyFile) -> Result<Vec<Backup>> {
        let mut found = self.list()?;
        found.retain(|backup| {
            let own = KeyFile::read_beside(Path::new(&backup.path)).ok().flatten();
            own.is_some_and(|own| own.key_id == key_file.key_id)
        });
        Ok(found)
    }

    fn copy_here(&self, backup: &Backup, key: &FileKey, key_file: &KeyFile, now: Millis) -> Result<()> {
        let source = Path::new(&backup.path);
        let Some(name) = source.file_name() else { return Ok(()) };
        let path = self.folder.join(name);
        // Thinned meanwhile there; or another desk's, of the same moment, here.
        if !source.exists() || path.exists() {
            return Ok(());
        }
        self.refuse_without_room(fs::metadata(source)?.len())?;
        let part = with_suffix(&path, &part_suffix(key_file));
        let copied = copy_bytes(source, &part).map_err(Into::into).and_then(|()| {
            verify(&part, key, None).map_err(bad_backup)?;
            key_file.write_beside(&path)?;
            fs::rename(&part, &path)?;
            sync_folder(&self.folder)
        });
        if let Err(error) = copied {
            discard(&part);
            return Err(error);
        }
        if let Err(error) = self.list_strictly_of(key_file).and_then(|all| thin(&all, &path, now)) {
            tracing::warn!(%error, "the second folder of backups is not thinned");
        }
        Ok(())
    }

    /// Removes what this desk has left half-copied, and nobody else's.
    fn sweep_of(&self, key_file: &KeyFile) -> Result<()> {
        let own = part_suffix(key_file);
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(&own) {
                discard(&path);
            }
        }
        Ok(())
    }
}

/// When the newest of backups was made, of a list that begins with it: of those to come only where there are no others.
fn newest(all: &[Backup], now: Millis) -> Option<Millis> {
    all.iter().find(|backup| backup.made_at <= now).or(all.first()).map(|backup| backup.made_at)
}

/// What a copy's name ends with while it is made: desks that share a folder do not write into each other's.
fn part_suffix(key_file: &KeyFile) -> String {
    format!(".{}.part", key_file.key_id.simple())
}

/// Copies what is in a file, and nothing about it: a drive that knows no rights refuses to be given some, and a copy of what is protected from
/// being written must be written.
pub(super) fn copy_bytes(from: &Path, to: &Path) -> io::Result<()> {
    let (mut from, mut to) = (fs::File::open(from)?, fs::File::create(to)?);
    io::copy(&mut from, &mut to)?;
    to.sync_all()
}

//! When backups are made, and how one is put back.

use std::path::Path;

use petrel_domain::desk::{AppState, Backup, Recovery, WaitsFor};
use petrel_domain::rights::Right;
use petrel_domain::{MINUTE, Millis, Refusal, RefusalCode};
use petrel_store::{Backups, FileKey, KeyFile, Standing, Store, StoreError, check_file};

use super::opening::or_none;
use super::rebuilding::send;
use super::rekeying::or_recovery;
use super::second::SECOND_FOLDER;
use super::state::{IS_RECOVERY_DISMISSED, RECOVERED};
use super::{Clinic, Desk, Place, locked};
use crate::events::News;

/// Backups are made this often while the clinic is in use.
const EVERY: i64 = 60 * MINUTE;
/// One that failed is tried again after this.
const AGAIN: i64 = 5 * MINUTE;

/// What is known of the last backup.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// When it was made.
    pub(super) at: Option<Millis>,
    /// Why the last try failed.
    pub(super) problem: Option<Refusal>,
    tried_at: Option<Millis>,
    /// How far the file was that it is of.
    standing: Option<Standing>,
}

impl Desk {
    pub(super) fn backups(&self) -> Backups {
        Backups::of(&self.inner.folder.file())
    }

    /// The backups there are, the newest first: of the clinic at work, or, where none is open, of all.
    ///
    /// # Errors
    /// What the system says.
    pub fn list_backups(&self) -> Result<Vec<Backup>, Refusal> {
        match &*self.place() {
            Place::Open(clinic) => Ok(self.backups().list_of(&clinic.key_file)?),
            _ => Ok(self.backups().list()?),
        }
    }

    /// Looks what was made before of the file that is there, and removes what is half-made. What was known of another file is over.
    pub(super) fn look_for_backups(&self) {
        if let Err(error) = self.backups().sweep() {
            tracing::warn!(%error, "the folder of backups");
        }
        let file = self.inner.folder.file();
        let newest = match KeyFile::read_beside(&file).unwrap_or_default() {
            Some(key_file) => self.backups().newest_of(&key_file),
            None if file.exists() => self.backups().list().map(|all| all.into_iter().next()),
            None => Ok(None),
        };
        let at = newest.unwrap_or_default().map(|backup| backup.made_at);
        *locked(&self.inner.made) = Made { at, ..Made::default() };
        self.copy_again();
    }

    /// Makes a backup now.
    ///
    /// # Errors
    /// `sign_in_needed`; `disk_full`, `read_only`, `corrupt`.
    pub fn backup_now(&self) -> Result<Backup, Refusal> {
        self.ask(|_, _| Ok(()))?;
        self.make_backup()
    }

    /// Makes the board, the search and the figures anew from the records, which stay as they are.
    ///
    /// # Errors
    /// `forbidden`; `sign_in_needed`; `disk_full`, `read_only`, `corrupt`.
    pub fn make_derived_anew(&self) -> Result<(), Refusal> {
        let tables = self.ask(|store, actor| store.make_derived_anew(actor))?;
        self.tell_changed(&tables);
        Ok(())
    }

    /// What the desk does by itself, every few seconds: lock where nobody has touched it for long enough, and make a backup an
    /// hour after the last, if anything has changed since, and forget what it has kept for long enough.
    pub fn keep_house(&self) {
        self.lock_if_idle();
        if self.is_due(EVERY) {
            // What is wrong is kept for the screens.
            let _ = self.make_backup();
            // After the copy: it has what is forgotten.
            match self.with_clinic(|clinic| clinic.store.forget_old()) {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "what was kept long enough was forgotten"),
                Err(refusal) => tracing::warn!(code = ?refusal.code, "nothing was forgotten"),
            }
        }
    }

    fn is_due(&self, every: i64) -> bool {
        let Ok(standing) = self.with_clinic(|clinic| clinic.store.standing()) else { return false };
        let (made, now) = (locked(&self.inner.made), self.now().0);
        let is_new = made.standing != Some(standing);
        // A clock that was set back must not stop the backups.
        let is_past = |at: Option<Millis>, wait: i64| at.is_none_or(|at| now - at.0 >= wait || at.0 > now);
        is_new && is_past(made.at, every) && is_past(made.tried_at, AGAIN)
    }

    /// A backup before the file is put away, where the last one is not of the file as it is.
    pub(super) fn last_backup(&self) -> Result<(), Refusal> {
        let standing = self.with_clinic(|clinic| clinic.store.standing())?;
        if locked(&self.inner.made).standing != Some(standing) {
            self.make_backup()?;
        }
        Ok(())
    }

    pub(super) fn make_backup(&self) -> Result<Backup, Refusal> {
        let made = self.with_clinic(|clinic| {
            let _one = locked(&self.inner.backing_up);
            // Not held while the copy is made: every screen asks for it.
            locked(&self.inner.made).tried_at = Some(self.now());
            let standing = clinic.store.standing()?;
            let result = self.backups().make(&clinic.store, &clinic.key, &clinic.key_file);
            let result = result.map_err(|error| whose_damage(error, clinic));
            let mut made = locked(&self.inner.made);
            match result {
                Ok(backup) => {
                    *made = Made { at: Some(backup.made_at), standing: Some(standing), problem: None, ..Made::default() };
                    tracing::info!(size_kib = backup.size_kib, "a backup was made");
                    Ok(backup)
                }
                Err(error) => {
                    tracing::error!(%error, "no backup was made");
                    made.problem = Some(error.refusal());
                    Err(error)
                }
            }
        });
        self.tell(News::State);
        made
    }

    /// Puts a backup in the clinic's place; the present file, if there is one, is set aside.
    ///
    /// # Errors
    /// `forbidden` at work, for whoever does not manage the clinic; `sign_in_needed`; `under_way` while the file is built anew; `bad_backup`, `wrong_key`, `newer_file`, `key_missing`,
    /// `keychain_unavailable`, `file_unreadable`, `disk_full`, `read_only`. Nothing has changed then.
    pub fn restore_backup(&self, path: &Path) -> Result<AppState, Refusal> {
        if matches!(&*self.place(), Place::Open(_)) {
            self.ask(|_, actor| Ok(actor.require(Right::ManageClinic)?))?;
            self.send_what_waits();
        }
        let _one = self.not_rebuilding()?;
        let mut place = self.place_mut();
        self.take_lock()?;
        // The keychain may ask somebody: whoever closes the window meanwhile does not wait for the answer.
        self.inner.waiting.begin(WaitsFor::Keychain);
        let found = self.key_of_backup(path, &place);
        self.inner.waiting.end();
        let (key_file, key) = found?;
        let (file, now) = (self.inner.folder.file(), self.now());
        let had_none = matches!(&*place, Place::FirstRun);
        let mut kept = match &*place {
            Place::Open(clinic) if clinic.has_key(&key_file) => of_computer(&clinic.store)?,
            _ => Vec::new(),
        };
        // What was said of the file that was here is over.
        kept.push((RECOVERED, None));
        let at_work = match &*place {
            Place::Open(clinic) => Some(clinic.at_work(now)?),
            _ => None,
        };
        // Ends the use of the file; where the restore fails, it is opened again, and who was at work stays.
        *place = Place::FirstRun;
        let restored = petrel_store::restore(path, key.as_ref(), &key_file, &file, "replaced", now);
        self.begin_another_file();
        *place = self.opened_again(at_work.filter(|_| restored.is_err()));
        if let (Place::Open(clinic), Ok(_)) = (&*place, &restored) {
            keep_of_computer(&clinic.store, kept);
        }
        drop(place);
        self.tell_new_file();
        restored?;
        tracing::info!("a backup was restored");
        if had_none && let Err(refusal) = self.discard_begun(&mut locked(&self.inner.joining)) {
            tracing::warn!(code = ?refusal.code, "what was begun of another clinic stays where it is");
        }
        self.app_state()
    }

    /// What was written here and not sent yet would stay in the file that is put aside. Where the hub is not there just now, it does.
    fn send_what_waits(&self) {
        let sending = match &*self.place() {
            Place::Open(clinic) if clinic.sync_state().is_online => clinic.line().map(|line| (clinic.store.clone(), line.hub())),
            _ => return,
        };
        if let Err(refusal) = sending.and_then(|(store, hub)| send(&store, &hub)) {
            tracing::warn!(code = ?refusal.code, "what was not sent stays in the file that is put aside");
        }
    }

    /// The key of a backup: that of its own key file, else (a copy without one) the key of this desk. None where a passphrase will be asked for.
    fn key_of_backup(&self, path: &Path, place: &Place) -> Result<(KeyFile, Option<FileKey>), Refusal> {
        if !path.is_file() {
            return Err(Refusal::new(RefusalCode::FileUnreadable).with_detail(path.display()));
        }
        let beside = or_none(KeyFile::read_beside(path))?;
        let own = KeyFile::read_beside(&self.inner.folder.file()).unwrap_or_default();
        let is_same = |here: &KeyFile| beside.as_ref().is_none_or(|beside| here.key_id == beside.key_id);
        let here = own.into_iter().chain(self.key_files_of_backups()).find(is_same);
        // How the key is kept may have changed since the copy was made; or what the copy says of it is all that still holds.
        let here = here.map(|here| KeyFile { recovery: here.recovery.or_else(|| beside.as_ref()?.recovery.clone()), ..here });
        let mut found = Err(Refusal::new(RefusalCode::KeyMissing));
        for key_file in here.into_iter().chain(beside) {
            let key = match place {
                Place::Open(clinic) if clinic.has_key(&key_file) => Ok(Some(clinic.key.clone())),
                _ => or_recovery(self.keys().find(&key_file), &key_file),
            };
            found = key.map(|key| (key_file, key));
            if found.is_ok() {
                break;
            }
        }
        found
    }

    /// The key file of the newest backup that has one.
    pub(super) fn key_file_of_backups(&self) -> Option<KeyFile> {
        self.key_files_of_backups().next()
    }

    /// Those of all backups, the newest's first.
    pub(super) fn key_files_of_backups(&self) -> impl Iterator<Item = KeyFile> {
        let backups = self.backups().list().unwrap_or_default();
        backups.into_iter().filter_map(|backup| KeyFile::read_beside(Path::new(&backup.path)).ok().flatten())
    }

    /// Ends the desk's work: a last backup where something changed, the file closed, its lock given back. Long work under way is stopped: nobody sees it
    /// any more, and the file closes only once it has ended.
    pub fn close(&self) {
        self.cancel_work();
        if self.inner.waiting.now() == Some(WaitsFor::Keychain) {
            // The question for the keychain's password may stand for ever. Either nothing is open yet, or a backup is about to take the place of what is.
            return;
        }
        if self.is_due(0) {
            let _ = self.make_backup();
        }
        self.copy_last();
        // Connections close here, and what waits in the log is written into the file.
        *self.place_mut() = Place::FirstRun;
        if let Some(lock) = locked(&self.inner.lock).take()
            && let Err(error) = lock.close()
        {
            tracing::warn!(%error, "the lock could not be given back");
        }
    }

    /// The newest backup under the same key that can be put in the place of a damaged file. Answers its time and where the
    /// damaged file went; none where there is no such backup.
    ///
    /// # Errors
    /// `disk_full`, `read_only`, `disk_trouble`, `file_busy` where that, and no fault of theirs, is why none could take its place.
    pub(super) fn replace_damaged(&self, key: &FileKey, key_file: &KeyFile) -> Result<Option<Recovery>, Refusal> {
        let mut all = self.backups().list_of(key_file).unwrap_or_default();
        // One that is named after a time to come was made by a clock that was ahead, who knows when: it is the last to be taken.
        all.sort_by_key(|backup| backup.made_at > self.now());
        let mut stopped = None;
        for backup in all {
            let path = Path::new(&backup.path);
            match petrel_store::restore(path, Some(key), key_file, &self.inner.folder.file(), "damaged", self.now()) {
                Ok(Some(aside)) => {
                    let set_aside = aside.display().to_string();
                    return Ok(Some(Recovery { set_aside, backup_at: backup.made_at }));
                }
                Ok(None) => return Ok(None),
                Err(error) => {
                    tracing::warn!(%error, "a backup could not take the damaged file's place");
                    let refusal = error.refusal();
                    if matches!(
                        refusal.code,
                        RefusalCode::DiskFull | RefusalCode::ReadOnly | RefusalCode::DiskTrouble | RefusalCode::FileBusy
                    ) {
                        stopped.get_or_insert(refusal);
                    }
                }
            }
        }
        stopped.map_or(Ok(None), Err)
    }
}

/// What of the desk's settings is of this computer and of today, and none of a backup's to take back: where copies go to, and what nobody wants to be
/// reminded of.
fn of_computer(store: &Store) -> Result<Vec<(&'static str, Option<String>)>, StoreError> {
    [SECOND_FOLDER, IS_RECOVERY_DISMISSED].into_iter().map(|key| Ok((key, store.desk_setting(key)?))).collect()
}

fn keep_of_computer(store: &Store, kept: Vec<(&'static str, Option<String>)>) {
    for (key, value) in kept {
        if let Err(error) = store.set_desk_setting(key, value.as_deref()) {
            tracing::warn!(%error, key, "a setting of this computer is as it was in the backup");
        }
    }
}

/// What damage in a copy says of the clinic's file, which is looked over before it is taken away: a bad sector under the copy is none of the file's.
fn whose_damage(error: StoreError, clinic: &Clinic) -> StoreError {
    let refusal = error.refusal();
    if refusal.code != RefusalCode::Corrupt {
        return error;
    }
    match check_file(clinic.store.path(), &clinic.key, true) {
        Err(found) if found.refusal().code == RefusalCode::Corrupt => found,
        looked => {
            tracing::warn!(found = ?looked.err(), "a copy was damaged, the clinic's file is not");
            Refusal { code: RefusalCode::BadBackup, ..refusal }.into()
        }
    }
}

impl Clinic {
    /// Whether a key file names this clinic's key.
    pub(super) fn has_key(&self, key_file: &KeyFile) -> bool {
        self.key_file.key_id == key_file.key_id
    }
}

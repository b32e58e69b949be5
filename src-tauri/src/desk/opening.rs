//! Opening the clinic's file, and what there is to do where it does not open. Nothing is ever deleted.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread::JoinHandle;

use petrel_domain::checked::Checked;
use petrel_domain::desk::{AppState, KeyStore, NewClinic, WaitsFor};
use petrel_domain::{Millis, Refusal, RefusalCode, StaffId};
use petrel_store::{
    FileKey, FileLock, KeyFile, OpenOptions, Store, StoreError, check_file, clear_way, finish_restore, forget_hub_keys_aside, is_older,
    may_be_under_another_key, may_die, remove_file,
};

use super::locked_out::LockedOut;
use super::rekeying::or_recovery;
use super::state::RECOVERED;
use super::{Clinic, Desk, Place, locked};
use crate::events::News;

/// A file up to this size is looked over before work begins where there is reason to; a larger one while it goes on.
const LOOKED_OVER_AT_ONCE: u64 = 64 << 20;

/// How far the file is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// It is as this program left it.
    ClosedWell,
    /// There was a crash, or somebody else wrote to it.
    Unknown,
    /// Damage was found while it was in use.
    Damaged,
}

/// What a clinic's file is opened by once more, and for whom.
pub(super) struct AtWork {
    key: FileKey,
    pub(super) key_file: KeyFile,
    staff: Option<StaffId>,
}

impl Clinic {
    /// What is at hand while the clinic is at work.
    pub(super) fn at_work(&self, now: Millis) -> Result<AtWork, Refusal> {
        let staff = self.session.staff(&self.store, now)?.map(|staff| staff.id);
        Ok(AtWork { key: self.key.clone(), key_file: self.key_file.clone(), staff })
    }

    /// The same, as far as a damaged file tells it.
    pub(super) fn at_hand(&self, now: Millis) -> AtWork {
        let nobody = AtWork { key: self.key.clone(), key_file: self.key_file.clone(), staff: None };
        self.at_work(now).unwrap_or(nobody)
    }
}

impl Desk {
    /// Opens the file in the background. Returns once every question about the desk waits for the outcome, with the thread: a process that ends while it
    /// lets go of the file crashes, as SQLCipher takes its memory back then.
    pub fn open_in_background(&self) -> JoinHandle<()> {
        let (begun, has_begun) = mpsc::channel();
        let desk = self.clone();
        let thread = std::thread::spawn(move || {
            let mut place = desk.place_mut();
            // Before anybody asks: who did not know of it would wait for the outcome, however long.
            desk.inner.waiting.begin(WaitsFor::File);
            let _ = begun.send(());
            *place = desk.opened();
            drop(place);
            desk.make_demo_asked_for();
            desk.look_over();
        });
        // Where the thread died there is nothing to wait for.
        let _ = has_begun.recv();
        thread
    }

    /// Opens the file: at the start, and at "Try again".
    ///
    /// # Errors
    /// What the store says of the state; where the file does not open, the state says why.
    pub fn open(&self) -> Result<AppState, Refusal> {
        let mut place = self.place_mut();
        if !matches!(&*place, Place::Open(_)) {
            *place = self.opened();
        }
        drop(place);
        self.tell(News::State);
        self.app_state()
    }

    /// Where the file puts the program.
    pub(super) fn opened(&self) -> Place {
        self.opened_by(None)
    }

    /// The same, where a key is at hand: whoever was at work must not be asked for it.
    pub(super) fn opened_by(&self, at_hand: Option<(FileKey, KeyFile)>) -> Place {
        self.inner.waiting.begin(WaitsFor::File);
        // A fault in the program is said like any other trouble: a thread that died of it would leave the screen waiting for ever.
        let opened = catch_unwind(AssertUnwindSafe(|| self.try_open(at_hand)));
        let opened = opened.unwrap_or_else(|_| Err(Refusal::internal("the opening of the file panicked").into()));
        self.inner.waiting.end();
        opened.unwrap_or_else(|error| {
            let refusal = error.refusal();
            tracing::error!(code = ?refusal.code, detail = refusal.detail.as_deref(), "the clinic's file does not open");
            Place::Trouble(refusal)
        })
    }

    /// The same where somebody may have been at work.
    pub(super) fn opened_again(&self, at_work: Option<AtWork>) -> Place {
        at_work.map_or_else(|| self.opened(), |at_work| self.opened_for(at_work))
    }

    /// The same for whoever was at work: they stay signed in.
    pub(super) fn opened_for(&self, at_work: AtWork) -> Place {
        let place = self.opened_by(Some((at_work.key, at_work.key_file)));
        if let (Place::Open(clinic), Some(staff)) = (&place, at_work.staff) {
            clinic.session.begin(staff, self.now());
        }
        place
    }

    fn try_open(&self, at_hand: Option<(FileKey, KeyFile)>) -> Result<Place, StoreError> {
        let file = self.inner.folder.file();
        let trust = self.take_lock()?;
        finish_restore(&file)?;
        self.look_for_backups();
        if !file.exists() {
            self.forget_damage();
            // Where a clinic is made, what the keychain can do matters: the screen gets the answer that is found now.
            self.inner.waiting.begin(WaitsFor::Keychain);
            let _ = self.keys().is_keychain_ok();
            self.look_for_join();
            return Ok(Place::FirstRun);
        }
        let key_file = or_none(KeyFile::read_beside(&file))?.or_else(|| self.key_file_of_backups());
        let key_file = key_file.ok_or_else(|| Refusal::new(RefusalCode::KeyMissing))?;
        let key = match at_hand {
            Some((key, of)) if of.key_id == key_file.key_id => Some(key),
            _ => or_recovery(self.find_key(&key_file), &key_file)?,
        };
        match key {
            Some(key) => self.open_with(key, key_file, trust),
            None => Ok(Place::NeedsPassphrase(key_file)),
        }
    }

    fn find_key(&self, key_file: &KeyFile) -> Result<Option<FileKey>, Refusal> {
        if key_file.store() == KeyStore::Keychain {
            self.inner.waiting.begin(WaitsFor::Keychain);
        }
        let key = self.keys().find(key_file)?;
        self.inner.waiting.begin(WaitsFor::File);
        Ok(key)
    }

    /// Takes the file's lock, once. Answers how far the file is to be trusted.
    pub(super) fn take_lock(&self) -> Result<Trust, StoreError> {
        self.inner.folder.make()?;
        let mut lock = locked(&self.inner.lock);
        let lock = match &mut *lock {
            Some(lock) => lock,
            none => none.insert(FileLock::take(&self.inner.folder.file())?),
        };
        Ok(match () {
            () if lock.is_damaged() => Trust::Damaged,
            () if lock.was_closed_well() => Trust::ClosedWell,
            () => Trust::Unknown,
        })
    }

    /// Notes that damage was found in the file while it was in use: the next opening looks all of it over, also that of another start.
    pub(super) fn note_damage(&self) {
        if let Some(lock) = &mut *locked(&self.inner.lock)
            && let Err(error) = lock.note_damage()
        {
            tracing::warn!(%error, "that the file is damaged is known only until the program ends");
        }
    }

    /// Another file is in the place of the one that was here: damage in it has it looked over by itself, as it was with the one before.
    pub(super) fn begin_another_file(&self) {
        self.inner.is_looked_over.store(false, Ordering::SeqCst);
    }

    /// What was found is past: the file passed its check, or another one is in its place.
    fn forget_damage(&self) {
        if let Some(lock) = &mut *locked(&self.inner.lock)
            && let Err(error) = lock.forget_damage()
        {
            tracing::warn!(%error, "the next start looks the file over once more");
        }
    }

    /// Opens the file with its key; a damaged one is set aside and the newest backup that passes its check takes its place.
    fn open_with(&self, key: FileKey, key_file: KeyFile, trust: Trust) -> Result<Place, StoreError> {
        let error = match self.open_sound(&key, &key_file, trust) {
            Ok(store) => return self.at_work(store, key, key_file),
            Err(error) => error,
        };
        if !self.is_damage(&error, &key, &key_file) {
            return Err(error);
        }
        tracing::error!(%error, "the clinic's file is damaged");
        self.note_damage();
        let Some(recovery) = self.replace_damaged(&key, &key_file)? else {
            return Err(Refusal { code: RefusalCode::Corrupt, ..error.refusal() }.into());
        };
        tracing::warn!(backup_at = recovery.backup_at.0, "a backup took its place");
        self.forget_damage();
        self.begin_another_file();
        // It passed its check on the way.
        let store = self.open_sound(&key, &key_file, Trust::ClosedWell)?;
        // Told until somebody who manages the clinic has seen it, however often the program starts until then.
        if let Err(error) = store.set_desk_setting(RECOVERED, Some(&serde_json::to_string(&recovery)?)) {
            tracing::warn!(%error, "nobody is told of it");
        }
        self.at_work(store, key, key_file)
    }

    /// The clinic at work, with its line to the hub where it has one.
    fn at_work(&self, store: Store, key: FileKey, key_file: KeyFile) -> Result<Place, StoreError> {
        let locked_out = Arc::new(LockedOut::new(self.is_locked_out_of(&store)?));
        let mut clinic = Clinic { line: None, store, key, key_file, session: Arc::default(), locked_out };
        // Each by itself: a folder of copies that cannot be written to is no reason to go on without a key file.
        for written in [self.write_lost_key_file(&clinic.key_file), self.write_key_file_of_copies(&clinic.key_file)] {
            if let Err(error) = written {
                tracing::warn!(%error, "some key files stay as they are");
            }
        }
        self.forget_keys_aside(&clinic)?;
        self.begin_line(&mut clinic);
        Ok(Place::Open(Box::new(clinic)))
    }

    /// From now on this file uses up what opens the hub's door: no other one of this device may come back with it.
    fn forget_keys_aside(&self, clinic: &Clinic) -> Result<(), StoreError> {
        let here = clinic.store.local_hub()?;
        let (Some(device), Some(_)) = (here.device_id, here.tokens) else { return Ok(()) };
        match forget_hub_keys_aside(clinic.store.path(), &clinic.key, &clinic.key_file, device) {
            Ok(0) => {}
            Ok(files) => tracing::info!(files, "what was set aside has no keys to the hub any more"),
            Err(error) => tracing::warn!(%error, "what was set aside may still hold keys to the hub"),
        }
        Ok(())
    }

    /// What opened the file is written beside it where it was found elsewhere: the next start must not depend on a backup.
    fn write_lost_key_file(&self, key_file: &KeyFile) -> Result<(), StoreError> {
        let file = self.inner.folder.file();
        if or_none(KeyFile::read_beside(&file))?.is_none() {
            key_file.write_beside(&file)?;
        }
        Ok(())
    }

    /// Opens the file where it is sound, as far as can be told at once.
    fn open_sound(&self, key: &FileKey, key_file: &KeyFile, trust: Trust) -> Result<Store, StoreError> {
        let file = self.inner.folder.file();
        let size = fs::metadata(&file)?.len();
        if size == 0 {
            // SQLite would take it for a new file, and the clinic would be gone without a word.
            return Err(Refusal::new(RefusalCode::Corrupt).with_detail("empty").into());
        }
        if trust == Trust::Damaged || (trust == Trust::Unknown && size <= LOOKED_OVER_AT_ONCE) {
            // What was found at work may be none of what the seals of the pages show.
            check_file(&file, key, trust == Trust::Damaged)?;
            self.forget_damage();
        }
        if is_older(&file, key)? {
            // What opening it will change for good is kept as it was, in a copy that was opened and checked.
            let backup = self.backups().make_of(&file, key, key_file, self.now())?;
            tracing::info!(size_kib = backup.size_kib, "a backup was made before the schema is brought up to date");
            self.look_for_backups();
        }
        let options = OpenOptions { clock: Arc::clone(&self.inner.clock), ..OpenOptions::new(&file, key.clone()) };
        let store = Store::open(&options)?;
        match store.clinic()? {
            Some(_) => Ok(store),
            None => Err(Refusal::new(RefusalCode::Corrupt).with_detail("no clinic").into()),
        }
    }

    /// Whether an error means that the file is damaged. SQLCipher cannot tell a wrong key from a damaged first page; the other pages, and a backup that the
    /// key opens, can. A file under another key (another clinic's, copied here) is nobody's to be set aside.
    fn is_damage(&self, error: &StoreError, key: &FileKey, key_file: &KeyFile) -> bool {
        match error.refusal().code {
            RefusalCode::Corrupt => true,
            RefusalCode::WrongKey if may_be_under_another_key(&self.inner.folder.file(), key) => false,
            RefusalCode::WrongKey => self.backups().list().unwrap_or_default().iter().any(|backup| {
                let path = std::path::Path::new(&backup.path);
                let is_same = KeyFile::read_beside(path).ok().flatten().is_some_and(|other| other.key_id == key_file.key_id);
                is_same && check_file(path, key, false).is_ok()
            }),
            _ => false,
        }
    }

    /// Looks a large file over while work goes on, where it is not as this program left it.
    fn look_over(&self) {
        let file = self.inner.folder.file();
        let is_large = fs::metadata(&file).is_ok_and(|about| about.len() > LOOKED_OVER_AT_ONCE);
        if is_large && self.take_lock().is_ok_and(|trust| trust == Trust::Unknown) {
            // Damage puts the desk into trouble; "Try again" then brings the backup.
            let _ = self.with_clinic(|clinic| check_file(&file, &clinic.key, false));
        }
    }

    /// Opens a file whose key is under a passphrase, or, where the key is not where it is kept, by the recovery passphrase. The key is then kept here
    /// again.
    ///
    /// # Errors
    /// `wrong_key` on `passphrase`; what stands in the way of opening is in the state.
    pub fn unlock(&self, passphrase: &str) -> Result<AppState, Refusal> {
        let mut place = self.place_mut();
        if let Place::NeedsPassphrase(key_file) = &*place {
            let key_file = key_file.clone();
            let key = key_file.open(passphrase)?;
            let opened = self.take_lock().and_then(|trust| self.open_with(key, key_file, trust));
            *place = opened.unwrap_or_else(|error| Place::Trouble(error.refusal()));
            if let Place::Open(clinic) = &mut *place {
                self.keep_again(clinic);
            }
        }
        drop(place);
        self.tell(News::State);
        self.app_state()
    }

    /// Makes a new clinic, whose owner is then signed in.
    ///
    /// # Errors
    /// What [`NewClinic`] refuses, naming the field; `keychain_unavailable`; `duplicate` where there is a clinic already.
    pub fn create_clinic(&self, input: NewClinic) -> Result<AppState, Refusal> {
        let input = input.checked(())?;
        let (key_store, passphrase) = (input.key_store, input.passphrase.clone());
        self.make(key_store, passphrase.as_deref(), |store| Ok(Some(store.create_clinic(input)?.value)))
    }

    /// Makes the file of a new clinic under another name; it gets its own once everything is in it.
    pub(super) fn make(
        &self,
        key_store: KeyStore,
        passphrase: Option<&str>,
        fill: impl FnOnce(&Store) -> Result<Option<StaffId>, StoreError>,
    ) -> Result<AppState, Refusal> {
        self.refuse_clinic()?;
        // The hub is told of it, so nobody may wait for this.
        self.discard_begun(&mut locked(&self.inner.joining))?;
        let mut place = self.place_mut();
        self.refuse_file(&place)?;
        let (key, owner) = self.fill_new(fill, &self.inner.folder.new_file())?;
        may_die("new-filled");
        let kept = self.keys().keep(&key, key_store, passphrase)?;
        may_die("new-key-kept");
        self.settle(&mut place, key, kept, owner)?;
        drop(place);
        self.tell(News::State);
        self.app_state()
    }

    /// Refuses to put a new file where one is, whatever the program knows of it.
    fn refuse_file(&self, place: &Place) -> Result<(), Refusal> {
        let is_free = matches!(place, Place::FirstRun) && !self.inner.folder.file().exists();
        if is_free { Ok(()) } else { Err(Refusal::on(RefusalCode::Duplicate, "clinic")) }
    }

    /// A new file that is full gets its name, and is opened. From its name on it is the clinic's: where it does not open, the state says why.
    fn settle(&self, place: &mut Place, key: FileKey, kept: KeyFile, signed_in: Option<StaffId>) -> Result<(), Refusal> {
        let (new, file) = (self.inner.folder.new_file(), self.inner.folder.file());
        kept.write_beside(&file)?;
        may_die("new-key-file");
        clear_way(&file)?;
        fs::rename(&new, &file).map_err(StoreError::from)?;
        may_die("new-named");
        *locked(&self.inner.unfinished_join) = None;
        self.look_for_backups();
        // The key of a join that lay beside it is the same, and opens the clinic either way.
        let opened = KeyFile::remove_beside(&new).and_then(|()| self.open_with(key, kept, Trust::ClosedWell));
        *place = opened.unwrap_or_else(|error| {
            let refusal = error.refusal();
            tracing::error!(code = ?refusal.code, detail = refusal.detail.as_deref(), "the new clinic's file does not open");
            Place::Trouble(refusal)
        });
        if let (Place::Open(clinic), Some(staff)) = (&*place, signed_in) {
            clinic.session.begin(staff, self.now());
        }
        Ok(())
    }

    /// The same, where no clinic was opened meanwhile.
    pub(super) fn settle_new(&self, key: FileKey, kept: KeyFile) -> Result<AppState, Refusal> {
        let mut place = self.place_mut();
        self.refuse_file(&place)?;
        self.settle(&mut place, key, kept, None)?;
        drop(place);
        self.tell(News::State);
        self.app_state()
    }

    /// Removes what is left of a file that was never finished, and its key. A key file without its file was left by a crash after the file got
    /// its name: that key opens the clinic, and stays. Whoever makes a new file calls this before, so a file and a key that lie there are of one join.
    pub(super) fn remove_new(&self) -> Result<(), StoreError> {
        let new = self.inner.folder.new_file();
        let is_unfinished = new.exists();
        remove_file(&new)?;
        if is_unfinished && let Ok(Some(key_file)) = KeyFile::read_beside(&new) {
            self.keys().forget(&key_file);
        }
        KeyFile::remove_beside(&new)?;
        *locked(&self.inner.unfinished_join) = None;
        Ok(())
    }

    fn fill_new(
        &self,
        fill: impl FnOnce(&Store) -> Result<Option<StaffId>, StoreError>,
        new: &std::path::Path,
    ) -> Result<(FileKey, Option<StaffId>), Refusal> {
        let key = FileKey::random()?;
        let options = OpenOptions { clock: Arc::clone(&self.inner.clock), ..OpenOptions::new(new, key.clone()) };
        let store = Store::open(&options)?;
        let owner = fill(&store)?;
        drop(store);
        Ok((key, owner))
    }
}

/// A key file that was read. One that is damaged is none: the same may lie elsewhere.
pub(super) fn or_none(read: Result<Option<KeyFile>, StoreError>) -> Result<Option<KeyFile>, StoreError> {
    match read {
        Err(error) if error.refusal().code == RefusalCode::KeyMissing => {
            tracing::error!(%error, "a key file is damaged");
            Ok(None)
        }
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use petrel_domain::SystemClock;
    use petrel_domain::desk::{ClinicKind, Phase};

    use super::*;
    use crate::folder::Folder;
    use crate::keys::Keys;

    fn desk_at(folder: &std::path::Path) -> Desk {
        let keys = Keys::new("app.petrel.test", folder.join("keys"));
        let desk = Desk::new(Folder::at(folder), keys, Arc::new(SystemClock), |_| {});
        assert_eq!(desk.open().unwrap().phase, Phase::FirstRun);
        desk
    }

    fn oak_vets() -> NewClinic {
        NewClinic {
            name: "Oak Vets".into(),
            timezone: "Europe/Madrid".into(),
            locale: "en-GB".into(),
            currency: "EUR".into(),
            kind: ClinicKind::Vet,
            owner_first_name: "Ana".into(),
            owner_last_name: "Ruiz".into(),
            owner_email: None,
            owner_pin: None,
            key_store: KeyStore::File,
            passphrase: None,
        }
    }

    #[test]
    fn a_new_file_that_does_not_open_is_trouble_and_the_next_try_does_not_replace_it() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_at(folder.path());
        // Without a clinic in it, it does not.
        let state = desk.make(KeyStore::File, None, |_| Ok(None)).unwrap();
        assert!(matches!(state.phase, Phase::Trouble { refusal } if refusal.code == RefusalCode::Corrupt));
        let file = desk.inner.folder.file();
        let before = fs::read(&file).unwrap();
        assert_eq!(desk.create_clinic(oak_vets()).unwrap_err().code, RefusalCode::Duplicate);
        assert_eq!(fs::read(&file).unwrap(), before);
        assert_eq!(desk.set_aside_file().unwrap().phase, Phase::FirstRun);
        assert_eq!(desk.create_clinic(oak_vets()).unwrap().phase, Phase::Ready);
        desk.close();
    }

    #[test]
    fn a_file_that_the_program_does_not_know_of_is_replaced_by_no_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_at(folder.path());
        let file = desk.inner.folder.file();
        fs::write(&file, "somebody put it here").unwrap();
        assert_eq!(desk.create_clinic(oak_vets()).unwrap_err().code, RefusalCode::Duplicate);
        assert_eq!(fs::read(&file).unwrap(), b"somebody put it here");
        desk.close();
    }
}

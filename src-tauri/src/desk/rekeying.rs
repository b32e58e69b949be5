//! How the key of the clinic's file is kept: elsewhere, under another passphrase, and once more under a recovery passphrase. The key itself never
//! changes, so whatever opened before opens still.

use petrel_domain::checked::check_passphrase;
use petrel_domain::desk::{AppState, KeyStore};
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode, Role};
use petrel_store::{FileKey, KeyFile, StoreError, WrappedKey, may_die, set_aside_folder};

use super::{Clinic, Desk, Place, locked};
use crate::events::News;

impl Desk {
    /// Sets the recovery passphrase, or another one: with it the clinic's file and all its backups open on any computer. It is for an owner to
    /// say, because whoever knows it sets an owner's PIN.
    ///
    /// # Errors
    /// `too_short` or `too_long` on `passphrase`; `forbidden`; `sign_in_needed`; `disk_full`, `read_only`. What was set before holds then.
    pub fn set_recovery_passphrase(&self, passphrase: &str) -> Result<AppState, Refusal> {
        check_passphrase(KeyStore::Passphrase, Some(passphrase))?;
        let _one = locked(&self.inner.rekeying);
        let (key, before) = self.key_of_owner()?;
        let recovery = Some(WrappedKey::seal(&key, before.key_id, passphrase)?);
        self.rekey(&before, KeyFile { recovery, ..before.clone() })?;
        tracing::info!("the recovery passphrase was set");
        self.app_state()
    }

    /// Keeps the key of the clinic's file in another way, or under another passphrase. The new place has it, and gives it back, before the old one
    /// forgets it.
    ///
    /// # Errors
    /// `too_short` or `too_long` on `passphrase`; `forbidden`; `sign_in_needed`; `keychain_unavailable`, `disk_full`, `read_only`. It is kept as before then.
    pub fn keep_key(&self, store: KeyStore, passphrase: Option<&str>) -> Result<AppState, Refusal> {
        check_passphrase(store, passphrase)?;
        let _one = locked(&self.inner.rekeying);
        let (key, before) = self.key_of_owner()?;
        let kept = self.keys().keep_as(&key, before.key_id, store, passphrase)?;
        may_die("rekey-kept");
        let after = KeyFile { kept: kept.kept, ..before.clone() };
        let is_elsewhere = before.store() != store;
        if let Err(refusal) = self.rekey(&before, after.clone()) {
            if is_elsewhere && !self.is_named(&after) {
                self.keys().forget(&after);
            }
            return Err(refusal);
        }
        may_die("rekey-done");
        if is_elsewhere {
            self.keys().forget(&before);
        }
        tracing::info!(?store, "the key is kept in another way");
        self.app_state()
    }

    /// Whether some key file of the desk says, or may say, that a key is kept as this one does.
    fn is_named(&self, key_file: &KeyFile) -> bool {
        let names = |other: &KeyFile| other.key_id == key_file.key_id && other.store() == key_file.store();
        let file = KeyFile::read_beside(&self.inner.folder.file());
        file.map_or(true, |own| own.is_some_and(|own| names(&own))) || self.key_files_of_backups().any(|of| names(&of))
    }

    /// The key at work, for an owner.
    fn key_of_owner(&self) -> Result<(FileKey, KeyFile), Refusal> {
        self.ask(|_, actor| {
            actor.require(Right::ManageClinic)?;
            match actor.role() {
                None | Some(Role::Owner) => Ok(()),
                Some(_) => Err(Refusal::new(RefusalCode::Forbidden).with_detail("owner").into()),
            }
        })?;
        self.with_clinic(|clinic| Ok((clinic.key.clone(), clinic.key_file.clone())))
    }

    /// Writes another key file beside the clinic's file and everything else under its key.
    fn rekey(&self, before: &KeyFile, after: KeyFile) -> Result<(), Refusal> {
        let mut place = self.place_mut();
        let Place::Open(clinic) = &mut *place else { return Err(Refusal::new(RefusalCode::Cancelled)) };
        // Another file by now, or somebody was faster.
        if clinic.key_file != *before {
            return Err(Refusal::new(RefusalCode::ChangedSince));
        }
        if let Err(error) = self.write_key_file(&after) {
            if let Err(error) = self.write_key_file(before) {
                tracing::warn!(%error, "some key files stay as they were not meant to be; either way they open what they lie beside");
            }
            return Err(error.refusal());
        }
        clinic.key_file = after;
        drop(place);
        self.copy_again();
        self.tell(News::State);
        Ok(())
    }

    /// The clinic's own last: as long as it says what it said before, nothing has changed.
    fn write_key_file(&self, key_file: &KeyFile) -> Result<(), StoreError> {
        self.write_key_file_of_copies(key_file)?;
        may_die("rekey-copies");
        key_file.write_beside(&self.inner.folder.file())
    }

    /// Backups, and what was set aside, say the same as the clinic's file.
    pub(super) fn write_key_file_of_copies(&self, key_file: &KeyFile) -> Result<(), StoreError> {
        key_file.write_over_same(self.backups().folder())?;
        key_file.write_over_same(&set_aside_folder(&self.inner.folder.file()))
    }

    /// After the recovery passphrase opened the file because its key was not where it is kept (another computer, a keychain that was lost), keeps it
    /// here again, so that the next start asks for nothing. Where that does not work, the next start asks again.
    pub(super) fn keep_again(&self, clinic: &mut Clinic) {
        let before = &clinic.key_file;
        let store = match before.store() {
            KeyStore::Passphrase => return,
            _ if self.keys().is_keychain_ok() => KeyStore::Keychain,
            KeyStore::Keychain => return,
            KeyStore::File => KeyStore::File,
        };
        let kept = self.keys().keep_as(&clinic.key, before.key_id, store, None);
        let kept = kept.map(|kept| KeyFile { kept: kept.kept, ..before.clone() });
        match kept.and_then(|kept| Ok(self.write_key_file(&kept).map(|()| kept)?)) {
            Ok(kept) => clinic.key_file = kept,
            Err(refusal) => tracing::warn!(code = ?refusal.code, "the key is not kept on this computer"),
        }
    }
}

/// A key that was looked for; none where a passphrase has to be typed: also the recovery passphrase, where the key is not where it is kept, or cannot be
/// got from there.
pub(super) fn or_recovery(found: Result<Option<FileKey>, Refusal>, key_file: &KeyFile) -> Result<Option<FileKey>, Refusal> {
    match found {
        Err(refusal)
            if key_file.recovery.is_some() && matches!(refusal.code, RefusalCode::KeyMissing | RefusalCode::KeychainUnavailable) =>
        {
            tracing::warn!(code = ?refusal.code, detail = refusal.detail.as_deref(), "the recovery passphrase is asked for");
            Ok(None)
        }
        found => found,
    }
}

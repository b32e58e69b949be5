//! Where keys are kept: the system's keychain, a passphrase, or a file that only this user may read.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store as Keychain;
use keyring_core::{CredentialStore, Entry};
use petrel_domain::desk::KeyStore;
use petrel_domain::{Refusal, RefusalCode};
use petrel_store::{FileKey, Kept, KeyFile, WrappedKey, write_private};
use uuid::Uuid;
#[cfg(windows)]
use windows_native_keyring_store::Store as Keychain;
#[cfg(target_os = "linux")]
use zbus_secret_service_keyring_store::Store as Keychain;
use zeroize::Zeroizing;

/// How long the keychain may take for its self-test; one that asks the person something is not waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the keychain may take to give a key: as long as somebody needs who types its password, and no longer than nobody is there who could.
const ANSWER: Duration = Duration::from_secs(90);

/// This desk's keys.
#[derive(Debug)]
pub struct Keys {
    service: String,
    folder: PathBuf,
    keychain: SelfTest,
}

impl Keys {
    /// Keys under the name of a service in the keychain, and, where they are kept in files, in a folder.
    pub fn new(service: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        Self { service: service.into(), folder: folder.into(), keychain: SelfTest::default() }
    }

    /// Whether the keychain can be used: something was written to it, read back and deleted. Asked until it can.
    pub fn is_keychain_ok(&self) -> bool {
        self.test_keychain().is_ok()
    }

    /// The same, with what is wrong.
    ///
    /// # Errors
    /// `keychain_unavailable`, saying why.
    pub fn test_keychain(&self) -> Result<(), Refusal> {
        let service = self.service.clone();
        let tested = self.keychain.run(PATIENCE, move || self_test(&service));
        tested.map_err(|why| Refusal::new(RefusalCode::KeychainUnavailable).with_detail(why))
    }

    /// Keeps a new key.
    ///
    /// # Errors
    /// `keychain_unavailable`; `required` on `passphrase`; `read_only`, `disk_full`.
    pub fn keep(&self, key: &FileKey, store: KeyStore, passphrase: Option<&str>) -> Result<KeyFile, Refusal> {
        self.keep_as(key, Uuid::now_v7(), store, passphrase)
    }

    /// Keeps a key under a name: a new one, or the one it has already, for another way to keep it.
    ///
    /// # Errors
    /// As [`Keys::keep`].
    pub fn keep_as(&self, key: &FileKey, key_id: Uuid, store: KeyStore, passphrase: Option<&str>) -> Result<KeyFile, Refusal> {
        let kept = match store {
            KeyStore::Keychain => {
                self.test_keychain()?;
                self.entry(key_id)?.set_secret(key.bytes()).map_err(of_keychain)?;
                Kept::Keychain
            }
            KeyStore::Passphrase => {
                let passphrase = passphrase.ok_or_else(|| Refusal::required("passphrase"))?;
                Kept::Passphrase { wrapped: WrappedKey::seal(key, key_id, passphrase)? }
            }
            KeyStore::File => {
                fs::create_dir_all(&self.folder).map_err(petrel_store::StoreError::from)?;
                write_private(&self.folder.join(key_id.to_string()), key.bytes())?;
                Kept::File
            }
        };
        let key_file = KeyFile::new(key_id, kept);
        // A key that cannot be read back must not lock a clinic away.
        let read = match passphrase.filter(|_| store == KeyStore::Passphrase) {
            Some(passphrase) => Some(key_file.open(passphrase)?),
            None => self.find(&key_file)?,
        };
        match read {
            Some(read) if read == *key => Ok(key_file),
            _ => Err(Refusal::new(RefusalCode::KeychainUnavailable).with_detail("it gave back something else")),
        }
    }

    /// Forgets a key whose file is gone. One that cannot be forgotten opens nothing any more.
    pub fn forget(&self, key_file: &KeyFile) {
        let forgotten = match key_file.kept {
            Kept::Passphrase { .. } => Ok(()),
            Kept::Keychain => self.entry(key_file.key_id).and_then(|entry| entry.delete_credential().map_err(of_keychain)),
            Kept::File => {
                let removed = fs::remove_file(self.folder.join(key_file.key_id.to_string()));
                removed.map_err(|error| petrel_store::StoreError::from(error).refusal())
            }
        };
        if let Err(refusal) = forgotten {
            tracing::warn!(code = ?refusal.code, "a key that is of no use any more stays where it is");
        }
    }

    /// A key by its key file; none where a passphrase has to be typed.
    ///
    /// # Errors
    /// `keychain_unavailable`, `key_missing`.
    pub fn find(&self, key_file: &KeyFile) -> Result<Option<FileKey>, Refusal> {
        let bytes = match key_file.kept {
            Kept::Passphrase { .. } => return Ok(None),
            Kept::Keychain => self.ask_keychain(key_file.key_id)?,
            Kept::File => fs::read(self.folder.join(key_file.key_id.to_string())).map_err(|error| missing(&error))?,
        };
        let bytes = Zeroizing::new(bytes);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| missing(&"not 32 bytes long"))?;
        Ok(Some(FileKey::from_bytes(bytes)))
    }

    /// What the keychain keeps under an id. One that does not answer, as its question stands where nobody sees it, keeps nobody from another way in.
    fn ask_keychain(&self, key_id: Uuid) -> Result<Vec<u8>, Refusal> {
        let (service, id) = (self.service.clone(), key_id.to_string());
        let (told, answer) = mpsc::channel();
        std::thread::spawn(move || told.send(entry(&service, &id).and_then(|entry| entry.get_secret())));
        match answer.recv_timeout(ANSWER) {
            Ok(secret) => secret.map_err(of_keychain),
            Err(_) => Err(Refusal::new(RefusalCode::KeychainUnavailable).with_detail("no answer")),
        }
    }

    /// A key that is under a passphrase.
    ///
    /// # Errors
    /// `wrong_key` on `passphrase`.
    pub fn unwrap(&self, key_file: &KeyFile, passphrase: &str) -> Result<FileKey, Refusal> {
        match &key_file.kept {
            Kept::Passphrase { .. } => Ok(key_file.open(passphrase)?),
            Kept::Keychain | Kept::File => self.find(key_file)?.ok_or_else(|| missing(&"")),
        }
    }

    fn entry(&self, key_id: Uuid) -> Result<Entry, Refusal> {
        entry(&self.service, &key_id.to_string()).map_err(of_keychain)
    }
}

/// A test whose success holds, and whose failure does not: the keychain may have been slow, or is unlocked by now.
#[derive(Debug, Default)]
struct SelfTest(Mutex<Tested>);

#[derive(Debug, Default)]
enum Tested {
    #[default]
    NotYet,
    /// Still awaited; nobody waits for it again, and there is no second one beside it.
    Asked(mpsc::Receiver<Result<(), String>>),
    Good,
}

impl SelfTest {
    fn run(&self, patience: Duration, test: impl FnOnce() -> Result<(), String> + Send + 'static) -> Result<(), String> {
        let mut tested = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, patience) = match std::mem::take(&mut *tested) {
            Tested::Good => {
                *tested = Tested::Good;
                return Ok(());
            }
            Tested::Asked(answer) => (answer, Duration::ZERO),
            Tested::NotYet => {
                let (told, answer) = mpsc::channel();
                std::thread::spawn(move || told.send(test()));
                (answer, patience)
            }
        };
        match answer.recv_timeout(patience) {
            Ok(Ok(())) => {
                *tested = Tested::Good;
                Ok(())
            }
            Ok(Err(why)) => Err(why),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                *tested = Tested::Asked(answer);
                Err("no answer".to_owned())
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err("it broke".to_owned()),
        }
    }
}

fn missing(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(RefusalCode::KeyMissing).with_detail(why)
}

/// An entry of the system's keychain, which is looked for anew as long as it was not there: it may be started after the program.
fn entry(service: &str, user: &str) -> keyring_core::Result<Entry> {
    // Held while it is asked: another thread may let go of it meanwhile.
    let store = match keyring_core::get_default_store() {
        Some(store) => store,
        None => {
            let store: Arc<CredentialStore> = Keychain::new()?;
            keyring_core::set_default_store(store.clone());
            store
        }
    };
    // Windows by itself lets a key travel with the account to other computers, where its file does not.
    let stays = HashMap::from([("persistence", "local")]);
    store.build(service, user, cfg!(windows).then_some(&stays))
}

fn of_keychain(error: keyring_core::Error) -> Refusal {
    match error {
        keyring_core::Error::NoEntry => Refusal::new(RefusalCode::KeyMissing),
        error => Refusal::new(RefusalCode::KeychainUnavailable).with_detail(broken(error)),
    }
}

/// What is wrong with the keychain. It is looked for anew the next time: one that was started again knows nothing of who spoke to it before.
fn broken(error: keyring_core::Error) -> String {
    keyring_core::unset_default_store();
    error.to_string()
}

fn self_test(service: &str) -> Result<(), String> {
    let probe = Uuid::now_v7();
    let entry = entry(service, &format!("self-test {probe}")).map_err(broken)?;
    entry.set_secret(probe.as_bytes()).map_err(broken)?;
    let read = entry.get_secret().map_err(broken);
    entry.delete_credential().map_err(broken)?;
    if read? == probe.as_bytes() { Ok(()) } else { Err("it gave back something else".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keychain_that_was_slow_once_or_refused_is_asked_again_and_one_that_works_is_not() {
        let tested = SelfTest::default();
        let (answers, awaited) = mpsc::channel();
        assert!(tested.run(PATIENCE, || Err("locked".to_owned())).is_err());
        assert!(tested.run(Duration::ZERO, move || awaited.recv().unwrap_or(Ok(()))).is_err(), "nobody has answered");
        answers.send(Ok(())).expect("it is awaited");
        let again = || tested.run(Duration::ZERO, || panic!("there is one under way"));
        assert!(std::iter::repeat_with(again).any(|tested| tested.is_ok()));
        assert!(tested.run(PATIENCE, || panic!("it works")).is_ok());
    }
}

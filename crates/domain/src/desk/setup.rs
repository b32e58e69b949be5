use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Millis, Refusal};

use super::{Clinic, Staff};

/// Where the program stands: decides which screen comes first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct AppState {
    /// The phase.
    pub phase: Phase,
    /// The program's version.
    pub version: String,
    /// The clinic, once its file is open.
    pub clinic: Option<Clinic>,
    /// Who is signed in.
    pub staff: Option<Staff>,
    /// Where the file lies, to be shown when something is wrong with it.
    pub file: String,
    /// How the file's key is kept.
    pub key_store: Option<KeyStore>,
    /// Whether the system's keychain passed its self-test.
    pub is_keychain_ok: bool,
    /// The last backup that was opened and checked.
    pub last_backup_at: Option<Millis>,
    /// Why the last backup did not work.
    pub backup_problem: Option<Refusal>,
    /// Minutes without a touch after which the desk locks; 0: never.
    pub auto_lock_minutes: u16,
    /// It is the demo clinic.
    pub is_demo: bool,
    /// The file's key has a recovery passphrase.
    pub has_recovery: bool,
    /// The file opens on no other computer, and nobody said that they know: whoever runs the clinic is reminded.
    pub lacks_recovery: bool,
    /// The second folder for backups, where there is one.
    pub second_folder: Option<SecondFolder>,
    /// A damaged file was set aside and the backup of this time took its place, and nobody who manages the clinic has said that they know.
    pub recovered: Option<Recovery>,
    /// On a desk without a clinic: it was let in at one and has not got all of it yet.
    pub unfinished_join: Option<UnfinishedJoin>,
}

/// A desk was let in at a clinic and the clinic's file broke off on the way. It goes on without another code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct UnfinishedJoin {
    /// The clinic; unknown while the file's key is under a passphrase.
    pub clinic_name: Option<String>,
    /// The passphrase must be typed to go on.
    pub needs_passphrase: bool,
}

/// Where copies of the backups go, besides beside the clinic's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SecondFolder {
    /// The folder.
    pub folder: String,
    /// When the newest backup was made that has a copy there.
    pub last_copy_at: Option<Millis>,
    /// Why there is no newer one; `file_unreadable` where the folder is away.
    pub problem: Option<Refusal>,
}

/// What happened to a damaged file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Recovery {
    /// Where the damaged file lies now.
    pub set_aside: String,
    /// When the backup was made that took its place.
    pub backup_at: Millis,
}

/// Where the program stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Phase {
    /// The file is being opened, and that takes longer than a person waits for without being told why.
    Opening {
        /// What it waits for.
        waits_for: WaitsFor,
    },
    /// No clinic yet.
    FirstRun,
    /// The file's key is wrapped by a passphrase, which must be typed.
    NeedsPassphrase,
    /// The file's key is not where it is kept (another computer, a keychain that was lost or does not answer); the recovery passphrase opens it, too.
    NeedsRecovery,
    /// The file cannot be opened.
    Trouble {
        /// Why.
        refusal: Refusal,
    },
    /// This desk was locked out of its clinic's hub: nothing is shown until it joins again or the file is set aside.
    Revoked,
    /// Nobody is signed in.
    SignedOut,
    /// At work.
    Ready,
}

/// What the opening of the clinic's file waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The system's keychain, which may be asking the person for its password.
    Keychain,
    /// The file: it is looked over, or brought up to date.
    File,
}

/// How the key of the clinic's file is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyStore {
    /// In the system's keychain.
    Keychain,
    /// Wrapped by a passphrase (argon2id).
    Passphrase,
    /// In a file that only this user may read; a notice says so.
    File,
}

/// A new clinic.
#[derive(Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NewClinic {
    /// Name, 1 to 200 characters.
    pub name: String,
    /// IANA zone.
    pub timezone: String,
    /// BCP 47 tag.
    pub locale: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What it mostly is: chooses the services to start with.
    pub kind: ClinicKind,
    /// The owner's first name.
    pub owner_first_name: String,
    /// The owner's last name.
    pub owner_last_name: String,
    /// The owner's e-mail.
    pub owner_email: Option<String>,
    /// The owner's PIN, 4 to 12 digits; empty: none.
    pub owner_pin: Option<String>,
    /// How to keep the file's key.
    pub key_store: KeyStore,
    /// The passphrase, 12 characters or more, where it wraps the key.
    pub passphrase: Option<String>,
}

impl fmt::Debug for NewClinic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the PIN nor the passphrase.
        f.debug_struct("NewClinic").field("kind", &self.kind).field("key_store", &self.key_store).finish_non_exhaustive()
    }
}

/// What a clinic mostly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ClinicKind {
    /// A vet clinic.
    Vet,
    /// A grooming salon.
    Grooming,
    /// Both.
    Both,
}

/// A backup that can be restored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Backup {
    /// Where it lies.
    pub path: String,
    /// When it was made.
    pub made_at: Millis,
    /// Bytes (fits a JavaScript number).
    pub size_kib: u32,
    /// Whether it was opened and checked after it was made.
    pub is_verified: bool,
}

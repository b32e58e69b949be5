//! The system's keychain as it really is. Runs where one is there (`cargo xtask test` starts one on a message bus of its own); says
//! loudly that it did not, elsewhere.
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "what was skipped is said loudly, and a child says what it found")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

use std::sync::Arc;

use petrel_domain::desk::{ClinicKind, KeyStore, NewClinic, Phase};
use petrel_domain::{RefusalCode, SystemClock};
use petrel_shell::desk::Desk;
use petrel_shell::folder::Folder;
use petrel_shell::keys::Keys;
use petrel_store::{FileKey, Kept, KeyFile};
use uuid::Uuid;

fn keychain() -> Option<(Keys, tempfile::TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new(format!("app.petrel.test.{}", std::process::id()), folder.path().join("keys"));
    match keys.test_keychain() {
        Ok(()) => Some((keys, folder)),
        Err(refusal) => {
            assert_eq!(refusal.code, RefusalCode::KeychainUnavailable);
            assert!(std::env::var_os("PETREL_NEEDS_KEYCHAIN").is_none(), "there has to be a keychain here: {refusal}");
            eprintln!("SKIPPED: there is no keychain here: {refusal}");
            None
        }
    }
}

#[test]
fn a_key_is_kept_in_the_keychain_and_found_again_by_its_name_alone() {
    let Some((keys, folder)) = keychain() else { return };
    let (one, other) = (FileKey::random().unwrap(), FileKey::random().unwrap());
    let first = keys.keep(&one, KeyStore::Keychain, None).unwrap();
    let second = keys.keep(&other, KeyStore::Keychain, None).unwrap();
    assert_eq!(first.kept, Kept::Keychain);
    let again = Keys::new(format!("app.petrel.test.{}", std::process::id()), folder.path());
    assert_eq!(again.find(&first).unwrap(), Some(one), "a second clinic's key does not take the first one's place");
    assert_eq!(again.find(&second).unwrap(), Some(other));
    assert!(!folder.path().join("keys").exists(), "nothing of it lies in a file");
}

#[test]
fn a_key_that_the_keychain_does_not_have_is_missing_not_wrong() {
    let Some((keys, _folder)) = keychain() else { return };
    let unknown = KeyFile::new(Uuid::from_u128(1), Kept::Keychain);
    assert_eq!(keys.find(&unknown).unwrap_err().code, RefusalCode::KeyMissing);
}

#[test]
fn without_a_keychain_a_file_or_a_passphrase_keeps_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::new("app.petrel.test", folder.path().join("keys"));
    let key = FileKey::random().unwrap();
    let kept = keys.keep(&key, KeyStore::File, None).unwrap();
    assert_eq!(keys.find(&kept).unwrap(), Some(key.clone()));
    let path = folder.path().join("keys").join(kept.key_id.to_string());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&path, "short").unwrap();
    assert_eq!(keys.find(&kept).unwrap_err().code, RefusalCode::KeyMissing);
    let wrapped = keys.keep(&key, KeyStore::Passphrase, Some("correct horse battery")).unwrap();
    assert_eq!(keys.find(&wrapped).unwrap(), None, "it has to be typed");
    assert_eq!(keys.unwrap(&wrapped, "correct horse battery").unwrap(), key);
    assert_eq!(keys.keep(&key, KeyStore::Passphrase, None).unwrap_err().field.as_deref(), Some("passphrase"));
}

#[test]
fn a_key_that_the_keychain_lost_is_there_again_after_the_recovery_passphrase_and_moves_out_and_in() {
    let Some((keys, folder)) = keychain() else { return };
    let start = || {
        let keys = Keys::new(format!("app.petrel.test.{}", std::process::id()), folder.path().join("keys"));
        Desk::new(Folder::at(folder.path()), keys, Arc::new(SystemClock), |_| {})
    };
    let key_file = || KeyFile::read_beside(&folder.path().join("clinic.petrel")).unwrap().unwrap();
    let desk = start();
    assert_eq!(desk.open().unwrap().phase, Phase::FirstRun);
    desk.create_clinic(new_clinic()).unwrap();
    desk.set_recovery_passphrase("nobody forgets Aunt Rosa").unwrap();
    desk.close();
    keys.forget(&key_file());
    let desk = start();
    assert_eq!(desk.open().unwrap().phase, Phase::NeedsRecovery);
    let state = desk.unlock("nobody forgets Aunt Rosa").unwrap();
    assert_eq!((state.phase, state.key_store), (Phase::SignedOut, Some(KeyStore::Keychain)));
    assert!(keys.find(&key_file()).unwrap().is_some());
    desk.sign_in(desk.sign_in_choices().unwrap()[0].id, None).unwrap();
    let kept_in_keychain = key_file();
    desk.keep_key(KeyStore::Passphrase, Some("correct horse battery")).unwrap();
    assert_eq!(keys.find(&kept_in_keychain).unwrap_err().code, RefusalCode::KeyMissing, "the old place has forgotten it");
    desk.keep_key(KeyStore::Keychain, None).unwrap();
    desk.close();
    assert_eq!(key_file(), kept_in_keychain);
    let desk = start();
    assert_eq!(desk.open().unwrap().phase, Phase::SignedOut);
    desk.close();
    keys.forget(&key_file());
}

fn new_clinic() -> NewClinic {
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
        key_store: KeyStore::Keychain,
        passphrase: None,
    }
}

/// Set for the child of the test below.
#[cfg(target_os = "linux")]
const CHILD: &str = "PETREL_TEST_KEYCHAIN_CHILD";

/// The message bus is not there when the program first asks, as where it is started before the desktop is.
#[cfg(target_os = "linux")]
#[test]
fn a_keychain_that_comes_after_the_program_is_found() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    if std::env::var_os(CHILD).is_some() {
        let keys = Keys::new(format!("app.petrel.test.{}", std::process::id()), "/nowhere");
        for _ in 0..2 {
            println!("\nfound: {}", keys.is_keychain_ok());
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
        return;
    }
    if keychain().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bus = folder.path().join("bus");
    let address = std::env::var("DBUS_SESSION_BUS_ADDRESS").unwrap();
    let real = address.split([',', ';']).find_map(|part| part.strip_prefix("unix:path=")).expect("the bus is a socket with a name");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_keychain_that_comes_after_the_program_is_found", "--nocapture"])
        .env(CHILD, "1")
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).filter(|line| line.starts_with("found:"));
    assert_eq!(said.next().as_deref(), Some("found: false"));
    std::os::unix::fs::symlink(real, &bus).unwrap();
    let mut answer = child.stdin.take().unwrap();
    answer.write_all(b"\n").unwrap();
    assert_eq!(said.next().as_deref(), Some("found: true"));
    answer.write_all(b"\n").unwrap();
    assert!(child.wait().unwrap().success());
}

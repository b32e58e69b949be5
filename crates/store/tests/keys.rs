//! Keys on disk: under a passphrase, beside their file, and never in the clear.

use petrel_domain::RefusalCode;
use petrel_domain::desk::KeyStore;
use petrel_store::{FileKey, Kept, KeyFile, WrappedKey};
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(7);
const PASSPHRASE: &str = "correct horse battery staple";

fn key() -> FileKey {
    FileKey::from_bytes([0xa5; 32])
}

fn wrong(wrapped: &WrappedKey, id: Uuid, passphrase: &str) -> bool {
    let refusal = wrapped.open(id, passphrase).unwrap_err().refusal();
    refusal.code == RefusalCode::WrongKey && refusal.field.as_deref() == Some("passphrase")
}

#[test]
fn a_passphrase_opens_what_it_sealed_and_nothing_else_does() {
    let wrapped = WrappedKey::seal(&key(), ID, PASSPHRASE).unwrap();
    assert_eq!(wrapped.open(ID, PASSPHRASE).unwrap(), key());
    assert!(wrong(&wrapped, ID, "correct horse battery stapl"));
    assert!(wrong(&wrapped, ID, ""));
    assert!(wrong(&wrapped, Uuid::from_u128(8), PASSPHRASE), "sealed for one key's name, it does not pass for another's");
}

#[test]
fn the_same_key_is_never_sealed_alike_twice() {
    assert_ne!(WrappedKey::seal(&key(), ID, PASSPHRASE).unwrap(), WrappedKey::seal(&key(), ID, PASSPHRASE).unwrap());
}

#[test]
fn whatever_is_altered_in_a_wrapped_key_it_does_not_open() {
    let wrapped = serde_json::to_value(WrappedKey::seal(&key(), ID, PASSPHRASE).unwrap()).unwrap();
    let altered = |field: &str, value: serde_json::Value| {
        let mut altered = wrapped.clone();
        altered[field] = value;
        serde_json::from_value::<WrappedKey>(altered).unwrap()
    };
    for field in ["salt", "nonce", "sealed"] {
        let mut digits = wrapped[field].as_str().unwrap().to_owned();
        digits.replace_range(..2, if digits.starts_with("00") { "01" } else { "00" });
        assert!(wrong(&altered(field, digits.into()), ID, PASSPHRASE), "{field}");
    }
    assert!(wrong(&altered("passes", 3.into()), ID, PASSPHRASE));
    assert!(wrong(&altered("memory_kib", u32::MAX.into()), ID, PASSPHRASE), "a forged cost does not take all memory there is");
    for cost in ["passes", "lanes"] {
        assert!(wrong(&altered(cost, u32::MAX.into()), ID, PASSPHRASE), "nor does it take for ever: {cost}");
    }
    assert!(wrong(&altered("sealed", "".into()), ID, PASSPHRASE));
}

#[test]
fn a_key_file_lies_beside_its_file_for_this_user_alone_and_holds_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.petrel");
    assert_eq!(KeyFile::read_beside(&file).unwrap(), None);
    let wrapped = WrappedKey::seal(&key(), ID, PASSPHRASE).unwrap();
    for (kept, store) in
        [(Kept::Passphrase { wrapped }, KeyStore::Passphrase), (Kept::Keychain, KeyStore::Keychain), (Kept::File, KeyStore::File)]
    {
        let key_file = KeyFile::new(ID, kept);
        key_file.write_beside(&file).unwrap();
        assert_eq!(KeyFile::read_beside(&file).unwrap().unwrap(), key_file);
        assert_eq!(key_file.store(), store);
        let path = KeyFile::path_beside(&file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&hex::encode([0xa5; 32])) && !text.contains(PASSPHRASE));
        assert!(!format!("{key_file:?} {:?}", key()).contains("a5a5"), "nor does a log line");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

#[test]
fn a_key_file_that_says_nothing_known_is_told_as_a_missing_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.petrel");
    for text in ["", "{}", "not json", r#"{"key_id":"x","kept":{"in":"keychain"}}"#] {
        std::fs::write(KeyFile::path_beside(&file), text).unwrap();
        assert_eq!(KeyFile::read_beside(&file).unwrap_err().refusal().code, RefusalCode::KeyMissing, "{text}");
    }
}

/// As the first versions of the program wrote it.
const OLD_KEY_FILE: &str = r#"{"key_id":"00000000-0000-0000-0000-000000000007","kept":{"in":"keychain"}}"#;

#[test]
fn a_key_file_of_before_there_were_recovery_passphrases_is_read_and_written_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clinic.petrel");
    std::fs::write(KeyFile::path_beside(&file), OLD_KEY_FILE).unwrap();
    let read = KeyFile::read_beside(&file).unwrap().unwrap();
    assert_eq!(read, KeyFile::new(ID, Kept::Keychain));
    assert!(!read.has_passphrase());
    assert_eq!(read.open(PASSPHRASE).unwrap_err().refusal().code, RefusalCode::WrongKey);
    assert_eq!(serde_json::to_string(&read).unwrap(), OLD_KEY_FILE);
}

#[test]
fn the_recovery_passphrase_opens_a_key_wherever_it_is_kept_beside_the_passphrase_it_is_kept_under() {
    let recovery = || Some(WrappedKey::seal(&key(), ID, "nobody forgets Aunt Rosa").unwrap());
    let wrapped = WrappedKey::seal(&key(), ID, PASSPHRASE).unwrap();
    for kept in [Kept::Keychain, Kept::File, Kept::Passphrase { wrapped }] {
        let key_file = KeyFile { recovery: recovery(), ..KeyFile::new(ID, kept) };
        let key_file: KeyFile = serde_json::from_str(&serde_json::to_string(&key_file).unwrap()).unwrap();
        assert_eq!(key_file.open("nobody forgets Aunt Rosa").unwrap(), key());
        assert_eq!(key_file.open(PASSPHRASE).is_ok(), key_file.store() == KeyStore::Passphrase);
        assert!(!format!("{key_file:?}").contains("Rosa"));
    }
}

#[test]
fn a_changed_key_file_is_written_beside_every_copy_under_its_key_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (own, other) = (KeyFile::new(ID, Kept::Keychain), KeyFile::new(Uuid::from_u128(8), Kept::Keychain));
    own.write_beside(&at("one.petrel")).unwrap();
    own.write_beside(&at("two.petrel")).unwrap();
    other.write_beside(&at("theirs.petrel")).unwrap();
    std::fs::write(at("ssh.key"), "none of ours").unwrap();
    let recovery = Some(WrappedKey::seal(&key(), ID, PASSPHRASE).unwrap());
    let changed = KeyFile { recovery, ..own.clone() };
    changed.write_over_same(folder.path()).unwrap();
    for (name, is) in [("one.petrel", &changed), ("two.petrel", &changed), ("theirs.petrel", &other)] {
        assert_eq!(KeyFile::read_beside(&at(name)).unwrap().as_ref(), Some(is), "{name}");
    }
    assert_eq!(std::fs::read_to_string(at("ssh.key")).unwrap(), "none of ours");
    // One that knows of no recovery passphrase takes none away.
    own.write_over_same(folder.path()).unwrap();
    assert_eq!(KeyFile::read_beside(&at("one.petrel")).unwrap(), Some(changed));
    own.write_over_same(&at("nowhere")).unwrap();
}

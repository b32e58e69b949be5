//! Keys on disk: under a passphrase, beside their file, and never in the clear.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

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
        let key_file = KeyFile { key_id: ID, kept };
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

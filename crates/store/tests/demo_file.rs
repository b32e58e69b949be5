//! The file that `cargo xtask demo` makes is put back by what puts back backups, and opened with its passphrase.

use std::path::Path;
use std::process::Command;

use petrel_domain::Millis;
use petrel_store::{Actor, FileKey, Kept, KeyFile, OpenOptions, Store, restore};

fn make(out: &Path) -> std::process::Output {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_petrel-demo"));
    demo.args(["--clients", "8", "--pets", "12", "--visits", "60", "--years", "1", "--passphrase", "open sesame", "--out"]).arg(out);
    demo.output().unwrap()
}

#[test]
fn a_demo_file_is_restored_like_a_backup_and_opens_with_its_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made/demo.petrel");
    // What a run left that was broken off is no clinic, and in nobody's way.
    std::fs::create_dir_all(made.parent().unwrap()).unwrap();
    std::fs::write(made.with_extension("petrel.part"), "half").unwrap();
    let told = make(&made);
    assert!(told.status.success(), "{told:?}");
    assert!(String::from_utf8_lossy(&told.stdout).contains("type the passphrase: open sesame"));
    let mut names: Vec<_> = std::fs::read_dir(made.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["demo.petrel", "demo.petrel.hex", "demo.petrel.key"]);
    assert!(!make(&made).status.success(), "it takes nothing's place");

    // As a desk does it: the key is not known until the passphrase is typed.
    let key_file = KeyFile::read_beside(&made).unwrap().unwrap();
    let clinic = folder.path().join("clinic.petrel");
    assert_eq!(restore(&made, None, &key_file, &clinic, "replaced", Millis(0)).unwrap(), None);
    let key_file = KeyFile::read_beside(&clinic).unwrap().unwrap();
    let Kept::Passphrase { wrapped } = &key_file.kept else { panic!("{key_file:?}") };
    assert!(wrapped.open(key_file.key_id, "open barley").is_err());
    let key = wrapped.open(key_file.key_id, "open sesame").unwrap();
    let store = Store::open(&OpenOptions::new(&clinic, key.clone())).unwrap();
    assert!(!store.staff(&Actor::program()).unwrap().is_empty());

    let digits = std::fs::read_to_string(made.with_extension("petrel.hex")).unwrap();
    let bytes: [u8; 32] = hex::decode(digits.trim()).unwrap().try_into().unwrap();
    assert_eq!(FileKey::from_bytes(bytes), key);
}

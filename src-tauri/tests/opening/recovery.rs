//! The recovery passphrase: what opens a clinic where its key is not, and what helps an owner who forgot the PIN.

use std::fs;
use std::path::{Path, PathBuf};

use petrel_domain::RefusalCode;
use petrel_domain::desk::{KeyStore, NewClinic, Phase};
use petrel_shell::desk::Desk;
use petrel_store::{Kept, KeyFile};

use super::{Computer, PASSPHRASE, hire, names, new_clinic, sign_in, trouble};

const RECOVERY: &str = "nobody forgets Aunt Rosa";

/// A clinic with a backup of before the recovery passphrase, and one of after it.
fn with_recovery(kept: KeyStore) -> (Computer, Desk) {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(kept)).unwrap();
    desk.backup_now().unwrap();
    assert!(desk.set_recovery_passphrase(RECOVERY).unwrap().has_recovery);
    computer.pass(120);
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    desk.backup_now().unwrap();
    (computer, desk)
}

/// The backups as they are carried to another computer.
fn carried(from: &Computer, to: &Computer) -> Vec<PathBuf> {
    let folder = to.path("stick");
    fs::create_dir(&folder).unwrap();
    let mut carried = Vec::new();
    for entry in fs::read_dir(from.path("backups")).unwrap() {
        let path = entry.unwrap().path();
        let copy = folder.join(path.file_name().unwrap());
        fs::copy(path, &copy).unwrap();
        carried.extend(copy.extension().is_some_and(|kind| kind == "petrel").then_some(copy));
    }
    carried.sort();
    carried
}

fn key_file(file: &Path) -> KeyFile {
    KeyFile::read_beside(file).unwrap().unwrap()
}

#[test]
fn every_backup_opens_on_another_computer_also_one_of_before_the_passphrase_was_set() {
    let (old, _desk) = with_recovery(KeyStore::File);
    for (n, there) in [&["Ana"][..], &["Ana", "Bo"]].into_iter().enumerate() {
        let new = Computer::new();
        let backup = carried(&old, &new).remove(n);
        let desk = new.start();
        assert_eq!(desk.restore_backup(&backup).unwrap().phase, Phase::NeedsRecovery);
        let refused = desk.unlock("nobody forgets Uncle Rosa").unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::WrongKey, Some("passphrase")));
        assert_eq!(desk.unlock(RECOVERY).unwrap().phase, Phase::SignedOut);
        sign_in(&desk);
        assert_eq!(names(&desk), there);
    }
}

#[test]
fn a_backup_is_restored_at_work_by_its_recovery_passphrase() {
    let (old, _desk) = with_recovery(KeyStore::File);
    let new = Computer::new();
    let desk = new.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    let backup = carried(&old, &new).remove(1);
    assert_eq!(desk.restore_backup(&backup).unwrap().phase, Phase::NeedsRecovery);
    assert!(desk.unlock(RECOVERY).unwrap().has_recovery);
    sign_in(&desk);
    assert_eq!(names(&desk), ["Ana", "Bo"]);
}

#[test]
fn a_key_that_was_lost_is_kept_again_after_the_recovery_passphrase() {
    let (computer, desk) = with_recovery(KeyStore::File);
    desk.close();
    drop(desk);
    fs::rename(computer.path("keys"), computer.path("keys.away")).unwrap();
    let desk = computer.start();
    assert_eq!(desk.app_state().unwrap().phase, Phase::NeedsRecovery);
    // It may come back by itself: a keychain that did not answer.
    fs::rename(computer.path("keys.away"), computer.path("keys")).unwrap();
    assert_eq!(desk.open().unwrap().phase, Phase::SignedOut);
    desk.close();
    drop(desk);
    fs::remove_dir_all(computer.path("keys")).unwrap();
    let desk = computer.start();
    assert_eq!(desk.unlock(RECOVERY).unwrap().phase, Phase::SignedOut);
    desk.close();
    drop(desk);
    assert_eq!(computer.start().app_state().unwrap().phase, Phase::SignedOut, "the next start asks for nothing");
}

#[test]
fn a_clinic_under_a_passphrase_opens_by_either_and_stays_as_it_is_kept() {
    let (computer, desk) = with_recovery(KeyStore::Passphrase);
    desk.close();
    drop(desk);
    for passphrase in [RECOVERY, PASSPHRASE] {
        let desk = computer.start();
        let state = desk.app_state().unwrap();
        assert!(state.has_recovery && state.phase == Phase::NeedsPassphrase);
        let state = desk.unlock(passphrase).unwrap();
        assert_eq!((state.phase, state.key_store), (Phase::SignedOut, Some(KeyStore::Passphrase)));
        desk.close();
    }
}

#[test]
fn another_recovery_passphrase_takes_the_place_of_the_first_everywhere() {
    let (computer, desk) = with_recovery(KeyStore::File);
    assert_eq!(desk.set_recovery_passphrase("short").unwrap_err().code, RefusalCode::TooShort);
    desk.set_recovery_passphrase("another one altogether").unwrap();
    let backups = desk.list_backups().unwrap();
    let files = backups.iter().map(|backup| PathBuf::from(&backup.path)).chain([computer.path("clinic.petrel")]);
    for file in files {
        assert!(key_file(&file).open("another one altogether").is_ok() && key_file(&file).open(RECOVERY).is_err(), "{file:?}");
    }
}

#[test]
fn where_not_every_key_file_can_be_written_the_passphrase_of_before_holds() {
    let (computer, desk) = with_recovery(KeyStore::File);
    let newest = PathBuf::from(&desk.list_backups().unwrap()[0].path);
    // What is written first is in the way of one of them.
    fs::create_dir(newest.with_extension("petrel.key.part")).unwrap();
    desk.set_recovery_passphrase("another one altogether").unwrap_err();
    for file in [computer.path("clinic.petrel"), newest.clone(), PathBuf::from(&desk.list_backups().unwrap()[1].path)] {
        assert!(key_file(&file).open(RECOVERY).is_ok(), "{file:?}");
    }
    fs::remove_dir(newest.with_extension("petrel.key.part")).unwrap();
    desk.set_recovery_passphrase("another one altogether").unwrap();
}

#[test]
fn the_recovery_passphrase_is_the_owners_to_set_and_whoever_lacks_one_is_reminded_until_they_say_no() {
    let computer = Computer::new();
    let desk = computer.start();
    let made = desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    assert!(made.lacks_recovery && !made.has_recovery);
    hire(&desk, "Bo").unwrap();
    let bo = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Bo").unwrap();
    desk.sign_in(bo.id, None).unwrap();
    assert_eq!(desk.set_recovery_passphrase(RECOVERY).unwrap_err().code, RefusalCode::Forbidden);
    assert_eq!(desk.keep_key(KeyStore::Passphrase, Some(PASSPHRASE)).unwrap_err().code, RefusalCode::Forbidden);
    desk.lock().unwrap();
    assert_eq!(desk.set_recovery_passphrase(RECOVERY).unwrap_err().code, RefusalCode::SignInNeeded);
    desk.set_desk_setting("recovery_dismissed", "true").unwrap();
    assert!(!desk.app_state().unwrap().lacks_recovery);
}

#[test]
fn a_backup_from_a_stick_that_was_away_opens_as_the_clinic_does_now() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.backup_now().unwrap();
    let away = carried(&computer, &computer).remove(0);
    desk.set_recovery_passphrase(RECOVERY).unwrap();
    desk.keep_key(KeyStore::Passphrase, Some(PASSPHRASE)).unwrap();
    assert_eq!(key_file(&away).kept, Kept::File, "what it says is of no use any more");
    desk.leave_clinic().unwrap();
    assert_eq!(desk.restore_backup(&away).unwrap().phase, Phase::NeedsPassphrase);
    assert!(desk.unlock(PASSPHRASE).unwrap().has_recovery);
}

#[test]
fn the_key_is_kept_in_another_way_under_the_same_name_and_the_old_place_forgets_it_last() {
    let (computer, desk) = with_recovery(KeyStore::File);
    let before = key_file(&computer.path("clinic.petrel"));
    let kept = computer.path("keys").join(before.key_id.to_string());
    assert!(kept.exists());
    let refused = desk.keep_key(KeyStore::Passphrase, Some("short")).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::TooShort, Some("passphrase")));
    // Where it cannot be written down, nothing is forgotten.
    let part = computer.path("clinic.petrel.key.part");
    fs::create_dir(&part).unwrap();
    desk.keep_key(KeyStore::Passphrase, Some(PASSPHRASE)).unwrap_err();
    assert!(kept.exists() && key_file(&computer.path("clinic.petrel")) == before);
    assert!(desk.list_backups().unwrap().iter().all(|backup| key_file(Path::new(&backup.path)) == before));
    fs::remove_dir(&part).unwrap();
    let state = desk.keep_key(KeyStore::Passphrase, Some(PASSPHRASE)).unwrap();
    assert_eq!((state.phase, state.key_store), (Phase::Ready, Some(KeyStore::Passphrase)));
    assert!(!kept.exists() && state.has_recovery);
    let after = key_file(&computer.path("clinic.petrel"));
    assert_eq!((after.key_id, after.recovery.as_ref()), (before.key_id, before.recovery.as_ref()));
    // Another passphrase; then back into a file.
    desk.keep_key(KeyStore::Passphrase, Some("a quite different one")).unwrap();
    desk.close();
    drop(desk);
    let desk = computer.start();
    assert_eq!(desk.unlock(PASSPHRASE).unwrap_err().code, RefusalCode::WrongKey);
    desk.unlock("a quite different one").unwrap();
    sign_in(&desk);
    desk.keep_key(KeyStore::File, None).unwrap();
    assert!(kept.exists());
    desk.close();
    drop(desk);
    assert_eq!(computer.start().app_state().unwrap().phase, Phase::SignedOut);
}

#[test]
fn without_a_recovery_passphrase_a_missing_key_is_trouble_as_ever() {
    let computer = Computer::with_clinic(KeyStore::File);
    fs::remove_dir_all(computer.path("keys")).unwrap();
    assert_eq!(trouble(&computer.start().app_state().unwrap()), RefusalCode::KeyMissing);
}

#[test]
fn an_owner_who_forgot_the_pin_gets_in_again_by_a_passphrase_of_the_file() {
    let with_pin = |kept| NewClinic { owner_pin: Some("4711".into()), ..new_clinic(kept) };
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(with_pin(KeyStore::File)).unwrap();
    let ana = desk.lock().map(|_| desk.sign_in_choices().unwrap().remove(0).id).unwrap();
    assert_eq!(desk.reset_pin(ana, RECOVERY, "8888").unwrap_err().code, RefusalCode::Forbidden, "there is none to know");
    desk.sign_in(ana, Some("4711")).unwrap();
    desk.set_recovery_passphrase(RECOVERY).unwrap();
    desk.lock().unwrap();
    for _ in 0..5 {
        let wrong = desk.reset_pin(ana, PASSPHRASE, "8888").unwrap_err();
        assert_eq!((wrong.code, wrong.field.as_deref()), (RefusalCode::WrongKey, Some("passphrase")));
    }
    let waits = desk.reset_pin(ana, RECOVERY, "8888").unwrap_err();
    assert!(waits.code == RefusalCode::TooManyTries && waits.until.is_some());
    computer.pass(1);
    assert_eq!(desk.reset_pin(ana, RECOVERY, "8888").unwrap().phase, Phase::SignedOut, "nobody is signed in by it");
    assert_eq!(desk.sign_in(ana, Some("4711")).unwrap_err().code, RefusalCode::WrongPin);
    assert_eq!(desk.sign_in(ana, Some("8888")).unwrap().phase, Phase::Ready);
    // The passphrase it is kept under does as well.
    desk.keep_key(KeyStore::Passphrase, Some(PASSPHRASE)).unwrap();
    desk.lock().unwrap();
    desk.reset_pin(ana, PASSPHRASE, "9999").unwrap();
    desk.sign_in(ana, Some("9999")).unwrap();
}

//! Damage that the seals of the pages do not show, and what must not come true after it was refused.

use std::fs;
use std::path::Path;

use petrel_domain::desk::{KeyStore, Phase};
use petrel_domain::{Clock, Refusal, RefusalCode};

use super::{Computer, files, hire, names, sign_in, trouble};

/// Damage that no page's seal shows.
fn break_reference(computer: &Computer) {
    let db = computer.database();
    db.pragma_update(None, "foreign_keys", false).unwrap();
    let sql = "INSERT INTO pets (id, client_id, name, created_at, updated_at) VALUES (randomblob(16), randomblob(16), 'Stray', 1, 1)";
    db.execute(sql, []).unwrap();
}

#[test]
fn a_broken_reference_that_a_backup_finds_is_damage_and_a_backup_takes_the_files_place() {
    let computer = Computer::with_clinic(KeyStore::File);
    break_reference(&computer);
    let desk = computer.start();
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut, "every page is as it was sealed");
    sign_in(&desk);
    assert_eq!(desk.backup_now().unwrap_err().code, RefusalCode::Corrupt);
    let state = desk.app_state().unwrap();
    assert_eq!(state.phase, Phase::Ready, "whoever sat here still does, and nobody had to ask for the backup");
    assert!(state.recovered.is_some());
    assert_eq!(names(&desk), ["Ana"]);
    // The next damage is seen to as the first was.
    computer.pass(1);
    break_reference(&computer);
    desk.backup_now().unwrap_err();
    assert_eq!(desk.app_state().unwrap().phase, Phase::Ready);
    assert_eq!(files(&computer.path("set-aside")).iter().filter(|name| name.ends_with("-damaged.petrel")).count(), 2);
    desk.close();
}

#[test]
fn that_a_backup_took_a_damaged_files_place_is_told_until_somebody_who_manages_the_clinic_knows() {
    let computer = Computer::with_clinic(KeyStore::File);
    computer.damage();
    let desk = computer.start();
    let told = desk.app_state().unwrap().recovered;
    assert!(told.is_some());
    desk.close();
    let desk = computer.start();
    assert_eq!(desk.app_state().unwrap().recovered, told, "the next start says so, too");
    assert_eq!(desk.dismiss_recovered().unwrap_err().code, RefusalCode::SignInNeeded);
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    let bo = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Bo").unwrap().id;
    desk.sign_in(bo, None).unwrap();
    assert_eq!(desk.dismiss_recovered().unwrap_err().code, RefusalCode::Forbidden);
    assert_eq!(desk.desk_setting("recovered").unwrap(), None, "it is no screen's to change");
    sign_in(&desk);
    assert_eq!(desk.dismiss_recovered().unwrap().recovered, None);
    desk.close();
    assert_eq!(computer.start().app_state().unwrap().recovered, None);
}

#[test]
fn damage_that_comes_again_and_that_no_check_finds_is_left_to_a_person() {
    let computer = Computer::with_clinic(KeyStore::File);
    let desk = computer.start();
    sign_in(&desk);
    let find = || desk.ask(|_, _| Err::<(), _>(Refusal::new(RefusalCode::Corrupt).into())).unwrap_err();
    find();
    assert_eq!(desk.app_state().unwrap().phase, Phase::Ready, "it is sound, as far as anybody can tell");
    find();
    assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::Corrupt);
    assert_eq!(desk.open().unwrap().phase, Phase::SignedOut);
    desk.close();
}

#[test]
fn damage_that_was_found_at_work_is_known_to_the_next_start() {
    let computer = Computer::with_clinic(KeyStore::File);
    break_reference(&computer);
    let backups = computer.path("elsewhere");
    fs::rename(computer.path("backups"), &backups).unwrap();
    let desk = computer.start();
    desk.keep_house();
    assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::Corrupt);
    desk.close();
    let desk = computer.start();
    assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::Corrupt, "nobody works on in it");
    // Also where the program does not come to its end.
    drop(desk);
    fs::remove_dir_all(computer.path("backups")).unwrap();
    fs::rename(&backups, computer.path("backups")).unwrap();
    let desk = computer.start();
    assert!(desk.app_state().unwrap().recovered.is_some());
    desk.close();
    let desk = computer.start();
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut);
    assert!(!fs::read_to_string(computer.path("clinic.petrel.lock")).unwrap().contains("damaged"), "it is past");
}

#[test]
fn a_damaged_file_that_no_backup_replaces_is_not_taken_for_a_good_one_at_the_next_start() {
    let computer = Computer::with_clinic(KeyStore::File);
    fs::remove_dir_all(computer.path("backups")).unwrap();
    computer.damage();
    for _ in 0..3 {
        let desk = computer.start();
        assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::Corrupt);
        desk.close();
    }
}

#[test]
fn a_restore_that_was_refused_does_not_come_true_when_the_file_is_set_aside_later() {
    let computer = Computer::with_clinic(KeyStore::File);
    let desk = computer.start();
    sign_in(&desk);
    let backup = desk.list_backups().unwrap().remove(0).path;
    fs::write(computer.path("set-aside"), "in the way").unwrap();
    desk.restore_backup(Path::new(&backup)).unwrap_err();
    assert!(!files(computer.folder.path()).iter().any(|name| name.contains(".restored")));
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    desk.close();
    fs::remove_file(computer.path("set-aside")).unwrap();
    fs::remove_dir_all(computer.path("backups")).unwrap();
    computer.damage();
    let desk = computer.start();
    assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::Corrupt);
    assert_eq!(desk.set_aside_file().unwrap().phase, Phase::FirstRun);
}

#[test]
fn a_backup_by_a_clock_that_was_ahead_is_the_last_to_take_a_damaged_files_place() {
    let computer = Computer::with_clinic(KeyStore::File);
    let back_up = |name: &str| {
        let desk = computer.start();
        sign_in(&desk);
        hire(&desk, name).unwrap();
        let backup = desk.backup_now().unwrap();
        desk.close();
        backup.made_at
    };
    let right = computer.clock.now();
    computer.pass(30 * 1440);
    let ahead = back_up("Bo");
    computer.clock.set(right.plus_minutes(10));
    let newest = back_up("Cy");
    assert!(ahead > newest);
    computer.damage();
    let desk = computer.start();
    assert_eq!(desk.app_state().unwrap().recovered.map(|told| told.backup_at), Some(newest));
    sign_in(&desk);
    assert_eq!(names(&desk), ["Ana", "Bo", "Cy"]);
    desk.close();
}

#[test]
fn another_clinics_file_is_not_taken_for_a_damaged_one() {
    let (computer, elsewhere) = (Computer::with_clinic(KeyStore::File), Computer::with_clinic(KeyStore::File));
    let file = computer.path("clinic.petrel");
    let foreign = fs::read(elsewhere.path("clinic.petrel")).unwrap();
    fs::write(&file, &foreign).unwrap();
    // Over the file that was here, with its key file; then without one, where backups have one.
    for _ in 0..2 {
        let desk = computer.start();
        assert_eq!(trouble(&desk.app_state().unwrap()), RefusalCode::WrongKey);
        desk.close();
        assert!(fs::read(&file).unwrap() == foreign, "it lies where it was put");
        petrel_store::KeyFile::remove_beside(&file).unwrap();
    }
}

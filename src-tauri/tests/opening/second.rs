//! The second folder for backups: a drive that comes and goes.

use std::fs;
use std::path::{Path, PathBuf};

use petrel_domain::RefusalCode;
use petrel_domain::desk::{KeyStore, Phase, SecondFolder};
use petrel_shell::desk::Desk;
use petrel_store::KeyFile;

use super::{Computer, files, hire, names, new_clinic, sign_in};

/// A desk at work with a drive.
fn with_drive() -> (Computer, Desk, tempfile::TempDir, PathBuf) {
    let (computer, drive) = (Computer::new(), tempfile::tempdir().unwrap());
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.set_second_folder(Some(drive.path())).unwrap();
    let folder = drive.path().canonicalize().unwrap().join("petrel-backups");
    (computer, desk, drive, folder)
}

fn second(desk: &Desk) -> SecondFolder {
    desk.app_state().unwrap().second_folder.unwrap()
}

#[test]
fn a_second_folder_gets_the_first_copy_at_once_and_each_backup_after_it() {
    let (computer, desk, _drive, folder) = with_drive();
    let first = desk.list_backups().unwrap()[0].made_at;
    let expected = SecondFolder { folder: folder.display().to_string(), last_copy_at: Some(first), problem: None };
    assert_eq!(second(&desk), expected);
    assert_eq!(files(&folder).len(), 2, "the copy and its key file");
    computer.pass(60);
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    desk.keep_house();
    desk.copy_backups();
    assert_eq!(files(&folder).len(), 4);
    computer.pass(60);
    sign_in(&desk);
    hire(&desk, "Cy").unwrap();
    desk.close();
    drop(desk);
    assert_eq!(files(&folder).len(), 6, "also the last one, of the end of the program");
    // The computer is gone; its key lies in the key file's words alone.
    let new = Computer::new();
    fs::create_dir_all(new.path("keys")).unwrap();
    let key = fs::read_dir(computer.path("keys")).unwrap().next().unwrap().unwrap();
    fs::copy(key.path(), new.path("keys").join(key.file_name())).unwrap();
    let newest = files(&folder).into_iter().rfind(|name| name.ends_with(".petrel")).unwrap();
    let desk = new.start();
    assert_eq!(desk.restore_backup(&folder.join(newest)).unwrap().phase, Phase::SignedOut);
    sign_in(&desk);
    assert_eq!(names(&desk), ["Ana", "Bo", "Cy"]);
}

#[test]
fn a_drive_that_is_away_stops_no_backup_is_told_and_is_caught_up_when_it_is_back() {
    let (computer, desk, drive, folder) = with_drive();
    let first = second(&desk).last_copy_at;
    fs::rename(&folder, drive.path().join("in-the-drawer")).unwrap();
    computer.pass(60);
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    desk.keep_house();
    computer.news.lock().unwrap().clear();
    desk.copy_backups();
    assert_eq!(*computer.news.lock().unwrap(), ["State"]);
    let state = desk.app_state().unwrap();
    assert!(state.backup_problem.is_none() && state.last_backup_at > first);
    let away = state.second_folder.unwrap();
    assert_eq!((away.last_copy_at, away.problem.unwrap().code), (first, RefusalCode::FileUnreadable));
    desk.copy_backups();
    assert_eq!(computer.news.lock().unwrap().len(), 1, "it is said once");
    desk.close();
    drop(desk);
    let desk = computer.start();
    desk.copy_backups();
    assert_eq!(second(&desk).last_copy_at, first, "also after a restart it is known when the last one was made");
    fs::rename(drive.path().join("in-the-drawer"), &folder).unwrap();
    desk.copy_backups();
    let back = second(&desk);
    assert!(back.problem.is_none() && back.last_copy_at == desk.app_state().unwrap().last_backup_at);
    assert_eq!(files(&folder).len(), 4);
}

#[test]
fn a_recovery_passphrase_reaches_the_copies_in_the_second_folder() {
    let (_computer, desk, drive, folder) = with_drive();
    fs::rename(&folder, drive.path().join("in-the-drawer")).unwrap();
    desk.set_recovery_passphrase("nobody forgets Aunt Rosa").unwrap();
    desk.copy_backups();
    fs::rename(drive.path().join("in-the-drawer"), &folder).unwrap();
    desk.copy_backups();
    let copy = files(&folder).into_iter().find(|name| name.ends_with(".petrel")).unwrap();
    assert!(KeyFile::read_beside(&folder.join(copy)).unwrap().unwrap().open("nobody forgets Aunt Rosa").is_ok());
}

#[test]
fn the_second_folder_is_elsewhere_is_for_managers_to_choose_and_can_be_let_go() {
    let (computer, desk, drive, folder) = with_drive();
    let refused = desk.set_second_folder(Some(computer.folder.path())).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::InUse, Some("folder")));
    assert_eq!(desk.set_second_folder(Some(Path::new("/nowhere/at/all"))).unwrap_err().code, RefusalCode::FileUnreadable);
    assert_eq!(desk.set_desk_setting("second_backups", "{}").unwrap_err().code, RefusalCode::Invalid);
    assert_eq!(second(&desk).folder, folder.display().to_string(), "what was chosen before holds");
    // Chosen once more by its own name, it is the same.
    desk.set_second_folder(Some(&folder)).unwrap();
    assert_eq!(files(drive.path()), ["petrel-backups"]);
    assert!(second(&desk).last_copy_at.is_some());
    hire(&desk, "Bo").unwrap();
    let bo = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Bo").unwrap();
    desk.sign_in(bo.id, None).unwrap();
    assert_eq!(desk.set_second_folder(None).unwrap_err().code, RefusalCode::Forbidden);
    let ana = desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == "Ana").unwrap();
    desk.sign_in(ana.id, None).unwrap();
    assert_eq!(desk.set_second_folder(None).unwrap().second_folder, None);
    assert_eq!(files(&folder).len(), 2, "what was copied stays");
}

#[test]
fn the_last_backup_of_a_clinic_that_is_left_reaches_the_drive() {
    let (computer, desk, _drive, folder) = with_drive();
    computer.pass(60);
    sign_in(&desk);
    hire(&desk, "Bo").unwrap();
    assert_eq!(desk.leave_clinic().unwrap().phase, Phase::FirstRun);
    assert_eq!(files(&folder).len(), 4);
}

#[test]
fn a_backup_that_is_put_back_takes_the_second_folder_from_nobody() {
    let (computer, drive) = (Computer::new(), tempfile::tempdir().unwrap());
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    let before = desk.backup_now().unwrap();
    desk.set_second_folder(Some(drive.path())).unwrap();
    desk.set_desk_setting("recovery_dismissed", "true").unwrap();
    let there = second(&desk);
    desk.restore_backup(Path::new(&before.path)).unwrap();
    sign_in(&desk);
    assert_eq!(second(&desk), there);
    assert!(!desk.app_state().unwrap().lacks_recovery);
}

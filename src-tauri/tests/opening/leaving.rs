//! One clinic is left for another, and comes back.

use std::fs;
use std::path::Path;

use petrel_domain::desk::{KeyStore, Phase};
use petrel_domain::{RefusalCode, StaffId};
use petrel_shell::desk::Desk;
use petrel_store::DemoPlan;

use super::{Computer, files, hire, names, new_clinic, sign_in};

fn someone(desk: &Desk, name: &str) -> StaffId {
    desk.sign_in_choices().unwrap().into_iter().find(|choice| choice.first_name == name).unwrap().id
}

#[test]
fn a_demo_clinic_is_left_for_a_real_one_which_begins_without_anything_of_it() {
    let computer = Computer::new();
    let desk = computer.start();
    let plan = DemoPlan { clients: 20, years: 1, ..DemoPlan::default() };
    let state = desk.create_demo_clinic(plan).unwrap();
    assert!(state.is_demo && state.phase == Phase::Ready);
    desk.backup_now().unwrap();
    assert_eq!(desk.leave_clinic().unwrap().phase, Phase::FirstRun);
    let state = desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    assert!(!state.is_demo);
    assert_eq!(state.last_backup_at, None, "the demo clinic's backup is none of this one's");
    desk.keep_house();
    assert!(desk.app_state().unwrap().last_backup_at.is_some(), "the first is not an hour away");
}

#[test]
fn a_clinic_is_left_by_whoever_manages_it_and_never_by_the_way_out_of_trouble() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    hire(&desk, "Bo").unwrap();
    assert_eq!(desk.set_aside_file().unwrap_err().code, RefusalCode::Forbidden);
    desk.sign_in(someone(&desk, "Bo"), None).unwrap();
    assert_eq!(desk.leave_clinic().unwrap_err().code, RefusalCode::Forbidden);
    desk.lock().unwrap();
    assert_eq!(desk.leave_clinic().unwrap_err().code, RefusalCode::SignInNeeded);
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut);
    assert!(!computer.path("set-aside").exists());
}

#[test]
fn a_clinic_that_was_left_is_there_whole_to_come_back_from_its_last_backup_and_from_its_file() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.backup_now().unwrap();
    computer.pass(1);
    hire(&desk, "Bo").unwrap();
    assert_eq!(desk.leave_clinic().unwrap().phase, Phase::FirstRun);
    let aside = files(&computer.path("set-aside"));
    assert_eq!(aside.len(), 2, "the file with all that was in its log, and its key file: {aside:?}");
    // Another clinic, and from that one back: by the backup.
    let other = petrel_domain::desk::NewClinic { owner_first_name: "Cy".into(), ..new_clinic(KeyStore::File) };
    desk.create_clinic(other).unwrap();
    computer.pass(1);
    assert_eq!(desk.leave_clinic().unwrap().phase, Phase::FirstRun);
    let backups = desk.list_backups().unwrap();
    desk.restore_backup(Path::new(&backups[1].path)).unwrap();
    sign_in(&desk);
    assert_eq!(names(&desk), ["Ana", "Bo"], "a last backup was made of what had changed");
    // And by the file that was set aside.
    computer.pass(1);
    desk.leave_clinic().unwrap();
    desk.restore_backup(&computer.path("set-aside").join(&aside[0])).unwrap();
    sign_in(&desk);
    assert_eq!(names(&desk), ["Ana", "Bo"]);
}

#[test]
fn a_clinic_whose_last_backup_does_not_work_is_not_left_and_a_demo_is() {
    let computer = Computer::new();
    let desk = computer.start();
    fs::write(computer.path("backups"), "in the way").unwrap();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.leave_clinic().unwrap_err();
    let state = desk.app_state().unwrap();
    assert_eq!((state.phase, state.backup_problem.is_some()), (Phase::Ready, true));
    fs::remove_file(computer.path("backups")).unwrap();
    desk.leave_clinic().unwrap();
    fs::rename(computer.path("backups"), computer.path("elsewhere")).unwrap();
    fs::write(computer.path("backups"), "in the way").unwrap();
    desk.create_demo_clinic(DemoPlan { clients: 5, years: 1, ..DemoPlan::default() }).unwrap();
    assert_eq!(desk.leave_clinic().unwrap().phase, Phase::FirstRun);
}

#[test]
fn that_a_damaged_file_was_replaced_is_no_news_of_the_next_clinic() {
    let computer = Computer::with_clinic(KeyStore::File);
    computer.damage();
    let desk = computer.start();
    sign_in(&desk);
    assert!(desk.app_state().unwrap().recovered.is_some());
    desk.leave_clinic().unwrap();
    assert_eq!(desk.create_clinic(new_clinic(KeyStore::File)).unwrap().recovered, None);
}

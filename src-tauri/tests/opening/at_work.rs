//! Who sits at the desk, for how long, and what is answered where nobody does.

use petrel_domain::desk::{KeyStore, Phase};

use super::{Computer, hire, names, new_clinic};

#[test]
fn what_a_screen_asks_by_itself_does_not_keep_the_desk_open() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.set_desk_setting("auto_lock_minutes", "10").unwrap();
    computer.pass(9);
    assert_eq!(names(&desk), ["Ana"]);
    desk.touch().unwrap();
    computer.pass(9);
    assert_eq!(names(&desk), ["Ana"]);
    computer.pass(2);
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut);
}

#[test]
fn a_clock_that_was_set_back_does_not_keep_the_desk_open() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.set_desk_setting("auto_lock_minutes", "10").unwrap();
    hire(&desk, "Bo").unwrap();
    computer.pass(-60);
    desk.keep_house();
    assert_eq!(desk.app_state().unwrap().phase, Phase::Ready);
    computer.pass(10);
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut);
}

#[test]
fn drafts_and_what_the_program_keeps_for_itself_are_no_settings_to_be_read() {
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    desk.set_draft("client:new", Some("Rex's owner")).unwrap();
    desk.ask(|store, _| store.set_desk_setting("pin_tries", Some("{}"))).unwrap();
    desk.set_desk_setting("last_route", "\"/clients\"").unwrap();
    desk.lock().unwrap();
    for key in ["draft:client:new", "pin_tries"] {
        assert_eq!(desk.desk_setting(key).unwrap(), None, "{key}");
    }
    assert_eq!(desk.desk_setting("last_route").unwrap().as_deref(), Some("\"/clients\""));
}

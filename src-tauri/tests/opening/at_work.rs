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
    // A screen that asked before the desk locked, and was refused, is told all the same that it is locked.
    assert_eq!(desk.touch().unwrap_err().code, petrel_domain::RefusalCode::SignInNeeded);
    computer.news.lock().unwrap().clear();
    desk.keep_house();
    assert!(computer.news.lock().unwrap().contains(&"State".to_owned()));
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

#[test]
fn a_program_that_ends_waits_for_no_work_that_nobody_sees_any_more() {
    use std::sync::atomic::Ordering;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    let (begun, has_begun) = mpsc::channel();
    let working = desk.clone();
    let work = std::thread::spawn(move || {
        working.work(|_, _, _, cancel| {
            begun.send(()).unwrap();
            let begun = Instant::now();
            while !cancel.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(cancel.load(Ordering::SeqCst))
        })
    });
    has_begun.recv().unwrap();
    desk.close();
    assert!(work.join().unwrap().unwrap(), "it was stopped");
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_a_backup_that_takes_long() {
    use std::fs;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::Duration;

    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic(KeyStore::File)).unwrap();
    let first = desk.backup_now().unwrap();
    computer.pass(5);
    hire(&desk, "Bo").unwrap();
    // What the next backup writes comes to a stop until somebody reads it.
    let at = |made: i64| chrono::DateTime::from_timestamp_millis(made).unwrap().format("clinic-%Y%m%dT%H%M%S%3fZ.petrel").to_string();
    assert!(first.path.ends_with(&at(first.made_at.0)));
    let next = computer.path("backups").join(at(first.made_at.plus_minutes(5).0));
    let stop = next.with_extension("petrel.key.part");
    assert!(Command::new("mkfifo").arg(&stop).status().unwrap().success());
    let (making, asking) = (desk.clone(), desk.clone());
    let backup = std::thread::spawn(move || drop(making.backup_now()));
    while !next.with_extension("petrel.part").exists() {
        std::thread::yield_now();
    }
    let (told, answer) = mpsc::channel();
    std::thread::spawn(move || told.send(asking.lock().map(|state| state.phase)));
    let answer = answer.recv_timeout(Duration::from_secs(30));
    drop(fs::read(&stop));
    backup.join().unwrap();
    assert_eq!(answer.unwrap().unwrap(), Phase::SignedOut);
}

//! A desk that is built anew: by hand, by itself, while the same is under way, and again where it failed.

use petrel_domain::RefusalCode;
use petrel_domain::desk::{HubTrouble, KeyStore, NewClinic, Phase};
use petrel_shell::desk::Desk;
use petrel_store::Action;
use uuid::Uuid;

use super::{Computer, Hub, client, new_clinic, notes, sign_in, write_notes};

#[test]
fn a_desk_is_built_anew_and_keeps_what_only_it_knows() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let rex = desk.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap().value;
    desk.set_desk_setting("language", "\"es\"").unwrap();
    let before = desk.sync_state().unwrap();
    let is_told = || computer.changed.lock().unwrap().contains("medical_records");
    assert!(!is_told());
    let state = desk.rebuild_desk().unwrap();
    assert_eq!(state.phase, Phase::Ready, "whoever sat here still does");
    assert!(is_told(), "the screens ask anew");
    assert_eq!(desk.language(), "es");
    assert!(desk.ask(|store, actor| Ok(store.client(actor, rex).is_ok())).unwrap());
    assert_eq!(desk.sync_state().unwrap().address, before.address);
    write_notes(&desk, rex, "after");
    computer.until_sent(&desk);
    assert_eq!(desk.record_history("clients", Uuid::from_bytes(rex.bytes()), None).unwrap().entries.len(), 2);
    let aside = std::fs::read_dir(computer.folder.path().join("set-aside")).unwrap().map(|entry| entry.unwrap().file_name());
    let aside: Vec<_> = aside.map(|name| name.into_string().unwrap()).collect();
    assert!(aside.iter().any(|name| name.ends_with("-rebuilt.petrel")), "the old file is set aside, not deleted: {aside:?}");
    assert!(!aside.iter().any(|name| name.ends_with("-wal")), "somebody held it open: {aside:?}");
    // It starts again from the new file, and needs no new code.
    desk.close();
    let desk = computer.start();
    sign_in(&desk);
    computer.until_sent(&desk);
    assert_eq!(notes(&desk, rex).as_deref(), Some("after"));
    // Let go, it works alone, and what it does is kept.
    assert_eq!(desk.leave_hub().unwrap().address, None);
    write_notes(&desk, rex, "alone");
    assert_eq!(desk.new_device_code().unwrap_err().code, RefusalCode::NoHub);
    desk.close();
}

/// Writes something, and leaves the desk as one that was away longer than the log reaches.
fn be_away(desk: &Desk) {
    // The log does not know the number this desk says it has read to: as where the log was cut, or the hub's database put back.
    let away = desk.save(|store, actor| {
        store.write(actor, Action::CreateClient, |tx| {
            let sql = "INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (?1, 'Typed while away', 1, 1)";
            tx.db().execute(sql, [Uuid::now_v7().as_bytes()])?;
            Ok(tx.db().execute("UPDATE sync_state SET cursor = cursor + 1000000, head = head + 1000000", [])?)
        })
    });
    away.unwrap();
}

fn is_well(desk: &Desk) -> Option<()> {
    let state = desk.sync_state().unwrap();
    (state.is_online && state.trouble.is_none() && state.waiting == 0).then_some(())
}

#[test]
fn a_desk_that_was_away_longer_than_the_log_reaches_is_built_anew_by_itself() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    be_away(&desk);
    let aside = computer.folder.path().join("set-aside");
    computer.until("the old file is set aside", || aside.exists().then_some(()));
    computer.until("it talks to the hub again", || is_well(&desk));
    let found = desk.ask(|store, actor| store.search(actor, "typed away", 5)).unwrap();
    assert_eq!(found.len(), 1, "what waited was sent first");
    desk.close();
}

#[test]
fn a_desk_that_could_not_be_built_anew_by_itself_is_tried_again() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let in_the_way = computer.folder.path().join("clinic.petrel.new");
    std::fs::create_dir(&in_the_way).unwrap();
    be_away(&desk);
    computer.until("it failed", || (desk.sync_state().unwrap().trouble == Some(HubTrouble::FileTrouble)).then_some(()));
    std::fs::remove_dir(&in_the_way).unwrap();
    computer.until("it talks to the hub again", || is_well(&desk));
    assert!(computer.folder.path().join("set-aside").exists());
    desk.close();
}

#[test]
fn a_desk_is_not_built_anew_twice_at_a_time() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let before = desk.sync_state().unwrap().address;
    let other = desk.clone();
    *computer.at_progress.lock().unwrap() = Some(Box::new(move || {
        let second = std::thread::spawn(move || other.rebuild_desk()).join().unwrap();
        assert_eq!(second.map(drop).map_err(|refusal| refusal.code), Err(RefusalCode::UnderWay));
    }));
    desk.rebuild_desk().unwrap();
    assert!(computer.at_progress.lock().unwrap().is_none(), "rows had come");
    assert_eq!(desk.sync_state().unwrap().address, before);
    computer.until_sent(&desk);
    desk.close();
}

#[test]
fn whoever_builds_a_desk_anew_is_not_asked_for_the_passphrase_of_the_file_they_work_on() {
    let hub = Hub::start();
    let computer = Computer::new();
    let desk = computer.start();
    let passphrase = Some("nine lives and a saucer of milk".to_owned());
    desk.create_clinic(NewClinic { key_store: KeyStore::Passphrase, passphrase, ..new_clinic() }).unwrap();
    desk.connect_hub(hub.input(&hub.code(hub.clinic()), "Front desk")).unwrap();
    computer.until_sent(&desk);
    assert_eq!(desk.rebuild_desk().unwrap().phase, Phase::Ready);
    desk.close();
}

/// What was set aside, the oldest first.
fn set_aside(computer: &Computer) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(computer.folder.path().join("set-aside")).unwrap();
    let mut aside: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    aside.retain(|path| path.extension().is_some_and(|kind| kind == "petrel"));
    aside.sort();
    aside
}

#[test]
fn a_file_that_was_built_anew_since_comes_back_by_a_code() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    desk.rebuild_desk().unwrap();
    computer.until_sent(&desk);
    let code = desk.new_device_code().unwrap().code;
    desk.restore_backup(&set_aside(&computer)[0]).unwrap();
    let state = desk.sync_state().unwrap();
    assert_eq!(state.trouble, Some(HubTrouble::JoinAgain), "what the new file uses up is none of the old one's");
    sign_in(&desk);
    desk.connect_hub(hub.input(&code, "Front desk")).unwrap();
    computer.until_sent(&desk);
    desk.close();
}

#[test]
fn of_the_files_of_one_desk_the_last_one_at_work_has_the_keys_to_the_hub() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    desk.leave_clinic().unwrap();
    let first = set_aside(&computer).remove(0);
    desk.restore_backup(&first).unwrap();
    computer.until_sent(&desk);
    sign_in(&desk);
    desk.leave_clinic().unwrap();
    let last = set_aside(&computer).pop().unwrap();
    desk.restore_backup(&first).unwrap();
    assert_eq!(desk.sync_state().unwrap().trouble, Some(HubTrouble::JoinAgain));
    sign_in(&desk);
    desk.restore_backup(&last).unwrap();
    computer.until_sent(&desk);
    desk.close();
}

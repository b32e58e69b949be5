//! The line to the hub: trouble that has ended, a hub that is let go, and what came by it.

use petrel_domain::desk::{HubTrouble, Phase, SyncState};

use super::{Hub, client, database, sign_in};

#[test]
fn trouble_that_an_update_has_ended_is_over_with_the_first_good_round() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    desk.close();
    drop(desk);
    let db = database(computer.folder.path());
    db.execute("UPDATE sync_state SET trouble = ?1", [HubTrouble::DeskTooOld.as_str()]).unwrap();
    drop(db);
    let desk = computer.start();
    computer.until("it is online", || {
        let state = desk.sync_state().unwrap();
        (state.is_online && state.trouble.is_none()).then_some(())
    });
    desk.close();
}

#[test]
fn a_hub_that_could_not_be_let_go_is_still_this_desks_hub() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let db = database(computer.folder.path());
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    desk.leave_hub().unwrap_err();
    db.execute_batch("ROLLBACK").unwrap();
    drop(db);
    desk.close();
    let desk = computer.start();
    computer.until_sent(&desk);
    assert_eq!(desk.app_state().unwrap().phase, Phase::SignedOut);
    sign_in(&desk);
    // Let go, the hub has forgotten it.
    assert_eq!(desk.leave_hub().unwrap().address, None);
    assert_eq!(desk.app_state().unwrap().phase, Phase::Ready);
    desk.close();
}

#[test]
fn what_came_from_the_hub_is_something_to_back_up() {
    let hub = Hub::start();
    let (_front, first) = hub.with_clinic();
    let (computer, desk) = hub.with_laptop(&first);
    sign_in(&desk);
    computer.until_sent(&desk);
    let before = desk.backup_now().unwrap();
    let rex = first.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap().value;
    computer.until("the client came", || desk.ask(|store, actor| Ok(store.client(actor, rex).is_ok())).unwrap().then_some(()));
    // Nothing was written here: all there is to keep came from the other desk.
    desk.close();
    assert_ne!(desk.list_backups().unwrap()[0].path, before.path);
    first.close();
}

#[test]
fn the_line_of_a_clinic_that_was_left_is_quiet_and_what_was_not_sent_goes_on_when_it_comes_back() {
    let hub = Hub::start();
    let (front, first) = hub.with_clinic();
    let (computer, desk) = hub.with_laptop(&first);
    sign_in(&desk);
    computer.until_sent(&desk);
    // It lets nobody in, and takes nothing.
    hub.sql("ALTER TABLE devices RENAME TO devices_away");
    let rex = desk.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap().value;
    assert_eq!(desk.leave_clinic().unwrap().phase, Phase::FirstRun);
    assert_eq!(desk.sync_state().unwrap(), SyncState::default());
    hub.sql("ALTER TABLE devices_away RENAME TO devices");
    desk.create_clinic(super::new_clinic()).unwrap();
    assert_eq!(desk.sync_state().unwrap().address, None, "the next clinic knows of no hub");
    desk.leave_clinic().unwrap();
    // What was set aside comes back with its key to the hub, and sends.
    let folder = computer.folder.path().join("set-aside");
    let mut aside: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    aside.retain(|path| path.extension().is_some_and(|kind| kind == "petrel"));
    aside.sort();
    desk.restore_backup(&aside[0]).unwrap();
    computer.until_sent(&desk);
    front.until("the client came", || first.ask(|store, actor| Ok(store.client(actor, rex).is_ok())).unwrap().then_some(()));
    desk.close();
    first.close();
}

/// The hub's database was put back without this desk, and then right again. Nobody starts the program anew for that.
#[test]
fn a_hub_that_does_not_know_a_desk_for_a_while_is_asked_again() {
    let hub = Hub::start();
    let (computer, desk) = hub.with_clinic();
    let set = |to: &dyn Fn(&str) -> String| {
        let columns = ["access_hash", "refresh_hash"].map(|hash| format!("{hash} = {}", to(hash))).join(", ");
        hub.sql(&format!("UPDATE devices SET {columns}; UPDATE token_pairs SET {columns}"));
    };
    set(&|hash| format!("{hash} || '\\x01'"));
    desk.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap();
    computer.until("it is not known", || (desk.sync_state().unwrap().trouble == Some(HubTrouble::JoinAgain)).then_some(()));
    set(&|hash| format!("substr({hash}, 1, 32)"));
    desk.sync_now().unwrap();
    let state = computer.until_sent(&desk);
    assert_eq!(state.trouble, None);
    desk.close();
}

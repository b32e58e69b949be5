//! The line to the hub: trouble that has ended.

use petrel_domain::desk::HubTrouble;

use super::{Hub, database};

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

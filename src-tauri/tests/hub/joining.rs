//! A join that broke off, and a hub that is not what it was.

use petrel_domain::RefusalCode;
use petrel_domain::desk::{JoinClinic, KeyStore, Phase};

use super::{Computer, Hub, client, join_half, sign_in};

/// How many tables come at least before the join is given up for good: the clinic, its people, its clients.
const TABLES: usize = 4;

#[test]
fn a_join_that_the_log_does_not_reach_back_to_begins_anew_and_keeps_nothing_of_what_it_had() {
    let hub = Hub::start();
    let (front, first) = hub.with_clinic();
    first.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap();
    first.save(|store, actor| store.create_client(actor, client("Tom's"))).unwrap();
    front.until_sent(&first);
    let code = first.new_device_code().unwrap().code;
    first.close();
    let laptop = Computer::new();
    let desk = laptop.start();
    join_half(&laptop, &desk, JoinClinic { hub: hub.input(&code, "Laptop"), key_store: KeyStore::File, passphrase: None });
    for _ in 1..TABLES {
        let stopped = desk.clone();
        *laptop.at_progress.lock().unwrap() = Some(Box::new(move || stopped.cancel_work()));
        assert_eq!(desk.resume_join(None).unwrap_err().code, RefusalCode::Cancelled);
    }
    desk.close();

    // The hub's database is put back as it was before one of the two came.
    hub.sql("DELETE FROM clients WHERE first_name = 'Rex''s'");
    hub.runtime
        .block_on(petrel_hub::leave_out_numbers(&hub.served.database_url, petrel_domain::Clock::now(&petrel_domain::SystemClock)))
        .unwrap();
    let desk = laptop.start();
    assert_eq!(desk.resume_join(None).unwrap().phase, Phase::SignedOut);
    sign_in(&desk);
    laptop.until_sent(&desk);
    let found = |name: &str| desk.ask(|store, actor| store.search(actor, name, 5)).unwrap().len();
    assert_eq!((found("rex"), found("tom")), (0, 1));
    desk.close();
}

#[test]
fn a_clinic_that_does_not_come_whole_is_not_taken_and_comes_when_the_hub_has_it_whole() {
    let hub = Hub::start();
    let (front, first) = hub.with_clinic();
    let rex = first.save(|store, actor| store.create_client(actor, client("Rex's"))).unwrap().value;
    front.until_sent(&first);
    let code = first.new_device_code().unwrap().code;
    // Behind Postgres' back, as a disk that rots would.
    hub.sql("SET session_replication_role = replica; UPDATE clients SET merged_into_id = gen_random_uuid()");
    let laptop = Computer::new();
    let desk = laptop.start();
    let not_whole = (RefusalCode::HubProblem, Some("rows of clients refer to rows of clients that did not come"));
    let refused = hub.join(&desk, &code, "Laptop").unwrap_err();
    assert_eq!((refused.code, refused.detail.as_deref()), not_whole);
    // A desk that is built anew keeps the file it has.
    let refused = first.rebuild_desk().unwrap_err();
    assert_eq!((refused.code, refused.detail.as_deref()), not_whole);
    assert!(first.ask(|store, actor| store.client(actor, rex)).is_ok());

    hub.sql("UPDATE clients SET merged_into_id = NULL");
    assert_eq!(desk.resume_join(None).unwrap().phase, Phase::SignedOut);
    sign_in(&desk);
    laptop.until_sent(&desk);
    assert!(desk.ask(|store, actor| store.client(actor, rex)).is_ok());
    first.rebuild_desk().unwrap();
    desk.close();
    first.close();
}

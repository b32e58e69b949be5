//! What was done to a record at this desk, without a hub.

use crate::common::{at, salon};
use petrel_domain::desk::{HistoryEntry, Seq};
use petrel_domain::{RefusalCode, Role};
use petrel_store::{Action, Actor};
use uuid::Uuid;

fn value<'a>(entry: &'a HistoryEntry, column: &str) -> Option<&'a str> {
    entry.values.iter().find(|value| value.column == column)?.value.as_deref()
}

#[test]
fn a_record_tells_who_made_changed_deleted_and_brought_it_back_the_newest_first() {
    let salon = salon();
    let made_at = salon.store.now();
    salon.later(60_000);
    salon.sql("UPDATE clients SET phone = '+4930999999', updated_at = 5");
    salon.later(60_000);
    let spare = salon.add_pet("Kit");
    let gone = salon.store.delete_pet(&salon.owner, spare).unwrap();
    salon.store.undo(&salon.owner, gone.undo.unwrap()).unwrap();

    let of_client = salon.store.history_here(&salon.owner, "clients", salon.client.0, None).unwrap();
    assert_eq!(of_client.next_before, None);
    let [changed, made] = of_client.entries.as_slice() else { panic!("{:?}", of_client.entries) };
    assert!(made.is_first && !changed.is_first, "pets and visits that name it are not its own history");
    assert_eq!(made.at, made_at);
    assert_eq!(made.staff_name.as_deref(), Some("Ada Byron"));
    assert_eq!((made.device_name.as_deref(), made.action.as_str()), (None, "create_client"));
    assert_eq!((value(made, "first_name"), value(made, "last_name")), (Some("Grace"), Some("Hopper")));
    assert_eq!(value(changed, "phone"), Some("+4930999999"));
    assert_eq!(value(changed, "first_name"), None, "only what changed is said");

    let of_pet = salon.store.history_here(&salon.owner, "pets", spare.0, None).unwrap().entries;
    let said: Vec<_> = of_pet.iter().map(|entry| (entry.action.as_str(), entry.is_deletion, entry.is_first)).collect();
    assert_eq!(said[1..], [("delete_pet", true, false), ("create_pet", false, true)]);
    assert!(!said[0].1 && !said[0].2, "it was brought back: {said:?}");
}

#[test]
fn a_long_history_comes_page_by_page_and_misses_nothing() {
    let salon = salon();
    for n in 0..120 {
        salon.sql(&format!("UPDATE clients SET notes = 'n{n}', updated_at = {n} + 10"));
    }
    let (mut before, mut notes, mut pages) = (None::<Seq>, Vec::new(), 0);
    loop {
        let page = salon.store.history_here(&salon.owner, "clients", salon.client.0, before).unwrap();
        notes.extend(page.entries.iter().filter_map(|entry| value(entry, "notes").map(str::to_owned)));
        pages += 1;
        before = page.next_before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(notes, (0..120).rev().map(|n| format!("n{n}")).collect::<Vec<_>>());
    assert_eq!(pages, 3);
}

#[test]
fn an_import_of_many_is_the_history_of_each() {
    let salon = salon();
    let ids: Vec<_> = (0..3_000).map(|_| Uuid::now_v7()).collect();
    salon
        .store
        .write(&salon.owner, Action::ImportClients, |tx| {
            for id in &ids {
                tx.db().execute(
                    "INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (?1, ?2, 1, 1)",
                    rusqlite::params![id.as_bytes(), id.to_string()],
                )?;
            }
            Ok(())
        })
        .unwrap();
    for id in [ids[0], ids[1_500], ids[2_999]] {
        let entries = salon.store.history_here(&salon.owner, "clients", id, None).unwrap().entries;
        assert_eq!(entries.len(), 1);
        assert_eq!(value(&entries[0], "first_name"), Some(id.to_string().as_str()));
    }
}

#[test]
fn who_may_not_see_records_sees_no_history_of_them() {
    let salon = salon();
    let groomer = Actor::staff(salon.staff, Role::Groomer);
    let refused = |table| salon.store.history_here(&groomer, table, Uuid::nil(), None).unwrap_err().refusal().code;
    assert_eq!(refused("campaigns"), RefusalCode::Forbidden);
    assert_eq!(refused("no such table"), RefusalCode::NotFound);
    assert!(salon.store.history_here(&groomer, "clients", salon.client.0, None).is_ok());
}

#[test]
fn what_was_done_says_who_did_what_to_whom_and_what_was_taken_back() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    let marc = salon.hire("Marc", Role::Veterinarian, true);
    let by_marc = Actor::staff(marc, Role::Veterinarian);
    let gone = salon.store.delete_client(&by_marc, salon.client).unwrap();
    let names = |staff| {
        let page = salon.store.what_was_done(&salon.owner, staff, None).unwrap();
        assert_eq!(page.next_before, None);
        page.entries
    };
    let all = names(None);
    let deleted = &all[0];
    assert_eq!((deleted.action.as_str(), deleted.staff_name.as_deref(), deleted.is_taken_back), ("delete_client", Some("Marc"), false));
    let about = deleted.about.as_ref().unwrap();
    assert_eq!(
        (about.table.as_str(), about.id, about.name.as_str()),
        ("clients", salon.client.0, "Grace Hopper"),
        "by its name, though deleted"
    );
    assert!(deleted.records > 1, "its pet and its visit went with it");
    assert!(salon.store.history_here(&salon.owner, &about.table, about.id, None).unwrap().entries[0].is_deletion);
    let booked = all.iter().find(|done| done.action == "book_appointment").unwrap();
    assert_eq!(booked.about.as_ref().unwrap().name, "Rex (Grace Hopper)");
    assert!(all.iter().any(|done| done.action == "create_clinic"));
    assert_eq!(names(Some(marc)).len(), 1);

    salon.store.undo(&salon.owner, gone.undo.unwrap()).unwrap();
    let all = names(None);
    assert_eq!((all[0].action.as_str(), all[0].taken_back.as_deref()), ("undo", Some("delete_client")));
    assert!(all[1].is_taken_back);

    for n in 0..60 {
        salon.sql(&format!("UPDATE clients SET notes = 'n{n}', updated_at = {n} + 10"));
    }
    let page = salon.store.what_was_done(&salon.owner, None, None).unwrap();
    let older = salon.store.what_was_done(&salon.owner, None, page.next_before).unwrap();
    assert_eq!(page.entries.len() + older.entries.len(), all.len() + 60);
    assert!(older.entries[0].seq < page.entries.last().unwrap().seq);
    assert_eq!(salon.store.what_was_done(&by_marc, None, None).unwrap_err().refusal().code, RefusalCode::Forbidden);
}

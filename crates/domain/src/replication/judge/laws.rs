//! What holds of any writes, not of those alone that somebody thought of.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::tests::{Hub, delete, id, put, text};
use super::*;

/// What is written: single columns, and a register of three.
const COLUMNS: [(&str, u128, &str); 6] = [
    ("clients", 3, "notes"),
    ("clients", 3, "notification_settings"),
    ("clients", 3, "phone"),
    ("clients", 4, "notes"),
    ("appointments", 6, "status"),
    ("appointments", 6, "starts_at"),
];
const STATUSES: [&str; 4] = ["confirmed", "in_progress", "completed", "no_show"];

/// A clinic with two clients, a pet of each, and one visit; how far its log has come.
fn clinic() -> (Hub, i64) {
    let mut hub = Hub::new();
    let changes = vec![
        put("staff", 1, json!({"first_name": "Ada", "created_at": 1})),
        put("clients", 3, json!({"notes": "0", "phone": "0", "created_at": 1})),
        put("clients", 4, json!({"notes": "0", "created_at": 1})),
        put("pets", 5, json!({"client_id": text(3), "name": "Rex", "created_at": 1})),
        put("pets", 7, json!({"client_id": text(4), "name": "Tom", "created_at": 1})),
        put(
            "appointments",
            6,
            json!({"client_id": text(3), "pet_id": text(5), "staff_id": text(1), "starts_at": 1, "ends_at": 2, "status": "confirmed", "created_at": 1}),
        ),
    ];
    hub.push(9, -100_000, 0, changes).unwrap();
    let seen = hub.head;
    (hub, seen)
}

/// What one desk writes: when, by its clock, and which of the columns.
#[derive(Clone, Debug)]
struct Write {
    desk: u128,
    at: i64,
    changes: Vec<Change>,
}

fn change() -> impl Strategy<Value = Change> {
    (0..COLUMNS.len(), 0..STATUSES.len(), any::<bool>()).prop_map(|(place, value, is_empty)| {
        let (table, row, column) = COLUMNS[place];
        // Registers come whole.
        let columns = match column {
            "status" => json!({"status": STATUSES[value]}),
            "starts_at" => json!({"staff_id": text(1), "starts_at": value, "ends_at": value + 1}),
            "notification_settings" if is_empty => json!({column: {}}),
            "notification_settings" => json!({column: {STATUSES[value]: false}}),
            _ if is_empty => json!({column: null}),
            _ => json!({column: value.to_string()}),
        };
        let mut columns: Columns = serde_json::from_value(columns).unwrap();
        columns.insert("updated_at", json!(2));
        Change { table: table.into(), id: id(row), op: Op::Put, columns }
    })
}

/// Desks that did not know of each other: each wrote once, having read the clinic and nothing since. Wishes it says once, as every transaction does: a no
/// that it took back before it had read another's would stand or not, by who came first.
fn apart() -> impl Strategy<Value = Vec<Write>> {
    let is_of_wishes = |change: &Change| change.columns.contains_key("notification_settings");
    let write = (0_i64..6, prop::collection::vec(change(), 1..4)).prop_map(move |(at, mut changes)| {
        let mut wishes = 0;
        changes.retain(|change| {
            wishes += usize::from(is_of_wishes(change));
            !is_of_wishes(change) || wishes == 1
        });
        (at, changes)
    });
    prop::collection::vec(write, 2..5).prop_map(|all| {
        let desks = 11..;
        desks.zip(all).map(|(desk, (at, changes))| Write { desk, at, changes }).collect()
    })
}

fn rows(hub: &Hub) -> BTreeMap<(&'static str, Uuid), Columns> {
    let tables = ["staff", "clients", "pets", "appointments"].into_iter();
    tables.flat_map(|table| hub.ledger.rows_of(table).map(move |(id, row)| ((table, id), row.columns.clone()))).collect()
}

proptest! {
    #[test]
    fn whoever_comes_first_the_same_stands((writes, others) in apart().prop_flat_map(|writes| {
        let shuffled = Just(writes.clone()).prop_shuffle();
        (Just(writes), shuffled)
    })) {
        let (one, seen) = clinic();
        let mut stand = Vec::new();
        for order in [writes, others] {
            let mut hub = one.clone();
            for Write { desk, at, changes } in order {
                hub.push(desk, at, seen, changes).unwrap();
            }
            stand.push(rows(&hub));
        }
        prop_assert_eq!(&stand[0], &stand[1]);
    }

    /// Of every value that was sent and every one that went: it stands, or an entry says that it does not.
    #[test]
    fn no_value_goes_without_a_word(writes in apart()) {
        let (mut hub, seen) = clinic();
        for Write { desk, at, changes } in writes {
            // One after the other, as the judge goes: a transaction may write a value twice.
            for change in changes {
                let before = hub.clone();
                let entries = hub.push(desk, at, seen, vec![change.clone()]).unwrap();
                let entry = &entries[0];
                let seq = before.head + 1;
                let stood = before.ledger.row(&change.table, change.id).unwrap();
                for (column, sent) in change.columns.iter() {
                    let stands = hub.value(&change.table, change.id.as_u128(), column);
                    let is_listed = |value: &Value, of: i64| {
                        entry.lost.iter().any(|lost| (lost.column.as_str(), &lost.value, lost.seq) == (column, value, of))
                    };
                    prop_assert!(stands == *sent || is_listed(sent, seq), "{} {} was sent and is nowhere", column, sent);
                    let (old, stamp) = (stood.value(column), stood.stamp(register(&change.table, column).0));
                    let is_others = stamp.seq > seen && stamp.replica != id(desk);
                    let is_told = !is_others || *old == stands || column == "updated_at" || is_listed(old, stamp.seq);
                    prop_assert!(is_told, "{} {} stood and nobody says that it went", column, old);
                }
            }
        }
    }

    #[test]
    fn what_is_said_again_changes_nothing(writes in apart()) {
        let (mut hub, seen) = clinic();
        for Write { desk, at, changes } in writes {
            hub.push(desk, at, seen, changes.clone()).unwrap();
            let before = rows(&hub);
            hub.push(desk, at, seen, changes).unwrap();
            prop_assert_eq!(before, rows(&hub));
        }
    }

    /// The one who deleted had not read what was written, or the other way round: what was written is there, and what it belongs to.
    #[test]
    fn what_somebody_wrote_outlives_a_deletion_that_did_not_know_of_it(at in -5_i64..5, comes_first in any::<bool>(), is_of_pet in any::<bool>()) {
        let (mut hub, seen) = clinic();
        let write = if is_of_pet { put("pets", 5, json!({"name": "Max"})) } else { put("clients", 3, json!({"notes": "kept"})) };
        let mut two = [(11, at, vec![write]), (12, 0, vec![delete("appointments", 6), delete("pets", 5), delete("clients", 3)])];
        if comes_first {
            two.reverse();
        }
        for (desk, at, changes) in two {
            hub.push(desk, at, seen, changes).unwrap();
        }
        prop_assert_eq!(hub.value("clients", 3, "deleted_at"), Value::Null);
        let (table, row, column, value) = if is_of_pet { ("pets", 5, "name", "Max") } else { ("clients", 3, "notes", "kept") };
        prop_assert_eq!(hub.value(table, row, "deleted_at"), Value::Null);
        prop_assert_eq!(hub.value(table, row, column), json!(value));
    }

    /// One says no to one thing, another to the next, a third to nothing: whoever comes when, by whatever clock.
    #[test]
    fn every_no_stands(wishes in prop::collection::vec((0_i64..4, prop::collection::vec(any::<bool>(), 3)), 2..5)) {
        let (mut hub, seen) = clinic();
        let kinds = ["email_reminders", "sms_reminders", "medical_updates"];
        for (desk, (at, wishes)) in (11..).zip(&wishes) {
            let wishes: serde_json::Map<_, _> = kinds.iter().zip(wishes).map(|(kind, wish)| ((*kind).to_owned(), json!(wish))).collect();
            hub.push(desk, *at, seen, vec![put("clients", 3, json!({"notification_settings": wishes}))]).unwrap();
        }
        let stands = hub.value("clients", 3, "notification_settings");
        for (place, kind) in kinds.iter().enumerate() {
            prop_assert_eq!(&stands[kind], &json!(wishes.iter().all(|(_, wishes)| wishes[place])), "{}", kind);
        }
        // Who has read a no may take it back.
        let head = hub.head;
        hub.push(20, -1, head, vec![put("clients", 3, json!({"notification_settings": {"sms_reminders": true}}))]).unwrap();
        prop_assert_eq!(hub.value("clients", 3, "notification_settings"), json!({"sms_reminders": true}));
    }

    /// A pet of nobody is refused, with whatever else was to be written.
    #[test]
    fn what_is_refused_leaves_nothing(writes in apart()) {
        let (mut hub, seen) = clinic();
        for Write { desk, at, mut changes } in writes {
            let before = rows(&hub);
            changes.push(put("pets", 99, json!({"client_id": text(98), "name": "x", "created_at": 1})));
            prop_assert!(hub.push(desk, at, seen, changes.clone()).is_err());
            prop_assert_eq!(before, rows(&hub));
            changes.pop();
            hub.push(desk, at, seen, changes).unwrap();
        }
    }
}

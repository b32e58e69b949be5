//! The rules as a table: what stands, what two desks write, what stands after it.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::replication::{Column, Kind, TableSchema};

const NOW: Millis = Millis(1_800_000_000_000);

fn schema() -> Schema {
    let column = |name: &str, kind| Column { name: name.to_owned(), kind, is_nullable: true, has_default: false };
    let table = |columns: &[(&str, Kind)]| {
        let common = [("created_at", Kind::Instant), ("updated_at", Kind::Instant), ("deleted_at", Kind::Instant)];
        columns.iter().chain(&common).map(|(name, kind)| column(name, *kind)).collect::<TableSchema>()
    };
    let first_name = Column { is_nullable: false, ..column("first_name", Kind::Text) };
    let staff = table(&[]).columns().iter().cloned().chain([first_name]).collect();
    Schema {
        tables: BTreeMap::from([
            ("staff".to_owned(), staff),
            (
                "clients".to_owned(),
                table(&[
                    ("phone", Kind::Text),
                    ("notes", Kind::Text),
                    ("source", Kind::Text),
                    ("sms_opted_out_at", Kind::Instant),
                    ("notification_settings", Kind::Json),
                    ("merged_into_id", Kind::Id),
                ]),
            ),
            ("pets".to_owned(), table(&[("client_id", Kind::Id), ("name", Kind::Text), ("species", Kind::Text)])),
            ("services".to_owned(), table(&[("max_per_slot", Kind::Integer), ("buffer_minutes", Kind::Integer), ("kind", Kind::Text)])),
            (
                "appointments".to_owned(),
                table(&[
                    ("client_id", Kind::Id),
                    ("pet_id", Kind::Id),
                    ("service_id", Kind::Id),
                    ("staff_id", Kind::Id),
                    ("starts_at", Kind::Instant),
                    ("ends_at", Kind::Instant),
                    ("status", Kind::Text),
                    ("is_overbooked", Kind::Truth),
                    ("clash_with_id", Kind::Id),
                    ("previous_appointment_id", Kind::Id),
                ]),
            ),
        ]),
    }
}

/// A hub with two desks.
#[derive(Clone)]
pub(super) struct Hub {
    pub(super) ledger: Ledger,
    schema: Schema,
    pub(super) head: i64,
    n: i64,
}

pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) fn text(n: u128) -> String {
    id(n).to_string()
}

pub(super) fn put(table: &str, row: u128, columns: Value) -> Change {
    Change { table: table.into(), id: id(row), op: Op::Put, columns: serde_json::from_value(columns).unwrap() }
}

pub(super) fn delete(table: &str, row: u128) -> Change {
    Change { table: table.into(), id: id(row), op: Op::Delete, columns: Columns::new() }
}

impl Hub {
    pub(super) fn new() -> Self {
        Self { ledger: Ledger::default(), schema: schema(), head: 0, n: 0 }
    }

    /// Desk `desk` writes `at` milliseconds after noon, having read up to `seen`.
    pub(super) fn push(&mut self, desk: u128, at: i64, seen: i64, changes: Vec<Change>) -> Result<Vec<Entry>, Reason> {
        self.n += 1;
        let clock = Clock::at(Millis(NOW.0 + at));
        let mut transaction =
            Transaction { replica: id(desk), n: self.n, clock, mark: 0, seen, staff_id: None, action: String::new(), changes };
        let entries = judge(&mut self.ledger, &self.schema, &mut transaction, self.head + 1, NOW)?;
        self.head += i64::try_from(entries.len()).unwrap();
        Ok(entries)
    }

    pub(super) fn value(&self, table: &str, row: u128, column: &str) -> Value {
        self.ledger.row(table, id(row)).unwrap().value(column).clone()
    }

    fn visit(&mut self, desk: u128, row: u128, from: i64, to: i64) -> Vec<Entry> {
        let seen = self.head;
        let columns = json!({"staff_id": text(1), "starts_at": from, "ends_at": to, "status": "confirmed", "is_overbooked": 0});
        self.push(desk, row as i64, seen, vec![put("appointments", row, columns)]).unwrap()
    }

    pub(super) fn clash(&self, row: u128) -> Value {
        self.value("appointments", row, "clash_with_id")
    }
}

#[test]
fn the_later_clock_wins_a_column_whichever_comes_first() {
    for swap in [false, true] {
        let mut hub = Hub::new();
        hub.push(9, -1000, 0, vec![put("clients", 1, json!({"phone": "0", "notes": "old"}))]).unwrap();
        let mut two = [(7, 10, json!({"phone": "early", "notes": "early"})), (8, 20, json!({"phone": "late"}))];
        if swap {
            two.reverse();
        }
        let entries: Vec<Entry> =
            two.into_iter().flat_map(|(desk, at, columns)| hub.push(desk, at, 1, vec![put("clients", 1, columns)]).unwrap()).collect();
        assert_eq!(hub.value("clients", 1, "phone"), json!("late"));
        assert_eq!(hub.value("clients", 1, "notes"), json!("early"), "the other column is a register of its own");
        let lost: Vec<_> = entries.iter().flat_map(|entry| &entry.lost).collect();
        assert_eq!(lost.len(), 1, "what the other typed is kept beside it");
        assert_eq!((lost[0].value.clone(), lost[0].column.as_str()), (json!("early"), "phone"));
        let said: Vec<_> = entries.iter().map(|entry| entry.columns.get("phone")).collect();
        assert_eq!(said.last(), Some(&Some(&json!("late"))), "an entry says what stands, not what was sent");
    }
}

#[test]
fn what_a_desk_had_seen_it_overwrites_whatever_its_clock_says() {
    let mut hub = Hub::new();
    hub.push(7, 50_000, 0, vec![put("clients", 1, json!({"phone": "1"}))]).unwrap();
    let entries = hub.push(8, -86_400_000, 1, vec![put("clients", 1, json!({"phone": "2"}))]).unwrap();
    assert_eq!(hub.value("clients", 1, "phone"), json!("2"));
    assert!(entries[0].lost.is_empty(), "nobody lost anything: it was changed knowingly");
    // The same desk, which has not read its own entry yet, loses nothing to itself.
    let entries = hub.push(8, -86_400_000, 1, vec![put("clients", 1, json!({"phone": "3"}))]).unwrap();
    assert!(entries[0].lost.is_empty());
    assert_eq!(hub.value("clients", 1, "phone"), json!("3"));
}

#[test]
fn a_clock_a_year_ahead_does_not_win_for_a_year() {
    let mut hub = Hub::new();
    hub.push(7, 365 * 86_400_000, 0, vec![put("clients", 1, json!({"phone": "ahead"}))]).unwrap();
    hub.push(8, 1, 0, vec![put("clients", 1, json!({"phone": "right"}))]).unwrap();
    assert_eq!(hub.value("clients", 1, "phone"), json!("right"));
    assert_eq!(clamp(Clock::at(Millis(NOW.0 + MAX_AHEAD)), NOW), Clock::at(Millis(NOW.0 + MAX_AHEAD)), "a minute is borne");
    assert_eq!(clamp(Clock::at(Millis(NOW.0 + MAX_AHEAD + 1)), NOW), Clock::at(NOW));
}

#[test]
fn equal_clocks_are_settled_the_same_way_whichever_comes_first() {
    for desks in [[7, 8], [8, 7]] {
        let mut hub = Hub::new();
        hub.push(9, -1, 0, vec![put("clients", 1, json!({}))]).unwrap();
        for desk in desks {
            hub.push(desk, 5, 1, vec![put("clients", 1, json!({"phone": desk.to_string()}))]).unwrap();
        }
        assert_eq!(hub.value("clients", 1, "phone"), json!("8"));
    }
}

#[test]
fn time_and_colleague_of_a_visit_are_won_together() {
    let mut hub = Hub::new();
    hub.push(9, -5, 0, vec![put("staff", 1, json!({"first_name": "A"})), put("staff", 2, json!({"first_name": "B"}))]).unwrap();
    hub.visit(9, 10, 100, 200);
    let seen = hub.head;
    let place = |staff: u128, from: i64| json!({"staff_id": text(staff), "starts_at": from, "ends_at": from + 100});
    hub.push(7, 90, seen, vec![put("appointments", 10, place(2, 100))]).unwrap();
    hub.push(8, 80, seen, vec![put("appointments", 10, place(1, 500))]).unwrap();
    let stands = (hub.value("appointments", 10, "staff_id"), hub.value("appointments", 10, "starts_at"));
    assert_eq!(stands, (json!(text(2)), json!(100)), "no visit stands where nobody put it");
}

#[test]
fn a_transaction_is_applied_whole_or_not_at_all() {
    let mut hub = Hub::new();
    hub.push(7, 0, 0, vec![put("clients", 1, json!({"phone": "1"}))]).unwrap();
    let before = hub.ledger.row("clients", id(1)).cloned();
    for (bad, code) in [
        (put("pets", 5, json!({"client_id": text(99)})), "missing_parent"),
        (put("staff", 5, json!({})), "missing_value"),
        (put("cats", 5, json!({})), "unknown_table"),
        (put("client_sessions", 5, json!({})), "unknown_table"),
        (put("pets", 5, json!({"owner": 1})), "unknown_column"),
        (put("clients", 1, json!({"phone": 5})), "bad_value"),
    ] {
        let changes = vec![put("clients", 1, json!({"phone": "2"})), put("clients", 2, json!({})), bad];
        assert_eq!(hub.push(7, 1, 1, changes).unwrap_err().code, code);
        assert_eq!(hub.ledger.row("clients", id(1)).cloned(), before);
        assert!(hub.ledger.row("clients", id(2)).is_none());
    }
    assert_eq!(hub.push(7, 1, 1, Vec::new()).unwrap_err().code, "empty");
    // A child may stand before its parent.
    hub.push(7, 1, 1, vec![put("pets", 5, json!({"client_id": text(6)})), put("clients", 6, json!({}))]).unwrap();
}

#[test]
fn something_new_brings_back_what_it_belongs_to() {
    let family = vec![put("clients", 1, json!({})), put("pets", 2, json!({"client_id": text(1)}))];
    // A pet's new visit, after another desk deleted the client; and the same two the other way round.
    for swap in [false, true] {
        let mut hub = Hub::new();
        hub.push(9, 0, 0, family.clone()).unwrap();
        let mut two = [
            (7, vec![delete("pets", 2), delete("clients", 1)]),
            (8, vec![put("appointments", 3, json!({"client_id": text(1), "starts_at": 1, "ends_at": 2}))]),
        ];
        if swap {
            two.reverse();
        }
        let mut entries = Vec::new();
        for (desk, changes) in two {
            entries.extend(hub.push(desk, 10, 2, changes).unwrap());
        }
        assert!(!hub.ledger.row("clients", id(1)).unwrap().is_deleted(), "swapped: {swap}");
        assert!(!hub.ledger.row("pets", id(2)).unwrap().is_deleted(), "it went with the client, and comes back with it");
        assert_eq!(entries.iter().filter(|entry| entry.maker == Maker::Revive).count(), 2);
    }
    // A pet's new visit keeps both, whichever of the two the other desk's deletion names first.
    for deletion in [[delete("clients", 1), delete("pets", 2)], [delete("pets", 2), delete("clients", 1)]] {
        let mut hub = Hub::new();
        hub.push(9, 0, 0, family.clone()).unwrap();
        hub.push(8, 10, 2, vec![put("appointments", 3, json!({"pet_id": text(2), "starts_at": 1, "ends_at": 2}))]).unwrap();
        hub.push(7, 10, 2, deletion.to_vec()).unwrap();
        assert!(!hub.ledger.row("pets", id(2)).unwrap().is_deleted() && !hub.ledger.row("clients", id(1)).unwrap().is_deleted());
    }
    // Who had seen that they are gone may still correct them; they stay gone.
    let mut hub = Hub::new();
    hub.push(9, 0, 0, family.clone()).unwrap();
    hub.push(7, 1, 2, vec![delete("pets", 2), delete("clients", 1)]).unwrap();
    hub.push(8, 2, 4, vec![put("pets", 2, json!({"name": "Rex"}))]).unwrap();
    assert!(hub.ledger.row("pets", id(2)).unwrap().is_deleted() && hub.ledger.row("clients", id(1)).unwrap().is_deleted());
    // What is written into a row that was deleted meanwhile brings back the row, and its parents.
    let mut hub = Hub::new();
    hub.push(9, 0, 0, family).unwrap();
    hub.push(7, 1, 2, vec![delete("pets", 2), delete("clients", 1)]).unwrap();
    hub.push(8, 2, 2, vec![put("pets", 2, json!({"name": "Rex"}))]).unwrap();
    assert!(!hub.ledger.row("pets", id(2)).unwrap().is_deleted());
    assert!(!hub.ledger.row("clients", id(1)).unwrap().is_deleted());
}

/// What is deleted unread stays, and whichever of the two comes first: an edit, a mark that nobody typed, a merge that took a row elsewhere.
#[test]
fn a_deletion_takes_nothing_that_was_written_unread() {
    let family = vec![
        put("clients", 1, json!({})),
        put("clients", 9, json!({})),
        put("pets", 2, json!({"client_id": text(1)})),
        put("appointments", 3, json!({"client_id": text(1), "pet_id": text(2), "starts_at": 1, "ends_at": 2})),
    ];
    let deletion = [delete("appointments", 3), delete("pets", 2), delete("clients", 1)];
    for (edit, stays) in [
        (put("pets", 2, json!({"name": "Rex"})), true),
        (put("clients", 1, json!({"notes": "bites", "updated_at": 5})), true),
        (put("appointments", 3, json!({"is_overbooked": 1, "updated_at": 5})), false),
    ] {
        for swap in [false, true] {
            for later in [7, 8] {
                let mut hub = Hub::new();
                hub.push(9, 0, 0, family.clone()).unwrap();
                let mut two = [(7, deletion.to_vec()), (8, vec![edit.clone()])];
                if swap {
                    two.reverse();
                }
                for (desk, changes) in two {
                    hub.push(desk, if desk == later { 20 } else { 10 }, 4, changes).unwrap();
                }
                let is_there = |table: &str, row: u128| !hub.ledger.row(table, id(row)).unwrap().is_deleted();
                assert_eq!(
                    [is_there("clients", 1), is_there("pets", 2), is_there("appointments", 3)],
                    [stays; 3],
                    "all that went with it comes back with it: {edit:?}, {swap}, {later}"
                );
            }
        }
    }
    // The pet went to another client meanwhile: the one it was with may go.
    let mut hub = Hub::new();
    hub.push(9, 0, 0, family.clone()).unwrap();
    let moved = vec![put("pets", 2, json!({"client_id": text(9)})), put("appointments", 3, json!({"client_id": text(9)}))];
    hub.push(8, 10, 4, moved).unwrap();
    hub.push(7, 20, 4, deletion.to_vec()).unwrap();
    let is_there = |table: &str, row: u128| !hub.ledger.row(table, id(row)).unwrap().is_deleted();
    assert_eq!([is_there("clients", 1), is_there("pets", 2), is_there("appointments", 3)], [false, true, true]);
    // Who has read it deletes it.
    let mut hub = Hub::new();
    hub.push(9, 0, 0, family).unwrap();
    hub.push(8, 10, 4, vec![put("pets", 2, json!({"name": "Rex"}))]).unwrap();
    hub.push(7, 20, 5, deletion.to_vec()).unwrap();
    assert!(hub.ledger.row("pets", id(2)).unwrap().is_deleted());
}

/// What went before, by another deletion, stays gone.
#[test]
fn only_what_went_by_the_same_deletion_comes_back() {
    let mut hub = Hub::new();
    let pet = |row: u128| put("pets", row, json!({"client_id": text(1)}));
    let visit =
        |row: u128, pet: u128| put("appointments", row, json!({"client_id": text(1), "pet_id": text(pet), "starts_at": 1, "ends_at": 2}));
    hub.push(9, 0, 0, vec![put("clients", 1, json!({})), pet(2), pet(3), pet(4), visit(5, 2), visit(6, 3)]).unwrap();
    hub.push(7, 10, 6, vec![delete("appointments", 6), delete("pets", 3)]).unwrap();
    let seen = hub.head;
    hub.push(7, 20, seen, vec![delete("appointments", 5), delete("pets", 2), delete("pets", 4), delete("clients", 1)]).unwrap();
    hub.push(8, 15, 6, vec![put("pets", 2, json!({"name": "Rex"}))]).unwrap();
    let there =
        |table: &str, rows: &[u128]| rows.iter().map(|row| !hub.ledger.row(table, id(*row)).unwrap().is_deleted()).collect::<Vec<_>>();
    assert_eq!((there("clients", &[1]), there("pets", &[2, 3, 4])), (vec![true], vec![true, false, true]));
    assert_eq!(there("appointments", &[5, 6]), [true, false]);
}

/// A client who was merged into another by one desk, and of whom another desk writes unread, is there again, and not as a part of the other.
#[test]
fn a_merged_client_who_is_brought_back_is_merged_no_more() {
    let merge = |from: u128, into: u128, pet: u128| {
        let gone = json!({"deleted_at": 5, "merged_into_id": text(into)});
        vec![put("pets", pet, json!({"client_id": text(into)})), put("clients", from, gone)]
    };
    let family = |owner: u128, pet: u128| [put("clients", owner, json!({})), put("pets", pet, json!({"client_id": text(owner)}))];
    for edit in [put("clients", 1, json!({"phone": "1"})), put("pets", 5, json!({"client_id": text(1)}))] {
        let mut hub = Hub::new();
        hub.push(9, 0, 0, [family(1, 3), family(2, 4)].concat()).unwrap();
        hub.push(7, 10, 4, merge(1, 2, 3)).unwrap();
        hub.push(8, 20, 4, vec![edit]).unwrap();
        assert_eq!((hub.value("clients", 1, "deleted_at"), hub.value("clients", 1, "merged_into_id")), (Value::Null, Value::Null));
    }
    // Each merged into the other.
    let mut hub = Hub::new();
    hub.push(9, 0, 0, [family(1, 3), family(2, 4)].concat()).unwrap();
    hub.push(7, 10, 4, merge(1, 2, 3)).unwrap();
    hub.push(8, 20, 4, merge(2, 1, 4)).unwrap();
    for client in [1, 2] {
        assert_eq!(
            (hub.value("clients", client, "deleted_at"), hub.value("clients", client, "merged_into_id")),
            (Value::Null, Value::Null)
        );
    }
}

/// A pet that was merged into another by one desk, and of which another desk writes unread, is there again; what went over stays with the other.
#[test]
fn a_merged_pet_of_which_something_is_written_unread_is_there_again() {
    let client = || put("clients", 1, json!({}));
    let pet = |id: u128| put("pets", id, json!({"client_id": text(1)}));
    let visit =
        |id: u128, pet: u128| put("appointments", id, json!({"client_id": text(1), "pet_id": text(pet), "starts_at": 1, "ends_at": 2}));
    let merge = |from: u128, into: u128, visits: &[u128]| {
        let gone = put("pets", from, json!({"deleted_at": 5, "updated_at": 5}));
        let taken = visits.iter().map(|id| put("appointments", *id, json!({"pet_id": text(into), "updated_at": 5})));
        taken.chain([gone]).collect::<Vec<_>>()
    };
    let booked = visit(7, 2);
    let edited = put("pets", 2, json!({"name": "Rex"}));
    let noted = put("appointments", 4, json!({"status": "confirmed"}));
    for (unread, comes_back) in [(booked, true), (edited, true), (noted, false)] {
        for swap in [false, true] {
            let mut hub = Hub::new();
            hub.push(9, 0, 0, vec![client(), pet(2), pet(3), visit(4, 2)]).unwrap();
            let mut two = [(7, merge(2, 3, &[4])), (8, vec![unread.clone()])];
            if swap {
                two.reverse();
            }
            for (desk, changes) in two {
                hub.push(desk, 10 + i64::try_from(desk).unwrap(), 4, changes).unwrap();
            }
            let is_there = |table: &str, row: u128| !hub.ledger.row(table, id(row)).unwrap().is_deleted();
            assert_eq!(
                (is_there("pets", 2), is_there("pets", 3), is_there("appointments", 4)),
                (comes_back, true, true),
                "{unread:?}, {swap}"
            );
            assert_eq!(hub.value("appointments", 4, "pet_id"), json!(text(3)));
        }
    }
    // Each merged into the other: both are there, and a person looks at them again.
    let mut hub = Hub::new();
    hub.push(9, 0, 0, vec![client(), pet(2), pet(3), visit(4, 2), visit(5, 3)]).unwrap();
    hub.push(7, 10, 5, merge(2, 3, &[4])).unwrap();
    hub.push(8, 20, 5, merge(3, 2, &[5])).unwrap();
    assert!([2, 3].iter().all(|pet| !hub.ledger.row("pets", id(*pet)).unwrap().is_deleted()));
}

/// Two equal records of which nothing else is told are merged at one desk; at another the other way round, or the one that is kept is deleted.
#[test]
fn what_is_merged_into_stays_whatever_another_desk_makes_of_it_unread() {
    for (table, told, all) in [
        ("clients", json!({"source": "manual", "updated_at": 5}), vec![put("clients", 2, json!({})), put("clients", 3, json!({}))]),
        ("pets", json!({"species": "dog", "updated_at": 5}), {
            let pet = |id: u128| put("pets", id, json!({"client_id": text(1), "species": "dog"}));
            vec![put("clients", 1, json!({})), pet(2), pet(3)]
        }),
    ] {
        let merge = |from: u128, into: u128| {
            let gone = if table == "pets" { json!({"deleted_at": 5}) } else { json!({"deleted_at": 5, "merged_into_id": text(into)}) };
            vec![put(table, from, gone), put(table, into, told.clone())]
        };
        for (other, is_from_there) in [(merge(3, 2), true), (vec![delete(table, 3)], false)] {
            for (swap, later) in [(false, 7), (false, 8), (true, 7), (true, 8)] {
                let mut hub = Hub::new();
                hub.push(9, 0, 0, all.clone()).unwrap();
                let seen = hub.head;
                let mut two = [(7, merge(2, 3)), (8, other.clone())];
                if swap {
                    two.reverse();
                }
                for (desk, changes) in two {
                    hub.push(desk, if desk == later { 20 } else { 10 }, seen, changes).unwrap();
                }
                let is_there = |row: u128| !hub.ledger.row(table, id(row)).unwrap().is_deleted();
                assert_eq!([is_there(2), is_there(3)], [is_from_there, true], "{table}, {swap}, {later}");
            }
        }
    }
}

/// Another desk deletes a visit with its client while this one notes of it that it stands over another no more: nobody typed anything that would be lost.
#[test]
fn a_mark_brings_nothing_back() {
    for (columns, comes_back) in [(json!({ "is_overbooked": 0, "updated_at": 2 }), false), (json!({ "status": "pending" }), true)] {
        let mut hub = Hub::new();
        hub.push(1, 0, 0, vec![put("staff", 5, json!({ "first_name": "Ada", "created_at": 1, "updated_at": 1 }))]).unwrap();
        hub.push(1, 0, 0, vec![put("clients", 1, json!({ "created_at": 1, "updated_at": 1 }))]).unwrap();
        let visit = json!({ "client_id": text(1), "staff_id": text(5), "starts_at": NOW.0, "ends_at": NOW.0 + 1, "status": "confirmed",
            "is_overbooked": 1, "created_at": 1, "updated_at": 1 });
        hub.push(1, 0, 0, vec![put("appointments", 2, visit)]).unwrap();
        let seen = hub.head;
        hub.push(1, 10, seen, vec![delete("appointments", 2), delete("clients", 1)]).unwrap();
        hub.push(2, 20, seen, vec![put("appointments", 2, columns)]).unwrap();
        let is_there = |table: &str, row: u128| !hub.ledger.row(table, id(row)).unwrap().is_deleted();
        assert_eq!([is_there("appointments", 2), is_there("clients", 1)], [comes_back, comes_back]);
    }
}

#[test]
fn two_visits_at_one_time_are_kept_and_told() {
    let mut hub = Hub::new();
    hub.push(9, 0, 0, vec![put("staff", 1, json!({"first_name": "A"})), put("staff", 2, json!({"first_name": "B"}))]).unwrap();
    hub.visit(7, 10, 100, 200);
    let entries = hub.visit(8, 11, 150, 250);
    assert_eq!(hub.clash(11), json!(text(10)));
    assert_eq!(entries[1].maker, Maker::Clash);
    assert_eq!(hub.clash(10), Value::Null, "one clash is told once");
    hub.visit(8, 12, 250, 300);
    assert_eq!(hub.clash(12), Value::Null, "one after the other is no clash");
    // The one that was there first moves away: the flag goes.
    let seen = hub.head;
    hub.push(7, 30, seen, vec![put("appointments", 10, json!({"starts_at": 300, "ends_at": 400, "staff_id": text(1)}))]).unwrap();
    assert_eq!(hub.clash(11), Value::Null);
    // And comes back: now it is the one that clashes.
    let seen = hub.head;
    hub.push(7, 31, seen, vec![put("appointments", 10, json!({"starts_at": 100, "ends_at": 200, "staff_id": text(1)}))]).unwrap();
    assert_eq!((hub.clash(10), hub.clash(11)), (json!(text(11)), Value::Null));
    // Cancelled, kept both, given to somebody else, deleted: each settles it.
    for settle in [
        json!({"status": "cancelled"}),
        json!({"is_overbooked": 1}),
        json!({"staff_id": text(2), "starts_at": 150, "ends_at": 250}),
        json!({"deleted_at": 5}),
    ] {
        let (mut hub, seen) = (Hub { ledger: hub.ledger.clone(), schema: schema(), head: hub.head, n: hub.n }, hub.head);
        hub.push(8, 40, seen, vec![put("appointments", 11, settle.clone())]).unwrap();
        assert_eq!(hub.clash(10), Value::Null, "{settle}");
    }
}

#[test]
fn a_group_class_has_room_for_as_many_as_its_service_says() {
    let mut hub = Hub::new();
    let service = json!({"max_per_slot": 2, "buffer_minutes": 0, "kind": "grooming"});
    hub.push(9, 0, 0, vec![put("staff", 1, json!({"first_name": "A"})), put("services", 5, service)]).unwrap();
    for row in [10, 11, 12] {
        let columns = json!({"staff_id": text(1), "service_id": text(5), "starts_at": 100, "ends_at": 200, "status": "confirmed"});
        hub.push(7, row, hub.head, vec![put("appointments", row as u128, columns)]).unwrap();
    }
    assert_eq!([10, 11].map(|row| hub.clash(row)), [Value::Null, Value::Null]);
    assert_eq!(hub.clash(12), json!(text(10)));
}

#[test]
fn the_chain_of_a_row_leads_from_its_last_entry_to_its_first() {
    let mut hub = Hub::new();
    hub.push(7, 0, 0, vec![put("clients", 1, json!({})), put("clients", 2, json!({}))]).unwrap();
    let entries = hub.push(7, 1, 0, vec![put("clients", 1, json!({"phone": "1"})), put("clients", 1, json!({"phone": "2"}))]).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.prior).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(hub.ledger.row("clients", id(1)).unwrap().seq, 4);
}

/// What a deletion elsewhere clears, and what a register says besides what changed, is nothing that anybody typed.
#[test]
fn what_was_only_cleared_brings_nothing_back() {
    for swap in [false, true] {
        let mut hub = Hub::new();
        let visit =
            |row: u128| put("appointments", row, json!({"client_id": text(1), "starts_at": 1, "ends_at": 2, "status": "confirmed"}));
        let before = |row: u128| put("appointments", row, json!({"previous_appointment_id": text(5)}));
        hub.push(9, 0, 0, vec![put("clients", 1, json!({})), visit(5), visit(6)]).unwrap();
        hub.push(9, 1, 3, vec![before(6)]).unwrap();
        let seen = hub.head;
        let gone = vec![delete("appointments", 5), delete("appointments", 6), delete("clients", 1)];
        // One desk deletes the first visit alone, and by it the reference of the second is cleared.
        let cleared = put("appointments", 6, json!({"previous_appointment_id": null, "updated_at": 9}));
        let mut two = [(7, gone), (8, vec![delete("appointments", 5), cleared])];
        if swap {
            two.reverse();
        }
        for (desk, changes) in two {
            hub.push(desk, 10, seen, changes).unwrap();
        }
        let lives = |table: &str, row: u128| !hub.ledger.row(table, id(row)).unwrap().is_deleted();
        assert_eq!([lives("clients", 1), lives("appointments", 5), lives("appointments", 6)], [false; 3], "swapped: {swap}");
    }
    // A register comes whole: what it says as it stands anyway is no edit.
    let mut hub = Hub::new();
    let place = json!({"starts_at": 1, "ends_at": 2, "staff_id": null});
    hub.push(9, 0, 0, vec![put("appointments", 5, json!({"starts_at": 1, "ends_at": 2, "status": "confirmed"}))]).unwrap();
    hub.push(7, 10, 1, vec![delete("appointments", 5)]).unwrap();
    hub.push(8, 20, 1, vec![put("appointments", 5, place)]).unwrap();
    assert!(hub.ledger.row("appointments", id(5)).unwrap().is_deleted());
}

/// Clients are merged at one desk, by which all that the one has goes to the other, and another desk deletes something of it unread.
#[test]
fn a_merge_brings_back_what_went_with_the_client_and_not_what_was_deleted_by_itself() {
    let family = vec![
        put("clients", 1, json!({})),
        put("clients", 9, json!({})),
        put("pets", 2, json!({"client_id": text(1)})),
        put("appointments", 3, json!({"client_id": text(1), "pet_id": text(2), "starts_at": 1, "ends_at": 2})),
    ];
    let mut merge = vec![
        put("clients", 1, json!({"merged_into_id": text(9), "deleted_at": 7})),
        put("pets", 2, json!({"client_id": text(9), "updated_at": 7})),
        put("appointments", 3, json!({"client_id": text(9), "updated_at": 7})),
    ];
    let pet_alone = vec![delete("pets", 2), delete("appointments", 3)];
    let all = vec![delete("pets", 2), delete("appointments", 3), delete("clients", 1)];
    for (deletion, lives_on) in [(pet_alone, false), (all, true)] {
        for (swap, turn) in [(false, 0), (false, 1), (true, 0), (true, 2)] {
            // Who was merged into the one before comes first in a merge, and the client with them.
            merge.rotate_left(turn);
            let mut hub = Hub::new();
            hub.push(9, 0, 0, family.clone()).unwrap();
            let mut two = [(7, deletion.clone()), (8, merge.clone())];
            if swap {
                two.reverse();
            }
            for (n, (desk, changes)) in (10..).zip(two) {
                hub.push(desk, n, 4, changes).unwrap();
            }
            let lives = |table: &str, row: u128| !hub.ledger.row(table, id(row)).unwrap().is_deleted();
            let found = [lives("clients", 1), lives("clients", 9), lives("pets", 2), lives("appointments", 3)];
            assert_eq!(found, [false, true, lives_on, lives_on], "swapped: {swap}");
        }
    }
}

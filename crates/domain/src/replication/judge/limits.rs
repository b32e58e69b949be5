//! What somebody may send who means harm: it costs the hub no more than the rest.

use serde_json::json;

use super::tests::{Hub, put, text};
use super::*;

/// Thousands at one hour, as somebody may send them who means harm: none is held against all the others.
#[test]
fn a_day_with_thousands_of_visits_at_one_hour_is_judged_in_few_steps() {
    const VISITS: u128 = 5_000;
    let mut hub = Hub::new();
    hub.push(9, 0, 0, vec![put("staff", 1, json!({"first_name": "A"}))]).unwrap();
    let visit = |from: i64, to: i64| json!({"staff_id": text(1), "starts_at": from, "ends_at": to, "status": "confirmed"});
    let day = crate::DAY;
    // A stay of a month; those of its last days, which all clash with it; a crowd at one hour after it; and another the hour after.
    let mut row = 10;
    let mut some = |from: &dyn Fn(i64) -> i64, length: i64| {
        row += VISITS;
        (0..VISITS).map(|n| put("appointments", row + n, visit(from(n as i64), from(n as i64) + length))).collect()
    };
    let steps: [(Vec<Change>, usize); 4] = [
        (vec![put("appointments", 7, visit(-30 * day, 0))], 10),
        (some(&|n| -day + n * 40, 30), 300),
        (some(&|_| day, 3_600_000), 400),
        (some(&|_| day + 3_600_000, 3_600_000), 400),
    ];
    for (changes, most) in steps {
        let (seen, first, count) = (hub.head, changes[0].id, changes.len());
        hub.push(7, 10, seen, changes).unwrap();
        let looks = hub.ledger.agenda().looks.count() / count;
        assert!(looks <= most, "{looks} for each of {count} from {first} on");
    }
    let crowd = 10 + 3 * VISITS;
    assert!((0..VISITS).all(|n| hub.clash(crowd + n) != Value::Null), "each of a crowd is told");
    // All of it moves away at once.
    let seen = hub.head;
    let away =
        (0..VISITS).map(|n| put("appointments", crowd + n, visit(9 * day + n as i64 * 100, 9 * day + n as i64 * 100 + 50))).collect();
    hub.push(7, 20, seen, away).unwrap();
    let looks = hub.ledger.agenda().looks.count() / VISITS as usize;
    assert!(looks <= 800, "{looks} for each");
    assert_eq!(hub.clash(crowd + VISITS - 1), Value::Null);
}

/// A service that has room for all is no way round that: what would be held against millions is refused, and nothing of it stands.
#[test]
fn what_would_be_held_against_millions_is_refused() {
    const VISITS: u128 = 6_000;
    let crowd = |row: u128| {
        (0..VISITS).map(move |n| {
            put(
                "appointments",
                row + n,
                json!({"staff_id": text(1), "service_id": text(2), "starts_at": 0, "ends_at": 9, "status": "confirmed"}),
            )
        })
    };
    let mut hub = Hub::new();
    let room = json!({"max_per_slot": 1_000_000});
    hub.push(9, 0, 0, vec![put("staff", 1, json!({"first_name": "A"})), put("services", 2, room)]).unwrap();
    let refused = hub.push(7, 10, 2, crowd(10).collect()).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.column.as_str()), ("too_crowded", "starts_at"));
    assert_eq!(hub.ledger.rows_of("appointments").count(), 0);
    // As many as a hall holds go on.
    hub.push(7, 10, 2, crowd(10).take(1_000).collect()).unwrap();
}

/// One large row that is said to be made again, again and again: each entry would hold all of it.
#[test]
fn what_would_be_copied_into_many_entries_is_refused() {
    let mut hub = Hub::new();
    hub.push(9, 0, 0, vec![put("clients", 1, json!({"notes": "x".repeat(4_000_000)}))]).unwrap();
    let again = vec![put("clients", 1, json!({"created_at": 1})); 20];
    assert_eq!(hub.push(7, 10, 1, again).unwrap_err().code, "too_large");
    let touches = (0..300).map(|n| put("clients", 1, json!({"updated_at": n}))).collect();
    assert_eq!(hub.push(7, 10, 1, touches).unwrap().len(), 300);
    assert_eq!(hub.head, 301);
}

//! Visits as the hub holds them against each other: it must have read all that a visit may stand over.

use petrel_domain::replication::{Outcome, Push, Transaction, WIRE_SCHEMA};
use petrel_sim::{Postgres, Served};
use petrel_sync::{HttpHub, Hub, Parcel};
use serde_json::{Value, json};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const TEN: i64 = 1_800_000_000_000;

const STAFF: Uuid = Uuid::from_u128(1);
const CLIENT: Uuid = Uuid::from_u128(2);
const PET: Uuid = Uuid::from_u128(3);
const SERVICE: Uuid = Uuid::from_u128(4);
const ANSWER: Uuid = Uuid::from_u128(5);
const FIRST: Uuid = Uuid::from_u128(6);
const SECOND: Uuid = Uuid::from_u128(7);

fn change(table: &str, id: Uuid, columns: Value) -> Value {
    let mut all = json!({ "created_at": 1, "updated_at": 1 });
    all.as_object_mut().unwrap().extend(columns.as_object().unwrap().clone());
    json!({ "table": table, "id": id, "columns": all })
}

fn visit(id: Uuid, from: i64, until: i64, service: Option<Uuid>) -> Value {
    let columns = json!({ "client_id": CLIENT, "pet_id": PET, "staff_id": STAFF, "service_id": service, "starts_at": from, "ends_at": until,
        "status": "confirmed" });
    change("appointments", id, columns)
}

fn people() -> Vec<Value> {
    vec![
        change("staff", STAFF, json!({ "first_name": "Ada", "role": "veterinarian" })),
        change("clients", CLIENT, json!({ "first_name": "Ida" })),
        change("pets", PET, json!({ "client_id": CLIENT, "name": "Rex" })),
    ]
}

/// A replica, and what it does next.
struct Desk {
    replica: u128,
    n: i64,
}

impl Desk {
    fn new(replica: u128) -> Self {
        Self { replica, n: 0 }
    }

    /// Its next transaction, of who has read so far.
    fn next(&mut self, seen: i64, changes: Vec<Value>) -> Transaction {
        self.n += 1;
        let clock = ((TEN << 16) + self.n).to_string();
        let transaction =
            json!({ "replica": Uuid::from_u128(self.replica), "n": self.n, "clock": clock, "seen": seen, "changes": changes });
        serde_json::from_value(transaction).unwrap()
    }

    /// Pushes one transaction. Answers the log's last number.
    async fn push(&mut self, hub: &HttpHub, seen: i64, changes: Vec<Value>) -> i64 {
        self.push_all(hub, seen, vec![changes]).await
    }

    /// Pushes several at once.
    async fn push_all(&mut self, hub: &HttpHub, seen: i64, transactions: Vec<Vec<Value>>) -> i64 {
        push(hub, transactions.into_iter().map(|changes| self.next(seen, changes)).collect()).await
    }
}

async fn push(hub: &HttpHub, transactions: Vec<Transaction>) -> i64 {
    let pushed = hub.push(&Parcel::Open(Push { schema: WIRE_SCHEMA, transactions, follows: None, head: None })).await.unwrap();
    assert!(pushed.results.iter().all(|result| result.outcome == Outcome::Applied), "{:?}", pushed.results);
    pushed.head
}

/// What the two visits are said to clash with.
async fn clashes(hub: &HttpHub) -> [Value; 2] {
    let rows = hub.rows("appointments", &[FIRST, SECOND]).await.unwrap();
    let columns = |place: usize| rows[place].1.as_ref().unwrap();
    assert!((0..2).all(|place| columns(place).get("deleted_at").is_none_or(Value::is_null)), "both are there");
    [0, 1].map(|place| columns(place).get("clash_with_id").cloned().unwrap_or_default())
}

async fn setting() -> (Postgres, Served, Uuid, HttpHub) {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, _) = served.desk(clinic).await.unwrap();
    (postgres, served, clinic, hub)
}

#[tokio::test]
async fn a_visit_that_comes_back_for_what_hangs_on_it_is_held_against_what_took_its_place() {
    let (_postgres, served, clinic, hub) = setting().await;
    let (mut deleting, mut booking, mut answering) = (Desk::new(0xa), Desk::new(0xb), Desk::new(0xc));
    let mut all = people();
    all.push(visit(FIRST, TEN, TEN + HOUR, None));
    all.push(change("appointment_form_answers", ANSWER, json!({ "appointment_id": FIRST, "field_name": "sex", "field_value": "?" })));
    let before = deleting.push(&hub, 0, all).await;
    let gone = |table: &str, id: Uuid| json!({ "table": table, "id": id, "op": "delete", "columns": { "updated_at": 2 } });
    let deleted = vec![gone("appointment_form_answers", ANSWER), gone("appointments", FIRST), gone("pets", PET)];
    let after = deleting.push(&hub, before, deleted).await;
    let other = json!({ "client_id": CLIENT, "staff_id": STAFF, "starts_at": TEN, "ends_at": TEN + HOUR, "status": "confirmed" });
    booking.push(&hub, after, vec![change("appointments", SECOND, other)]).await;
    let answered = json!({ "table": "appointment_form_answers", "id": ANSWER, "columns": { "field_value": "female", "updated_at": 3 } });
    answering.push(&hub, before, vec![answered]).await;
    let found = clashes(&hub).await;
    assert_eq!(found, [json!(SECOND), Value::Null]);
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}

/// How long its visits take, and that they are stays, only the push itself says.
#[tokio::test]
async fn a_visit_whose_service_comes_along_is_held_against_all_that_it_reaches() {
    let (_postgres, served, _, _) = setting().await;
    let kept = Uuid::from_u128(8);
    let (stay, next) = ([TEN - 20 * DAY, TEN + DAY], [TEN + HOUR, TEN + 2 * HOUR]);
    // Stays of two services take places of their own.
    for (kind, of_first, buffer, [from, until], clashes_with) in
        [("boarding", SERVICE, 0, stay, json!(FIRST)), ("boarding", kept, 0, stay, Value::Null), ("medical", kept, 60, next, json!(FIRST))]
    {
        let (hub, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
        let service = |id: Uuid, buffer: i64| {
            change("services", id, json!({ "name": "Petrel", "kind": kind, "duration_minutes": 30, "buffer_minutes": buffer }))
        };
        let (mut first, mut second) = (Desk::new(0xa), Desk::new(0xb));
        let mut all = people();
        all.extend([service(of_first, 0), visit(FIRST, from, until, Some(of_first))]);
        let before = first.push(&hub, 0, all).await;
        second.push(&hub, before, vec![service(SERVICE, buffer), visit(SECOND, TEN, TEN + HOUR / 2, Some(SERVICE))]).await;
        assert_eq!(clashes(&hub).await, [Value::Null, clashes_with], "{kind} of {of_first}");
    }
}

/// A stay of any kind, which began days before.
#[tokio::test]
async fn a_visit_within_a_long_one_clashes_with_it_whichever_comes_first() {
    let (_postgres, served, _, _) = setting().await;
    let (long, short) = ((TEN - 3 * DAY, TEN + 2 * DAY), (TEN, TEN + HOUR));
    for [(from, until), (other_from, other_until)] in [[long, short], [short, long]] {
        let (hub, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
        let (mut first, mut second) = (Desk::new(0xa), Desk::new(0xb));
        let mut all = people();
        all.push(visit(FIRST, from, until, None));
        let before = first.push(&hub, 0, all).await;
        second.push(&hub, before, vec![visit(SECOND, other_from, other_until, None)]).await;
        assert_eq!(clashes(&hub).await, [Value::Null, json!(FIRST)]);
    }
}

/// "Keep both" of a visit that another desk moved away meanwhile; and of one that the other of the two left.
#[tokio::test]
async fn a_mark_goes_with_what_it_was_about() {
    let (_postgres, served, _, _) = setting().await;
    let is_marked = async |hub: &HttpHub| {
        let rows = hub.rows("appointments", &[SECOND]).await.unwrap();
        rows[0].1.as_ref().unwrap().get("is_overbooked") == Some(&json!(1))
    };
    let set = |id: Uuid, columns: Value| json!({ "table": "appointments", "id": id, "columns": columns });
    for other_leaves in [false, true] {
        let (hub, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
        let (mut keeping, mut moving) = (Desk::new(0xa), Desk::new(0xb));
        let mut all = people();
        all.extend([visit(FIRST, TEN, TEN + HOUR, None), visit(SECOND, TEN, TEN + HOUR, None)]);
        let before = keeping.push(&hub, 0, all).await;
        assert_eq!(clashes(&hub).await, [json!(SECOND), Value::Null]);
        keeping.push(&hub, before, vec![set(SECOND, json!({ "is_overbooked": 1, "updated_at": 2 }))]).await;
        assert_eq!((clashes(&hub).await, is_marked(&hub).await), ([Value::Null, Value::Null], true), "it stands over the first");
        let left = if other_leaves { FIRST } else { SECOND };
        let place = json!({ "starts_at": TEN + DAY, "ends_at": TEN + DAY + HOUR, "staff_id": STAFF, "updated_at": 3 });
        moving.push(&hub, before, vec![set(left, place)]).await;
        assert!(!is_marked(&hub).await, "it stands over nothing any more");
    }
}

/// Booked and moved before the desk came to the hub: the later change says only where the visit stands, of a visit that the hub does not have yet.
#[tokio::test]
async fn a_visit_that_is_booked_and_moved_in_one_push_is_held_against_all_that_it_reaches() {
    let (_postgres, served, _, _) = setting().await;
    let other = Uuid::from_u128(8);
    let service = |id: Uuid, buffer: i64| {
        change("services", id, json!({ "name": "Petrel", "kind": "medical", "duration_minutes": 30, "buffer_minutes": buffer }))
    };
    let moved = |from: i64| {
        let place = json!({ "staff_id": STAFF, "starts_at": from, "ends_at": from + HOUR / 2, "updated_at": 2 });
        json!({ "table": "appointments", "id": SECOND, "columns": place })
    };
    // What stands in the way is in the way by what the service keeps free alone, an hour later.
    for [booked, then] in [[TEN - 5 * DAY, TEN], [TEN, TEN]] {
        let (hub, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
        let (mut first, mut second) = (Desk::new(0xa), Desk::new(0xb));
        let mut all = people();
        all.extend([service(SERVICE, 60), service(other, 0), visit(FIRST, TEN + HOUR, TEN + 2 * HOUR, Some(other))]);
        let before = first.push(&hub, 0, all).await;
        let changes = vec![vec![visit(SECOND, booked, booked + HOUR / 2, Some(SERVICE))], vec![moved(then)]];
        second.push_all(&hub, before, changes).await;
        assert_eq!(clashes(&hub).await, [Value::Null, json!(FIRST)]);
    }
}

/// By the service that a visit had, a third was in its way.
#[tokio::test]
async fn a_visit_that_is_given_another_service_leaves_what_the_old_one_kept_free() {
    let (_postgres, served, _, _) = setting().await;
    let other = Uuid::from_u128(8);
    let service = |id: Uuid, buffer: i64| {
        change("services", id, json!({ "name": "Petrel", "kind": "medical", "duration_minutes": 30, "buffer_minutes": buffer }))
    };
    let set = |id: Uuid, columns: Value| json!({ "table": "appointments", "id": id, "columns": columns });
    let (hub, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
    let (mut first, mut second) = (Desk::new(0xa), Desk::new(0xb));
    let mut all = people();
    all.extend([service(SERVICE, 60), service(other, 0), visit(SECOND, TEN, TEN + HOUR / 2, Some(SERVICE))]);
    let before = first.push(&hub, 0, all).await;
    let head = first.push(&hub, before, vec![visit(FIRST, TEN + HOUR, TEN + 2 * HOUR, Some(other))]).await;
    assert_eq!(clashes(&hub).await, [json!(SECOND), Value::Null]);
    first.push(&hub, head, vec![set(FIRST, json!({ "is_overbooked": 1, "updated_at": 3 }))]).await;
    let head = second.push(&hub, head + 2, vec![set(SECOND, json!({ "service_id": other, "updated_at": 4 }))]).await;
    let rows = hub.rows("appointments", &[FIRST]).await.unwrap();
    assert_eq!(rows[0].1.as_ref().unwrap().get("is_overbooked"), Some(&json!(0)), "it stands over nothing any more, at {head}");
}

/// A file that became another replica sends in one push what it wrote as either. What the first of the two deleted, the other may not have read.
#[tokio::test]
async fn what_comes_back_is_read_by_whoever_of_a_push_had_not_read_that_it_went() {
    let (_postgres, served, clinic, hub) = setting().await;
    let (mut was, mut is) = (Desk::new(0xa), Desk::new(0xb));
    let mut all = people();
    all.push(visit(FIRST, TEN, TEN + HOUR, None));
    let before = was.push(&hub, 0, all).await;
    let gone = |table: &str, id: Uuid| json!({ "table": table, "id": id, "op": "delete", "columns": { "deleted_at": 5, "updated_at": 5 } });
    was.push(&hub, before, vec![gone("appointments", FIRST), gone("pets", PET), gone("clients", CLIENT)]).await;
    let other = was.next(before, vec![change("clients", SECOND, json!({ "first_name": "Eva" }))]);
    let edit = json!({ "table": "clients", "id": CLIENT, "columns": { "notes": "bites", "updated_at": 6 } });
    push(&hub, vec![other, is.next(before, vec![edit])]).await;
    for (table, id) in [("clients", CLIENT), ("pets", PET), ("appointments", FIRST)] {
        let rows = hub.rows(table, &[id]).await.unwrap();
        assert!(rows[0].1.as_ref().unwrap().get("deleted_at").is_none_or(Value::is_null), "{table}");
    }
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}

/// A deletion of more than the hub takes at once comes in portions, the client last, of whom another desk wrote meanwhile.
#[tokio::test]
async fn what_went_in_portions_comes_back_whole() {
    let (_postgres, served, clinic, hub) = setting().await;
    let (mut deleting, mut writing) = (Desk::new(0xa), Desk::new(0xb));
    let record = Uuid::from_u128(8);
    let mut all = people();
    all.push(visit(FIRST, TEN, TEN + HOUR, None));
    // Of the pet alone, and of no visit: two steps from the client.
    all.push(change("medical_records", record, json!({ "pet_id": PET, "kind": "note", "recorded_at": TEN })));
    let before = deleting.push(&hub, 0, all).await;
    let edit = json!({ "table": "clients", "id": CLIENT, "columns": { "notes": "bites", "updated_at": 6 } });
    writing.push(&hub, before, vec![edit]).await;
    let gone = |table: &str, id: Uuid| json!({ "table": table, "id": id, "op": "delete", "columns": { "deleted_at": 5, "updated_at": 5 } });
    for (table, id) in [("medical_records", record), ("appointments", FIRST), ("pets", PET), ("clients", CLIENT)] {
        deleting.push(&hub, before, vec![gone(table, id)]).await;
    }
    for (table, id) in [("clients", CLIENT), ("pets", PET), ("appointments", FIRST), ("medical_records", record)] {
        let rows = hub.rows(table, &[id]).await.unwrap();
        assert!(rows[0].1.as_ref().unwrap().get("deleted_at").is_none_or(Value::is_null), "{table}");
    }
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}

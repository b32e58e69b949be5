//! A desk that means harm: whatever it sends, it gets a clear refusal, the hub goes on, and other clinics are untouched.

#[allow(dead_code, reason = "not all of them are needed here")]
use petrel_domain::replication::{Columns, Outcome, Pulled, Pushed, Tokens};
use petrel_sim::{Postgres, Served, connect};
use petrel_sync::{HttpHub, Hub, HubError, Parcel, SnapshotPage};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

struct Stranger {
    client: Client,
    url: String,
    tokens: Tokens,
}

impl Stranger {
    async fn send(&self, method: Method, path: &str, body: impl Into<reqwest::Body>, headers: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.tokens.access_token).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        // A hub that refuses a body does not read it to its end: the connection may be gone before its words are read.
        let text = response.text().await.unwrap_or_default();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn push(&self, transactions: Value) -> (StatusCode, Value) {
        let body = json!({ "schema": 1, "transactions": transactions }).to_string();
        self.send(Method::POST, "/v1/sync/push", body, &[("content-type", "application/json")]).await
    }
}

fn transaction(n: i64, changes: Value) -> Value {
    json!({ "replica": "01900000-0000-7000-8000-0000000000aa", "n": n, "clock": "1", "changes": changes })
}

fn row(id: &str, columns: Value) -> Value {
    let mut all = json!({ "created_at": 1, "updated_at": 1 });
    all.as_object_mut().unwrap().extend(columns.as_object().unwrap().clone());
    json!({ "table": "clients", "id": id, "op": "put", "columns": all })
}

/// A text of some thousands of signs that packing does not make shorter.
fn too_long_for_an_index() -> String {
    (0_u32..200).map(|n| hex::encode(Sha256::digest(n.to_be_bytes()))).collect()
}

fn id(n: usize) -> String {
    format!("01900000-0000-7000-8000-{n:012x}")
}

/// Method, path, body, headers, and the status that must come.
type Case = (Method, &'static str, Vec<u8>, Vec<(&'static str, &'static str)>, u16);

const MINE: &str = "01900000-0000-7000-8000-000000000001";

async fn setting() -> (Postgres, Served, Uuid, Uuid, Stranger) {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let (mine, other) = (served.clinic().await.unwrap(), served.clinic().await.unwrap());
    let (_, enrolled) = served.desk(mine).await.unwrap();
    let stranger = Stranger { client: Client::new(), url: served.url.clone(), tokens: enrolled.tokens };
    (postgres, served, mine, other, stranger)
}

#[tokio::test]
async fn poison_is_set_aside_with_its_reason_and_the_others_flow_on() {
    let (_postgres, served, mine, _, stranger) = setting().await;
    let bad: Vec<(Value, &str)> = vec![
        (json!([]), "empty"),
        (json!([{ "table": "clients; DROP TABLE clients", "id": MINE, "columns": {} }]), "unknown_table"),
        (json!([{ "table": "devices", "id": MINE, "columns": { "name": "x" } }]), "unknown_table"),
        (json!([{ "table": "log_heads", "id": MINE, "columns": { "head": 9 } }]), "unknown_table"),
        (json!([{ "table": "pg_authid", "id": MINE, "columns": {} }]), "unknown_table"),
        (json!([row(&id(2), json!({ "notes) = 'x'; --": "x" }))]), "unknown_column"),
        (json!([row(&id(3), json!({ "clinic_id": id(9) }))]), "unknown_column"),
        (json!([row(&id(4), json!({ "made_clock": 1 }))]), "unknown_column"),
        (json!([row(&id(5), json!({ "notes": 5 }))]), "bad_value"),
        (json!([row(&id(6), json!({ "notes": "a\u{0}b" }))]), "bad_value"),
        (json!([row(&id(7), json!({ "sms_opted_out_at": "yesterday" }))]), "bad_value"),
        (json!([row(&id(8), json!({ "sms_opted_out_at": i64::MAX }))]), "bad_value"),
        (json!([row(&id(9), json!({ "custom_fields": { "a": "\u{0}" } }))]), "bad_value"),
        (json!([row(&id(10), json!({ "first_name": null }))]), "missing_value"),
        (json!([row(&id(11), json!({ "source": "stolen" }))]), "refused"),
        (json!([row(&id(12), json!({ "membership_status": "'; DROP TABLE clients; --" }))]), "refused"),
        (json!([row(&id(13), json!({ "merged_into_id": id(99) }))]), "missing_parent"),
        (json!([row(&id(14), json!({ "merged_into_id": "not an id" }))]), "bad_value"),
        (json!([{ "table": "pets", "id": id(15), "columns": { "name": "x", "created_at": 1, "updated_at": 1 } }]), "missing_value"),
        (
            json!([{ "table": "pets", "id": id(16), "columns": { "client_id": id(98), "name": "x", "created_at": 1, "updated_at": 1 } }]),
            "missing_parent",
        ),
        (
            json!([{ "table": "appointments", "id": id(17), "columns": { "starts_at": 5, "ends_at": 1, "created_at": 1, "updated_at": 1 } }]),
            "refused",
        ),
        (
            json!([{ "table": "staff", "id": id(18), "columns": { "first_name": "x", "role": "god", "created_at": 1, "updated_at": 1 } }]),
            "refused",
        ),
        (
            json!([{ "table": "staff", "id": id(19), "columns": { "first_name": "x".repeat(5000), "role": "owner", "created_at": 1, "updated_at": 1 } }]),
            "refused",
        ),
        (json!([{ "table": "pets", "id": id(20), "columns": { "born_on": "2024-02-31" } }]), "bad_value"),
        (json!([{ "table": "staff_schedules", "id": id(21), "columns": { "start_time": "99:99" } }]), "bad_value"),
        (json!([{ "table": "staff", "id": id(22), "columns": { "is_active": 7 } }]), "bad_value"),
        (
            json!([{ "table": "qr_codes", "id": id(23), "columns": { "code": too_long_for_an_index(), "created_at": 1, "updated_at": 1 } }]),
            "refused",
        ),
    ];
    // Good ones between, so that one batch holds both.
    let mut transactions = Vec::new();
    for (place, (changes, _)) in bad.iter().enumerate() {
        transactions.push(transaction(2 * place as i64 + 1, changes.clone()));
        transactions.push(transaction(2 * place as i64 + 2, json!([row(&id(1000 + place), json!({ "notes": "good" }))])));
    }
    let (status, answer) = stranger.push(Value::Array(transactions.clone())).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let pushed: Pushed = serde_json::from_value(answer).unwrap();
    for (place, (changes, code)) in bad.iter().enumerate() {
        let result = &pushed.results[2 * place];
        assert_eq!(
            (result.outcome, result.reason.as_ref().map(|reason| reason.code.as_str())),
            (Outcome::Rejected, Some(*code)),
            "{changes}"
        );
        assert_eq!(pushed.results[2 * place + 1].outcome, Outcome::Applied, "the one after {changes}");
    }
    assert_eq!(pushed.head, bad.len() as i64);
    // Said again, it is answered again as it was.
    let (_, again) = stranger.push(Value::Array(transactions)).await;
    let again: Pushed = serde_json::from_value(again).unwrap();
    assert!(again.results.iter().all(|result| result.outcome != Outcome::Applied) && again.head == pushed.head);
    assert_eq!(petrel_hub::check(&served.database, mine).await.unwrap(), Vec::<String>::new());
}

/// Ids and clocks that are none, and whatever else cannot be read of a transaction, are that one's fault: never the batch's, never the desk's.
#[tokio::test]
async fn what_cannot_be_read_of_one_transaction_holds_up_no_other() {
    let (_postgres, served, mine, _, stranger) = setting().await;
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let with = |column: &str, value: Value| {
        let mut change = row(&id(1), json!({}));
        change[column] = value;
        json!([change])
    };
    let bad: Vec<(&str, Value, &str)> = vec![
        ("changes", with("id", json!("not an id")), "bad_id"),
        ("changes", with("id", json!(5)), "bad_id"),
        ("changes", with("id", json!("\u{0}")), "bad_id"),
        ("clock", json!("-1"), "bad_clock"),
        ("clock", json!(5), "bad_clock"),
        ("clock", json!("99999999999999999999"), "bad_clock"),
        ("changes", with("op", json!("erase")), "malformed"),
        ("changes", with("columns", json!([])), "malformed"),
        ("changes", with("columns", json!({ "custom_fields": deep })), "malformed"),
        ("changes", json!("all"), "malformed"),
        ("staff_id", json!("Ada"), "malformed"),
        ("n", json!(0), "bad_number"),
        ("n", json!(-7), "bad_number"),
    ];
    let mut transactions = Vec::new();
    for (place, (field, value, _)) in bad.iter().enumerate() {
        let mut one = transaction(2 * place as i64 + 1, json!([row(&id(1), json!({}))]));
        one["mark"] = json!(3);
        one[*field] = value.clone();
        transactions.push(one);
        transactions.push(transaction(2 * place as i64 + 2, json!([row(&id(1000 + place), json!({ "notes": "good" }))])));
    }
    for outcome in [Outcome::Applied, Outcome::Repeated] {
        let (status, answer) = stranger.push(Value::Array(transactions.clone())).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let pushed: Pushed = serde_json::from_value(answer).unwrap();
        for (place, (field, value, code)) in bad.iter().enumerate() {
            let result = &pushed.results[2 * place];
            let found = result.reason.as_ref().map(|reason| reason.code.as_str());
            assert_eq!((result.outcome, found), (Outcome::Rejected, Some(*code)), "{field} {value}");
            assert_eq!(pushed.results[2 * place + 1].outcome, outcome, "the one after {field} {value}");
        }
        assert_eq!(pushed.head, bad.len() as i64);
        let row = pushed.results[0].reason.as_ref().unwrap();
        assert_eq!((row.table.as_str(), row.id), ("clients", None));
    }
    // What was sent is kept beside its reason.
    let client = connect(&served.database_url).await.unwrap();
    let sql = "SELECT count(*), count(*) FILTER (WHERE body ->> 'said' LIKE '%not an id%') FROM rejections";
    let kept = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((kept.get::<_, i64>(0), kept.get::<_, i64>(1)), (bad.len() as i64, 1));
    // One that does not say which it is cannot be answered.
    for field in ["replica", "n", "mark"] {
        let mut nameless = transaction(200, json!([row(&id(1), json!({}))]));
        nameless[field] = json!("x");
        let (status, answer) = stranger.push(json!([nameless])).await;
        assert_eq!((status, answer["type"].as_str()), (StatusCode::BAD_REQUEST, Some("urn:petrel:problem:malformed")), "{field}");
    }
    assert_eq!(petrel_hub::check(&served.database, mine).await.unwrap(), Vec::<String>::new());
}

/// The same as a desk sees it: what the hub cannot read waits for a person, and the rest is sent.
#[tokio::test]
async fn a_desk_sets_aside_what_the_hub_cannot_read_and_goes_on() {
    let (_postgres, served, mine, ..) = setting().await;
    let folder = petrel_sim::fast_folder().unwrap();
    let desk = crate::common::open(&folder.path().join("desk.petrel"));
    let hub = crate::common::tie(&desk, &served, mine).await;
    for name in ["Ada", "Ida", "Una"] {
        let sql = format!("INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (randomblob(16), '{name}', 1, 1)");
        crate::common::sql(&desk, &sql);
    }
    let done = petrel_sync::send(&desk, &Spoiling(hub), &petrel_domain::SystemClock).await.unwrap();
    assert_eq!((done.sent, done.rejected, desk.local_hub().unwrap().waiting), (2, 1, 0));
    let rejected = desk.rejected().unwrap();
    assert_eq!((rejected.len(), rejected[0].n, rejected[0].reason.code.as_str()), (1, 2, "bad_id"));
    assert_eq!(rejected[0].transaction.changes[0].columns.get("first_name"), Some(&json!("Ida")), "as it was written");
}

/// A line on which the ids of the second transaction are spoilt.
struct Spoiling(HttpHub);

impl Hub for Spoiling {
    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        let Parcel::Open(push) = parcel else { return Err(HubError::TooEarly) };
        let mut push = json!(push);
        for change in push["transactions"][1]["changes"].as_array_mut().into_iter().flatten() {
            change["id"] = json!("spoilt");
        }
        let body = push.to_string();
        let size = body.len();
        self.0.push(&Parcel::Packed(body.into(), None, size)).await
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<Pulled, HubError> {
        self.0.pull(after, wait).await
    }

    async fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> Result<SnapshotPage, HubError> {
        self.0.snapshot(table, after, since).await
    }

    async fn rows(&self, table: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        self.0.rows(table, ids).await
    }

    async fn digest(&self) -> Result<petrel_sync::Digest, HubError> {
        self.0.digest().await
    }
}

/// So many rows that some were sent to Postgres before the poison was, and some after it.
#[tokio::test]
async fn poison_among_many_rows_does_not_hold_up_those_before_and_after_it() {
    let (_postgres, served, mine, _, stranger) = setting().await;
    let many = |from: usize| (from..from + 2_000).map(|n| row(&id(n), json!({ "notes": "good" }))).collect::<Value>();
    let poison = |n: usize| json!([row(&id(n), json!({ "source": "stolen" }))]);
    let changes = [many(10_000), poison(1), many(20_000), poison(2), json!([row(&id(3), json!({}))])];
    let transactions: Value = (1..).zip(changes).map(|(n, changes)| transaction(n, changes)).collect();
    // Over a connection that knows no statement yet, and over one that knows them all.
    for first in [Outcome::Applied, Outcome::Repeated] {
        let (status, answer) = stranger.push(transactions.clone()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let pushed: Pushed = serde_json::from_value(answer).unwrap();
        let outcomes: Vec<_> = pushed.results.iter().map(|result| result.outcome).collect();
        assert_eq!(outcomes, [first, Outcome::Rejected, first, Outcome::Rejected, first]);
        assert_eq!(pushed.head, 4_001);
    }
    assert_eq!(petrel_hub::check(&served.database, mine).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn malformed_requests_get_a_clear_answer() {
    let (_postgres, served, mine, _, stranger) = setting().await;
    let json_kind = [("content-type", "application/json")];
    let bomb = zstd::bulk::compress(&vec![b' '; 200 << 20], 19).unwrap();
    assert!(bomb.len() < 100_000, "two hundred megabytes of nothing, well packed");
    let small_bomb = zstd::bulk::compress(&vec![b' '; 20 << 20], 19).unwrap();
    let packed = vec![("content-type", "application/json"), ("content-encoding", "zstd")];
    let cases: Vec<Case> = vec![
        (Method::POST, "/v1/sync/push", b"".to_vec(), json_kind.to_vec(), 400),
        (Method::POST, "/v1/sync/push", b"{".to_vec(), json_kind.to_vec(), 400),
        (Method::POST, "/v1/sync/push", b"[[[[[[".to_vec(), json_kind.to_vec(), 400),
        (Method::POST, "/v1/sync/push", br#"{"schema": 1}"#.to_vec(), json_kind.to_vec(), 400),
        (Method::POST, "/v1/sync/push", br#"{"schema": 99, "transactions": []}"#.to_vec(), json_kind.to_vec(), 426),
        (Method::POST, "/v1/sync/push", br#"{"schema": 0, "transactions": []}"#.to_vec(), json_kind.to_vec(), 426),
        (Method::POST, "/v1/sync/push", vec![0xff; 1000], json_kind.to_vec(), 400),
        (Method::POST, "/v1/sync/push", vec![b' '; 33 << 20], json_kind.to_vec(), 413),
        (Method::POST, "/v1/sync/push", bomb, packed.clone(), 413),
        (Method::POST, "/v1/sync/push", b"not zstd".to_vec(), vec![("content-encoding", "zstd")], 400),
        (Method::GET, "/v1/sync/pull", Vec::new(), Vec::new(), 400),
        (Method::GET, "/v1/sync/pull?after=x", Vec::new(), Vec::new(), 400),
        (Method::GET, "/v1/sync/pull?after=0&schema=99", Vec::new(), Vec::new(), 426),
        (Method::GET, "/v1/sync/pull?after=5", Vec::new(), Vec::new(), 410),
        (Method::GET, "/v1/sync/snapshot/devices", Vec::new(), Vec::new(), 404),
        (Method::GET, "/v1/sync/snapshot/clients;drop", Vec::new(), Vec::new(), 404),
        (Method::GET, "/v1/sync/snapshot/clients?after_id=x", Vec::new(), Vec::new(), 400),
        (Method::POST, "/v1/sync/rows/clients", br#"["x"]"#.to_vec(), json_kind.to_vec(), 400),
        (Method::POST, "/v1/sync/rows/log", b"[]".to_vec(), json_kind.to_vec(), 404),
        (Method::POST, "/v1/sync/rows/clients", [vec![b' '; 100_000], b"[]".to_vec()].concat(), json_kind.to_vec(), 413),
        (Method::POST, "/v1/sync/rows/clients", small_bomb.clone(), packed.clone(), 413),
        (Method::GET, "/v1/sync/history/clients/x", Vec::new(), Vec::new(), 404),
        (Method::GET, "/v1/sync/snapshot/%FF", Vec::new(), Vec::new(), 400),
        (Method::POST, "/v1/sync/rows/%FF", b"[]".to_vec(), json_kind.to_vec(), 400),
        (Method::GET, "/v1/sync/history/%FF/%FF", Vec::new(), Vec::new(), 400),
        (Method::GET, "/v1/blobs/%FF", Vec::new(), Vec::new(), 400),
        (Method::PUT, "/v1/blobs/%FF", b"x".to_vec(), Vec::new(), 400),
        (Method::POST, "/v1/devices/%FF/revoke", Vec::new(), Vec::new(), 400),
        (Method::POST, "/v1/sync/push", b"packed".to_vec(), vec![("content-encoding", "gzip")], 415),
        (Method::POST, "/v1/devices/enrol", b"packed".to_vec(), vec![("content-encoding", "br")], 415),
        (Method::PUT, "/v1/blobs/..%2f..%2fetc%2fpasswd", b"x".to_vec(), Vec::new(), 404),
        (Method::PUT, "/v1/blobs/0000000000000000000000000000000000000000000000000000000000000000", b"x".to_vec(), Vec::new(), 422),
        (Method::POST, "/v1/devices/enrol", br#"{"code": "AAAA-AAAA-AAAA", "name": "x", "schema": 1}"#.to_vec(), json_kind.to_vec(), 403),
        (Method::POST, "/v1/devices/enrol", vec![b' '; 64 << 10], json_kind.to_vec(), 413),
        (Method::POST, "/v1/devices/token", vec![b' '; 64 << 10], json_kind.to_vec(), 413),
        (Method::POST, "/v1/devices/token", small_bomb, packed, 413),
        (Method::POST, "/v1/devices/token", br#"{"refresh_token": "x"}"#.to_vec(), json_kind.to_vec(), 401),
        (Method::DELETE, "/v1/sync/push", Vec::new(), Vec::new(), 404),
        (Method::GET, "/admin", Vec::new(), Vec::new(), 404),
    ];
    for (method, path, body, headers, status) in cases {
        let size = body.len();
        let (found, answer) = stranger.send(method.clone(), path, body, &headers).await;
        assert_eq!(found.as_u16(), status, "{method} {path} with {size} bytes: {answer}");
        let is_cut = size > 1 << 20 && answer == "";
        assert!(is_cut || answer["type"].as_str().is_some_and(|kind| kind.starts_with("urn:petrel:problem:")), "{path}: {answer}");
    }
    // And it serves as before, from beyond the number that a desk said it had read.
    let (hub, _) = served.desk(mine).await.unwrap();
    let head = hub.pull(i64::MAX, 0).await.unwrap().head;
    assert!(head > 5);
    assert_eq!(hub.pull(head, 0).await.unwrap().head, head);
}

#[tokio::test]
async fn nothing_reaches_another_clinic() {
    let (_postgres, served, mine, other, stranger) = setting().await;
    let (theirs, _) = served.desk(other).await.unwrap();
    let (_, enrolled) = served.desk(other).await.unwrap();
    let neighbour = Stranger { client: Client::new(), url: served.url.clone(), tokens: enrolled.tokens };
    neighbour.push(json!([transaction(1, json!([row(MINE, json!({ "notes": "secret" }))]))])).await;
    // By the same ids, into every table, with every trick of a header: it lands in the stranger's own clinic or nowhere.
    for (place, header) in ["x-clinic-id", "clinic_id", "petrel.clinic_id", "authorization2"].into_iter().enumerate() {
        let body = json!({ "schema": 1, "clinic_id": other, "transactions": [transaction(place as i64 + 1, json!([row(MINE, json!({ "notes": "mine" }))]))] });
        stranger.send(Method::POST, &format!("/v1/sync/push?clinic_id={other}"), body.to_string(), &[(header, &other.to_string())]).await;
    }
    let (status, rows) = stranger.send(Method::POST, "/v1/sync/rows/clients", json!([MINE]).to_string(), &[]).await;
    assert_eq!((status, rows[0][1]["notes"].as_str()), (StatusCode::OK, Some("mine")));
    let kept = theirs.rows("clients", &[Uuid::parse_str(MINE).unwrap()]).await.unwrap();
    assert_eq!(kept[0].1.as_ref().unwrap().get("notes").unwrap(), "secret");
    assert_eq!(theirs.pull(0, 0).await.unwrap().head, 1);
    // A desk of one clinic locks out none of another.
    let (status, _) = stranger.send(Method::POST, &format!("/v1/devices/{}/revoke", enrolled.device_id), "", &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    for clinic in [mine, other] {
        assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
    }
}

/// A thousandfold of what a row has: a page of the table ends where it is large enough, and the desk asks on.
#[tokio::test]
async fn a_page_of_large_rows_has_fewer_of_them() {
    const ROWS: usize = 11;
    const SIZE: usize = 3_000_000;
    let (_postgres, served, mine, _, stranger) = setting().await;
    let rows: Value = (1..=ROWS).map(|n| row(&id(n), json!({}))).collect();
    assert_eq!(stranger.push(json!([transaction(1, rows)])).await.0, StatusCode::OK);
    let client = connect(&served.database_url).await.unwrap();
    client.batch_execute(&format!("UPDATE clients SET notes = repeat('x', {SIZE})")).await.unwrap();
    let (hub, _) = served.desk(mine).await.unwrap();
    let (mut found, mut pages, mut after) = (0, 0, None);
    loop {
        let page = hub.snapshot("clients", after, 0).await.unwrap();
        let outline = petrel_store::outline_copy(&page.rows).unwrap();
        assert!(page.rows.len() < 8 * SIZE, "{} bytes", page.rows.len());
        (found, pages, after) = (found + outline.rows, pages + 1, page.last_id);
        if page.is_last {
            break;
        }
    }
    assert_eq!((found, pages), (ROWS, 2));

    // So does an answer by ids; those it has no room for are asked for again.
    let mut asked: Vec<Uuid> = (1..=ROWS + 1).map(|n| Uuid::parse_str(&id(n)).unwrap()).collect();
    let missing = asked[ROWS];
    let (mut found, mut answers) = (0, 0);
    while !asked.is_empty() {
        let answered = hub.rows("clients", &asked).await.unwrap();
        assert!((1..=3).contains(&answered.len()), "{} rows", answered.len());
        for (id, row) in answered {
            assert_eq!(row.is_none(), id == missing, "{id}");
            found += usize::from(row.is_some());
            asked.retain(|asked| *asked != id);
        }
        answers += 1;
    }
    assert!(found == ROWS && answers > 3, "{found} rows in {answers} answers");
}

/// Two computers with records of their own were let in while the clinic was empty: the first that sends founds it.
#[tokio::test]
async fn a_second_clinic_is_not_mixed_into_the_first() {
    let (_postgres, served, mine, _, stranger) = setting().await;
    let clinic = |n: i64, place: usize| {
        let columns = json!({ "name": "Petrel Vets", "timezone": "Europe/Berlin", "created_at": 1, "updated_at": 1 });
        let mut one =
            transaction(n, json!([{ "table": "clinics", "id": id(place), "columns": columns }, row(&id(100 + place), json!({}))]));
        one["replica"] = json!(Uuid::from_u128(place as u128));
        json!([one])
    };
    let (status, answer) = stranger.push(clinic(1, 1)).await;
    assert_eq!((status, &answer["head"]), (StatusCode::OK, &json!(2)), "{answer}");
    let (status, answer) = stranger.push(clinic(1, 2)).await;
    assert_eq!((status, answer["type"].as_str()), (StatusCode::CONFLICT, Some("urn:petrel:problem:other-clinic")), "{answer}");
    // The first goes on, also where it tells of everything anew.
    let (status, answer) = stranger.push(clinic(2, 1)).await;
    assert_eq!((status, answer["results"][0]["outcome"].as_str()), (StatusCode::OK, Some("applied")), "{answer}");
    let (_, rows) = stranger.send(Method::POST, "/v1/sync/rows/clients", json!([id(102)]).to_string(), &[]).await;
    assert_eq!(rows[0][1], Value::Null);
    assert_eq!(petrel_hub::check(&served.database, mine).await.unwrap(), Vec::<String>::new());
}

/// As many pushes as there are connections wait for one clinic's lock: the other clinics are served meanwhile.
#[tokio::test]
async fn a_clinic_that_pushes_much_at_once_takes_the_connections_of_none() {
    let (_postgres, served, mine, other, stranger) = setting().await;
    let (theirs, _) = served.desk(other).await.unwrap();
    let client = connect(&served.database_url).await.unwrap();
    let lock = "SELECT pg_advisory_lock(hashtextextended($1, 4790))";
    client.query_one(lock, &[&mine.to_string()]).await.unwrap();
    let stranger = std::sync::Arc::new(stranger);
    let push = |n: u128| {
        let stranger = std::sync::Arc::clone(&stranger);
        let mut one = transaction(1, json!([row(MINE, json!({ "notes": "much" }))]));
        one["replica"] = json!(Uuid::from_u128(n));
        tokio::spawn(async move { stranger.push(json!([one])).await.0 })
    };
    let pushes: Vec<_> = (1..=20).map(push).collect();
    let waiting = async || {
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    while waiting().await < 3 {}
    for _ in 0..3 {
        assert_eq!(theirs.pull(0, 0).await.unwrap().head, 0);
    }
    assert_eq!(waiting().await, 3, "the others wait without a connection");
    client.query_one("SELECT pg_advisory_unlock_all()::text", &[]).await.unwrap();
    for push in pushes {
        assert_eq!(push.await.unwrap(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_clock_in_2090_wins_nothing_for_long() {
    let (_postgres, _served, _, _, stranger) = setting().await;
    let far = (3_786_912_000_000_i64 << 16).to_string();
    let mut ahead = transaction(1, json!([row(MINE, json!({ "notes": "2090" }))]));
    ahead["clock"] = json!(far);
    let (_, answer) = stranger.push(json!([ahead])).await;
    assert_eq!(answer["results"][0]["outcome"], "applied");
    let now = petrel_domain::Clock::now(&petrel_domain::SystemClock);
    let mut right = transaction(1, json!([{ "table": "clients", "id": MINE, "columns": { "notes": "now" } }]));
    right["replica"] = json!("01900000-0000-7000-8000-0000000000bb");
    right["clock"] = json!(((now.0 + 1000) << 16).to_string());
    stranger.push(json!([right])).await;
    let (_, rows) = stranger.send(Method::POST, "/v1/sync/rows/clients", json!([MINE]).to_string(), &[]).await;
    assert_eq!(rows[0][1]["notes"], "now");
}

/// A hub on the same database that bears so many requests a minute. Answers its address; it ends with the test.
async fn patient(served: &Served, requests_per_minute: u32) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = listener.local_addr().unwrap();
    let data_dir = std::env::temp_dir().join("petrel-hub-that-keeps-nothing");
    let settings = petrel_hub::Settings { listen, data_dir, public_url: None, log_days: 90, requests_per_minute };
    let patient = petrel_hub::Hub::new(served.database.clone(), &settings);
    tokio::spawn(petrel_hub::serve(patient, listener, std::future::pending()));
    format!("http://{listen}")
}

/// A desk that asks too often is told when it may ask again; it is neither locked out nor told of wrong codes.
#[tokio::test]
async fn who_asks_too_often_is_told_to_wait() {
    let (_postgres, served, mine, ..) = setting().await;
    let url = patient(&served, 2).await;
    let (_, enrolled) = served.desk(mine).await.unwrap();
    let desk = HttpHub::new(&url, Some(enrolled.tokens), Box::new(|_| Ok(()))).unwrap();
    for _ in 0..2 {
        desk.pull(0, 0).await.unwrap();
    }
    let refused = desk.pull(0, 0).await.map(|page| page.head);
    assert!(matches!(refused, Err(HubError::Busy(Some(1..=60)))), "{refused:?}");
}

/// A stranger who guesses codes is told to wait; who has one is let in meanwhile.
#[tokio::test]
async fn who_guesses_codes_keeps_no_desk_out() {
    let (_postgres, served, mine, ..) = setting().await;
    let url = patient(&served, 2).await;
    let door = HttpHub::new(&url, None, Box::new(|_| Ok(()))).unwrap();
    let (code, _) = petrel_hub::make_code(&served.database, mine).await.unwrap();
    let no_handle = if code.starts_with("0000") { "1111-0000-0000" } else { "0000-0000-0000" };
    let guess = async || door.enrol(no_handle, "Stranger", "test").await.map(|enrolled| enrolled.device_id);
    for _ in 0..2 {
        assert_eq!(guess().await, Err(HubError::BadCode));
    }
    assert!(matches!(guess().await, Err(HubError::Busy(Some(1..=60)))));
    assert_eq!(
        door.enrol("none at all", "Stranger", "test").await.map(|enrolled| enrolled.device_id),
        Err(HubError::BadCode),
        "not looked up"
    );
    assert_eq!(door.enrol(&code, "Front desk", "test").await.unwrap().clinic_id, mine);
}

/// Each reads a whole clinic.
#[tokio::test]
async fn so_many_clinics_are_compared_at_a_time() {
    let (_postgres, served, mine, other, _) = setting().await;
    let (hub_of_mine, _) = served.desk(mine).await.unwrap();
    let owner = connect(&served.database_url).await.unwrap();
    owner.batch_execute("BEGIN; LOCK TABLE clients IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let looking = connect(&served.database_url).await.unwrap();
    let mut compared = Vec::new();
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%clients%'";
    for (clinic, count) in [(mine, 1), (other, 2)] {
        let (hub, _) = served.desk(clinic).await.unwrap();
        compared.push(tokio::spawn(async move { hub.digest().await.map(|(head, _)| head) }));
        while looking.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) < count {}
        assert!(matches!(hub_of_mine.digest().await, Err(HubError::Busy(Some(_)))), "of one clinic one at a time, of {count}");
    }
    let (third, _) = served.desk(served.clinic().await.unwrap()).await.unwrap();
    assert!(matches!(third.digest().await, Err(HubError::Busy(Some(_)))));
    owner.batch_execute("ROLLBACK").await.unwrap();
    for compared in compared {
        assert_eq!(compared.await.unwrap(), Ok(0));
    }
    assert_eq!(hub_of_mine.digest().await.map(|(head, _)| head), Ok(0));
}

//! What a hub holds for its desks, and how it lets go of it.

use std::time::Duration;

use petrel_domain::replication::{Push, Tokens, WIRE_SCHEMA};
use petrel_hub::{Config, Database, Hub as Server, Settings};
use petrel_sim::Postgres;
use petrel_sync::{HttpHub, Hub, Parcel};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// A hub with few connections to its database, that can be told to stop, and a desk of it.
struct Held {
    url: String,
    database: Database,
    database_url: String,
    tokens: Tokens,
    hub: HttpHub,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
    _postgres: Postgres,
    _folder: tempfile::TempDir,
}

impl Held {
    async fn start(connections: usize) -> Self {
        let postgres = Postgres::start().unwrap();
        let config = Config { database_url: postgres.database().await.unwrap(), connections };
        Database::migrate(&config).await.unwrap();
        let database = Database::connect(&config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let data_dir = folder.path().to_owned();
        let settings = Settings { listen, data_dir, public_url: None, log_days: 90, requests_per_minute: 10_000 };
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let task = tokio::spawn(petrel_hub::serve(Server::new(database.clone(), &settings), listener, stopped));
        let clinic = petrel_hub::NewClinic { name: "Petrel Vets".to_owned(), timezone: "Europe/Berlin".to_owned() };
        let clinic = petrel_hub::add_clinic(&database, &clinic).await.unwrap();
        let (code, _) = petrel_hub::make_code(&database, clinic).await.unwrap();
        let url = format!("http://{listen}");
        let hub = HttpHub::new(&url, None, Box::new(|_| Ok(()))).unwrap();
        let tokens = hub.enrol(&code, "Front desk", "test").await.unwrap().tokens;
        Self { url, database, database_url: config.database_url, tokens, hub, stop: Some(stop), task, _postgres: postgres, _folder: folder }
    }

    async fn metric(&self, name: &str) -> i64 {
        let text = reqwest::get(format!("{}/metrics", self.url)).await.unwrap().text().await.unwrap();
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap()
    }

    async fn push(&self, transactions: Vec<Value>) {
        let transactions = serde_json::from_value(Value::Array(transactions)).unwrap();
        let push = Push { schema: WIRE_SCHEMA, transactions, follows: None, head: None };
        let pushed = self.hub.push(&Parcel::Open(push)).await.unwrap();
        assert!(pushed.results.iter().all(|result| result.reason.is_none()));
    }

    /// A push that has said its head, and waits to be asked for its body.
    async fn begin_push(&self) -> TcpStream {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut line = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/sync/push HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nexpect: 100-continue\r\ncontent-length: 1000\r\n\r\n",
            self.tokens.access_token
        );
        line.write_all(head.as_bytes()).await.unwrap();
        line
    }
}

async fn is_asked_for_its_body(line: &mut TcpStream) {
    const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut said = vec![0; GO_ON.len()];
    line.read_exact(&mut said).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&said), String::from_utf8_lossy(GO_ON));
}

#[tokio::test]
async fn who_waits_for_news_is_let_go_when_the_hub_stops() {
    let mut held = Held::start(2).await;
    let waits = async { tokio::time::timeout(LONG, held.hub.pull(0, 30)).await };
    let stop = held.stop.take().unwrap();
    let stops = async {
        while held.metric("petrel_waiting_desks ").await == 0 {}
        stop.send(()).unwrap();
    };
    let (pulled, ()) = tokio::join!(waits, stops);
    let pulled = pulled.expect("nobody waits on for news").unwrap();
    assert_eq!((pulled.transactions.len(), pulled.head, pulled.more), (0, 0, false));
    tokio::time::timeout(LONG, held.task).await.expect("nothing is under way any more").unwrap();
}

/// A body of 32 MB is held whole, and read into several times that: not more of them than a clinic's turn is.
#[tokio::test]
async fn a_push_is_read_when_it_is_its_turn() {
    let held = Held::start(2).await;
    let mut read = Vec::new();
    for _ in 0..6 {
        let mut line = held.begin_push().await;
        is_asked_for_its_body(&mut line).await;
        read.push(line);
    }
    let mut next = held.begin_push().await;
    let mut sign = [0];
    let early = tokio::time::timeout(Duration::from_millis(300), next.peek(&mut sign)).await;
    assert!(early.is_err(), "it waits with its body unread");
    // One that breaks off leaves its turn.
    drop(read.pop());
    tokio::time::timeout(LONG, is_asked_for_its_body(&mut next)).await.unwrap();
}

/// Answers of many megabytes that nobody takes: of one clinic no more than eight, and it waits for those alone; others do not, nor does who waits for news.
#[tokio::test]
async fn large_answers_that_nobody_takes_are_so_many_of_a_clinic() {
    const TABLE: &str = "/v1/sync/snapshot/clients";
    let held = Held::start(2).await;
    let row = |n: u128| json!({ "table": "clients", "id": Uuid::from_u128(n), "columns": { "first_name": "Ada", "created_at": 1, "updated_at": 1 } });
    let rows: Vec<Value> = (1..=7).map(row).collect();
    held.push(vec![json!({ "replica": Uuid::from_u128(1), "n": 1, "clock": "65536", "changes": rows })]).await;
    let owner = petrel_sim::connect(&held.database_url).await.unwrap();
    owner.batch_execute("UPDATE clients SET notes = repeat('x', 3000000)").await.unwrap();
    let ask = async |path: &str| {
        let address = held.url.strip_prefix("http://").unwrap();
        let mut line = TcpStream::connect(address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n", held.tokens.access_token);
        line.write_all(head.as_bytes()).await.unwrap();
        line
    };
    let mut untaken = Vec::new();
    for _ in 0..8 {
        let mut line = ask(TABLE).await;
        line.read_u8().await.unwrap();
        untaken.push(line);
    }
    assert_eq!(held.metric("petrel_large_answers ").await, 8);
    let mut next = ask(TABLE).await;
    let early = tokio::time::timeout(Duration::from_millis(300), next.read_u8()).await;
    assert!(early.is_err(), "it waits");
    // Small answers, and the wait for news, need no room; another clinic has its own.
    assert_eq!(held.hub.pull(i64::MAX, 0).await.unwrap().head, 7);
    assert_eq!(held.hub.pull(7, 1).await.unwrap().transactions.len(), 0);
    let neighbour = petrel_hub::NewClinic { name: "Next door".to_owned(), timezone: "Europe/Berlin".to_owned() };
    let neighbour = petrel_hub::add_clinic(&held.database, &neighbour).await.unwrap();
    let (code, _) = petrel_hub::make_code(&held.database, neighbour).await.unwrap();
    let theirs = HttpHub::new(&held.url, None, Box::new(|_| Ok(()))).unwrap();
    theirs.enrol(&code, "Front desk", "test").await.unwrap();
    assert!(theirs.snapshot("clients", None, 0).await.unwrap().is_last);

    drop(untaken.pop());
    tokio::time::timeout(LONG, next.read_u8()).await.expect("one has gone").unwrap();
    drop((untaken, next));
    let none = async { while held.metric("petrel_large_answers ").await > 0 {} };
    tokio::time::timeout(LONG, none).await.expect("their room comes free");
    // One that is taken whole leaves its room, too.
    assert_eq!(petrel_store::outline_copy(&held.hub.snapshot("clients", None, 0).await.unwrap().rows).unwrap().rows, 6);
    let none = async { while held.metric("petrel_large_answers ").await > 0 {} };
    tokio::time::timeout(LONG, none).await.expect("its room comes free");
}

/// Each set of columns that change together is a statement, and there are more such sets than a connection can remember.
#[tokio::test]
async fn statements_are_not_kept_for_ever() {
    const SETS: i64 = 600;
    const COLUMNS: [&str; 10] =
        ["first_name", "last_name", "email", "phone", "address", "external_id", "notes", "source", "membership_status", "email_status"];
    let held = Held::start(1).await;
    let transaction = |n: i64, columns: Value| {
        let change = json!({ "table": "clients", "id": Uuid::from_u128(u128::from(n.unsigned_abs() % 1_000)), "columns": columns });
        json!({ "replica": Uuid::from_u128(1), "n": n, "clock": (65_536 * n).to_string(), "changes": [change] })
    };
    let value = |column: &str| match column {
        "source" => json!("csv"),
        "membership_status" => json!("paused"),
        "email_status" => json!("bounced"),
        _ => json!("x"),
    };
    let new = json!({ "first_name": "Ada", "created_at": 1, "updated_at": 1 });
    held.push((1..=SETS).map(|n| transaction(n, new.clone())).collect()).await;
    let set = |n: i64| {
        let columns = COLUMNS.iter().enumerate().filter(|(place, _)| n & (1 << place) != 0);
        Value::Object(columns.map(|(_, column)| ((*column).to_owned(), value(column))).collect())
    };
    held.push((1..=SETS).map(|n| transaction(1_000 + n, set(n))).collect()).await;
    assert!(held.database.prepared().await.unwrap() > SETS, "each is prepared");
    held.hub.pull(i64::MAX, 0).await.unwrap();
    let left = held.database.prepared().await.unwrap();
    assert!(left < 50, "{left} are");
}

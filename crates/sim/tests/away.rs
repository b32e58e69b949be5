//! A hub whose database is not there: not yet, not any more, or no longer its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use clap::Parser;
use petrel_hub::{Config, Database, Hub as Server, NewClinic, Program, Settings};
use petrel_sim::{Postgres, Served, connect, port};
use petrel_sync::{HttpHub, Hub, HubError};
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

/// A line to a server that can be told to carry nothing any more, and to close nothing either: as if the computer at its other end were gone. Lines that
/// are made after that are carried.
struct Line {
    url: String,
    is_dead: Arc<AtomicBool>,
    made: Arc<AtomicUsize>,
    was_made: Arc<Notify>,
}

impl Line {
    /// To the server at an address, which turns away the first `closed` that come.
    async fn to(url: &str, closed: usize) -> Self {
        let (user, rest) = url.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let (server, listener) = (server.to_owned(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let url = format!("{user}@{}/{name}", listener.local_addr().unwrap());
        let line = Self { url, is_dead: Arc::default(), made: Arc::default(), was_made: Arc::default() };
        let (is_dead, made, was_made) = (Arc::clone(&line.is_dead), Arc::clone(&line.made), Arc::clone(&line.was_made));
        tokio::spawn(async move {
            while let Ok((hub, _)) = listener.accept().await {
                let place = made.fetch_add(1, Ordering::SeqCst);
                was_made.notify_one();
                if place < closed {
                    continue;
                }
                let there = TcpStream::connect(&server).await.unwrap();
                let (from_hub, to_hub) = hub.into_split();
                let (from_server, to_server) = there.into_split();
                // One that is made while the others are dead works.
                let dies = (!is_dead.load(Ordering::SeqCst)).then(|| Arc::clone(&is_dead));
                tokio::spawn(carry(from_hub, to_server, dies.clone()));
                tokio::spawn(carry(from_server, to_hub, dies));
            }
        });
        line
    }
}

async fn carry(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, dies: Option<Arc<AtomicBool>>) {
    let mut some = vec![0; 16 << 10];
    while let Ok(read) = from.read(&mut some).await {
        if dies.as_ref().is_some_and(|is_dead| is_dead.load(Ordering::SeqCst)) {
            return std::future::pending().await;
        }
        if read == 0 || to.write_all(&some[..read]).await.is_err() {
            return;
        }
    }
}

async fn status(url: &str) -> Option<StatusCode> {
    reqwest::get(format!("{url}/v1/ready")).await.ok().map(|answer| answer.status())
}

/// The two are started at the same time, and the database takes longer.
#[tokio::test]
async fn a_hub_that_starts_before_its_database_waits_for_it() {
    let postgres = Postgres::start().unwrap();
    let line = Line::to(&postgres.database().await.unwrap(), 2).await;
    let folder = tempfile::tempdir().unwrap();
    let listen = port::free_address().unwrap().to_string();
    let data_dir = folder.path().display().to_string();
    let program = ["petrel-hub", "--database-url", &line.url, "serve", "--listen", &listen, "--data-dir", &data_dir];
    let serving = tokio::spawn(Program::parse_from(program).run());
    while line.made.load(Ordering::SeqCst) < 3 {
        assert!(!serving.is_finished(), "{:?}", serving.await);
        tokio::time::timeout(LONG, line.was_made.notified()).await.expect("it is tried again");
    }
    let ready = async { while status(&format!("http://{listen}")).await != Some(StatusCode::OK) {} };
    tokio::time::timeout(LONG, ready).await.expect("it serves");
    serving.abort();
}

/// What another moment will not change is said at once.
#[tokio::test]
async fn a_hub_whose_database_does_not_exist_says_so() {
    let postgres = Postgres::start().unwrap();
    let none = Config { database_url: format!("{}/petrel_of_nobody", postgres.address()), connections: 1 };
    let waited = tokio::time::timeout(LONG, Database::wait_for(&none)).await.expect("it does not wait");
    let Err(error) = waited else { panic!("there is none") };
    assert!(format!("{error:#}").contains("petrel_of_nobody"), "{error:#}");
}

/// The computer with the database is gone, and closes nothing.
#[tokio::test]
async fn lines_that_are_dead_are_noticed_by_who_listens_and_not_lent_again() {
    let postgres = Postgres::start().unwrap();
    let url = postgres.database().await.unwrap();
    let line = Line::to(&url, 0).await;
    // One connection for requests: whoever is given a dead one waits.
    let config = Config { database_url: line.url.clone(), connections: 1 };
    Database::migrate(&config).await.unwrap();
    let database = Database::connect(&config).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hub_url = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings {
        listen: listener.local_addr().unwrap(),
        data_dir: folder.path().to_owned(),
        public_url: None,
        log_days: 90,
        requests_per_minute: 1_000,
    };
    let clinic = NewClinic { name: "Petrel Vets".to_owned(), timezone: "Europe/Berlin".to_owned() };
    let clinic = petrel_hub::add_clinic(&database, &clinic).await.unwrap();
    let (code, _) = petrel_hub::make_code(&database, clinic).await.unwrap();
    tokio::spawn(petrel_hub::serve(Server::new(database, &settings), listener, std::future::pending()));
    let hub = HttpHub::new(&hub_url, None, Box::new(|_| Ok(()))).unwrap();
    let tokens = hub.enrol(&code, "Front desk", "test").await.unwrap().tokens;
    let plain = connect(&url).await.unwrap();
    let listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%refinery_schema_history%' AND pid <> pg_backend_pid()";
    let listens = async { while plain.query_one(listening, &[]).await.unwrap().get::<_, i64>(0) == 0 {} };
    tokio::time::timeout(LONG, listens).await.expect("it listens");

    let before = line.made.load(Ordering::SeqCst);
    line.is_dead.store(true, Ordering::SeqCst);
    // This one gets the dead connection, and is answered all the same.
    let body = serde_json::json!({ "refresh_token": tokens.refresh_token }).to_string();
    let renewing = reqwest::Client::new().post(format!("{hub_url}/v1/devices/token")).body(body).timeout(LONG).send();
    let made_anew = async {
        while line.made.load(Ordering::SeqCst) == before {
            line.was_made.notified().await;
        }
    };
    let (renewed, made_anew) = tokio::join!(renewing, tokio::time::timeout(LONG, made_anew));
    assert_eq!(renewed.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    made_anew.expect("who listens makes a line anew");
    // The next is not given it again.
    assert_eq!(tokio::time::timeout(LONG, hub.pull(0, 0)).await.unwrap().map(|page| page.head), Ok(0));
}

/// Two hubs before one database; the other was brought up to date first, and the tables have what this one would send desks that do not know it.
#[tokio::test]
async fn a_hub_whose_tables_are_a_later_programs_serves_no_more() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, _) = served.desk(clinic).await.unwrap();
    assert_eq!(hub.pull(0, 0).await.map(|page| page.head), Ok(0));
    assert_eq!(status(&served.url).await, Some(StatusCode::OK));
    let waiting = tokio::spawn(async move { (hub.pull(0, 30).await.map(|page| page.head), hub) });
    let owner = connect(&served.database_url).await.unwrap();
    let migrated =
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (9999, 'of_later', '2030-01-01T00:00:00Z', '1')";
    owner.batch_execute(&format!("{migrated}; NOTIFY petrel_log, 'migrated'")).await.unwrap();
    let ready = |expected| {
        let url = served.url.clone();
        async move { while status(&url).await != Some(expected) {} }
    };
    tokio::time::timeout(LONG, ready(StatusCode::SERVICE_UNAVAILABLE)).await.expect("a balancer sees it");
    let (waited, hub) = tokio::time::timeout(LONG, waiting).await.unwrap().unwrap();
    assert!(matches!(waited, Err(HubError::Busy(_))), "who waits is let go: {waited:?}");
    assert!(matches!(hub.digest().await, Err(HubError::Busy(_))));
    let lives = reqwest::get(format!("{}/v1/health", served.url)).await.unwrap();
    assert_eq!(lives.status(), StatusCode::OK);

    // It asks again from time to time.
    owner.batch_execute("DELETE FROM refinery_schema_history WHERE version = 9999").await.unwrap();
    tokio::time::timeout(LONG, ready(StatusCode::OK)).await.expect("it serves again");
    assert_eq!(hub.pull(0, 0).await.map(|page| page.head), Ok(0));
}

/// What cannot be a token is no question to the database.
#[tokio::test]
async fn a_made_up_token_is_refused_without_the_database() {
    let postgres = Postgres::alone().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    postgres.crash().unwrap();
    let client = reqwest::Client::new();
    for (token, expected) in [("x".to_owned(), 401), ("A".repeat(64), 401), ("a".repeat(65), 401), ("a".repeat(64), 503)] {
        let answer = client.get(format!("{}/v1/devices", served.url)).bearer_auth(&token).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{token}");
        let body = serde_json::json!({ "refresh_token": token }).to_string();
        let answer = client.post(format!("{}/v1/devices/token", served.url)).body(body).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{token}");
    }
}

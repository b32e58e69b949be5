//! What one clinic may take of what all clinics share: handles of codes, desks, room for pushes.

use std::time::Duration;

use petrel_sim::{Postgres, Served, connect};
use petrel_sync::{HttpHub, HubError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

/// A desk that asks for codes without end would leave others none: the twenty bits of a handle are all clinics'.
#[tokio::test]
async fn a_clinic_has_so_many_codes_open_and_the_oldest_makes_room() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let (mine, theirs) = (served.clinic().await.unwrap(), served.clinic().await.unwrap());
    let (desk, _) = served.desk(mine).await.unwrap();
    let (of_theirs, _) = petrel_hub::make_code(&served.database, theirs).await.unwrap();
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(desk.new_code().await.unwrap().code);
    }
    let owner = connect(&served.database_url).await.unwrap();
    let count =
        async |of| -> i64 { owner.query_one("SELECT count(*) FROM enrolment_codes WHERE clinic_id = $1", &[&of]).await.unwrap().get(0) };
    assert_eq!((count(mine).await, count(theirs).await), (10, 1), "what was used is gone, too");
    let stranger = HttpHub::new(&served.url, None, Box::new(|_| Ok(()))).unwrap();
    for old in &codes[..2] {
        assert_eq!(stranger.enrol(old, "Late", "test").await.unwrap_err(), HubError::BadCode);
    }
    for (code, clinic) in [(&codes[2], mine), (&codes[11], mine), (&of_theirs, theirs)] {
        assert_eq!(stranger.enrol(code, "Desk", "test").await.unwrap().clinic_id, clinic);
    }
    // What is over goes with the next one.
    let over = "UPDATE enrolment_codes SET expires_at = now() - interval '1 second' WHERE clinic_id = $1";
    owner.execute(over, &[&mine]).await.unwrap();
    desk.new_code().await.unwrap();
    assert_eq!(count(mine).await, 1);
    // Drawn at the same moment, they are counted all the same.
    let drawn = (0..30).map(|_| petrel_hub::make_code(&served.database, mine));
    for drawn in futures_util::future::join_all(drawn).await {
        drawn.unwrap();
    }
    assert_eq!(count(mine).await, 10);
}

#[tokio::test]
async fn a_clinic_has_so_many_desks_and_one_that_was_locked_out_is_none() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let (mine, theirs) = (served.clinic().await.unwrap(), served.clinic().await.unwrap());
    let (desk, enrolled) = served.desk(mine).await.unwrap();
    let code = desk.new_code().await.unwrap().code;
    let owner = connect(&served.database_url).await.unwrap();
    let fill = "INSERT INTO devices (clinic_id, id, name, schema_version, access_hash, access_expires_at, refresh_hash)
                SELECT $1, gen_random_uuid(), 'Desk', 1, sha256(n::text::bytea), now(), sha256(n::text::bytea) FROM generate_series(1, 199) AS n";
    owner.execute(fill, &[&mine]).await.unwrap();
    assert_eq!(desk.new_code().await.map(drop), Err(HubError::TooManyDesks));
    let said = petrel_hub::make_code(&served.database, mine).await.unwrap_err().to_string();
    assert!(said.starts_with("clinic: it has 200 desks") && said.contains("device revoke"), "{said}");
    let stranger = HttpHub::new(&served.url, None, Box::new(|_| Ok(()))).unwrap();
    assert_eq!(stranger.enrol(&code, "One more", "test").await.unwrap_err(), HubError::TooManyDesks);
    served.desk(theirs).await.unwrap();
    // One that is locked out makes room, and the code that was drawn before is as good as it was.
    let one = "SELECT id FROM devices WHERE clinic_id = $1 AND id <> $2 LIMIT 1";
    let one: uuid::Uuid = owner.query_one(one, &[&mine, &enrolled.device_id]).await.unwrap().get(0);
    owner.execute("UPDATE devices SET revoked_at = now() WHERE id = $1", &[&one]).await.unwrap();
    assert_eq!(stranger.enrol(&code, "One more", "test").await.unwrap().clinic_id, mine);
}

/// A push that has said its head, and waits to be asked for its body.
async fn begin_push(served: &Served, desk: &HttpHub) -> TcpStream {
    let address = served.url.strip_prefix("http://").unwrap();
    let mut line = TcpStream::connect(address).await.unwrap();
    let token = desk.tokens().await.unwrap().access_token;
    let head = format!(
        "POST /v1/sync/push HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nexpect: 100-continue\r\ncontent-length: 1000\r\n\r\n"
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line
}

async fn is_asked_for_its_body(line: &mut TcpStream) {
    let mut said = [0; 12];
    line.read_exact(&mut said).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&said), "HTTP/1.1 100");
}

/// Each may be 32 MB, held whole: not more of them at a time than a hub has memory for, however many clinics send.
#[tokio::test]
async fn pushes_of_all_clinics_are_so_many_at_a_time() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let mut desks = Vec::new();
    for _ in 0..9 {
        desks.push(served.desk(served.clinic().await.unwrap()).await.unwrap().0);
    }
    let desk = desks.pop().unwrap();
    let mut lines = Vec::new();
    for desk in desks.iter().cycle().take(32) {
        let mut line = begin_push(&served, desk).await;
        tokio::time::timeout(LONG, is_asked_for_its_body(&mut line)).await.expect("there is room");
        lines.push(line);
    }
    let mut next = begin_push(&served, &desk).await;
    let early = tokio::time::timeout(Duration::from_millis(300), next.peek(&mut [0])).await;
    assert!(early.is_err(), "it waits with its body unread");
    let held = reqwest::get(format!("{}/metrics", served.url)).await.unwrap().text().await.unwrap();
    assert!(held.contains("\npetrel_pushes_held 32\n"), "{held}");
    // Who asks for something else does not wait.
    desk.devices().await.unwrap();
    drop(lines.pop());
    tokio::time::timeout(LONG, is_asked_for_its_body(&mut next)).await.expect("one has gone");
}

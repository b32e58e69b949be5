//! An older database is put back at the hub: what desks had sent since it was kept is sent again.

use std::path::Path;

use crate::common::{first_desk, key, next_desk, open, sql, tie};
use petrel_domain::{Millis, SystemClock};
use petrel_sim::{Postgres, Served, connect, fast_folder};
use petrel_store::Store;
use petrel_sync::{HttpHub, Hub, HubError, SyncError, compare, join, round, send};
use tempfile::TempDir;
use uuid::Uuid;

const CLINIC: &str = "INSERT INTO clinics (id, name, timezone, created_at, updated_at)
    VALUES (x'01900000000070008000000000000001', 'Petrel Vets', 'Europe/Berlin', 1, 1)";

/// When the gap of the numbers is as small as it can be: `2026-01-01` and a minute.
const FIRST_MINUTE: Millis = Millis(1_767_225_660_000);

fn client(n: u8, name: &str) -> String {
    format!("INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (x'0190000000007000800000000000010{n}', '{name}', 1, 1)")
}

fn pet(n: u8) -> String {
    format!(
        "INSERT INTO pets (id, client_id, name, created_at, updated_at)
         VALUES (x'0190000000007000800000000000020{n}', x'0190000000007000800000000000010{n}', 'Rex', 1, 1)"
    )
}

fn names(store: &Store) -> String {
    let sql = "SELECT group_concat(first_name, ' ') FROM (SELECT first_name FROM clients WHERE deleted_at IS NULL ORDER BY id)";
    store.read(|db| Ok(db.query_row(sql, [], |row| row.get(0))?)).unwrap()
}

/// A hub, and the first desk of a clinic of it, which has nothing yet.
async fn setting() -> (Postgres, Served, Uuid, TempDir, Store, HttpHub) {
    let postgres = Postgres::alone().unwrap();
    let before = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = before.clinic().await.unwrap();
    let (first, hub) = first_desk(&before, clinic, folder.path()).await;
    (postgres, before, clinic, folder, first, hub)
}

/// Keeps a database as it is now. Answers the address of what was kept.
async fn keep(postgres: &Postgres, url: &str) -> String {
    let name = url.rsplit('/').next().unwrap();
    let server = connect(&format!("{}/postgres", postgres.address())).await.unwrap();
    let close = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    let end = "SELECT bool_and(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE datname = $1";
    server.batch_execute(&close).await.unwrap();
    server.query_one(end, &[&name]).await.unwrap();
    server.batch_execute(&format!("CREATE DATABASE {name}_kept TEMPLATE {name}")).await.unwrap();
    server.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await.unwrap();
    format!("{url}_kept")
}

/// A connection of before is found dead once by each of the pool.
async fn once_it_answers(desk: &Store, hub: &HttpHub) {
    loop {
        match round(desk, hub, &SystemClock).await {
            Err(SyncError::Hub(HubError::Busy(_))) => {}
            done => return drop(done.unwrap()),
        }
    }
}

/// Goes on at the hub whose database was put back, as a desk does: it is told that it is behind, and is filled anew once nothing waits.
async fn go_on(desk: &Store, hub: &HttpHub, served: &Served, new: &Path) -> Store {
    let ended = round(desk, hub, &SystemClock).await;
    assert!(matches!(ended, Err(SyncError::Hub(HubError::BehindHorizon))), "{ended:?}");
    let sent = send(desk, hub, &SystemClock).await.unwrap();
    assert_eq!((sent.rejected, desk.has_unsent().unwrap()), (0, false));
    let here = desk.local_hub().unwrap();
    let begun = here.begun("Petrel Vets".to_owned(), "Europe/Berlin".to_owned()).unwrap();
    join(new, &key(), hub, &served.url, &begun.enrolled, |_| {}).await.unwrap();
    let desk = open(new);
    round(&desk, hub, &SystemClock).await.unwrap();
    assert_eq!(compare(&desk, hub).await.unwrap(), Some(Vec::new()));
    desk
}

/// The first desk writes on before it hears that the database was put back, and what it writes rests on what was lost there.
#[tokio::test]
async fn what_was_sent_after_the_backup_is_sent_again() {
    let (postgres, before, clinic, folder, first, first_hub) = setting().await;
    sql(&first, CLINIC);
    sql(&first, &client(1, "Ada"));
    round(&first, &first_hub, &SystemClock).await.unwrap();
    let (second, second_hub) = next_desk(&before, clinic, &folder.path().join("second.petrel")).await;

    let kept = keep(&postgres, &before.database_url).await;
    sql(&first, &client(2, "Bo"));
    sql(&first, "UPDATE clients SET first_name = 'Eve', updated_at = 2 WHERE first_name = 'Ada'");
    sql(&second, &client(3, "Cy"));
    for (desk, hub) in [(&first, &first_hub), (&second, &second_hub)] {
        once_it_answers(desk, hub).await;
    }
    assert_eq!(names(&second), "Eve Bo Cy");
    drop(before);

    assert_eq!(petrel_hub::leave_out_numbers(&kept, FIRST_MINUTE).await.unwrap(), 1);
    let served = Served::on(&kept).await.unwrap();
    // What opens the door may be newer than the backup: then a code does.
    let (first_hub, second_hub) = (tie(&first, &served, clinic).await, tie(&second, &served, clinic).await);
    sql(&first, &pet(2));
    let first = go_on(&first, &first_hub, &served, &folder.path().join("first-new.petrel")).await;
    assert_eq!(names(&first), "Eve Bo");
    let second = go_on(&second, &second_hub, &served, &folder.path().join("second-new.petrel")).await;
    assert_eq!(names(&second), "Eve Bo Cy");
    round(&first, &first_hub, &SystemClock).await.unwrap();
    assert_eq!(names(&first), "Eve Bo Cy");
    assert_eq!(first.unsettled().unwrap(), (0, 0), "nothing was refused");
    let pets = "SELECT count(*) FROM pets WHERE deleted_at IS NULL";
    assert_eq!(second.read(|db| Ok(db.query_row(pets, [], |row| row.get::<_, i64>(0))?)).unwrap(), 1);
    let log = second_hub.pull(1_000_000_002, 0).await.unwrap().transactions;
    assert_eq!(log.iter().map(|logged| logged.n).collect::<Vec<_>>(), [3, 4, 5, 1], "by the numbers they had, each once");
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}

/// The first desk comes first, with what it wrote of a client whom the second brings; and the same database is put back once more.
#[tokio::test]
async fn what_rests_on_lost_work_waits_for_it_and_a_second_time_loses_nothing_either() {
    let (postgres, before, clinic, folder, first, first_hub) = setting().await;
    sql(&first, CLINIC);
    round(&first, &first_hub, &SystemClock).await.unwrap();
    let (second, second_hub) = next_desk(&before, clinic, &folder.path().join("second.petrel")).await;
    let kept = keep(&postgres, &before.database_url).await;
    let once_more = keep(&postgres, &kept).await;
    sql(&second, &client(3, "Cy"));
    once_it_answers(&second, &second_hub).await;
    once_it_answers(&first, &first_hub).await;
    sql(&first, &pet(3));
    round(&first, &first_hub, &SystemClock).await.unwrap();
    drop(before);

    petrel_hub::leave_out_numbers(&kept, FIRST_MINUTE).await.unwrap();
    let served = Served::on(&kept).await.unwrap();
    let (first_hub, second_hub) = (tie(&first, &served, clinic).await, tie(&second, &served, clinic).await);
    let ended = round(&first, &first_hub, &SystemClock).await;
    assert!(matches!(ended, Err(SyncError::Hub(HubError::BehindHorizon))), "{ended:?}");
    let early = send(&first, &first_hub, &SystemClock).await;
    assert!(matches!(early, Err(SyncError::Hub(HubError::Busy(_)))), "{early:?}");
    let second = go_on(&second, &second_hub, &served, &folder.path().join("second-new.petrel")).await;
    let first = go_on(&first, &first_hub, &served, &folder.path().join("first-new.petrel")).await;
    round(&second, &second_hub, &SystemClock).await.unwrap();
    let pets = "SELECT count(*) FROM pets WHERE deleted_at IS NULL";
    assert_eq!(second.read(|db| Ok(db.query_row(pets, [], |row| row.get::<_, i64>(0))?)).unwrap(), 1);
    assert_eq!(first.unsettled().unwrap(), (0, 0), "nothing was refused");

    sql(&first, &client(4, "Di"));
    once_it_answers(&first, &first_hub).await;
    drop(served);
    petrel_hub::leave_out_numbers(&once_more, FIRST_MINUTE.plus_minutes(1)).await.unwrap();
    let served = Served::on(&once_more).await.unwrap();
    let first_hub = tie(&first, &served, clinic).await;
    let first = go_on(&first, &first_hub, &served, &folder.path().join("first-newest.petrel")).await;
    assert_eq!(names(&first), "Di", "what it had sent before it was filled anew, its file says no more");
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}

/// A standby takes the place of a server that was lost, without the last that this one had answered for, and nobody says so. The second desk pushes first,
/// and would be given the numbers of what the first had sent.
#[tokio::test]
async fn what_a_promoted_standby_lacks_is_sent_again() {
    let (postgres, before, clinic, folder, first, first_hub) = setting().await;
    sql(&first, CLINIC);
    round(&first, &first_hub, &SystemClock).await.unwrap();
    let (second, second_hub) = next_desk(&before, clinic, &folder.path().join("second.petrel")).await;
    let standby = keep(&postgres, &before.database_url).await;
    sql(&first, &client(2, "Bo"));
    once_it_answers(&first, &first_hub).await;
    sql(&second, &client(3, "Cy"));
    for (desk, hub) in [(&second, &second_hub), (&first, &first_hub)] {
        once_it_answers(desk, hub).await;
    }
    drop(before);

    let served = Served::on(&standby).await.unwrap();
    let (first_hub, second_hub) = (tie(&first, &served, clinic).await, tie(&second, &served, clinic).await);
    sql(&second, &client(4, "Di"));
    let second = go_on(&second, &second_hub, &served, &folder.path().join("second-new.petrel")).await;
    assert_eq!(names(&second), "Cy Di");
    let first = go_on(&first, &first_hub, &served, &folder.path().join("first-new.petrel")).await;
    round(&second, &second_hub, &SystemClock).await.unwrap();
    assert_eq!((names(&first), names(&second)), ("Bo Cy Di".to_owned(), "Bo Cy Di".to_owned()));
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());

    let owner = connect(&standby).await.unwrap();
    let asks = async |told: i64| {
        let answer = first_hub.pull(told, 0).await.map(|page| page.head);
        assert!(matches!(&answer, Err(HubError::PutBack(left_out)) if left_out.iter().any(|left_out| left_out.holds(told))), "{answer:?}");
        first_hub.pull(i64::MAX, 0).await.unwrap().head
    };
    // A number that no log reaches takes none from the others.
    let mut head = first_hub.pull(i64::MAX, 0).await.unwrap().head;
    assert_eq!(asks(i64::MAX - 1).await, head);
    // One that is said once the others have written on is not given out to them next. A desk that makes up one after the other goes on with that only
    // where somebody writes meanwhile, and not all day.
    let mut times = 0;
    for _ in 0..6 {
        let left = asks(head + 5).await;
        times += i32::from(left > head);
        head = left;
        assert_eq!(asks(head + 5).await, head, "nothing was written since");
        owner.batch_execute("UPDATE log_heads SET head = head + 1").await.unwrap();
        head += 1;
    }
    assert_eq!(times, 3, "and the one of before");
}

/// It has the clinic and its desks, and nothing that they sent.
#[tokio::test]
async fn what_a_promoted_standby_has_nothing_of_is_sent_again() {
    let (postgres, before, clinic, folder, first, first_hub) = setting().await;
    let (second, second_hub) = next_desk(&before, clinic, &folder.path().join("second.petrel")).await;
    let standby = keep(&postgres, &before.database_url).await;
    sql(&first, CLINIC);
    sql(&first, &client(2, "Bo"));
    once_it_answers(&first, &first_hub).await;
    sql(&second, &client(3, "Cy"));
    once_it_answers(&second, &second_hub).await;
    drop(before);

    let served = Served::on(&standby).await.unwrap();
    let (first_hub, second_hub) = (tie(&first, &served, clinic).await, tie(&second, &served, clinic).await);
    sql(&second, &client(4, "Di"));
    let second = go_on(&second, &second_hub, &served, &folder.path().join("second-new.petrel")).await;
    let first = go_on(&first, &first_hub, &served, &folder.path().join("first-new.petrel")).await;
    round(&second, &second_hub, &SystemClock).await.unwrap();
    assert_eq!((names(&first), names(&second)), ("Bo Cy Di".to_owned(), "Bo Cy Di".to_owned()));
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
}

/// The same where one desk alone had sent: it is told at its next push, or when it reads.
#[tokio::test]
async fn what_a_desk_pushes_onto_a_promoted_standby_comes_after_what_it_lacks() {
    let (postgres, before, clinic, folder, desk, hub) = setting().await;
    sql(&desk, CLINIC);
    round(&desk, &hub, &SystemClock).await.unwrap();
    let standby = keep(&postgres, &before.database_url).await;
    sql(&desk, &client(2, "Bo"));
    once_it_answers(&desk, &hub).await;
    drop(before);

    let served = Served::on(&standby).await.unwrap();
    let hub = tie(&desk, &served, clinic).await;
    sql(&desk, &pet(2));
    assert_eq!(send(&desk, &hub, &SystemClock).await.map(|done| (done.sent, done.rejected)).unwrap(), (2, 0));
    let desk = go_on(&desk, &hub, &served, &folder.path().join("new.petrel")).await;
    assert_eq!(names(&desk), "Bo");
    assert_eq!(desk.unsettled().unwrap(), (0, 0), "nothing was refused");
}

/// What it had sent it never read back, and nothing waits: that it was told of more than it is given now makes it ask.
#[tokio::test]
async fn a_desk_with_nothing_to_send_asks_for_what_a_promoted_standby_lacks() {
    let (postgres, before, clinic, folder, desk, hub) = setting().await;
    sql(&desk, CLINIC);
    round(&desk, &hub, &SystemClock).await.unwrap();
    let standby = keep(&postgres, &before.database_url).await;
    sql(&desk, &client(2, "Bo"));
    while let Err(SyncError::Hub(HubError::Busy(_))) = send(&desk, &hub, &SystemClock).await {}
    assert!(!desk.has_unsent().unwrap());
    drop(before);

    let served = Served::on(&standby).await.unwrap();
    let hub = tie(&desk, &served, clinic).await;
    let desk = go_on(&desk, &hub, &served, &folder.path().join("new.petrel")).await;
    assert_eq!(names(&desk), "Bo");
}

/// Its numbers begin far up all the same. By them, a desk would take it for one that has records, and one that brings some would be kept out.
#[tokio::test]
async fn a_clinic_that_was_empty_when_it_was_kept_is_empty() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    petrel_hub::leave_out_numbers(&served.database_url, FIRST_MINUTE).await.unwrap();
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    assert_eq!(enrolled.head, 0);
    let folder = fast_folder().unwrap();
    let desk = open(&folder.path().join("desk.petrel"));
    desk.join_hub(&served.url, enrolled.device_id, clinic, &enrolled.tokens).unwrap();
    sql(&desk, CLINIC);
    send(&desk, &hub, &SystemClock).await.unwrap();
    let (_, enrolled) = served.desk(clinic).await.unwrap();
    assert_eq!((enrolled.head, enrolled.clinic_name.as_str()), (1_000_000_001, "Petrel Vets"));
}

//! What comes to the hub in another order than it was sent, or twice, on a real Postgres.

use std::sync::atomic::{AtomicUsize, Ordering};

use petrel_domain::replication::{Columns, Pulled, Push, Pushed, Tokens, TransactionId, WIRE_SCHEMA};
use petrel_domain::{Millis, SystemClock};
use petrel_sim::{Postgres, Served, connect, fast_folder};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{Digest, HttpHub, Hub, HubError, Parcel, SnapshotPage, compare, round, send};
use tokio::sync::Notify;
use uuid::Uuid;

fn make_client(desk: &Store) {
    let sql = "INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (randomblob(16), 'Ada', 1, 1)";
    desk.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute_batch(sql)?)).unwrap();
}

/// A line on which the second push comes to the hub before the first.
struct Overtaking {
    hub: HttpHub,
    pushes: AtomicUsize,
    has_overtaken: Notify,
}

impl Hub for Overtaking {
    fn most_rows(&self) -> usize {
        2
    }

    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        let place = self.pushes.fetch_add(1, Ordering::Relaxed);
        if place == 0 {
            self.has_overtaken.notified().await;
        }
        let answer = self.hub.push(parcel).await;
        if place == 1 {
            assert_eq!(answer.clone().map(|pushed| pushed.head), Err(HubError::TooEarly));
            self.has_overtaken.notify_one();
        }
        answer
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<Pulled, HubError> {
        self.hub.pull(after, wait).await
    }

    async fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> Result<SnapshotPage, HubError> {
        self.hub.snapshot(table, after, since).await
    }

    async fn rows(&self, table: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        self.hub.rows(table, ids).await
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        self.hub.digest().await
    }
}

/// Two pushes of a desk are on their way at a time. Were the later taken first, the earlier would look like those of a file that went back in time.
#[tokio::test]
async fn a_push_that_overtakes_the_one_before_is_sent_again_after_it() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    let desk = Store::open(&OpenOptions::new(folder.path().join("desk.petrel"), FileKey::from_bytes([9; 32]))).unwrap();
    desk.join_hub(&served.url, enrolled.device_id, clinic, &enrolled.tokens).unwrap();
    for _ in 1..10 {
        make_client(&desk);
    }
    let line = Overtaking { hub, pushes: AtomicUsize::new(0), has_overtaken: Notify::new() };
    let done = send(&desk, &line, &SystemClock).await.unwrap();
    assert_eq!((done.sent, done.rejected), (9, 0));
    let log = line.pull(0, 0).await.unwrap().transactions;
    let numbers: Vec<_> = log.iter().map(|logged| (logged.replica, logged.n)).collect();
    assert_eq!(numbers, (1..=9).map(|n| (log[0].replica, n)).collect::<Vec<_>>(), "one replica's, in their order, each once");

    // One that says it follows what another file wrote by that number: this file went back in time.
    make_client(&desk);
    let transactions = desk.outgoing(0, 10, 1 << 20).unwrap();
    let follows = Some(TransactionId { replica: log[0].replica, n: 9, mark: log[8].mark.wrapping_add(1) });
    let parcel = Parcel::Open(Push { schema: WIRE_SCHEMA, transactions, follows, head: None });
    assert_eq!(line.push(&parcel).await.map(|pushed| pushed.head), Err(HubError::Rewound));
    round(&desk, &line.hub, &SystemClock).await.unwrap();
    assert_eq!(compare(&desk, &line.hub).await.unwrap(), Some(Vec::new()));
}

/// A file that was put back says again what it had not sent when it was kept, and then something new by a number that is taken. Only the new is
/// another replica's: told twice, the first could bring back what somebody has deleted since.
#[tokio::test]
async fn what_a_restored_file_had_sent_is_recognised_though_what_follows_it_is_new() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let folder = fast_folder().unwrap();
    let clinic = served.clinic().await.unwrap();
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    let (file, kept) = (folder.path().join("desk.petrel"), folder.path().join("kept.petrel"));
    let open = |path: &std::path::Path| Store::open(&OpenOptions::new(path.to_owned(), FileKey::from_bytes([9; 32]))).unwrap();
    let desk = open(&file);
    desk.join_hub(&served.url, enrolled.device_id, clinic, &enrolled.tokens).unwrap();
    make_client(&desk);
    round(&desk, &hub, &SystemClock).await.unwrap();
    make_client(&desk);
    drop(desk);
    std::fs::copy(&file, &kept).unwrap();
    let desk = open(&file);
    make_client(&desk);
    round(&desk, &hub, &SystemClock).await.unwrap();
    drop(desk);

    let restored = open(&kept);
    make_client(&restored);
    send(&restored, &hub, &SystemClock).await.unwrap();
    round(&restored, &hub, &SystemClock).await.unwrap();
    let log = hub.pull(0, 0).await.unwrap().transactions;
    let ids: Vec<_> = log.iter().map(|logged| logged.n).collect();
    assert_eq!(ids.len(), 4, "three of the one file, one of the other: {ids:?}");
    assert_eq!(log.iter().filter(|logged| logged.replica == log[0].replica).count(), 3);
    assert_eq!(compare(&restored, &hub).await.unwrap(), Some(Vec::new()));
}

/// A desk is killed while its first request with the next pair is on its way, and started again: it renews by that pair while the hub takes it up.
#[tokio::test]
async fn a_pair_that_is_taken_up_while_it_is_renewed_stays_the_desks() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let (_, enrolled) = served.desk(clinic).await.unwrap();
    let mut database = connect(&served.database_url).await.unwrap();
    let (access, refresh) = ("a".repeat(64), "b".repeat(64));
    let handed_out = format!(
        "INSERT INTO token_pairs (clinic_id, device_id, refresh_hash, access_hash, access_expires_at)
         SELECT clinic_id, id, sha256('{refresh}'), sha256('{access}'), now() + interval '1 hour' FROM devices"
    );
    database.batch_execute(&handed_out).await.unwrap();
    let tokens = Tokens { access_token: access, access_expires_at: Millis(0), refresh_token: refresh };
    let hub = HttpHub::new(&served.url, Some(tokens), Box::new(|_| Ok(()))).unwrap();

    let taking_up = database.transaction().await.unwrap();
    taking_up.execute("SELECT 1 FROM devices FOR UPDATE", &[]).await.unwrap();
    let renewing = tokio::spawn(async move { (hub.pull(0, 0).await, hub) });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    // Asked by another connection: within a transaction the answer stays the first.
    let looking = connect(&served.database_url).await.unwrap();
    while looking.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
    let take_up = "WITH taken AS (DELETE FROM token_pairs RETURNING *), used AS (
                     INSERT INTO token_pairs (clinic_id, device_id, refresh_hash, used_up_at) SELECT clinic_id, id, refresh_hash, now() FROM devices)
                   UPDATE devices SET access_hash = taken.access_hash, access_expires_at = taken.access_expires_at, refresh_hash = taken.refresh_hash
                   FROM taken";
    taking_up.execute(take_up, &[]).await.unwrap();
    taking_up.commit().await.unwrap();
    let (pulled, hub) = renewing.await.unwrap();
    assert_eq!(pulled.map(|page| page.head), Ok(0));
    assert_eq!(hub.pull(0, 0).await.map(|page| page.head), Ok(0), "{}", enrolled.device_id);
}

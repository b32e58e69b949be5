//! What a hub does not take at once: it is set aside, what waits behind flows on, and sent again it goes in portions.

use crate::common::{first_desk, next_desk, sql};
use petrel_domain::SystemClock;
use petrel_domain::desk::ResendChange;
use petrel_domain::replication::History;
use petrel_sim::{Postgres, Served};
use petrel_store::{Actor, Store};
use petrel_sync::round;
use uuid::Uuid;

/// Clients with notes each sign of which takes six on the wire: together more than one push may hold.
fn many_clients(desk: &Store) {
    sql(
        desk,
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 36)
         INSERT INTO clients (id, first_name, notes, created_at, updated_at) SELECT randomblob(16), 'Ida', printf('%.*c', 160000, char(1)), 1, 1 FROM n",
    );
}

/// Puts all that waits from a number on into one transaction, as a program that did not divide wrote it.
fn put_together(desk: &Store, from: i64) {
    let together = desk.outgoing(from - 1, usize::MAX, usize::MAX).unwrap();
    let rows: serde_json::Map<_, _> = together
        .iter()
        .flat_map(|of| &of.changes)
        .map(|change| (change.id.to_string(), serde_json::to_value(&change.columns).unwrap()))
        .collect();
    let text = serde_json::json!({ "clients": rows }).to_string();
    let count = rows.len();
    sql(
        desk,
        &format!(
            "UPDATE outbox SET changes = x'', registers = '{text}', row_count = {count} WHERE n = {from};
             DELETE FROM outbox WHERE n > {from} AND sent_at IS NULL;"
        ),
    );
}

#[tokio::test]
async fn what_is_too_large_by_itself_is_set_aside_and_goes_in_portions_when_it_is_sent_again() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (desk, hub) = first_desk(&served, clinic, folder.path()).await;
    sql(&desk, "INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (randomblob(16), 'Ada', 1, 1)");
    let from = desk.transactions().unwrap() + 1;
    many_clients(&desk);
    put_together(&desk, from);
    sql(&desk, "INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (randomblob(16), 'Eva', 1, 1)");

    let done = round(&desk, &hub, &SystemClock).await.unwrap();
    assert_eq!((done.sent, done.rejected), (2, 1), "what waits behind flows on");
    let rejected = desk.rejected().unwrap().remove(0);
    assert_eq!((rejected.n, rejected.reason.code.as_str()), (from, "too_large"));
    assert_eq!(rejected.transaction.changes.len(), 36);
    let count = || desk.read(|db| Ok(db.query_row("SELECT count(*) FROM clients", [], |row| row.get::<_, i64>(0))?)).unwrap();
    assert_eq!(count(), 2, "the hub does not have them");

    desk.resend_rejected(&Actor::program(), &ResendChange { n: from, edits: Vec::new() }).unwrap();
    let done = round(&desk, &hub, &SystemClock).await.unwrap();
    assert_eq!(done.rejected, 0);
    assert_eq!(done.sent, 6);
    assert_eq!((count(), desk.rejected().unwrap().len()), (38, 0));
    let (other, hub) = next_desk(&served, clinic, &folder.path().join("next.petrel")).await;
    assert_eq!(petrel_sync::compare(&other, &hub).await.unwrap(), Some(Vec::new()));
}

/// Texts that were written on and on: each entry has all of one.
#[tokio::test]
async fn what_happened_to_a_large_row_is_told_in_parts() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (desk, hub) = first_desk(&served, clinic, folder.path()).await;
    let ids = [Uuid::from_u128(1), Uuid::from_u128(2)];
    for id in ids {
        let id = hex::encode(id.as_bytes());
        sql(&desk, &format!("INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (x'{id}', 'Ada', 1, 1)"));
    }
    let [id, other] = ids;
    for n in 2..6 {
        for notes in ["printf('%.*c', 3000000, 'a')", "'short'"] {
            sql(&desk, &format!("UPDATE clients SET notes = {notes}, updated_at = {n} WHERE id = x'{}'", hex::encode(ids[0].as_bytes())));
            round(&desk, &hub, &SystemClock).await.unwrap();
        }
    }
    let token = hub.tokens().await.unwrap().access_token;
    let asks = async |id: Uuid, before: Option<i64>| {
        let before = before.map(|before| format!("?before={before}")).unwrap_or_default();
        let url = format!("{}/v1/sync/history/clients/{id}{before}", served.url);
        reqwest::Client::new().get(url).bearer_auth(&token).send().await.unwrap()
    };
    let (mut numbers, mut parts, mut before) = (Vec::new(), 0, None);
    loop {
        let told = asks(id, before).await.bytes().await.unwrap();
        assert!(told.len() < 10 << 20, "{}", told.len());
        let told: History = serde_json::from_slice(&told).unwrap();
        numbers.extend(told.entries.iter().map(|happened| happened.seq));
        parts += 1;
        before = numbers.last().copied();
        if !told.more {
            break;
        }
    }
    assert!(parts > 1, "{parts}");
    assert!(numbers.is_sorted_by(|newer, older| newer > older) && numbers.len() == 9, "{numbers:?}");
    assert_eq!(asks(other, before).await.status(), 404, "by a number of another row");
}

//! What a hub does not take at once: it is set aside, what waits behind flows on, and sent again it goes in portions.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod common;

use common::{first_desk, next_desk, sql};
use petrel_domain::SystemClock;
use petrel_domain::desk::ResendChange;
use petrel_sim::{Postgres, Served};
use petrel_store::{Actor, Store};
use petrel_sync::round;

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

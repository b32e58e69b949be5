//! Desks with files of their own at a hub.

use std::path::Path;

use petrel_domain::SystemClock;
use petrel_sim::Served;
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{HttpHub, join, round};
use uuid::Uuid;

pub fn key() -> FileKey {
    FileKey::from_bytes([9; 32])
}

pub fn open(path: &Path) -> Store {
    Store::open(&OpenOptions::new(path, key())).unwrap()
}

pub fn sql(store: &Store, sql: &str) {
    store.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute_batch(sql)?)).unwrap();
}

/// Ties a file to the hub by a code, and keeps all that is in it.
pub async fn tie(desk: &Store, served: &Served, clinic: Uuid) -> HttpHub {
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    desk.join_hub(&served.url, enrolled.device_id, clinic, &enrolled.tokens).unwrap();
    hub
}

/// The first desk of a clinic, with a file that has nothing yet.
pub async fn first_desk(served: &Served, clinic: Uuid, folder: &Path) -> (Store, HttpHub) {
    let desk = open(&folder.join("first.petrel"));
    let hub = tie(&desk, served, clinic).await;
    (desk, hub)
}

/// One more desk, which has all that the hub has.
pub async fn next_desk(served: &Served, clinic: Uuid, path: &Path) -> (Store, HttpHub) {
    let (hub, enrolled) = served.desk(clinic).await.unwrap();
    join(path, &key(), &hub, &served.url, &enrolled, |_| {}).await.unwrap();
    let desk = open(path);
    round(&desk, &hub, &SystemClock).await.unwrap();
    (desk, hub)
}

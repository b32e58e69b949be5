//! The line of a desk whose file is in trouble, too.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::sync::Arc;

use petrel_domain::SystemClock;
use petrel_domain::replication::{Columns, Pulled, Pushed};
use petrel_sim::fast_folder;
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{Digest, Hub, HubError, Parcel, SnapshotPage, Status, SyncError, run};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// A hub that says one thing, whatever it is asked.
struct Saying(HubError);

impl Hub for Saying {
    async fn push(&self, _: &Parcel) -> Result<Pushed, HubError> {
        Err(self.0.clone())
    }

    async fn pull(&self, _: i64, _: u32) -> Result<Pulled, HubError> {
        Err(self.0.clone())
    }

    async fn snapshot(&self, _: &str, _: Option<Uuid>, _: i32) -> Result<SnapshotPage, HubError> {
        Err(self.0.clone())
    }

    async fn rows(&self, _: &str, _: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        Err(self.0.clone())
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        Err(self.0.clone())
    }
}

/// On a full disk nothing can be noted; a desk that was locked out is locked all the same.
#[tokio::test]
async fn what_the_hub_says_is_heard_also_where_it_cannot_be_written_down() {
    let folder = fast_folder().unwrap();
    let desk = Store::open(&OpenOptions::new(folder.path().join("desk.petrel"), FileKey::from_bytes([9; 32]))).unwrap();
    let full = "CREATE TRIGGER full BEFORE UPDATE OF trouble ON sync_state BEGIN SELECT RAISE(ABORT, 'full'); END";
    desk.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute_batch(full)?)).unwrap();
    for said in [HubError::Revoked, HubError::BehindHorizon] {
        let status = watch::Sender::new(Status::default());
        let ended = run(&desk, &Saying(said.clone()), &SystemClock, Arc::new(Notify::new()), &status, |_| {}).await;
        assert!(matches!(&ended, Err(SyncError::Hub(heard)) if *heard == said), "{ended:?}");
    }
}

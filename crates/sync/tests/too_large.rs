//! A hub that takes little at once: what is too large together goes one by one, and what is too large by itself is set aside.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::path::Path;
use std::sync::Mutex;

use petrel_domain::replication::{Columns, Outcome, Pulled, PushResult, Pushed};
use petrel_domain::{Millis, SystemClock};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{Digest, Hub, HubError, Parcel, SnapshotPage, send};
use uuid::Uuid;

/// Takes one transaction at a time, and none with notes.
#[derive(Default)]
struct Small {
    taken: Mutex<Vec<i64>>,
    /// It has the first transaction already, as something else.
    is_ahead: Mutex<bool>,
}

impl Hub for Small {
    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        let Parcel::Open(push) = parcel else { return Err(HubError::NotAHub("packed".to_owned())) };
        let [one] = push.transactions.as_slice() else { return Err(HubError::TooLarge) };
        if std::mem::take(&mut *self.is_ahead.lock().unwrap()) {
            return Err(HubError::Rewound);
        }
        let mut taken = self.taken.lock().unwrap();
        if push.follows.is_some_and(|follows| !taken.contains(&follows.n)) {
            return Err(HubError::TooEarly);
        }
        if one.changes.iter().any(|change| change.columns.contains_key("notes")) {
            return Err(HubError::TooLarge);
        }
        taken.push(one.n);
        let head = i64::try_from(taken.len()).unwrap();
        let (replica, n, outcome) = (one.replica, one.n, Outcome::Applied);
        let result = PushResult { replica, n, outcome, first_seq: head, last_seq: head, reason: None, clashes: Vec::new() };
        Ok(Pushed { results: vec![result], head, now: Millis(1) })
    }

    async fn pull(&self, _after: i64, _wait: u32) -> Result<Pulled, HubError> {
        Err(HubError::Busy(None))
    }

    async fn snapshot(&self, _table: &str, _after: Option<Uuid>, _since: i32) -> Result<SnapshotPage, HubError> {
        Err(HubError::Busy(None))
    }

    async fn rows(&self, _table: &str, _ids: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        Err(HubError::Busy(None))
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        Err(HubError::Busy(None))
    }
}

fn desk(folder: &Path) -> Store {
    let desk = Store::open(&OpenOptions::new(folder.join("desk.petrel"), FileKey::from_bytes([9; 32]))).unwrap();
    for notes in ["NULL", "NULL", "'much'", "NULL", "'much'"] {
        let sql =
            format!("INSERT INTO clients (id, first_name, notes, created_at, updated_at) VALUES (randomblob(16), 'Ida', {notes}, 1, 1)");
        desk.write(&Actor::program(), Action::SaveClient, |tx| Ok(tx.db().execute(&sql, [])?)).unwrap();
    }
    desk
}

#[tokio::test]
async fn what_is_too_large_holds_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let hub = Small::default();
    let done = send(&desk, &hub, &SystemClock).await.unwrap();
    assert_eq!((done.sent, done.rejected, hub.taken.lock().unwrap().clone()), (3, 2, vec![1, 2, 4]));
    let rejected = desk.rejected().unwrap();
    assert_eq!(rejected.iter().map(|of| (of.n, of.reason.code.as_str())).collect::<Vec<_>>(), [(5, "too_large"), (3, "too_large")]);
}

/// A file that went back in time is told so also where it may send one at a time alone.
#[tokio::test]
async fn a_file_that_went_back_in_time_goes_on_as_another_replica_also_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let before = desk.local_hub().unwrap().replica_id;
    let hub = Small { is_ahead: Mutex::new(true), ..Small::default() };
    let done = send(&desk, &hub, &SystemClock).await.unwrap();
    assert_eq!((done.sent, done.rejected), (3, 2));
    assert_ne!(desk.local_hub().unwrap().replica_id, before);
}

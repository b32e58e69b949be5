//! What happens between a desk and its hub.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use petrel_domain::replication::{Columns, Outcome, Pulled, Push, Pushed, Versions};
use petrel_sync::{Digest, Hub, HubError, Parcel, SnapshotPage};
use uuid::Uuid;

/// What the network did and promised.
#[derive(Default)]
pub(crate) struct Wire {
    pub(crate) rng: fastrand::Rng,
    /// How many of a hundred calls go wrong.
    pub(crate) faults: u32,
    /// The most rows of a push; none is as many as always.
    pub(crate) most_rows: Option<usize>,
    /// Pushes that were on their way once and may arrive again.
    pub(crate) late: Vec<Parcel>,
    /// Transactions that a desk was told are in the log.
    pub(crate) promised: HashSet<(Uuid, i64)>,
    /// Transactions that a desk was told are rejected.
    pub(crate) rejected: HashSet<(Uuid, i64)>,
}

/// A hub behind a bad line.
#[derive(Clone)]
pub(crate) struct Faulty<H> {
    pub(crate) hub: H,
    pub(crate) wire: Rc<RefCell<Wire>>,
}

enum Fault {
    None,
    /// The request is lost.
    Before,
    /// The answer is lost, or cut short.
    After,
    /// The request arrives twice.
    Twice,
    /// An old request arrives first.
    Late,
}

impl<H: Hub> Faulty<H> {
    fn fault(&self) -> Fault {
        let mut wire = self.wire.borrow_mut();
        let faults = wire.faults;
        if wire.rng.u32(0..100) >= faults {
            return Fault::None;
        }
        match wire.rng.u8(0..4) {
            0 => Fault::Before,
            1 => Fault::After,
            2 => Fault::Twice,
            _ => Fault::Late,
        }
    }

    async fn through<T>(&self, call: impl AsyncFn() -> Result<T, HubError>) -> Result<T, HubError> {
        match self.fault() {
            Fault::None => call().await,
            Fault::Before => Err(HubError::Unreachable("lost on the way".to_owned())),
            Fault::After => {
                call().await?;
                Err(HubError::Unreachable("the answer was lost".to_owned()))
            }
            Fault::Twice => {
                let first = call().await;
                call().await.or(first)
            }
            Fault::Late => {
                let late = {
                    let mut wire = self.wire.borrow_mut();
                    let count = wire.late.len();
                    (count > 0).then(|| wire.rng.usize(0..count)).map(|place| wire.late[place].clone())
                };
                if let Some(late) = late {
                    // Its answer goes nowhere.
                    let _ = self.hub.push(&late).await;
                }
                call().await
            }
        }
    }
}

impl<H: Hub> Hub for Faulty<H> {
    fn pack(push: Push) -> Result<Parcel, HubError> {
        H::pack(push)
    }

    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        self.wire.borrow_mut().late.push(parcel.clone());
        let pushed = self.through(async || self.hub.push(parcel).await).await?;
        let mut wire = self.wire.borrow_mut();
        for result in &pushed.results {
            let key = (result.replica, result.n);
            if result.outcome == Outcome::Rejected {
                wire.rejected.insert(key)
            } else {
                wire.promised.insert(key)
            };
        }
        Ok(pushed)
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<Pulled, HubError> {
        self.through(async || self.hub.pull(after, wait).await).await
    }

    fn versions(&self) -> Versions {
        self.hub.versions()
    }

    fn most_rows(&self) -> usize {
        self.wire.borrow().most_rows.unwrap_or_else(|| self.hub.most_rows())
    }

    async fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> Result<SnapshotPage, HubError> {
        let mut page = self.through(async || self.hub.snapshot(table, after, since).await).await?;
        let cut = {
            let mut wire = self.wire.borrow_mut();
            let faults = wire.faults;
            (wire.rng.u32(0..100) < faults / 2).then(|| wire.rng.usize(0..page.rows.len()))
        };
        if let Some(cut) = cut {
            page.rows.truncate(cut);
        }
        Ok(page)
    }

    async fn rows(&self, table: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        self.through(async || self.hub.rows(table, ids).await).await
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        self.through(async || self.hub.digest().await).await
    }
}

//! What happens between a desk and its hub.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use petrel_domain::replication::{Columns, Outcome, Pulled, Push, Pushed, Versions};
use petrel_sync::{Digest, Hub, HubError, Parcel, SnapshotPage};
use uuid::Uuid;

use crate::meanwhile::Meanwhile;

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
    /// What a desk may have been told of, whatever it was: by number and mark. What is not among these waits at its desk.
    pub(crate) answered: HashSet<(i64, u32)>,
}

/// A hub behind a bad line.
pub(crate) struct Faulty<H> {
    pub(crate) hub: H,
    pub(crate) wire: Rc<RefCell<Wire>>,
    /// Whether the file is worked on while the hub is spoken to.
    pub(crate) works_beside: bool,
    /// What the world does in the middle of a call; none where nothing happens but the call.
    pub(crate) meanwhile: Option<Meanwhile<H>>,
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

impl<H: Hub + Clone> Faulty<H> {
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

    /// A call: before it comes to the hub, and before its answer comes back, the world goes on.
    async fn through<T>(&self, call: impl AsyncFn() -> Result<T, HubError>) -> Result<T, HubError> {
        let Some(meanwhile) = &self.meanwhile else { return self.or_fault(call).await };
        // One call after the other, so that a seed does what it did.
        let _turn = meanwhile.turn.lock().await;
        meanwhile.goes_on().await;
        let answer = self.or_fault(call).await;
        meanwhile.goes_on().await;
        answer
    }

    async fn or_fault<T>(&self, call: impl AsyncFn() -> Result<T, HubError>) -> Result<T, HubError> {
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

impl<H: Hub + Clone> Hub for Faulty<H> {
    fn pack(push: Push) -> Result<Parcel, HubError> {
        H::pack(push)
    }

    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        self.wire.borrow_mut().late.push(parcel.clone());
        let pushed = self.through(async || self.hub.push(parcel).await).await?;
        let mut wire = self.wire.borrow_mut();
        for result in &pushed.results {
            let key = (result.replica, result.n);
            if result.outcome != Outcome::Rejected {
                wire.promised.insert(key);
            }
            if let Parcel::Open(push) = parcel {
                let of_it = push.transactions.iter().filter(|sent| (sent.replica, sent.n) == key);
                wire.answered.extend(of_it.map(|sent| (sent.n, sent.mark)));
            }
        }
        Ok(pushed)
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<Pulled, HubError> {
        let pulled = self.through(async || self.hub.pull(after, wait).await).await?;
        self.wire.borrow_mut().answered.extend(pulled.transactions.iter().map(|logged| (logged.n, logged.mark)));
        Ok(pulled)
    }

    fn works_beside(&self) -> bool {
        self.works_beside
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

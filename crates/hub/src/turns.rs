//! Whose turn it is to push. Pushes of one clinic come one after another; whoever waits for the one before must not hold memory or a connection
//! meanwhile that other clinics need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::problem::Problem;

/// How long a push waits for its turn before the desk is asked to come back. As long as it would wait for the clinic's lock.
const WAIT: Duration = Duration::from_secs(30);

type Clinics = Arc<Mutex<HashMap<Uuid, Arc<Semaphore>>>>;

/// The clinics that are pushed to.
#[derive(Clone)]
pub(crate) struct Turns {
    clinics: Clinics,
    at_once: usize,
}

impl Turns {
    /// So many turns of each clinic at a time.
    pub(crate) fn of(at_once: usize) -> Self {
        Self { clinics: Arc::default(), at_once }
    }

    /// Waits for a turn, which lasts until it is dropped.
    ///
    /// # Errors
    /// `Away` where it does not come in time.
    pub(crate) async fn take(&self, clinic: Uuid) -> Result<Turn, Problem> {
        self.take_within(clinic, WAIT).await
    }

    async fn take_within(&self, clinic: Uuid, wait: Duration) -> Result<Turn, Problem> {
        let semaphore = {
            let mut clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(clinics.entry(clinic).or_insert_with(|| Arc::new(Semaphore::new(self.at_once))))
        };
        // There before the waiting: a request that is given up leaves nothing, either.
        let mut turn = Turn { clinics: Arc::clone(&self.clinics), clinic, semaphore, permit: None };
        let waiting = tokio::time::timeout(wait, Arc::clone(&turn.semaphore).acquire_owned());
        turn.permit = waiting.await.ok().and_then(Result::ok);
        if turn.permit.is_some() { Ok(turn) } else { Err(Problem::Away("too many pushes of one clinic at once".to_owned())) }
    }
}

/// A turn, or the wait for it.
pub(crate) struct Turn {
    clinics: Clinics,
    clinic: Uuid,
    semaphore: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.permit.take());
        // Held by the map and by this one alone; others would have taken it from the map, under its lock.
        if Arc::strong_count(&self.semaphore) == 2 {
            clinics.remove(&self.clinic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clinic_waits_for_itself_alone_and_is_forgotten() {
        let (turns, clinic) = (Turns::of(2), Uuid::from_u128(1));
        let mut taken = Vec::new();
        for _ in 0..2 {
            taken.push(turns.take(clinic).await.unwrap());
        }
        let short = Duration::from_millis(20);
        assert!(matches!(turns.take_within(clinic, short).await, Err(Problem::Away(_))));
        drop(turns.take_within(Uuid::from_u128(2), short).await.unwrap());
        let next = turns.take(clinic);
        let first_leaves = async { drop(taken.pop()) };
        let (next, ()) = tokio::join!(next, first_leaves);
        taken.push(next.unwrap());
        assert!(tokio::time::timeout(short, turns.take(clinic)).await.is_err(), "given up while it waited");
        assert_eq!(turns.clinics.lock().unwrap().len(), 1);
        taken.clear();
        assert!(turns.clinics.lock().unwrap().is_empty());
    }
}

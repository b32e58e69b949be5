//! Whose turn it is to push, and who has room for a push or a large answer. Whoever waits for others of its clinic must not hold memory or a connection meanwhile
//! that other clinics need.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use uuid::Uuid;

use crate::problem::Problem;

/// How long one waits for a turn before the desk is asked to come back. As long as a push would wait for the clinic's lock.
const WAIT: Duration = Duration::from_secs(30);

/// The same for room, in all: a desk gives an answer up a minute after it asked, and must have it by then.
const WAIT_FOR_ROOM: Duration = Duration::from_secs(20);

type Clinics = Arc<Mutex<HashMap<Uuid, Arc<Semaphore>>>>;

/// The clinics that have turns.
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

    /// A turn that can be had now.
    pub(crate) fn try_take(&self, clinic: Uuid) -> Option<Turn> {
        let mut turn = self.none_yet(clinic);
        turn.permit = Some(Arc::clone(&turn.semaphore).try_acquire_owned().ok()?);
        Some(turn)
    }

    /// The wait for a turn. There before the waiting: a request that is given up leaves nothing, either.
    fn none_yet(&self, clinic: Uuid) -> Turn {
        let mut clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        let semaphore = Arc::clone(clinics.entry(clinic).or_insert_with(|| Arc::new(Semaphore::new(self.at_once))));
        Turn { clinics: Arc::clone(&self.clinics), clinic, semaphore, permit: None }
    }

    async fn take_within(&self, clinic: Uuid, wait: Duration) -> Result<Turn, Problem> {
        let mut turn = self.none_yet(clinic);
        let waiting = tokio::time::timeout(wait, Arc::clone(&turn.semaphore).acquire_owned());
        turn.permit = waiting.await.ok().and_then(Result::ok);
        if turn.permit.is_some() { Ok(turn) } else { Err(Problem::Away("too much of one clinic at once".to_owned())) }
    }
}

/// Room for what takes much memory, such as large answers. One that nobody takes is held until the connection is given up: of each clinic so many at a
/// time, and of all.
#[derive(Clone)]
pub(crate) struct Rooms {
    what: &'static str,
    clinics: Turns,
    all: Arc<Semaphore>,
    most: usize,
}

impl Rooms {
    /// Room for so many of what is named, of a clinic and of all.
    pub(crate) fn of(what: &'static str, a_clinic: usize, all: usize) -> Self {
        Self { what, clinics: Turns::of(a_clinic), all: Arc::new(Semaphore::new(all)), most: all }
    }

    /// Waits for room.
    ///
    /// # Errors
    /// `Away` where there is none in time.
    pub(crate) async fn take(&self, clinic: Uuid) -> Result<Room, Problem> {
        let until = Instant::now() + WAIT_FOR_ROOM;
        let turn = self.clinics.take_within(clinic, WAIT_FOR_ROOM).await?;
        let waiting = tokio::time::timeout_at(until, Arc::clone(&self.all).acquire_owned()).await;
        let permit = waiting.ok().and_then(Result::ok).ok_or_else(|| Problem::Away(format!("too many {} at once", self.what)))?;
        Ok(Room { _turn: turn, _permit: permit })
    }

    /// The same where there is some now.
    pub(crate) fn try_take(&self, clinic: Uuid) -> Option<Room> {
        let turn = self.clinics.try_take(clinic)?;
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Room { _turn: turn, _permit: permit })
    }

    /// How many have some.
    pub(crate) fn taken(&self) -> usize {
        self.most - self.all.available_permits()
    }
}

/// Room for one.
pub(crate) struct Room {
    _turn: Turn,
    _permit: OwnedSemaphorePermit,
}

impl Room {
    /// Bytes that have this room until the last of them was taken.
    pub(crate) fn carry(self, bytes: Bytes) -> Bytes {
        struct Carried(Bytes, #[expect(dead_code, reason = "it goes with the bytes")] Room);
        impl AsRef<[u8]> for Carried {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
        Bytes::from_owner(Carried(bytes, self))
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
    use axum::response::IntoResponse;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn room_is_waited_for_no_longer_though_the_clinic_has_some() {
        let (answers, clinic) = (Rooms::of("answers", 1, 1), Uuid::from_u128(1));
        let of_another = answers.take(Uuid::from_u128(2)).await.unwrap();
        let of_its_own = answers.clinics.take(clinic).await.unwrap();
        let begun = Instant::now();
        let waits = async {
            let told = answers.take(clinic).await.map(drop).unwrap_err().into_response();
            assert_eq!(told.status().as_u16(), 503);
            assert_eq!(told.headers()["retry-after"], "2", "it is told when to come back");
            begun.elapsed()
        };
        let leaves = async {
            tokio::time::sleep(WAIT_FOR_ROOM / 2).await;
            drop(of_its_own);
        };
        assert_eq!(tokio::join!(waits, leaves).0, WAIT_FOR_ROOM);
        drop(of_another);
        answers.take(clinic).await.unwrap();
    }

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

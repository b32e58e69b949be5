//! A hub that is away is asked again by a timer whose pauses double and are drawn apart; whoever writes meanwhile changes nothing, whoever asks does.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::sync::Mutex;
use std::time::Duration;

use petrel_domain::replication::{Columns, Pulled, Pushed};
use petrel_domain::{Millis, SystemClock};
use petrel_store::{FileKey, OpenOptions, Store};
use petrel_sync::{Digest, Hub, HubError, Parcel, SnapshotPage, Status, SyncError, Wake, run};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

/// Says one thing after the other, and notes when it was asked. In the end it locks the desk out.
struct Saying {
    says: Vec<Result<(), HubError>>,
    asked: Mutex<Vec<Instant>>,
}

impl Saying {
    fn now(says: impl IntoIterator<Item = Result<(), HubError>>) -> Self {
        Self { says: says.into_iter().collect(), asked: Mutex::default() }
    }

    /// The pauses between the times it was asked, in seconds.
    fn pauses(&self) -> Vec<f64> {
        let asked = self.asked.lock().unwrap();
        asked.windows(2).map(|two| (two[1] - two[0]).as_secs_f64()).collect()
    }
}

impl Hub for Saying {
    async fn push(&self, _: &Parcel) -> Result<Pushed, HubError> {
        Err(HubError::Revoked)
    }

    async fn pull(&self, _: i64, wait: u32) -> Result<Pulled, HubError> {
        if wait > 0 {
            return std::future::pending().await;
        }
        let mut asked = self.asked.lock().unwrap();
        asked.push(Instant::now());
        self.says.get(asked.len() - 1).cloned().unwrap_or(Err(HubError::Revoked))?;
        Ok(Pulled { transactions: Vec::new(), head: 0, more: false, now: Millis(1) })
    }

    async fn snapshot(&self, _: &str, _: Option<Uuid>, _: i32) -> Result<SnapshotPage, HubError> {
        Err(HubError::Revoked)
    }

    async fn rows(&self, _: &str, _: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        Err(HubError::Revoked)
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        Err(HubError::Revoked)
    }
}

fn away() -> Result<(), HubError> {
    Err(HubError::Unreachable("no line".to_owned()))
}

/// Lets a desk and its hub go on until the hub locks the desk out, while something happens every 100 ms of a clock that runs as it likes.
async fn until_locked_out(hub: &Saying, wake: &Wake, mut happens: impl FnMut(&Wake)) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Store::open(&OpenOptions::new(folder.path().join("desk.petrel"), FileKey::from_bytes([9; 32]))).unwrap();
    let status = watch::Sender::new(Status::default());
    let meanwhile = async {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            happens(wake);
        }
    };
    tokio::select! {
        ended = run(&desk, hub, &SystemClock, wake, &status, |_| {}) => {
            assert!(matches!(ended, Err(SyncError::Hub(HubError::Revoked))), "{ended:?}");
        }
        () = meanwhile => {}
    }
}

/// Whether pauses are those of the timer: from half a second on, doubled up to a minute, each between half of it and half as much again.
fn assert_by_timer(pauses: &[f64]) {
    let mut whole = 0.5;
    for pause in pauses {
        // Timers have the grain of a millisecond.
        assert!((whole * 0.5..whole * 1.5 + 0.002).contains(pause), "{pause} where {whole} is the middle: {pauses:?}");
        whole = f64::min(whole * 2.0, 60.0);
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_double_up_to_a_minute_and_are_drawn_apart_and_no_write_ends_one() {
    let hub = Saying::now(std::iter::repeat_with(away).take(20));
    until_locked_out(&hub, &Wake::default(), Wake::written).await;
    let pauses = hub.pauses();
    assert_eq!(pauses.len(), 20);
    assert_by_timer(&pauses);
    let longest = &pauses[8..];
    let (least, most) = longest.iter().fold((f64::MAX, 0.0), |(least, most), pause| (pause.min(least), pause.max(most)));
    assert!(most - least > 1.0, "drawn apart: {longest:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_ends_the_pause() {
    let hub = Saying::now(std::iter::repeat_with(away).take(20));
    until_locked_out(&hub, &Wake::default(), Wake::asked).await;
    assert!(hub.pauses().iter().all(|pause| *pause < 0.11), "{:?}", hub.pauses());
}

#[tokio::test(start_paused = true)]
async fn a_good_round_begins_the_pauses_anew_and_a_write_is_sent_at_once_then() {
    let mut says: Vec<_> = std::iter::repeat_with(away).take(6).collect();
    says.push(Ok(()));
    says.extend(std::iter::repeat_with(away).take(3));
    let hub = Saying::now(says);
    until_locked_out(&hub, &Wake::default(), Wake::written).await;
    let pauses = hub.pauses();
    assert_by_timer(&pauses[..6]);
    assert!(pauses[6] < 0.11, "what was written is sent: {pauses:?}");
    assert_by_timer(&pauses[7..]);
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_asks_for_a_pause_gets_it() {
    let hub = Saying::now(vec![Err(HubError::Busy(Some(20))), Err(HubError::Busy(Some(100_000)))]);
    until_locked_out(&hub, &Wake::default(), Wake::written).await;
    let pauses = hub.pauses();
    assert!((20.0..20.1).contains(&pauses[0]) && (300.0..300.1).contains(&pauses[1]), "no longer than five minutes: {pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rest_is_ended_by_who_asks_and_by_no_write() {
    let (wake, rest) = (Wake::default(), Duration::from_secs(600));
    wake.written();
    let began = Instant::now();
    wake.rest(rest).await;
    assert_eq!(began.elapsed(), rest);
    wake.asked();
    wake.rest(rest).await;
    assert_eq!(began.elapsed(), rest);
}

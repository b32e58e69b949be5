//! Round after round: at once when something was written here or elsewhere, with pauses where the hub cannot be reached.

use std::ops::Range;
use std::time::Duration;

use petrel_domain::{Clock, Millis};
use petrel_store::Store;
use serde::Serialize;
use tokio::sync::{Notify, watch};

use crate::engine::{Round, SyncError, compare, go_round, read_on, repair, skew};
use crate::hub::{Hub, HubError};

/// How many seconds the hub may hold an answer back.
const WAIT: u32 = 25;
/// The shortest and the longest pause after a failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often a file is compared with its hub: the hub reads all of the clinic for that, in milliseconds.
const COMPARED_EVERY: i64 = 86_400_000;
/// The rounds after one of which, whichever it is, that is looked to. None is among the first: all desks of all clinics begin their day at the same time.
const ROUNDS_BEFORE_COMPARISON: Range<u32> = 20..200;
/// The setting of the file that says when it was compared last.
const COMPARED_AT: &str = "compared_at";

/// What wakes the line.
#[derive(Debug, Default)]
pub struct Wake {
    written: Notify,
    asked: Notify,
}

impl Wake {
    /// Something was written here: it is sent at once. It ends no pause: what failed is tried again by the timer, however often somebody writes.
    pub fn written(&self) {
        self.written.notify_one();
    }

    /// Somebody asks for a round: it also ends a pause.
    pub fn asked(&self) {
        self.asked.notify_one();
    }

    /// Waits so long, or until somebody asks.
    pub async fn rest(&self, rest: Duration) {
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = self.asked.notified() => {}
        }
    }

    async fn any(&self) {
        tokio::select! {
            () = self.written.notified() => {}
            () = self.asked.notified() => {}
        }
    }
}

/// How the desk stands to its hub, for the badge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The last round came to its end.
    pub is_online: bool,
    /// A round is under way.
    pub is_busy: bool,
    /// Transactions that are still to be sent.
    pub waiting: i64,
    /// When desk and hub last agreed.
    pub last_sync_at: Option<Millis>,
    /// Why not, by its stable name.
    pub trouble: Option<String>,
    /// How far the hub's clock is ahead of this computer's, where that is more than a minute.
    pub hub_ahead: Option<Millis>,
}

/// Keeps a file and its hub together until something happens that only a person can settle (the desk was revoked, the program is too old).
/// `wake` says that something was written here, or that somebody asks; `changed` is told which tables other desks changed.
///
/// # Errors
/// What only a person can settle, or what the file says.
pub async fn run(
    store: &Store,
    hub: &impl Hub,
    clock: &dyn Clock,
    wake: &Wake,
    status: &watch::Sender<Status>,
    changed: impl Fn(&[String]),
) -> Result<(), SyncError> {
    let mut pause = FIRST_PAUSE;
    let mut rounds_before_comparison = fastrand::u32(ROUNDS_BEFORE_COMPARISON);
    loop {
        status.send_modify(|status| status.is_busy = true);
        let mut done = Round::default();
        let ended = go_round(store, hub, &mut done, clock).await;
        // Also of a round that failed: the file has it, so the screens must.
        tell(&done, &changed);
        let result = match ended {
            Ok(()) => {
                rounds_before_comparison -= 1;
                if rounds_before_comparison == 0 {
                    rounds_before_comparison = fastrand::u32(ROUNDS_BEFORE_COMPARISON);
                    // The round is done, whatever becomes of this.
                    if let Err(error) = check(store, hub, clock, &changed).await {
                        tracing::warn!(%error, "the file could not be compared with the hub");
                    }
                }
                Ok(())
            }
            Err(error) => Err(error),
        };
        let failed = result.as_ref().err().map(code);
        let here = store.local_hub()?;
        if failed.is_none() && here.trouble.is_some() {
            // What lasted until a restart, or an update, has ended.
            store.set_hub_trouble(None)?;
        }
        status.send_modify(|status| {
            status.is_online = failed.is_none();
            status.is_busy = false;
            status.waiting = here.waiting;
            status.last_sync_at = here.last_sync_at;
            status.trouble = failed.map(str::to_owned);
            status.hub_ahead = skew(here.hub_ahead_ms);
        });
        match result {
            Ok(()) => {
                pause = FIRST_PAUSE;
                let cursor = store.local_hub()?.cursor;
                let page = tokio::select! {
                    () = wake.any() => None,
                    page = hub.pull(cursor, WAIT) => page.ok(),
                };
                if let Some(page) = page {
                    let mut live = Round::default();
                    // What went wrong shows in the next round, which also counts the pauses.
                    let _ = read_on(store, hub, &mut live, page, clock).await;
                    tell(&live, &changed);
                }
            }
            Err(SyncError::Hub(error)) if error.is_passing() => {
                let asked = if let HubError::Busy(Some(seconds)) = error { Duration::from_secs(seconds.min(300)) } else { Duration::ZERO };
                let jittered = pause.mul_f64(0.5 + fastrand::f64());
                wake.rest(jittered.max(asked)).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(error) => {
                // What the hub says must not be lost because it could not be written down: by it, the desk is locked, or built anew.
                if let Err(failed) = store.set_hub_trouble(Some(code(&error))) {
                    tracing::warn!(error = %failed, "the line's trouble could not be noted");
                }
                return Err(error);
            }
        }
    }
}

/// Compares with the hub where that was not done for a day; what differs is fetched anew, and said.
async fn check(store: &Store, hub: &impl Hub, clock: &dyn Clock, changed: &impl Fn(&[String])) -> Result<(), SyncError> {
    let now = clock.now().0;
    let last: Option<i64> = store.desk_setting(COMPARED_AT)?.and_then(|at| at.parse().ok());
    // A clock that was put back must not put it off for ever.
    if last.is_some_and(|last| (0..COMPARED_EVERY).contains(&(now - last))) {
        return Ok(());
    }
    let Some(tables) = compare(store, hub).await? else { return Ok(()) };
    for table in &tables {
        repair(store, hub, table).await?;
    }
    store.set_desk_setting(COMPARED_AT, Some(&now.to_string()))?;
    if tables.is_empty() {
        return Ok(());
    }
    // What was brought until it failed is shown, too: no later round tells of it.
    let mut done = Round::default();
    let ended = go_round(store, hub, &mut done, clock).await;
    tell(&done, changed);
    ended
}

fn tell(round: &Round, changed: &impl Fn(&[String])) {
    if !round.changes.is_empty() {
        changed(&round.changes);
    }
}

fn code(error: &SyncError) -> &'static str {
    match error {
        SyncError::Hub(error) => error.code(),
        SyncError::Store(_) => "file_trouble",
    }
}

//! The line to the hub: a thread that keeps the file and the hub together while the clinic is open.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use petrel_domain::SystemClock;
use petrel_domain::desk::{HubTrouble, SyncState};
use petrel_domain::replication::Tokens;
use petrel_store::{Store, StoreError};
use petrel_sync::{HttpHub, HubError, Status, SyncError, Wake};
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use super::locked;
use crate::events::News;

/// How long the line rests where only somebody else can help: by a newer program, here or at the hub, or by setting right a hub that does not know
/// the desks it had let in.
const LASTING: Duration = Duration::from_secs(600);
/// How long it rests where the file could not be written.
const WRITABLE: Duration = Duration::from_secs(60);
/// The shortest and the longest rest where the desk could not be built anew.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What the line tells of itself. It must not ask the desk where it stands: whoever ends the line may hold that.
pub(super) type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// What the line cannot settle by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Somebody locked this desk out.
    Revoked,
    /// The desk was away longer than the log reaches.
    BehindHorizon,
}

/// What comes of a file that could not be built anew by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retry {
    /// How long the next line rests before it begins.
    pub(super) pause: Duration,
    /// Whether what was fetched of the new file is good to go on with.
    pub(super) goes_on: bool,
}

impl Retry {
    pub(super) fn next(self, goes_on: bool) -> Self {
        Self { pause: (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE), goes_on }
    }
}

/// Keeps every new pair of tokens in the file until the line ends. Whoever still asks the hub something then holds no file open by it, and uses no
/// pair that is not kept: the one in the file stays good.
struct Keeper(Mutex<Option<Store>>);

impl Keeper {
    fn keep(&self, tokens: &Tokens) -> Result<(), HubError> {
        let told = |why: &dyn std::fmt::Display| HubError::Problem(why.to_string());
        match &*locked(&self.0) {
            Some(store) => store.keep_tokens(tokens).map_err(|error| told(&error)),
            None => Err(told(&"the line has ended")),
        }
    }
}

/// The line of an open clinic. It ends when it is dropped.
pub(super) struct Line {
    /// Which of those that were begun since the start of the program.
    number: u64,
    keeper: Arc<Keeper>,
    hub: Arc<HttpHub>,
    status: watch::Receiver<Status>,
    wake: Arc<Wake>,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop.notify_one();
        // What it does at this moment is a step that ends by itself: a page of the log, an answer that is awaited no longer.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the line to the hub broke");
        }
        *locked(&self.keeper.0) = None;
    }
}

impl Line {
    /// The line of a clinic that has a hub; none where it has none, or where the desk has nothing to knock with.
    pub(super) fn start(
        store: &Store,
        number: u64,
        pause: Duration,
        tell: Tell,
        ended: impl Fn(Ended) + Send + 'static,
    ) -> Result<Option<Self>, StoreError> {
        let here = store.local_hub()?;
        let (Some(url), Some(tokens)) = (here.url, here.tokens) else { return Ok(None) };
        if here.trouble.as_deref() == Some(HubTrouble::DeskRevoked.as_str()) {
            return Ok(None);
        }
        let keeper = Arc::new(Keeper(Mutex::new(Some(store.clone()))));
        let keeps = Arc::clone(&keeper);
        let hub = match HttpHub::new(&url, Some(tokens), Box::new(move |tokens| keeps.keep(tokens))) {
            Ok(hub) => Arc::new(hub),
            Err(error) => {
                tracing::error!(%error, "the hub's address in the file is none");
                return Ok(None);
            }
        };
        let (status_of, status) = watch::channel(Status { waiting: here.waiting, last_sync_at: here.last_sync_at, ..Status::default() });
        let (wake, stop) = (Arc::new(Wake::default()), Arc::new(Notify::new()));
        let worker = Worker {
            store: store.clone(),
            hub: Arc::clone(&hub),
            wake: Arc::clone(&wake),
            stop: Arc::clone(&stop),
            status: status_of,
            tell,
            pause,
        };
        let runtime = runtime();
        let thread = std::thread::Builder::new().name("hub".to_owned()).spawn(move || {
            if let Some(how) = runtime.block_on(worker.work()) {
                ended(how);
            }
        })?;
        Ok(Some(Self { number, keeper, hub, status, wake, stop, thread: Some(thread) }))
    }

    /// Something was written here: it is sent at once.
    pub(super) fn wake(&self) {
        self.wake.written();
    }

    /// Somebody wants the hub to be asked now, whatever it said before.
    pub(super) fn ask(&self) {
        self.wake.asked();
    }

    /// The hub, to ask it something else. It shares the line's tokens, which may be renewed by either.
    pub(super) fn hub(&self) -> Arc<HttpHub> {
        Arc::clone(&self.hub)
    }

    /// Whether it is the one of this number.
    pub(super) fn is(&self, number: u64) -> bool {
        self.number == number
    }

    pub(super) fn status(&self) -> Status {
        self.status.borrow().clone()
    }
}

/// The program's runtime, on which every connection to a hub lives.
pub(super) fn runtime() -> Handle {
    tauri::async_runtime::handle().inner().clone()
}

struct Worker {
    store: Store,
    hub: Arc<HttpHub>,
    wake: Arc<Wake>,
    stop: Arc<Notify>,
    status: watch::Sender<Status>,
    tell: Tell,
    /// How long it rests before it begins.
    pause: Duration,
}

impl Worker {
    /// Works until it is told to stop, or cannot go on by itself.
    async fn work(&self) -> Option<Ended> {
        tokio::select! {
            () = self.stop.notified() => None,
            () = self.forward() => None,
            ended = self.keep_together() => ended,
        }
    }

    /// Tells the screens whenever the line's state changes.
    async fn forward(&self) {
        let mut status = self.status.subscribe();
        while status.changed().await.is_ok() {
            let state = state(&self.store, Some(&status.borrow_and_update().clone()));
            (self.tell)(News::Sync(state));
        }
    }

    async fn keep_together(&self) -> Option<Ended> {
        if !self.pause.is_zero() {
            // Whoever writes does not shorten it: what failed is more than a round.
            tokio::time::sleep(self.pause).await;
            self.clear_trouble();
        }
        loop {
            let changed = |tables: &[String]| (self.tell)(News::Changed(tables.to_vec()));
            let ended = petrel_sync::run(&self.store, &*self.hub, &SystemClock, &self.wake, &self.status, changed).await;
            let Err(error) = ended else { return None };
            tracing::warn!(%error, "the line to the hub rests");
            let rest = match error {
                SyncError::Hub(HubError::Revoked) => return Some(Ended::Revoked),
                SyncError::Hub(HubError::BehindHorizon) => return Some(Ended::BehindHorizon),
                SyncError::Hub(_) => LASTING,
                SyncError::Store(_) => WRITABLE,
            };
            self.wake.rest(rest).await;
            self.clear_trouble();
        }
    }

    fn clear_trouble(&self) {
        if let Err(error) = self.store.set_hub_trouble(None) {
            tracing::warn!(%error, "the line's trouble could not be cleared");
        }
    }
}

/// How the desk stands to its hub, of a clinic with a line or without.
pub(super) fn state(store: &Store, status: Option<&Status>) -> SyncState {
    let status = status.cloned().unwrap_or_default();
    let Ok(here) = store.local_hub() else {
        return SyncState { trouble: Some(HubTrouble::FileTrouble), ..SyncState::default() };
    };
    let (rejected, lost) = store.unsettled().unwrap_or_default();
    let lasting = here.trouble.as_deref().map(HubTrouble::parse);
    let is_bare = here.url.is_some() && here.tokens.is_none();
    SyncState {
        is_online: status.is_online && lasting.is_none(),
        is_busy: status.is_busy,
        waiting: if here.url.is_some() { u32::try_from(here.waiting).unwrap_or(u32::MAX) } else { 0 },
        last_sync_at: here.last_sync_at,
        trouble: lasting.or(is_bare.then_some(HubTrouble::JoinAgain)).or(status.trouble.as_deref().map(HubTrouble::parse)),
        clock_behind_minutes: status.hub_ahead.and_then(|ahead| i32::try_from(ahead.0 / petrel_domain::MINUTE).ok()).filter(|by| *by != 0),
        rejected,
        lost,
        repaired: store.count_repaired().unwrap_or_default(),
        address: here.url,
    }
}

//! The desks of a schedule, their clocks, and the hub as each of them sees it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Error, Result, bail};
use petrel_domain::{FixedClock, Millis};
use petrel_store::{Store, StoreError};
use petrel_sync::{Hub, SyncError, round};
use tokio::sync::Notify;

use crate::desk::Desk;
use crate::edits;
use crate::faults::{Faulty, Wire};
use crate::growing::{self, GROWN};
use crate::meanwhile::Meanwhile;
use crate::model::Sabotage;
use crate::more_edits;
use crate::written::Book;

/// The world, as everything that happens in it has it. Nobody holds it while something is waited for.
pub(crate) type Shared<H> = Rc<RefCell<World<H>>>;

pub(crate) struct World<H> {
    pub(crate) now: Millis,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) desks: Vec<Desk>,
    pub(crate) folder: PathBuf,
    pub(crate) sabotage: Option<Sabotage>,
    /// The hub as desks of the schemas see it, the first first.
    pub(crate) hubs: Vec<H>,
    pub(crate) wire: Rc<RefCell<Wire>>,
    /// What draws the programs' schemas; none where all are up to date.
    pub(crate) growing: Option<fastrand::Rng>,
    /// What draws what happens while something else does; none where all is done one after the other.
    pub(crate) crowd: Option<fastrand::Rng>,
    /// Whether one thing happens in the middle of another just now.
    pub(crate) is_crowded: bool,
    pub(crate) book: Book,
    /// What went wrong in the middle of a round, which cannot say so.
    pub(crate) failed: Option<Error>,
}

/// The empty file of a schema.
pub(crate) fn template(folder: &Path, schema: i32) -> PathBuf {
    folder.join(format!("template-{schema}.petrel"))
}

impl<H: Hub + Clone> World<H> {
    /// The hub as desks of a schema see it.
    pub(crate) fn hub(&self, schema: i32) -> &H {
        &self.hubs[usize::try_from(schema - 1).unwrap_or(0)]
    }

    /// The line of a desk to it.
    pub(crate) fn line(&self, schema: i32, meanwhile: Option<Meanwhile<H>>) -> Faulty<H> {
        let (hub, wire) = (self.hub(schema).clone(), Rc::clone(&self.wire));
        Faulty { hub, wire, works_beside: self.crowd.is_none(), meanwhile: meanwhile.filter(|_| self.is_crowded) }
    }

    /// The schema of a new desk's program.
    pub(crate) fn schema(&mut self) -> i32 {
        self.growing.as_mut().map_or(GROWN.current, |rng| rng.i32(1..=GROWN.current))
    }

    /// Somebody brings a desk's program up to date, or not.
    pub(crate) fn bring_up_to_date(&mut self) {
        let Some(rng) = self.growing.as_mut() else { return };
        if rng.u8(0..30) > 0 {
            return;
        }
        let place = rng.usize(0..self.desks.len());
        let desk = &mut self.desks[place];
        if desk.schema < GROWN.current {
            desk.schema = rng.i32(desk.schema + 1..=GROWN.current);
            desk.may_be_older = true;
            desk.store = None;
        }
    }

    /// Somebody does so many things at a desk, and more where there is more that can be done.
    pub(crate) fn edit(&mut self, place: usize, times: u8, rng: &mut fastrand::Rng) -> Result<()> {
        let store = self.open(place)?;
        for _ in 0..times {
            self.book.watch(place, &store, || edits::edit(&store, rng))?;
        }
        let schema = self.desks[place].schema;
        if let Some(rng) = self.growing.as_mut() {
            self.book.watch(place, &store, || growing::edit(&store, schema, rng))?;
        }
        if let Some(rng) = self.crowd.as_mut() {
            self.book.watch(place, &store, || more_edits::edit(&store, rng))?;
        }
        Ok(())
    }

    pub(crate) fn tick(&mut self, millis: i64) {
        self.now.0 += millis;
        self.clock.set(self.now);
        self.desks.iter().for_each(|desk| desk.tick(self.now));
    }

    pub(crate) fn open(&mut self, place: usize) -> Result<Store> {
        if let Some(store) = &self.desks[place].store {
            return Ok(store.clone());
        }
        let store = self.desks[place].store()?;
        self.break_on_purpose(&store);
        if std::mem::take(&mut self.desks[place].went_back) {
            self.book.went_back(place, &store)?;
        }
        self.book.waits(place, &store, &self.wire.borrow())?;
        Ok(store)
    }

    pub(crate) fn prepare(&self, desk: &mut Desk) -> Result<Store> {
        let store = desk.store()?;
        self.break_on_purpose(&store);
        Ok(store)
    }

    fn break_on_purpose(&self, store: &Store) {
        match self.sabotage {
            Some(Sabotage::DropShield) => store.sabotage(petrel_store::Sabotage::DropShield),
            Some(Sabotage::IgnoreRegisters) => store.sabotage(petrel_store::Sabotage::TearRegisters),
            _ => {}
        }
    }

    /// Somebody copies the file while nothing runs.
    pub(crate) fn keep_backup(&mut self, place: usize) -> Result<()> {
        self.desks[place].store = None;
        let path = &self.desks[place].path;
        std::fs::copy(path, path.with_extension("backup"))?;
        Ok(())
    }

    /// And puts the copy back: the file goes back in time. What was written since and not sent is gone with the disk it was on.
    pub(crate) fn restore(&mut self, place: usize, rng: &mut fastrand::Rng) -> Result<()> {
        let path = self.desks[place].path.clone();
        let backup = path.with_extension("backup");
        if backup.exists() && rng.bool() {
            let desk = &mut self.desks[place];
            desk.store = None;
            desk.may_be_older = true;
            desk.went_back = true;
            std::fs::copy(&backup, &path)?;
        }
        Ok(())
    }
}

/// What became of something that may be ended in the middle.
enum Ended<T> {
    AsItShould(Result<T, SyncError>),
    ByDeath,
}

/// Does something over a desk's line. In the middle of it the world may go on, and the desk may die.
async fn over<H: Hub + Clone, T>(
    world: &Shared<H>,
    place: Option<usize>,
    schema: i32,
    is_inner: bool,
    work: impl AsyncFnOnce(Faulty<H>) -> Result<T, SyncError>,
) -> Result<Ended<T>> {
    let died = Rc::new(Notify::new());
    let meanwhile = (!is_inner).then(|| Meanwhile::new(world, place, &died));
    let line = world.borrow().line(schema, meanwhile);
    let ended = tokio::select! {
        biased;
        () = died.notified() => Ended::ByDeath,
        ended = work(line) => Ended::AsItShould(ended),
    };
    match world.borrow_mut().failed.take() {
        Some(error) => Err(error),
        None => Ok(ended),
    }
}

/// How much of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    /// What waits is sent, and nothing read.
    Sending,
}

/// One round, behind a line that may fail. Whatever the hub says may pass; the file must not say anything. `dies` draws whether the desk dies of a line
/// that failed.
pub(crate) async fn sync<H: Hub + Clone>(
    world: &Shared<H>,
    place: usize,
    part: Part,
    is_inner: bool,
    mut dies: impl FnMut() -> bool,
) -> Result<()> {
    let (store, clock, schema) = {
        let mut world = world.borrow_mut();
        (world.open(place)?, Arc::clone(&world.desks[place].clock), world.desks[place].schema)
    };
    let file = store.clone();
    let work = async move |line| match part {
        Part::All => round(&file, &line, &*clock).await,
        Part::Sending => petrel_sync::send(&file, &line, &*clock).await,
    };
    match over(world, Some(place), schema, is_inner, work).await? {
        Ended::AsItShould(Ok(_)) => {
            // By the clock of this desk, which may be a year off.
            store.forget_old()?;
        }
        Ended::AsItShould(Err(SyncError::Hub(error))) if error.is_passing() => {
            // Half of the time the desk dies of it.
            if dies() {
                world.borrow_mut().desks[place].store = None;
            }
        }
        Ended::AsItShould(Err(error)) => return Err(error.into()),
        Ended::ByDeath => world.borrow_mut().desks[place].store = None,
    }
    Ok(())
}

/// One more desk fills its file from the hub; a line that fails lets it go on where it stopped.
pub(crate) async fn join<H: Hub + Clone>(world: &Shared<H>) -> Result<()> {
    let (mut desk, schema) = {
        let mut world = world.borrow_mut();
        let schema = world.schema();
        let path = world.folder.join(format!("desk-{}.petrel", world.desks.len()));
        let fresh = path.with_extension("joining");
        if !fresh.exists() {
            std::fs::copy(template(&world.folder, schema), &fresh)?;
        }
        (Desk::new(path, world.now, schema), schema)
    };
    for _ in 0..200 {
        let is_filled = desk.path.exists();
        // Nobody works at a desk before it has read what came in while its tables were fetched: until then a row may refer to one that is
        // not there yet.
        let ended = if is_filled {
            let (store, clock) = (world.borrow().prepare(&mut desk)?, Arc::clone(&desk.clock));
            over(world, None, schema, false, async move |line| round(&store, &line, &*clock).await.map(drop)).await?
        } else {
            let desk = &mut desk;
            over(world, None, schema, false, async move |line| desk.join(&line).await).await?
        };
        match ended {
            Ended::AsItShould(Ok(())) if is_filled => {
                world.borrow_mut().desks.push(desk);
                return Ok(());
            }
            Ended::AsItShould(Ok(())) => {}
            // A line that fails, or a page that was cut.
            Ended::AsItShould(Err(SyncError::Hub(error))) if error.is_passing() => desk.store = None,
            Ended::AsItShould(Err(SyncError::Store(StoreError::Value(_)))) if !is_filled => {}
            Ended::AsItShould(Err(error)) => return Err(error.into()),
            Ended::ByDeath => desk.store = None,
        }
    }
    bail!("a desk could not join");
}

//! One schedule: everything that happens, from a seed; then quiet; then the books are held against each other.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use petrel_domain::replication::{Logged, Schema};
use petrel_domain::{FixedClock, Millis};
use petrel_store::Store;
use petrel_sync::{Hub, SyncError, round};

use crate::check::{self, Findings};
use crate::desk::Desk;
use crate::edits::{edit, found};
use crate::faults::{Faulty, Wire};
use crate::growing::{self, GROWN};
use crate::model::Sabotage;

/// When the world begins, in Unix milliseconds.
const BEGINNING: i64 = 1_790_000_000_000;
const DAY: i64 = 86_400_000;
/// How many virtual seconds a queue may take to drain when the faults are over.
const PATIENCE: usize = 60;

/// What is to happen.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// From which everything follows.
    pub seed: u64,
    /// How many desks at the most; the seed says how many.
    pub desks: usize,
    /// How many steps.
    pub steps: usize,
    /// What is broken on purpose.
    pub sabotage: Option<Sabotage>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// What was found wrong.
    pub findings: Findings,
    /// Transactions in the log at the end.
    pub transactions: usize,
    /// Desks at the end.
    pub desks: usize,
}

/// Runs one schedule against a hub. `speaking` is the hub as a desk of a schema sees it; `log` reads the hub's whole log at the end; `clock` is
/// the hub's. In one schedule of three desks begin with older programs, and some are brought up to date on the way.
///
/// # Errors
/// What was found wrong beyond what [`Findings`] counts, or what the system says.
pub async fn run_schedule<H: Hub + Clone>(
    plan: Plan,
    folder: &Path,
    speaking: impl Fn(i32) -> H,
    clock: Arc<FixedClock>,
    log: impl AsyncFn() -> Result<Vec<Logged>>,
    read_in_part: Option<&Schema>,
) -> Result<Report> {
    let mut rng = fastrand::Rng::with_seed(plan.seed);
    let faults = rng.u32(0..40);
    // In one schedule of two what waits is sent in many small pushes, each of which follows another.
    let most_rows = (plan.seed % 2 == 1).then_some(3);
    let wire = Rc::new(RefCell::new(Wire { rng: rng.fork(), faults: 0, most_rows, ..Wire::default() }));
    let lines: Vec<_> = (1..=GROWN.current).map(|schema| Faulty { hub: speaking(schema), wire: Rc::clone(&wire) }).collect();
    // Drawn beside the others, so that a seed does what it did before there were older programs.
    let growing = (plan.seed % 3 == 2).then(|| fastrand::Rng::with_seed(plan.seed ^ 0x6772_6f77));
    let mut world = World { now: Millis(BEGINNING), clock, desks: Vec::new(), folder, sabotage: plan.sabotage, lines, growing };
    world.tick(0);
    // The first desk has a clinic of its own and brings it to the hub.
    let mut first = Desk::new(folder.join("desk-0.petrel"), world.now, world.schema());
    std::fs::copy(template(folder, first.schema), &first.path).context("the template")?;
    found(&world.prepare(&mut first)?, &mut rng)?;
    world.desks.push(first);
    sync(&mut world, 0, &mut rng).await?;
    let most = if plan.desks > 2 { rng.usize(2..=plan.desks) } else { 2 };
    world.join().await?;
    wire.borrow_mut().faults = faults;
    for _ in 0..plan.steps {
        world.tick(rng.i64(1..120_000));
        world.bring_up_to_date();
        let place = rng.usize(0..world.desks.len());
        match rng.u8(0..100) {
            0..=54 => {
                let store = world.open(place)?;
                for _ in 0..rng.u8(1..4) {
                    edit(&store, &mut rng)?;
                }
                world.edit_more(&store, place)?;
            }
            55..=84 => sync(&mut world, place, &mut rng).await?,
            85..=90 => world.desks[place].store = None,
            91..=94 => {
                world.desks[place].skew = *rng.choice([0, DAY, -DAY, 365 * DAY, -365 * DAY, 40_000].as_slice()).unwrap_or(&0);
            }
            95..=97 if world.desks.len() < most => world.join().await?,
            98 => world.restore(place, &mut rng)?,
            _ => world.keep_backup(place)?,
        }
    }
    wire.borrow_mut().faults = 0;
    let mut report = Report { desks: world.desks.len(), ..Report::default() };
    let mut quiet = 0;
    for second in 0.. {
        if quiet >= 2 {
            break;
        }
        if second > PATIENCE {
            report.findings.stuck += world.waiting()?;
            break;
        }
        world.tick(1000);
        let mut moved = false;
        for place in 0..world.desks.len() {
            let store = world.open(place)?;
            let done = round(&store, world.line(place), &*world.desks[place].clock).await?;
            moved |= done.sent + done.rejected + done.read > 0;
        }
        quiet = if moved { 0 } else { quiet + 1 };
    }
    let stores: Vec<Store> = (0..world.desks.len()).map(|place| world.open(place)).collect::<Result<_>>()?;
    let log = log().await?;
    report.transactions = log.len();
    for (place, store) in stores.iter().enumerate() {
        let theirs = world.line(place).hub.digest().await?;
        report.findings.diverged += usize::from(!check::agrees(store, &theirs)?);
    }
    if report.findings.diverged > 0 && std::env::var_os("PETREL_SIM_TELL").is_some() {
        for (place, store) in stores.iter().enumerate() {
            check::tell(place, store, &world.line(place).hub).await?;
        }
        check::tell_log(&log);
    }
    check::transactions(&log, &wire.borrow(), &stores, &mut report.findings)?;
    if let Some(schema) = read_in_part {
        check::judged_over_all(&log, &wire.borrow(), schema)?;
    }
    if report.findings.is_clean() {
        let (misplaced, untold) = (check::places(&stores[0], &log)?, check::clashes(&stores[0])?);
        if misplaced + untold > 0 {
            bail!("{misplaced} visits stand where nobody put them, {untold} clashes are wrong");
        }
        check::derived(&stores[rng.usize(0..stores.len())])?;
    }
    Ok(report)
}

/// One round, behind a line that may fail. Whatever the hub says may pass; the file must not say anything.
async fn sync<H: Hub>(world: &mut World<'_, H>, place: usize, rng: &mut fastrand::Rng) -> Result<()> {
    let store = world.open(place)?;
    match round(&store, world.line(place), &*world.desks[place].clock).await {
        Ok(_) => {
            // By the clock of this desk, which may be a year off.
            store.forget_old()?;
            Ok(())
        }
        Err(SyncError::Hub(error)) if error.is_passing() => {
            // Half of the time the desk dies of it.
            if rng.bool() {
                world.desks[place].store = None;
            }
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// The empty file of a schema.
fn template(folder: &Path, schema: i32) -> PathBuf {
    folder.join(format!("template-{schema}.petrel"))
}

struct World<'a, H> {
    now: Millis,
    clock: Arc<FixedClock>,
    desks: Vec<Desk>,
    folder: &'a Path,
    sabotage: Option<Sabotage>,
    /// The hub as desks of the schemas see it, the first first.
    lines: Vec<Faulty<H>>,
    /// What draws the programs' schemas; none where all are up to date.
    growing: Option<fastrand::Rng>,
}

impl<H: Hub> World<'_, H> {
    /// The hub as a desk sees it.
    fn line(&self, place: usize) -> &Faulty<H> {
        self.line_of(self.desks[place].schema)
    }

    fn line_of(&self, schema: i32) -> &Faulty<H> {
        &self.lines[usize::try_from(schema - 1).unwrap_or(0)]
    }

    /// The schema of a new desk's program.
    fn schema(&mut self) -> i32 {
        self.growing.as_mut().map_or(GROWN.current, |rng| rng.i32(1..=GROWN.current))
    }

    /// Somebody brings a desk's program up to date, or not.
    fn bring_up_to_date(&mut self) {
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

    /// What only a later program can do.
    fn edit_more(&mut self, store: &Store, place: usize) -> Result<()> {
        match self.growing.as_mut() {
            Some(rng) => growing::edit(store, self.desks[place].schema, rng),
            None => Ok(()),
        }
    }

    fn tick(&mut self, millis: i64) {
        self.now.0 += millis;
        self.clock.set(self.now);
        self.desks.iter().for_each(|desk| desk.tick(self.now));
    }

    fn open(&mut self, place: usize) -> Result<Store> {
        let was_open = self.desks[place].store.is_some();
        let store = self.desks[place].store()?;
        if !was_open {
            self.break_on_purpose(&store);
        }
        Ok(store)
    }

    fn prepare(&self, desk: &mut Desk) -> Result<Store> {
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

    /// One more desk fills its file from the hub; a line that fails lets it go on where it stopped.
    async fn join(&mut self) -> Result<()> {
        let schema = self.schema();
        let path = self.folder.join(format!("desk-{}.petrel", self.desks.len()));
        let fresh = path.with_extension("joining");
        if !fresh.exists() {
            std::fs::copy(template(self.folder, schema), &fresh)?;
        }
        let mut desk = Desk::new(path, self.now, schema);
        for _ in 0..200 {
            let line = self.line_of(schema);
            let is_filled = desk.path.exists();
            // Nobody works at a desk before it has read what came in while its tables were fetched: until then a row may refer to one that is
            // not there yet.
            let tried =
                if is_filled { round(&self.prepare(&mut desk)?, line, &*desk.clock).await.map(drop) } else { desk.join(line).await };
            match tried {
                Ok(()) if is_filled => {
                    self.desks.push(desk);
                    return Ok(());
                }
                Ok(()) => {}
                // A line that fails, or a page that was cut.
                Err(SyncError::Hub(error)) if error.is_passing() => desk.store = None,
                Err(SyncError::Store(petrel_store::StoreError::Value(_))) if !is_filled => {}
                Err(error) => return Err(error.into()),
            }
        }
        bail!("a desk could not join");
    }

    /// Somebody copies the file while nothing runs.
    fn keep_backup(&mut self, place: usize) -> Result<()> {
        self.desks[place].store = None;
        let path = &self.desks[place].path;
        std::fs::copy(path, path.with_extension("backup"))?;
        Ok(())
    }

    /// And puts the copy back: the file goes back in time. What was written since and not sent is gone with the disk it was on.
    fn restore(&mut self, place: usize, rng: &mut fastrand::Rng) -> Result<()> {
        let path = self.desks[place].path.clone();
        let backup = path.with_extension("backup");
        if backup.exists() && rng.bool() {
            self.desks[place].store = None;
            self.desks[place].may_be_older = true;
            std::fs::copy(&backup, &path)?;
        }
        Ok(())
    }

    fn waiting(&mut self) -> Result<usize> {
        let mut waiting = 0;
        for place in 0..self.desks.len() {
            waiting += usize::from(self.open(place)?.local_hub()?.waiting > 0);
        }
        Ok(waiting.max(1))
    }
}

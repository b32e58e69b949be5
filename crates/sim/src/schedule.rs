//! One schedule: everything that happens, from a seed; then quiet; then the books are held against each other.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result};
use petrel_domain::replication::{Logged, Schema};
use petrel_domain::{FixedClock, Millis};
use petrel_store::Store;
use petrel_sync::{Hub, round};

use crate::check::{self, Findings};
use crate::desk::Desk;
use crate::edits::found;
use crate::faults::Wire;
use crate::growing::GROWN;
use crate::model::Sabotage;
use crate::world::{Part, Shared, World, join, sync, template};
use crate::written::Book;

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

impl Plan {
    /// What does it again, at a terminal.
    pub fn replay(&self, is_on_postgres: bool) -> String {
        let Self { seed, desks, steps, .. } = self;
        let flag = if is_on_postgres { " --postgres" } else { "" };
        format!("cargo xtask sim --seeds {seed}..{} --desks {desks} --steps {steps}{flag}", seed + 1)
    }
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
/// the hub's. In one schedule of three desks begin with older programs, and some are brought up to date on the way; in some, people work and desks speak to
/// the hub while another is in the middle of a round, or dies in it.
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
    let hubs: Vec<_> = (1..=GROWN.current).map(speaking).collect();
    // Drawn beside the others, so that a seed does what it did before there were older programs, and before one thing happened while another does.
    let growing = (plan.seed % 3 == 2).then(|| fastrand::Rng::with_seed(plan.seed ^ 0x6772_6f77));
    let crowd = is_crowded(plan.seed).then(|| fastrand::Rng::with_seed(plan.seed ^ 0x6372_6f77));
    let world = World {
        now: Millis(BEGINNING),
        clock,
        desks: Vec::new(),
        folder: folder.to_owned(),
        sabotage: plan.sabotage,
        hubs,
        wire: Rc::clone(&wire),
        growing,
        crowd,
        is_crowded: false,
        book: Book::default(),
        failed: None,
    };
    let world = Rc::new(RefCell::new(world));
    begin(&world, &mut rng)?;
    sync(&world, 0, Part::All, false, || rng.bool()).await?;
    let most = if plan.desks > 2 { rng.usize(2..=plan.desks) } else { 2 };
    join(&world).await?;
    wire.borrow_mut().faults = faults;
    world.borrow_mut().is_crowded = true;
    for _ in 0..plan.steps {
        step(&world, most, &mut rng).await?;
    }
    wire.borrow_mut().faults = 0;
    world.borrow_mut().is_crowded = false;
    let mut report = Report { desks: world.borrow().desks.len(), ..Report::default() };
    report.findings.stuck += usize::from(!comes_to_rest(&world).await?);
    let stores: Vec<Store> = (0..report.desks).map(|place| world.borrow_mut().open(place)).collect::<Result<_>>()?;
    let hubs: Vec<H> = (0..report.desks).map(|place| hub_of(&world, place)).collect();
    let log = log().await?;
    report.transactions = log.len();
    for (place, store) in stores.iter().enumerate() {
        let theirs = hubs[place].digest().await?;
        report.findings.diverged += usize::from(!check::agrees(store, &theirs)?);
    }
    if report.findings.diverged > 0 && std::env::var_os("PETREL_SIM_TELL").is_some() {
        for (place, store) in stores.iter().enumerate() {
            check::tell(place, store, &hubs[place]).await?;
        }
        check::tell_log(&log);
    }
    check::transactions(&log, &wire.borrow(), &mut report.findings)?;
    world.borrow().book.hold_against(&log, &wire.borrow(), &stores, &mut report.findings)?;
    if let Some(schema) = read_in_part.filter(|_| report.findings.is_clean()) {
        check::judged_over_all(&log, &wire.borrow(), schema)?;
    }
    if report.findings.is_clean() {
        report.findings.misplaced = check::places(&stores[0], &log)?;
        report.findings.misflagged = check::clashes(&stores[0])?;
        check::derived(&stores[rng.usize(0..stores.len())])?;
    }
    Ok(report)
}

/// Whether one thing happens in the middle of another: in every second hundred of seeds.
fn is_crowded(seed: u64) -> bool {
    seed / 100 % 2 == 1
}

fn hub_of<H: Hub + Clone>(world: &Shared<H>, place: usize) -> H {
    let world = world.borrow();
    world.hub(world.desks[place].schema).clone()
}

/// The first desk has a clinic of its own, and brings it to the hub.
fn begin<H: Hub + Clone>(world: &Shared<H>, rng: &mut fastrand::Rng) -> Result<()> {
    let mut world = world.borrow_mut();
    world.tick(0);
    let mut first = Desk::new(world.folder.join("desk-0.petrel"), world.now, world.schema());
    std::fs::copy(template(&world.folder, first.schema), &first.path).context("the template")?;
    let store = world.prepare(&mut first)?;
    world.book.watch(0, &store, || found(&store, rng))?;
    world.desks.push(first);
    Ok(())
}

/// Something happens.
async fn step<H: Hub + Clone>(world: &Shared<H>, most: usize, rng: &mut fastrand::Rng) -> Result<()> {
    let (place, what, may_join) = {
        let mut world = world.borrow_mut();
        world.tick(rng.i64(1..120_000));
        world.bring_up_to_date();
        (rng.usize(0..world.desks.len()), rng.u8(0..100), world.desks.len() < most)
    };
    match what {
        0..=54 => {
            let mut world = world.borrow_mut();
            world.open(place)?;
            let times = rng.u8(1..4);
            world.edit(place, times, rng)
        }
        55..=84 => sync(world, place, Part::All, false, || rng.bool()).await,
        95..=97 if may_join => join(world).await,
        _ => {
            let mut world = world.borrow_mut();
            match what {
                85..=90 => world.desks[place].store = None,
                91..=94 => {
                    let skews = [0, DAY, -DAY, 365 * DAY, -365 * DAY, 40_000];
                    world.desks[place].skew = *rng.choice(skews.as_slice()).unwrap_or(&0);
                }
                98 => world.restore(place, rng)?,
                _ => world.keep_backup(place)?,
            }
            Ok(())
        }
    }
}

/// Round after round without faults, until nothing moves any more. Answers whether it came to that.
async fn comes_to_rest<H: Hub + Clone>(world: &Shared<H>) -> Result<bool> {
    let (mut quiet, desks) = (0, world.borrow().desks.len());
    for _ in 0..=PATIENCE {
        if quiet >= 2 {
            return Ok(true);
        }
        world.borrow_mut().tick(1000);
        let mut moved = false;
        for place in 0..desks {
            let (store, clock, line) = {
                let mut world = world.borrow_mut();
                let (clock, schema) = (Arc::clone(&world.desks[place].clock), world.desks[place].schema);
                (world.open(place)?, clock, world.line(schema, None))
            };
            let done = round(&store, &line, &*clock).await?;
            moved |= done.sent + done.rejected + done.read > 0;
        }
        quiet = if moved { 0 } else { quiet + 1 };
    }
    Ok(quiet >= 2)
}

//! Row 4: the hub's process is killed under pushes. Each transaction is in the log once, and log and tables agree.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use petrel_domain::SystemClock;
use petrel_domain::replication::{Outcome, Pulled, Push, Pushed};
use petrel_hub::{Config, Database, NewClinic};
use petrel_store::Store;
use petrel_sync::{Digest, HttpHub, Hub, HubError, Parcel, SnapshotPage, SyncError, round};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::child::{self, Player, a_moment};
use super::desk::{hub_of, read_key};
use super::killed_desk::{KEY, agree, open};
use super::{Ground, Tally, Wrong};
use crate::edits::{edit, found};
use crate::postgres::Postgres;
use crate::served::Served;

/// How many desks push at the same time.
pub(super) const DESKS: usize = 3;
/// How many cycles one clinic lasts.
const CYCLES_A_CLINIC: u64 = 25;

/// Transactions that a desk was told are in the log.
pub(super) type Promised = Mutex<HashSet<(Uuid, i64)>>;

/// A hub whose promises are written down.
pub(super) struct Witnessed<'a> {
    pub(super) hub: &'a HttpHub,
    pub(super) promised: &'a Promised,
}

impl Hub for Witnessed<'_> {
    fn pack(push: Push) -> Result<Parcel, HubError> {
        HttpHub::pack(push)
    }

    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        let pushed = self.hub.push(parcel).await?;
        let kept = pushed.results.iter().filter(|result| result.outcome != Outcome::Rejected);
        self.promised.lock().unwrap_or_else(PoisonError::into_inner).extend(kept.map(|result| (result.replica, result.n)));
        Ok(pushed)
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<Pulled, HubError> {
        self.hub.pull(after, wait).await
    }

    async fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> Result<SnapshotPage, HubError> {
        self.hub.snapshot(table, after, since).await
    }

    async fn rows(&self, table: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Option<petrel_domain::replication::Columns>)>, HubError> {
        self.hub.rows(table, ids).await
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        self.hub.digest().await
    }
}

/// Where a hub of the trial is, and how it is started.
struct Site {
    url: String,
    arguments: Vec<String>,
}

impl Site {
    fn start(&self, ground: &Ground) -> Result<Player<std::process::ChildStderr>> {
        let mut hub = child::hub(ground, &self.arguments)?;
        hub.wait_for("the hub listens")?;
        Ok(hub)
    }
}

pub(super) fn trial(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let postgres = Postgres::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let config = Config { database_url: runtime.block_on(postgres.database())?, connections: 4 };
    let folder = crate::fast_folder()?;
    let listen = crate::port::free_address()?;
    let arguments = [
        format!("--database-url={}", config.database_url),
        "serve".to_owned(),
        format!("--listen={listen}"),
        format!("--data-dir={}", folder.path().display()),
        "--requests-per-minute=10000000".to_owned(),
    ];
    let site = Site { url: format!("http://{listen}"), arguments: arguments.to_vec() };
    let mut rng = ground.rng();
    let mut hub = site.start(ground)?;
    let database = runtime.block_on(Database::connect(&config))?;
    let (mut pushed, mut broken) = (0, 0);
    while tally.cycles < cycles {
        let clinic = runtime.block_on(clinic(&database))?;
        let folder = crate::fast_folder()?;
        let desks = runtime.block_on(desks(&database, clinic, &site.url, folder.path(), &mut rng))?;
        let promised = Promised::default();
        for _ in 0..CYCLES_A_CLINIC.min(cycles - tally.cycles) {
            tally.cycles += 1;
            let worked = cycle(&desks, &promised, &mut rng, |rng| {
                a_moment(rng, Duration::from_millis(40));
                hub.kill()?;
                hub = site.start(ground)?;
                Ok(())
            });
            broken += tally.must(Wrong::Stuck, worked).unwrap_or_default();
        }
        for (store, hub) in &desks {
            tally.must(Wrong::Stuck, runtime.block_on(agree(store, hub)));
        }
        pushed += check_promises(runtime.handle(), &desks, &promised, tally);
        let wrong = runtime.block_on(petrel_hub::check(&database, clinic))?;
        wrong.iter().for_each(|line| tally.find(Wrong::Corrupt, line));
    }
    tally.note(format!("{pushed} acknowledged transactions, {broken} rounds broken off"));
    Ok(())
}

pub(super) async fn clinic(database: &Database) -> Result<Uuid> {
    petrel_hub::add_clinic(database, &NewClinic { name: "Petrel Vets".to_owned(), timezone: "Europe/Berlin".to_owned() }).await
}

/// Desks that agree with each other and have nothing to send.
pub(super) async fn desks(
    database: &Database,
    clinic: Uuid,
    url: &str,
    folder: &std::path::Path,
    rng: &mut fastrand::Rng,
) -> Result<Vec<(Store, HttpHub)>> {
    let mut desks = Vec::new();
    for place in 0..DESKS {
        let (code, _) = petrel_hub::make_code(database, clinic).await?;
        let enrolled = HttpHub::new(url, None, Box::new(|_| Ok(())))?.enrol(&code, "Desk", "test").await?;
        let store = open(&folder.join(format!("{place}.petrel")), &read_key(KEY)?)?;
        store.join_hub(url, enrolled.device_id, clinic, &enrolled.tokens)?;
        if place == 0 {
            found(&store, rng)?;
        }
        let hub = hub_of(&store)?;
        agree(&store, &hub).await?;
        desks.push((store, hub));
    }
    Ok(desks)
}

/// Desks write and push, each in a thread of its own, while something is killed and started again; then until their rounds succeed. Answers how
/// many rounds were broken off.
pub(super) fn cycle(
    desks: &[(Store, HttpHub)],
    promised: &Promised,
    rng: &mut fastrand::Rng,
    strike: impl FnOnce(&mut fastrand::Rng) -> Result<()>,
) -> Result<usize> {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let threads: Vec<_> = desks
            .iter()
            .map(|(store, hub)| {
                let (mut rng, is_over) = (rng.fork(), &is_over);
                scope.spawn(move || work(store, &Witnessed { hub, promised }, &mut rng, is_over))
            })
            .collect();
        let struck = strike(rng);
        // Whatever came of it, the desks may end.
        is_over.store(true, Ordering::SeqCst);
        let mut broken = 0;
        for thread in threads {
            broken += thread.join().map_err(|_| anyhow::anyhow!("a desk panicked"))??;
        }
        struck.map(|()| broken)
    })
}

/// Writes and pushes until it is over and a round has succeeded since.
fn work(store: &Store, hub: &impl Hub, rng: &mut fastrand::Rng, is_over: &AtomicBool) -> Result<usize> {
    const PATIENCE: Duration = Duration::from_secs(60);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut broken = 0;
    let mut since = None;
    loop {
        let was_over = is_over.load(Ordering::SeqCst);
        if !was_over {
            for _ in 0..rng.u8(1..5) {
                edit(store, rng)?;
            }
        }
        match runtime.block_on(round(store, hub, &SystemClock)) {
            Ok(_) if was_over => return Ok(broken),
            Ok(_) => {}
            Err(SyncError::Hub(error)) if error.is_passing() => {
                broken += 1;
                if was_over {
                    let since = since.get_or_insert_with(std::time::Instant::now);
                    anyhow::ensure!(since.elapsed() < PATIENCE, "the service does not come back: {error}");
                }
                // A pause between tries, as the program makes it.
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error).context("a round"),
        }
    }
}

/// What was promised is in the log, once. Answers how much was promised.
pub(super) fn check_promises(runtime: &Handle, desks: &[(Store, HttpHub)], promised: &Promised, tally: &mut Tally) -> usize {
    let promised = promised.lock().unwrap_or_else(PoisonError::into_inner);
    let times = check_log(runtime, &desks[0].1, desks.iter().map(|(store, _)| store), tally);
    for (replica, n) in promised.iter().filter(|key| !times.contains_key(*key)) {
        tally.find(Wrong::Lost, format!("transaction {n} of {replica}, which the hub had acknowledged"));
    }
    promised.len()
}

/// Every transaction is in the log once, without a gap, and what desks wrote is there, or was rejected. Answers how often each is there.
pub(super) fn check_log<'a>(
    runtime: &Handle,
    hub: &HttpHub,
    stores: impl Iterator<Item = &'a Store>,
    tally: &mut Tally,
) -> HashMap<(Uuid, i64), u64> {
    let mut times = HashMap::new();
    let Some(log) = tally.must(Wrong::Stuck, runtime.block_on(Served::log(hub))) else { return times };
    let mut expected = 1;
    for logged in &log {
        *times.entry((logged.replica, logged.n)).or_default() += 1;
        if logged.first_seq != expected {
            tally.find(Wrong::Lost, format!("the log has a gap before {}", logged.first_seq));
        }
        expected = logged.last_seq + 1;
    }
    for ((replica, n), count) in times.iter().filter(|(_, count)| **count > 1) {
        tally.find(Wrong::Doubled, format!("transaction {n} of {replica} is in the log {count} times"));
    }
    for store in stores {
        let Some(written) = tally.must(Wrong::Corrupt, outbox(store)) else { continue };
        for key in written.iter().filter(|key| !times.contains_key(*key)) {
            tally.find(Wrong::Lost, format!("transaction {} of {}, which a desk wrote", key.1, key.0));
        }
    }
    times
}

/// What a desk wrote and was not rejected.
fn outbox(store: &Store) -> Result<Vec<(Uuid, i64)>> {
    Ok(store.read(|db| {
        let mut statement = db.prepare("SELECT replica_id, n FROM outbox WHERE n NOT IN (SELECT n FROM rejected_changes)")?;
        let rows = statement.query_map([], |row| Ok((Uuid::from_bytes(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })?)
}

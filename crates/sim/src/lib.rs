//! Desks, a hub and every fault between them, in one process, from a seed.
//!
//! Real files, the real engine, a virtual clock. The hub is either a model in memory, which judges by the same rules, or the real one on Postgres.
//! What a seed does, it does again: a schedule that fails is replayed by its number.

mod check;
mod decoders;
mod desk;
mod disk;
mod edits;
mod faults;
pub mod growing;
mod meanwhile;
mod model;
mod more_edits;
pub mod port;
mod postgres;
mod proxy;
mod schedule;
mod served;
mod trials;
mod world;
mod written;

pub use check::Findings;
pub use decoders::{DECODERS, Decoder};
pub use disk::{Disk, Failure, Recording, Watched};
pub use model::{ModelHub, Sabotage};
pub use postgres::{Postgres, SHARED, connect, program};
pub use proxy::{Proxy, Treatment};
pub use schedule::{Plan, Report, run_schedule};
pub use served::Served;
pub use trials::{DeskPart, Ground, TRIALS, Tally, Trial, older_program};

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use petrel_domain::replication::Schema;
use petrel_domain::{Clock, FixedClock, Millis};
use petrel_store::{FileKey, OpenOptions, Store};

use crate::growing::{GROWN, versions_of};

/// Empty files that desks of a schedule are copied from, one for each schema: their migrations are run once. Answers the newest schema.
///
/// # Errors
/// What SQLite says.
pub fn make_templates(folder: &Path) -> Result<Schema> {
    let path = |schema| folder.join(format!("template-{schema}.petrel"));
    let mut options = OpenOptions::new(path(GROWN.current), FileKey::from_bytes([7; 32]));
    options.readers = 1;
    let newest = Store::open(&options)?;
    newest.note_schema_read(GROWN.current)?;
    let schema = newest.wire_schema();
    drop(newest);
    for earlier in 1..GROWN.current {
        std::fs::copy(path(GROWN.current), path(earlier))?;
        growing::make_older(&path(earlier), earlier)?;
    }
    Ok(schema)
}

/// Runs one schedule against a hub in memory.
///
/// # Errors
/// What was found wrong beyond what [`Findings`] counts.
pub fn run_in_memory(plan: Plan) -> Result<Report> {
    let folder = fast_folder()?;
    let clock = Arc::new(FixedClock::at(Millis(0)));
    let hub = ModelHub::new(make_templates(folder.path())?, Arc::clone(&clock), plan.sabotage);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let log = hub.clone();
    runtime.block_on(run_schedule(plan, folder.path(), |schema| hub.speaking(schema), clock, async || Ok(log.log()), None))
}

/// Runs one schedule against a real hub on a database, in a clinic of its own. The hub knows later schemas ([`growing::GROWN`]).
///
/// # Errors
/// What was found wrong beyond what [`Findings`] counts; what the hub or Postgres says.
pub async fn run_on(database_url: &str, plan: Plan) -> Result<Report> {
    let clock = Arc::new(FixedClock::at(Millis(0)));
    let served = Served::by_clock(database_url, GROWN, Arc::clone(&clock) as Arc<dyn Clock>).await?;
    let folder = fast_folder()?;
    let schema = make_templates(folder.path())?;
    let clinic = served.clinic().await?;
    let mut hubs = Vec::new();
    for schema in 1..=GROWN.current {
        let (hub, _) = served.desk(clinic).await?;
        hubs.push(Shared(Arc::new(hub.speaking(versions_of(schema)))));
    }
    let speaking = |schema: i32| hubs[usize::try_from(schema - 1).unwrap_or(0)].clone();
    let newest = speaking(GROWN.current);
    let report = run_schedule(plan, folder.path(), speaking, clock, async || Served::log(&newest.0).await, Some(&schema)).await?;
    let wrong = petrel_hub::check(&served.database, clinic).await?;
    anyhow::ensure!(wrong.is_empty(), "log and tables disagree: {wrong:?}");
    Ok(report)
}

/// One connection's hub for all desks of a schedule that speak one schema.
#[derive(Clone)]
struct Shared(Arc<petrel_sync::HttpHub>);

impl petrel_sync::Hub for Shared {
    async fn push(&self, parcel: &petrel_sync::Parcel) -> Result<petrel_domain::replication::Pushed, petrel_sync::HubError> {
        self.0.push(parcel).await
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<petrel_domain::replication::Pulled, petrel_sync::HubError> {
        self.0.pull(after, wait).await
    }

    fn versions(&self) -> petrel_domain::replication::Versions {
        self.0.versions()
    }

    async fn snapshot(
        &self,
        table: &str,
        after: Option<uuid::Uuid>,
        since: i32,
    ) -> Result<petrel_sync::SnapshotPage, petrel_sync::HubError> {
        self.0.snapshot(table, after, since).await
    }

    async fn rows(
        &self,
        table: &str,
        ids: &[uuid::Uuid],
    ) -> Result<Vec<(uuid::Uuid, Option<petrel_domain::replication::Columns>)>, petrel_sync::HubError> {
        self.0.rows(table, ids).await
    }

    async fn digest(&self) -> Result<petrel_sync::Digest, petrel_sync::HubError> {
        self.0.digest().await
    }
}

/// A folder that is gone when it is dropped, in memory where the system has such a place: a schedule waits for disks a thousand times otherwise.
///
/// # Errors
/// What the system says.
pub fn fast_folder() -> std::io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    if has_room(memory) { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

/// Whether there is half a gigabyte: some systems give memory's folder little.
fn has_room(folder: &Path) -> bool {
    const NEEDED_KB: u64 = 512 << 10;
    let told = std::process::Command::new("df").args(["-k", "--output=avail"]).arg(folder).output();
    let free = told.ok().and_then(|told| String::from_utf8(told.stdout).ok()?.split_whitespace().last()?.parse::<u64>().ok());
    free.is_some_and(|free| free > NEEDED_KB)
}

//! One desk sends, another reads: transactions as a front desk makes them, and an import.

use std::time::{Duration, Instant};

use anyhow::Result;
use petrel_domain::SystemClock;
use petrel_sync::{Round, compare, pull, push};

use crate::Bench;
use crate::hub::Hub;
use crate::limits;
use crate::measure::{Line, machine_busy, per_second, postgres_busy};
use crate::work;

/// What would be reached if Postgres' one process never waited and all else took no time.
const IF_ALONE: &str = "rows/s if nothing but Postgres took time";
/// What would be reached if no processor ever waited.
const IF_NEVER_IDLE: &str = "rows/s if no processor ever waited";

pub async fn lines(bench: &Bench) -> Result<Vec<Line>> {
    let hub = Hub::start(bench).await?;
    let clinic = hub.clinic().await?;
    let (line, enrolled) = hub.desk(clinic).await?;
    let (newcomers, visits, imported) = (bench.size(5_000), bench.size(5_000), bench.size(20_000));

    // Made where nothing waits for a disk; sent and read where everything does.
    let memory = petrel_sim::fast_folder()?;
    let (made, path) = (memory.path().join("first.petrel"), bench.folder.path().join("first.petrel"));
    let first = work::open(&made)?;
    work::found(&first)?;
    work::newcomers(&first, 0, newcomers)?;
    work::visits(&first, newcomers, visits, newcomers)?;
    drop(first);
    std::fs::copy(&made, &path)?;
    let first = work::open(&path)?;
    first.join_hub(&hub.url, enrolled.device_id, clinic, &enrolled.tokens)?;

    let small = sent(&first, &line, &hub).await?;
    work::import(&first, bench.folder.path(), imported)?;
    let bulk = sent(&first, &line, &hub).await?;
    let (rows, cells) = (small.rows + bulk.rows, small.cells + bulk.cells);
    let time = small.time + bulk.time;

    let second = work::open(&bench.folder.path().join("second.petrel"))?;
    let (other, _) = hub.desk(clinic).await?;
    let start = Instant::now();
    let mut round = Round::default();
    pull(&second, &other, &mut round, 0, &SystemClock).await?;
    let read = start.elapsed();
    anyhow::ensure!(round.read == rows, "{} of {rows} rows were read", round.read);
    let start = Instant::now();
    pull(&first, &line, &mut Round::default(), 0, &SystemClock).await?;
    let back = start.elapsed();
    for (store, hub) in [(&first, &line), (&second, &other)] {
        let differs = compare(store, hub).await?;
        anyhow::ensure!(differs == Some(Vec::new()), "desk and hub differ: {differs:?}");
    }
    // What a pull has to keep beside the rows, made at one go.
    let start = Instant::now();
    second.rebuild_derived()?;
    let derived = start.elapsed();
    let wrong = petrel_hub::check(&hub.database, clinic).await?;
    anyhow::ensure!(wrong.is_empty(), "log and tables disagree: {wrong:?}");

    let schema = first.wire_schema();
    let pages = limits::copy_out(&hub.database_url, clinic, &schema).await?;
    let in_place = limits::insert(&pages, &bench.folder.path().join("bare.petrel"), false)?;
    let into_postgres = limits::copy_in(&hub.database_url, clinic, hub.clinic().await?).await?;
    let as_the_hub = limits::insert_as_the_hub(&hub.database_url, clinic, hub.clinic().await?).await?;
    let pushed = per_second(rows, time);
    let pulled = per_second(rows, read);
    let bare_push = per_second(pages.rows, into_postgres);
    Ok(vec![
        small.line("push: visits and newcomers, a transaction each"),
        bulk.line("push: an import"),
        Line::new("push: both", pushed, "rows/s")
            .with("rows", rows as f64)
            .with("cells/s", per_second(cells, time))
            .with(IF_ALONE, per_second(rows, small.postgres + bulk.postgres))
            .with(IF_NEVER_IDLE, per_second(rows, small.worked + bulk.worked))
            .with("rows/s by the owner's COPY", bare_push)
            .beside(
                "rows/s bare inserts by the hub's role: rows, log, indexes, references, row-level security",
                per_second(pages.rows, as_the_hub),
            )
            .wants("60,000 rows/s", pushed >= 60_000.0),
        Line::new("incremental pull of both", pulled, "rows/s")
            .with("cells/s", per_second(cells, read))
            .with("rows/s those bare inserts and the derived tables made at one go", per_second(pages.rows, in_place + derived))
            .beside("rows/s bare inserts into SQLite, encrypted, indexes in place", per_second(pages.rows, in_place))
            .wants("100,000 rows/s", pulled >= 100_000.0),
        Line::rate("reading back what one sent oneself", rows, back, "rows/s"),
    ])
}

/// What was sent, and how long it took until the hub had all of it.
struct Sent {
    transactions: usize,
    rows: usize,
    cells: usize,
    time: Duration,
    /// How much of it Postgres worked, on one core: a push is one transaction, and so one process.
    postgres: Duration,
    /// How much all did together, on all processors.
    worked: Duration,
}

async fn sent(store: &petrel_store::Store, line: &petrel_sync::HttpHub, hub: &Hub) -> Result<Sent> {
    let (transactions, rows, cells) = work::waiting(store)?;
    let mut round = Round::default();
    let (before, worked) = (postgres_busy(&hub.database_url).await?, machine_busy()?);
    let start = Instant::now();
    push(store, line, &mut round, &SystemClock).await?;
    let time = start.elapsed();
    let worked = machine_busy()?.saturating_sub(worked);
    let postgres = postgres_busy(&hub.database_url).await?.saturating_sub(before);
    anyhow::ensure!((round.sent, round.rejected) == (transactions, 0), "{round:?} of {transactions}");
    Ok(Sent { transactions, rows, cells, time, postgres, worked })
}

impl Sent {
    fn line(&self, name: &str) -> Line {
        Line::rate(name, self.rows, self.time, "rows/s")
            .with("transactions", self.transactions as f64)
            .with("rows", self.rows as f64)
            .with("cells/s", per_second(self.cells, self.time))
            .with(IF_ALONE, per_second(self.rows, self.postgres))
            .with(IF_NEVER_IDLE, per_second(self.rows, self.worked))
    }
}

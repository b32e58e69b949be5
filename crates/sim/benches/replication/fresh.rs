//! A new computer gets the whole clinic.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use petrel_domain::SystemClock;
use petrel_store::DemoPlan;
use petrel_sync::{HttpHub, Round, compare, join, push, round};
use serde_json::{Value, json};

use crate::Bench;
use crate::hub::Hub;
use crate::limits;
use crate::measure::{Line, figure, memory, per_second};
use crate::work;

/// What makes this program a new computer.
pub const ROLE: &str = "--as-desk";

/// What each may take of memory, in kB.
const MEMORY: f64 = 200_000.0;

pub async fn lines(bench: &Bench) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    // Of a hundred thousand rows, and of a million.
    for (clients, visits) in [(2_750, 26_200), (48_000, 456_000)] {
        let share = if bench.quick { 10 } else { 1 };
        lines.extend(clinic(bench, clients / share, visits / share).await?);
    }
    Ok(lines)
}

/// To two clients three pets and nineteen visits, and what is written down of those: some 37 rows a client in a small clinic, 21 in a large one. A line
/// says how many came of it.
async fn clinic(bench: &Bench, clients: u32, visits: u32) -> Result<Vec<Line>> {
    let hub = Hub::start(bench).await?;
    let empty = size(&hub.database_url).await?;
    let clinic = hub.clinic().await?;
    let memory_folder = petrel_sim::fast_folder()?;
    let store = work::open(&memory_folder.path().join("whole.petrel"))?;
    let plan = DemoPlan { clients, pets: Some(clients + clients / 2), visits: Some(visits), years: 16, ..DemoPlan::default() };
    store.make_demo(&plan, &|_| true)?;
    store.tell_everything()?;
    let (line, enrolled) = hub.desk(clinic).await?;
    store.join_hub(&hub.url, enrolled.device_id, clinic, &enrolled.tokens)?;
    let start = Instant::now();
    push(&store, &line, &mut Round::default(), &SystemClock).await?;
    let uploaded = start.elapsed();
    // As a database is that has been at work for a day: its statistics are there.
    petrel_sim::connect(&hub.database_url).await?.batch_execute("VACUUM ANALYZE").await?;

    let joining = Hub::on(&hub.database_url).await?;
    let path = bench.folder.path().join("fresh.petrel");
    let told = in_a_process(&joining, &joining.code(clinic).await?, &path)?;
    let (_, of_hub) = memory(joining.process())?;
    let of = |name: &str| told[name].as_f64().with_context(|| format!("a desk that tells no {name}"));
    let (rows, time, of_desk) = (of("rows")? as usize, Duration::from_secs_f64(of("seconds")?), of("memory_kb")?);
    drop(joining);
    let (at_hub, at_desk) = (size(&hub.database_url).await? - empty, path.metadata()?.len() as f64);
    let own = bench.folder.path().join("own.petrel");
    let whole = limits::take_whole(&path, &own)?;
    std::fs::remove_file(&own)?;
    let by_pages = |has_own_key| {
        let time = limits::take_pages(&path, &own, has_own_key)?;
        std::fs::remove_file(&own)?;
        anyhow::Ok(time)
    };
    let (rekeyed, as_it_is) = (by_pages(true)?, by_pages(false)?);
    std::fs::remove_file(&path)?;

    let name = figure(rows as f64);
    let schema = store.wire_schema();
    drop(store);
    let pages = limits::copy_out(&hub.database_url, clinic, &schema).await?;
    anyhow::ensure!(pages.rows == rows, "{rows} of {} rows came", pages.rows);
    let cells = limits::cells(&pages)?;
    let bare = |is_last| {
        let path = bench.folder.path().join("bare-fresh.petrel");
        let time = limits::insert(&pages, &path, is_last)?;
        std::fs::remove_file(&path)?;
        anyhow::Ok(time)
    };
    let (in_place, last) = (bare(false)?, bare(true)?);
    let limit = per_second(rows, pages.time + last);
    let rate = per_second(rows, time);
    let is_fast = rate >= (limit / 2.0).max(360_000.0);
    let is_small = of_hub < MEMORY && of_desk < MEMORY;
    Ok(vec![
        Line::rate(format!("upload of a clinic of {name} rows"), rows, uploaded, "rows/s"),
        Line::new(format!("fresh device, {name} rows, ready to work"), rate, "rows/s")
            .with("rows", rows as f64)
            .with("cells/s", per_second(cells, time))
            .with("s", time.as_secs_f64())
            .with("s fetching and writing", of("filled")?)
            .beside("rows/s bare COPY out, then bare inserts, indexes made last", limit)
            .wants("360,000 rows/s or 50 % of the limit, whichever is more", is_fast),
        Line::rate(format!("limit: COPY of {name} rows out of Postgres"), rows, pages.time, "rows/s"),
        Line::rate(format!("limit: {name} rows into SQLite, indexes made last"), rows, last, "rows/s"),
        Line::rate(format!("limit: {name} rows into SQLite, indexes in place"), rows, in_place, "rows/s"),
        Line::rate(
            format!("limit: the whole file of {name} rows, if it were there, under a key of its own and looked over"),
            rows,
            whole,
            "rows/s",
        ),
        Line::rate("limit: the same by its pages, under a key of its own and looked over", rows, rekeyed, "rows/s"),
        Line::rate("limit: the same by its pages, under the key it comes with, looked over", rows, as_it_is, "rows/s"),
        Line::new(format!("memory of a fresh device, {name} rows"), of_desk / 1e3, "MB")
            .with("MB hub", of_hub / 1e3)
            .wants("200 MB on either side", is_small),
        Line::new(format!("at rest, {name} rows: tables, log and indexes at the hub"), at_hub / rows as f64, "B/row")
            .with("MB at the hub", at_hub / 1e6)
            .with("MB the file of a desk", at_desk / 1e6),
    ])
}

/// How large the database is, in bytes.
async fn size(database_url: &str) -> Result<f64> {
    let client = petrel_sim::connect(database_url).await?;
    let row = client.query_one("SELECT pg_database_size(current_database())", &[]).await?;
    Ok(row.get::<_, i64>(0) as f64)
}

fn in_a_process(hub: &Hub, code: &str, path: &Path) -> Result<Value> {
    let mut desk = Command::new(std::env::current_exe()?);
    let output = desk.args([ROLE, &hub.url, code]).arg(path).stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "the new computer failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Joins, opens the file, brings it up to date, and tells how that went.
#[expect(clippy::print_stdout, reason = "what it found is read from there")]
pub fn join_here(url: &str, code: &str, path: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let hub = HttpHub::new(url, None, Box::new(|_| Ok(())))?;
        let enrolled = hub.enrol(code, "New computer", "bench").await?;
        let (mut rows, mut filled) = (0, Duration::ZERO);
        let start = Instant::now();
        join(path, &work::key(), &hub, url, &enrolled, |count| (rows, filled) = (count, start.elapsed())).await?;
        let store = work::open(path)?;
        round(&store, &hub, &SystemClock).await?;
        let time = start.elapsed();
        let (_, most) = memory(std::process::id())?;
        let differs = compare(&store, &hub).await?;
        anyhow::ensure!(differs == Some(Vec::new()), "desk and hub differ: {differs:?}");
        let told = json!({ "rows": rows, "seconds": time.as_secs_f64(), "filled": filled.as_secs_f64(), "memory_kb": most });
        println!("{told}");
        Ok(())
    })
}

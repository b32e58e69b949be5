//! From a write at one desk to the other desk's screen.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use petrel_domain::SystemClock;
use petrel_store::Store;
use petrel_sync::{HttpHub, Status, Wake, round, run};
use tokio::sync::watch;

use crate::Bench;
use crate::hub::Hub;
use crate::limits;
use crate::measure::Line;
use crate::work;

/// How long one edit may take before something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn lines(bench: &Bench) -> Result<Vec<Line>> {
    let hub = Hub::start(bench).await?;
    let clinic = hub.clinic().await?;
    let (line, _) = hub.desk(clinic).await?;
    let (other, _) = hub.desk(clinic).await?;
    let first = work::open(&bench.folder.path().join("edits.petrel"))?;
    let second = work::open(&bench.folder.path().join("screen.petrel"))?;
    work::found(&first)?;
    work::newcomers(&first, 0, 100)?;
    round(&first, &line, &SystemClock).await?;
    round(&second, &other, &SystemClock).await?;

    let (wake, _) = live(first.clone(), line, |_| {});
    let (news, arrived) = mpsc::channel();
    let (_, online) = live(second, other, move |_| {
        let _ = news.send(Instant::now());
    });
    wait_for(online)?;
    let edits = bench.size(400).max(100);
    let (mut whole, mut way) = (Vec::new(), Vec::new());
    for n in 0..edits {
        // At no fixed time after the last one: people do not type to the beat of a long-poll.
        std::thread::sleep(Duration::from_millis(fastrand::u64(20..120)));
        while arrived.try_recv().is_ok() {}
        let start = Instant::now();
        work::write_note(&first, n % 100, &format!("edit {n}"))?;
        let saved = Instant::now();
        wake.written();
        let seen = arrived.recv_timeout(PATIENCE).context("an edit did not arrive")?;
        whole.push(seen - start);
        way.push(seen - saved);
    }
    let fsync = limits::fsync(bench.folder.path())?.as_secs_f64() * 1e3;
    let line = Line::times("edit at one desk until another has applied it, the edit's own commit included", whole);
    let is_reached = line.value <= 30.0 && line.more[0].1 <= 100.0;
    Ok(vec![
        line.beside("ms: three times the disk (fdatasync), which all three commits wait for", 3.0 * fsync)
            .wants("30 ms p50, 100 ms p99", is_reached),
        Line::times("the same, from when it is saved", way).beside("ms: two times the disk", 2.0 * fsync),
    ])
}

/// A desk that is at work, in a thread of its own.
fn live(store: Store, hub: HttpHub, changed: impl Fn(&[String]) + Send + 'static) -> (Arc<Wake>, watch::Receiver<Status>) {
    let wake = Arc::new(Wake::default());
    let (status, online) = watch::channel(Status::default());
    let woken = Arc::clone(&wake);
    std::thread::spawn(move || -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(run(&store, &hub, &SystemClock, &woken, &status, changed))?)
    });
    (wake, online)
}

fn wait_for(online: watch::Receiver<Status>) -> Result<()> {
    let start = Instant::now();
    while !online.borrow().is_online {
        anyhow::ensure!(start.elapsed() < PATIENCE, "the other desk does not come online");
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

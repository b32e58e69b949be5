//! A thousand desks of two hundred clinics at one hub.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use petrel_domain::replication::{Push, WIRE_SCHEMA};
use petrel_domain::{Clock, SystemClock};
use petrel_sync::{HttpHub, Hub as _, Parcel, round};
use uuid::Uuid;

use crate::Bench;
use crate::hub::Hub;
use crate::measure::{Line, memory, per_second};
use crate::{limits, work};

/// How many pushes are under way at the same time.
const AT_ONCE: usize = 32;
/// Clients of each clinic.
const CLIENTS: usize = 20;

pub async fn lines(bench: &Bench) -> Result<Vec<Line>> {
    let (clinics, each) = (bench.size(200), 5);
    let first = Hub::start(bench).await?;
    let mut tokens = Vec::new();
    for n in 0..clinics {
        let clinic = first.clinic().await?;
        let (line, enrolled) = first.desk(clinic).await?;
        let store = work::open(&bench.folder.path().join(format!("clinic{n}.petrel")))?;
        work::found(&store)?;
        work::import_clients(&store, CLIENTS)?;
        round(&store, &line, &SystemClock).await?;
        tokens.push(enrolled.tokens);
        for _ in 1..each {
            tokens.push(first.desk(clinic).await?.1.tokens);
        }
    }
    // A hub that has done nothing yet: what it takes from here on, it takes for these desks.
    let hub = Hub::on(&first.database_url).await?;
    let desks: Vec<Arc<HttpHub>> = tokens
        .into_iter()
        .map(|tokens| Ok(Arc::new(HttpHub::new(&hub.url, Some(tokens), Box::new(|_| Ok(())))?)))
        .collect::<Result<_>>()?;
    // Every connection to the database that it will have is there before it is weighed.
    let warm: Vec<_> = desks.iter().take(AT_ONCE).map(|desk| desk.pull(0, 0)).collect();
    futures_util::future::try_join_all(warm).await?;
    let (before, _) = memory(hub.process())?;
    let is_over = Arc::new(AtomicBool::new(false));
    let read = Arc::new(AtomicUsize::new(0));
    let waiting: Vec<_> =
        desks.iter().map(|desk| tokio::spawn(listen(Arc::clone(desk), Arc::clone(&is_over), Arc::clone(&read)))).collect();
    let url = format!("{}/metrics", hub.url);
    while waiting_desks(&url).await? < desks.len() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let idle = memory(hub.process())?.0;
    let per_desk = (idle - before) / desks.len() as f64;

    let (pushes, samples, time) = hammer(&desks, Duration::from_secs(if bench.quick { 3 } else { 15 })).await?;
    is_over.store(true, Ordering::Relaxed);
    let busy = memory(hub.process())?.1;
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    let commits = limits::commits(&hub.database_url, 16, Duration::from_secs(3)).await?;
    let alone = limits::commits(&hub.database_url, 1, Duration::from_secs(2)).await?;
    let count = desks.len();
    let latency = Line::times(format!("{count} desks over {clinics} clinics: one push"), samples);
    Ok(vec![
        Line::rate(format!("{count} desks over {clinics} clinics, all listening: pushes"), pushes, time, "pushes/s")
            .with("changes read by other desks/s", per_second(read.load(Ordering::Relaxed), time))
            .with("MB hub at the most", busy / 1e3)
            .beside("commits/s of a single row by 16 connections", commits),
        latency.beside("ms for one commit alone", 1e3 / alone),
        Line::new(format!("memory of the hub for an idle desk, of {count}"), per_desk, "kB")
            .with("MB hub without them", before / 1e3)
            .wants("16 kB", per_desk <= 16.0),
    ])
}

/// A desk that listens, and reads what comes.
async fn listen(desk: Arc<HttpHub>, is_over: Arc<AtomicBool>, read: Arc<AtomicUsize>) -> Result<()> {
    let mut after = desk.pull(i64::MAX, 0).await?.head;
    while !is_over.load(Ordering::Relaxed) {
        // A hub that has no time just now is asked again, as a desk does.
        let Ok(page) = desk.pull(after, 25).await else { continue };
        read.fetch_add(page.transactions.len(), Ordering::Relaxed);
        after = page.transactions.last().map_or(after, |last| last.last_seq);
    }
    Ok(())
}

async fn waiting_desks(url: &str) -> Result<usize> {
    let text = reqwest::get(url).await?.text().await?;
    let line = text.lines().find(|line| line.starts_with("petrel_waiting_desks "));
    Ok(line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0))
}

/// Every desk in turn sends one transaction, some of them at the same time. Answers how many there were, how long each took, and all of them.
async fn hammer(desks: &[Arc<HttpHub>], time: Duration) -> Result<(usize, Vec<Duration>, Duration)> {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let mut tasks = Vec::new();
    let replicas: Arc<Vec<Uuid>> = Arc::new(desks.iter().map(|_| Uuid::now_v7()).collect());
    for _ in 0..AT_ONCE {
        let (next, desks, replicas) = (Arc::clone(&next), desks.to_vec(), Arc::clone(&replicas));
        tasks.push(tokio::spawn(async move {
            let mut samples = Vec::new();
            while start.elapsed() < time {
                let count = next.fetch_add(1, Ordering::Relaxed);
                let (desk, n) = (count % desks.len(), count / desks.len() + 1);
                let clock = (SystemClock.now().0 << 16) + 1;
                let note = work::note_of(replicas[desk], n as i64, work::client_id(n % CLIENTS), clock);
                let began = Instant::now();
                let pushed = desks[desk]
                    .push(&Parcel::Open(Push { schema: WIRE_SCHEMA, transactions: vec![note], follows: None, head: None }))
                    .await?;
                anyhow::ensure!(pushed.results[0].reason.is_none(), "{:?}", pushed.results);
                samples.push(began.elapsed());
            }
            anyhow::Ok(samples)
        }));
    }
    let mut samples = Vec::new();
    for task in tasks {
        samples.extend(task.await??);
    }
    Ok((samples.len(), samples, start.elapsed()))
}

//! Row 9: readers pull while desks push, through two hubs before one Postgres. No reader misses an entry, and no number is left out.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use anyhow::{Result, ensure};
use petrel_domain::SystemClock;
use petrel_domain::replication::{Change, Clock, Columns, Op, Outcome, Push, Transaction, WIRE_SCHEMA};
use petrel_sync::{HttpHub, Hub, Parcel};
use serde_json::json;
use uuid::Uuid;

use super::killed_desk::Town;
use super::{Ground, Tally, Wrong};
use crate::served::Served;

const WRITERS: u64 = 6;
const READERS: usize = 4;

/// What a reader found.
#[derive(Default)]
struct Read {
    entries: u64,
    gaps: Vec<String>,
}

pub(super) fn trial(ground: &Ground, transactions: u64, tally: &mut Tally) -> Result<()> {
    let town = Town::build()?;
    let mut rng = ground.rng();
    let clinic = town.runtime.block_on(town.served.clinic())?;
    let twin = town.runtime.block_on(Served::on(&town.served.database_url))?;
    let hubs = [&town.served, &twin];
    let enrol = |place: usize| town.runtime.block_on(async { anyhow::Ok(hubs[place % 2].desk(clinic).await?.0) });
    let left = AtomicU64::new(transactions);
    let pushed = AtomicU64::new(0);
    // The last number of the log, when all that is to be written is; none before.
    let end = AtomicI64::new(i64::MAX);
    let reads = std::thread::scope(|scope| -> Result<Vec<Read>> {
        let mut writers = Vec::new();
        for place in 0..usize::try_from(WRITERS)? {
            let (hub, rng) = (enrol(place)?, rng.fork());
            let (left, pushed) = (&left, &pushed);
            writers.push(scope.spawn(move || write(&hub, rng, left, pushed)));
        }
        let mut readers = Vec::new();
        for place in 0..READERS {
            let hub = enrol(place)?;
            let end = &end;
            readers.push(scope.spawn(move || read(&hub, end)));
        }
        let written: Result<Vec<()>> =
            writers.into_iter().map(|writer| writer.join().map_err(|_| anyhow::anyhow!("a writer panicked"))?).collect();
        let head = enrol(0).and_then(|hub| Ok(town.runtime.block_on(hub.pull(i64::MAX, 0))?.head));
        // Whatever came of it, the readers may end.
        end.store(head.as_ref().copied().unwrap_or(0), Ordering::SeqCst);
        let reads = readers.into_iter().map(|reader| reader.join().map_err(|_| anyhow::anyhow!("a reader panicked"))?);
        let reads = reads.collect::<Result<_>>()?;
        written?;
        head?;
        Ok(reads)
    })?;
    tally.cycles += transactions;
    let pushed = pushed.into_inner();
    for read in &reads {
        read.gaps.iter().for_each(|gap| tally.find(Wrong::Lost, gap));
        if read.entries != pushed {
            tally.find(Wrong::Lost, format!("a reader read {} of {pushed} entries", read.entries));
        }
    }
    let wrong = town.runtime.block_on(petrel_hub::check(&town.served.database, clinic))?;
    wrong.iter().for_each(|line| tally.find(Wrong::Corrupt, line));
    tally.note(format!("{pushed} entries of {WRITERS} desks, read by {READERS} readers, two hubs"));
    Ok(())
}

/// Pushes batches of any size until enough is written.
fn write(hub: &HttpHub, mut rng: fastrand::Rng, left: &AtomicU64, pushed: &AtomicU64) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (replica, mut n) = (Uuid::now_v7(), 0);
    loop {
        let wanted = rng.u64(1..40);
        let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(wanted))).unwrap_or(0);
        let batch: Vec<Transaction> = (0..wanted.min(before))
            .map(|_| {
                n += 1;
                transaction(replica, n, &mut rng)
            })
            .collect();
        if batch.is_empty() {
            return Ok(());
        }
        let entries: usize = batch.iter().map(|transaction| transaction.changes.len()).sum();
        let answer =
            runtime.block_on(hub.push(&Parcel::Open(Push { schema: WIRE_SCHEMA, transactions: batch, follows: None, head: None })))?;
        ensure!(answer.results.iter().all(|result| result.outcome == Outcome::Applied), "{:?}", answer.results);
        pushed.fetch_add(entries as u64, Ordering::SeqCst);
    }
}

fn transaction(replica: Uuid, n: i64, rng: &mut fastrand::Rng) -> Transaction {
    let now = petrel_domain::Clock::now(&SystemClock);
    let changes = (0..rng.u8(1..4)).map(|_| {
        let columns = [
            ("first_name", json!("Grace")),
            ("last_name", json!(n.to_string())),
            ("created_at", json!(now.0)),
            ("updated_at", json!(now.0)),
        ];
        let columns = Columns::from_iter(columns);
        Change { table: "clients".into(), id: Uuid::now_v7(), op: Op::Put, columns }
    });
    let changes = changes.collect();
    Transaction { replica, n, clock: Clock::at(now), mark: 1, seen: 0, staff_id: None, action: "create_client".to_owned(), changes }
}

/// Reads on and on until the end; each number must come, in its order.
fn read(hub: &HttpHub, end: &AtomicI64) -> Result<Read> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut read, mut cursor) = (Read::default(), 0);
    while cursor < end.load(Ordering::SeqCst) {
        // It waits at the hub until there is something, but not for long: the end may have come meanwhile.
        let page = runtime.block_on(hub.pull(cursor, 1))?;
        for logged in &page.transactions {
            if logged.first_seq != cursor + 1 {
                read.gaps.push(format!("{} came after {cursor}", logged.first_seq));
            }
            cursor = logged.last_seq;
            read.entries += logged.entries.len() as u64;
        }
    }
    Ok(read)
}

//! Row 10: a line that cuts. A join that is cut at every page, and inside it, fetches that page again and no other; rounds that are cut, delayed and
//! repeated end in agreement.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use petrel_domain::SystemClock;
use petrel_store::{Action, Actor, Store, check_file};
use petrel_sync::{HttpHub, SyncError, join, round};
use rusqlite::params;

use super::desk::read_key;
use super::killed_desk::{KEY, Town, agree, open};
use super::{Ground, Tally, Wrong};
use crate::edits::{edit, found};
use crate::proxy::{Proxy, Treatment};

/// How often a page is cut before it arrives: with nothing of it, inside its head, and twice inside its rows.
const CUTS: [u16; 4] = [0, 20, 500, 990];

pub(super) fn joining(ground: &Ground, rows: u64, tally: &mut Tally) -> Result<()> {
    let town = Town::build()?;
    let mut rng = ground.rng();
    let folder = crate::fast_folder()?;
    let (clinic, first, hub) = town.first_desk(&folder.path().join("first.petrel"), &mut rng)?;
    fill(&first, rows)?;
    town.agree(&first, &hub)?;
    let proxy = town.runtime.block_on(Proxy::start(&town.served.url))?;
    // Some hundred pages, however many rows there are.
    proxy.limit_pages(usize::try_from(rows / 100)?.max(10));
    let (_, enrolled) = town.runtime.block_on(town.served.desk(clinic))?;
    let line = HttpHub::new(&proxy.url, Some(enrolled.tokens.clone()), Box::new(|_| Ok(())))?;
    proxy.treat(|asked, before| {
        if asked.starts_with("/v1/sync/snapshot/") && before < CUTS.len() { Treatment::CutAnswer(CUTS[before]) } else { Treatment::Pass }
    });
    let path = folder.path().join("fresh.petrel");
    let (key, mut tries) = (read_key(KEY)?, 0_usize);
    loop {
        tries += 1;
        match town.runtime.block_on(join(&path, &key, &line, &town.served.url, &enrolled, |_| {})) {
            Ok(_) => break,
            // The line was cut; the program is started again, and goes on with the same file.
            Err(SyncError::Hub(error)) if error.is_passing() => {}
            Err(error) => {
                tally.find(Wrong::Stuck, error);
                return Ok(());
            }
        }
    }
    let pages: Vec<(String, usize)> = proxy.take_asked().into_iter().filter(|(asked, _)| asked.starts_with("/v1/sync/snapshot/")).collect();
    // Each page is asked for once for each time that it was cut, and once more; a page that had arrived is asked for never again.
    for (page, times) in pages.iter().filter(|(_, times)| *times != CUTS.len() + 1) {
        tally.find(Wrong::Doubled, format!("{page} was fetched {times} times, and cut {} times", CUTS.len()));
    }
    if tries != pages.len() * CUTS.len() + 1 {
        tally.find(Wrong::Unclear, format!("{tries} tries for {} pages", pages.len()));
    }
    tally.cycles += (pages.len() * CUTS.len()) as u64;
    tally.must(Wrong::Corrupt, check_file(&path, &key, true).map_err(Into::into));
    if let Some(store) = tally.must(Wrong::Corrupt, open(&path, &key)) {
        tally.must(Wrong::Differs, town.agree(&store, &hub));
    }
    tally.note(format!("{rows} clients, {} pages, each cut {} times, {tries} starts", pages.len(), CUTS.len()));
    Ok(())
}

/// Many clients, in transactions of a size that a push can carry.
fn fill(store: &Store, rows: u64) -> Result<()> {
    const STRETCH: u64 = 1000;
    for begin in (0..rows).step_by(usize::try_from(STRETCH)?) {
        store.write(&Actor::program(), Action::CreateClient, |tx| {
            let sql = "INSERT INTO clients (id, first_name, last_name, notes, created_at, updated_at) VALUES (?1, 'Grace', ?2, 'rings before she comes', ?3, ?3)";
            for n in begin..rows.min(begin + STRETCH) {
                tx.db().execute(sql, params![tx.new_id().as_bytes(), n.to_string(), tx.now().0])?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

pub(super) fn rounds(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    const DESKS: usize = 3;
    const CYCLES_A_CLINIC: u64 = 100;
    let town = Town::build()?;
    let mut rng = ground.rng();
    let (mut cut, mut calls) = (0, 0);
    while tally.cycles < cycles {
        let folder = crate::fast_folder()?;
        let clinic = town.runtime.block_on(town.served.clinic())?;
        let proxy = town.runtime.block_on(Proxy::start(&town.served.url))?;
        let mut desks = Vec::new();
        for place in 0..DESKS {
            let (store, hub) = town.desk(clinic, &folder.path().join(format!("{place}.petrel")))?;
            let tokens = town.runtime.block_on(hub.tokens());
            let line = HttpHub::new(&proxy.url, tokens, Box::new(|_| Ok(())))?;
            if place == 0 {
                found(&store, &mut rng)?;
            }
            town.agree(&store, &hub)?;
            desks.push((store, hub, line));
        }
        let dice = Arc::new(Mutex::new(rng.fork()));
        proxy.treat(move |_, _| draw(&mut dice.lock().unwrap_or_else(PoisonError::into_inner)));
        for _ in 0..CYCLES_A_CLINIC.min(cycles - tally.cycles) {
            tally.cycles += 1;
            let (store, _, line) = &desks[rng.usize(0..DESKS)];
            for _ in 0..rng.u8(0..4) {
                edit(store, &mut rng)?;
            }
            match town.runtime.block_on(round(store, line, &SystemClock)) {
                Ok(_) => {}
                Err(SyncError::Hub(error)) if error.is_passing() => cut += 1,
                Err(error) => tally.find(Wrong::Stuck, error),
            }
        }
        calls += proxy.take_asked().values().sum::<usize>();
        quiet(&town, &desks, tally);
    }
    tally.note(format!("{calls} calls, {cut} rounds ended early"));
    Ok(())
}

/// The line is good again: everything drains and agrees, and each transaction is in the log once.
fn quiet(town: &Town, desks: &[(Store, HttpHub, HttpHub)], tally: &mut Tally) {
    for _ in 0..2 {
        for (store, hub, _) in desks {
            tally.must(Wrong::Differs, town.runtime.block_on(agree(store, hub)));
        }
    }
    super::killed_hub::check_log(town.runtime.handle(), &desks[0].1, desks.iter().map(|(store, ..)| store), tally);
}

fn draw(rng: &mut fastrand::Rng) -> Treatment {
    match rng.u8(0..20) {
        0 | 1 => Treatment::LoseRequest,
        2..=4 => Treatment::LoseAnswer,
        5..=7 => Treatment::CutAnswer(rng.u16(1..1000)),
        8..=10 => Treatment::Repeat,
        11 | 12 => Treatment::Delay(Duration::from_micros(rng.u64(0..3000))),
        _ => Treatment::Pass,
    }
}

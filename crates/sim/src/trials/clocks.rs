//! Row 8: the clocks of two desks jump, back and forward, by minutes and by years, whenever one of them writes. What is written by whoever has seen the last
//! is the last, whatever the clocks say; and both desks are let in, their tokens renewed at every round.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result};
use petrel_domain::{Clock, DAY, MINUTE, Millis, SystemClock};
use petrel_store::{Action, Actor, OpenOptions, Store};
use petrel_sync::round;
use uuid::Uuid;

use super::desk::{hub_of, hub_of_expired, read_key};
use super::killed_desk::{KEY, Town};
use super::{Ground, Tally, Wrong};
use crate::edits::found;

/// How many cycles one clinic lasts.
const CYCLES_A_CLINIC: u64 = 25;
/// How far a clock may be off after a jump.
const OFF: [i64; 9] = [-365 * DAY, -30 * DAY, -DAY, -10 * MINUTE, 0, 10 * MINUTE, DAY, 30 * DAY, 365 * DAY];
/// The client that both write to.
const CLIENT: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_c10c);

/// A computer's clock, so far off.
struct Jumping(AtomicI64);

impl Clock for Jumping {
    fn now(&self) -> Millis {
        Millis(SystemClock.now().0 + self.0.load(Ordering::Relaxed))
    }
}

struct Desk {
    clock: Arc<Jumping>,
    store: Store,
}

impl Desk {
    fn new(town: &Town, clinic: Uuid, path: &Path) -> Result<Self> {
        let clock = Arc::new(Jumping(AtomicI64::new(0)));
        let options = OpenOptions { clock: Arc::clone(&clock) as Arc<dyn Clock>, readers: 1, ..OpenOptions::new(path, read_key(KEY)?) };
        let store = Store::open(&options)?;
        let (_, enrolled) = town.runtime.block_on(town.served.desk(clinic))?;
        store.join_hub(&town.served.url, enrolled.device_id, clinic, &enrolled.tokens)?;
        Ok(Self { clock, store })
    }

    fn write(&self, notes: &str) -> Result<()> {
        let sql = "INSERT INTO clients (id, first_name, notes, created_at, updated_at) VALUES (?1, 'Ada', ?2, ?3, ?3)
                   ON CONFLICT (id) DO UPDATE SET notes = excluded.notes, updated_at = excluded.updated_at";
        let work = |tx: &mut petrel_store::Tx<'_>| Ok(tx.db().execute(sql, (CLIENT.as_bytes(), notes, tx.now().0))?);
        self.store.write(&Actor::program(), Action::SaveClient, work)?;
        Ok(())
    }

    fn notes(&self) -> Result<String> {
        let sql = "SELECT coalesce((SELECT notes FROM clients WHERE id = ?1), '')";
        Ok(self.store.read(|db| Ok(db.query_row(sql, [CLIENT.as_bytes()], |row| row.get(0))?))?)
    }

    /// A round, let in by a pair of tokens that is renewed first.
    fn round(&self, town: &Town) -> Result<()> {
        let hub = hub_of_expired(&self.store)?;
        town.runtime.block_on(round(&self.store, &hub, &*self.clock)).context("a round")?;
        Ok(())
    }
}

pub(super) fn trial(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let town = Town::build()?;
    let mut rng = ground.rng();
    while tally.cycles < cycles {
        let folder = crate::fast_folder()?;
        let clinic = town.runtime.block_on(town.served.clinic())?;
        let desk = |name: &str| Desk::new(&town, clinic, &folder.path().join(name));
        let desks = [desk("a.petrel")?, desk("b.petrel")?];
        found(&desks[0].store, &mut rng)?;
        for desk in &desks {
            desk.round(&town)?;
        }
        for _ in 0..CYCLES_A_CLINIC.min(cycles - tally.cycles) {
            tally.cycles += 1;
            for place in 0..desks.len() {
                let (writer, reader) = (&desks[place], &desks[1 - place]);
                let off = OFF[rng.usize(..OFF.len())];
                writer.clock.0.store(off, Ordering::Relaxed);
                let notes = format!("cycle {}, desk {place}, {} hours off", tally.cycles, off / (60 * MINUTE));
                writer.write(&notes)?;
                for desk in [writer, reader, writer] {
                    if let Err(error) = desk.round(&town) {
                        tally.find(Wrong::Stuck, format!("{notes}: {error:#}"));
                    }
                }
                for desk in [writer, reader] {
                    let there = desk.notes()?;
                    if there != notes {
                        tally.find(Wrong::Lost, format!("{notes}: {there} is there"));
                    }
                }
            }
        }
        for desk in &desks {
            if let Err(error) = town.agree(&desk.store, &hub_of(&desk.store)?) {
                tally.find(Wrong::Differs, format!("{error:#}"));
            }
        }
    }
    Ok(())
}

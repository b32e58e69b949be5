//! Row 5: Postgres is stopped at once (`pg_ctl stop -m immediate`: nothing is written that was not already) under pushes, and started again. Nothing
//! that a desk was told is in the log is gone, and service comes back.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::child::a_moment;
use super::killed_desk::agree;
use super::killed_hub::{Promised, check_promises, clinic, cycle, desks};
use super::{Ground, Tally, Wrong};
use crate::postgres::Postgres;
use crate::served::Served;

/// How many cycles one clinic lasts.
const CYCLES_A_CLINIC: u64 = 20;

/// Within what time all desks are to be served again. A figure of the machine, told and not counted as found: another may be busy.
const BACK_WITHIN: Duration = Duration::from_secs(10);

pub(super) fn trial(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let mut postgres = Postgres::alone()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let served = runtime.block_on(Served::start(&postgres))?;
    let mut rng = ground.rng();
    let (mut pushed, mut broken, mut longest) = (0, 0, Duration::ZERO);
    while tally.cycles < cycles {
        let clinic = runtime.block_on(clinic(&served.database))?;
        let folder = crate::fast_folder()?;
        let desks = runtime.block_on(desks(&served.database, clinic, &served.url, folder.path(), &mut rng))?;
        let promised = Promised::default();
        for _ in 0..CYCLES_A_CLINIC.min(cycles - tally.cycles) {
            tally.cycles += 1;
            let mut started = Instant::now();
            let worked = cycle(&desks, &promised, &mut rng, |rng| {
                a_moment(rng, Duration::from_millis(60));
                postgres.crash()?;
                started = Instant::now();
                postgres.restart()
            });
            // From the first try to start it to a round of every desk that succeeded.
            longest = longest.max(started.elapsed());
            broken += tally.must(Wrong::Stuck, worked).unwrap_or_default();
        }
        for (store, hub) in &desks {
            tally.must(Wrong::Stuck, runtime.block_on(agree(store, hub)));
        }
        pushed += check_promises(runtime.handle(), &desks, &promised, tally);
        let wrong = runtime.block_on(petrel_hub::check(&served.database, clinic))?;
        wrong.iter().for_each(|line| tally.find(Wrong::Corrupt, line));
    }
    let verdict = if longest <= BACK_WITHIN { "reached" } else { "NOT reached" };
    tally.note(format!(
        "{pushed} acknowledged transactions, {broken} rounds broken off, all desks served {:.1} s after the start at the latest (wanted: {} s, {verdict})",
        longest.as_secs_f64(),
        BACK_WITHIN.as_secs()
    ));
    Ok(())
}

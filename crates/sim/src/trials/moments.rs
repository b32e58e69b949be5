//! Row 3: a desk's process dies at each named moment of its work: what no kill may happen to hit. The same must hold as of one that is killed.

use anyhow::Result;
use petrel_store::WORK_MOMENTS;

use super::child::desk_that_dies;
use super::desk::read_key;
use super::killed_desk::{Clinic, KEY, Town, check_victim, clinic_of, joins_on, open, to_join};
use super::tokens::{is_let_in, to_renew};
use super::{Ground, Tally, Wrong};

/// Families of the clinic that is joined.
const FAMILIES: u64 = 60;

pub(super) fn trial(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let town = Town::build()?;
    let mut rng = ground.rng();
    let folder = crate::fast_folder()?;
    let joined = clinic_of(&town, folder.path(), FAMILIES, &mut rng)?;
    let line = town.paged()?;
    for _ in 0..cycles {
        let mut clinic = Clinic::open(&town, &mut rng)?;
        for moment in WORK_MOMENTS {
            tally.cycles += 1;
            let often = !matches!(*moment, "join-indexed" | "join-finished");
            let time = if often { rng.u32(1..=4) } else { 1 };
            let has_died = match moment.split_once('-') {
                Some(("join", _)) => {
                    let path = folder.path().join("fresh.petrel");
                    let (_, enrolled) = town.runtime.block_on(town.served.desk(joined))?;
                    let (has_died, _) = desk_that_dies(ground, &to_join(&path, &line.url, &enrolled)?, moment, time)?.ended()?;
                    joins_on(&town, &path, &enrolled, FAMILIES, tally)?;
                    has_died
                }
                Some(("tokens", _)) => renews(ground, &town, moment, time, tally)?,
                _ => {
                    clinic.works_elsewhere(&town, &mut rng)?;
                    let (has_died, said) = desk_that_dies(ground, &clinic.arguments(&mut rng), moment, time)?.ended()?;
                    clinic.heard(&said);
                    check_victim(&town, &clinic, tally);
                    has_died
                }
            };
            if !has_died {
                tally.find(Wrong::Unclear, format!("nothing came to {moment} {time} times"));
            }
        }
    }
    Ok(())
}

/// The hub has renewed the desk's tokens, and the desk does not have them: the old pair is good until the new one is used.
fn renews(ground: &Ground, town: &Town, moment: &str, time: u32, tally: &mut Tally) -> Result<bool> {
    let folder = crate::fast_folder()?;
    let path = folder.path().join("desk.petrel");
    let clinic = town.runtime.block_on(town.served.clinic())?;
    drop(town.desk(clinic, &path)?);
    let (has_died, _) = desk_that_dies(ground, &to_renew(&path), moment, time)?.ended()?;
    let store = open(&path, &read_key(KEY)?)?;
    for _ in 0..2 {
        is_let_in(town, &store, tally);
    }
    Ok(has_died)
}

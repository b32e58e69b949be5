//! A desk whose program is an older one, as it was built then, beside one of today, at today's hub. It joins, works, reads and sends; in the end today's
//! program takes over its file.

use std::path::Path;

use anyhow::{Result, ensure};
use petrel_store::check_file;

use super::child::desk;
use super::desk::{hub_of, read_key, write_numbered};
use super::killed_desk::{KEY, Town, check_numbers, clinic_of, open, to_join, to_write, written};
use super::{Ground, Tally, Wrong};
use crate::edits::edit;

/// Families of the clinic that it joins.
const FAMILIES: u64 = 60;
/// Today's desk, and the older one, number from here on: the two never mean the same.
const TODAYS: u64 = 1_000_000;
const OLDERS: u64 = 2_000_000;

/// Tries an older `petrel-faults`, which plays the desk.
///
/// # Errors
/// Where it could not be set up; what was found is in the tally.
pub fn older_program(program: &Path, seed: u64, cycles: u64) -> Result<Tally> {
    let mut tally = Tally { row: 12, what: "a desk with an older program, as it was built then", ..Tally::default() };
    let ground = Ground { program: program.to_owned(), seed };
    let town = Town::build()?;
    let mut rng = ground.rng();
    let folder = crate::fast_folder()?;
    let clinic = clinic_of(&town, folder.path(), FAMILIES, &mut rng)?;
    let (today, today_hub) = town.desk(clinic, &folder.path().join("today.petrel"))?;
    town.agree(&today, &today_hub)?;

    let path = folder.path().join("older.petrel");
    let (_, enrolled) = town.runtime.block_on(town.served.desk(clinic))?;
    desk(&ground, &to_join(&path, &town.served.url, &enrolled)?)?.wait_for("joined")?;

    let (mut next, mut all, mut sent) = (OLDERS, Vec::new(), (0..FAMILIES).collect::<Vec<_>>());
    for cycle in 0..cycles {
        tally.cycles += 1;
        for _ in 0..rng.u8(1..6) {
            edit(&today, &mut rng)?;
        }
        write_numbered(&today, TODAYS + cycle)?;
        sent.push(TODAYS + cycle);
        town.agree(&today, &today_hub)?;

        let said = works(&ground, &path, next, rng.u64(..), rng.u8(1..4))?;
        let rounds = said.iter().rposition(|line| line == "done").unwrap_or(0);
        sent.extend(written(&said[..rounds]));
        let wrote = written(&said);
        next += wrote.len() as u64 + 1;
        all.extend(wrote);
        town.agree(&today, &today_hub)?;
        check_numbers(&today, &sent, &mut tally);
    }
    tally.note(format!("{} writes of the older program", all.len()));

    // Its program is brought up to date.
    let key = read_key(KEY)?;
    let Some(store) = tally.must(Wrong::Corrupt, open(&path, &key)) else { return Ok(tally) };
    tally.must(Wrong::Corrupt, check_file(&path, &key, true).map_err(Into::into));
    let agreed = hub_of(&store).and_then(|hub| town.agree(&store, &hub));
    tally.must(Wrong::Differs, agreed);
    tally.must(Wrong::Differs, town.agree(&today, &today_hub));
    sent.extend(all);
    check_numbers(&store, &sent, &mut tally);
    check_numbers(&today, &sent, &mut tally);
    Ok(tally)
}

/// The older program works until so many of its rounds are through, and is killed. Answers what it said.
fn works(ground: &Ground, path: &Path, from: u64, seed: u64, rounds: u8) -> Result<Vec<String>> {
    let mut player = desk(ground, &to_write(path, from, seed))?;
    let (mut said, mut through) = (Vec::new(), 0);
    while through < rounds {
        let Some(line) = player.next() else { anyhow::bail!("the older program ended by itself: {said:?}") };
        through += u8::from(line == "done");
        said.push(line);
    }
    ensure!(player.is_alive()?, "the older program ended by itself");
    said.extend(player.kill()?);
    Ok(said)
}

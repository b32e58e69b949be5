//! Trials: real files, real processes, real kills, a real Postgres; one for each fault. Each does what it does in cycles and counts what it found.

mod backups;
mod child;
mod clocks;
mod crashed_postgres;
mod cut_line;
mod desk;
mod full_disk;
mod killed_desk;
mod killed_hub;
mod moments;
mod older_program;
mod power_cut;
mod readers;
mod rot;
mod tokens;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use anyhow::Result;

pub use desk::DeskPart;
pub use older_program::older_program;

/// A kind of fault that is tried; `docs/faults.md` has the table of them.
pub struct Trial {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its row of the table.
    pub row: u8,
    /// What is done.
    pub what: &'static str,
    /// How many cycles the table asks for.
    pub cycles: u64,
    /// How many cycles show in some seconds that it works.
    pub few: u64,
    run: fn(&Ground, u64, &mut Tally) -> Result<()>,
}

/// All of them.
#[rustfmt::skip]
pub const TRIALS: &[Trial] = &[
    Trial { name: "desk-working", row: 3, what: "a desk's process killed while it writes, pushes and pulls", cycles: 1000, few: 12, run: killed_desk::working },
    Trial { name: "desk-joining", row: 3, what: "a desk's process killed while it fills a fresh file", cycles: 1000, few: 8, run: killed_desk::joining },
    Trial { name: "desk-migrating", row: 3, what: "a desk's process killed while it brings an old file up to date", cycles: 1000, few: 4, run: killed_desk::migrating },
    Trial { name: "desk-moments", row: 3, what: "a desk's process dies at each named moment of its work", cycles: 100, few: 1, run: moments::trial },
    Trial { name: "hub", row: 4, what: "the hub's process killed under pushes", cycles: 1000, few: 8, run: killed_hub::trial },
    Trial { name: "postgres", row: 5, what: "Postgres stopped at once under pushes", cycles: 200, few: 2, run: crashed_postgres::trial },
    Trial { name: "power-working", row: 6, what: "power cut while a desk works: legal images of its disk", cycles: 10_000, few: 150, run: power_cut::working },
    Trial { name: "power-joining", row: 6, what: "power cut while a fresh file is filled", cycles: 1000, few: 25, run: power_cut::joining },
    Trial { name: "disk", row: 7, what: "disk full, one error, a broken disk, from the Nth operation on", cycles: 20_000, few: 90, run: full_disk::trial },
    Trial { name: "clocks", row: 8, what: "the clocks of two desks jump by minutes and years as they write", cycles: 1000, few: 25, run: clocks::trial },
    Trial { name: "readers", row: 9, what: "readers pull while desks push (cycles: transactions)", cycles: 100_000, few: 3000, run: readers::trial },
    Trial { name: "cut-join", row: 10, what: "a join cut at every page and inside it (cycles: rows)", cycles: 100_000, few: 1000, run: cut_line::joining },
    Trial { name: "cut-rounds", row: 10, what: "rounds over a line that cuts, delays and repeats", cycles: 1000, few: 40, run: cut_line::rounds },
    Trial { name: "backups", row: 13, what: "backups made under load, restored, held against what was written", cycles: 100, few: 4, run: backups::trial },
    Trial { name: "rot", row: 14, what: "a flipped bit in a file", cycles: 5000, few: 60, run: rot::bits },
    Trial { name: "divergence", row: 14, what: "a row changed behind the program's back", cycles: 200, few: 4, run: rot::divergence },
    Trial { name: "tokens", row: 17, what: "a desk's process killed while its tokens turn over", cycles: 1000, few: 15, run: tokens::trial },
];

/// What a trial stands on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// This program, to be started again as a desk or a hub.
    pub program: PathBuf,
    /// From which what is drawn follows. When a process dies depends on the system, too.
    pub seed: u64,
}

impl Trial {
    /// Runs it.
    ///
    /// # Errors
    /// Where it could not be set up; what it found is in the tally.
    pub fn run(&self, ground: &Ground, cycles: u64) -> Result<Tally> {
        let mut tally = Tally { row: self.row, what: self.what, ..Tally::default() };
        (self.run)(ground, cycles, &mut tally)?;
        Ok(tally)
    }
}

impl Ground {
    fn rng(&self) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.seed)
    }
}

/// What may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    /// Something acknowledged is gone.
    Lost,
    /// Something is there twice.
    Doubled,
    /// A file does not open, fails its check, or holds half of something.
    Corrupt,
    /// Something does not go on, or a desk is locked out.
    Stuck,
    /// Desk and hub, or copy and original, differ.
    Differs,
    /// Something failed and nobody can tell from what is said why.
    Unclear,
}

/// What a trial did and found.
#[derive(Debug, Default)]
pub struct Tally {
    row: u8,
    what: &'static str,
    cycles: u64,
    wrong: BTreeMap<Wrong, u64>,
    notes: Vec<String>,
    details: Vec<String>,
}

impl Tally {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.wrong.is_empty()
    }

    /// What was found, a line each; of many the first.
    pub fn details(&self) -> &[String] {
        &self.details
    }

    fn find(&mut self, wrong: Wrong, detail: impl fmt::Display) {
        const KEPT: usize = 20;
        *self.wrong.entry(wrong).or_default() += 1;
        if self.details.len() < KEPT {
            self.details.push(format!("cycle {}: {wrong:?}: {detail}", self.cycles));
        }
    }

    /// Counts what went wrong as found.
    fn must<T>(&mut self, wrong: Wrong, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.find(wrong, format!("{error:#}"))).ok()
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {:2} | {} | {} cycles | ", self.row, self.what, self.cycles)?;
        let all = [Wrong::Lost, Wrong::Doubled, Wrong::Corrupt, Wrong::Stuck, Wrong::Differs, Wrong::Unclear];
        for (place, wrong) in all.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{} {}", self.wrong.get(wrong).unwrap_or(&0), format!("{wrong:?}").to_lowercase())?;
        }
        write!(f, " | {}", self.notes.join("; "))
    }
}

//! `sim`, `faults` and `hub`.

use std::path::Path;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::setup::{self, Need};

/// Runs schedules of the simulation, optimised: ten thousand take an hour otherwise.
pub fn simulate(seeds: &str, desks: u32, steps: u32, postgres: bool) -> Result<()> {
    setup::system(if postgres { Need::Postgres } else { Need::Build })?;
    let mut sim = cargo();
    sim.args(["run", "--quiet", "--release", "--package", "petrel-sim", "--bin", "petrel-sim", "--", "--seeds", seeds]);
    sim.args(["--desks", &desks.to_string(), "--steps", &steps.to_string()]);
    if postgres {
        sim.arg("--postgres");
    }
    run(&mut sim)
}

/// Tries faults. SQLite and its cipher are optimised in any build; what else takes time here is processes and disks.
pub fn faults(cycles: Option<u64>, full: bool, only: Option<&str>, older: Option<&Path>, seed: u64) -> Result<()> {
    setup::system(Need::Postgres)?;
    let mut faults = cargo();
    faults.args(["run", "--quiet", "--package", "petrel-sim", "--bin", "petrel-faults", "--", "--seed", &seed.to_string()]);
    if full {
        faults.arg("--full");
    }
    if let Some(cycles) = cycles {
        faults.args(["--cycles", &cycles.to_string()]);
    }
    if let Some(only) = only {
        faults.args(["--only", only]);
    }
    if let Some(older) = older {
        faults.arg("--older").arg(older);
    }
    run(&mut faults)
}

/// A hub for trying.
pub fn hub(keep: Option<&Path>, listen: &str) -> Result<()> {
    setup::system(Need::Postgres)?;
    let mut hub = cargo();
    hub.args(["run", "--quiet", "--package", "petrel-sim", "--bin", "petrel-try-hub", "--", "--listen", listen]);
    if let Some(keep) = keep {
        hub.arg("--keep").arg(keep);
    }
    run(&mut hub)
}

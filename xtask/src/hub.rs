//! `sim` and `hub`.

use std::path::Path;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::setup::{self, Need};

/// Runs schedules of the simulation, optimised: ten thousand take an hour otherwise.
pub fn simulate(seeds: &str, desks: u32, steps: u32, postgres: bool) -> Result<()> {
    setup::system(if postgres { Need::Tests } else { Need::Build })?;
    let mut sim = cargo();
    sim.args(["run", "--quiet", "--release", "--package", "petrel-sim", "--bin", "petrel-sim", "--", "--seeds", seeds]);
    sim.args(["--desks", &desks.to_string(), "--steps", &steps.to_string()]);
    if postgres {
        sim.arg("--postgres");
    }
    run(&mut sim)
}

/// A hub for trying.
pub fn hub(keep: Option<&Path>, listen: &str) -> Result<()> {
    setup::system(Need::Tests)?;
    let mut hub = cargo();
    hub.args(["run", "--quiet", "--package", "petrel-sim", "--bin", "petrel-try-hub", "--", "--listen", listen]);
    if let Some(keep) = keep {
        hub.arg("--keep").arg(keep);
    }
    run(&mut hub)
}

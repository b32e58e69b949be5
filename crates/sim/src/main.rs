//! `petrel-sim --seeds A..B`: many schedules, one after the other.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use petrel_domain::{FixedClock, Millis};
use petrel_sim::{Findings, ModelHub, Plan, run_schedule};
use petrel_store::{FileKey, OpenOptions, Store};

/// Desks, a hub and every fault between them, in one process, from a seed.
#[derive(Parser)]
struct Arguments {
    /// The seeds, as A..B (B is not run).
    #[arg(long, default_value = "0..200")]
    seeds: String,
    /// How many desks at the most.
    #[arg(long, default_value_t = 8)]
    desks: usize,
    /// How many steps a schedule has.
    #[arg(long, default_value_t = 120)]
    steps: usize,
    /// How many processes' worth of schedules run side by side.
    #[arg(long, default_value_t = 2)]
    threads: u64,
}

#[expect(clippy::print_stdout, reason = "a program for the terminal answers there")]
fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (from, until) = arguments.seeds.split_once("..").context("--seeds A..B")?;
    let (from, until): (u64, u64) = (from.parse()?, until.parse()?);
    let start = Instant::now();
    let threads: Vec<_> = (0..arguments.threads)
        .map(|thread| {
            let (desks, steps, count) = (arguments.desks, arguments.steps, arguments.threads);
            std::thread::spawn(move || {
                let mut failed = Vec::new();
                let mut total = Findings::default();
                for seed in (from..until).filter(|seed| seed % count == thread) {
                    match one(Plan { seed, desks, steps, sabotage: None }) {
                        Ok(findings) if findings.is_clean() => {}
                        Ok(findings) => {
                            total.diverged += findings.diverged;
                            total.lost += findings.lost;
                            total.stuck += findings.stuck;
                            total.duplicated += findings.duplicated;
                            failed.push((seed, format!("{findings:?}")));
                        }
                        Err(error) => failed.push((seed, format!("{error:#}"))),
                    }
                }
                (failed, total)
            })
        })
        .collect();
    let mut failed = Vec::new();
    let mut total = Findings::default();
    for thread in threads {
        let Ok((mine, found)) = thread.join() else { bail!("a schedule panicked") };
        failed.extend(mine);
        total.diverged += found.diverged;
        total.lost += found.lost;
        total.stuck += found.stuck;
        total.duplicated += found.duplicated;
    }
    failed.sort();
    for (seed, what) in &failed {
        println!("seed {seed}: {what}\n  replay: cargo xtask sim --seeds {seed}..{} --desks {} --steps {}", seed + 1, arguments.desks, arguments.steps);
    }
    let Findings { diverged, lost, stuck, duplicated } = total;
    println!(
        "{} schedules, {diverged} diverged, {lost} lost, {stuck} stuck, {duplicated} duplicated, {} failed ({:.0} s)",
        until - from,
        failed.len(),
        start.elapsed().as_secs_f64()
    );
    if failed.is_empty() { Ok(()) } else { bail!("{} schedules failed", failed.len()) }
}

fn one(plan: Plan) -> Result<Findings> {
    let folder = petrel_sim::fast_folder()?;
    let clock = Arc::new(FixedClock::at(Millis(0)));
    let template: PathBuf = folder.path().join("template.petrel");
    let schema = {
        let mut options = OpenOptions::new(&template, FileKey::from_bytes([7; 32]));
        options.readers = 1;
        Store::open(&options)?.wire_schema()
    };
    let hub = ModelHub::new(schema, Arc::clone(&clock), plan.sabotage);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let log = hub.clone();
    let report = runtime.block_on(run_schedule(plan, folder.path(), hub, clock, async || Ok(log.log())))?;
    Ok(report.findings)
}

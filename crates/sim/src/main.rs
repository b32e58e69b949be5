//! `petrel-sim --seeds A..B`: many schedules, one after the other.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use petrel_sim::{Findings, Plan, Postgres, Report, run_in_memory, run_on};

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
    /// Against a real hub on Postgres instead of one in memory.
    #[arg(long)]
    postgres: bool,
    /// How many processes' worth of schedules run side by side.
    #[arg(long, default_value_t = 2)]
    threads: u64,
}

#[expect(clippy::print_stdout, reason = "a program for the terminal answers there")]
fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (from, until) = arguments.seeds.split_once("..").context("--seeds A..B")?;
    let (from, until): (u64, u64) = (from.parse()?, until.parse()?);
    let postgres = arguments.postgres.then(Postgres::start).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = postgres.as_ref().map(|postgres| runtime.block_on(postgres.database())).transpose()?;
    let start = Instant::now();
    let threads: Vec<_> = (0..arguments.threads)
        .map(|thread| {
            let (desks, steps, count) = (arguments.desks, arguments.steps, arguments.threads);
            let server = server.clone();
            std::thread::spawn(move || {
                let run = move |plan: Plan| -> Result<Report> {
                    let Some(url) = &server else { return run_in_memory(plan) };
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                    runtime.block_on(run_on(url, plan))
                };
                let mut failed = Vec::new();
                let mut total = Findings::default();
                for seed in (from..until).filter(|seed| seed % count == thread) {
                    match run(Plan { seed, desks, steps, sabotage: None }).map(|report| report.findings) {
                        Ok(findings) if findings.is_clean() => {}
                        Ok(findings) => {
                            total += findings;
                            failed.push((seed, findings.to_string()));
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
        total += found;
    }
    failed.sort();
    for (seed, what) in &failed {
        let plan = Plan { seed: *seed, desks: arguments.desks, steps: arguments.steps, sabotage: None };
        println!("seed {seed}: {what}\n  replay: {}", plan.replay(arguments.postgres));
    }
    println!("{} schedules, {total}, {} failed ({:.0} s)", until - from, failed.len(), start.elapsed().as_secs_f64());
    if failed.is_empty() { Ok(()) } else { bail!("{} schedules failed", failed.len()) }
}

//! `petrel-faults`: real processes killed, disks that fail, lines that are cut; a line for each kind, and what was found.
//!
//! Started as `petrel-faults desk …` or `petrel-faults hub …` it plays that part, to be killed.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use clap::{Parser, Subcommand};
use petrel_hub::Program;
use petrel_sim::{DeskPart, Ground, TRIALS, Tally, Trial, older_program};

/// Tries every kind of fault.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// How many cycles of each kind; without it, as many as show in some seconds that it works.
    #[arg(long)]
    cycles: Option<u64>,
    /// As many cycles of each kind as make a rare fault likely to show, some of them thousands: hours.
    #[arg(long, conflicts_with = "cycles")]
    full: bool,
    /// An older `petrel-faults`, built from an earlier commit: its desk works at today's hub, and nothing else is tried.
    #[arg(long, conflicts_with = "only")]
    older: Option<PathBuf>,
    /// Only the kinds whose name begins so.
    #[arg(long)]
    only: Option<String>,
    /// From which what is drawn follows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What is killed.
#[derive(Subcommand)]
enum Part {
    /// A desk.
    #[command(hide = true)]
    Desk(DeskPart),
    /// The hub, as `petrel-hub` is started.
    #[command(hide = true)]
    Hub(Program),
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(Part::Desk(desk)) => desk.play(),
        Some(Part::Hub(hub)) => tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(hub.run()),
        None => match &arguments.older {
            Some(program) => try_older(program, &arguments),
            None => try_all(&arguments),
        },
    }
}

#[expect(clippy::print_stdout, reason = "a program for the terminal answers there")]
fn tell(tally: &Tally, begun: Instant) {
    println!("{tally} ({:.0} s)", begun.elapsed().as_secs_f64());
    tally.details().iter().for_each(|detail| println!("       {detail}"));
}

fn try_older(program: &Path, arguments: &Arguments) -> Result<()> {
    const FEW: u64 = 20;
    let begun = Instant::now();
    let tally = older_program(program, arguments.seed, arguments.cycles.unwrap_or(FEW))?;
    tell(&tally, begun);
    ensure!(tally.is_clean(), "something was found; seed {}", arguments.seed);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program for the terminal answers there")]
fn try_all(arguments: &Arguments) -> Result<()> {
    let ground = Ground { program: std::env::current_exe()?, seed: arguments.seed };
    let only = arguments.only.as_deref().unwrap_or_default();
    let chosen: Vec<&Trial> = TRIALS.iter().filter(|trial| trial.name.starts_with(only)).collect();
    ensure!(!chosen.is_empty(), "there are: {}", TRIALS.iter().map(|trial| trial.name).collect::<Vec<_>>().join(", "));
    let mut bad = Vec::new();
    for trial in chosen {
        let begun = Instant::now();
        let cycles = if arguments.full { trial.cycles } else { arguments.cycles.unwrap_or(trial.few) };
        match trial.run(&ground, cycles) {
            Ok(tally) => {
                tell(&tally, begun);
                if !tally.is_clean() {
                    bad.push(trial.name);
                }
            }
            Err(error) => {
                println!("row {:2} | {} | could not be tried: {error:#}", trial.row, trial.what);
                bad.push(trial.name);
            }
        }
    }
    if bad.is_empty() { Ok(()) } else { bail!("something was found by {}; seed {}", bad.join(", "), arguments.seed) }
}

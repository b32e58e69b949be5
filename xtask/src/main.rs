//! The project's own commands. `cargo xtask help` lists them.

mod bench;
mod check;
mod edges;
mod fuzz;
mod hub;
mod package;
mod peers;
mod process;
mod run;
mod session;
mod setup;
mod test;
mod tidy;
mod ui;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

/// What the project can do, with all set-up it takes.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sets up what is missing, builds, and opens the app with its embedded database.
    Run {
        /// In a folder of its own, filled with a believable clinic.
        #[arg(long)]
        demo: bool,
        /// Optimised, as it is shipped.
        #[arg(long)]
        release: bool,
    },
    /// Sets up what is missing, a display included, and runs every test.
    Test {
        /// Only what needs neither browser nor window.
        #[arg(long)]
        fast: bool,
    },
    /// Format, lints, dependency edges, fresh bindings, licences, house rules.
    Check,
    /// Prints the performance table.
    Bench {
        /// Writes the figures, too.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Fewer samples and a smaller clinic, to see that it works.
        #[arg(long)]
        quick: bool,
        /// One part alone.
        #[arg(long, value_parser = bench::PARTS)]
        only: Option<String>,
        /// Where what drives other programs through the same job lies, if not in `out/peers/drivers`: those programs are set up under `out/peers`, and
        /// measured, too.
        #[arg(long)]
        peers: Option<PathBuf>,
        /// On which disk Postgres and the desks of `replication` work; without it, where temporary files lie.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// Desks, a hub and every fault between them, from seeds.
    Sim {
        /// The seeds, as A..B (B is not run).
        #[arg(long, default_value = "0..1000")]
        seeds: String,
        /// How many desks at the most.
        #[arg(long, default_value_t = 8)]
        desks: u32,
        /// How many steps a schedule has.
        #[arg(long, default_value_t = 120)]
        steps: u32,
        /// Against a real hub on Postgres instead of one in memory.
        #[arg(long)]
        postgres: bool,
    },
    /// Real processes killed, disks that fail, lines that are cut: a line for each kind of fault.
    Faults {
        /// How many cycles of each kind; without it, a few.
        #[arg(long)]
        cycles: Option<u64>,
        /// As many cycles of each kind as make a rare fault likely to show, some of them thousands: hours.
        #[arg(long)]
        full: bool,
        /// Only the kinds whose name begins so.
        #[arg(long)]
        only: Option<String>,
        /// An older `petrel-faults`, built from an earlier commit: its desk works at today's hub, and nothing else is tried.
        #[arg(long, conflicts_with = "only")]
        older: Option<PathBuf>,
        /// From which what is drawn follows.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Looks for bytes that make a decoder panic, for a while each.
    Fuzz {
        /// How many seconds each decoder is fed.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Only the decoder of this name.
        #[arg(long)]
        only: Option<String>,
    },
    /// Starts a hub with a Postgres of its own, and prints a code for a desk.
    Hub {
        /// Where to keep its database; without it, all is gone when the hub stops.
        #[arg(long)]
        keep: Option<PathBuf>,
        /// The address to listen at.
        #[arg(long, default_value = "127.0.0.1:4790")]
        listen: String,
    },
    /// Makes the file of a believable clinic, with its key beside it: Petrel opens it where it restores a backup.
    Demo(DemoArgs),
    /// Makes what is handed out: .deb and AppImage, where the tools allow.
    Package {
        /// Installs the .deb in a clean Debian root, and starts it there.
        #[arg(long)]
        verify: bool,
    },
}

/// The clinic to make.
#[derive(Args)]
pub struct DemoArgs {
    /// Where.
    #[arg(long)]
    out: PathBuf,
    /// How many clients.
    #[arg(long, default_value_t = 2000)]
    clients: u32,
    /// How many years of visits.
    #[arg(long, default_value_t = 2)]
    years: u32,
    /// The same seed gives the same clinic.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What opens it in Petrel; without it, one that is printed.
    #[arg(long)]
    passphrase: Option<String>,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Run { demo, release } => run::run(demo, release),
        Command::Test { fast } => test::test(fast),
        Command::Check => check::check(),
        Command::Bench { json, quick, only, peers, folder } => {
            bench::bench(json.as_deref(), quick, only.as_deref(), peers.as_deref(), folder.as_deref())
        }
        Command::Sim { seeds, desks, steps, postgres } => hub::simulate(&seeds, desks, steps, postgres),
        Command::Faults { cycles, full, only, older, seed } => hub::faults(cycles, full, only.as_deref(), older.as_deref(), seed),
        Command::Fuzz { seconds, only } => fuzz::fuzz(seconds, only.as_deref()),
        Command::Hub { keep, listen } => hub::hub(keep.as_deref(), &listen),
        Command::Demo(args) => run::demo(&args),
        Command::Package { verify } => package::package(verify),
    }
}

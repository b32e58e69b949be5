//! Replication under load: real files, the real engine, a real hub in a process of its own, over HTTP on loopback, on a Postgres that waits for
//! its disk. Beside each figure stands what the same machine does with the same rows bare, in the same run.
//!
//! `cargo xtask bench --only replication` runs it; `--json FILE` writes the figures, `--quick` takes less of everything, `--only PART` one part
//! (stream, fresh, latency, many, merge, peers), `--peers FOLDER` names what drives other programs through the same job (else `out/peers/drivers`), `--folder FOLDER` the disk to
//! work on.

#![allow(missing_docs, reason = "a program, not a library")]

mod fresh;
mod hub;
mod latency;
mod limits;
mod many;
mod measure;
mod merge;
mod peers;
mod stream;
mod work;

use std::path::PathBuf;

use anyhow::{Context, Result};
use petrel_sim::Postgres;

use measure::Line;

/// What the command line says.
struct Plan {
    json: Option<PathBuf>,
    quick: bool,
    only: Option<String>,
    peers: Option<PathBuf>,
    setups: PathBuf,
    folder: Option<PathBuf>,
}

/// What every part works with.
pub struct Bench {
    pub postgres: Postgres,
    /// For files of desks: on the same disk as everything else.
    pub folder: tempfile::TempDir,
    pub quick: bool,
}

impl Bench {
    /// So many, or a tenth of it where it should be quick.
    pub fn size(&self, count: usize) -> usize {
        if self.quick { count / 10 } else { count }
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [hub::ROLE, database_url] => hub::serve(database_url),
        [fresh::ROLE, url, code, path] => fresh::join_here(url, code, path.as_ref()),
        _ => run(plan(arguments.into_iter())?),
    }
}

fn run(plan: Plan) -> Result<()> {
    let folder = plan.folder.as_ref().map_or_else(tempfile::tempdir, tempfile::tempdir_in)?;
    let postgres = measure::real_postgres(folder.path())?;
    let bench = Bench { postgres, folder, quick: plan.quick };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut lines: Vec<Line> = Vec::new();
    let wanted = |part: &str| plan.only.as_deref().is_none_or(|only| only == part);
    macro_rules! part {
        ($name:ident) => {
            if wanted(stringify!($name)) {
                eprintln!("{} …", stringify!($name));
                lines.extend(runtime.block_on($name::lines(&bench)).context(stringify!($name))?);
            }
        };
    }
    part!(stream);
    part!(latency);
    part!(many);
    part!(merge);
    part!(fresh);
    if wanted("peers") {
        let beside = runtime.block_on(peers::lines(&bench, plan.peers.as_deref(), &plan.setups, &lines))?;
        lines.extend(beside);
    }
    measure::print(&lines);
    if let Some(path) = plan.json {
        std::fs::write(path, measure::json(&lines).to_string())?;
    }
    Ok(())
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Plan> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let setups = here.join("out/peers");
    let drivers = setups.join("drivers");
    let peers = drivers.is_dir().then_some(drivers);
    let mut plan = Plan { json: None, quick: false, only: None, peers, setups, folder: None };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} wants a value"));
        match argument.as_str() {
            "--json" => plan.json = Some(value()?.into()),
            "--only" => plan.only = Some(value()?),
            "--peers" => plan.peers = Some(value()?.into()),
            "--folder" => plan.folder = Some(value()?.into()),
            "--quick" => plan.quick = true,
            // What `cargo bench` itself adds.
            "--bench" => {}
            other => anyhow::bail!("unknown argument {other}"),
        }
    }
    Ok(plan)
}

//! Other programs doing the same job on the same machine in the same minute. The project does not depend on them: what drives them lies in a
//! folder of its own, and what cannot be set up is skipped aloud.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::Bench;
use crate::measure::Line;

/// A program: its name, what its set-up must have, and how it is run there.
struct Peer {
    name: &'static str,
    needs: &'static str,
    command: &'static [&'static str],
    records: usize,
}

const PEERS: [Peer; 4] = [
    Peer { name: "Anki", needs: "anki/bin/python", command: &["bin/python", "anki_peer.py"], records: 30_000 },
    Peer { name: "Actual", needs: "actual/node_modules/@actual-app/api", command: &["node", "actual_peer.cjs"], records: 10_000 },
    Peer { name: "PouchDB", needs: "pouch/node_modules/pouchdb", command: &["node", "pouch_peer.cjs"], records: 10_000 },
    Peer { name: "Atuin", needs: "atuin/bin/atuin", command: &["bash", "atuin_peer.sh"], records: 10_000 },
];

#[expect(clippy::print_stderr, reason = "what is skipped is said")]
/// `ours` are the figures of this run so far: each peer's stand beside what this program did.
pub async fn lines(bench: &Bench, scripts: Option<&Path>, setups: &Path, ours: &[Line]) -> Result<Vec<Line>> {
    let Some(scripts) = scripts else {
        eprintln!(
            "SKIPPED: other programs at the same job. What drives them is not part of the project; a folder of drivers ({}) is named with --peers FOLDER",
            PEERS.map(|peer| peer.command[1]).join(", ")
        );
        return Ok(Vec::new());
    };
    let scripts = scripts.canonicalize().with_context(|| format!("{}", scripts.display()))?;
    let mut lines = Vec::new();
    for peer in &PEERS {
        if !setups.join(peer.needs).exists() {
            eprintln!(
                "SKIPPED: {}, because {} is not there (its set-up: README.md beside its driver)",
                peer.name,
                setups.join(peer.needs).display()
            );
            continue;
        }
        eprintln!("{} …", peer.name);
        match run(bench, peer, &scripts, &setups.canonicalize()?).await {
            Ok(told) => lines.extend(told_lines(peer.name, &told, ours)),
            Err(error) => eprintln!("SKIPPED: {}: {error:#}", peer.name),
        }
    }
    Ok(lines)
}

async fn run(bench: &Bench, peer: &Peer, scripts: &Path, setups: &Path) -> Result<Value> {
    let home = setups.join(peer.needs.split('/').next().unwrap_or_default());
    let program = if peer.command[0].contains('/') { home.join(peer.command[0]) } else { peer.command[0].into() };
    let mut command = Command::new(program);
    command.arg(scripts.join(peer.command[1])).arg(bench.size(peer.records).to_string()).current_dir(&home);
    command.env("DATABASE_URL", bench.postgres.database().await?).env("ATUIN_BIN", home.join("bin"));
    let output = command.stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "it failed ({})", output.status);
    let text = String::from_utf8(output.stdout)?;
    let last = text.lines().rfind(|line| line.starts_with('{')).context("it told nothing")?;
    Ok(serde_json::from_str(last)?)
}

/// What a peer told: what of it, in which field, and how the line of this program begins that it is held against.
const RATES: [(&str, &str, &str); 3] = [
    ("push", "push_rows_s", "push: both"),
    ("incremental pull", "pull_rows_s", "incremental pull of both"),
    ("fresh device", "fresh_rows_s", "fresh device, "),
];
const ROUND: (&str, &str) = ("round_ms", "edit at one desk");

fn told_lines(name: &str, told: &Value, ours: &[Line]) -> Vec<Line> {
    let rows = told["rows"].as_f64().unwrap_or(0.0);
    let of_ours = |begins: &str| ours.iter().find(|line| line.name.starts_with(begins)).map(|line| line.value);
    let mut lines = Vec::new();
    for (what, field, begins) in RATES {
        let Some(rate) = told[field].as_f64() else { continue };
        let line = Line::new(format!("{name}: {what}"), rate, "rows/s").with("rows", rows);
        lines.push(match of_ours(begins) {
            Some(ours) => line.beside("rows/s Petrel's, of its own rows", ours).wants("Petrel as fast", ours >= rate),
            None => line,
        });
    }
    if let Some(time) = told[ROUND.0].as_f64() {
        let line = Line::new(format!("{name}: one record there and to the other device"), time, "ms");
        lines.push(match of_ours(ROUND.1) {
            Some(ours) => line.beside("ms Petrel's, p50", ours).wants("Petrel as fast", ours <= time),
            None => line,
        });
    }
    lines
}

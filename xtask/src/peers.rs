//! Other programs that do what replication does, set up to be measured beside it. The project does not need them: what cannot be set up is
//! skipped aloud.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::process::{program, root, run};

/// A program: what shows that it is set up, in its folder, and the commands that set it up there.
struct Peer {
    name: &'static str,
    folder: &'static str,
    has: &'static str,
    commands: &'static [&'static [&'static str]],
}

const PEERS: &[Peer] = &[
    Peer {
        name: "Anki",
        folder: "anki",
        has: "bin/python",
        commands: &[&["python3", "-m", "venv", "."], &["bin/pip", "install", "--quiet", "anki"]],
    },
    Peer {
        name: "Actual",
        folder: "actual",
        has: "node_modules/@actual-app/api",
        commands: &[&["npm", "install", "--no-audit", "--no-fund", "--prefix", ".", "@actual-app/api", "@actual-app/sync-server"]],
    },
    Peer {
        name: "PouchDB",
        folder: "pouch",
        has: "node_modules/pouchdb",
        commands: &[&["npm", "install", "--no-audit", "--no-fund", "--prefix", ".", "pouchdb", "pouchdb-server"]],
    },
    Peer {
        name: "Atuin",
        folder: "atuin",
        has: "bin/atuin-server",
        commands: &[&["cargo", "install", "atuin", "atuin-server", "--version", "18.24.4", "--locked", "--root", "."]],
    },
];

/// What drives them: in the folder that was named, or where it is looked for; none where it is not there, which is said.
pub fn drivers(named: Option<&Path>) -> Option<PathBuf> {
    let folders = named.map_or_else(
        || ["out/peers/drivers", "../shared/bench/peers"].map(|own| root().join(own)).to_vec(),
        |named| vec![named.to_owned()],
    );
    let found = folders.iter().find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!(
            "SKIPPED: other programs at the same job: what drives them is not in {} (docs/speed.md says what that is)",
            folders[0].display()
        );
    }
    found.cloned()
}

/// Sets up what is missing under `out/peers`.
pub fn set_up() -> Result<()> {
    for peer in PEERS {
        let folder = root().join("out/peers").join(peer.folder);
        if folder.join(peer.has).exists() {
            continue;
        }
        std::fs::create_dir_all(&folder)?;
        for command in peer.commands {
            let mut step = program(command[0]);
            step.args(&command[1..]).current_dir(&folder);
            if command[0].contains('/') {
                step = program(folder.join(command[0]));
                step.args(&command[1..]).current_dir(&folder);
            }
            if let Err(error) = run(&mut step) {
                eprintln!("SKIPPED: {} could not be set up: {error:#}", peer.name);
                break;
            }
        }
    }
    Ok(())
}

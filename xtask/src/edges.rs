//! Dependencies point one way. What a part must not know, it cannot reach: this reads it off cargo's own graph.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::process::{cargo, output};

/// A part, and what must not be anywhere below it.
const MISSING: &[(&str, &[&str])] = &[
    ("petrel-domain", &["petrel-store", "petrel", "rusqlite", "tokio", "tauri", "reqwest", "keyring", "refinery"]),
    ("petrel-print", &["petrel-store", "petrel-sync", "petrel", "rusqlite", "tokio", "tauri", "reqwest"]),
    ("petrel-store", &["petrel", "petrel-sync", "tauri", "tokio", "reqwest", "keyring", "axum", "tokio-postgres"]),
    ("petrel-sync", &["petrel", "petrel-hub", "tauri", "keyring", "axum", "tokio-postgres"]),
    ("petrel-hub", &["petrel", "petrel-store", "petrel-sync", "rusqlite", "tauri", "keyring", "aws-lc-rs"]),
];

pub fn edges() -> Result<()> {
    for (part, forbidden) in MISSING {
        // Features are those of the part alone: another part of the workspace may ask a shared library for more.
        let tree =
            output(cargo().args(["tree", "--locked", "--package", part, "--edges", "normal", "--prefix", "none", "--format", "{p}"]))?;
        let below: BTreeSet<&str> = tree.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
        let found: Vec<&str> = forbidden.iter().filter(|name| below.contains(**name)).copied().collect();
        if !found.is_empty() {
            bail!("{part} must not know {}; see ARCHITECTURE.md", found.join(", "));
        }
    }
    Ok(())
}

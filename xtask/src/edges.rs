//! Dependencies point one way. What a part must not know, it cannot reach: this reads it off cargo's own graph.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{cargo, output};

/// A part, and what must not be anywhere below it.
const MISSING: &[(&str, &[&str])] = &[
    ("petrel-domain", &["petrel-store", "petrel", "rusqlite", "tokio", "tauri", "reqwest", "keyring", "refinery"]),
    ("petrel-store", &["petrel", "tauri", "tokio", "reqwest", "keyring", "axum", "tokio-postgres"]),
];

pub fn edges() -> Result<()> {
    let metadata: Value = serde_json::from_str(&output(cargo().args(["metadata", "--format-version", "1", "--locked"]))?)?;
    let names: BTreeMap<&str, &str> =
        list(&metadata["packages"]).filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?))).collect();
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let id = node["id"].as_str().context("a package has an id")?;
        let normal = list(&node["deps"]).filter(|of| list(&of["dep_kinds"]).any(|kind| kind["kind"].is_null()));
        below.insert(id, normal.filter_map(|of| of["pkg"].as_str()).collect());
    }
    for (part, forbidden) in MISSING {
        let start = names.iter().find(|(_, name)| *name == part).map(|(id, _)| *id).with_context(|| format!("{part} is a package"))?;
        let mut seen = BTreeSet::new();
        let mut next = vec![start];
        while let Some(id) = next.pop() {
            if seen.insert(id) {
                next.extend(below.get(id).into_iter().flatten());
            }
        }
        let found: Vec<&str> = seen
            .iter()
            .filter(|id| **id != start)
            .filter_map(|id| names.get(id).copied())
            .filter(|name| forbidden.contains(name))
            .collect();
        if !found.is_empty() {
            bail!("{part} must not know {}; see ARCHITECTURE.md", found.join(", "));
        }
    }
    Ok(())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

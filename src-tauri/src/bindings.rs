//! The TypeScript side of the commands: written from their Rust types, and held against what lies in the repository.

use std::fs;
use std::io;
use std::path::PathBuf;

use specta_typescript::Typescript;

use crate::commands;

const HEADER: &str = "// Written by `cargo run -p petrel --example petrel-bindings` from the Rust types. Not to be edited.\n";

/// Where the bindings lie.
pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/backend/bindings.ts")
}

/// Writes the bindings, or (`check`) only says whether they are as they should be.
///
/// # Errors
/// Where they cannot be written, or, checking, differ.
pub fn write(check: bool) -> io::Result<()> {
    let fresh = text()?;
    let path = path();
    if !check {
        return fs::write(path, fresh);
    }
    let present = fs::read_to_string(path).unwrap_or_default();
    if present == fresh { Ok(()) } else { Err(io::Error::other("the bindings are stale: cargo run -p petrel --example petrel-bindings")) }
}

fn text() -> io::Result<String> {
    let file = std::env::temp_dir().join(format!("petrel-bindings-{}.ts", std::process::id()));
    let exported = commands::builder().export(Typescript::default().header(HEADER), &file).map_err(io::Error::other);
    let text = exported.and_then(|()| fs::read_to_string(&file));
    let _ = fs::remove_file(&file);
    text
}

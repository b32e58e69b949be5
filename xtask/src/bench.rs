//! `bench`: the table of the core, then what only the whole program shows.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::process::{cargo, root, run};
use crate::setup::{self, Need};
use crate::{peers, run as app, session};

/// The parts that can be had alone.
pub const PARTS: [&str; 3] = ["core", "program", "replication"];

pub fn bench(out: Option<&Path>, quick: bool, only: Option<&str>, drivers: Option<&Path>, disk: Option<&Path>) -> Result<()> {
    let wants = |part: &str| only.is_none_or(|only| only == part);
    if wants("program") {
        setup::window()?;
    }
    setup::system(match () {
        () if wants("program") => Need::Tests,
        () if wants("replication") => Need::Postgres,
        () => Need::Build,
    })?;
    let folder = root().join("out/bench");
    std::fs::create_dir_all(&folder)?;
    let mut figures = serde_json::Map::new();
    if wants("core") {
        figures.insert("core".to_owned(), core(&folder, &clinic(&folder, quick)?, quick)?);
    }
    if wants("replication") {
        figures.insert("replication".to_owned(), replication(&folder, quick, drivers, disk)?);
    }
    if wants("program") {
        setup::node()?;
        let whole = whole_program(&folder, &clinic(&folder, quick)?)?;
        let sizes = sizes()?;
        println!("\n| what | value | target | reached |\n|---|---:|---|---|");
        for line in whole.iter().chain(&sizes) {
            println!("| {} | {} | {} | {} |", text(line, "name"), text(line, "value"), text(line, "target"), text(line, "reached"));
        }
        figures.insert("program".to_owned(), whole.into());
        figures.insert("sizes".to_owned(), sizes.into());
    }
    if let Some(out) = out {
        std::fs::write(out, Value::Object(figures).to_string())?;
    }
    Ok(())
}

/// The desk's own questions, held against bare SQL.
fn core(folder: &Path, clinic: &Path, quick: bool) -> Result<Value> {
    let figures = folder.join("core.json");
    let mut core = cargo();
    core.args(["bench", "--quiet", "--package", "petrel-store", "--bench", "desk", "--", "--file"]).arg(clinic);
    core.arg("--key").arg(clinic.with_extension("petrel.hex")).arg("--json").arg(&figures);
    if quick {
        core.arg("--quick");
    }
    run(&mut core)?;
    read(&figures)
}

/// Desks, a hub and Postgres, held against the same rows bare, and against other programs at the same job.
fn replication(folder: &Path, quick: bool, drivers: Option<&Path>, disk: Option<&Path>) -> Result<Value> {
    let figures = folder.join("replication.json");
    let mut bench = cargo();
    bench.args(["bench", "--quiet", "--package", "petrel-sim", "--bench", "replication", "--", "--json"]).arg(&figures);
    if quick {
        bench.arg("--quick");
    }
    if let Some(disk) = disk {
        bench.arg("--folder").arg(std::path::absolute(disk)?);
    }
    // In the same run as ours: a figure of another hour is of another machine.
    if let Some(drivers) = peers::drivers(drivers) {
        peers::set_up()?;
        bench.arg("--peers").arg(std::path::absolute(drivers)?);
    }
    run(&mut bench)?;
    read(&figures)
}

fn read(figures: &Path) -> Result<Value> {
    Ok(serde_json::from_str(&std::fs::read_to_string(figures)?)?)
}

fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or("–")
}

/// The clinic under load; made once, as the generator is the same for the same numbers.
fn clinic(folder: &Path, quick: bool) -> Result<PathBuf> {
    let (name, clients, pets, visits) =
        if quick { ("small.petrel", 2_000, 3_000, 20_000) } else { ("clinic.petrel", 100_000, 150_000, 1_000_000) };
    let path = folder.join(name);
    let is_whole = path.exists() && path.with_extension("petrel.hex").exists();
    if !is_whole {
        // What lies there without its key is of no use.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let numbers = [("--clients", clients), ("--pets", pets), ("--visits", visits), ("--years", 16), ("--seed", 1)];
        app::make_demo(&path, &numbers, None)?;
    }
    Ok(path)
}

/// Cold start to a usable window, switching the day, and memory, of the optimised program over the clinic's file.
fn whole_program(folder: &Path, clinic: &Path) -> Result<Vec<Value>> {
    let driver = setup::tool("tauri-driver", "tauri-driver", "^2")?;
    let app = app::build(true)?;
    let figures = folder.join("program.json");
    let mut measure = cargo();
    measure.args(["test", "--quiet", "--package", "petrel-tests", "--test", "measure", "--", "--nocapture"]);
    measure.env("PETREL_APP", app).env("PETREL_DRIVER", driver).env("PETREL_MEASURE", &figures).env("PETREL_CLINIC", clinic);
    measure.env("PETREL_SCREENSHOTS", root().join("out/screenshots"));
    session::run_inside(&measure)?;
    let figures: Value = serde_json::from_str(&std::fs::read_to_string(&figures).context("the figures of the program")?)?;
    Ok(figures.as_array().cloned().unwrap_or_default())
}

/// The size of the program and of its scripts, as they are sent: gzipped.
fn sizes() -> Result<Vec<Value>> {
    let mut scripts = 0;
    for entry in std::fs::read_dir(root().join("ui/dist/assets"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "js") {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            gzip.write_all(&std::fs::read(&path)?)?;
            scripts += gzip.finish()?.len();
        }
    }
    let program = crate::process::target().join("release/petrel").metadata()?.len();
    let mut lines = vec![
        json!({ "name": "script, all routes, gzipped", "value": format!("{} kB", scripts / 1000), "target": "shell 130 kB, route 60 kB (npm run budget)" }),
        json!({ "name": "program", "value": format!("{:.1} MB", program as f64 / 1e6), "target": "–" }),
    ];
    lines.extend(packages()?);
    Ok(lines)
}

/// The size of what `cargo xtask package` made last, where it did.
fn packages() -> Result<Vec<Value>> {
    let mut lines = Vec::new();
    for kind in ["deb", "appimage"] {
        let Ok(entries) = std::fs::read_dir(crate::process::target().join("release/bundle").join(kind)) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(kind)) {
                let size = path.metadata()?.len() as f64 / 1e6;
                lines.push(json!({ "name": format!("package, .{kind}"), "value": format!("{size:.1} MB"), "target": "–" }));
            }
        }
    }
    if lines.is_empty() {
        println!("SKIPPED: no package was made; `cargo xtask package` makes one");
    }
    Ok(lines)
}

//! `run` and `demo`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{cargo, program, root, run as start, target};
use crate::setup::{self, Need};
use crate::{DemoArgs, ui};

/// Everything there is, for whoever builds more than once: what cargo builds of others' crates depends on what is chosen together with them, so one
/// choice for lints, tests and the app under test builds them once. The app it makes has its screens inside.
pub const EVERYTHING: [&str; 3] = ["--workspace", "--features", "petrel/custom-protocol"];

/// Where cargo puts the app.
pub fn app(release: bool) -> PathBuf {
    let name = if cfg!(windows) { "petrel.exe" } else { "petrel" };
    target().join(if release { "release" } else { "debug" }).join(name)
}

/// Builds the app with its screens inside. Answers where it is.
pub fn build(release: bool) -> Result<PathBuf> {
    ui::build()?;
    let mut build = cargo();
    build.args(["build", "--package", "petrel", "--bin", "petrel", "--features", "custom-protocol"]);
    if release {
        build.arg("--release");
    }
    start(&mut build)?;
    Ok(app(release))
}

pub fn run(demo: bool, release: bool) -> Result<()> {
    setup::system(Need::Build)?;
    setup::node()?;
    let app = build(release)?;
    let mut app = program(app);
    if demo {
        let folder = root().join("out/demo");
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        app.env("PETREL_DATA_DIR", folder).env("PETREL_DEMO", "2000");
    }
    start(&mut app)
}

pub fn demo(args: &DemoArgs) -> Result<()> {
    setup::system(Need::Build)?;
    let numbers = [("--clients", args.clients.into()), ("--years", args.years.into()), ("--seed", args.seed)];
    make_demo(&args.out, &numbers, args.passphrase.as_deref())
}

/// Makes the file of a clinic, optimised: a million visits take minutes otherwise.
pub fn make_demo(out: &Path, numbers: &[(&str, u64)], passphrase: Option<&str>) -> Result<()> {
    let mut demo = cargo();
    demo.args(["run", "--quiet", "--release", "--package", "petrel-store", "--bin", "petrel-demo", "--", "--out"]).arg(out);
    for (name, number) in numbers {
        demo.arg(name).arg(number.to_string());
    }
    if let Some(passphrase) = passphrase {
        demo.args(["--passphrase", passphrase]);
    }
    start(&mut demo)
}

//! `test`: every test, and a table of what took how long.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::{cargo, root};
use crate::run::{self, EVERYTHING};
use crate::setup::{self, Need};
use crate::{session, ui};

/// What was run, how long it took, and what it failed on.
struct Step(&'static str, Duration, Result<()>);

impl Step {
    fn of(name: &'static str, work: impl FnOnce() -> Result<()>) -> Self {
        let start = Instant::now();
        let result = work();
        if let Err(error) = &result {
            eprintln!("✗ {name}: {error:#}");
        }
        Self(name, start.elapsed(), result)
    }
}

/// Steps that were run.
#[derive(Default)]
struct Steps(Vec<Step>);

impl Steps {
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) {
        self.0.push(Step::of(name, work));
    }

    /// Two at once: what they print is mixed.
    fn together(
        &mut self,
        (name, work): (&'static str, impl FnOnce() -> Result<()>),
        other: (&'static str, impl FnOnce() -> Result<()> + Send),
    ) {
        std::thread::scope(|scope| {
            let other = scope.spawn(move || Step::of(other.0, other.1));
            self.step(name, work);
            self.0.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        });
    }

    /// Says last what failed, and on what: a reader of a long log has its end.
    fn finish(self) -> Result<()> {
        println!("\n| step | time | passed |\n|---|---:|---|");
        for Step(name, time, result) in &self.0 {
            println!("| {name} | {:.0} s | {} |", time.as_secs_f64(), if result.is_ok() { "yes" } else { "NO" });
        }
        let failed: Vec<String> =
            self.0.into_iter().filter_map(|Step(name, _, result)| result.err().map(|error| format!("{name}: {error:#}"))).collect();
        if failed.is_empty() { Ok(()) } else { bail!("failed\n{}", failed.join("\n")) }
    }
}

pub fn test(fast: bool) -> Result<()> {
    if !fast {
        setup::window()?;
    }
    setup::system(if fast { Need::Postgres } else { Need::Tests })?;
    setup::node()?;
    ui::build()?;
    let mut steps = Steps::default();
    if fast {
        steps.step("rules and store", || rules(None));
    } else {
        // What both need, before either begins.
        let (moto, driver, _) = (setup::moto()?, setup::tool("tauri-driver", "tauri-driver", "^2")?, nextest()?);
        steps.step("building", || crate::process::run(cargo().arg("test").args(EVERYTHING).args(["--quiet", "--no-run"])));
        // Who waits for a window leaves half a processor to the others. The browser's tests do not.
        steps.together(("rules and store", || rules(Some(&moto))), ("the real window", || window(&driver)));
    }
    steps.step("screens: logic and components", || ui::script("test"));
    if !fast {
        steps.step("screens in a browser", ui::browser);
    }
    steps.finish()
}

/// All tests that need no window. `moto` is where a store that speaks S3 is.
fn rules(moto: Option<&Path>) -> Result<()> {
    let mut tests = nextest()?;
    // No message bus: nothing here may touch the keychain of whoever runs it. What needs one is tested where there is a private one.
    tests.args(EVERYTHING).args(["--no-fail-fast", "--filterset", "not (package(petrel-tests) | binary(keychain))"]);
    tests.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    tests.envs(moto.map(|moto| ("PETREL_MOTO", moto)));
    crate::process::run(&mut tests)
}

/// cargo-nextest, which runs each test in a process of its own.
fn nextest() -> Result<std::process::Command> {
    let tool = setup::tool("cargo-nextest", "cargo-nextest", "^0.9")?;
    let mut nextest = crate::process::program(tool);
    nextest.args(["nextest", "run"]);
    Ok(nextest)
}

/// A copy of the app in a folder of its own.
fn aside(app: &Path) -> Result<std::path::PathBuf> {
    let folder = crate::process::target().join("window");
    std::fs::create_dir_all(&folder)?;
    let copy = folder.join(app.file_name().unwrap_or_default());
    std::fs::copy(app, &copy)?;
    Ok(copy)
}

/// The tests that drive the built app, one after the other: they share one display.
fn window(driver: &Path) -> Result<()> {
    // Set aside: whoever builds the app while the tests run puts it, with or without its screens, in the same place.
    let app = aside(&run::app(false))?;
    let screenshots = root().join("out/screenshots");
    std::fs::create_dir_all(&screenshots)?;
    let mut tests = nextest()?;
    tests.args(EVERYTHING).args(["--test-threads", "1", "--no-fail-fast"]);
    // The keychain is tested against a real one, which this session has.
    tests.args(["--filterset", "package(petrel-tests) | binary(keychain)"]).env("PETREL_NEEDS_KEYCHAIN", "1");
    tests.env("PETREL_APP", app).env("PETREL_DRIVER", driver).env("PETREL_SCREENSHOTS", screenshots);
    session::run_inside(&tests)
}

//! `check`: what can be said without running the program.

use anyhow::{Result, bail};

use crate::process::{cargo, program, root, run, succeeds, target};
use crate::run::EVERYTHING;
use crate::setup::{self, Need};
use crate::{edges, tidy, ui};

pub fn check() -> Result<()> {
    setup::system(Need::Build)?;
    setup::node()?;
    tidy::tidy()?;
    edges::edges()?;
    run(cargo().args(["fmt", "--all", "--check"]))?;
    // The app embeds the screens at compile time.
    ui::build()?;
    // What is said of the screens takes one processor while cargo often takes one, too: what they print is mixed.
    std::thread::scope(|scope| {
        let screens = scope.spawn(screens);
        let program = program_and_licences();
        let screens = screens.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        program.and(screens)
    })
}

fn screens() -> Result<()> {
    ui::script("lint")?;
    ui::script("check")?;
    ui::script("budget")
}

fn program_and_licences() -> Result<()> {
    run(cargo().arg("clippy").args(EVERYTHING).args(["--all-targets", "--quiet", "--", "--deny", "warnings"]))?;
    run(cargo().arg("build").args(EVERYTHING).args(["--quiet", "--example", "petrel-bindings"]))?;
    run(program(target().join("debug/examples/petrel-bindings")).arg("--check"))?;
    licences()
}

/// Licences of crates and of Node's packages, and, where the lists can be fetched, known weaknesses of both.
fn licences() -> Result<()> {
    let deny = setup::tool("cargo-deny", "cargo-deny", "^0.20")?;
    run(program(&deny).args(["--all-features", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    node_licences()?;
    // Whether the list can be had is one question, whether it names something that is used another: the first may fail without the internet.
    if succeeds(program(&deny).args(["fetch", "db"])) {
        run(program(&deny).args(["--offline", "--all-features", "check", "--hide-inclusion-graph", "advisories"]))?;
    } else {
        eprintln!("SKIPPED: the list of known weaknesses of crates cannot be fetched");
    }
    node_weaknesses()
}

/// What npm's registry knows against packages that are shipped.
fn node_weaknesses() -> Result<()> {
    // Ends with an error both where it finds something and where it cannot ask; what it says tells which.
    let said = setup::npm().args(["audit", "--omit=dev", "--json"]).output()?.stdout;
    let said: serde_json::Value = serde_json::from_slice(&said).unwrap_or_default();
    let counts = &said["metadata"]["vulnerabilities"];
    let Some(low) = counts["low"].as_u64() else {
        eprintln!("SKIPPED: the list of known weaknesses of Node's packages cannot be asked");
        return Ok(());
    };
    let grave = ["moderate", "high", "critical"].iter().filter_map(|grade| counts[grade].as_u64()).sum::<u64>();
    if grave > 0 {
        bail!("{grave} known weaknesses ({low} more are low) in Node's packages; `npm audit --omit=dev` in ui names them")
    }
    Ok(())
}

/// The licences that what is shipped may have.
const PERMITTED: &[&str] = &[
    "MIT",
    "MIT-0",
    "ISC",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "BlueOak-1.0.0",
    "Zlib",
    "Python-2.0",
    "CC-BY-4.0",
    "MIT OR Apache-2.0",
    "Apache-2.0 OR MIT",
    "MPL-2.0",
];

/// Packages that forgot to name their licence in `package.json`, and what the file beside it says.
const SAID_ELSEWHERE: &[(&str, &str)] = &[("node_modules/svelte-toolbelt", "MIT")];

fn node_licences() -> Result<()> {
    let lock: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(root().join("ui/package-lock.json"))?)?;
    let mut bad = Vec::new();
    for (path, package) in lock["packages"].as_object().into_iter().flatten() {
        // The lock file repeats what each package says of itself.
        let elsewhere = SAID_ELSEWHERE.iter().find(|(known, _)| known == path).map(|(_, licence)| *licence);
        let licence = package["license"].as_str().or(elsewhere).unwrap_or("none");
        let is_permitted =
            licence.trim_matches(['(', ')']).split(" OR ").any(|one| PERMITTED.contains(&one)) || PERMITTED.contains(&licence);
        if !path.is_empty() && !is_permitted {
            bad.push(format!("{path}: {licence}"));
        }
    }
    if bad.is_empty() { Ok(()) } else { bail!("licences that are not permitted:\n  {}", bad.join("\n  ")) }
}

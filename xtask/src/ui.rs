//! The screens: building and checking them.

use anyhow::Result;

use crate::process::{root, run};
use crate::setup::npm;

/// Builds the screens into `ui/dist`, which the app embeds.
pub fn build() -> Result<()> {
    run(npm().args(["run", "--silent", "build"]))
}

/// Runs one of the screens' own commands.
pub fn script(name: &str) -> Result<()> {
    run(npm().args(["run", "--silent", name]))
}

/// Runs the tests in a browser. Where they fail, the error says which, and on what.
pub fn browser() -> Result<()> {
    script("test:browser").map_err(|error| {
        let failures = std::fs::read_to_string(root().join("ui/test-results/failures.txt")).unwrap_or_default();
        error.context(failures)
    })
}

//! The screens: building and checking them.

use anyhow::Result;

use crate::process::run;
use crate::setup::npm;

/// Builds the screens into `ui/dist`, which the app embeds.
pub fn build() -> Result<()> {
    run(npm().args(["run", "--silent", "build"]))
}

/// Runs one of the screens' own commands.
pub fn script(name: &str) -> Result<()> {
    run(npm().args(["run", "--silent", name]))
}

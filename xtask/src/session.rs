//! A private session for the window's tests: a display, a message bus and a keychain of their own, and no home but a temporary one.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{program, run};

/// Starts the keychain with an empty password typed into it, then runs the command it is given.
const INSIDE: &str = r#"
set -eu
printf '\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
exec "$@"
"#;

/// Runs a command in a session of its own. Ends with everything it started.
pub fn run_inside(command: &Command) -> Result<()> {
    let home = tempfile::tempdir().context("a temporary home")?;
    let mut session = program("xvfb-run");
    session.args(["--auto-servernum", "--server-args=-screen 0 1366x768x24", "dbus-run-session", "--", "sh", "-c", INSIDE, "session"]);
    session.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => session.env(name, value),
            None => session.env_remove(name),
        };
    }
    for (name, folder) in
        [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache"), ("XDG_RUNTIME_DIR", "run")]
    {
        let folder = home.path().join(folder);
        std::fs::create_dir_all(&folder)?;
        restrict(&folder)?;
        session.env(name, folder);
    }
    // Software rendering: there is no graphics card behind a virtual display.
    session
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1");
    run(&mut session)
}

/// A runtime folder must be its owner's alone.
fn restrict(folder: &std::path::Path) -> Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

//! Setting up what is missing: system packages, Node's packages, cargo's tools.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::process::{cargo, output, program, run, succeeds, target};

/// What the build needs.
const BUILD: &[&str] = &[
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libayatana-appindicator3-dev",
    "libxdo-dev",
    "libssl-dev",
    "libclang-dev",
    "clang",
    "pkg-config",
    "make",
    "perl",
    "file",
    "patchelf",
];

/// What a hub and its tests need besides.
const POSTGRES: &[&str] = &["postgresql"];

/// What the tests need besides: a display, a keychain, the driver of the window, a browser, a reader of PDFs.
const TESTS: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    // Of xvfb, only recommended.
    "xauth",
    "xdotool",
    "dbus",
    "dbus-x11",
    "gnome-keyring",
    "libsecret-tools",
    // Chromium without a window: it draws nothing that nobody sees, and the tests take two thirds of the time.
    "chromium-headless-shell",
    "fonts-noto-core",
    "imagemagick",
    "poppler-utils",
    "python3-venv",
];

/// What packaging needs besides.
const PACKAGES: &[&str] = &["debootstrap"];

/// How much is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    Build,
    Postgres,
    Tests,
    Packages,
}

/// Installs the system's packages on Debian as root; elsewhere says what to install.
pub fn system(need: Need) -> Result<()> {
    let mut packages = BUILD.to_vec();
    if need >= Need::Postgres {
        packages.extend(POSTGRES);
    }
    if need >= Need::Tests {
        packages.extend(TESTS);
    }
    if need >= Need::Packages {
        packages.extend(PACKAGES);
    }
    if !succeeds(program("dpkg-query").arg("--version")) {
        return elsewhere(need);
    }
    let missing: Vec<&str> = packages.into_iter().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if output(program("id").arg("-u"))?.trim() != "0" {
        bail!("these packages are missing; install them with:\n  sudo apt-get install {}", missing.join(" "));
    }
    // A machine that has never asked for its lists has none.
    run(program("apt-get").args(["update", "-qq"]))?;
    run(program("apt-get").args(["install", "-y", "-qq", "--no-install-recommends"]).args(missing).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn is_installed(package: &str) -> bool {
    output(program("dpkg-query").args(["-W", "-f", "${db:Status-Status}", package]).stderr(std::process::Stdio::null()))
        .is_ok_and(|status| status == "installed")
}

/// Something that is needed, and the packages it comes in where dpkg is not; on Fedora, one can be named by a file of it.
struct Thing {
    need: Need,
    what: &'static str,
    is_there: fn() -> bool,
    dnf: &'static str,
    pacman: &'static str,
}

impl Thing {
    const fn new(need: Need, what: &'static str, is_there: fn() -> bool, dnf: &'static str, pacman: &'static str) -> Self {
        Self { need, what, is_there, dnf, pacman }
    }
}

const THINGS: &[Thing] = &[
    // First: it is what tells whether the libraries are there.
    Thing::new(Need::Build, "pkg-config", || has("pkg-config"), "pkgconf-pkg-config", "pkgconf"),
    Thing::new(Need::Build, "make", || has("make"), "make", "make"),
    Thing::new(Need::Build, "perl", || has("perl"), "perl", "perl"),
    Thing::new(Need::Build, "WebKitGTK 4.1 with its headers", || library("webkit2gtk-4.1"), "webkit2gtk4.1-devel", "webkit2gtk-4.1"),
    Thing::new(Need::Build, "librsvg", || library("librsvg-2.0"), "librsvg2-devel", "librsvg"),
    Thing::new(
        Need::Build,
        "libappindicator",
        || library("appindicator3-0.1") || library("ayatana-appindicator3-0.1"),
        "libappindicator-gtk3-devel",
        "libappindicator-gtk3",
    ),
    Thing::new(Need::Build, "libxdo", || Path::new("/usr/include/xdo.h").exists(), "libxdo-devel", "xdotool"),
    Thing::new(Need::Build, "OpenSSL", || library("openssl"), "openssl-devel", "openssl"),
    Thing::new(Need::Build, "clang", || has("clang"), "clang clang-devel", "clang"),
    Thing::new(Need::Build, "file", || has("file"), "file", "file"),
    Thing::new(Need::Build, "patchelf", || has("patchelf"), "patchelf", "patchelf"),
    Thing::new(Need::Postgres, "PostgreSQL (initdb)", has_postgres, "postgresql-server", "postgresql"),
    Thing::new(Need::Tests, "WebKitWebDriver", || has("WebKitWebDriver"), "/usr/bin/WebKitWebDriver", "webkitgtk-6.0"),
    Thing::new(Need::Tests, "Xvfb (xvfb-run)", || has("xvfb-run"), "/usr/bin/xvfb-run", "xorg-server-xvfb"),
    Thing::new(Need::Tests, "xauth", || has("xauth"), "/usr/bin/xauth", "xorg-xauth"),
    Thing::new(Need::Tests, "xdotool", || has("xdotool"), "xdotool", "xdotool"),
    Thing::new(Need::Tests, "D-Bus (dbus-run-session)", || has("dbus-run-session"), "/usr/bin/dbus-run-session", "dbus"),
    Thing::new(Need::Tests, "GNOME's keychain", || has("gnome-keyring-daemon"), "gnome-keyring", "gnome-keyring"),
    Thing::new(Need::Tests, "secret-tool", || has("secret-tool"), "/usr/bin/secret-tool", "libsecret"),
    Thing::new(Need::Tests, "Chromium", || has("chromium") || has("chromium-browser"), "chromium", "chromium"),
    Thing::new(Need::Tests, "ImageMagick", || has("import"), "ImageMagick", "imagemagick"),
    Thing::new(Need::Tests, "pdftotext", || has("pdftotext"), "poppler-utils", "poppler"),
    Thing::new(Need::Tests, "Python", || has("python3"), "python3", "python"),
    Thing::new(Need::Packages, "debootstrap", || has("debootstrap"), "debootstrap", "debootstrap"),
];

fn library(name: &str) -> bool {
    succeeds(program("pkg-config").args(["--exists", name]))
}

/// Whether a program is in the path.
fn has(name: &str) -> bool {
    let name = if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() };
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(&name).is_file()))
}

fn has_postgres() -> bool {
    has("initdb") || Path::new("/usr/lib/postgresql").is_dir()
}

/// Systems without dpkg: nothing is installed behind anybody's back.
fn elsewhere(need: Need) -> Result<()> {
    if cfg!(target_os = "macos") {
        if !succeeds(program("xcode-select").arg("-p")) {
            bail!("install the compiler with:\n  xcode-select --install");
        }
        if need >= Need::Postgres && !has_postgres() {
            bail!("PostgreSQL is needed; install it with:\n  brew install postgresql@17 && brew link --force postgresql@17");
        }
        return Ok(());
    }
    if cfg!(windows) {
        if !has("clang") {
            bail!(
                "install the build tools with:\n  winget install Microsoft.VisualStudio.2022.BuildTools LLVM.LLVM StrawberryPerl.StrawberryPerl Microsoft.EdgeWebView2Runtime"
            );
        }
        if need >= Need::Postgres && !has_postgres() {
            bail!("PostgreSQL is needed; install it, and put its folder bin into the path:\n  winget install PostgreSQL.PostgreSQL.17");
        }
        return Ok(());
    }
    let missing: Vec<&Thing> = THINGS.iter().filter(|thing| need >= thing.need && !(thing.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let listed = |of: fn(&Thing) -> &'static str, between: &str| missing.iter().map(|thing| of(thing)).collect::<Vec<_>>().join(between);
    let what = listed(|thing| thing.what, ", ");
    if has("dnf") {
        bail!("missing: {what}; install it with:\n  sudo dnf install {}", listed(|thing| thing.dnf, " "));
    }
    if has("pacman") {
        bail!("missing: {what}; install it with:\n  sudo pacman -S --needed {}", listed(|thing| thing.pacman, " "));
    }
    bail!("missing: {what}; https://tauri.app/start/prerequisites says for many systems where to get what the build needs")
}

/// The window is driven by WebKitGTK's driver on a display of its own: that is there on Linux alone.
pub fn window() -> Result<()> {
    if cfg!(target_os = "linux") {
        return Ok(());
    }
    bail!(
        "the window's tests and figures are taken on Linux alone; here, say `cargo xtask test --fast`, or `cargo xtask bench --only core`"
    )
}

/// The least Node, as `ui/package.json` says it, too.
const NODE: (u32, u32) = (20, 19);

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map_while(|number| number.parse().ok());
    numbers.next().zip(numbers.next()).is_some_and(|version: (u32, u32)| version >= NODE)
}

/// The screens' packages, as the lock file says.
pub fn node() -> Result<()> {
    let version = output(program("node").arg("--version")).unwrap_or_default();
    if !is_new_enough(&version) {
        bail!(
            "Node {}.{} or newer is needed (found: {}); get it from https://nodejs.org",
            NODE.0,
            NODE.1,
            if version.is_empty() { "none" } else { version.trim() }
        );
    }
    let ui = crate::process::root().join("ui");
    let changed = |path: PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    let is_fresh = changed(ui.join("node_modules/.package-lock.json")) >= changed(ui.join("package-lock.json"));
    if is_fresh && ui.join("node_modules").exists() { Ok(()) } else { run(npm().args(["ci", "--no-audit", "--no-fund"])) }
}

/// npm, in the screens' folder.
pub fn npm() -> std::process::Command {
    let mut npm = program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(crate::process::root().join("ui"));
    npm
}

/// A program that cargo installs, at a version that works with this project. Answers where it is.
pub fn tool(name: &str, package: &str, version: &str) -> Result<PathBuf> {
    if succeeds(program(name).arg("--version")) {
        return Ok(name.into());
    }
    let tools = target().join("tools");
    let path = tools.join("bin").join(name);
    if !path.exists() {
        let mut install = cargo();
        // Unoptimised, and with no lines for a debugger: they work for seconds, and take minutes less to build.
        install.env("CARGO_PROFILE_DEV_DEBUG", "0");
        install.args(["install", "--locked", "--quiet", "--profile", "dev", "--version", version, "--root"]).arg(&tools).arg(package);
        run(&mut install)?;
    }
    Ok(path)
}

/// A store that speaks S3, for the tests of the hub's attachments: moto, from PyPI, with what its S3 alone needs. Answers its server.
pub fn moto() -> Result<PathBuf> {
    const PACKAGES: [&str; 3] = ["moto[s3]==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];
    let venv = target().join("tools/moto");
    let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let server = bin.join("moto_server");
    // Written last: an installation that was broken off is begun anew.
    let done = venv.join("installed");
    if std::fs::read_to_string(&done).is_ok_and(|what| what == PACKAGES.join(" ")) {
        return Ok(server);
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    run(program(python).args(["-m", "venv", "--clear"]).arg(&venv))?;
    run(program(bin.join("python")).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))?;
    std::fs::write(done, PACKAGES.join(" "))?;
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_told_from_a_new_one() {
        for (version, is_new) in [("v20.19.0\n", true), ("v22.1.0", true), ("v20.9.0", false), ("v18.20.1", false), ("", false)] {
            assert_eq!(is_new_enough(version), is_new, "{version}");
        }
    }

    #[test]
    fn what_is_missing_elsewhere_is_named_for_what_is_needed_alone() {
        let of = |need: Need| THINGS.iter().filter(|thing| need >= thing.need).count();
        assert!(of(Need::Build) < of(Need::Postgres) && of(Need::Postgres) < of(Need::Tests) && of(Need::Tests) < of(Need::Packages));
    }
}

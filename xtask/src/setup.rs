//! Setting up what is missing: system packages, Node's packages, cargo's tools.

use std::path::PathBuf;

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
    "file",
    "patchelf",
];

/// What the tests need besides: a display, a keychain, the driver of the window, a browser, a reader of PDFs.
const TESTS: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xdotool",
    "dbus",
    "dbus-x11",
    "gnome-keyring",
    "libsecret-tools",
    "chromium",
    "fonts-noto-core",
    "imagemagick",
    "poppler-utils",
    "postgresql",
    "python3-venv",
];

/// What packaging needs besides.
const PACKAGES: &[&str] = &["debootstrap"];

/// How much is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    Build,
    Tests,
    Packages,
}

/// Installs the system's packages on Debian as root; elsewhere says what to install.
pub fn system(need: Need) -> Result<()> {
    let mut packages = BUILD.to_vec();
    if need >= Need::Tests {
        packages.extend(TESTS);
    }
    if need >= Need::Packages {
        packages.extend(PACKAGES);
    }
    if !succeeds(program("dpkg-query").arg("--version")) {
        return elsewhere();
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

/// Systems without dpkg: nothing is installed behind anybody's back.
fn elsewhere() -> Result<()> {
    let has = |library: &str| succeeds(program("pkg-config").args(["--exists", library]));
    if cfg!(target_os = "macos") {
        return if succeeds(program("xcode-select").arg("-p")) {
            Ok(())
        } else {
            bail!("install the compiler with:\n  xcode-select --install")
        };
    }
    if cfg!(windows) {
        let hint =
            "winget install Microsoft.VisualStudio.2022.BuildTools LLVM.LLVM StrawberryPerl.StrawberryPerl Microsoft.EdgeWebView2Runtime";
        return if succeeds(program("clang").arg("--version")) { Ok(()) } else { bail!("install the build tools with:\n  {hint}") };
    }
    if has("webkit2gtk-4.1") && succeeds(program("clang").arg("--version")) {
        return Ok(());
    }
    if succeeds(program("dnf").arg("--version")) {
        bail!(
            "install what is missing with:\n  sudo dnf install webkit2gtk4.1-devel librsvg2-devel libappindicator-gtk3-devel libxdo-devel openssl-devel clang-devel clang file patchelf xorg-x11-server-Xvfb xdotool dbus-x11 gnome-keyring chromium poppler-utils"
        );
    }
    if succeeds(program("pacman").arg("--version")) {
        bail!(
            "install what is missing with:\n  sudo pacman -S --needed webkit2gtk-4.1 librsvg libappindicator-gtk3 xdotool openssl clang file patchelf xorg-server-xvfb gnome-keyring chromium poppler"
        );
    }
    bail!("WebKitGTK 4.1 with its headers and clang are needed; see https://tauri.app/start/prerequisites for your system")
}

/// The screens' packages, as the lock file says.
pub fn node() -> Result<()> {
    let version = output(program("node").arg("--version")).unwrap_or_default();
    let major: u32 = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    if major < 20 {
        bail!(
            "Node 20 or newer is needed (found: {}); get it from https://nodejs.org or with: apt-get install nodejs npm",
            if major == 0 { "none" } else { version.trim() }
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
        install.args(["install", "--locked", "--quiet", "--version", version, "--root"]).arg(&tools).arg(package);
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

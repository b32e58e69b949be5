//! `package`: what is handed out.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{program, root, run, succeeds, target};
use crate::setup::{self, Need};

pub fn package(verify: bool) -> Result<()> {
    setup::system(if verify { Need::Packages } else { Need::Build })?;
    setup::node()?;
    crate::ui::build()?;
    if !cfg!(target_os = "linux") {
        return bundle(if cfg!(windows) { "nsis,msi" } else { "dmg" });
    }
    bundle("deb")?;
    // The AppImage needs a tool that is fetched when it is made.
    if let Err(error) = bundle("appimage") {
        eprintln!("NOT MADE: the AppImage ({error:#}); its tool, linuxdeploy, is downloaded by the bundler and needs the internet");
    }
    let deb = made("deb")?;
    println!("{}", deb.display());
    if verify { install_in_clean_root(&deb) } else { Ok(()) }
}

fn bundle(kinds: &str) -> Result<()> {
    let command = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    let mut tauri = program(root().join("ui/node_modules/.bin").join(command));
    tauri.args(["build", "--bundles", kinds]).current_dir(root().join("src-tauri"));
    tauri.env("CARGO_TARGET_DIR", target());
    run(&mut tauri)
}

fn made(kind: &str) -> Result<PathBuf> {
    let folder = target().join("release/bundle").join(kind);
    let files = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let newest = files.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|of| of == kind));
    newest
        .max_by_key(|path| path.metadata().and_then(|meta| meta.modified()).ok())
        .with_context(|| format!("no .{kind} in {}", folder.display()))
}

/// The mirror that this machine's own packages come from; none where it cannot be told, and debootstrap takes its usual one.
fn mirror() -> Option<String> {
    let lists = std::fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let texts = lists.chain([PathBuf::from("/etc/apt/sources.list")]).filter_map(|list| std::fs::read_to_string(list).ok());
    let words: Vec<String> = texts
        .flat_map(|text| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>())
        .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    words.into_iter().find(|word| word.contains("://") && word.trim_end_matches('/').ends_with("/debian"))
}

/// Installs the package, with what it depends on, in a Debian of nothing but its base, and starts it there.
fn install_in_clean_root(deb: &Path) -> Result<()> {
    if !succeeds(program("test").args(["-w", "/root"])) {
        bail!("a clean root can only be made as root");
    }
    let clean = root().join("out/clean-root");
    // Written last: a root whose making was broken off is begun anew.
    let made = clean.join("etc/petrel-clean-root");
    if !made.exists() {
        // What was mounted in it is this computer's own: it must be gone before anything is removed.
        let mounts = std::fs::read_to_string("/proc/self/mounts").context("/proc/self/mounts")?;
        for mount in mounts_under(&clean, &mounts) {
            run(program("umount").arg("--lazy").arg(mount))?;
        }
        if clean.exists() {
            std::fs::remove_dir_all(&clean).with_context(|| clean.display().to_string())?;
        }
        run(program("debootstrap").args(["--variant=minbase", "bookworm"]).arg(&clean).args(mirror()))?;
        for file in ["etc/apt/sources.list", "etc/resolv.conf"] {
            if Path::new("/").join(file).exists() {
                std::fs::copy(Path::new("/").join(file), clean.join(file))?;
            }
        }
        run(program("cp").args(["-a", "/etc/apt/."]).arg(clean.join("etc/apt/")))?;
        std::fs::write(made, "")?;
    }
    std::fs::copy(deb, clean.join("tmp/petrel.deb"))?;
    let inside =
        |script: &str| run(program("chroot").arg(&clean).args(["sh", "-eu", "-c", script]).env("DEBIAN_FRONTEND", "noninteractive"));
    inside("apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/petrel.deb xvfb xauth dbus")?;
    inside("petrel --version")?;
    // Without it WebKitGTK's own processes do not start, and the window is shown empty in the end.
    let processes = clean.join("proc");
    run(program("mount").args(["-t", "proc", "proc"]).arg(&processes))?;
    let started = inside(
        "export PETREL_DATA_DIR=$(mktemp -d) PETREL_READY_FILE=/tmp/ready WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1
         rm -f /tmp/ready
         timeout 60 xvfb-run -a dbus-run-session -- sh -c 'petrel >/tmp/petrel.log 2>&1 & app=$!; while [ ! -s /tmp/ready ] && kill -0 $app; do inotifywait -qq -t 1 /tmp 2>/dev/null || sleep 1; done; kill $app; [ -s /tmp/ready ]'
         cat /tmp/petrel.log
         ! grep -q 'no screen was drawn' /tmp/petrel.log",
    );
    run(program("umount").arg("--lazy").arg(&processes))?;
    started?;
    println!("installed and started in {}", clean.display());
    Ok(())
}

/// What is mounted in a folder or at it, the deepest first, by the system's list of mounts; there, blanks, tabs, line ends and backslashes of a path are
/// written as `\040` and the like.
fn mounts_under(folder: &Path, mounts: &str) -> Vec<PathBuf> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let read = |path: &str| {
        [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
            .iter()
            .fold(path.to_owned(), |path, (as_written, sign)| path.replace(as_written, sign))
    };
    let paths = mounts.lines().filter_map(|line| Some(PathBuf::from(read(line.split(' ').nth(1)?))));
    let mut under: Vec<PathBuf> = paths.filter(|path| path.starts_with(&folder)).collect();
    // One that was mounted over another is listed after it, and goes first.
    under.reverse();
    under.sort_by_key(|path| std::cmp::Reverse(path.components().count()));
    under
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_mounted_in_a_folder_goes_the_deepest_first() {
        let mounts = "proc /proc proc rw 0 0\nproc /nowhere/clean/proc proc rw 0 0\ndev /nowhere/clean/dev devtmpfs rw 0 0\n\
                      pts /nowhere/clean/dev/pts devpts rw 0 0\nx /nowhere/clean-too/proc proc rw 0 0\ntmp /nowhere/clean/a\\040b tmpfs rw 0 0\n";
        let under = mounts_under(Path::new("/nowhere/clean"), mounts);
        assert_eq!(
            under.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            ["/nowhere/clean/dev/pts", "/nowhere/clean/a b", "/nowhere/clean/dev", "/nowhere/clean/proc"]
        );
    }
}

//! The screens: building and checking them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;

use crate::process::{root, run};
use crate::setup::npm;

/// Builds the screens into `ui/dist`, which the app embeds. What comes out as it was before keeps its time: cargo goes by that, and would build the
/// app anew.
pub fn build() -> Result<()> {
    let dist = root().join("ui/dist");
    let before = Contents::of(&dist)?;
    run(npm().args(["run", "--silent", "build"]))?;
    before.keep_times(&Contents::of(&dist)?);
    Ok(())
}

/// The files and folders in a folder: what is in each (of a folder, the names) and when that was written.
#[derive(Default)]
struct Contents(HashMap<PathBuf, (Vec<u8>, SystemTime)>);

impl Contents {
    fn of(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        if folder.exists() {
            found.add(folder)?;
        }
        Ok(found)
    }

    fn add(&mut self, folder: &Path) -> io::Result<()> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))?;
            names.push(path.as_os_str().as_encoded_bytes().to_vec());
            if kind.is_dir() {
                self.add(&path)?;
            } else {
                let written = fs::metadata(&path)?.modified()?;
                self.0.insert(path.clone(), (fs::read(&path)?, written));
            }
        }
        names.sort_unstable();
        self.0.insert(folder.to_owned(), (names.concat(), fs::metadata(folder)?.modified()?));
        Ok(())
    }

    /// Gives what is in another state of the folder as it is here the time that it has here. Where the system does not let it (Windows), the app is
    /// built anew, and nothing else comes of it.
    fn keep_times(&self, after: &Self) {
        for (path, (is, _)) in &after.0 {
            if let Some((was, written)) = self.0.get(path)
                && was == is
            {
                let _ = File::open(path).and_then(|file| file.set_modified(*written));
            }
        }
    }
}

/// Runs one of the screens' own commands.
pub fn script(name: &str) -> Result<()> {
    run(npm().args(["run", "--silent", name]))
}

/// Runs the tests in a browser. Where they fail, the error says which, and on what.
pub fn browser() -> Result<()> {
    // Built already; and nothing may be written where the app is built from, and tested, meanwhile.
    run(npm().args(["run", "--silent", "test:browser"]).env("PETREL_UI_BUILT", "1")).map_err(|error| {
        let failures = std::fs::read_to_string(root().join("ui/test-results/failures.txt")).unwrap_or_default();
        error.context(failures)
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_built_as_it_was_keeps_its_time_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let (same, other) = (folder.path().join("assets/same.js"), folder.path().join("other.js"));
        fs::create_dir(folder.path().join("assets")).unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(3600);
        for path in [&same, &other] {
            fs::write(path, "before").unwrap();
            File::open(path).unwrap().set_modified(long_ago).unwrap();
        }
        let before = Contents::of(folder.path()).unwrap();
        fs::remove_dir_all(folder.path().join("assets")).unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(&same, "before").unwrap();
        fs::write(&other, "after").unwrap();
        before.keep_times(&Contents::of(folder.path()).unwrap());
        let written = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        assert_eq!(written(&same), long_ago);
        assert!(written(&other) > long_ago);
    }
}

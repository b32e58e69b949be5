//! Where this desk's files lie.

use std::path::{Path, PathBuf};

/// The desk's folder. Another one can be named by `PETREL_DATA_DIR`: a demo clinic, a test.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder named by the environment, else the platform's.
    pub fn chosen(platform: impl FnOnce() -> PathBuf) -> Self {
        Self::at(std::env::var_os("PETREL_DATA_DIR").map_or_else(platform, PathBuf::from))
    }

    /// This one.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes it, where it is not there, for this user alone.
    pub(crate) fn make(&self) -> std::io::Result<()> {
        let mut folder = std::fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&self.root)
    }

    /// The clinic's file.
    pub fn file(&self) -> PathBuf {
        self.root.join("clinic.petrel")
    }

    /// The clinic's file while it is made.
    pub(crate) fn new_file(&self) -> PathBuf {
        self.root.join("clinic.petrel.new")
    }

    /// Keys that are kept in files of their own.
    pub(crate) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// How the screens look and speak here.
    pub(crate) fn look(&self) -> PathBuf {
        self.root.join("look.json")
    }

    /// Which clinics this desk was locked out of.
    pub(crate) fn locked_out(&self) -> PathBuf {
        self.root.join("locked-out.json")
    }

    /// The log.
    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("petrel.log")
    }
}

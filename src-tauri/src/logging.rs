//! The log: a file in the desk's folder and the standard error. It holds ids and counts, never what a record says.

use std::fs::{self, File};
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

use crate::folder::Folder;

/// A longer log makes room for a new one at the start; the one before is kept.
const LONGEST: u64 = 1 << 20;

/// Starts the log. Where its file cannot be written, the standard error alone has it.
pub(crate) fn start(folder: &Folder) {
    let filter = EnvFilter::try_from_env("PETREL_LOG").unwrap_or_else(|_| EnvFilter::new("info,zbus=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    // A second start in one process (a test) keeps the first log.
    let _ = match file(folder) {
        Ok(file) => log.with_writer(std::io::stderr.and(Mutex::new(file))).try_init(),
        Err(_) => log.with_writer(std::io::stderr).try_init(),
    };
}

fn file(folder: &Folder) -> std::io::Result<File> {
    folder.make()?;
    let path = folder.log();
    if fs::metadata(&path).is_ok_and(|about| about.len() > LONGEST) {
        fs::rename(&path, path.with_extension("old.log"))?;
    }
    File::options().create(true).append(true).open(path)
}

//! Desks, a hub and every fault between them, in one process, from a seed.
//!
//! Real files, the real engine, a virtual clock. The hub is either a model in memory, which judges by the same rules, or the real one on Postgres.
//! What a seed does, it does again: a schedule that fails is replayed by its number.

mod check;
mod desk;
mod edits;
mod faults;
mod model;
mod schedule;

pub use check::Findings;
pub use model::{ModelHub, Sabotage};
pub use schedule::{Plan, Report, run_schedule};

/// A folder that is gone when it is dropped, in memory where the system has such a place: a schedule waits for disks a thousand times otherwise.
///
/// # Errors
/// What the system says.
pub fn fast_folder() -> std::io::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

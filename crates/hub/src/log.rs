//! A clinic's log: appended to by pushes, read by pulls.

mod append;
mod load;
mod partitions;
mod read;
mod values;
mod write;

pub(crate) use append::append;
pub(crate) use partitions::keep_partitions;
pub(crate) use read::{LEFT_OUT, digest, history, page, rows, snapshot, verify};

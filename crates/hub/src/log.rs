//! A clinic's log: appended to by pushes, read by pulls.

mod append;
mod left_out;
mod load;
mod partitions;
mod read;
mod received;
mod values;
mod write;

pub(crate) use append::append;
pub(crate) use left_out::gap;
pub(crate) use partitions::keep_partitions;
pub(crate) use read::{digest, history, page, rows, snapshot, verify};
pub(crate) use received::Received;

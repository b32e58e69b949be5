//! The one write door, and the pool of readers beside it.

mod clock;
mod new_rows;
mod portions;
mod readers;
mod store;
mod tx;

pub(crate) use clock::tick;
pub(crate) use portions::MOST_BYTES;
pub use store::{Sabotage, Standing, Store};
pub use tx::Tx;
pub(crate) use tx::record;

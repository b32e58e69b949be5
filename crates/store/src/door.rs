//! The one write door, and the pool of readers beside it.

mod clock;
mod new_rows;
mod readers;
mod store;
mod tx;

pub(crate) use clock::tick;
pub use store::{Sabotage, Standing, Store};
pub use tx::Tx;
pub(crate) use tx::record;

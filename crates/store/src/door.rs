//! The one write door, and the pool of readers beside it.

mod clock;
mod readers;
mod store;
mod tx;

pub use store::Store;
pub use tx::Tx;

//! The file: its key, its pragmas, its schema.

mod key;
mod open;

pub use key::FileKey;
pub use open::{OpenOptions, SCHEMA_VERSION};

pub(crate) use open::{open_reader, open_writer};

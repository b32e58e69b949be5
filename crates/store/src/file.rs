//! The file: its key, its lock, its pragmas, its schema, its checks.

mod check;
mod key;
mod key_file;
mod lock;
mod open;
pub(crate) mod seal;
mod wrap;

pub use check::{check_file, may_be_under_another_key};
pub use key::FileKey;
pub use key_file::{Kept, KeyFile, remove_file, write_private};
pub use lock::FileLock;
pub use open::{OpenOptions, is_older};
pub use wrap::WrappedKey;

pub(crate) use check::{check, corrupt};
pub(crate) use key_file::{remove_if_there, sync_file, sync_folder, with_suffix};
#[cfg(test)]
pub(crate) use open::migrate;
pub(crate) use open::{WRITER_CACHE, is_spoiled, open_reader, open_writer, refuse_newer_file, set_journal, try_writer, twice};

//! The clinic in an encrypted SQLite file.
//!
//! - [`Store::open`] opens it; [`Store::write`] is the one door through which anything is changed; [`Store::read`] serves
//!   everything else from a pool of connections that cannot write.
//! - One module per noun of the clinic holds its use cases and queries.
//! - What a person did is one action: one row (or several) of the outbox, one undo.

mod action;
mod actor;
mod appointments;
mod attention;
mod backup;
mod breeds;
mod catalog;
mod cell;
mod changes;
mod clients;
mod clinic;
mod clinic_zone;
mod day_sheet;
mod delete;
mod demo;
mod derived;
mod door;
mod dying;
mod error;
mod export;
mod farewell;
mod file;
mod free_slots;
mod hours;
mod import;
mod merge;
mod messages;
mod pets;
mod pin;
mod replica;
mod retention;
mod row;
mod schedule;
mod search;
mod services;
mod staff;
mod undo;
mod waitlist;

/// What reads bytes of strangers, by itself: for fuzzing.
#[doc(hidden)]
pub mod decoders {
    use petrel_domain::replication::Change;

    use crate::{Result, Store};

    /// A row of the outbox: a changeset, and what goes with it as JSON.
    ///
    /// # Errors
    /// `Value` where it is none; what SQLite says.
    pub fn changes(store: &Store, changeset: &[u8], registers: Option<&str>) -> Result<Vec<Change>> {
        crate::replica::changes(store, changeset, registers)
    }

    /// A file of clients and pets: how many records it has, how many rows come of them, and how many are bad.
    ///
    /// # Errors
    /// `file_unreadable`.
    pub fn csv(bytes: &[u8], locale: &str, today: chrono::NaiveDate) -> Result<(usize, usize, usize)> {
        crate::import::decode(bytes, locale, today)
    }
}

pub use action::Action;
pub use actor::Actor;
pub use backup::{Backups, SECOND, clear_way, finish_restore, forget_hub_keys_aside, replace, restore, set_aside, set_aside_folder};
pub use demo::{DemoPlan, DemoReport};
#[cfg(feature = "sabotage")]
pub use door::Sabotage;
pub use door::{Standing, Store, Tx};
#[doc(hidden)]
pub use dying::may_die;
#[cfg(feature = "sabotage")]
pub use dying::{FILE_MOMENTS, WORK_MOMENTS};
pub use error::{Result, StoreError};
pub use file::{
    FileKey, FileLock, Kept, KeyFile, OpenOptions, WrappedKey, check_file, is_older, may_be_under_another_key, remove_file, write_private,
};
pub use replica::{Applied, Begun, Bootstrap, Field, LocalHub, LostValue, Outline, Rejected, decode_copy, encode_copy, outline_copy};

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
mod error;
mod export;
mod farewell;
mod file;
mod free_slots;
mod hours;
mod import;
mod pets;
mod pin;
mod replica;
mod row;
mod schedule;
mod search;
mod services;
mod staff;
mod undo;
mod waitlist;

pub use action::Action;
pub use actor::Actor;
pub use backup::{Backups, backup_at, clear_way, finish_restore, replace, restore, set_aside};
pub use demo::{DemoPlan, DemoReport};
#[cfg(feature = "sabotage")]
pub use door::Sabotage;
pub use door::{Store, Tx};
pub use error::{Result, StoreError};
pub use file::{FileKey, FileLock, Kept, KeyFile, OpenOptions, SCHEMA_VERSION, WrappedKey, check_file, write_private};
pub use replica::{Applied, Bootstrap, Field, LocalHub, LostValue, Rejected, decode_copy, encode_copy};

//! Replication's rules: what goes over the wire, how two desks' changes are merged, what the hub judges.
//!
//! Pure. The hub on Postgres, and the hub in memory that the simulation runs, both ask [`judge`] and keep what it answers.

mod agenda;
mod clash;
mod columns;
mod hash;
mod judge;
mod ledger;
mod schema;
mod spans;
mod versions;
mod wire;

pub use columns::{Columns, Name};
pub use hash::row_hash;
pub use judge::{MAX_AHEAD, clamp, judge};
pub use ledger::{Ledger, Row, Stamp, Touched};
pub use schema::{Column, Kind, Schema, TableSchema};
pub use versions::{Added, VERSIONS, Versions, WIRE_SCHEMA};
pub use wire::{
    Change, Clock, Enrol, Enrolled, Entry, Happened, History, HubDevice, HubInfo, LeftOut, Logged, Lost, MAX_BODY, Maker, NewCode, Op,
    Outcome, Problem, Pulled, Push, PushResult, Pushed, Reason, Renew, Tokens, Transaction, TransactionId,
};

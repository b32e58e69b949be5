//! The clinic's types and rules. Pure: no I/O, no clock, no randomness; what a rule needs of them is passed in.
//!
//! - [`desk`] is what the desk's screens send and receive; the TypeScript bindings are made from it.
//! - [`Refusal`] is the one error a person sees: a stable code, the field it is about, what could be done instead.

pub mod appointment;
pub mod availability;
pub mod checked;
pub mod choices;
pub mod contact;
pub mod currency;
pub mod desk;
mod ids;
pub mod manifest;
pub mod merge_clients;
pub mod merge_pets;
pub mod recurrence;
mod refusal;
pub mod replication;
pub mod rhythm;
pub mod rights;
pub mod text;
mod time;
pub mod waitlist;
pub mod zone;

pub use choices::*;
pub use ids::*;
pub use refusal::*;
pub use time::*;

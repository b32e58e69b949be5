//! The commands the screens may call, a file an area. A command parses, calls the core, and maps the error; rules live below.

pub mod app;
pub mod appointments;
pub mod clients;
pub mod clinic;
pub mod files;
pub mod pets;
pub mod schedule;
pub mod transfer;
pub mod waitlist;

use petrel_domain::Refusal;

/// What every command answers.
pub type Answer<T> = Result<T, Refusal>;

//! What the tests of the real window share: the built app under a driver, with a folder, a bus and a keychain of its own.
//!
//! `cargo xtask test` sets the session up and says where the app is; without it, these tests say aloud that they are skipped.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on must fail")]

mod axe;
mod dialog;
mod driver;
mod gate;
mod looks;
mod window;

pub use dialog::choose_file;
pub use driver::Driver;
pub use gate::Gate;
pub use looks::Looks;
pub use window::{ESCAPE, Window};

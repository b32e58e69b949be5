//! The desk's side of replication.
//!
//! [`round`] is all of it on a page: push what waits, pull what is new, fetch what differs. [`run`] does that again and again, at once when
//! something was written here or elsewhere, with pauses where the hub cannot be reached. [`join`] fills a fresh file from a hub.

mod beside;
mod engine;
mod http;
mod hub;
mod join;
mod live;

pub use engine::{Round, SyncError, compare, pull, push, repair, round, send};
pub use http::HttpHub;
#[doc(hidden)]
pub use http::decoders;
pub use hub::{Digest, Hub, HubError, Parcel, SnapshotPage};
pub use join::join;
pub use live::{Status, Wake, run};

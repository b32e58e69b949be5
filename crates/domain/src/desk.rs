//! What the desk's screens send and receive. The TypeScript bindings are made from these types (`ui/src/lib/backend/bindings.ts`).
//!
//! Instants are [`crate::Millis`]; dates are `YYYY-MM-DD` and times `HH:MM` in the clinic's zone; money is [`crate::Cents`].

mod appointments;
mod attention;
mod clients;
mod clinic;
mod messages;
mod pets;
mod rhythm;
mod schedule;
mod setup;
mod staff;
mod sync;
mod transfer;
mod waitlist;

pub use appointments::*;
pub use attention::*;
pub use clients::*;
pub use clinic::*;
pub use messages::*;
pub use pets::*;
pub use rhythm::*;
pub use schedule::*;
pub use setup::*;
pub use staff::*;
pub use sync::*;
pub use transfer::*;
pub use waitlist::*;

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a write gives back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Saved<T> {
    /// What the use case made.
    pub value: T,
    /// The tables it changed, sorted; live queries over them run again.
    pub changes: Vec<String>,
    /// The action to hand to `undo`; none where nothing changed.
    pub undo: Option<ActionId>,
}

/// One action of a person: what one undo takes back. Local to this desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct ActionId(#[specta(type = i32)] pub i64);

/// The last action of this desk that can be undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct UndoOffer {
    /// The action.
    pub action_id: ActionId,
    /// What it was, as the name of the action (`book_appointment`).
    pub action: String,
}

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ClientId, Millis};

use super::{AppointmentCard, DuplicatePair};

/// What needs a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct NeedsAttention {
    /// Visits that take the same time of the same colleague, in pairs.
    pub clashes: Vec<ClashPair>,
    /// Bookings that wait for a yes.
    pub awaiting_approval: Vec<AppointmentCard>,
    /// Visits whose time is over and whose status was never moved on.
    pub left_open: Vec<AppointmentCard>,
    /// Visits to come of animals that died: booked at one desk before it knew of the death at another.
    pub of_the_dead: Vec<AppointmentCard>,
    /// Visits to come in place of one that two desks moved, or that one of them cancelled, each not knowing of the other.
    pub moved_twice: Vec<AppointmentCard>,
    /// Clients that may be one.
    pub duplicates: Vec<DuplicatePair>,
    /// Messages that could not be sent.
    pub failed_messages: Vec<FailedMessage>,
    /// Clients whose phone could not be read.
    pub unclear_phones: Vec<UnclearPhone>,
    /// Clients whose e-mail can be none.
    pub unclear_emails: Vec<UnclearEmail>,
    /// How many there are of each kind; the lists above hold 50 each at the most.
    pub counts: AttentionCounts,
    /// How many of all there are.
    pub total: u32,
}

/// How many entries there are of each kind. Of clients that may be one, 1,000 pairs are counted at the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[allow(missing_docs, reason = "the lists of the same names say it")]
pub struct AttentionCounts {
    pub clashes: u32,
    pub awaiting_approval: u32,
    pub left_open: u32,
    pub of_the_dead: u32,
    pub moved_twice: u32,
    pub duplicates: u32,
    pub failed_messages: u32,
    pub unclear_phones: u32,
    pub unclear_emails: u32,
}

impl AttentionCounts {
    /// How many of all there are.
    pub fn total(&self) -> u32 {
        self.clashes
            + self.awaiting_approval
            + self.left_open
            + self.of_the_dead
            + self.moved_twice
            + self.duplicates
            + self.failed_messages
            + self.unclear_phones
            + self.unclear_emails
    }
}

/// Two visits that take the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ClashPair {
    /// One.
    pub first: AppointmentCard,
    /// The other.
    pub second: AppointmentCard,
}

/// A message that could not be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FailedMessage {
    /// To whom.
    pub client_id: Option<ClientId>,
    /// Name or address.
    pub recipient: String,
    /// Why.
    pub error: Option<String>,
    /// When it failed.
    pub failed_at: Millis,
}

/// A phone that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct UnclearPhone {
    /// Whose.
    pub client_id: ClientId,
    /// The client's name.
    pub client_name: String,
    /// What was typed.
    pub phone: String,
}

/// An e-mail that can be none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct UnclearEmail {
    /// Whose.
    pub client_id: ClientId,
    /// The client's name.
    pub client_name: String,
    /// What was typed.
    pub email: String,
}

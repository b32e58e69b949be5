use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::FreeSlot;
use crate::{ClientId, Millis, PetId, ServiceId, StaffId, WaitlistEntryId, WaitlistStatus, WallTime};

/// Somebody who waits for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitlistInput {
    /// Who.
    pub client_id: ClientId,
    /// Which pet.
    pub pet_id: Option<PetId>,
    /// What for; none: anything.
    pub service_id: Option<ServiceId>,
    /// With whom; none: anyone.
    pub staff_id: Option<StaffId>,
    /// On which day; none: any.
    pub requested_on: Option<NaiveDate>,
    /// Not before.
    pub earliest: Option<WallTime>,
    /// Starting no later than.
    pub latest: Option<WallTime>,
    /// 0 usual, 1 soon, 2 urgent.
    pub priority: u8,
    /// Notes, up to 2,000 characters.
    pub notes: Option<String>,
}

/// An entry of the waitlist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitlistEntry {
    /// Its id.
    pub id: WaitlistEntryId,
    /// What was asked for.
    #[serde(flatten)]
    pub wish: WaitlistInput,
    /// Where it stands.
    pub status: WaitlistStatus,
    /// The client's full name.
    pub client_name: String,
    /// The client's phone.
    pub client_phone: Option<String>,
    /// The pet's name.
    pub pet_name: Option<String>,
    /// Since when they wait.
    pub created_at: Millis,
    /// The day that they asked for has passed: no time fits any more.
    pub is_over: bool,
}

/// An entry that could take a time that was left, or some of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitlistMatch {
    /// The entry.
    pub entry: WaitlistEntry,
    /// When they could come: free, for as long as what they wait for takes.
    pub slot: FreeSlot,
    /// The service that the time was for was asked for.
    pub is_exact_service: bool,
    /// The exact day was asked for.
    pub is_exact_day: bool,
    /// This colleague was asked for.
    pub is_exact_staff: bool,
}

/// Who could take a time that a visit left: it was cancelled, or moved. Only what is free of it is given away, whatever the visit does by now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitlistMatchQuery {
    /// Whose time it is.
    pub staff_id: StaffId,
    /// From.
    pub starts_at: Millis,
    /// To.
    pub ends_at: Millis,
    /// What it was for.
    pub service_id: Option<ServiceId>,
    /// Whose it was: they do not wait for what they gave up.
    pub client_id: Option<ClientId>,
    /// At the most this many.
    pub limit: u8,
}

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppointmentId, ClientId, Millis, PetId, ServiceId, StaffId, WaitlistEntryId, WaitlistStatus, WallTime};

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

/// An entry that fits a time that became free, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitlistMatch {
    /// The entry.
    pub entry: WaitlistEntry,
    /// The exact service was asked for.
    pub is_exact_service: bool,
    /// The exact day was asked for.
    pub is_exact_day: bool,
    /// This colleague was asked for.
    pub is_exact_staff: bool,
}

/// Which entries fit the time of a visit that was cancelled or moved away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitlistMatchQuery {
    /// The visit whose time is free now.
    pub appointment_id: AppointmentId,
    /// At the most this many.
    pub limit: u8,
}

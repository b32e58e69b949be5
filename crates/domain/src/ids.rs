//! Identifiers: one newtype a table, so that a pet's id cannot be passed where a client's is wanted.

use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

/// The name space of the ids that two desks may make independently (UUIDv5 of a natural key).
const NATURAL: Uuid = Uuid::from_u128(0x9f0c_6d6e_3a51_4d0e_8a3b_7065_7472_656c);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The 16 bytes as they lie in the database.
            pub fn bytes(self) -> [u8; 16] {
                *self.0.as_bytes()
            }
            /// From the 16 bytes as they lie in the database.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// The clinic.
    ClinicId,
    /// A member of staff.
    StaffId,
    /// A client: the person who owns the pets.
    ClientId,
    /// A pet.
    PetId,
    /// A service the clinic offers.
    ServiceId,
    /// A weekly working time of a member of staff.
    ScheduleId,
    /// A deviation from the weekly working time.
    OverrideId,
    /// A visit.
    AppointmentId,
    /// A message to a client, or from one.
    MessageId,
    /// The visits of one recurrence.
    SeriesId,
    /// The visits of one family, booked in one go.
    GroupId,
    /// An entry of the waitlist.
    WaitlistEntryId,
    /// An entry of a pet's history.
    RecordId,
    /// This desk.
    DeskId,
}

/// The id of a row that two desks may make independently: the same table and key give the same id on both.
pub fn natural_id(table: &str, key: &[&[u8]]) -> Uuid {
    let mut name = table.as_bytes().to_vec();
    for part in key {
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        name.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        name.extend_from_slice(part);
    }
    Uuid::new_v5(&NATURAL, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_natural_id_depends_on_every_part_and_where_it_ends() {
        let id = natural_id("client_tags", &[b"ab", b"c"]);
        assert_eq!(id, natural_id("client_tags", &[b"ab", b"c"]));
        assert_ne!(id, natural_id("client_tags", &[b"a", b"bc"]));
        assert_ne!(id, natural_id("list_members", &[b"ab", b"c"]));
    }
}

//! Who may see and do what. Source: the table "Who may see what" of the schema, and the settings, which belong to whoever runs the clinic.

use crate::{Refusal, RefusalCode, Role};

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Something that a role may or may not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Right { $($(#[$doc])* $name),+ }

        impl Right {
            /// Every right.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name of the right, as a refusal tells it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

rights! {
    /// See clients, pets, visits, the waitlist.
    SeeClinic = "see_clinic",
    /// Write clients, pets, visits, the waitlist.
    WriteClinic = "write_clinic",
    /// Read medical records.
    ReadRecords = "read_records",
    /// Write medical records (a weight is one).
    WriteRecords = "write_records",
    /// Write report cards; see reviews.
    ReportCards = "report_cards",
    /// Offer free times to the waitlist.
    OfferTimes = "offer_times",
    /// Campaigns, analytics, integrations.
    Marketing = "marketing",
    /// Write the clinic's settings: staff, hours, services.
    ManageClinic = "manage_clinic",
    /// Bring in and take out all data at once.
    MoveData = "move_data",
}

impl Role {
    /// Whether this role has a right.
    pub fn may(self, right: Right) -> bool {
        use Right::{ManageClinic, Marketing, MoveData, OfferTimes, ReadRecords, ReportCards, SeeClinic, WriteClinic, WriteRecords};
        match self {
            Self::Owner | Self::Admin => true,
            Self::Veterinarian | Self::Groomer | Self::Technician => {
                matches!(right, SeeClinic | WriteClinic | ReadRecords | WriteRecords | ReportCards)
            }
            Self::FrontDesk => match right {
                SeeClinic | WriteClinic | ReadRecords | ReportCards | OfferTimes => true,
                WriteRecords | Marketing | ManageClinic | MoveData => false,
            },
        }
    }

    /// The same, as a refusal.
    ///
    /// # Errors
    /// `forbidden`, naming the right.
    pub fn require(self, right: Right) -> Result<(), Refusal> {
        if self.may(right) { Ok(()) } else { Err(Refusal::new(RefusalCode::Forbidden).with_detail(right.as_str())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds() {
        let may = |role: Role| Right::ALL.iter().filter(|right| role.may(**right)).count();
        assert_eq!(may(Role::Owner), Right::ALL.len());
        assert_eq!(may(Role::Admin), Right::ALL.len());
        assert!(!Role::FrontDesk.may(Right::WriteRecords) && Role::FrontDesk.may(Right::ReadRecords));
        assert!(!Role::Groomer.may(Right::ManageClinic) && Role::Groomer.may(Right::WriteRecords));
        assert_eq!(Role::Technician.require(Right::MoveData).unwrap_err().detail.as_deref(), Some("move_data"));
    }
}

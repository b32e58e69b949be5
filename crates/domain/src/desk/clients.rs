use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Cents, ClientId, ClientSource, EmailStatus, MembershipStatus, Millis, PetId, Species};

use super::{AppointmentCard, ContactWishes, Pet, Reach, SamePets};

/// What can be edited of a client. A name or a phone or an e-mail must be there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct ClientDetails {
    /// First name, up to 100 characters.
    pub first_name: String,
    /// Last name, up to 100 characters.
    pub last_name: String,
    /// E-mail, up to 254 characters.
    pub email: Option<String>,
    /// Phone as typed; kept as E.164 where it can be read.
    pub phone: Option<String>,
    /// Address, up to 500 characters.
    pub address: Option<String>,
    /// Notes, up to 10,000 characters.
    pub notes: Option<String>,
    /// Tags, each up to 60 characters.
    pub tags: Vec<String>,
    /// Fields of the clinic's own, name to value; 50 at the most.
    pub custom_fields: BTreeMap<String, String>,
    /// How they want to be written to; none leaves that as it is.
    pub wishes: Option<ContactWishes>,
}

/// A client with all that the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The editable part.
    #[serde(flatten)]
    pub details: ClientDetails,
    /// The phone could not be read as a number and is kept as typed.
    pub is_phone_unclear: bool,
    /// Where they came from.
    pub source: ClientSource,
    /// Whether mail may be sent.
    pub email_status: EmailStatus,
    /// Since when no SMS may be sent.
    pub sms_opted_out_at: Option<Millis>,
    /// How they can be written to now; none where they want neither, or there is nothing to write to.
    pub reach: Option<Reach>,
    /// Membership.
    pub membership_status: MembershipStatus,
    /// The pets, living ones first.
    pub pets: Vec<Pet>,
    /// Those of them that may be one animal, pair by pair.
    pub same_pets: Vec<SamePets>,
    /// Figures over all visits.
    pub figures: ClientFigures,
    /// The client this one was merged into, where it was.
    pub merged_into_id: Option<ClientId>,
    /// Since when known.
    pub created_at: Millis,
}

/// Figures over all visits of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ClientFigures {
    /// All visits ever booked.
    pub appointments: u32,
    /// Completed.
    pub completed: u32,
    /// Did not come.
    pub no_shows: u32,
    /// Cancelled.
    pub cancellations: u32,
    /// Rescheduled.
    pub reschedules: u32,
    /// Sum of the bills of completed visits, in the clinic's minor units.
    pub spent_cents: Option<Cents>,
    /// Bills of completed visits not paid.
    pub balance_cents: Option<Cents>,
    /// First completed visit.
    pub first_visit_at: Option<Millis>,
    /// Last completed visit.
    pub last_visit_at: Option<Millis>,
    /// Next visit planned.
    pub next_visit_at: Option<Millis>,
}

/// A client in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ClientRow {
    /// Its id.
    pub id: ClientId,
    /// Full name, or the phone or e-mail where there is none.
    pub name: String,
    /// E-mail.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Living pets, by name.
    pub pets: Vec<PetChip>,
    /// Tags.
    pub tags: Vec<String>,
    /// Last completed visit.
    pub last_visit_at: Option<Millis>,
    /// Next visit planned.
    pub next_visit_at: Option<Millis>,
    /// Visits completed.
    pub completed: u32,
    /// Visits they did not come to.
    pub no_shows: u32,
}

/// A pet, in a few words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PetChip {
    /// Its id.
    pub id: PetId,
    /// Its name.
    pub name: String,
    /// Its species.
    pub species: Species,
    /// Its breed.
    pub breed: Option<String>,
    /// Marked deceased.
    pub is_deceased: bool,
    /// It has an alert or an allergy.
    pub has_alert: bool,
}

/// A page of the list of clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ClientsQuery {
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only who stands so with the clinic.
    pub only: ClientFilter,
    /// How to sort.
    pub sort: ClientSort,
    /// From this row.
    pub offset: u32,
    /// This many, 1 to 200.
    pub limit: u32,
}

/// How clients stand with the clinic, to list some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ClientFilter {
    /// All of them.
    Everybody,
    /// With a visit planned; the soonest first, whatever the sort.
    Coming,
    /// Last seen a year ago or longer; the longest away first, whatever the sort.
    Away,
}

/// How to sort clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ClientSort {
    /// By last name, then first.
    Name,
    /// Newest first.
    Created,
}

/// A page of clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ClientPage {
    /// The rows.
    pub rows: Vec<ClientRow>,
    /// How many there are in all.
    pub total: u32,
}

/// A hit of the search, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SearchHit {
    /// The client.
    pub client: ClientRow,
    /// The pet that was meant, where one was.
    pub pet_id: Option<PetId>,
}

/// The visits of a client or pet, newest first, by pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct VisitPage {
    /// The visits.
    pub visits: Vec<AppointmentCard>,
    /// To be given as `before` for the next page; none at the end.
    pub next_before: Option<Millis>,
}

/// Two clients that may be one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct DuplicatePair {
    /// One.
    pub first: ClientRow,
    /// The other.
    pub second: ClientRow,
    /// What they share.
    pub reason: DuplicateReason,
}

/// What two clients share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateReason {
    /// The phone.
    Phone,
    /// The e-mail.
    Email,
    /// The name, and a pet's name.
    NameAndPet,
    /// The number they have in another program; of a file that is brought in.
    Number,
    /// The name, of which there is one; of a file that is brought in.
    Name,
}

/// Merging one client into another: everything of `from_id` goes to `into_id`, and empty fields are filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct MergeInput {
    /// Who stays.
    pub into_id: ClientId,
    /// Who goes.
    pub from_id: ClientId,
}

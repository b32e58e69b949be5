//! Closed lists of values. The text form is the same in the database, on the wire and in the bindings.

use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
        #[allow(missing_docs, reason = "the variants are the words of the trade")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text form, as stored.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// From the text form; none where it is not of the list.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}

choices! {
    /// What a member of staff is here; decides what they may see and do.
    Role { Owner = "owner", Admin = "admin", Veterinarian = "veterinarian", Groomer = "groomer", Technician = "technician", FrontDesk = "front_desk" }
    /// Where a visit stands. The moves between them are in [`crate::appointment`].
    AppointmentStatus { Pending = "pending", Confirmed = "confirmed", Reminded = "reminded", CheckedIn = "checked_in", InProgress = "in_progress", Completed = "completed", Cancelled = "cancelled", NoShow = "no_show", Rescheduled = "rescheduled" }
    /// How a visit came to be.
    BookingMethod { Online = "online", Phone = "phone", WalkIn = "walk_in", Admin = "admin", Voice = "voice", Sms = "sms", Waitlist = "waitlist" }
    /// What is said of a pet, in the order of its form.
    PetField { Name = "name", Species = "species", Breed = "breed", Color = "color", Sex = "sex", IsNeutered = "is_neutered", BornOn = "born_on", WeightGrams = "weight_grams", Microchip = "microchip", DeceasedOn = "deceased_on", Alerts = "alerts", Allergies = "allergies" }
    /// Of which of two pets that become one a field is taken; of what everyone must know, both may stand.
    PetTake { Kept = "kept", Other = "other", Both = "both" }
    /// What is in the way of a visit on a date of a rhythm; `cancelled`: somebody cancelled one there.
    RhythmReason { SlotTaken = "slot_taken", OutsideHours = "outside_hours", EmergencyOnly = "emergency_only", NotTheirService = "not_their_service", Cancelled = "cancelled", NoSuchTime = "no_such_time" }
    /// Where the money of a visit stands.
    PaymentStatus { None = "none", Pending = "pending", Paid = "paid", Failed = "failed", Refunded = "refunded" }
    /// What kind of service it is.
    ServiceKind { Medical = "medical", Grooming = "grooming", Boarding = "boarding", Other = "other" }
    /// What an override does to the weekly hours: closes them, replaces them, or opens time for emergencies alone.
    OverrideKind { Unavailable = "unavailable", CustomHours = "custom_hours", EmergencyOnly = "emergency_only" }
    /// Where a client came from.
    ClientSource { Manual = "manual", Online = "online", Csv = "csv", Quickbooks = "quickbooks", Jobber = "jobber", Voice = "voice", Sms = "sms" }
    /// Whether mail may be sent to a client.
    EmailStatus { Subscribed = "subscribed", Unsubscribed = "unsubscribed", Bounced = "bounced", Complained = "complained" }
    /// Membership of the clinic's plan.
    MembershipStatus { None = "none", Active = "active", Paused = "paused", Cancelled = "cancelled" }
    /// A pet's sex.
    Sex { Female = "female", Male = "male", Unknown = "unknown" }
    /// Species with a name and an icon of their own; everything else is `other`, with the breed saying what.
    Species { Dog = "dog", Cat = "cat", Rabbit = "rabbit", Bird = "bird", GuineaPig = "guinea_pig", Hamster = "hamster", Ferret = "ferret", Reptile = "reptile", Horse = "horse", Other = "other" }
    /// Where an entry of the waitlist stands.
    WaitlistStatus { Active = "active", Offered = "offered", Booked = "booked", Expired = "expired", Cancelled = "cancelled" }
    /// What an entry of a pet's history is.
    RecordKind { Exam = "exam", Vaccination = "vaccination", LabResult = "lab_result", Prescription = "prescription", Procedure = "procedure", Weight = "weight", Note = "note" }
    /// By what a message goes.
    MessageChannel { Email = "email", Sms = "sms", Push = "push" }
    /// Whether a message comes from a client or goes to one.
    MessageDirection { Inbound = "inbound", Outbound = "outbound" }
    /// What a message is for.
    MessagePurpose { Conversation = "conversation", BookingConfirmation = "booking_confirmation", Reminder = "reminder", Cancellation = "cancellation", FollowUp = "follow_up", ReportCard = "report_card", ReviewRequest = "review_request", WaitlistOffer = "waitlist_offer", Campaign = "campaign", Journey = "journey" }
    /// Where a message stands. One that is queued is still the clinic's: nobody has been asked to carry it.
    MessageStatus { Queued = "queued", Sending = "sending", Sent = "sent", Delivered = "delivered", Failed = "failed", Cancelled = "cancelled", Received = "received" }
    /// Which visits of a series a change is for.
    SeriesScope { This = "this", Following = "following", All = "all" }
    /// What a field of a service's form asks for.
    FieldType { Text = "text", LongText = "long_text", Number = "number", Date = "date", Choice = "choice", YesNo = "yes_no" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_the_same_in_storage_and_on_the_wire() {
        for status in AppointmentStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(AppointmentStatus::parse(status.as_str()), Some(*status));
        }
        assert_eq!(Role::parse("Owner"), None);
    }
}

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::SeriesStand;
use crate::{
    AppointmentId, AppointmentStatus, BookingMethod, Cents, ClientId, FieldType, GroupId, Millis, PaymentStatus, PetId, RefusalCode, Role,
    SeriesId, SeriesScope, ServiceId, ServiceKind, Species, StaffId,
};

/// A service the clinic offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The editable part.
    #[serde(flatten)]
    pub details: ServiceDetails,
}

/// What can be edited of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ServiceDetails {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// For clients, up to 2,000 characters.
    pub description: Option<String>,
    /// What kind.
    pub kind: ServiceKind,
    /// Length in minutes, 1 to 44,640 (31 days of boarding).
    pub duration_minutes: u16,
    /// Minutes kept free after it, up to 480.
    pub buffer_minutes: u16,
    /// Usual price.
    pub base_price_cents: Option<Cents>,
    /// Colour on the board, `#rrggbb`, lower case.
    pub color: String,
    /// A booking starts as `pending` and waits for a yes.
    pub requires_approval: bool,
    /// Clients may book this many days ahead at most.
    pub advance_booking_days: u16,
    /// Clients must book this many hours ahead at least.
    pub min_advance_hours: u16,
    /// Clients may cancel until this many hours before.
    pub cancellation_cutoff_hours: u16,
    /// Visits of this service that one member of staff takes at the same time.
    pub max_per_slot: u16,
    /// Clients may book it online.
    pub is_online: bool,
    /// Offered now; others keep their history.
    pub is_active: bool,
    /// Who may do it.
    pub staff_roles: Vec<Role>,
    /// What is asked when it is booked.
    pub form_fields: Vec<FormField>,
}

/// A question of a service's form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FormField {
    /// The question, 1 to 200 characters; unique in the service.
    pub name: String,
    /// What an answer is.
    pub field_type: FieldType,
    /// Whether it must be answered.
    pub is_required: bool,
    /// The answers to choose from (`choice` alone).
    pub choices: Vec<String>,
}

/// An answer to a question of a service's form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FormAnswer {
    /// The question.
    pub name: String,
    /// What it is.
    pub field_type: FieldType,
    /// The answer as text; a date is `YYYY-MM-DD`, yes and no are `yes` and `no`.
    pub value: String,
}

/// A time that is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
pub struct FreeSlot {
    /// With whom.
    pub staff_id: StaffId,
    /// From.
    pub starts_at: Millis,
    /// To, without the buffer.
    pub ends_at: Millis,
}

/// A visit as the board, the lists and the timeline show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct AppointmentCard {
    /// Its id.
    pub id: AppointmentId,
    /// With whom; none: not assigned yet.
    pub staff_id: Option<StaffId>,
    /// Whose pet.
    pub client_id: Option<ClientId>,
    /// The client's full name, or empty.
    pub client_name: String,
    /// The client's phone.
    pub client_phone: Option<String>,
    /// Which pet.
    pub pet_id: Option<PetId>,
    /// The pet's name, or empty.
    pub pet_name: String,
    /// The pet's species.
    pub species: Option<Species>,
    /// What for.
    pub service_id: Option<ServiceId>,
    /// Its own title, where it has one.
    pub title: Option<String>,
    /// Planned from.
    pub starts_at: Millis,
    /// Planned to.
    pub ends_at: Millis,
    /// When it truly began.
    pub actual_start_at: Option<Millis>,
    /// When it truly ended.
    pub actual_end_at: Option<Millis>,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// Since when it stands there (the time in status shown on the card).
    pub status_since: Millis,
    /// When whoever it was for was picked up again, once it was over.
    pub picked_up_at: Option<Millis>,
    /// An emergency.
    pub is_emergency: bool,
    /// Booked over another, knowingly.
    pub is_overbooked: bool,
    /// Part of a recurrence.
    pub series_id: Option<SeriesId>,
    /// Part of a family's group.
    pub group_id: Option<GroupId>,
    /// Another visit takes the same time, found when desks came together.
    pub has_clash: bool,
    /// The pet has an alert or an allergy.
    pub has_alert: bool,
}

/// A visit opened beside the calendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct AppointmentDetail {
    /// What the board shows.
    #[serde(flatten)]
    pub card: AppointmentCard,
    /// How it came to be.
    pub booking_method: BookingMethod,
    /// The reference told to the client.
    pub booking_reference: Option<String>,
    /// The texts.
    pub notes: AppointmentNotes,
    /// Estimate.
    pub estimated_cost_cents: Option<Cents>,
    /// Bill.
    pub final_cost_cents: Option<Cents>,
    /// Where the money stands.
    pub payment_status: PaymentStatus,
    /// The pet's alerts, shown first.
    pub pet_alerts: Option<String>,
    /// The pet's allergies, shown first.
    pub pet_allergies: Option<String>,
    /// When the pet died.
    pub pet_deceased_on: Option<NaiveDate>,
    /// The pet's breed.
    pub breed: Option<String>,
    /// How often the client did not come.
    pub client_no_shows: u32,
    /// Visits that the client came to, or did not.
    pub client_visits: u32,
    /// What the client owes: bills of completed visits not paid.
    pub balance_cents: Cents,
    /// Vaccinations of the pet that are overdue, by title.
    pub overdue_vaccinations: Vec<String>,
    /// When it was cancelled.
    pub cancelled_at: Option<Millis>,
    /// Why it was cancelled.
    pub cancellation_reason: Option<String>,
    /// How often it was rescheduled.
    pub reschedule_count: u32,
    /// The visit this one replaces.
    pub previous_appointment_id: Option<AppointmentId>,
    /// The visit that replaces this one.
    pub next_appointment_id: Option<AppointmentId>,
    /// The others of the family's group, as they stand now.
    pub group: Vec<AppointmentCard>,
    /// RFC 5545 rule of its series.
    pub recurrence: Option<String>,
    /// What stands of its series.
    pub series: Option<SeriesStand>,
    /// Answers to the service's form.
    pub answers: Vec<FormAnswer>,
    /// Statuses it may move to now, the usual one first.
    pub next_statuses: Vec<AppointmentStatus>,
    /// When it was booked.
    pub created_at: Millis,
}

/// The texts of a visit, each up to 4,000 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AppointmentNotes {
    /// A title of its own, up to 200 characters.
    pub title: Option<String>,
    /// Why they come.
    pub reason: Option<String>,
    /// What is seen.
    pub symptoms: Option<String>,
    /// What they ask for.
    pub special_requests: Option<String>,
    /// What the client wrote.
    pub client_notes: Option<String>,
    /// For the clinic alone.
    pub internal_notes: Option<String>,
    /// Where to fetch and bring the pet.
    pub pickup_address: Option<String>,
}

/// One pet in a booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct BookPet {
    /// Which pet; none for a client whose pet is not known yet.
    pub pet_id: Option<PetId>,
    /// What for; none with a title of its own.
    pub service_id: Option<ServiceId>,
    /// With whom.
    pub staff_id: StaffId,
    /// From.
    pub starts_at: Millis,
    /// Minutes; none: the service's.
    pub duration_minutes: Option<u16>,
    /// Answers to the service's form.
    pub answers: Vec<FormAnswer>,
}

/// A booking: one pet, or several of one family in one go; once or as a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct BookInput {
    /// Whose; none: time blocked for something else.
    pub client_id: Option<ClientId>,
    /// The pets; one or more. All or nothing is booked.
    pub pets: Vec<BookPet>,
    /// The texts.
    pub notes: AppointmentNotes,
    /// How it came to be.
    pub booking_method: BookingMethod,
    /// An emergency: may take emergency-only time.
    pub is_emergency: bool,
    /// What the person was told and wants all the same: `slot_taken`, `outside_hours`, `emergency_only`. What was not told is asked first.
    pub overruled: Vec<RefusalCode>,
    /// RFC 5545 rule without `DTSTART`; must end by `COUNT` or `UNTIL`, 200 visits at the most.
    pub recurrence: Option<String>,
    /// Estimate.
    pub estimated_cost_cents: Option<Cents>,
    /// The entry of the waitlist this fulfils.
    pub waitlist_entry_id: Option<crate::WaitlistEntryId>,
}

/// What a booking made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Booked {
    /// The visits, in the order of the pets, then of the dates.
    pub appointment_ids: Vec<AppointmentId>,
    /// Dates of a series left out because the time was taken or closed.
    pub skipped: Vec<Millis>,
}

/// A new time, length or colleague for a visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct MoveInput {
    /// Which visit.
    pub appointment_id: AppointmentId,
    /// With whom.
    pub staff_id: Option<StaffId>,
    /// From.
    pub starts_at: Millis,
    /// To.
    pub ends_at: Millis,
    /// Which of its series.
    pub scope: SeriesScope,
    /// What the person was told and wants all the same: `slot_taken`, `outside_hours`, `emergency_only`, `not_their_service`. What was not told is
    /// asked first.
    pub overruled: Vec<RefusalCode>,
}

/// Cancelling a visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct CancelInput {
    /// Which visit.
    pub appointment_id: AppointmentId,
    /// Why, up to 500 characters; asked for, not demanded.
    pub reason: Option<String>,
    /// Which of its series.
    pub scope: SeriesScope,
    /// Others of its family that were booked with it and do not come either: of the same scope.
    pub with: Vec<AppointmentId>,
}

/// Changes to a visit other than its time and status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct EditAppointmentInput {
    /// Which visit.
    pub appointment_id: AppointmentId,
    /// The pet.
    pub pet_id: Option<PetId>,
    /// What for.
    pub service_id: Option<ServiceId>,
    /// The texts.
    pub notes: AppointmentNotes,
    /// Estimate.
    pub estimated_cost_cents: Option<Cents>,
    /// Bill.
    pub final_cost_cents: Option<Cents>,
    /// Where the money stands.
    pub payment_status: PaymentStatus,
    /// Answers to the service's form.
    pub answers: Vec<FormAnswer>,
    /// An emergency; none: as it is.
    #[serde(default)]
    pub is_emergency: Option<bool>,
    /// Which visits of its series get what is changed: the service with its answers, the texts, the estimate and whether they are emergencies; pet, bill
    /// and payment are this one's alone.
    pub scope: SeriesScope,
    /// What the person was told and wants all the same: `slot_taken` of another service, `emergency_only` of one that is no emergency any more,
    /// `not_their_service`. What was not told is asked first.
    #[serde(default)]
    pub overruled: Vec<RefusalCode>,
}

/// A question for free times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct FreeSlotsQuery {
    /// For which service; its length, buffer, capacity and roles count.
    pub service_id: Option<ServiceId>,
    /// With whom; none: anyone who may do it.
    pub staff_id: Option<StaffId>,
    /// Minutes; none: the service's.
    pub duration_minutes: Option<u16>,
    /// From this day.
    pub from: NaiveDate,
    /// This many days, 1 to 62.
    pub days: u16,
    /// Emergency-only time counts as free.
    pub is_emergency: bool,
    /// The visit that is being moved does not stand in its own way.
    pub moving: Option<AppointmentId>,
    /// Of several colleagues who are free at the same time, the first.
    #[serde(default)]
    pub one_a_time: bool,
    /// At the most this many, nearest first; none: all.
    pub limit: Option<u16>,
    /// Beginning exactly then, whatever times the hours are divided into; none: where those begin.
    #[serde(default)]
    pub starts_at: Option<Millis>,
}

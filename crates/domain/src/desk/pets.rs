use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppointmentId, ClientId, Millis, PetField, PetId, PetTake, RecordId, RecordKind, Refusal, RefusalCode, Sex, Species, StaffId};

use super::AppointmentCard;

/// What can be edited of a pet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PetDetails {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// Species.
    pub species: Species,
    /// Breed, up to 100 characters.
    pub breed: Option<String>,
    /// Sex.
    pub sex: Sex,
    /// Neutered; none: not known.
    pub is_neutered: Option<bool>,
    /// Born on.
    pub born_on: Option<NaiveDate>,
    /// Weight in grams, up to 2,000,000.
    pub weight_grams: Option<u32>,
    /// Colour and markings, up to 100 characters.
    pub color: Option<String>,
    /// Microchip number (ISO 11784: 15 digits), up to 30 characters.
    pub microchip: Option<String>,
    /// Allergies, up to 2,000 characters.
    pub allergies: Option<String>,
    /// What everyone must know before touching it, up to 2,000 characters.
    pub alerts: Option<String>,
    /// The day it died. Nothing automatic is sent for it from then on, and nothing is booked.
    pub deceased_on: Option<NaiveDate>,
}

/// A pet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Pet {
    /// Its id.
    pub id: PetId,
    /// Whose.
    pub client_id: ClientId,
    /// The editable part.
    #[serde(flatten)]
    pub details: PetDetails,
}

/// A pet's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PetPage {
    /// The pet.
    pub pet: Pet,
    /// The client's full name.
    pub client_name: String,
    /// The client's phone.
    pub client_phone: Option<String>,
    /// Visits and records, newest first.
    pub timeline: Vec<TimelineEntry>,
    /// Weights, oldest first.
    pub weights: Vec<WeightPoint>,
    /// Other records of the client's that may be of this animal.
    pub same: Vec<SamePets>,
}

/// Two records of one client that may be of one animal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SamePets {
    /// One.
    pub first: PetId,
    /// The other.
    pub second: PetId,
    /// What the one is called.
    pub name: String,
}

/// What two pets say otherwise, and of which of them it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PetChoice {
    /// The field.
    pub field: PetField,
    /// Whose.
    pub take: PetTake,
}

/// Two records that are to become one, side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PetPair {
    /// The one that stays.
    pub into: Pet,
    /// The one that goes.
    pub from: Pet,
    /// What they say otherwise, each with what is suggested.
    pub differs: Vec<PetChoice>,
    /// What the one lacks and gets from the other.
    pub fills: Vec<PetField>,
    /// Why they cannot be merged as they are.
    pub hindrance: Option<Refusal>,
}

/// Merging one pet into another of the same client: everything of `from_id` goes to `into_id`, and empty fields are filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct MergePetsInput {
    /// The one that stays.
    pub into_id: PetId,
    /// The one that goes.
    pub from_id: PetId,
    /// What was chosen where they differ; where nothing was, what is suggested.
    pub choices: Vec<PetChoice>,
}

/// An entry of a pet's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TimelineEntry {
    /// A visit.
    Visit {
        /// The visit.
        visit: AppointmentCard,
        /// What was noted of it: why they came, and for the clinic alone; the first 300 characters.
        notes: Option<String>,
    },
    /// A record.
    Record {
        /// The record.
        record: MedicalRecord,
    },
}

/// An entry of a pet's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct MedicalRecord {
    /// Its id.
    pub id: RecordId,
    /// What it is.
    pub record_kind: RecordKind,
    /// Title.
    pub title: String,
    /// Text.
    pub body: Option<String>,
    /// Grams, for a weight.
    pub weight_grams: Option<u32>,
    /// When.
    pub recorded_at: Millis,
    /// When it is due again (vaccinations).
    pub due_on: Option<NaiveDate>,
    /// Who wrote it.
    pub author_id: Option<StaffId>,
    /// The visit it belongs to.
    pub appointment_id: Option<AppointmentId>,
}

/// A weight on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WeightPoint {
    /// The record that says so.
    pub id: RecordId,
    /// When.
    pub recorded_at: Millis,
    /// Grams.
    pub grams: u32,
}

/// Writing down that a pet died: the visits it had to come are cancelled, its entries of the waitlist closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct PetDeathInput {
    /// Which pet.
    pub pet_id: PetId,
    /// The day it died.
    pub died_on: NaiveDate,
    /// What the cancelled visits say, up to 500 characters.
    pub reason: Option<String>,
}

impl PetDeathInput {
    /// Refuses a day before the pet was born.
    ///
    /// # Errors
    /// `before_birth` on `died_on`.
    pub fn refuse_before(&self, born_on: Option<NaiveDate>) -> Result<(), Refusal> {
        if born_on.is_some_and(|born| self.died_on < born) {
            return Err(Refusal::on(RefusalCode::BeforeBirth, "died_on"));
        }
        Ok(())
    }
}

/// What ended with a pet's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PetDeath {
    /// Visits that were cancelled.
    pub cancelled_visits: u32,
    /// Entries of the waitlist that were closed.
    pub closed_entries: u32,
}

/// Writing down a weight; the pet's own weight follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WeightInput {
    /// Which pet.
    pub pet_id: PetId,
    /// Grams, 1 to 2,000,000.
    pub grams: u32,
    /// When; none: now.
    pub recorded_at: Option<Millis>,
    /// At which visit.
    pub appointment_id: Option<AppointmentId>,
}

/// A weight that was mistyped, or written down for another day; the pet's own weight follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WeightCorrection {
    /// Which record.
    pub record_id: RecordId,
    /// Grams, 1 to 2,000,000.
    pub grams: u32,
    /// When; none: as it was.
    pub recorded_at: Option<Millis>,
}

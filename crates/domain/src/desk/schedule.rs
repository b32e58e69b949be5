use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppointmentStatus, Millis, Species, StaffId};

use super::AppointmentCard;

/// Some days of the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ScheduleRange {
    /// The clinic's zone.
    pub timezone: String,
    /// The days, with where they begin and end: 23 to 25 hours.
    pub days: Vec<DayBounds>,
    /// Who has hours or visits in these days, or is bookable.
    pub staff_ids: Vec<StaffId>,
    /// Working time and its exceptions, for shading.
    pub blocks: Vec<WorkBlock>,
    /// The visits that touch the range, by start.
    pub appointments: Vec<AppointmentCard>,
    /// Where nobody works on any of these days: the first day after them on which somebody does, if one comes within 60.
    pub next_open: Option<NaiveDate>,
}

/// A calendar day as instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DayBounds {
    /// The day.
    pub date: NaiveDate,
    /// Its first instant.
    pub starts_at: Millis,
    /// The first instant of the next day.
    pub ends_at: Millis,
}

/// What a stretch of time is for one member of staff. Outside of every block they are off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WorkBlock {
    /// Whose.
    pub staff_id: StaffId,
    /// From.
    pub starts_at: Millis,
    /// To.
    pub ends_at: Millis,
    /// What it is.
    pub kind: WorkBlockKind,
    /// Why, where an override says.
    pub reason: Option<String>,
}

/// What a stretch of time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WorkBlockKind {
    /// Bookable.
    Open,
    /// A pause inside working time.
    Break,
    /// For emergencies alone.
    EmergencyOnly,
    /// Closed by an override.
    Closed,
}

/// A day in the month's overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MonthDay {
    /// The day.
    pub date: NaiveDate,
    /// Visits that day, without cancelled and rescheduled ones.
    pub visits: u32,
    /// Of them, emergencies.
    pub emergencies: u32,
    /// Minutes booked.
    pub booked_minutes: u32,
    /// Minutes of working time.
    pub open_minutes: u32,
}

/// A day as it is printed: who comes when to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct DaySheet {
    /// The clinic's name.
    pub clinic_name: String,
    /// Language and country, for words, clock and paper.
    pub locale: String,
    /// The clinic's zone.
    pub timezone: String,
    /// The day.
    pub date: NaiveDate,
    /// When it was printed.
    pub printed_at: Millis,
    /// Everybody with hours or visits that day, as on the board.
    pub people: Vec<SheetPerson>,
}

/// One colleague's day on the sheet; without a name, the visits that nobody has yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetPerson {
    /// The full name.
    pub name: String,
    /// Working time.
    pub hours: Vec<SheetHours>,
    /// Why the day is closed, where an override says.
    pub closed_reason: Option<String>,
    /// The visits, by start.
    pub visits: Vec<SheetVisit>,
}

/// A stretch of working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetHours {
    /// From.
    pub starts_at: Millis,
    /// To.
    pub ends_at: Millis,
    /// For emergencies alone.
    pub is_emergency_only: bool,
}

/// A visit on the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetVisit {
    /// From.
    pub starts_at: Millis,
    /// To.
    pub ends_at: Millis,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// The pet.
    pub pet_name: String,
    /// What it is, where the breed does not say it.
    pub species: Option<Species>,
    /// Its breed, or empty.
    pub breed: String,
    /// The client.
    pub client_name: String,
    /// Their phone.
    pub client_phone: Option<String>,
    /// The service, or the visit's own title.
    pub service: String,
    /// An emergency.
    pub is_emergency: bool,
    /// Booked over another, knowingly.
    pub is_overbooked: bool,
    /// Alerts and allergies of the pet.
    pub alerts: Vec<String>,
    /// Why they come, and what was noted down for the day.
    pub notes: Vec<String>,
}

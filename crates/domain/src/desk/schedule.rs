use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Millis, StaffId};

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

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::AppointmentCard;
use crate::{Millis, OverrideId, OverrideKind, Role, ScheduleId, StaffId, WallTime, zone};

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Staff {
    /// Its id.
    pub id: StaffId,
    /// The editable part.
    #[serde(flatten)]
    pub details: StaffDetails,
    /// Whether a PIN is set. Without one, a click signs in.
    pub has_pin: bool,
}

/// What can be edited of a member of staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct StaffDetails {
    /// First name, 1 to 100 characters.
    pub first_name: String,
    /// Last name, up to 100 characters.
    pub last_name: String,
    /// E-mail.
    pub email: Option<String>,
    /// What they are here.
    pub role: Role,
    /// Colour of their column, `#rrggbb`, lower case.
    pub color: String,
    /// Whether they work here now; others keep their history and lose their column.
    pub is_active: bool,
    /// Whether they have a column on the board (the owner who only looks has none).
    pub is_bookable: bool,
}

/// Somebody who may sign in at this desk: shown on the lock screen, so names and colours alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SignInChoice {
    /// Who.
    pub id: StaffId,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Their role.
    pub role: Role,
    /// Their colour.
    pub color: String,
    /// Whether a PIN is asked for.
    pub has_pin: bool,
    /// No PIN is taken before this, after too many wrong ones.
    pub locked_until: Option<Millis>,
}

/// A pause in a working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Break {
    /// From.
    pub start: WallTime,
    /// To.
    pub end: WallTime,
}

/// A weekly working time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WeeklyHours {
    /// Its id; none for a new one.
    pub id: Option<ScheduleId>,
    /// Whose.
    pub staff_id: StaffId,
    /// Sunday = 0 … Saturday = 6.
    pub day_of_week: u8,
    /// From.
    pub start: WallTime,
    /// To; 24:00 is the end of the day.
    pub end: WallTime,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// Last day it holds; none: for good.
    pub effective_until: Option<NaiveDate>,
    /// Free times start on multiples of this many minutes after the start, 5 to 480.
    pub slot_minutes: u16,
    /// Minutes kept free after every visit, on top of the service's own.
    pub buffer_minutes: u16,
    /// Visits at the same time, 1 or more.
    pub max_per_slot: u16,
    /// Pauses.
    pub breaks: Vec<Break>,
}

impl WeeklyHours {
    /// Whether they are hours of this day: of its weekday, and not over or yet to come.
    pub fn holds_on(&self, date: NaiveDate) -> bool {
        self.day_of_week == zone::day_of_week(date) && self.is_in_effect(date)
    }

    /// Whether they are neither over on this day nor yet to come, whatever its weekday.
    pub fn is_in_effect(&self, date: NaiveDate) -> bool {
        self.effective_from <= date && self.effective_until.is_none_or(|until| date <= until)
    }
}

/// A deviation from the weekly hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ScheduleOverride {
    /// Its id; none for a new one.
    pub id: Option<OverrideId>,
    /// Whose.
    pub staff_id: StaffId,
    /// What it does.
    pub kind: OverrideKind,
    /// The day, or the first of a recurrence.
    pub on_date: NaiveDate,
    /// From; none with `end` none: the whole day.
    pub start: Option<WallTime>,
    /// To.
    pub end: Option<WallTime>,
    /// Why, up to 500 characters.
    pub reason: Option<String>,
    /// RFC 5545 rule without `DTSTART` (`FREQ=WEEKLY;BYDAY=FR;COUNT=10`).
    pub recurrence: Option<String>,
}

/// What became of an exception to the hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct SavedOverride {
    /// The exceptions that were written, one for each colleague.
    pub ids: Vec<OverrideId>,
    /// Visits to come that stand in a time that is theirs no more, the next ones first; 50 at the most.
    pub visits: Vec<AppointmentCard>,
    /// How many of them there are.
    pub visit_count: u32,
}

/// Visits to come that have no place any more: the hours, or who works here, have changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct LeftVisits {
    /// The next ones first; 50 at the most.
    pub visits: Vec<AppointmentCard>,
    /// How many of them there are.
    pub visit_count: u32,
}

//! Availability: the one engine that says when somebody works, whether a visit fits, and which times are free. Nothing of it is stored.
//!
//! - Weekly hours and overrides are wall clocks of the clinic's zone. Around a daylight-saving change they keep their wall clock; a free
//!   time that does not exist is skipped, one that occurs twice is the first. Lengths are elapsed minutes; those of stays are of the wall clock.
//! - A visit lies in open time from its start to its end, also over midnight where the hours go on. A stay (boarding, or longer than a day)
//!   begins and ends in it.
//! - A visit keeps its own time and, after it, its service's buffer and the buffer of the hours. Two visits of one colleague may overlap
//!   as far as the capacity of the hours goes, or, all of one service, as far as that service's goes.
//! - Boarding does not stand in the way of visits, nor they in its: it takes a kennel, not a colleague's hands. Nor do stays of two services
//!   stand in each other's: dogs and cats have rooms of their own.
//! - Booking windows (how far ahead, how late) bind clients, never the front desk, which is the only one to ask.

mod judge;
mod open;
mod plan;
mod slots;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::desk::{ScheduleOverride, WeeklyHours};
use crate::{AppointmentId, Millis, ServiceId, StaffId};

pub use judge::{Fit, judge, nearest};
pub use plan::{DayPlan, Days, Stretch, open_minutes, plans, work_blocks};
pub use slots::{Window, free_slots};

/// One colleague's hours.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Who.
    pub staff_id: StaffId,
    /// Weekly hours.
    pub hours: Vec<WeeklyHours>,
    /// Deviations, recurring ones by their rule.
    pub overrides: Vec<ScheduleOverride>,
}

/// A visit that takes time of a colleague. Cancelled, missed and rescheduled ones are left out by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// Which visit.
    pub appointment_id: AppointmentId,
    /// From.
    pub starts_at: Millis,
    /// To.
    pub ends_at: Millis,
    /// The buffer of its service, in minutes; that of the hours is added by the engine.
    pub buffer_minutes: u16,
    /// What for.
    pub service_id: Option<ServiceId>,
    /// It is a boarding stay.
    pub is_boarding: bool,
}

/// What is to be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Minutes.
    pub duration_minutes: u16,
    /// The buffer of its service, in minutes.
    pub buffer_minutes: u16,
    /// What for.
    pub service_id: Option<ServiceId>,
    /// How many of this service one colleague takes at the same time.
    pub max_per_slot: u16,
    /// It is a boarding stay.
    pub is_boarding: bool,
    /// It may take time that is kept for emergencies.
    pub is_emergency: bool,
}

/// The days of a question, with their bounds worked out once for all colleagues.
pub fn days(from: NaiveDate, count: u16, zone: Tz) -> Days {
    Days::new(from, count, zone)
}

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppointmentId, Millis, RhythmReason, SeriesScope};

/// What stands of a series, seen from one of its visits; of the same pet alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SeriesStand {
    /// How many visits stand from this one on, itself among them.
    pub following: u32,
    /// How many stand in all.
    pub all: u32,
    /// When the first of them is, as long as none has happened; none: only this one and those after it can have another rhythm.
    pub first_at: Option<Millis>,
}

/// A rhythm of visits: the first for one that was booked once, or another one for a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct RhythmInput {
    /// Which visit; it stays where it is, and the rule is counted from it (of `all`, from the first of its series).
    pub appointment_id: AppointmentId,
    /// RFC 5545 rule without `DTSTART`; must end by `COUNT` or `UNTIL`, 200 visits at the most.
    pub recurrence: String,
    /// Of a series `following` or `all`; of a visit that stands alone it says nothing.
    pub scope: SeriesScope,
    /// Dates where something is in the way are booked all the same; else they are left out.
    pub is_overbooking_allowed: bool,
}

/// What a rhythm makes of the visits to come. Nothing of it is written before a person has seen it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RhythmPlan {
    /// The visit it begins with, which stays where it is.
    pub first_at: Millis,
    /// Visits that stand on a date of it already.
    pub kept: Vec<Millis>,
    /// Visits that go to another date.
    pub moved: Vec<RhythmMove>,
    /// New visits.
    pub added: Vec<Millis>,
    /// Visits it has no date for.
    pub cancelled: Vec<Millis>,
    /// Visits to come that stand as they are, because somebody gave them another time, colleague, service or a bill by hand.
    pub standing: Vec<Millis>,
    /// Dates where something is in the way.
    pub in_the_way: Vec<RhythmObstacle>,
}

/// A visit that goes to another date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RhythmMove {
    /// From.
    pub from: Millis,
    /// To.
    pub to: Millis,
}

/// A date of a rhythm where something is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RhythmObstacle {
    /// When; where the clock is set forward over it, the beginning of the day.
    pub starts_at: Millis,
    /// All that is in the way.
    pub reasons: Vec<RhythmReason>,
    /// No visit is put there; else one is, knowingly.
    pub is_left_out: bool,
}

//! Wall-clock buckets: the clinic's day and hour of an instant.

use chrono::{NaiveDate, Timelike};
use chrono_tz::Tz;
use petrel_domain::Millis;

/// A clinic's calendar day and hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hour {
    pub(super) day: NaiveDate,
    pub(super) hour: u32,
}

/// The hour in which an instant lies.
pub(super) fn hour(at: i64, zone: Tz) -> Hour {
    let local = Millis(at).in_zone(zone);
    Hour { day: local.date_naive(), hour: local.hour() }
}

/// The day in which an instant lies.
pub(super) fn day(at: i64, zone: Tz) -> NaiveDate {
    Millis(at).in_zone(zone).date_naive()
}

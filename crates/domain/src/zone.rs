//! Days and wall clocks of a zone as instants.

use chrono::offset::LocalResult;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike};
use chrono_tz::Tz;

use crate::desk::DayBounds;
use crate::{MINUTE, Millis, WallTime};

/// The instant of a wall clock on a day. None where that local time does not exist (the clock is set forward over it); the first
/// where it occurs twice (the clock is set back).
pub fn instant(date: NaiveDate, time: WallTime, zone: Tz) -> Option<Millis> {
    if time == WallTime::END_OF_DAY {
        return Some(day_start(date.checked_add_days(Days::new(1))?, zone));
    }
    let local = date.and_hms_opt(u32::from(time.minutes() / 60), u32::from(time.minutes() % 60), 0)?;
    resolve(local, zone)
}

fn resolve(local: NaiveDateTime, zone: Tz) -> Option<Millis> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(Millis::from(at)),
        LocalResult::None => None,
    }
}

/// The first instant of a day: midnight, or the moment to which the clock jumps where midnight does not exist.
/// A day that a zone left out altogether (Apia, 30 December 2011) begins where the next one does.
pub fn day_start(date: NaiveDate, zone: Tz) -> Millis {
    let midnight = date.and_time(NaiveTime::MIN);
    // No zone has left out more than a day, and jumps are whole quarters of an hour.
    let quarters = (0..=4 * 25).filter_map(|quarter| midnight.checked_add_signed(chrono::TimeDelta::minutes(15 * quarter)));
    quarters.into_iter().find_map(|local| resolve(local, zone)).unwrap_or_else(|| Millis::from(midnight.and_utc()))
}

/// A day as instants: 23 to 25 hours long, or none at all.
pub fn day_bounds(date: NaiveDate, zone: Tz) -> DayBounds {
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    DayBounds { date, starts_at: day_start(date, zone), ends_at: day_start(next, zone) }
}

/// The calendar day of an instant.
pub fn date_of(at: Millis, zone: Tz) -> NaiveDate {
    at.in_zone(zone).date_naive()
}

/// The wall clock of an instant, to the minute.
pub fn wall_time(at: Millis, zone: Tz) -> WallTime {
    let local = at.in_zone(zone);
    // Hours and minutes of a clock are below 1440.
    WallTime::from_minutes(u16::try_from(local.hour() * 60 + local.minute()).unwrap_or_default()).unwrap_or(WallTime::MIDNIGHT)
}

/// The same wall clock, `days` days and `minutes` minutes of the clock later. None where it does not exist there.
pub fn shifted(at: Millis, days: i64, minutes: i64, zone: Tz) -> Option<Millis> {
    let local = at.in_zone(zone).naive_local();
    let shifted =
        local.checked_add_signed(chrono::TimeDelta::try_days(days)?)?.checked_add_signed(chrono::TimeDelta::try_minutes(minutes)?)?;
    resolve(shifted, zone)
}

/// The instant that has the same wall clock in another zone. Where the clock is set forward over it there, as much later as is left out.
pub fn rezoned(at: Millis, from: Tz, to: Tz) -> Millis {
    let local = at.in_zone(from).naive_local();
    let quarters = (0..=4 * 25).filter_map(|quarter| local.checked_add_signed(chrono::TimeDelta::minutes(15 * quarter)));
    quarters.into_iter().find_map(|local| resolve(local, to)).unwrap_or(at)
}

/// The Sunday = 0 … Saturday = 6 of a day, as weekly hours write it.
pub fn day_of_week(date: NaiveDate) -> u8 {
    u8::try_from(date.weekday().num_days_from_sunday()).unwrap_or_default()
}

/// Whole minutes between two instants.
pub fn minutes_between(from: Millis, to: Millis) -> i64 {
    (to.0 - from.0) / MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_zone;

    fn hours(zone: &str, date: &str) -> i64 {
        let bounds = day_bounds(date.parse().unwrap(), parse_zone(zone).unwrap());
        minutes_between(bounds.starts_at, bounds.ends_at)
    }

    #[test]
    fn days_have_the_length_their_zone_gives_them() {
        assert_eq!(hours("Europe/Madrid", "2026-03-29"), 23 * 60);
        assert_eq!(hours("Europe/Madrid", "2026-10-25"), 25 * 60);
        assert_eq!(hours("Australia/Lord_Howe", "2026-04-05"), 24 * 60 + 30);
        assert_eq!(hours("Asia/Kathmandu", "2026-03-29"), 24 * 60);
        // Midnight does not exist: the day begins at one.
        assert_eq!(hours("America/Santiago", "2026-09-06"), 23 * 60);
        assert_eq!(hours("Asia/Beirut", "2026-03-29"), 23 * 60);
        // A day that never was.
        assert_eq!(hours("Pacific/Apia", "2011-12-30"), 0);
        assert_eq!(hours("Pacific/Apia", "2011-12-31"), 24 * 60);
    }

    #[test]
    fn a_time_that_does_not_exist_is_none_and_one_that_occurs_twice_is_the_first() {
        let zone = parse_zone("America/New_York").unwrap();
        let half_past = |hour: &str, date: &str| instant(date.parse().unwrap(), hour.parse().unwrap(), zone);
        assert_eq!(half_past("02:30", "2026-03-08"), None);
        let first = half_past("01:30", "2026-11-01").unwrap();
        assert_eq!(first.utc().to_rfc3339(), "2026-11-01T05:30:00+00:00");
    }

    #[test]
    fn a_shift_keeps_the_wall_clock() {
        let zone = parse_zone("Europe/Madrid").unwrap();
        let nine = instant("2026-03-28".parse().unwrap(), "09:00".parse().unwrap(), zone).unwrap();
        let next = shifted(nine, 1, 0, zone).unwrap();
        assert_eq!(wall_time(next, zone).to_string(), "09:00");
        assert_eq!(minutes_between(nine, next), 23 * 60);
    }
}

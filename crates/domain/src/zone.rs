//! Days and wall clocks of a zone as instants.

use chrono::offset::LocalResult;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use crate::desk::DayBounds;
use crate::{DAY, MINUTE, Millis, WallTime};

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
    first_from(midnight, zone).unwrap_or_else(|| Millis::from(midnight.and_utc()))
}

/// The instant of a wall clock, or, where the clock is set forward over it, of the first one after it that exists.
fn first_from(local: NaiveDateTime, zone: Tz) -> Option<Millis> {
    // No zone has left out more than a day.
    let mut minutes = (0..=60 * 25).filter_map(|minute| local.checked_add_signed(TimeDelta::minutes(minute)));
    minutes.find_map(|local| resolve(local, zone))
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
    let shifted = local.checked_add_signed(TimeDelta::try_days(days)?)?.checked_add_signed(TimeDelta::try_minutes(minutes)?)?;
    resolve(shifted, zone)
}

/// The instant that has the same wall clock in another zone. Where the clock is set forward over it there, the first one after it.
pub fn rezoned(at: Millis, from: Tz, to: Tz) -> Millis {
    first_from(at.in_zone(from).naive_local(), to).unwrap_or(at)
}

/// When a visit ends that begins at an instant. Its minutes pass; those of a stay (boarding, or longer than a day) are of the clock on the wall:
/// whoever is brought at ten for three days is fetched at ten, also where the clock is set meanwhile.
pub fn end_of(starts_at: Millis, minutes: i64, is_boarding: bool, zone: Tz) -> Millis {
    let passed = starts_at.plus_minutes(minutes);
    if !is_boarding && minutes * MINUTE <= DAY {
        return passed;
    }
    let local = starts_at.in_zone(zone).naive_local();
    let end = TimeDelta::try_minutes(minutes).and_then(|length| first_from(local.checked_add_signed(length)?, zone));
    // In an hour that comes twice the first one may lie before the stay begins.
    end.filter(|end| *end > starts_at).unwrap_or(passed)
}

/// How many minutes a visit lasts, as [`end_of`] counts them.
pub fn length_of(starts_at: Millis, ends_at: Millis, is_boarding: bool, zone: Tz) -> i64 {
    let local = |at: Millis| at.in_zone(zone).naive_local();
    let is_stay = is_boarding || ends_at.0 - starts_at.0 > DAY;
    let on_the_wall = (local(ends_at) - local(starts_at)).num_minutes();
    if is_stay && on_the_wall > 0 { on_the_wall } else { (ends_at.0 - starts_at.0) / MINUTE }
}

/// The Sunday = 0 … Saturday = 6 of a day, as weekly hours write it.
pub fn day_of_week(date: NaiveDate) -> u8 {
    u8::try_from(date.weekday().num_days_from_sunday()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_zone;

    fn hours(zone: &str, date: &str) -> i64 {
        let bounds = day_bounds(date.parse().unwrap(), parse_zone(zone).unwrap());
        (bounds.ends_at.0 - bounds.starts_at.0) / MINUTE
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
        assert_eq!((next.0 - nine.0) / MINUTE, 23 * 60);
    }

    #[test]
    fn a_time_that_another_zone_leaves_out_is_the_first_one_after_it() {
        let (from, to) = (parse_zone("Europe/Madrid").unwrap(), parse_zone("America/New_York").unwrap());
        let night = instant("2026-03-08".parse().unwrap(), "02:50".parse().unwrap(), from).unwrap();
        assert_eq!(wall_time(rezoned(night, from, to), to).to_string(), "03:00");
    }

    #[test]
    fn a_stay_ends_by_the_clock_on_the_wall_and_a_visit_when_its_minutes_have_passed() {
        let zone = parse_zone("Europe/Madrid").unwrap();
        let at = |date: &str, time: &str| instant(date.parse().unwrap(), time.parse().unwrap(), zone).unwrap();
        for date in ["2026-03-28", "2026-10-24", "2026-06-01"] {
            let ten = at(date, "10:00");
            for days in [1, 3] {
                let end = end_of(ten, days * 1440, true, zone);
                assert_eq!(wall_time(end, zone).to_string(), "10:00", "{date}");
                assert_eq!(length_of(ten, end, true, zone), days * 1440);
            }
            assert_eq!(end_of(ten, 1440, false, zone), ten.plus_minutes(1440));
            assert_eq!(length_of(ten, ten.plus_minutes(1440), false, zone), 1440);
            assert_eq!(wall_time(end_of(ten, 2880, false, zone), zone).to_string(), "10:00", "longer than a day");
        }
        let half = at("2026-03-28", "02:30");
        assert_eq!(wall_time(end_of(half, 1440, true, zone), zone).to_string(), "03:00", "half past two is left out");
        let second = at("2026-10-25", "02:30").plus_minutes(60);
        assert_eq!(end_of(second, 15, true, zone), second.plus_minutes(15));
    }
}

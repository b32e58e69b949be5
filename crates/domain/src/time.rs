//! Instants, wall clocks and where they come from.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use specta::Type;

use crate::Refusal;

/// An instant: Unix milliseconds UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Millis(#[specta(type = i32)] pub i64);

/// A minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// Twenty-four hours in milliseconds (a calendar day may be longer or shorter).
pub const DAY: i64 = 24 * 60 * MINUTE;

/// How far on both sides of the epoch `chrono` can be asked, in milliseconds, with room for any offset: 250,000 years.
const CALENDAR: i64 = 250_000 * 365 * DAY;

impl Millis {
    /// This instant `minutes` later (earlier where negative), or the last one there is.
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes.saturating_mul(MINUTE)))
    }

    /// The same instant as a `chrono` value; far outside any calendar, the epoch.
    pub fn utc(self) -> DateTime<Utc> {
        let is_in_calendar = (-CALENDAR..=CALENDAR).contains(&self.0);
        is_in_calendar.then(|| DateTime::from_timestamp_millis(self.0)).flatten().unwrap_or_default()
    }

    /// The same instant on the wall clock of `zone`.
    pub fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        self.utc().with_timezone(&zone)
    }
}

impl<Z: chrono::TimeZone> From<DateTime<Z>> for Millis {
    fn from(at: DateTime<Z>) -> Self {
        Self(at.timestamp_millis())
    }
}

/// Money in minor units of the clinic's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Cents(#[specta(type = i32)] pub i64);

/// A time on the wall: minutes since midnight, 0 to 1440 (24:00 ends a day). Text form `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Type)]
#[specta(type = String)]
pub struct WallTime(u16);

impl WallTime {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 24:00.
    pub const END_OF_DAY: Self = Self(1440);

    /// From minutes since midnight; none beyond 1440.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        (minutes <= 1440).then_some(Self(minutes))
    }

    /// Minutes since midnight.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for WallTime {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let parts = text.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2);
        parts
            .and_then(|(h, m)| Some((h.parse::<u16>().ok()?, m.parse::<u16>().ok()?)))
            .filter(|(_, minute)| *minute < 60)
            .and_then(|(hour, minute)| Self::from_minutes(hour * 60 + minute))
            .ok_or_else(|| Refusal::invalid("time").with_detail(text))
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("a time is written HH:MM"))
    }
}

/// A source of the present. Passed in wherever a rule or a write needs it, so that tests and simulations own time.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Millis;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that may ask")]
    fn now(&self) -> Millis {
        Millis::from(Utc::now())
    }
}

/// A clock that stands until it is moved.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that stands at `now`.
    pub fn at(now: Millis) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves the clock; back, too.
    pub fn set(&self, now: Millis) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}

/// Reads an IANA zone name.
///
/// # Errors
/// `invalid` on `timezone` where the name is not in the zone database.
pub fn parse_zone(name: &str) -> Result<Tz, Refusal> {
    name.parse().map_err(|_| Refusal::invalid("timezone").with_detail(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_outside_of_any_calendar_break_nothing() {
        for at in [i64::MIN, -CALENDAR - 1, -CALENDAR, 0, CALENDAR, CALENDAR + 1, 8_210_266_876_799_999, i64::MAX] {
            for zone in [Tz::Asia__Tokyo, Tz::America__New_York, Tz::Pacific__Kiritimati] {
                let there = crate::zone::date_of(Millis(at), zone);
                assert!((-CALENDAR..=CALENDAR).contains(&at) || (1969..=1970).contains(&chrono::Datelike::year(&there)), "{at} {there}");
            }
        }
        assert_eq!(Millis(i64::MAX).plus_minutes(1), Millis(i64::MAX));
        assert_eq!(Millis(0).plus_minutes(i64::MIN), Millis(i64::MIN));
    }

    #[test]
    fn wall_times_round_trip_and_bad_ones_are_refused() {
        for text in ["00:00", "09:05", "23:59", "24:00"] {
            assert_eq!(text.parse::<WallTime>().unwrap().to_string(), text);
        }
        for text in ["", "9:00", "24:01", "12:60", "ab:cd", "12:000"] {
            assert_eq!(text.parse::<WallTime>().unwrap_err().field.as_deref(), Some("time"), "{text}");
        }
    }
}

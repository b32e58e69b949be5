//! `hourly_stats` (by the hour at which visits start) and `daily_stats` (by the day on which things were made).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use petrel_domain::{DAY, MINUTE};
use rusqlite::{Connection, params};

use super::bucket::{Hour, day, hour};
use crate::Result;
use crate::clinic_zone::clinic_zone;

/// An hour of the wall clock lies within this of any instant in it, also where the clock was set back by an hour.
const AROUND: i64 = 3 * 60 * MINUTE;

#[derive(Default)]
struct Hourly {
    appointments: i64,
    completed: i64,
    cancelled: i64,
    no_shows: i64,
    lead_minutes: i64,
    revenue_cents: i64,
}

/// Brings the hours and days around these instants up to date, and the days on which there are new visits.
pub(super) fn refresh(db: &Connection, starts: &BTreeSet<i64>, made_at: &BTreeSet<i64>, new_visits: &[i64]) -> Result<()> {
    let Some(zone) = clinic_zone(db)? else { return Ok(()) };
    let hours: BTreeMap<Hour, i64> = starts.iter().map(|at| (hour(*at, zone), *at)).collect();
    if hours.len() > super::ONE_BY_ONE {
        rebuild_hours(db, zone)?;
    } else {
        for (wanted, at) in hours {
            db.prepare_cached("DELETE FROM hourly_stats WHERE on_date = ?1 AND hour_of_day = ?2")?
                .execute(params![wanted.day.to_string(), wanted.hour])?;
            count_hours(db, zone, Some((wanted, at)))?;
        }
    }
    let days: BTreeMap<NaiveDate, i64> = made_at.iter().map(|at| (day(*at, zone), *at)).collect();
    let mut more: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
    for at in new_visits {
        more.entry(day(*at, zone)).or_insert((*at, 0)).1 += 1;
    }
    for (wanted, (at, count)) in more.into_iter().filter(|(wanted, _)| !days.contains_key(wanted)) {
        let sql = "UPDATE daily_stats SET bookings = bookings + ?2 WHERE on_date = ?1";
        if db.prepare_cached(sql)?.execute(params![wanted.to_string(), count])? == 0 {
            count_day(db, zone, wanted, at)?;
        }
    }
    for (wanted, at) in days {
        count_day(db, zone, wanted, at)?;
    }
    Ok(())
}

pub(super) fn rebuild(db: &Connection) -> Result<()> {
    let Some(zone) = clinic_zone(db)? else { return Ok(()) };
    rebuild_hours(db, zone)?;
    db.execute("DELETE FROM daily_stats", [])?;
    let sql = "SELECT created_at FROM appointments WHERE deleted_at IS NULL UNION ALL SELECT created_at FROM calls UNION ALL SELECT created_at FROM messages";
    let mut days = BTreeMap::new();
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let at: i64 = row.get(0)?;
        days.insert(day(at, zone), at);
    }
    for (wanted, at) in days {
        count_day(db, zone, wanted, at)?;
    }
    Ok(())
}

fn rebuild_hours(db: &Connection, zone: Tz) -> Result<()> {
    db.execute("DELETE FROM hourly_stats", [])?;
    count_hours(db, zone, None)
}

/// Counts one hour, or all of them.
fn count_hours(db: &Connection, zone: Tz, only: Option<(Hour, i64)>) -> Result<()> {
    let (from, to) = only.map_or((i64::MIN, i64::MAX), |(_, at)| (at - AROUND, at + AROUND));
    // All are read in the order in which they lie.
    let indexed = if only.is_some() { "" } else { "NOT INDEXED" };
    let sql = format!(
        "SELECT starts_at, coalesce(service_id, x''), status, created_at, coalesce(final_cost_cents, 0)
         FROM appointments {indexed} WHERE starts_at BETWEEN ?1 AND ?2 AND deleted_at IS NULL"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([from, to])?;
    let mut sums: BTreeMap<(Hour, Vec<u8>), Hourly> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let starts_at: i64 = row.get(0)?;
        let at = hour(starts_at, zone);
        if only.is_some_and(|(wanted, _)| wanted != at) {
            continue;
        }
        let sum = sums.entry((at, row.get(1)?)).or_default();
        sum.appointments += 1;
        sum.lead_minutes += (starts_at - row.get::<_, i64>(3)?).max(0) / MINUTE;
        match row.get_ref(2)?.as_str()? {
            "completed" => {
                sum.completed += 1;
                sum.revenue_cents += row.get::<_, i64>(4)?;
            }
            "cancelled" => sum.cancelled += 1,
            "no_show" => sum.no_shows += 1,
            _ => {}
        }
    }
    let sql = "INSERT INTO hourly_stats (on_date, hour_of_day, service_id, appointments, completed, cancelled, no_shows, lead_minutes_total, revenue_cents)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut insert = db.prepare_cached(sql)?;
    for ((at, service), sum) in sums {
        insert.execute(params![
            at.day.to_string(),
            at.hour,
            service,
            sum.appointments,
            sum.completed,
            sum.cancelled,
            sum.no_shows,
            sum.lead_minutes,
            sum.revenue_cents
        ])?;
    }
    Ok(())
}

/// Counts one day, around an instant of it.
fn count_day(db: &Connection, zone: Tz, wanted: NaiveDate, at: i64) -> Result<()> {
    let (from, to) = bounds(wanted, at, zone);
    db.prepare_cached(include_str!("daily_stats.sql"))?.execute(params![wanted.to_string(), from, to])?;
    // A day of which nothing is left is no day.
    let nothing = "DELETE FROM daily_stats WHERE on_date = ?1 AND calls = 0 AND bookings = 0 AND sms = 0 AND emails = 0 AND cost_micros = 0 AND call_bookings = 0";
    db.prepare_cached(nothing)?.execute([wanted.to_string()])?;
    Ok(())
}

/// The first instant of a day and of the next: where the date changes, found by halving, so that no rule about offsets is needed.
fn bounds(wanted: NaiveDate, at: i64, zone: Tz) -> (i64, i64) {
    let edge = |mut inside: i64, mut outside: i64| {
        while (inside - outside).abs() > 1 {
            let middle = inside.midpoint(outside);
            if day(middle, zone) == wanted { inside = middle } else { outside = middle }
        }
        inside.max(outside)
    };
    (edge(at, at - 2 * DAY), edge(at, at + 2 * DAY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use petrel_domain::Millis;

    #[test]
    fn a_day_has_the_length_its_zone_gives_it() {
        let zone = chrono_tz::Europe::Madrid;
        let hours = |date: &str| {
            let date: NaiveDate = date.parse().unwrap();
            let noon = date.and_hms_opt(12, 0, 0).unwrap().and_local_timezone(zone).unwrap();
            let (from, to) = bounds(date, Millis::from(noon).0, zone);
            (to - from) / (60 * MINUTE)
        };
        assert_eq!(hours("2026-03-29"), 23);
        assert_eq!(hours("2026-06-01"), 24);
        assert_eq!(hours("2026-10-25"), 25);
    }
}

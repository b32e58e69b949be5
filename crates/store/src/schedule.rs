//! The board: some days with their hours and visits, and the month at a glance.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use petrel_domain::availability::{days, open_minutes, plans, work_blocks};
use petrel_domain::checked::check_date;
use petrel_domain::desk::{AppointmentCard, MonthDay, ScheduleRange, WorkBlockKind};
use petrel_domain::rights::Right;
use petrel_domain::{DAY, MINUTE, Millis, zone};
use rusqlite::{Connection, params, params_from_iter};

use crate::appointments::card::{board, cards};
use crate::appointments::{Roster, roster};
use crate::{Actor, Result, Store};

impl Store {
    /// Some days of the board, 1 to 62.
    ///
    /// # Errors
    /// `forbidden`; `invalid` on `from` for a day that nobody can mean; `not_found` before there is a clinic.
    pub fn schedule_range(&self, actor: &Actor, from: NaiveDate, count: u16) -> Result<ScheduleRange> {
        actor.require(Right::SeeClinic)?;
        check_date("from", from)?;
        self.read(|db| range(db, from, count.clamp(1, 62)))
    }

    /// Today, in the clinic's zone: also who is still here from the days before, over the time that was booked.
    ///
    /// # Errors
    /// As [`Store::schedule_range`].
    pub fn today_board(&self, actor: &Actor) -> Result<ScheduleRange> {
        actor.require(Right::SeeClinic)?;
        let now = self.now();
        self.read(|db| {
            let zone = roster(db)?.zone;
            let today = zone::date_of(now, zone);
            let mut board = range(db, today, 1)?;
            board.appointments.splice(0..0, still_here(db, zone::day_start(today, zone))?);
            Ok(board)
        })
    }

    /// The days of a month, six more before and after: visits, and how full the days are. The screen cuts the month's weeks out of them, on
    /// whichever day they begin where it stands.
    ///
    /// # Errors
    /// As [`Store::schedule_range`].
    pub fn month_overview(&self, actor: &Actor, month: NaiveDate) -> Result<Vec<MonthDay>> {
        actor.require(Right::SeeClinic)?;
        check_date("month", month)?;
        let first = month.with_day(1).unwrap_or(month);
        let last = first + chrono::Months::new(1) - Days::new(1);
        self.read(|db| overview(db, first - Days::new(6), last + Days::new(6)))
    }
}

pub(crate) fn range(db: &Connection, from: NaiveDate, count: u16) -> Result<ScheduleRange> {
    let roster = roster(db)?;
    let days = days(from, count, roster.zone);
    let bounds = days.bounds();
    let (from, to) = bounds.first().zip(bounds.last()).map_or((Millis(0), Millis(0)), |(first, last)| (first.starts_at, last.ends_at));
    let appointments = visits(db, from, to)?;
    let busy: BTreeSet<_> = appointments.iter().filter_map(|visit| visit.staff_id).collect();
    let mut blocks = Vec::new();
    let mut staff_ids = Vec::new();
    for member in &roster.members {
        if member.is_bookable || busy.contains(&member.colleague.staff_id) {
            blocks.extend(work_blocks(&member.colleague, &days));
            staff_ids.push(member.colleague.staff_id);
        }
    }
    // Who no longer works here keeps a column on the days they had visits.
    staff_ids.extend(busy.into_iter().filter(|id| !roster.members.iter().any(|member| member.colleague.staff_id == *id)));
    let is_worked = blocks.iter().any(|block| matches!(block.kind, WorkBlockKind::Open | WorkBlockKind::EmergencyOnly));
    let next_open = if is_worked { None } else { bounds.last().and_then(|last| next_open(&roster, last.date)) };
    Ok(ScheduleRange { timezone: roster.zone.name().to_owned(), days: bounds, staff_ids, blocks, appointments, next_open })
}

/// How far ahead an open day is looked for, in days: longer than any holiday.
const AHEAD: u64 = 60;

/// The first day after a day on which somebody can be booked.
fn next_open(roster: &Roster, date: NaiveDate) -> Option<NaiveDate> {
    empty_days(roster, date + Days::new(1), date + Days::new(AHEAD)).into_iter().find(|day| day.open_minutes > 0).map(|day| day.date)
}

/// The visits that touch a range, by start. Ordinary ones that began the day before, and long stays, reach into it.
fn visits(db: &Connection, from: Millis, to: Millis) -> Result<Vec<AppointmentCard>> {
    let ordinary = "WHERE a.starts_at >= ?1 AND a.starts_at < ?2 AND a.ends_at > ?3 ORDER BY a.starts_at";
    let long =
        "WHERE a.ends_at - a.starts_at > 86400000 AND a.starts_at < ?1 AND a.ends_at > ?2 AND a.deleted_at IS NULL ORDER BY a.starts_at";
    let mut visits = cards(db, long, params![from.0 - DAY, from.0])?;
    visits.extend(board(db, ordinary, params![from.0 - DAY, to.0, from.0])?);
    Ok(visits)
}

/// How far back it is looked for who is still here. What stands open for longer was not closed, and needs attention.
const STILL_HERE: i64 = 7 * DAY;

/// Who came and was still here when a day began, though the time that was booked for them was over.
fn still_here(db: &Connection, day: Millis) -> Result<Vec<AppointmentCard>> {
    let here = "a.ends_at > ?1 AND a.ends_at <= ?2 AND (a.status IN ('checked_in', 'in_progress') OR a.status = 'completed' AND a.actual_end_at >= ?2)";
    let ordinary = format!(
        "WHERE a.starts_at >= ?1 - 86400000 AND a.starts_at < ?2 AND a.ends_at - a.starts_at <= 86400000 AND {here} ORDER BY a.starts_at"
    );
    let long =
        format!("WHERE a.ends_at - a.starts_at > 86400000 AND a.starts_at < ?2 AND {here} AND a.deleted_at IS NULL ORDER BY a.starts_at");
    let since = day.0 - STILL_HERE;
    let mut visits = cards(db, &long, params![since, day.0])?;
    visits.extend(board(db, &ordinary, params![since, day.0])?);
    Ok(visits)
}

fn overview(db: &Connection, first: NaiveDate, last: NaiveDate) -> Result<Vec<MonthDay>> {
    let roster = roster(db)?;
    let mut days = empty_days(&roster, first, last);
    let (from, to) = (zone::day_start(first, roster.zone), zone::day_start(last + Days::new(1), roster.zone));
    // Of the hands that work that day, who stays the night takes none, and who did not come took none.
    const COLUMNS: &str = "SELECT starts_at, ends_at, is_emergency,
             status = 'no_show' OR service_id IN (SELECT id FROM services WHERE kind = 'boarding')";
    // As on the board: a visit is on every day that it touches. Hands it takes on the first.
    let ordinary = format!(
        "{COLUMNS} FROM visit_cards WHERE starts_at >= ?1 AND starts_at < ?2 AND ends_at > ?3 AND status NOT IN ('cancelled', 'rescheduled')"
    );
    let long = format!(
        "{COLUMNS} FROM appointments WHERE ends_at - starts_at > 86400000 AND starts_at < ?1 AND ends_at > ?2 AND deleted_at IS NULL
           AND status NOT IN ('cancelled', 'rescheduled')"
    );
    let mut touch = |sql: &str, values: &[i64]| -> Result<()> {
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let (starts_at, ends_at): (i64, i64) = (row.get(0)?, row.get(1)?);
            let day_of = |at: i64| (zone::date_of(Millis(at), roster.zone) - first).num_days();
            let (begun, is_emergency) = (day_of(starts_at), row.get::<_, bool>(2)?);
            for index in begun..=day_of((ends_at - 1).max(starts_at)) {
                let Some(day) = usize::try_from(index).ok().and_then(|index| days.get_mut(index)) else { continue };
                day.visits += 1;
                day.emergencies += u32::from(is_emergency);
                if index == begun && row.get::<_, Option<bool>>(3)? != Some(true) {
                    day.booked_minutes += u32::try_from((ends_at - starts_at) / MINUTE).unwrap_or(0).min(1440);
                }
            }
        }
        Ok(())
    };
    touch(&ordinary, &[from.0 - DAY, to.0, from.0])?;
    touch(&long, &[from.0 - DAY, from.0])?;
    Ok(days)
}

/// The days with their working time and no visits yet.
fn empty_days(roster: &Roster, first: NaiveDate, last: NaiveDate) -> Vec<MonthDay> {
    let all = days(first, u16::try_from((last - first).num_days() + 1).unwrap_or(0), roster.zone);
    let nothing = |date| MonthDay { date, visits: 0, emergencies: 0, booked_minutes: 0, open_minutes: 0 };
    let mut month: Vec<MonthDay> = all.bounds().into_iter().map(|bounds| nothing(bounds.date)).collect();
    for member in roster.members.iter().filter(|member| member.is_bookable) {
        for (day, plan) in month.iter_mut().zip(plans(&member.colleague, &all)) {
            day.open_minutes += open_minutes(&plan);
        }
    }
    month
}

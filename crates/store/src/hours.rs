//! Weekly hours and their overrides.

mod left;

use std::collections::HashMap;

use chrono::{Days, NaiveDate, NaiveTime};
use petrel_domain::checked::{Checked, check_hours};
use petrel_domain::desk::{LeftVisits, Saved, SavedOverride, ScheduleOverride, WeeklyHours};
use petrel_domain::recurrence::Recurrence;
use petrel_domain::rights::Right;
use petrel_domain::zone::{date_of, day_bounds};
use petrel_domain::{AppointmentId, DAY, Millis, OverrideId, OverrideKind, Refusal, ScheduleId, ServiceKind, StaffId, WallTime};
use rusqlite::{Connection, OptionalExtension, Row, params};

use self::left::Inside;
pub(crate) use self::left::{coming, told};
use crate::appointments::{Place, Roster, Visit, is_outside, roster, to_come};
use crate::replica::json;
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

/// The most visits that are told of an override which takes their time.
const VISITS_TOLD: usize = 50;
/// How many days ahead they are looked for.
const DAYS_TOLD: u64 = 366;

impl Store {
    /// Everybody's weekly hours, by weekday and start.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn weekly_hours(&self, actor: &Actor) -> Result<Vec<WeeklyHours>> {
        actor.require(Right::SeeClinic)?;
        let mut hours: Vec<_> = self.read(all_hours)?.into_values().flatten().collect();
        hours.sort_by_key(|hours| (hours.staff_id, hours.day_of_week, hours.start));
        Ok(hours)
    }

    /// Makes one person's weekly hours these, and says which visits they leave without a place. What stays the same keeps its row.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `overlaps` where two do, or what the check of the fields says, on `hours[n].…` of the n-th.
    pub fn save_weekly_hours(&self, actor: &Actor, staff_id: StaffId, hours: Vec<WeeklyHours>) -> Result<Saved<LeftVisits>> {
        actor.require(Right::ManageClinic)?;
        let hours = check_hours(hours.into_iter().map(|hours| WeeklyHours { staff_id, ..hours }).collect())?;
        self.write(actor, Action::SaveWeeklyHours, |tx| {
            let inside = Inside::of(tx, &[staff_id])?;
            save_hours(tx, staff_id, &hours)?;
            told(tx, inside.left(tx)?)
        })
    }

    /// The overrides that fall between two days, recurring ones that reach into them among them, by day.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn schedule_overrides(&self, actor: &Actor, from: NaiveDate, to: NaiveDate) -> Result<Vec<ScheduleOverride>> {
        actor.require(Right::SeeClinic)?;
        let mut found: Vec<_> = self.read(all_overrides)?.into_values().flatten().filter(|of| reaches(of, from, to)).collect();
        found.sort_by_key(|of| (of.on_date, of.start, of.staff_id));
        Ok(found)
    }

    /// Makes or changes an override, and says which visits stand in its time. A new one may be for everybody who works here: each of them gets one of
    /// their own, and who has it already no second one.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `invalid` on `staff_id` where one that is there is to be everybody's, or what the check of the fields says.
    pub fn save_override(&self, actor: &Actor, input: ScheduleOverride, is_for_all: bool) -> Result<Saved<SavedOverride>> {
        actor.require(Right::ManageClinic)?;
        let input = input.checked(())?;
        if is_for_all && input.id.is_some() {
            return Err(Refusal::invalid("staff_id").into());
        }
        self.write(actor, Action::SaveOverride, |tx| {
            let made = if is_for_all { of_everybody(tx, &input)? } else { vec![input.clone()] };
            // One that is there may have opened the time of visits, or be moved to another day or colleague.
            let whose = input.id.map(|id| whose(tx.db(), id)).transpose()?.flatten();
            let inside = Inside::of(tx, whose.as_slice())?;
            let ids = made.iter().map(|one| save_override(tx, one)).collect::<Result<Vec<_>>>()?;
            let mut found = visits_in_the_way(tx, &made)?;
            found.extend(inside.left(tx)?);
            let LeftVisits { visits, visit_count } = told(tx, found)?;
            Ok(SavedOverride { ids, visits, visit_count })
        })
    }

    /// Removes an override, and says which visits stood in the time that it opened.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn delete_override(&self, actor: &Actor, id: OverrideId) -> Result<Saved<LeftVisits>> {
        actor.require(Right::ManageClinic)?;
        self.write(actor, Action::DeleteOverride, |tx| {
            let inside = Inside::of(tx, whose(tx.db(), id)?.as_slice())?;
            crate::delete::soft_delete(tx, "schedule_overrides", id.bytes())?;
            told(tx, inside.left(tx)?)
        })
    }
}

/// One like it for each who works here, but for those who have it.
fn of_everybody(tx: &Tx<'_>, input: &ScheduleOverride) -> Result<Vec<ScheduleOverride>> {
    let mut statement = tx.db().prepare_cached("SELECT id FROM staff WHERE is_active AND deleted_at IS NULL ORDER BY id")?;
    let staff = statement.query_map([], |row| row.get(0).map(StaffId::from_bytes))?.collect::<Result<Vec<_>, _>>()?;
    let present = all_overrides(tx.db())?;
    let is_like = |one: &ScheduleOverride| {
        (one.kind, one.on_date, one.start, one.end, &one.recurrence)
            == (input.kind, input.on_date, input.start, input.end, &input.recurrence)
    };
    let lacks = |id: &StaffId| !present.get(id).is_some_and(|own| own.iter().any(is_like));
    // What changes hours is not for whoever is off on that day anyway: it would open the day to them. Days on end do so by themselves.
    // A rule by months or years falls on other weekdays in its turn.
    let weekday_stays = input.recurrence.as_deref().is_none_or(|rule| Recurrence::parse(rule).is_ok_and(|rule| rule.is_weekly()));
    let opens = input.kind != OverrideKind::Unavailable && weekday_stays;
    let hours = all_hours(tx.db())?;
    let works = |id: &StaffId| hours.get(id).is_some_and(|own| own.iter().any(|line| line.holds_on(input.on_date)));
    // A day on which nobody works is opened to all. A whole day for emergencies would be from midnight to midnight: that is for whom it is entered by name.
    let is_opened = staff.iter().all(|id| !works(id)) && input.start.is_some();
    let is_off = |id: &StaffId| opens && !is_opened && !works(id);
    Ok(staff.into_iter().filter(|id| lacks(id) && !is_off(id)).map(|staff_id| ScheduleOverride { staff_id, ..input.clone() }).collect())
}

/// Whose an override is; nobody's where it is gone.
fn whose(db: &Connection, id: OverrideId) -> Result<Option<StaffId>> {
    let sql = "SELECT staff_id FROM schedule_overrides WHERE id = ?1 AND deleted_at IS NULL";
    let found = db.prepare_cached(sql)?.query_row([id.bytes()], |row| row.get(0).map(StaffId::from_bytes));
    Ok(found.optional()?)
}

/// Visits to come that stand in the time of these overrides.
fn visits_in_the_way(tx: &Tx<'_>, made: &[ScheduleOverride]) -> Result<Vec<(Millis, AppointmentId)>> {
    let roster = roster(tx.db())?;
    let mut found: Vec<(Millis, AppointmentId)> = Vec::new();
    for of in made {
        found.extend(in_the_way(tx, &roster, of)?);
    }
    Ok(found)
}

/// Those of one override. What is to be done about a visit in the far future can wait: it is found when its time comes.
fn in_the_way(tx: &Tx<'_>, roster: &Roster, of: &ScheduleOverride) -> Result<Vec<(Millis, AppointmentId)>> {
    let today = date_of(tx.now(), roster.zone);
    let days = days_of(of, today, today + Days::new(DAYS_TOLD));
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
    let (from, until) = (day_bounds(*first, roster.zone).starts_at, day_bounds(*last, roster.zone).ends_at);
    let mut found = Vec::new();
    for visit in to_come(tx.db(), of.staff_id, from.max(tx.now()), until)? {
        if days.iter().any(|day| meets(of, *day, &visit, roster)) && loses_its_time(tx, roster, of, &visit)? {
            found.push((visit.starts_at, visit.id));
        }
    }
    Ok(found)
}

/// Whether a visit reaches into an override on one of its days. Other hours are about the whole day.
fn meets(of: &ScheduleOverride, day: NaiveDate, visit: &Visit, roster: &Roster) -> bool {
    let minute = |at: Millis| (at.in_zone(roster.zone).naive_local() - day.and_time(NaiveTime::MIN)).num_minutes();
    let is_part = of.kind != OverrideKind::CustomHours;
    let edge = |time: Option<WallTime>, whole: WallTime| i64::from(time.filter(|_| is_part).unwrap_or(whole).minutes());
    minute(visit.starts_at) < edge(of.end, WallTime::END_OF_DAY) && minute(visit.ends_at) > edge(of.start, WallTime::MIDNIGHT)
}

/// Whether a visit that reaches into an override has no place there. Where the colleague is away it has none, but for a stay of days or a night; where the hours are
/// others, the engine knows.
fn loses_its_time(tx: &Tx<'_>, roster: &Roster, of: &ScheduleOverride, visit: &Visit) -> Result<bool> {
    let service = visit.service(tx.db())?;
    let is_stay = visit.ends_at.0 - visit.starts_at.0 > DAY || service.as_ref().is_some_and(|of| of.details.kind == ServiceKind::Boarding);
    if !is_stay && of.kind != OverrideKind::CustomHours {
        return Ok(of.kind == OverrideKind::Unavailable || !visit.is_emergency);
    }
    Ok(Place::of(visit, service.as_ref(), &[visit.id]).is_some_and(|place| is_outside(roster, &place)))
}

fn days_of(of: &ScheduleOverride, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    match &of.recurrence {
        None => Some(of.on_date).filter(|day| (from..=to).contains(day)).into_iter().collect(),
        Some(rule) => Recurrence::parse(rule).and_then(|rule| rule.days_between(of.on_date, from, to)).unwrap_or_default(),
    }
}

fn reaches(of: &ScheduleOverride, from: NaiveDate, to: NaiveDate) -> bool {
    !days_of(of, from, to).is_empty()
}

const HOURS: &str = "SELECT * FROM staff_schedules WHERE is_active AND deleted_at IS NULL";
const HOURS_ORDER: &str = "ORDER BY day_of_week, start_time";
const OVERRIDES: &str = "SELECT * FROM schedule_overrides WHERE deleted_at IS NULL";
const OVERRIDES_ORDER: &str = "ORDER BY on_date, start_time";

/// A colleague's weekly hours.
pub(crate) fn hours_of(db: &Connection, id: StaffId) -> Result<Vec<WeeklyHours>> {
    let mut statement = db.prepare_cached(&format!("{HOURS} AND staff_id = ?1 {HOURS_ORDER}"))?;
    Ok(statement.query_map([id.bytes()], read_hours)?.collect::<Result<_, _>>()?)
}

/// A colleague's overrides, past ones too.
pub(crate) fn overrides_of(db: &Connection, id: StaffId) -> Result<Vec<ScheduleOverride>> {
    let mut statement = db.prepare_cached(&format!("{OVERRIDES} AND staff_id = ?1 {OVERRIDES_ORDER}"))?;
    Ok(statement.query_map([id.bytes()], read_override)?.collect::<Result<_, _>>()?)
}

/// Everybody's weekly hours.
pub(crate) fn all_hours(db: &Connection) -> Result<HashMap<StaffId, Vec<WeeklyHours>>> {
    let mut statement = db.prepare_cached(&format!("{HOURS} {HOURS_ORDER}"))?;
    by_staff(statement.query_map([], read_hours)?, |of| of.staff_id)
}

/// Everybody's overrides, past ones too: a clinic has hundreds, not thousands.
pub(crate) fn all_overrides(db: &Connection) -> Result<HashMap<StaffId, Vec<ScheduleOverride>>> {
    let mut statement = db.prepare_cached(&format!("{OVERRIDES} {OVERRIDES_ORDER}"))?;
    by_staff(statement.query_map([], read_override)?, |of| of.staff_id)
}

fn by_staff<T>(all: impl Iterator<Item = rusqlite::Result<T>>, whose: impl Fn(&T) -> StaffId) -> Result<HashMap<StaffId, Vec<T>>> {
    let mut found: HashMap<StaffId, Vec<T>> = HashMap::new();
    for one in all {
        let one = one?;
        found.entry(whose(&one)).or_default().push(one);
    }
    Ok(found)
}

/// An end of 24:00 is stored as 00:00, for a database that knows times of a day has no 24:00.
fn end_of(time: WallTime) -> WallTime {
    if time == WallTime::MIDNIGHT { WallTime::END_OF_DAY } else { time }
}

fn stored_end(time: WallTime) -> String {
    if time == WallTime::END_OF_DAY { WallTime::MIDNIGHT.to_string() } else { time.to_string() }
}

fn read_hours(row: &Row<'_>) -> rusqlite::Result<WeeklyHours> {
    Ok(WeeklyHours {
        id: Some(row.id("id", ScheduleId::from_bytes)?),
        staff_id: row.id("staff_id", StaffId::from_bytes)?,
        day_of_week: row.named("day_of_week")?,
        start: row.parsed("start_time")?,
        end: end_of(row.parsed("end_time")?),
        effective_from: row.parsed("effective_from")?,
        effective_until: row.parsed_opt("effective_until")?,
        slot_minutes: row.named("slot_minutes")?,
        buffer_minutes: row.named("buffer_minutes")?,
        max_per_slot: row.named("max_per_slot")?,
        breaks: row.json("breaks")?,
    })
}

fn read_override(row: &Row<'_>) -> rusqlite::Result<ScheduleOverride> {
    Ok(ScheduleOverride {
        id: Some(row.id("id", OverrideId::from_bytes)?),
        staff_id: row.id("staff_id", StaffId::from_bytes)?,
        kind: row.choice("kind", OverrideKind::parse)?,
        on_date: row.parsed("on_date")?,
        start: row.parsed_opt("start_time")?,
        end: row.parsed_opt("end_time")?.map(end_of),
        reason: row.named("reason")?,
        recurrence: row.named("recurrence")?,
    })
}

fn refuse_unknown(tx: &Tx<'_>, staff_id: StaffId) -> Result<()> {
    let sql = "SELECT 1 FROM staff WHERE id = ?1 AND deleted_at IS NULL";
    if tx.db().prepare_cached(sql)?.exists([staff_id.bytes()])? { Ok(()) } else { Err(Refusal::not_found("staff_id").into()) }
}

pub(crate) fn save_hours(tx: &mut Tx<'_>, staff_id: StaffId, hours: &[WeeklyHours]) -> Result<()> {
    refuse_unknown(tx, staff_id)?;
    let present = all_hours(tx.db())?.remove(&staff_id).unwrap_or_default();
    for gone in present.iter().filter(|one| !hours.iter().any(|other| other.id == one.id)) {
        if let Some(id) = gone.id {
            crate::delete::soft_delete(tx, "staff_schedules", id.bytes())?;
        }
    }
    for one in hours.iter().filter(|one| !present.contains(one)) {
        let is_known = one.id.is_some() && present.iter().any(|other| other.id == one.id);
        let update = "UPDATE staff_schedules SET staff_id = ?2, day_of_week = ?3, start_time = ?4, end_time = ?5, effective_from = ?6,
            effective_until = ?7, slot_minutes = ?8, buffer_minutes = ?9, max_per_slot = ?10, breaks = ?11, updated_at = ?12 WHERE id = ?1";
        let insert = "INSERT INTO staff_schedules (id, staff_id, day_of_week, start_time, end_time, effective_from, effective_until,
            slot_minutes, buffer_minutes, max_per_slot, breaks, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)";
        let id = one.id.filter(|_| is_known).unwrap_or_else(|| ScheduleId(tx.new_id()));
        tx.db().prepare_cached(if is_known { update } else { insert })?.execute(params![
            id.bytes(),
            staff_id.bytes(),
            one.day_of_week,
            one.start.to_string(),
            stored_end(one.end),
            one.effective_from.to_string(),
            one.effective_until.map(|date| date.to_string()),
            one.slot_minutes,
            one.buffer_minutes,
            one.max_per_slot,
            json(&one.breaks)?,
            tx.now().0,
        ])?;
    }
    Ok(())
}

fn save_override(tx: &mut Tx<'_>, input: &ScheduleOverride) -> Result<OverrideId> {
    refuse_unknown(tx, input.staff_id)?;
    let update = "UPDATE schedule_overrides SET staff_id = ?2, kind = ?3, on_date = ?4, start_time = ?5, end_time = ?6, reason = ?7,
        recurrence = ?8, created_by = coalesce(created_by, ?9), updated_at = ?10 WHERE id = ?1 AND deleted_at IS NULL";
    let insert = "INSERT INTO schedule_overrides (id, staff_id, kind, on_date, start_time, end_time, reason, recurrence, created_by, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)";
    let id = input.id.unwrap_or_else(|| OverrideId(tx.new_id()));
    let count = tx.db().prepare_cached(if input.id.is_some() { update } else { insert })?.execute(params![
        id.bytes(),
        input.staff_id.bytes(),
        input.kind.as_str(),
        input.on_date.to_string(),
        input.start.map(|time| time.to_string()),
        input.end.map(stored_end),
        input.reason,
        input.recurrence,
        tx.actor().staff_id().map(StaffId::bytes),
        tx.now().0,
    ])?;
    if count == 0 { Err(Refusal::not_found("override").into()) } else { Ok(id) }
}

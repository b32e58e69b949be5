//! Visits: a day after the other, a colleague after the other, in the rhythm of a clinic.

use chrono::{Datelike, Days, NaiveDate};
use petrel_domain::desk::{Progress, Service};
use petrel_domain::{AppointmentStatus, Cents, DAY, MINUTE, Millis, Refusal, RefusalCode, ServiceKind, WallTime, zone};
use rusqlite::{Connection, params};

use super::people::{Herd, Pet};
use super::setup::{BREAK, Crew, DAYS_AHEAD, Member, wanted_visits};
use super::{DemoPlan, Maker};
use crate::Result;

/// The last shifts, over which what is still owed is spread evenly.
const EVEN: usize = 40;

/// Said of who comes without having booked.
const WALK_IN: &str = "walk_in";
/// How often somebody is looked for who can come: in a clinic of many years, most that ever came are dead.
const TRIES: usize = 60;

/// One visit of the day under way.
struct Visit<'a> {
    member: &'a Member,
    pet: Pet,
    service: &'a Service,
    starts_at: Millis,
    ends_at: Millis,
}

/// A colleague's day: what they do, and how much of all visits falls on it.
struct Shift<'a> {
    member: &'a Member,
    date: NaiveDate,
    able: Vec<&'a Service>,
    share: f64,
}

pub(super) fn fill(
    db: &Connection,
    plan: &DemoPlan,
    maker: &mut Maker,
    crew: &Crew,
    herd: &Herd,
    goes_on: &dyn Fn(Progress) -> bool,
) -> Result<u32> {
    let wanted = wanted_visits(plan);
    let shifts = shifts(plan, maker, crew);
    let all: f64 = shifts.iter().map(|shift| shift.share).sum();
    let (mut passed, mut made) = (0.0, 0);
    for (n, shift) in shifts.iter().enumerate() {
        passed += shift.share;
        // What one day could not hold, or a quiet one left, is owed by those after it: so the sum is what was asked for.
        let due = f64::from(wanted) * passed / all - f64::from(made);
        let left = shifts.len() - n;
        let rhythm = if left > EVEN { 0.5 + maker.rng.f64() } else { 1.0 };
        let quota = if left == 1 { due.round() } else { (due * rhythm + maker.rng.f64()).floor() };
        made += day(db, maker, herd, shift, quota.max(0.0) as u32)?;
        if shift.date.day() == 1 && !goes_on(Progress { done: made, total: wanted }) {
            return Err(Refusal::new(RefusalCode::Cancelled).into());
        }
    }
    Ok(made)
}

/// Every day of every colleague from the first to the last.
fn shifts<'a>(plan: &DemoPlan, maker: &Maker, crew: &'a Crew) -> Vec<Shift<'a>> {
    let today = zone::date_of(maker.now, maker.zone);
    let first = today - chrono::Months::new(12 * plan.years.clamp(1, 30));
    let is_able =
        |of: &&Service, member: &Member| of.details.kind != ServiceKind::Boarding && of.details.staff_roles.contains(&member.role);
    let able = |member: &Member| crew.services.iter().filter(|of| is_able(of, member)).collect::<Vec<_>>();
    let crew: Vec<(&Member, Vec<&Service>)> = crew.members.iter().map(|member| (member, able(member))).collect();
    let dates = first.iter_days().take_while(|date| *date <= today + Days::new(DAYS_AHEAD));
    let at_work = |date: NaiveDate| crew.iter().filter(move |(member, able)| works(member, date) && !able.is_empty());
    let shift = |date, (member, able): &(&'a Member, Vec<&'a Service>)| {
        let share = minutes(member, date) / usual(able) * fullness(date, today);
        Shift { member, date, able: able.clone(), share }
    };
    dates.flat_map(|date| at_work(date).map(move |of| shift(date, of)).collect::<Vec<_>>()).collect()
}

fn works(member: &Member, date: NaiveDate) -> bool {
    let day = zone::day_of_week(date);
    day != 0 && day != member.day_off && blocks(member, date).iter().all(|block| *block != (0, 24 * 60))
}

/// When a colleague takes nobody on a day: in the break, and when they are away.
fn blocks(member: &Member, date: NaiveDate) -> [(u16, u16); 2] {
    [BREAK, member.away.get(&date).copied().unwrap_or((0, 0))]
}

/// How much of a stretch of the day is not free, in minutes.
fn blocked(blocks: &[(u16, u16)], from: u16, to: u16) -> u16 {
    blocks.iter().map(|block| block.1.min(to).saturating_sub(block.0.max(from))).sum()
}

/// The end of a colleague's day: Saturdays end where the others have their break.
fn end(member: &Member, date: NaiveDate) -> u16 {
    if zone::day_of_week(date) == 6 { BREAK.0 } else { member.end }
}

/// How long a colleague works on a day, in minutes.
fn minutes(member: &Member, date: NaiveDate) -> f64 {
    let end = end(member, date);
    f64::from(end - member.start - blocked(&blocks(member, date), member.start, end))
}

fn length(service: &Service) -> u16 {
    service.details.duration_minutes + service.details.buffer_minutes
}

/// How long one of these services takes in the middle, in minutes.
fn usual(able: &[&Service]) -> f64 {
    able.iter().map(|service| f64::from(length(service))).sum::<f64>() / able.len().max(1) as f64
}

/// Mondays are fuller than other days; next week is nearly full, in two months there is hardly anything.
fn fullness(date: NaiveDate, today: NaiveDate) -> f64 {
    let ahead = u64::try_from((date - today).num_days()).unwrap_or(0);
    let monday = if zone::day_of_week(date) == 1 { 1.1 } else { 1.0 };
    monday * (DAYS_AHEAD + 4).saturating_sub(ahead) as f64 / (DAYS_AHEAD + 4) as f64
}

/// A colleague's day, from the first hour to the last, with as many visits as it is to have, or as it holds.
fn day(db: &Connection, maker: &mut Maker, herd: &Herd, shift: &Shift<'_>, quota: u32) -> Result<u32> {
    let (end, blocks) = (end(shift.member, shift.date), blocks(shift.member, shift.date));
    let mut minute = shift.member.start;
    let mut made = 0;
    while minute + 15 <= end && made < quota {
        let free = f64::from(end - minute - blocked(&blocks, minute, end));
        let (to_come, usual) = (f64::from(quota - made), usual(&shift.able));
        let idle_quarters = (free - to_come * usual).max(0.0) / 15.0;
        let service = service(maker, &shift.able, to_come * usual > free);
        let until = minute + service.details.duration_minutes;
        if let Some(block) = blocks.iter().find(|block| minute < block.1 && until > block.0) {
            minute = block.1.next_multiple_of(15);
        } else if until > end || maker.rng.f64() > to_come / (to_come + idle_quarters) {
            minute += 15;
        } else if let Some(visit) = visit(maker, herd, shift.member, service, shift.date, minute) {
            let keeps_time = insert(db, maker, &visit)?;
            made += 1;
            if keeps_time {
                minute = (until + service.details.buffer_minutes).next_multiple_of(15);
            }
        } else {
            minute += 15;
        }
    }
    Ok(made)
}

/// What somebody comes for. On a day that is too full for it, long work is put off.
fn service<'a>(maker: &mut Maker, able: &[&'a Service], is_short_of_time: bool) -> &'a Service {
    let (first, second) = (*maker.pick(able), *maker.pick(able));
    if is_short_of_time && length(second) < length(first) { second } else { first }
}

fn visit<'a>(maker: &mut Maker, herd: &Herd, member: &'a Member, service: &'a Service, date: NaiveDate, minute: u16) -> Option<Visit<'a>> {
    let starts_at = zone::instant(date, WallTime::from_minutes(minute)?, maker.zone)?;
    let known = herd.known(starts_at);
    for _ in 0..TRIES {
        // Some come often, most seldom: of two draws, the one with the lesser random part of its id.
        let (first, second) = (maker.rng.usize(0..known.len().max(1)), maker.rng.usize(0..known.len().max(1)));
        let (first, second) = (*known.get(first)?, *known.get(second)?);
        let pet = if first.id[8..] < second.id[8..] { first } else { second };
        let ends_at = starts_at.plus_minutes(i64::from(service.details.duration_minutes));
        if pet.died.is_none_or(|died| ends_at <= died) {
            return Some(Visit { member, pet, service, starts_at, ends_at });
        }
    }
    None
}

/// Where a visit stands, given when it is.
fn status(maker: &mut Maker, visit: &Visit<'_>) -> AppointmentStatus {
    let at = maker.rng.u32(0..1000);
    let (now, is_today) = (maker.now, zone::date_of(visit.starts_at, maker.zone) == zone::date_of(maker.now, maker.zone));
    match () {
        () if at < 55 => AppointmentStatus::Cancelled,
        () if visit.ends_at < now => match at {
            55..100 => AppointmentStatus::NoShow,
            // Somebody forgot to say that it is over.
            100..103 if visit.ends_at.0 > now.0 - 3 * DAY => AppointmentStatus::Confirmed,
            _ => AppointmentStatus::Completed,
        },
        () if visit.starts_at <= now => AppointmentStatus::InProgress,
        () if is_today && visit.starts_at.0 < now.0 + 30 * MINUTE => AppointmentStatus::CheckedIn,
        () if at < 75 => AppointmentStatus::Pending,
        () => AppointmentStatus::Confirmed,
    }
}

/// When somebody came for a pet whose visit is over: some minutes later. Of today's, some wait still.
fn picked_up(maker: &mut Maker, visit: &Visit<'_>, ended: i64) -> Option<i64> {
    let at = ended + maker.rng.i64(3..45) * MINUTE;
    let is_today = zone::date_of(visit.starts_at, maker.zone) == zone::date_of(maker.now, maker.zone);
    let waits = maker.chance(15) && is_today;
    (at <= maker.now.0 && !waits).then_some(at)
}

/// Writes a visit. Answers whether it keeps its time.
fn insert(db: &Connection, maker: &mut Maker, visit: &Visit<'_>) -> Result<bool> {
    let status = status(maker, visit);
    let began = matches!(status, AppointmentStatus::InProgress | AppointmentStatus::Completed);
    let method = match *maker.pick(&["phone", "phone", "phone", "admin", "online", "sms", WALK_IN]) {
        // Who walks in is there.
        WALK_IN if !began => "phone",
        method => method,
    };
    let lead = maker.rng.i64(1..30) * DAY + maker.rng.i64(0..8 * 60) * MINUTE;
    let booked = if method == WALK_IN { visit.starts_at.plus_minutes(-maker.rng.i64(0..15)).0 } else { visit.starts_at.0 - lead };
    let created = Millis(booked.min(if method == WALK_IN { maker.now.0 } else { maker.now.0 - 60 * MINUTE }));
    let started = began.then(|| visit.starts_at.plus_minutes(maker.rng.i64(-4..9)).0.min(maker.now.0));
    let ended = (status == AppointmentStatus::Completed).then(|| visit.ends_at.plus_minutes(maker.rng.i64(-6..8)).0.min(maker.now.0));
    let picked_up = ended.and_then(|ended| picked_up(maker, visit, ended));
    // Who comes waits some minutes.
    let waits = (created.0 / MINUTE) % 12 * MINUTE;
    let came = match status {
        AppointmentStatus::CheckedIn => Some(maker.now.0 - MINUTE - waits),
        _ => started.map(|started| (started - waits).max(created.0)),
    };
    let cancelled =
        (status == AppointmentStatus::Cancelled).then(|| created.0 + (visit.starts_at.0.min(maker.now.0) - created.0).max(0) / 2);
    let words = maker.words.language.clone();
    let why = cancelled.map(|_| maker.pick(&words.cancelled).clone());
    let reason = (visit.service.details.kind == ServiceKind::Medical && maker.chance(70)).then(|| maker.pick(&words.reasons).clone());
    let price = visit
        .service
        .details
        .base_price_cents
        .map_or_else(|| i64::from(visit.service.details.duration_minutes) * 140 + 1_500, |Cents(of)| of);
    let bill = (status == AppointmentStatus::Completed).then(|| price + maker.rng.i64(0..12) * 250);
    let payment = match bill {
        Some(_) if maker.chance(97) => "paid",
        _ => "none",
    };
    let is_emergency = maker.chance(2);
    let updated = cancelled.or(picked_up).or(ended).or(started).or(came).unwrap_or(created.0).clamp(created.0, maker.now.0);
    let id = maker.id(created);
    db.prepare_cached(include_str!("visit.sql"))?.execute(params![
        id,
        visit.pet.client_id,
        visit.pet.id,
        visit.service.id.bytes(),
        visit.member.id.bytes(),
        visit.starts_at.0,
        visit.ends_at.0,
        started,
        ended,
        status.as_str(),
        method,
        format!("{:06X}", maker.rng.u32(0..0x100_0000)),
        reason,
        price,
        bill,
        payment,
        cancelled,
        why,
        is_emergency,
        created.0,
        updated,
        picked_up,
        came,
    ])?;
    Ok(petrel_domain::appointment::takes_time(status))
}

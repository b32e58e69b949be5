//! Visits: a day after the other, a colleague after the other, in the rhythm of a clinic.

use chrono::{Datelike, Days, NaiveDate};
use petrel_domain::desk::{Progress, Service};
use petrel_domain::{AppointmentStatus, Cents, DAY, MINUTE, Millis, ServiceKind, WallTime, zone};
use rusqlite::{Connection, params};

use super::people::{Herd, Pet};
use super::setup::{BREAK, Crew, DAYS_A_YEAR, Member, wanted_visits};
use super::{DemoPlan, Maker};
use crate::Result;

/// How far ahead there are bookings.
const DAYS_AHEAD: u64 = 56;

/// One visit of the day under way.
struct Visit<'a> {
    member: &'a Member,
    pet: Pet,
    service: &'a Service,
    starts_at: Millis,
    ends_at: Millis,
}

pub(super) fn fill(
    db: &Connection,
    plan: &DemoPlan,
    maker: &mut Maker,
    crew: &Crew,
    herd: &Herd,
    progress: &dyn Fn(Progress),
) -> Result<u32> {
    let today = zone::date_of(maker.now, maker.zone);
    let first = today - chrono::Months::new(12 * plan.years.clamp(1, 30));
    let wanted = wanted_visits(plan);
    // How full a day of the crew is, in a hundred.
    let capacity = plan.years.max(1) * DAYS_A_YEAR * u32::try_from(crew.members.len()).unwrap_or(1) * 11;
    let fullness = (u64::from(wanted) * 100 / u64::from(capacity.max(1))).clamp(5, 97);
    let mut made = 0;
    for date in first.iter_days().take_while(|date| *date <= today + Days::new(DAYS_AHEAD)) {
        let ahead = u64::try_from((date - today).num_days()).unwrap_or(0);
        // Next week is nearly full, in two months there is hardly anything.
        let fullness = if ahead > 0 { fullness * (DAYS_AHEAD + 4 - ahead) / (DAYS_AHEAD + 4) } else { fullness };
        for member in &crew.members {
            if works(member, date) {
                made += day(db, maker, crew, herd, member, date, u32::try_from(fullness).unwrap_or(0))?;
            }
        }
        if date.day() == 1 {
            progress(Progress { done: made, total: wanted });
        }
    }
    Ok(made)
}

fn works(member: &Member, date: NaiveDate) -> bool {
    let day = zone::day_of_week(date);
    day != 0 && day != member.day_off
}

/// A colleague's day, from the first hour to the last.
fn day(db: &Connection, maker: &mut Maker, crew: &Crew, herd: &Herd, member: &Member, date: NaiveDate, fullness: u32) -> Result<u32> {
    let able: Vec<&Service> = crew
        .services
        .iter()
        .filter(|of| of.details.kind != ServiceKind::Boarding && of.details.staff_roles.contains(&member.role))
        .collect();
    if able.is_empty() {
        return Ok(0);
    }
    let end = if zone::day_of_week(date) == 6 { BREAK.0 } else { member.end };
    let mut minute = member.start;
    let mut made = 0;
    while minute + 15 <= end {
        let service = *maker.pick(&able);
        let length = service.details.duration_minutes;
        let until = minute + length;
        let meets_break = minute < BREAK.1 && until > BREAK.0;
        // Mondays and the hour after opening are fuller than a Thursday noon.
        let busy = fullness + if zone::day_of_week(date) == 1 { 6 } else { 0 };
        if meets_break {
            minute = BREAK.1;
        } else if until > end || !maker.chance(busy.min(97)) {
            minute += 15;
        } else if let Some(visit) = visit(maker, herd, member, service, date, minute) {
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

fn visit<'a>(maker: &mut Maker, herd: &Herd, member: &'a Member, service: &'a Service, date: NaiveDate, minute: u16) -> Option<Visit<'a>> {
    let starts_at = zone::instant(date, WallTime::from_minutes(minute)?, maker.zone)?;
    // Some come often, most seldom: two draws, the earlier in the list.
    let pick = |maker: &mut Maker| maker.rng.usize(0..herd.pets.len()).min(maker.rng.usize(0..herd.pets.len()));
    for _ in 0..6 {
        let pet = herd.pets[pick(maker)];
        if pet.since <= starts_at && (pet.is_alive || starts_at.0 < maker.now.0 - 300 * DAY) {
            let ends_at = starts_at.plus_minutes(i64::from(service.details.duration_minutes));
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

/// Writes a visit. Answers whether it keeps its time.
fn insert(db: &Connection, maker: &mut Maker, visit: &Visit<'_>) -> Result<bool> {
    let status = status(maker, visit);
    let lead = maker.rng.i64(1..30) * DAY + maker.rng.i64(0..8 * 60) * MINUTE;
    let created = Millis((visit.starts_at.0 - lead).min(maker.now.0 - 60 * MINUTE));
    let began = matches!(status, AppointmentStatus::InProgress | AppointmentStatus::Completed);
    let started = began.then(|| visit.starts_at.plus_minutes(maker.rng.i64(-4..9)).0.min(maker.now.0));
    let ended = (status == AppointmentStatus::Completed).then(|| visit.ends_at.plus_minutes(maker.rng.i64(-6..8)).0);
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
    let method = *maker.pick(&["phone", "phone", "phone", "admin", "online", "sms", "walk_in"]);
    let is_emergency = maker.chance(2);
    let updated = cancelled.or(ended).or(started).unwrap_or(created.0).clamp(created.0, maker.now.0);
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
    ])?;
    Ok(petrel_domain::appointment::takes_time(status))
}

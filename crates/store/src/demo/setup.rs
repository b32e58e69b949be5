//! The clinic, its crew, their hours.

use std::collections::HashMap;

use chrono::NaiveDate;
use petrel_domain::desk::{Break, ClinicKind, KeyStore, NewClinic, ScheduleOverride, Service, StaffDetails, WeeklyHours};
use petrel_domain::recurrence::Recurrence;
use petrel_domain::{OverrideKind, Role, StaffId, WallTime, zone};

use super::{DemoPlan, Maker};
use crate::{Actor, Result, Store};

/// Who works in the clinic, and what it offers.
pub(super) struct Crew {
    pub(super) members: Vec<Member>,
    pub(super) services: Vec<Service>,
}

/// Somebody with a column.
pub(super) struct Member {
    pub(super) id: StaffId,
    pub(super) role: Role,
    /// Minutes of the wall clock, and the day off.
    pub(super) start: u16,
    pub(super) end: u16,
    pub(super) day_off: u8,
    /// When they are away, in minutes of the wall clock: by the overrides that were made for them.
    pub(super) away: HashMap<NaiveDate, (u16, u16)>,
}

const COLORS: &[&str] = &["#1f6f78", "#b0483f", "#3f8f5f", "#8a63b8", "#c07a2c", "#2f6fb0", "#8c7a3d", "#a34d7b", "#4c7fb3", "#5b7d3a"];
/// The break in the middle of the day.
pub(super) const BREAK: (u16, u16) = (13 * 60, 14 * 60);
/// How far ahead there are bookings.
pub(super) const DAYS_AHEAD: u64 = 56;
/// What one colleague does in a day, counted over all days that the clinic is open.
const VISITS_A_DAY: u32 = 10;
/// Days a year that are worked.
const DAYS_A_YEAR: u32 = 305;
/// From how many colleagues to how many: there are no more first names.
const COLLEAGUES: (u32, u32) = (4, 60);
/// Visits that a client makes in a year.
const VISITS_A_YEAR: u32 = 4;

/// How many visits the plan asks for.
pub(super) fn wanted_visits(plan: &DemoPlan) -> u32 {
    plan.visits.unwrap_or(plan.clients.saturating_mul(plan.years).saturating_mul(VISITS_A_YEAR))
}

pub(super) fn set_up(store: &Store, plan: &DemoPlan, maker: &mut Maker) -> Result<Crew> {
    let owner = store.create_clinic(clinic(plan, maker))?.value;
    let actor = Actor::staff(owner, Role::Owner);
    let a_day = wanted_visits(plan) / (plan.years.max(1) * DAYS_A_YEAR);
    let count = (a_day / VISITS_A_DAY).clamp(COLLEAGUES.0, COLLEAGUES.1);
    let mut members = vec![Member { id: owner, role: Role::Owner, start: 9 * 60, end: 17 * 60, day_off: 6, away: HashMap::new() }];
    let mut taken = std::collections::BTreeSet::new();
    for n in 1..count {
        let role = match n % 4 {
            0 => Role::Technician,
            1 | 3 => Role::Veterinarian,
            _ => Role::Groomer,
        };
        let id = store.create_staff(&actor, colleague(maker, role, usize::try_from(n).unwrap_or(0), &mut taken))?.value;
        let start = if n % 3 == 0 { 8 * 60 } else { 9 * 60 };
        let day_off = u8::try_from(n % 5 + 1).unwrap_or(1);
        members.push(Member { id, role, start, end: start + 9 * 60, day_off, away: HashMap::new() });
    }
    let mut front = colleague(maker, Role::FrontDesk, 8, &mut taken);
    front.is_bookable = false;
    store.create_staff(&actor, front)?;
    let from = zone::date_of(maker.now, maker.zone) - chrono::Months::new(12 * plan.years.clamp(1, 30));
    for member in &members {
        store.save_weekly_hours(&actor, member.id, hours(member, from))?;
    }
    close_some_days(store, &actor, maker, &mut members)?;
    Ok(Crew { services: store.services(&actor)?, members })
}

fn clinic(plan: &DemoPlan, maker: &Maker) -> NewClinic {
    NewClinic {
        name: maker.words.language.clinic.clone(),
        timezone: plan.timezone.clone(),
        locale: plan.locale.clone(),
        currency: if maker.words.is_spanish { "EUR".into() } else { "USD".into() },
        kind: ClinicKind::Both,
        owner_first_name: if maker.words.is_spanish { "Elena".into() } else { "Helen".into() },
        owner_last_name: if maker.words.is_spanish { "Ferrer".into() } else { "Marsh".into() },
        owner_email: None,
        owner_pin: None,
        key_store: KeyStore::File,
        passphrase: None,
    }
}

fn colleague(maker: &mut Maker, role: Role, n: usize, taken: &mut std::collections::BTreeSet<String>) -> StaffDetails {
    let (first, last) = (maker.words.language.first.clone(), maker.words.language.last.clone());
    // Two of the same first name are one too many on a board.
    let first_name = loop {
        let name = maker.pick(&first).clone();
        if taken.insert(name.clone()) {
            break name;
        }
    };
    let last_name = maker.pick(&last).clone();
    StaffDetails {
        first_name,
        last_name,
        email: None,
        role,
        color: COLORS[n % COLORS.len()].to_owned(),
        is_active: true,
        is_bookable: true,
    }
}

fn hours(member: &Member, effective_from: NaiveDate) -> Vec<WeeklyHours> {
    let at = |minutes: u16| WallTime::from_minutes(minutes).unwrap_or(WallTime::MIDNIGHT);
    // Monday to Saturday, with a day off.
    let days = (1..=6).filter(|day| *day != member.day_off);
    let hours = days.map(|day_of_week| WeeklyHours {
        id: None,
        staff_id: member.id,
        day_of_week,
        start: at(member.start),
        end: at(if day_of_week == 6 { BREAK.0 } else { member.end }),
        effective_from,
        effective_until: None,
        slot_minutes: 15,
        buffer_minutes: 0,
        max_per_slot: 1,
        breaks: if day_of_week == 6 { Vec::new() } else { vec![Break { start: at(BREAK.0), end: at(BREAK.1) }] },
    });
    hours.collect()
}

/// A holiday ahead, a meeting every second week, an evening kept for emergencies.
fn close_some_days(store: &Store, actor: &Actor, maker: &Maker, members: &mut [Member]) -> Result<()> {
    let today = zone::date_of(maker.now, maker.zone);
    let at = |minutes| WallTime::from_minutes(minutes);
    let save = |member: &mut Member, kind, on_date, start, end, reason: &str, rule: &str| {
        let made = ScheduleOverride {
            id: None,
            staff_id: member.id,
            kind,
            on_date,
            start,
            end,
            reason: Some(reason.to_owned()),
            recurrence: Some(rule.to_owned()),
        };
        if kind == OverrideKind::Unavailable {
            let until = today + chrono::Days::new(DAYS_AHEAD);
            let span = (start.map_or(0, WallTime::minutes), end.map_or(24 * 60, WallTime::minutes));
            member.away.extend(Recurrence::parse(rule)?.days_between(on_date, today, until)?.into_iter().map(|date| (date, span)));
        }
        store.save_override(actor, made, false).map(|_| ())
    };
    let (holiday, meeting, evening) =
        if maker.words.is_spanish { ("Vacaciones", "Reunión", "Guardia") } else { ("Holiday", "Team meeting", "On call") };
    let next_week = today + chrono::Days::new(9);
    let wednesday = today - chrono::Days::new(u64::from(chrono::Datelike::weekday(&today).num_days_from_monday())) + chrono::Days::new(16);
    for member in members.iter_mut().take(3) {
        let rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE";
        save(member, OverrideKind::Unavailable, wednesday, at(840), at(885), meeting, rule)?;
    }
    // After the meeting, of which who is on holiday is spared.
    if let Some(member) = members.get_mut(1) {
        save(member, OverrideKind::Unavailable, next_week, None, None, holiday, "FREQ=DAILY;COUNT=4")?;
    }
    if let Some(member) = members.get_mut(3) {
        // Nobody is there on Sundays: whoever opens the demo on one is led to the next day that is worked.
        let is_sunday = zone::day_of_week(today) == 0;
        let first = today + chrono::Days::new(u64::from(is_sunday));
        save(member, OverrideKind::EmergencyOnly, first, at(1080), at(1200), evening, "FREQ=WEEKLY")?;
    }
    Ok(())
}

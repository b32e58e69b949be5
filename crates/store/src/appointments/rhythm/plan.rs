//! What a rhythm makes of the visits to come.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use petrel_domain::appointment::{can_reschedule, takes_time};
use petrel_domain::availability::{Busy, Fit};
use petrel_domain::desk::{RhythmInput, RhythmMove, RhythmObstacle, RhythmPlan, Service};
use petrel_domain::recurrence::Recurrence;
use petrel_domain::{
    AppointmentId, AppointmentStatus, Millis, Refusal, RefusalCode, RhythmReason, SeriesScope, ServiceId, StaffId, WallTime, rhythm, zone,
};
use rusqlite::Connection;

use super::super::colleagues::{Roster, roster};
use super::super::place::{Place, end_of, fit_beside, is_boarding};
use super::super::row::{Visit, existing};
use super::super::series;
use super::super::status::refuse_dead_at;
use super::strand::{Member, first, strand};
use crate::Result;
use crate::services::offered;

/// What is to be done, with the visits it is done with.
pub(super) struct Plan {
    /// The visit it begins with.
    pub(super) first: Visit,
    /// The visit that new ones are like.
    pub(super) template: Visit,
    pub(super) kept: Vec<Visit>,
    pub(super) moved: Vec<(Visit, Landing)>,
    pub(super) added: Vec<Landing>,
    pub(super) cancelled: Vec<Visit>,
    standing: Vec<Visit>,
    in_the_way: Vec<RhythmObstacle>,
}

/// Where a visit is put.
#[derive(Clone)]
pub(super) struct Landing {
    pub(super) date: NaiveDate,
    pub(super) starts_at: Millis,
    pub(super) ends_at: Millis,
    /// Over another, knowingly.
    pub(super) is_overbooked: bool,
}

impl Plan {
    /// What a person is told of it.
    pub(super) fn told(&self) -> RhythmPlan {
        let times = |visits: &[Visit]| visits.iter().map(|visit| visit.starts_at).collect();
        let moves = self.moved.iter().map(|(visit, landing)| RhythmMove { from: visit.starts_at, to: landing.starts_at });
        RhythmPlan {
            first_at: self.first.starts_at,
            kept: times(&self.kept),
            moved: moves.collect(),
            added: self.added.iter().map(|landing| landing.starts_at).collect(),
            cancelled: times(&self.cancelled),
            standing: times(&self.standing),
            in_the_way: self.in_the_way.clone(),
        }
    }
}

pub(super) fn plan(db: &Connection, now: Millis, input: &RhythmInput) -> Result<Plan> {
    let roster = roster(db)?;
    let visit = existing(db, input.appointment_id)?;
    if !takes_time(visit.status) {
        let detail = format_args!("{}>repeated", visit.status.as_str()).to_string();
        return Err(Refusal::on(RefusalCode::BadTransition, "status").with_detail(detail).into());
    }
    let members = strand(db, &visit)?;
    let first = begins_with(&visit, &members, input.scope, now)?;
    let own = place_of(db, &roster, &first)?;
    let mut later: Vec<(Member, StandsAt)> = Vec::new();
    for member in members {
        if member.visit.id != first.id && member.visit.starts_at >= first.starts_at {
            let place = place_of(db, &roster, &member.visit)?;
            later.push((member, place));
        }
    }
    let is_open = |member: &Member| can_reschedule(member.visit.status) && member.visit.starts_at >= now && !member.is_by_hand;
    let usual = usual(own, later.iter().filter(|(member, _)| is_open(member)).map(|(_, place)| *place));
    let (untouched, others): (Vec<_>, Vec<_>) = later.into_iter().partition(|(member, place)| is_open(member) && *place == usual);
    let untouched: Vec<Visit> = untouched.into_iter().map(|(member, _)| member.visit).collect();
    let others: Vec<Visit> = others.into_iter().map(|(member, _)| member.visit).collect();
    let template = if own == usual { first.clone() } else { untouched.first().unwrap_or(&first).clone() };

    let date_of = |visit: &Visit| zone::date_of(visit.starts_at, roster.zone);
    let standing_on: Vec<NaiveDate> = untouched.iter().map(date_of).collect();
    let shifts = series::shifts(&Recurrence::parse(&input.recurrence)?, date_of(&first))?;
    let dates = shifts.iter().skip(1).filter_map(|days| date_of(&first).checked_add_signed(chrono::TimeDelta::try_days(*days)?));
    let mut wanted = Vec::new();
    let mut free = Vec::new();
    for date in dates {
        // Whoever came on that day, or was moved by hand on it or away from it, has it.
        let on_that_day = || others.iter().filter(|visit| date_of(visit) == date);
        if on_that_day().any(|visit| visit.status != AppointmentStatus::Cancelled) {
            continue;
        }
        if standing_on.contains(&date) {
            wanted.push((date, None));
        } else {
            free.push((date, on_that_day().next().is_some()));
        }
    }
    let stays = rhythm::fit(&standing_on, &wanted.iter().map(|(date, _)| *date).collect::<Vec<_>>()).kept;
    let goes = untouched.iter().enumerate().filter(|(place, _)| !stays.contains(place));
    let asked = Asked { db, roster: &roster, now, template: &template, leaving: goes.map(|(_, visit)| visit.id).collect() };
    let (landings, in_the_way) = asked.landings(&free, input.is_overbooking_allowed)?;
    wanted.extend(landings.into_iter().map(|landing| (landing.date, Some(landing))));
    wanted.sort_by_key(|(date, _)| *date);
    let fitted = rhythm::fit(&standing_on, &wanted.iter().map(|(date, _)| *date).collect::<Vec<_>>());
    let visits = |places: &[usize]| places.iter().filter_map(|place| untouched.get(*place).cloned()).collect::<Vec<_>>();
    let landing = |place: &usize| wanted.get(*place).and_then(|(_, landing)| landing.clone());
    let moved = fitted.moved.iter().filter_map(|(visit, place)| Some((untouched.get(*visit)?.clone(), landing(place)?)));
    Ok(Plan {
        kept: visits(&fitted.kept),
        moved: moved.collect(),
        added: fitted.added.iter().filter_map(landing).collect(),
        cancelled: visits(&fitted.cancelled),
        standing: others.iter().filter(|visit| takes_time(visit.status) && visit.starts_at >= now).cloned().collect(),
        in_the_way,
        template,
        first,
    })
}

/// The visit that a rhythm begins with.
///
/// # Errors
/// `invalid` on `scope`.
fn begins_with(visit: &Visit, members: &[Member], scope: SeriesScope, now: Millis) -> Result<Visit> {
    match scope {
        _ if visit.series_id.is_none() => Ok(visit.clone()),
        SeriesScope::Following => Ok(visit.clone()),
        SeriesScope::All => Ok(first(members, now).ok_or_else(|| Refusal::invalid("scope"))?.clone()),
        SeriesScope::This => Err(Refusal::invalid("scope").into()),
    }
}

/// Where in its day a visit stands, and what for: what of a series is alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct StandsAt {
    time: WallTime,
    minutes: i64,
    staff_id: Option<StaffId>,
    service_id: Option<ServiceId>,
    is_emergency: bool,
}

fn place_of(db: &Connection, roster: &Roster, visit: &Visit) -> Result<StandsAt> {
    let service = visit.service(db)?;
    Ok(StandsAt {
        time: zone::wall_time(visit.starts_at, roster.zone),
        minutes: zone::length_of(visit.starts_at, visit.ends_at, is_boarding(service.as_ref()), roster.zone),
        staff_id: visit.staff_id,
        service_id: visit.service_id,
        is_emergency: visit.is_emergency,
    })
}

/// Where most stand; of as many, where the first does.
fn usual(own: StandsAt, others: impl Iterator<Item = StandsAt>) -> StandsAt {
    let mut counts = BTreeMap::from([(own, 1)]);
    for place in others {
        *counts.entry(place).or_insert(0) += 1;
    }
    let most = counts.values().max().copied().unwrap_or_default();
    if counts.get(&own) == Some(&most) { own } else { counts.into_iter().find(|(_, count)| *count == most).map_or(own, |(place, _)| place) }
}

/// What the dates of a rhythm are held against.
struct Asked<'a> {
    db: &'a Connection,
    roster: &'a Roster,
    now: Millis,
    template: &'a Visit,
    /// Visits that go are in nobody's way.
    leaving: Vec<AppointmentId>,
}

impl Asked<'_> {
    /// Where visits are put, of dates (each with whether one was cancelled there by hand); and what is in the way. What is past is passed over.
    ///
    /// # Errors
    /// `pet_deceased`; `not_found` on `staff_id` or `service_id`.
    fn landings(&self, dates: &[(NaiveDate, bool)], is_allowed: bool) -> Result<(Vec<Landing>, Vec<RhythmObstacle>)> {
        let zone = self.roster.zone;
        let service = self.template.service(self.db)?;
        let minutes = zone::length_of(self.template.starts_at, self.template.ends_at, is_boarding(service.as_ref()), zone);
        let own_date = zone::date_of(self.template.starts_at, zone);
        let mut landings = Vec::new();
        let mut in_the_way = Vec::new();
        let mut busy = Vec::new();
        let mut is_checked = false;
        for (date, was_cancelled) in dates {
            let Some(starts_at) = zone::shifted(self.template.starts_at, (*date - own_date).num_days(), 0, zone) else {
                let starts_at = zone::day_start(*date, zone);
                in_the_way.push(RhythmObstacle { starts_at, reasons: vec![RhythmReason::NoSuchTime], is_left_out: true });
                continue;
            };
            if starts_at < self.now {
                continue;
            }
            if !std::mem::replace(&mut is_checked, true) {
                self.check_people(starts_at)?;
            }
            let mut landing =
                Landing { date: *date, starts_at, ends_at: end_of(starts_at, minutes, service.as_ref(), zone), is_overbooked: false };
            let reasons = self.reasons(&landing, service.as_ref(), *was_cancelled, &busy)?;
            if !reasons.is_empty() {
                in_the_way.push(RhythmObstacle { starts_at, reasons: reasons.clone(), is_left_out: !is_allowed });
                if !is_allowed {
                    continue;
                }
            }
            landing.is_overbooked = reasons.contains(&RhythmReason::SlotTaken);
            busy.extend(self.place(&landing, service.as_ref()).map(|place| place.busy(self.template.id)));
            landings.push(landing);
        }
        Ok((landings, in_the_way))
    }

    /// The pet lives, the colleague works here, and the service is there.
    fn check_people(&self, starts_at: Millis) -> Result<()> {
        let like = self.template;
        refuse_dead_at(self.db, self.now, &Visit { starts_at, ends_at: Millis(i64::MAX), ..like.clone() })?;
        like.staff_id.map_or(Ok(()), |staff| self.roster.require(staff))?;
        like.service_id.map_or(Ok(()), |id| offered(self.db, id).map(drop))
    }

    fn place<'a>(&'a self, landing: &Landing, service: Option<&'a Service>) -> Option<Place<'a>> {
        let visit = Visit { starts_at: landing.starts_at, ends_at: landing.ends_at, ..self.template.clone() };
        Place::of(&visit, service, &self.leaving)
    }

    /// All that is in the way of a visit there.
    fn reasons(&self, landing: &Landing, service: Option<&Service>, was_cancelled: bool, busy: &[Busy]) -> Result<Vec<RhythmReason>> {
        let mut reasons = Vec::new();
        if was_cancelled {
            reasons.push(RhythmReason::Cancelled);
        }
        let Some(place) = self.place(landing, service) else { return Ok(reasons) };
        match fit_beside(self.db, self.roster, &place, busy)? {
            Fit::Free => {}
            Fit::Taken { .. } => reasons.push(RhythmReason::SlotTaken),
            Fit::OutsideHours => reasons.push(RhythmReason::OutsideHours),
            Fit::EmergencyOnly => reasons.push(RhythmReason::EmergencyOnly),
        }
        if service.is_some() && self.roster.require_able(place.staff_id, service).is_err() {
            reasons.push(RhythmReason::NotTheirService);
        }
        Ok(reasons)
    }
}

//! Whether a visit may stand where it is to stand, and what is free next to it.

use chrono_tz::Tz;
use petrel_domain::appointment::takes_time;
use petrel_domain::availability::{Busy, Fit, Window, Wish, days, free_slots, judge, nearest, plans};
use petrel_domain::checked::LONGEST_VISIT;
use petrel_domain::desk::{FreeSlot, Service};
use petrel_domain::{AppointmentId, DAY, MINUTE, Millis, Refusal, RefusalCode, ServiceKind, StaffId, zone};
use rusqlite::{Connection, params};

use super::colleagues::{Roster, busy_between, busy_of, roster};
use super::row::{Visit, visit};
use crate::{Result, Tx};

/// How many free times are offered instead.
const ALTERNATIVES: usize = 5;
/// How many days before and after are looked at for them.
const AROUND_DAYS: u16 = 7;
/// The longest visit, in milliseconds.
pub(super) const LONGEST: i64 = (LONGEST_VISIT as i64 + 60) * MINUTE;

/// A visit to be placed.
pub(crate) struct Place<'a> {
    pub(crate) staff_id: StaffId,
    pub(crate) starts_at: Millis,
    pub(crate) ends_at: Millis,
    pub(crate) service: Option<&'a Service>,
    pub(crate) is_emergency: bool,
    /// What the person was told and wants all the same.
    pub(crate) overruled: &'a [RefusalCode],
    /// The person has seen that it lies outside of the hours, and wants it all the same.
    pub(crate) may_be_outside: bool,
    /// Whether free times next to it are looked for where it does not do.
    pub(crate) is_helped: bool,
    /// Visits that are moved together with this one do not stand in its way.
    pub(crate) except: &'a [AppointmentId],
}

impl<'a> Place<'a> {
    /// Where a visit stands, with its service; none where nobody is with it.
    pub(crate) fn of(visit: &Visit, service: Option<&'a Service>, except: &'a [AppointmentId]) -> Option<Self> {
        Some(Self {
            staff_id: visit.staff_id?,
            starts_at: visit.starts_at,
            ends_at: visit.ends_at,
            service,
            is_emergency: visit.is_emergency,
            overruled: &[],
            may_be_outside: false,
            is_helped: true,
            except,
        })
    }

    /// What it takes of its colleague's time once a visit stands there.
    pub(super) fn busy(&self, visit: AppointmentId) -> Busy {
        let Wish { buffer_minutes, service_id, is_boarding, .. } = self.wish();
        Busy { appointment_id: visit, starts_at: self.starts_at, ends_at: self.ends_at, buffer_minutes, service_id, is_boarding }
    }

    /// What is wished for, in the engine's words.
    pub(crate) fn wish(&self) -> Wish {
        wish(self.service, minutes(self.starts_at, self.ends_at), self.is_emergency)
    }
}

/// What is wished for, in the engine's words.
pub(crate) fn wish(service: Option<&Service>, duration_minutes: u16, is_emergency: bool) -> Wish {
    let details = service.map(|service| &service.details);
    Wish {
        duration_minutes,
        buffer_minutes: details.map_or(0, |of| of.buffer_minutes),
        service_id: service.map(|service| service.id),
        max_per_slot: details.map_or(1, |of| of.max_per_slot),
        is_boarding: is_boarding(service),
        is_emergency,
    }
}

pub(crate) fn minutes(from: Millis, to: Millis) -> u16 {
    u16::try_from((to.0 - from.0) / MINUTE).unwrap_or(u16::MAX)
}

pub(crate) fn is_boarding(service: Option<&Service>) -> bool {
    service.is_some_and(|of| of.details.kind == ServiceKind::Boarding)
}

/// When a visit for a service ends that begins at an instant: a stay by the clock on the wall.
pub(crate) fn end_of(starts_at: Millis, minutes: i64, service: Option<&Service>, zone: Tz) -> Millis {
    zone::end_of(starts_at, minutes, is_boarding(service), zone)
}

/// Whether it is the place that does not do.
pub(crate) fn is_of_place(code: RefusalCode) -> bool {
    matches!(code, RefusalCode::SlotTaken | RefusalCode::OutsideHours | RefusalCode::EmergencyOnly)
}

/// Judges a place. Answers whether the visit is booked over another, knowingly.
///
/// # Errors
/// `slot_taken` with the free times next to it; `outside_hours` or `emergency_only`, likewise.
pub(crate) fn place(tx: &Tx<'_>, roster: &Roster, place: &Place<'_>) -> Result<bool> {
    let is_taken = match fit(roster, place, &around(tx.db(), place)?) {
        Fit::Free => return Ok(false),
        Fit::Taken { .. } => true,
        Fit::OutsideHours | Fit::EmergencyOnly => false,
    };
    // That it is taken is told before that it is outside of the hours; whoever overrules the one has not been told the other.
    let outside = outside(roster, place).filter(|_| !place.may_be_outside);
    let told = is_taken.then_some(RefusalCode::SlotTaken).into_iter().chain(outside);
    match told.into_iter().find(|code| !place.overruled.contains(code)) {
        Some(code) => Err(refusal(tx, place, code)?.into()),
        None => Ok(is_taken),
    }
}

/// What takes the colleague's time on the day before, that day and the day after.
fn around(db: &Connection, place: &Place<'_>) -> Result<Vec<Busy>> {
    busy_of(db, place.staff_id, Millis(place.starts_at.0 - DAY), Millis(place.ends_at.0 + DAY), place.except)
}

fn fit(roster: &Roster, place: &Place<'_>, busy: &[Busy]) -> Fit {
    judge(&roster.colleague(place.staff_id), busy, &place.wish(), place.starts_at, place.ends_at, roster.zone)
}

/// Whether a place is outside of the hours, whoever else stands there.
pub(crate) fn is_outside(roster: &Roster, place: &Place<'_>) -> bool {
    outside(roster, place).is_some()
}

/// How a place is outside of the hours, whoever else stands there: `outside_hours` or `emergency_only`.
pub(super) fn outside(roster: &Roster, place: &Place<'_>) -> Option<RefusalCode> {
    match fit(roster, place, &[]) {
        Fit::OutsideHours => Some(RefusalCode::OutsideHours),
        Fit::EmergencyOnly => Some(RefusalCode::EmergencyOnly),
        Fit::Free | Fit::Taken { .. } => None,
    }
}

/// Whether a visit stands in time that is kept for emergencies alone.
pub(super) fn is_kept_for_emergencies(roster: &Roster, visit: &Visit, service: Option<&Service>) -> bool {
    let place = Place::of(visit, service, &[]);
    place.is_some_and(|place| matches!(fit(roster, &Place { is_emergency: false, ..place }, &[]), Fit::EmergencyOnly))
}

/// Whether nothing is in the way of a visit at a place, and the hours are its colleague's. Another visit is to stand beside it.
pub(crate) fn is_free_beside(db: &Connection, roster: &Roster, place: &Place<'_>, other: Option<Busy>) -> Result<bool> {
    Ok(matches!(fit_beside(db, roster, place, other.as_slice())?, Fit::Free))
}

/// What is in the way of a visit at a place, where others are to stand beside it.
pub(super) fn fit_beside(db: &Connection, roster: &Roster, place: &Place<'_>, others: &[Busy]) -> Result<Fit> {
    let mut busy = around(db, place)?;
    busy.extend_from_slice(others);
    Ok(fit(roster, place, &busy))
}

/// Whether a colleague does not work at all on the day of an instant.
pub(super) fn is_off(roster: &Roster, staff: StaffId, at: Millis) -> bool {
    let day = days(zone::date_of(at, roster.zone), 1, roster.zone);
    plans(&roster.colleague(staff), &day).iter().all(|plan| plan.stretches.is_empty())
}

/// Whether a visit with this service stands where another one does. Those that stand over others knowingly are not counted, as the hub does not count
/// them: of two visits that stand over each other one has the mark.
pub(super) fn stands_over_another(tx: &Tx<'_>, roster: &Roster, visit: &Visit, service: Option<&Service>) -> Result<bool> {
    let Some(staff_id) = visit.staff_id else { return Ok(false) };
    let sql = "SELECT id FROM appointments WHERE staff_id = ?1 AND starts_at >= ?2 AND starts_at < ?3 AND is_overbooked = 1 AND deleted_at IS NULL";
    let mut statement = tx.db().prepare_cached(sql)?;
    let values = params![staff_id.bytes(), visit.starts_at.0 - LONGEST - DAY, visit.ends_at.0 + DAY];
    let mut except = statement.query_map(values, |row| row.get(0).map(AppointmentId::from_bytes))?.collect::<Result<Vec<_>, _>>()?;
    except.push(visit.id);
    let Some(place) = Place::of(visit, service, &except) else { return Ok(false) };
    Ok(matches!(fit(roster, &place, &around(tx.db(), &place)?), Fit::Taken { .. }))
}

fn refusal(tx: &Tx<'_>, place: &Place<'_>, code: RefusalCode) -> Result<Refusal> {
    // The hours of everybody, whoever was asked for.
    let alternatives = if place.is_helped { alternatives(tx.db(), &roster(tx.db())?, place, tx.now())? } else { Vec::new() };
    Ok(Refusal { alternatives, ..Refusal::on(code, "starts_at") })
}

/// The free times next to a place: with the same colleague, or with anyone who may do it. For a time to come, none that is past.
fn alternatives(db: &Connection, roster: &Roster, place: &Place<'_>, now: Millis) -> Result<Vec<FreeSlot>> {
    let wanted = FreeSlot { staff_id: place.staff_id, starts_at: place.starts_at, ends_at: place.ends_at };
    let first = zone::date_of(place.starts_at, roster.zone) - chrono::Days::new(u64::from(AROUND_DAYS) / 2);
    let days = days(first, AROUND_DAYS, roster.zone);
    let (from, to) = (Millis(place.starts_at.0 - DAY * i64::from(AROUND_DAYS)), Millis(place.ends_at.0 + DAY * i64::from(AROUND_DAYS)));
    let busy = busy_between(db, from, to, place.except)?;
    let nothing = Vec::new();
    let mut able: Vec<_> = roster.able(place.service).collect();
    // Somebody who was asked for is offered, whether or not the service names their role.
    if !able.iter().any(|colleague| colleague.staff_id == place.staff_id) {
        able.extend(roster.members.iter().map(|member| &member.colleague).find(|colleague| colleague.staff_id == place.staff_id));
    }
    let asked: Vec<_> =
        able.into_iter().map(|colleague| (colleague, busy.get(&colleague.staff_id).unwrap_or(&nothing).as_slice())).collect();
    let before = Millis(place.starts_at.0 - DAY * 3);
    let from = if place.starts_at < now { before } else { before.max(now) };
    let window = Window { from, until: Millis(i64::MAX) };
    // Another time is as long by the clock on the wall, where it is a stay.
    let length = zone::length_of(place.starts_at, place.ends_at, is_boarding(place.service), roster.zone);
    let wish = Wish { duration_minutes: u16::try_from(length).unwrap_or(u16::MAX), ..place.wish() };
    Ok(nearest(&free_slots(&asked, &days, &wish, &window), &wanted, ALTERNATIVES))
}

/// Refuses where one of the visits that an undo brought back or moved takes time that was given away since.
///
/// What stood beside it before may again: visits that were booked over others knowingly, that a longer buffer has let overlap, that are over.
///
/// # Errors
/// `slot_taken`.
pub(crate) fn refuse_new_clashes(tx: &Tx<'_>, undone: &UndoneVisits) -> Result<()> {
    if undone.placed.is_empty() {
        return Ok(());
    }
    let roster = roster(tx.db())?;
    for id in &undone.placed {
        let Some(visit) = visit(tx.db(), *id)? else { continue };
        if visit.is_overbooked || !takes_time(visit.status) || visit.ends_at <= tx.now() {
            continue;
        }
        let service = visit.service(tx.db())?;
        let Some(place) = Place::of(&visit, service.as_ref(), &undone.all) else { continue };
        let wanted = Place { is_emergency: true, ..place };
        let Fit::Taken { by } = fit(&roster, &wanted, &around(tx.db(), &wanted)?) else { continue };
        let mut is_given = tx.db().prepare_cached("SELECT 1 FROM appointments WHERE id = ?1 AND is_overbooked = 0 AND updated_at >= ?2")?;
        for other in by {
            if is_given.exists(params![other.bytes(), undone.since.0])? {
                return Err(refusal(tx, &wanted, RefusalCode::SlotTaken)?.into());
            }
        }
    }
    Ok(())
}

/// The visits of an action that is taken back.
pub(crate) struct UndoneVisits {
    /// All of them.
    pub(crate) all: Vec<AppointmentId>,
    /// Those that take time again, or another.
    pub(crate) placed: Vec<AppointmentId>,
    /// When the action began.
    pub(crate) since: Millis,
}

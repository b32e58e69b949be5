//! Whether a visit may stand where it is to stand, and what is free next to it.

use petrel_domain::appointment::takes_time;
use petrel_domain::availability::{Fit, Window, Wish, days, free_slots, judge, nearest};
use petrel_domain::desk::{FreeSlot, Service};
use petrel_domain::{AppointmentId, DAY, MINUTE, Millis, Refusal, RefusalCode, ServiceKind, StaffId, zone};
use rusqlite::Connection;

use super::colleagues::{Roster, busy_between, busy_of, roster};
use super::row::visit;
use crate::services::service;
use crate::{Result, Tx};

/// How many free times are offered instead.
const ALTERNATIVES: usize = 5;
/// How many days before and after are looked at for them.
const AROUND_DAYS: u16 = 7;

/// A visit to be placed.
pub(crate) struct Place<'a> {
    pub(crate) staff_id: StaffId,
    pub(crate) starts_at: Millis,
    pub(crate) ends_at: Millis,
    pub(crate) service: Option<&'a Service>,
    pub(crate) is_emergency: bool,
    /// The person has seen the warning and wants it all the same.
    pub(crate) is_overbooking_allowed: bool,
    /// Visits that are moved together with this one do not stand in its way.
    pub(crate) except: &'a [AppointmentId],
}

impl Place<'_> {
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
        is_boarding: details.is_some_and(|of| of.kind == ServiceKind::Boarding),
        is_emergency,
    }
}

pub(crate) fn minutes(from: Millis, to: Millis) -> u16 {
    u16::try_from((to.0 - from.0) / MINUTE).unwrap_or(u16::MAX)
}

/// Judges a place. Answers whether the visit is booked over another, knowingly.
///
/// # Errors
/// `slot_taken` with the free times next to it; `outside_hours` or `emergency_only`, likewise.
pub(crate) fn place(db: &Connection, roster: &Roster, place: &Place<'_>) -> Result<bool> {
    let colleague = roster.colleague(place.staff_id);
    let own = busy_of(db, place.staff_id, Millis(place.starts_at.0 - DAY), Millis(place.ends_at.0 + DAY), place.except)?;
    let code = match judge(&colleague, &own, &place.wish(), place.starts_at, place.ends_at, roster.zone) {
        Fit::Free => return Ok(false),
        Fit::Taken { .. } if place.is_overbooking_allowed => return Ok(true),
        Fit::OutsideHours | Fit::EmergencyOnly if place.is_overbooking_allowed => return Ok(false),
        Fit::Taken { .. } => RefusalCode::SlotTaken,
        Fit::OutsideHours => RefusalCode::OutsideHours,
        Fit::EmergencyOnly => RefusalCode::EmergencyOnly,
    };
    let alternatives = alternatives(db, roster, place)?;
    Err(Refusal { alternatives, ..Refusal::on(code, "starts_at") }.into())
}

/// The free times next to a place: with the same colleague, or with anyone who may do it.
fn alternatives(db: &Connection, roster: &Roster, place: &Place<'_>) -> Result<Vec<FreeSlot>> {
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
    let window = Window { from: Millis(place.starts_at.0 - DAY * 3), until: Millis(i64::MAX) };
    Ok(nearest(&free_slots(&asked, &days, &place.wish(), &window), &wanted, ALTERNATIVES))
}

/// Refuses where one of these visits, which an undo brought back or moved, takes time that was given away meanwhile.
///
/// # Errors
/// `slot_taken`.
pub(crate) fn refuse_new_clashes(tx: &Tx<'_>, visits: &[[u8; 16]]) -> Result<()> {
    if visits.is_empty() {
        return Ok(());
    }
    let roster = roster(tx.db())?;
    for id in visits {
        let id = AppointmentId::from_bytes(*id);
        let Some(visit) = visit(tx.db(), id)? else { continue };
        let Some(staff_id) = visit.staff_id else { continue };
        if visit.is_overbooked || !takes_time(visit.status) {
            continue;
        }
        let service = visit.service_id.map(|id| service(tx.db(), id)).transpose()?;
        let except = [id];
        let wanted = Place {
            staff_id,
            starts_at: visit.starts_at,
            ends_at: visit.ends_at,
            service: service.as_ref(),
            is_emergency: true,
            is_overbooking_allowed: false,
            except: &except,
        };
        match place(tx.db(), &roster, &wanted) {
            // It stood outside of hours before, and may again.
            Err(error) if error.refusal().code == RefusalCode::SlotTaken => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

//! Two visits change places: each gets the other's colleague and beginning, and keeps its own length.

use petrel_domain::appointment::can_reschedule;
use petrel_domain::desk::{AppointmentCard, Saved, Service};
use petrel_domain::rights::Right;
use petrel_domain::zone::{date_of, day_bounds};
use petrel_domain::{AppointmentId, Refusal, RefusalCode, StaffId};
use rusqlite::{Connection, params};

use super::card::cards;
use super::clash;
use super::colleagues::{Roster, roster};
use super::place::{Place, is_free_beside, place};
use super::row::{Visit, existing, on_day};
use super::status::refuse_dead;
use crate::{Action, Actor, Result, Store, Tx};

/// The most visits that are offered to change places with.
const CHOICES: usize = 50;

impl Store {
    /// The visits of the same day that a visit can change places with, by start: neither has begun, each colleague does what would come to them, and
    /// nothing else is in the way.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn swap_choices(&self, actor: &Actor, id: AppointmentId) -> Result<Vec<AppointmentCard>> {
        actor.require(Right::SeeClinic)?;
        let now = self.now();
        self.read(|db| {
            let (roster, visit) = (roster(db)?, existing(db, id)?);
            let own = visit.service(db)?;
            let day = day_bounds(date_of(visit.starts_at, roster.zone), roster.zone);
            let mut found = Vec::new();
            for other in on_day(db, day.starts_at.max(now), day.ends_at)? {
                let theirs = other.service(db)?;
                if found.len() < CHOICES && fits(db, &roster, (&visit, own.as_ref()), (&other, theirs.as_ref()))? {
                    found.extend(cards(db, "WHERE a.id = ?1", [other.id.bytes()])?);
                }
            }
            Ok(found)
        })
    }

    /// Lets two visits change places, both or neither.
    ///
    /// # Errors
    /// `forbidden`, `not_found`; `bad_transition` where one has begun or is over; `not_their_service` where a colleague does not do what would come to
    /// them, `invalid` on `staff_id` where one is nobody's; `slot_taken`, `outside_hours`, `emergency_only` where one has no place there.
    pub fn swap_appointments(&self, actor: &Actor, first: AppointmentId, second: AppointmentId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::SwapAppointments, |tx| swap(tx, first, second))
    }
}

/// A visit in the other's place.
fn instead_of(visit: &Visit, other: &Visit) -> Visit {
    let ends_at = petrel_domain::Millis(other.starts_at.0 + visit.ends_at.0 - visit.starts_at.0);
    Visit { staff_id: other.staff_id, starts_at: other.starts_at, ends_at, ..visit.clone() }
}

/// Refuses a visit of nobody, or of a colleague who does not do what it is for.
fn require_able(roster: &Roster, visit: &Visit, service: Option<&Service>) -> Result<()> {
    visit.staff_id.map_or_else(|| Err(Refusal::invalid("staff_id").into()), |staff| roster.require_able(staff, service))
}

/// Whether two visits can change places.
fn fits(
    db: &Connection,
    roster: &Roster,
    (one, own): (&Visit, Option<&Service>),
    (other, theirs): (&Visit, Option<&Service>),
) -> Result<bool> {
    let is_same_place = one.staff_id == other.staff_id && one.starts_at == other.starts_at;
    if one.id == other.id || is_same_place || !can_reschedule(one.status) || !can_reschedule(other.status) {
        return Ok(false);
    }
    let (here, there) = (instead_of(other, one), instead_of(one, other));
    if require_able(roster, &here, theirs).and_then(|()| require_able(roster, &there, own)).is_err() {
        return Ok(false);
    }
    let except = [one.id, other.id];
    let (Some(here), Some(there)) = (Place::of(&here, theirs, &except), Place::of(&there, own, &except)) else { return Ok(false) };
    let beside = (here.staff_id == there.staff_id).then(|| there.busy(one.id));
    Ok(is_free_beside(db, roster, &there, None)? && is_free_beside(db, roster, &here, beside)?)
}

fn swap(tx: &Tx<'_>, first: AppointmentId, second: AppointmentId) -> Result<()> {
    let roster = roster(tx.db())?;
    let (one, other) = (existing(tx.db(), first)?, existing(tx.db(), second)?);
    if one.id == other.id {
        return Err(Refusal::invalid("appointment_id").into());
    }
    for visit in [&one, &other] {
        if !can_reschedule(visit.status) {
            let detail = format_args!("{}>moved", visit.status.as_str()).to_string();
            return Err(Refusal::on(RefusalCode::BadTransition, "status").with_detail(detail).into());
        }
    }
    // Once the first stands in its new place, it may be in the way of the second.
    put(tx, &roster, &one, &other, &[one.id, other.id])?;
    put(tx, &roster, &other, &one, &[other.id])?;
    clash::leave(tx, &one)?;
    clash::leave(tx, &other)
}

/// Puts a visit where another one was.
fn put(tx: &Tx<'_>, roster: &Roster, visit: &Visit, other: &Visit, except: &[AppointmentId]) -> Result<()> {
    let (there, service) = (instead_of(visit, other), visit.service(tx.db())?);
    require_able(roster, &there, service.as_ref())?;
    refuse_dead(tx, &there)?;
    if let Some(wanted) = Place::of(&there, service.as_ref(), except) {
        place(tx, roster, &Place { is_helped: false, ..wanted })?;
    }
    let sql = "UPDATE appointments SET starts_at = ?2, ends_at = ?3, staff_id = ?4, is_overbooked = 0, updated_at = ?5 WHERE id = ?1";
    let values = params![there.id.bytes(), there.starts_at.0, there.ends_at.0, there.staff_id.map(StaffId::bytes), tx.now().0];
    tx.db().prepare_cached(sql)?.execute(values)?;
    Ok(())
}

//! Moving a visit: another time, another length, another colleague. A small correction keeps the visit; rescheduling keeps both, in a chain.

use petrel_domain::appointment::{can_move_time, can_reschedule};
use petrel_domain::checked::Checked;
use petrel_domain::desk::{MoveInput, Saved, Service};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, Millis, Refusal, RefusalCode, SeriesScope, StaffId, zone};
use rusqlite::params;

use super::colleagues::{Roster, roster};
use super::place::{Place, end_of, is_boarding, is_of_place, place};
use super::row::{Visit, existing, reference};
use super::status::refuse_dead;
use super::{answers, clash, series};
use crate::{Action, Actor, Result, Store, StoreError, Tx};

impl Store {
    /// Moves a visit, or several of its series by the same stretch of the wall clock; all of them or none.
    ///
    /// # Errors
    /// `forbidden`; `not_found`, also of a colleague who works here no more; `bad_transition` where the visit is over; `slot_taken`, `outside_hours`,
    /// `emergency_only` with the free times next to it; `not_their_service` where another colleague does not do what it is for. Of a series, where not only the visit that is named does not fit: the first date that does not
    /// in `until`, how many in `detail`.
    pub fn move_appointment(&self, actor: &Actor, input: MoveInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::MoveAppointment, |tx| move_visits(tx, &input))
    }

    /// Reschedules a visit: the old one stays, as `rescheduled`, and a new one takes its place. Several of a series are moved instead.
    ///
    /// # Errors
    /// As [`Store::move_appointment`]; `invalid` on a scope of several.
    pub fn reschedule_appointment(&self, actor: &Actor, input: MoveInput) -> Result<Saved<AppointmentId>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::RescheduleAppointment, |tx| reschedule(tx, &input))
    }
}

/// Who gets a visit works here. Who has it already, and left since, may keep it.
fn check_colleague(roster: &Roster, visit: &Visit, input: &MoveInput) -> Result<()> {
    input.staff_id.filter(|staff| visit.staff_id != Some(*staff)).map_or(Ok(()), |staff| roster.require(staff))
}

/// Where a visit goes.
pub(super) struct Target {
    pub(super) starts_at: Millis,
    pub(super) ends_at: Millis,
    pub(super) staff_id: Option<StaffId>,
    pub(super) is_overbooked: bool,
}

fn move_visits(tx: &mut Tx<'_>, input: &MoveInput) -> Result<()> {
    let roster = roster(tx.db())?;
    let visit = existing(tx.db(), input.appointment_id)?;
    check_colleague(&roster, &visit, input)?;
    let visits = series::in_scope(tx, &visit, input.scope)?;
    let ids: Vec<AppointmentId> = visits.iter().map(|visit| visit.id).collect();
    let mut in_the_way: Vec<(Millis, Refusal)> = Vec::new();
    // Those that do not fit stay where they are, and are in nobody's way for it: what is told is how many do not fit.
    let mut left = Vec::new();
    for (place, other) in visits.iter().enumerate() {
        if !can_move_time(other.status) {
            return Err(not_movable(other));
        }
        let service = other.service(tx.db())?;
        let (starts_at, ends_at) = target_time(&visit, other, service.as_ref(), input, &roster)?;
        // With whom the others are changes with the one that was moved, where they were with the same colleague.
        let staff_id = if other.staff_id == visit.staff_id { input.staff_id.or(other.staff_id) } else { other.staff_id };
        // Those that have not moved yet are not in the way.
        let is_helped = other.id == visit.id;
        let except = [&ids[place..], &left].concat();
        let target = match judged(tx, &roster, other, input, (starts_at, ends_at, staff_id), &except, is_helped) {
            Ok(target) => target,
            Err(StoreError::Refused(refusal)) if is_overrulable(&refusal) => {
                in_the_way.push((starts_at, refusal));
                left.push(other.id);
                continue;
            }
            Err(error) => return Err(error),
        };
        let sql = "UPDATE appointments SET starts_at = ?2, ends_at = ?3, staff_id = ?4, is_overbooked = ?5, updated_at = ?6 WHERE id = ?1";
        let staff = target.staff_id.map(StaffId::bytes);
        let values = params![other.id.bytes(), target.starts_at.0, target.ends_at.0, staff, target.is_overbooked, tx.now().0];
        tx.db().prepare_cached(sql)?.execute(values)?;
        clash::leave(tx, other)?;
    }
    not_all(input.starts_at, in_the_way).map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// What a person may overrule, knowing it: where a visit stands, and who does it.
pub(super) fn is_overrulable(refusal: &Refusal) -> bool {
    is_of_place(refusal.code) || refusal.code == RefusalCode::NotTheirService
}

/// Why a series cannot be changed: as for one visit, where the one that was chosen is all that does not fit. Otherwise the first date that does not,
/// and how many; free times beside another date would be another visit's. Where places are taken, they are told before whose service it is: whoever
/// overrules that has not been told that visits will stand over others.
pub(super) fn not_all(chosen: Millis, in_the_way: Vec<(Millis, Refusal)>) -> Option<Refusal> {
    let (places, others): (Vec<_>, Vec<_>) = in_the_way.into_iter().partition(|(_, refusal)| is_of_place(refusal.code));
    let count = places.len();
    let Some((date, refusal)) = places.into_iter().next() else { return others.into_iter().next().map(|(_, refusal)| refusal) };
    let is_of_another = count > 1 || date != chosen;
    Some(if is_of_another { Refusal { alternatives: Vec::new(), until: Some(date), ..refusal.with_detail(count) } } else { refusal })
}

/// The others of a series move by as much of the wall clock as the one that was moved, and get its length where they had it before.
fn target_time(moved: &Visit, other: &Visit, service: Option<&Service>, input: &MoveInput, roster: &Roster) -> Result<(Millis, Millis)> {
    if moved.id == other.id {
        return Ok((input.starts_at, input.ends_at));
    }
    let local = |at: Millis| at.in_zone(roster.zone).naive_local();
    let by = local(input.starts_at) - local(moved.starts_at);
    let starts_at = zone::shifted(other.starts_at, 0, by.num_minutes(), roster.zone);
    let starts_at = starts_at.ok_or_else(|| Refusal::on(RefusalCode::OutsideHours, "starts_at"))?;
    // A stay is as long as another by the clock on the wall, whether or not that was set meanwhile.
    let length = |from: Millis, until: Millis| zone::length_of(from, until, is_boarding(service), roster.zone);
    let own = length(other.starts_at, other.ends_at);
    let is_same = own == length(moved.starts_at, moved.ends_at);
    let minutes = if is_same { length(input.starts_at, input.ends_at) } else { own };
    Ok((starts_at, end_of(starts_at, minutes, service, roster.zone)))
}

fn judged(
    tx: &Tx<'_>,
    roster: &Roster,
    visit: &Visit,
    input: &MoveInput,
    (starts_at, ends_at, staff_id): (Millis, Millis, Option<StaffId>),
    except: &[AppointmentId],
    is_helped: bool,
) -> Result<Target> {
    // Nothing is planned for an animal that died; one that is here is moved as any other.
    if can_reschedule(visit.status) {
        refuse_dead(tx, &Visit { starts_at, ends_at, ..visit.clone() })?;
    }
    let service = visit.service(tx.db())?;
    let is_overbooked = match staff_id {
        None => false,
        Some(staff_id) => place(
            tx,
            roster,
            &Place {
                staff_id,
                starts_at,
                ends_at,
                service: service.as_ref(),
                is_emergency: visit.is_emergency,
                overruled: &input.overruled,
                may_be_outside: false,
                is_helped,
                except,
            },
        )?,
    };
    // Who does it already goes on, whatever is said of it since.
    let is_asked = !input.overruled.contains(&RefusalCode::NotTheirService);
    if let Some(staff_id) = staff_id.filter(|staff| visit.staff_id != Some(*staff) && is_asked) {
        roster.require_able(staff_id, service.as_ref())?;
    }
    Ok(Target { starts_at, ends_at, staff_id, is_overbooked })
}

fn reschedule(tx: &mut Tx<'_>, input: &MoveInput) -> Result<AppointmentId> {
    let roster = roster(tx.db())?;
    let visit = existing(tx.db(), input.appointment_id)?;
    if !can_reschedule(visit.status) {
        return Err(not_movable(&visit));
    }
    // Of a series one visit alone is rescheduled, in a chain; several are moved.
    if input.scope != SeriesScope::This {
        return Err(Refusal::on(RefusalCode::Invalid, "scope").into());
    }
    check_colleague(&roster, &visit, input)?;
    let staff_id = input.staff_id.or(visit.staff_id);
    let target = judged(tx, &roster, &visit, input, (input.starts_at, input.ends_at, staff_id), &[visit.id], true)?;
    let id = AppointmentId(tx.new_id());
    replace(tx, &visit, id, &reference(tx.db())?, &target)?;
    answers::save(tx, id, &answers::answers(tx.db(), visit.id)?)?;
    Ok(id)
}

/// Puts a visit in place of another, as it is but for where it stands: the old one stays, as `rescheduled`. Its answers are the caller's to bring.
pub(super) fn replace(tx: &Tx<'_>, visit: &Visit, id: AppointmentId, reference: &str, target: &Target) -> Result<()> {
    let old = "UPDATE appointments SET status = 'rescheduled', updated_at = ?2 WHERE id = ?1";
    tx.db().prepare_cached(old)?.execute(params![visit.id.bytes(), tx.now().0])?;
    clash::leave(tx, visit)?;
    tx.db().prepare_cached(include_str!("reschedule.sql"))?.execute(params![
        visit.id.bytes(),
        id.bytes(),
        target.starts_at.0,
        target.ends_at.0,
        target.staff_id.map(StaffId::bytes),
        target.is_overbooked,
        reference,
        tx.now().0,
    ])?;
    Ok(())
}

fn not_movable(visit: &Visit) -> StoreError {
    Refusal::on(RefusalCode::BadTransition, "status").with_detail(format_args!("{}>moved", visit.status.as_str())).into()
}

//! Moving a visit on: checked in, in progress, completed, and back where a click was wrong.

use petrel_domain::appointment::{Stamp, check_move, stamps, takes_time};
use petrel_domain::desk::{CancelInput, Saved};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, AppointmentStatus, DAY, Millis, PetId, Refusal, RefusalCode, SeriesScope, zone};
use rusqlite::{Connection, params};

use super::clash;
use super::colleagues::roster;
use super::place::{Place, place};
use super::row::{Visit, existing, visit};
use crate::attention::note_let_stand;
use crate::clinic_zone::clinic_zone;
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Sets the status of a visit, with the time stamps that belong to it.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `bad_transition`; `slot_taken` where a visit would come back to a time to come that was given away; `pet_deceased`.
    pub fn set_appointment_status(&self, actor: &Actor, id: AppointmentId, status: AppointmentStatus) -> Result<Saved<()>> {
        self.set_statuses(actor, &[id], status)
    }

    /// The same of several visits in one action, as of a family that comes together. All of them, or none.
    ///
    /// # Errors
    /// As [`Self::set_appointment_status`]; `required` where there are none.
    pub fn set_statuses(&self, actor: &Actor, ids: &[AppointmentId], status: AppointmentStatus) -> Result<Saved<()>> {
        let (first, with) = ids.split_first().ok_or_else(|| Refusal::on(RefusalCode::Required, "ids"))?;
        if status == AppointmentStatus::Cancelled {
            let input = CancelInput { appointment_id: *first, reason: None, scope: SeriesScope::This, with: with.to_vec() };
            return self.cancel_appointment(actor, input);
        }
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::SetAppointmentStatus, |tx| ids.iter().try_for_each(|id| set_status(tx, *id, status)))
    }

    /// Completes a visit that was left open. Where its day has passed it ended as planned: it is not over only now, and nobody waits to be picked up.
    /// One whose time is over and for which nobody was ever checked in took place as planned, whatever the day.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `bad_transition`.
    pub fn close_appointment(&self, actor: &Actor, id: AppointmentId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::SetAppointmentStatus, |tx| {
            let visit = existing(tx.db(), id)?;
            let zone = clinic_zone(tx.db())?.ok_or_else(|| Refusal::not_found("clinic"))?;
            let is_unseen = matches!(visit.status, AppointmentStatus::Confirmed | AppointmentStatus::Reminded) && visit.ends_at <= tx.now();
            if is_unseen {
                set_status(tx, id, AppointmentStatus::InProgress)?;
                let sql = "UPDATE appointments SET checked_in_at = starts_at, actual_start_at = starts_at WHERE id = ?1";
                tx.db().prepare_cached(sql)?.execute([id.bytes()])?;
            }
            if is_unseen || zone::date_of(visit.ends_at, zone) < zone::date_of(tx.now(), zone) {
                // What is stamped already stays so.
                let sql = "UPDATE appointments SET actual_start_at = coalesce(actual_start_at, starts_at),
                           actual_end_at = max(ends_at, coalesce(actual_start_at, starts_at)), updated_at = ?2 WHERE id = ?1";
                tx.db().prepare_cached(sql)?.execute(params![id.bytes(), tx.now().0])?;
            }
            set_status(tx, id, AppointmentStatus::Completed)
        })
    }

    /// A visit in place of one that was moved twice, or cancelled, stands: it is written anew as it is, which is how every desk knows that somebody has
    /// seen to it. Nothing of it changes, so there is nothing to take back.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn let_stand(&self, actor: &Actor, id: AppointmentId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let saved = self.write(actor, Action::LetStand, |tx| {
            existing(tx.db(), id)?;
            // After what made it doubtful, whatever the clock of the desk that did says.
            let sql = "UPDATE appointments SET updated_at = max(?2, 1 + coalesce((
                         SELECT max(max(p.updated_at, o.created_at)) FROM appointments p JOIN appointments o ON o.previous_appointment_id = p.id
                         WHERE p.id = appointments.previous_appointment_id), 0)) WHERE id = ?1";
            tx.db().prepare_cached(sql)?.execute(params![id.bytes(), tx.now().0])?;
            Ok(())
        })?;
        note_let_stand(self, id)?;
        Ok(Saved { undo: None, ..saved })
    }
}

fn set_status(tx: &mut Tx<'_>, id: AppointmentId, status: AppointmentStatus) -> Result<()> {
    let visit = existing(tx.db(), id)?;
    check_move(visit.status, status)?;
    let comes_back = !takes_time(visit.status) && takes_time(status);
    // What was done gave the rest of its time away.
    let goes_on = visit.status == AppointmentStatus::Completed && takes_time(status);
    if comes_back {
        refuse_dead(tx, &visit)?;
    }
    let is_overbooked = if comes_back || goes_on { stands_again(tx, &visit)? } else { visit.is_overbooked };
    let stamps = stamps(status);
    // Who comes has waited since then; a step back of a desk that does not know of the stamp has left that of the time before.
    let comes =
        status == AppointmentStatus::CheckedIn && !matches!(visit.status, AppointmentStatus::InProgress | AppointmentStatus::Completed);
    let checked_in_at = if comes { "checked_in_at = ?3,".to_owned() } else { set("checked_in_at", stamps.checked_in_at) };
    let sql = format!(
        "UPDATE appointments SET status = ?2, {checked_in_at} {} {} {} {} is_overbooked = ?4, updated_at = ?3 WHERE id = ?1",
        set("actual_start_at", stamps.actual_start_at),
        set("actual_end_at", stamps.actual_end_at),
        set("cancelled_at", stamps.cancelled_at),
        set("picked_up_at", stamps.picked_up_at),
    );
    tx.db().prepare_cached(&sql)?.execute(params![id.bytes(), status.as_str(), tx.now().0, is_overbooked])?;
    if status == AppointmentStatus::Completed {
        wait_for_nobody(tx, visit.pet_id)?;
    }
    if takes_time(status) { Ok(()) } else { clash::leave(tx, &visit) }
}

/// What died waits for nobody to pick it up.
pub(crate) fn wait_for_nobody(tx: &Tx<'_>, pet: Option<PetId>) -> Result<()> {
    let Some(pet) = pet else { return Ok(()) };
    let sql = "UPDATE appointments SET picked_up_at = max(?2, coalesce(actual_end_at, ?2)), updated_at = ?2
               WHERE pet_id = ?1 AND status = 'completed' AND picked_up_at IS NULL AND actual_end_at > ?2 - ?3 AND deleted_at IS NULL
                 AND (SELECT deceased_on IS NOT NULL FROM pets WHERE id = ?1)";
    tx.db().prepare_cached(sql)?.execute(params![pet.bytes(), tx.now().0, DAY])?;
    Ok(())
}

fn set(column: &str, stamp: Stamp) -> String {
    match (stamp, column) {
        (Stamp::Keep, _) => String::new(),
        (Stamp::Now, _) => format!("{column} = coalesce({column}, ?3),"),
        (Stamp::Clear, "cancelled_at") => "cancelled_at = NULL, cancelled_by = NULL, cancellation_reason = NULL,".to_owned(),
        (Stamp::Clear, _) => format!("{column} = NULL,"),
    }
}

/// Refuses where a visit to come would stand for a pet that died since.
///
/// # Errors
/// `pet_deceased`.
pub(crate) fn refuse_dead(tx: &Tx<'_>, visit: &Visit) -> Result<()> {
    refuse_dead_at(tx.db(), tx.now(), visit)
}

/// The same at an instant.
pub(super) fn refuse_dead_at(db: &Connection, now: Millis, visit: &Visit) -> Result<()> {
    let sql = "SELECT 1 FROM pets WHERE id = ?1 AND deceased_on IS NOT NULL AND deleted_at IS NULL";
    match visit.pet_id {
        Some(pet) if visit.ends_at > now && db.prepare_cached(sql)?.exists([pet.bytes()])? => {
            Err(Refusal::on(RefusalCode::PetDeceased, "pet_id").into())
        }
        _ => Ok(()),
    }
}

/// A visit that was done goes on: where its time was given to another since, it stands over that one, as it does where it is moved back by hand.
///
/// # Errors
/// `slot_taken` where its time is still to come, and was given away.
pub(crate) fn go_on(tx: &Tx<'_>, id: AppointmentId) -> Result<()> {
    let is_open = |visit: &Visit| takes_time(visit.status) && visit.ends_at > tx.now() && !visit.is_overbooked;
    if let Some(visit) = visit(tx.db(), id)?.filter(is_open)
        && stands_again(tx, &visit)?
    {
        let sql = "UPDATE appointments SET is_overbooked = 1, updated_at = ?2 WHERE id = ?1";
        tx.db().prepare_cached(sql)?.execute(params![id.bytes(), tx.now().0])?;
    }
    Ok(())
}

/// Whether a visit that comes back stands over another, as it did knowingly before. Once its time has begun it is told what happened, not asked for
/// room: who was taken for a no-show is here, whoever got the time.
///
/// # Errors
/// `slot_taken` where its time was given away.
fn stands_again(tx: &Tx<'_>, visit: &Visit) -> Result<bool> {
    let service = visit.service(tx.db())?;
    let Some(stood) = Place::of(visit, service.as_ref(), std::slice::from_ref(&visit.id)) else { return Ok(false) };
    let is_known = visit.is_overbooked || visit.starts_at <= tx.now();
    place(
        tx,
        &roster(tx.db())?,
        &Place { overruled: if is_known { &[RefusalCode::SlotTaken] } else { &[] }, may_be_outside: true, ..stood },
    )
}

//! Moving a visit on: checked in, in progress, completed, and back where a click was wrong.

use petrel_domain::appointment::{Stamp, check_move, stamps, takes_time};
use petrel_domain::desk::{CancelInput, Saved};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, AppointmentStatus, SeriesScope};
use rusqlite::params;

use super::clash;
use super::colleagues::roster;
use super::place::{Place, place};
use super::row::{Visit, existing};
use crate::services::service;
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Sets the status of a visit, with the time stamps that belong to it.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `bad_transition`; `slot_taken` where a visit would come back to a time that was given away.
    pub fn set_appointment_status(&self, actor: &Actor, id: AppointmentId, status: AppointmentStatus) -> Result<Saved<()>> {
        if status == AppointmentStatus::Cancelled {
            return self.cancel_appointment(actor, CancelInput { appointment_id: id, reason: None, scope: SeriesScope::This });
        }
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::SetAppointmentStatus, |tx| set_status(tx, id, status))
    }
}

fn set_status(tx: &mut Tx<'_>, id: AppointmentId, status: AppointmentStatus) -> Result<()> {
    let visit = existing(tx.db(), id)?;
    check_move(visit.status, status)?;
    if !takes_time(visit.status) && takes_time(status) {
        refuse_taken(tx, &visit)?;
    }
    let stamps = stamps(status);
    let sql = format!(
        "UPDATE appointments SET status = ?2, {} {} {} updated_at = ?3 WHERE id = ?1",
        set("actual_start_at", stamps.actual_start_at),
        set("actual_end_at", stamps.actual_end_at),
        set("cancelled_at", stamps.cancelled_at),
    );
    tx.db().prepare_cached(&sql)?.execute(params![id.bytes(), status.as_str(), tx.now().0])?;
    if takes_time(status) { Ok(()) } else { clash::leave(tx, &visit) }
}

fn set(column: &str, stamp: Stamp) -> String {
    match (stamp, column) {
        (Stamp::Keep, _) => String::new(),
        (Stamp::Now, _) => format!("{column} = coalesce({column}, ?3),"),
        (Stamp::Clear, "cancelled_at") => "cancelled_at = NULL, cancelled_by = NULL, cancellation_reason = NULL,".to_owned(),
        (Stamp::Clear, _) => format!("{column} = NULL,"),
    }
}

fn refuse_taken(tx: &Tx<'_>, visit: &Visit) -> Result<()> {
    let Some(staff_id) = visit.staff_id else { return Ok(()) };
    let roster = roster(tx.db())?;
    let service = visit.service_id.map(|id| service(tx.db(), id)).transpose()?;
    let wanted = Place {
        staff_id,
        starts_at: visit.starts_at,
        ends_at: visit.ends_at,
        service: service.as_ref(),
        is_emergency: visit.is_emergency,
        is_overbooking_allowed: visit.is_overbooked,
        except: &[visit.id],
    };
    match place(tx, &roster, &wanted) {
        Err(error) if error.refusal().code == petrel_domain::RefusalCode::SlotTaken => Err(error),
        _ => Ok(()),
    }
}

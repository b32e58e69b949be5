//! Cancelling.

use petrel_domain::AppointmentStatus;
use petrel_domain::appointment::check_move;
use petrel_domain::checked::Checked;
use petrel_domain::desk::{CancelInput, Saved};
use petrel_domain::rights::Right;
use rusqlite::params;

use super::row::{Visit, existing};
use super::{clash, series};
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Cancels a visit, or several of its series. Nobody is written to; the reason is kept.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `bad_transition`, `too_long` on `reason`.
    pub fn cancel_appointment(&self, actor: &Actor, input: CancelInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::CancelAppointment, |tx| cancel(tx, &input))
    }
}

fn cancel(tx: &mut Tx<'_>, input: &CancelInput) -> Result<()> {
    let visit = existing(tx.db(), input.appointment_id)?;
    check_move(visit.status, AppointmentStatus::Cancelled)?;
    for visit in series::in_scope(tx, &visit, input.scope)? {
        cancel_one(tx, &visit, input.reason.as_deref())?;
    }
    Ok(())
}

/// Cancels a visit that may be.
pub(super) fn cancel_one(tx: &Tx<'_>, visit: &Visit, reason: Option<&str>) -> Result<()> {
    let sql = "UPDATE appointments SET status = 'cancelled', cancelled_at = ?2, cancelled_by = ?3, cancellation_reason = ?4,
                 checked_in_at = NULL, actual_start_at = NULL, actual_end_at = NULL, picked_up_at = NULL, updated_at = ?2 WHERE id = ?1";
    let by = tx.actor().staff_id().map(petrel_domain::StaffId::bytes);
    tx.db().prepare_cached(sql)?.execute(params![visit.id.bytes(), tx.now().0, by, reason])?;
    clash::leave(tx, visit)
}

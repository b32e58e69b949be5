//! Cancelling.

use std::collections::HashSet;

use petrel_domain::appointment::check_move;
use petrel_domain::checked::Checked;
use petrel_domain::desk::{CancelInput, Saved};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentStatus, Refusal, RefusalCode};
use rusqlite::params;

use super::row::{Visit, existing};
use super::{clash, series};
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Cancels a visit, or several of its series, and those of its family. Nobody is written to; the reason is kept.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `bad_transition`, `too_long` on `reason`; `invalid` on `with` where one was not booked together with it.
    pub fn cancel_appointment(&self, actor: &Actor, input: CancelInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::CancelAppointment, |tx| cancel(tx, &input))
    }
}

fn cancel(tx: &mut Tx<'_>, input: &CancelInput) -> Result<()> {
    let is_of_family =
        "SELECT 1 FROM appointments one JOIN appointments other ON other.group_id = one.group_id WHERE one.id = ?1 AND other.id = ?2";
    for id in &input.with {
        if !tx.db().prepare_cached(is_of_family)?.exists([input.appointment_id.bytes(), id.bytes()])? {
            return Err(Refusal::on(RefusalCode::Invalid, "with").into());
        }
    }
    let mut done = HashSet::new();
    for id in std::iter::once(&input.appointment_id).chain(&input.with) {
        let visit = existing(tx.db(), *id)?;
        // Of a pet that comes twice a day both are of its series.
        if done.contains(id) {
            continue;
        }
        check_move(visit.status, AppointmentStatus::Cancelled)?;
        for visit in series::in_scope(tx, &visit, input.scope)? {
            cancel_one(tx, &visit, input.reason.as_deref())?;
            done.insert(visit.id);
        }
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

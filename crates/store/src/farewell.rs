//! A pet that died: its date, and an end to whatever was planned for it, as one action that one undo takes back.

use petrel_domain::checked::Checked;
use petrel_domain::desk::{PetDeath, PetDeathInput, Saved};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, AppointmentStatus, PetId, Refusal, StaffId};
use rusqlite::{OptionalExtension, params};

use crate::appointments::{clash, existing, wait_for_nobody};
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Writes down that a pet died: its visits to come are cancelled with the reason given, its entries of the waitlist closed, messages about it that still wait are not sent. Visits that
    /// were before, or at which it is now, stay as they are; so do those of the family's other pets. Nobody is written to.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `in_future` or `before_birth` on `died_on`, `too_long` on `reason`.
    pub fn record_death(&self, actor: &Actor, input: PetDeathInput) -> Result<Saved<PetDeath>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(self.today()?)?;
        self.write(actor, Action::RecordDeath, |tx| {
            refuse_before_birth(tx, &input)?;
            let sql = "UPDATE pets SET deceased_on = ?2, updated_at = ?3 WHERE id = ?1 AND deleted_at IS NULL";
            let values = params![input.pet_id.bytes(), input.died_on.to_string(), tx.now().0];
            if tx.db().prepare_cached(sql)?.execute(values)? == 0 {
                return Err(Refusal::not_found("pet").into());
            }
            end_plans(tx, input.pet_id, input.reason.as_deref())
        })
    }
}

fn refuse_before_birth(tx: &Tx<'_>, input: &PetDeathInput) -> Result<()> {
    let sql = "SELECT born_on FROM pets WHERE id = ?1 AND deleted_at IS NULL";
    let born = tx.db().prepare_cached(sql)?.query_row([input.pet_id.bytes()], |row| row.parsed_opt("born_on")).optional()?;
    Ok(input.refuse_before(born.flatten())?)
}

/// Cancels the visits of a pet that are still to come, and closes its entries of the waitlist.
pub(crate) fn end_plans(tx: &Tx<'_>, pet: PetId, reason: Option<&str>) -> Result<PetDeath> {
    let visits =
        "UPDATE appointments SET status = 'cancelled', cancelled_at = ?2, cancelled_by = ?3, cancellation_reason = ?4, updated_at = ?2
                  WHERE pet_id = ?1 AND ends_at > ?2 AND status IN ('pending', 'confirmed', 'reminded') AND deleted_at IS NULL
                  RETURNING id";
    let by = tx.actor().staff_id().map(StaffId::bytes);
    let mut statement = tx.db().prepare_cached(visits)?;
    let cancelled = statement.query_map(params![pet.bytes(), tx.now().0, by, reason], |row| row.get(0).map(AppointmentId::from_bytes))?;
    let cancelled = cancelled.collect::<Result<Vec<_>, _>>()?;
    for id in &cancelled {
        let mut was = existing(tx.db(), *id)?;
        was.status = AppointmentStatus::Confirmed;
        clash::leave(tx, &was)?;
    }
    let entries = "UPDATE waitlist_entries SET status = 'cancelled', updated_at = ?2
                   WHERE pet_id = ?1 AND status IN ('active', 'offered') AND deleted_at IS NULL";
    let closed = tx.db().prepare_cached(entries)?.execute(params![pet.bytes(), tx.now().0])?;
    crate::messages::cancel_of_the_dead(tx, pet)?;
    wait_for_nobody(tx, Some(pet))?;
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    Ok(PetDeath { cancelled_visits: count(cancelled.len()), closed_entries: count(closed) })
}

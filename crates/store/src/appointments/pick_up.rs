//! Picking up: who is done is gone once somebody has come for them.

use petrel_domain::appointment::{check_pick_up, pick_up_at, picked_up};
use petrel_domain::desk::Saved;
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, Millis};
use rusqlite::{Row, params};

use super::row::existing;
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Marks whoever these visits were for as picked up, or takes that back: all of them or none. What is so already stays as it is.
    ///
    /// # Errors
    /// `forbidden`, `not_found`; `bad_transition` where the visit is not over.
    pub fn set_picked_up(&self, actor: &Actor, ids: &[AppointmentId], is_picked_up: bool) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::SetPickedUp, |tx| ids.iter().try_for_each(|id| set_picked_up(tx, *id, is_picked_up)))
    }
}

fn set_picked_up(tx: &mut Tx<'_>, id: AppointmentId, is_picked_up: bool) -> Result<()> {
    let visit = existing(tx.db(), id)?;
    check_pick_up(visit.status)?;
    let sql = "SELECT actual_end_at, picked_up_at FROM appointments WHERE id = ?1";
    let read = |row: &Row<'_>| Ok((row.millis_opt("actual_end_at")?, row.millis_opt("picked_up_at")?));
    let (ended, stamp): (Option<Millis>, Option<Millis>) = tx.db().prepare_cached(sql)?.query_row([id.bytes()], read)?;
    if picked_up(visit.status, ended, stamp).is_some() == is_picked_up {
        return Ok(());
    }
    let stamp = is_picked_up.then(|| pick_up_at(ended, tx.now()).0);
    let sql = "UPDATE appointments SET picked_up_at = ?2, updated_at = ?3 WHERE id = ?1";
    tx.db().prepare_cached(sql)?.execute(params![id.bytes(), stamp, tx.now().0])?;
    Ok(())
}

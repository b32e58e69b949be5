//! Two visits at one time that desks brought together.

use petrel_domain::desk::Saved;
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, Refusal};
use rusqlite::{OptionalExtension, params};

use super::row::existing;
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Two visits that clash are kept knowingly: the one that is flagged stands over the other from now on.
    ///
    /// # Errors
    /// `forbidden`; `not_found` where one of them is gone, or they do not clash any more.
    pub fn keep_both(&self, actor: &Actor, first: AppointmentId, second: AppointmentId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::KeepBoth, |tx| {
            existing(tx.db(), first)?;
            existing(tx.db(), second)?;
            let sql = "SELECT id FROM appointments WHERE (id = ?1 AND clash_with_id = ?2) OR (id = ?2 AND clash_with_id = ?1) LIMIT 1";
            let flagged = tx.db().prepare_cached(sql)?.query_row(params![first.bytes(), second.bytes()], |row| row.get::<_, [u8; 16]>(0));
            let flagged = flagged.optional()?.ok_or_else(|| Refusal::not_found("clash"))?;
            let sql = "UPDATE appointments SET is_overbooked = 1, clash_with_id = NULL, updated_at = ?2 WHERE id = ?1";
            tx.db().prepare_cached(sql)?.execute(params![flagged, tx.now().0])?;
            clear(tx, AppointmentId::from_bytes(flagged))
        })
    }
}

/// A visit stands elsewhere, or knowingly where it does: what it clashed with is free of it. The hub judges both again when it hears of it.
pub(crate) fn clear(tx: &Tx<'_>, id: AppointmentId) -> Result<()> {
    let sql =
        "UPDATE appointments SET clash_with_id = NULL, updated_at = ?2 WHERE clash_with_id = ?1 OR (id = ?1 AND clash_with_id IS NOT NULL)";
    tx.db().prepare_cached(sql)?.execute(params![id.bytes(), tx.now().0])?;
    Ok(())
}

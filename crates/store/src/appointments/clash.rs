//! Two visits at one time that desks brought together.

use petrel_domain::appointment::takes_time;
use petrel_domain::desk::Saved;
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, DAY, Refusal};
use rusqlite::{OptionalExtension, params};

use super::colleagues::{Roster, roster};
use super::place::{LONGEST, stands_over_another};
use super::row::{Visit, existing, visit};
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

/// A visit has left its place: what it clashed with is free of it, and what was booked over it knowingly stands over it no more.
pub(crate) fn leave(tx: &Tx<'_>, was: &Visit) -> Result<()> {
    clear(tx, was.id)?;
    settle_marks(tx, was)
}

/// Takes the mark from visits that were booked over one that has left its place, where they stand over no other. A mark that stayed would warn for
/// ever, and keep the hub from finding who is booked there next by another desk.
pub(crate) fn settle_marks(tx: &Tx<'_>, was: &Visit) -> Result<()> {
    let Some(staff_id) = was.staff_id.filter(|_| takes_time(was.status)) else { return Ok(()) };
    // What a service keeps free before or after may reach over a day's end, not over two.
    let (from, until) = (was.starts_at.0 - DAY, was.ends_at.0 + DAY);
    let sql =
        "SELECT id FROM appointments WHERE staff_id = ?1 AND starts_at >= ?2 AND starts_at < ?3 AND ends_at > ?4 AND is_overbooked = 1
               AND status NOT IN ('cancelled', 'no_show', 'rescheduled', 'completed') AND deleted_at IS NULL AND id <> ?5";
    let mut statement = tx.db().prepare_cached(sql)?;
    // What is over warns of nothing.
    let values = params![staff_id.bytes(), from - LONGEST, until, from.max(tx.now().0), was.id.bytes()];
    let over = statement.query_map(values, |row| row.get(0).map(AppointmentId::from_bytes))?.collect::<Result<Vec<_>, _>>()?;
    if over.is_empty() {
        return Ok(());
    }
    let roster = roster(tx.db())?;
    for id in over {
        if let Some(over) = visit(tx.db(), id)? {
            settle_mark(tx, &roster, &over)?;
        }
    }
    Ok(())
}

/// Takes the mark from a visit that an undo put back, where it stands over no other any more. What is over warns of nothing.
pub(crate) fn settle_own_mark(tx: &Tx<'_>, id: AppointmentId) -> Result<()> {
    let marked = visit(tx.db(), id)?.filter(|visit| visit.is_overbooked && takes_time(visit.status) && visit.ends_at > tx.now());
    marked.map_or(Ok(()), |visit| settle_mark(tx, &roster(tx.db())?, &visit))
}

/// Takes the mark from a visit that stands over no other.
fn settle_mark(tx: &Tx<'_>, roster: &Roster, visit: &Visit) -> Result<()> {
    let service = visit.service(tx.db())?;
    if !stands_over_another(tx, roster, visit, service.as_ref())? {
        let sql = "UPDATE appointments SET is_overbooked = 0, updated_at = ?2 WHERE id = ?1";
        tx.db().prepare_cached(sql)?.execute(params![visit.id.bytes(), tx.now().0])?;
    }
    Ok(())
}

/// A visit stands elsewhere, or knowingly where it does: what it clashed with is free of it. The hub judges both again when it hears of it.
pub(crate) fn clear(tx: &Tx<'_>, id: AppointmentId) -> Result<()> {
    let sql =
        "UPDATE appointments SET clash_with_id = NULL, updated_at = ?2 WHERE clash_with_id = ?1 OR (id = ?1 AND clash_with_id IS NOT NULL)";
    tx.db().prepare_cached(sql)?.execute(params![id.bytes(), tx.now().0])?;
    Ok(())
}

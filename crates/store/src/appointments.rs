//! Visits.

use crate::{Result, Tx};

/// Refuses where one of these visits, which a change brought back, takes time that was given away meanwhile.
///
/// # Errors
/// `slot_taken`.
pub(crate) fn refuse_new_clashes(tx: &Tx<'_>, visits: &[[u8; 16]]) -> Result<()> {
    let sql = "SELECT 1 FROM appointments a JOIN appointments b ON b.staff_id = a.staff_id AND b.id <> a.id
               WHERE a.id = ?1 AND a.deleted_at IS NULL AND b.deleted_at IS NULL AND NOT a.is_overbooked AND NOT b.is_overbooked
                 AND a.status NOT IN ('cancelled', 'no_show', 'rescheduled') AND b.status NOT IN ('cancelled', 'no_show', 'rescheduled')
                 AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at AND b.starts_at > a.starts_at - 3024000000 LIMIT 1";
    for id in visits {
        if tx.db().prepare_cached(sql)?.exists([id])? {
            return Err(petrel_domain::Refusal::new(petrel_domain::RefusalCode::SlotTaken).into());
        }
    }
    Ok(())
}

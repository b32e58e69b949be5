//! What merging two records of one kind into one has in common, whatever they are of.

use petrel_domain::manifest::references_to;
use rusqlite::params;

use crate::{Result, Tx};

/// Gives all that refers to one record of a table to another: what is declared, what is loose, and what is attached to it. What was deleted goes
/// along, because another desk may bring it back. Tables that `is_kept_back` are left to the caller.
pub(crate) fn hand_over(tx: &Tx<'_>, table: &str, from: [u8; 16], into: [u8; 16], is_kept_back: impl Fn(&str) -> bool) -> Result<()> {
    for reference in references_to(table).filter(|of| !is_kept_back(of.table)) {
        let sql = format!("UPDATE {0} SET {1} = ?2, updated_at = ?3 WHERE {1} = ?1", reference.table, reference.column);
        tx.db().prepare_cached(&sql)?.execute(params![from, into, tx.now().0])?;
    }
    let attached = "UPDATE attachments SET owner_id = ?2, updated_at = ?3 WHERE owner_table = ?4 AND owner_id = ?1";
    tx.db().prepare_cached(attached)?.execute(params![from, into, tx.now().0, table])?;
    Ok(())
}

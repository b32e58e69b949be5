//! Deleting by the manifest's rules, as explicit changes at the desk that deletes.

use petrel_domain::manifest::{OnDelete, Reference, references_to};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, Refusal, RefusalCode};
use rusqlite::params;

use crate::appointments::{Visit, clash, visit};
use crate::{Result, Tx};

/// Marks a row deleted, with what belongs to it; clears references to it; refuses where something must not lose it.
///
/// # Errors
/// `not_found`, or `in_use` naming what stands in the way and how many there are; `forbidden` where medical records would go
/// with it that the actor may not write.
pub(crate) fn soft_delete(tx: &mut Tx<'_>, table: &str, id: [u8; 16]) -> Result<()> {
    let mut gone = Vec::new();
    mark(tx, table, id, &mut gone)?;
    // When all of it is marked: what goes along keeps naming each other, and comes back as it was.
    for Gone { table, id, .. } in &gone {
        for reference in references_to(table).filter(|of| of.on_delete == OnDelete::SetNull) {
            clear(tx, reference, *id)?;
        }
    }
    gone.iter().filter_map(|gone| gone.visit.as_ref()).try_for_each(|was| clash::settle_marks(tx, was))
}

/// A row that was marked deleted, and where it stood, if it is a visit.
struct Gone {
    table: String,
    id: [u8; 16],
    visit: Option<Visit>,
}

fn mark(tx: &mut Tx<'_>, table: &str, id: [u8; 16], gone: &mut Vec<Gone>) -> Result<()> {
    let visit = if table == "appointments" { visit(tx.db(), AppointmentId::from_bytes(id))? } else { None };
    let sql = format!("UPDATE {table} SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL");
    if tx.db().prepare_cached(&sql)?.execute(params![id, tx.now().0])? == 0 {
        return Err(Refusal::not_found(table).into());
    }
    gone.push(Gone { table: table.to_owned(), id, visit });
    for reference in references_to(table) {
        match reference.on_delete {
            OnDelete::Restrict => refuse_in_use(tx, reference, id)?,
            OnDelete::SetNull | OnDelete::Keep => {}
            OnDelete::Cascade => {
                for child in children(tx, reference, id)? {
                    // A child may hang on the row by two ways (a visit by its client and by its pet); the first has deleted it then.
                    if is_alive(tx, reference.table, child)? {
                        // Whoever may not write medical records deletes none, with their pet neither.
                        if reference.table == "medical_records" {
                            tx.actor().require(Right::WriteRecords)?;
                        }
                        mark(tx, reference.table, child, gone)?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn refuse_in_use(tx: &Tx<'_>, reference: &Reference, id: [u8; 16]) -> Result<()> {
    let sql = format!("SELECT count(*) FROM {} WHERE {} = ?1 AND deleted_at IS NULL", reference.table, reference.column);
    let count: i64 = tx.db().prepare_cached(&sql)?.query_row([id], |row| row.get(0))?;
    if count == 0 {
        return Ok(());
    }
    let refusal = Refusal::on(RefusalCode::InUse, reference.parent).with_detail(reference.table);
    Err(refusal.with_limit(usize::try_from(count).unwrap_or(usize::MAX)).into())
}

fn clear(tx: &Tx<'_>, reference: &Reference, id: [u8; 16]) -> Result<()> {
    let Reference { table, column, .. } = reference;
    let sql = format!("UPDATE {table} SET {column} = NULL, updated_at = ?2 WHERE {column} = ?1 AND deleted_at IS NULL");
    tx.db().prepare_cached(&sql)?.execute(params![id, tx.now().0])?;
    Ok(())
}

fn children(tx: &Tx<'_>, reference: &Reference, id: [u8; 16]) -> Result<Vec<[u8; 16]>> {
    let sql = format!("SELECT id FROM {} WHERE {} = ?1 AND deleted_at IS NULL", reference.table, reference.column);
    let mut statement = tx.db().prepare_cached(&sql)?;
    Ok(statement.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn is_alive(tx: &Tx<'_>, table: &str, id: [u8; 16]) -> Result<bool> {
    let sql = format!("SELECT 1 FROM {table} WHERE id = ?1 AND deleted_at IS NULL");
    Ok(tx.db().prepare_cached(&sql)?.exists([id])?)
}

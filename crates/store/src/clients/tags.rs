//! Tags: one row a tag, with an id that two desks make the same, so that tags added on both are all kept.

use petrel_domain::{ClientId, natural_id};
use rusqlite::{Connection, params};

use crate::{Result, Tx};

pub(super) fn tags(db: &Connection, client: ClientId) -> Result<Vec<String>> {
    let sql = "SELECT tag FROM client_tags WHERE client_id = ?1 AND deleted_at IS NULL ORDER BY tag COLLATE NOCASE";
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_map([client.bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Makes the tags of a client these. A tag that was there once comes back as the same row.
pub(crate) fn save(tx: &Tx<'_>, client: ClientId, wanted: &[String]) -> Result<()> {
    let present = tags(tx.db(), client)?;
    for tag in wanted.iter().filter(|tag| !present.contains(tag)) {
        add(tx, client, tag)?;
    }
    for tag in present.iter().filter(|tag| !wanted.contains(tag)) {
        let sql = "UPDATE client_tags SET deleted_at = ?3, updated_at = ?3 WHERE client_id = ?1 AND tag = ?2 AND deleted_at IS NULL";
        tx.db().prepare_cached(sql)?.execute(params![client.bytes(), tag, tx.now().0])?;
    }
    Ok(())
}

pub(super) fn add(tx: &Tx<'_>, client: ClientId, tag: &str) -> Result<()> {
    let id = natural_id("client_tags", &[&client.bytes(), tag.as_bytes()]);
    let sql = "INSERT INTO client_tags (id, client_id, tag, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
               ON CONFLICT (id) DO UPDATE SET deleted_at = NULL, client_id = excluded.client_id, tag = excluded.tag, updated_at = excluded.updated_at
               WHERE deleted_at IS NOT NULL";
    tx.db().prepare_cached(sql)?.execute(params![id.as_bytes(), client.bytes(), tag, tx.now().0])?;
    Ok(())
}

//! Desks whose programs are older than their hub, and are brought up to date on the way.
//!
//! The real schemas differ by a column each yet. So that desks of earlier ones exist that lack more, what the first schema has is told to be of later ones:
//! a column, and a table.
//! A desk of an earlier schema has a file without them, as its program would have made it.

use std::path::Path;

use anyhow::Result;
use petrel_domain::replication::{Added, Versions};
use petrel_store::{Action, Actor, Store};
use rusqlite::{Connection, params};

const COLUMN: Added = Added { schema: 2, table: "pets", column: Some("born_on") };
const TABLE: Added = Added { schema: 3, table: "prompts", column: None };

/// What the newest program knows: what a hub speaks, and the desks that are up to date.
pub const GROWN: Versions = Versions { current: 3, added: &[COLUMN, TABLE] };

/// What the program of a schema knows.
pub fn versions_of(schema: i32) -> Versions {
    match schema {
        1 => Versions { current: 1, added: &[] },
        2 => Versions { current: 2, added: &[COLUMN] },
        _ => GROWN,
    }
}

/// Takes out of a new file what a schema does not have, and notes that it was read by that schema's program.
///
/// # Errors
/// What SQLite says.
pub fn make_older(path: &Path, schema: i32) -> Result<()> {
    let db = raw(path)?;
    if schema < COLUMN.schema {
        db.execute_batch("ALTER TABLE pets DROP COLUMN born_on")?;
    }
    if schema < TABLE.schema {
        db.execute_batch("DROP TABLE prompts")?;
    }
    db.execute("UPDATE sync_state SET schema_read = ?1", [schema])?;
    Ok(())
}

/// Brings a file that nobody has open up to date, as migrations of a later program would. Answers whether anything was missing.
///
/// # Errors
/// What SQLite says.
pub fn bring_up_to_date(path: &Path, schema: i32) -> Result<bool> {
    let db = raw(path)?;
    let has = |sql: &str| db.prepare(sql)?.exists([]);
    let needs_column = schema >= COLUMN.schema && !has("SELECT 1 FROM pragma_table_info('pets') WHERE name = 'born_on'")?;
    let needs_table = schema >= TABLE.schema && !has("SELECT 1 FROM pragma_table_info('prompts')")?;
    if needs_column {
        db.execute_batch("ALTER TABLE pets ADD COLUMN born_on TEXT")?;
    }
    if needs_table {
        // As V0004 has it.
        db.execute_batch(
            "CREATE TABLE prompts (
               id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16), kind TEXT NOT NULL CHECK (kind IN ('voice', 'sms')),
               body TEXT NOT NULL, version TEXT NOT NULL DEFAULT 'v1.0.0', is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
               created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted_at INTEGER
             ) STRICT",
        )?;
    }
    Ok(needs_column || needs_table)
}

/// The file, past the store.
pub(crate) fn raw(path: &Path) -> Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "key", format!("x'{}'", "07".repeat(32)))?;
    db.pragma_update(None, "cipher_hmac_algorithm", "HMAC_SHA256")?;
    Ok(db)
}

/// Something that only a later program can do.
pub(crate) fn edit(store: &Store, schema: i32, rng: &mut fastrand::Rng) -> Result<()> {
    let text: String = (0..4).map(|_| rng.lowercase()).collect();
    store.write(&Actor::program(), Action::SaveClient, |tx| {
        let now = tx.now().0;
        if schema >= COLUMN.schema && rng.bool() {
            let born_on = format!("2020-01-0{}", rng.u8(1..=9));
            let sql = "UPDATE pets SET born_on = ?1, updated_at = ?2 WHERE id = (SELECT id FROM pets WHERE deleted_at IS NULL ORDER BY id LIMIT 1 OFFSET ?3)";
            tx.db().execute(sql, params![born_on, now, rng.u8(0..4)])?;
        }
        if schema >= TABLE.schema && rng.bool() {
            let id = crate::edits::id(rng);
            let sql = "INSERT INTO prompts (id, kind, body, created_at, updated_at) VALUES (?1, 'sms', ?2, ?3, ?3)";
            tx.db().execute(sql, params![id, text, now])?;
            tx.db().execute("UPDATE prompts SET body = ?1, updated_at = ?2 WHERE id = (SELECT min(id) FROM prompts)", params![text, now])?;
        }
        Ok(())
    })?;
    Ok(())
}

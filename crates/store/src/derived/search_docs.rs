//! The search index: one document a client, with the names of its pets, so that "rex smith" finds the Smith who has a Rex; and
//! beside it what is like another.

use std::collections::BTreeSet;

use petrel_domain::text::{fold, reversed_digits};
use rusqlite::{Connection, OptionalExtension, params};

use super::likeness;
use crate::Result;

/// Brings the documents of these clients up to date.
pub(super) fn refresh(db: &Connection, clients: &BTreeSet<[u8; 16]>) -> Result<()> {
    for client in clients {
        let known = "SELECT docid FROM search_docs WHERE client_id = ?1";
        let known: Option<i64> = db.prepare_cached(known)?.query_row([client], |row| row.get(0)).optional()?;
        if let Some(docid) = known {
            db.prepare_cached("DELETE FROM search_index WHERE rowid = ?1")?.execute([docid])?;
            likeness::remove(db, client)?;
        }
        let document = Document::read(db, client)?;
        if let Some(document) = &document {
            likeness::insert(db, client, &document.names, &document.pet_names, &document.typed_email)?;
        }
        match (known, document) {
            (None, None) => {}
            (Some(docid), None) => {
                db.prepare_cached("DELETE FROM search_docs WHERE docid = ?1")?.execute([docid])?;
            }
            (Some(docid), Some(document)) => document.insert(db, docid)?,
            (None, Some(document)) => {
                let docid = db.prepare_cached("INSERT INTO search_docs (client_id) VALUES (?1)")?.insert([client])?;
                document.insert(db, docid)?;
            }
        }
    }
    Ok(())
}

/// Makes every document anew.
pub(super) fn rebuild(db: &Connection) -> Result<()> {
    db.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')", [])?;
    db.execute("DELETE FROM search_docs", [])?;
    likeness::clear(db)?;
    let mut statement = db.prepare("SELECT id FROM clients WHERE deleted_at IS NULL AND merged_into_id IS NULL ORDER BY id")?;
    let clients = statement.query_map([], |row| row.get(0))?.collect::<Result<BTreeSet<[u8; 16]>, _>>()?;
    refresh(db, &clients)
}

#[derive(Default)]
struct Document {
    names: String,
    /// The names of the pets, one by one.
    pet_names: Vec<String>,
    pets: String,
    typed_email: String,
    email: String,
    phone: String,
    microchips: String,
}

impl Document {
    /// None for a client who is gone.
    fn read(db: &Connection, client: &[u8; 16]) -> Result<Option<Self>> {
        let sql = "SELECT first_name || ' ' || last_name, coalesce(email, ''), coalesce(phone, '') FROM clients
                   WHERE id = ?1 AND deleted_at IS NULL AND merged_into_id IS NULL";
        let found = db.prepare_cached(sql)?.query_row([client], |row| {
            let (name, email, phone) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?);
            let typed_email = email.to_owned();
            Ok(Self { names: fold(name), typed_email, email: fold(email), phone: reversed_digits(phone), ..Self::default() })
        });
        let Some(mut document) = found.optional()? else { return Ok(None) };
        let sql = "SELECT name, coalesce(breed, ''), coalesce(microchip, '') FROM pets WHERE client_id = ?1 AND deleted_at IS NULL";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([client])?;
        while let Some(row) = rows.next()? {
            let (name, breed) = (fold(row.get_ref(0)?.as_str()?), fold(row.get_ref(1)?.as_str()?));
            for text in [&name, &breed] {
                document.pets.push_str(text);
                document.pets.push(' ');
            }
            document.pet_names.push(name);
            document.microchips.push_str(&reversed_digits(row.get_ref(2)?.as_str()?));
            document.microchips.push(' ');
        }
        Ok(Some(document))
    }

    fn insert(&self, db: &Connection, docid: i64) -> Result<()> {
        let sql = "INSERT INTO search_index (rowid, names, pets, email, phone, microchip) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        db.prepare_cached(sql)?.execute(params![docid, self.names, self.pets, self.email, self.phone, self.microchips])?;
        Ok(())
    }
}

//! The search index: one document a client, with the names of its pets, so that "rex smith" finds the Smith who has a Rex; and
//! beside it what is like another.

use std::collections::{BTreeMap, BTreeSet};

use petrel_domain::text::{fold, reversed_digits};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::{likeness, parent};
use crate::Result;
use crate::changes::{Change, Kind};

/// Whose documents are stale, and the documents of clients that are new: who makes a row knows what is in it.
#[derive(Debug, Default)]
pub(super) struct Stale {
    clients: BTreeSet<[u8; 16]>,
    /// Of clients that were made since documents were written last; none of them is among the stale ones.
    new: BTreeMap<[u8; 16], Document>,
}

impl Stale {
    /// Takes note of a change of a client.
    pub(super) fn client(&mut self, change: &Change<'_>) -> Result<()> {
        if change.kind == Kind::Inserted && !self.clients.contains(&change.id) {
            self.new.extend(Document::of_new(change)?.map(|document| (change.id, document)));
        } else {
            self.stale(change.id);
        }
        Ok(())
    }

    /// Takes note of a change of a pet. One that changes hands makes two documents stale.
    pub(super) fn pet(&mut self, db: &Connection, change: &Change<'_>) -> Result<()> {
        for client in change.ids("client_id")? {
            match self.new.get_mut(&client).filter(|_| change.kind == Kind::Inserted) {
                Some(document) => document.add_new_pet(change)?,
                None => self.stale(client),
            }
        }
        if change.kind == Kind::Updated
            && let Some(client) = parent(db, "SELECT client_id FROM pets WHERE id = ?1", &change.id)?
        {
            self.stale(client);
        }
        Ok(())
    }

    fn stale(&mut self, client: [u8; 16]) {
        self.new.remove(&client);
        self.clients.insert(client);
    }

    /// Writes the documents of the new clients.
    pub(super) fn write_new(&mut self, db: &Connection) -> Result<()> {
        if self.new.is_empty() {
            return Ok(());
        }
        let mut writing = Writing::new(db)?;
        for (client, document) in std::mem::take(&mut self.new) {
            match writing.add(&client, &document)? {
                Some(docid) => writing.write(docid, &client, &document)?,
                // The row went past the program's door, and what was made of it stayed.
                None => self.stale(client),
            }
        }
        Ok(())
    }

    /// Brings the documents up to date.
    pub(super) fn refresh(&mut self, db: &Connection) -> Result<()> {
        self.write_new(db)?;
        if self.clients.is_empty() {
            return Ok(());
        }
        let mut writing = Writing::new(db)?;
        for client in std::mem::take(&mut self.clients) {
            let known = "SELECT docid FROM search_docs WHERE client_id = ?1";
            let known: Option<i64> = db.prepare_cached(known)?.query_row([client], |row| row.get(0)).optional()?;
            if let Some(docid) = known {
                db.prepare_cached("DELETE FROM search_index WHERE rowid = ?1")?.execute([docid])?;
                likeness::remove(db, &client)?;
            }
            match (known, Document::read(db, &client)?) {
                (None, None) => {}
                (Some(docid), None) => {
                    db.prepare_cached("DELETE FROM search_docs WHERE docid = ?1")?.execute([docid])?;
                }
                (Some(docid), Some(document)) => {
                    let named = "UPDATE search_docs SET sort_name = ?2 WHERE docid = ?1 AND sort_name <> ?2";
                    db.prepare_cached(named)?.execute(params![docid, document.sort_name])?;
                    writing.write(docid, &client, &document)?;
                }
                (None, Some(document)) => {
                    if let Some(docid) = writing.add(&client, &document)? {
                        writing.write(docid, &client, &document)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Makes every document anew.
pub(super) fn rebuild(db: &Connection) -> Result<()> {
    db.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')", [])?;
    db.execute("DELETE FROM search_docs", [])?;
    likeness::clear(db)?;
    let mut statement = db.prepare("SELECT id FROM clients WHERE deleted_at IS NULL AND merged_into_id IS NULL ORDER BY id")?;
    let clients = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Stale { clients, ..Stale::default() }.refresh(db)
}

#[derive(Debug, Default)]
struct Document {
    /// By which the client stands in a list: family names first.
    sort_name: String,
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
        let sql = "SELECT first_name, last_name, email, phone FROM clients WHERE id = ?1 AND deleted_at IS NULL AND merged_into_id IS NULL";
        let found = db
            .prepare_cached(sql)?
            .query_row([client], |row| Ok(Self::of_client(row.get_ref(0)?, row.get_ref(1)?, row.get_ref(2)?, row.get_ref(3)?)));
        let Some(document) = found.optional()? else { return Ok(None) };
        let mut document = document?;
        let sql = "SELECT name, breed, microchip FROM pets WHERE client_id = ?1 AND deleted_at IS NULL";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([client])?;
        while let Some(row) = rows.next()? {
            document.add_pet(row.get_ref(0)?, row.get_ref(1)?, row.get_ref(2)?)?;
        }
        Ok(Some(document))
    }

    /// The document of a client who was just made. None for one who is gone.
    fn of_new(change: &Change<'_>) -> Result<Option<Self>> {
        let value = |column| new_value(change, column);
        if value("deleted_at")? != ValueRef::Null || value("merged_into_id")? != ValueRef::Null {
            return Ok(None);
        }
        Self::of_client(value("first_name")?, value("last_name")?, value("email")?, value("phone")?).map(Some)
    }

    fn of_client(first: ValueRef<'_>, last: ValueRef<'_>, email: ValueRef<'_>, phone: ValueRef<'_>) -> Result<Self> {
        let (first, last, email) = (fold(text(first)?), fold(text(last)?), text(email)?);
        Ok(Self {
            // Before any letter: Ann Lee stands before Bo Leeds.
            sort_name: format!("{last}\u{1}{first}"),
            names: format!("{first} {last}"),
            typed_email: email.to_owned(),
            email: fold(email),
            phone: reversed_digits(text(phone)?),
            ..Self::default()
        })
    }

    /// Adds a pet that was just made, unless it is gone.
    fn add_new_pet(&mut self, change: &Change<'_>) -> Result<()> {
        let value = |column| new_value(change, column);
        if value("deleted_at")? != ValueRef::Null {
            return Ok(());
        }
        self.add_pet(value("name")?, value("breed")?, value("microchip")?)
    }

    fn add_pet(&mut self, name: ValueRef<'_>, breed: ValueRef<'_>, microchip: ValueRef<'_>) -> Result<()> {
        let (name, breed) = (fold(text(name)?), fold(text(breed)?));
        for text in [&name, &breed] {
            self.pets.push_str(text);
            self.pets.push(' ');
        }
        self.pet_names.push(name);
        self.microchips.push_str(&reversed_digits(text(microchip)?));
        self.microchips.push(' ');
        Ok(())
    }
}

/// The statements that write a document; looked up once for many.
struct Writing<'a> {
    db: &'a Connection,
    documents: CachedStatement<'a>,
    index: CachedStatement<'a>,
    likeness: likeness::Writing<'a>,
}

impl<'a> Writing<'a> {
    fn new(db: &'a Connection) -> Result<Self> {
        let index = "INSERT INTO search_index (rowid, names, pets, email, phone, microchip) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        Ok(Self {
            db,
            documents: db.prepare_cached("INSERT INTO search_docs (client_id, sort_name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?,
            index: db.prepare_cached(index)?,
            likeness: likeness::Writing::new(db)?,
        })
    }

    /// Gives a client a document's number; none where it has one.
    fn add(&mut self, client: &[u8; 16], document: &Document) -> Result<Option<i64>> {
        let added = self.documents.execute(params![client, document.sort_name])?;
        Ok((added == 1).then(|| self.db.last_insert_rowid()))
    }

    /// Writes the document of a client of whom nothing is in the index.
    fn write(&mut self, docid: i64, client: &[u8; 16], document: &Document) -> Result<()> {
        let Document { names, pets, email, phone, microchips, .. } = document;
        self.index.execute(params![docid, names, pets, email, phone, microchips])?;
        self.likeness.write(client, names, &document.pet_names, &document.typed_email)
    }
}

/// What a new row holds in a column.
fn new_value<'a>(change: &'a Change<'_>, column: &str) -> Result<ValueRef<'a>> {
    Ok(change.after(change.table.position(column)?).unwrap_or(ValueRef::Null))
}

/// A column's text; nothing where it is empty.
fn text(value: ValueRef<'_>) -> Result<&str> {
    Ok(value.as_str_or_null().map_err(rusqlite::Error::from)?.unwrap_or_default())
}

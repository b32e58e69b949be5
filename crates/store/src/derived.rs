//! Derived tables: kept from the rows a write changed, made anew by [`rebuild`]. Never recorded, never sent.

mod bucket;
mod client_stats;
mod counts;
mod likeness;
mod search_docs;
mod visit_cards;
mod visits;

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::Result;
use crate::changes::{Change, Kind};
use crate::clinic_zone::clinic_zone;

/// Above this many things of a kind, one pass over all rows is cheaper than one look-up each.
const ONE_BY_ONE: usize = 20_000;

/// What a write has made stale.
#[derive(Debug, Default)]
pub(crate) struct Affected {
    clients: BTreeSet<[u8; 16]>,
    documents: search_docs::Stale,
    visit_starts: BTreeSet<i64>,
    made_at: BTreeSet<i64>,
    /// When visits were made that nothing else has happened to: of them a day has more, and need not be counted anew.
    new_visits: Vec<i64>,
    counts: BTreeSet<(usize, [u8; 16])>,
    cards: visit_cards::Stale,
    is_zone_new: bool,
    is_own: bool,
}

impl Affected {
    /// For what is written on this desk. (The default is for what comes from others: in an order of its own.)
    pub(crate) fn own() -> Self {
        Self { is_own: true, ..Self::default() }
    }

    /// Takes note of a changed row.
    pub(crate) fn note(&mut self, db: &Connection, change: &Change<'_>) -> Result<()> {
        match change.table.name.as_str() {
            "clinics" => self.is_zone_new |= change.touches(&["timezone"])?,
            "clients" => self.note_client(change)?,
            "pets" => self.note_pet(db, change)?,
            "appointments" => self.note_visit(db, change)?,
            "calls" => {
                self.clients.extend(change.ids("client_id")?);
                self.clients.extend(parent(db, "SELECT client_id FROM calls WHERE id = ?1", &change.id)?);
                self.note_making(db, change, "SELECT created_at FROM calls WHERE id = ?1")?;
            }
            "messages" => self.note_making(db, change, "SELECT created_at FROM messages WHERE id = ?1")?,
            _ => {}
        }
        self.cards.note(change, self.is_own)?;
        counts::note(&mut self.counts, db, change)
    }

    fn note_client(&mut self, change: &Change<'_>) -> Result<()> {
        if change.touches(&["first_name", "last_name", "email", "phone", "deleted_at", "merged_into_id"])? {
            self.documents.client(change)?;
        }
        Ok(())
    }

    fn note_pet(&mut self, db: &Connection, change: &Change<'_>) -> Result<()> {
        if !change.touches(&["client_id", "name", "breed", "microchip", "deleted_at"])? {
            return Ok(());
        }
        self.documents.pet(db, change)
    }

    fn note_visit(&mut self, db: &Connection, change: &Change<'_>) -> Result<()> {
        const COUNTED: &[&str] = &[
            "client_id",
            "service_id",
            "staff_id",
            "starts_at",
            "status",
            "final_cost_cents",
            "reschedule_count",
            "created_at",
            "deleted_at",
            "previous_appointment_id",
        ];
        if !change.touches(COUNTED)? {
            return Ok(());
        }
        self.clients.extend(change.ids("client_id")?);
        self.visit_starts.extend(change.instants("starts_at")?);
        if self.is_own && change.kind == Kind::Inserted && change.instants("deleted_at")?.next().is_none() {
            self.new_visits.extend(change.instants("created_at")?);
            return Ok(());
        }
        if change.kind == Kind::Updated {
            self.clients.extend(parent(db, "SELECT client_id FROM appointments WHERE id = ?1", &change.id)?);
            self.visit_starts.extend(instant(db, "SELECT starts_at FROM appointments WHERE id = ?1", &change.id)?);
        }
        self.note_making(db, change, "SELECT created_at FROM appointments WHERE id = ?1")
    }

    fn note_making(&mut self, db: &Connection, change: &Change<'_>, sql: &str) -> Result<()> {
        let before = self.made_at.len();
        self.made_at.extend(change.instants("created_at")?);
        if before == self.made_at.len() {
            self.made_at.extend(instant(db, sql, &change.id)?);
        }
        Ok(())
    }

    /// Some of what was noted is rolled back: whatever day it may be about is counted anew.
    pub(crate) fn doubt(&mut self) {
        self.made_at.extend(self.new_visits.drain(..));
    }

    /// Writes the documents of clients that are new: of a long action they need not all be held until its end.
    pub(crate) fn write_new_documents(&mut self, db: &Connection) -> Result<()> {
        self.documents.write_new(db)
    }

    /// Brings what is stale up to date.
    pub(crate) fn refresh(&mut self, db: &Connection) -> Result<()> {
        if self.is_zone_new && clinic_zone(db)?.is_some() {
            visits::rebuild(db)?;
            client_stats::rebuild(db)?;
        } else {
            visits::refresh(db, &self.visit_starts, &self.made_at, &std::mem::take(&mut self.new_visits))?;
            if self.clients.len() > ONE_BY_ONE {
                client_stats::rebuild(db)?;
            } else {
                client_stats::refresh(db, &self.clients)?;
            }
        }
        self.cards.refresh(db)?;
        self.documents.refresh(db)?;
        counts::refresh(db, &self.counts)
    }
}

/// Makes every derived table anew.
pub(crate) fn rebuild(db: &Connection) -> Result<()> {
    visits::rebuild(db)?;
    client_stats::rebuild(db)?;
    visit_cards::rebuild(db)?;
    search_docs::rebuild(db)?;
    counts::rebuild(db)?;
    db.execute("DELETE FROM analytics_cache", [])?;
    Ok(())
}

/// How many clients there are: each has one document.
pub(crate) fn documents(db: &Connection) -> Result<u32> {
    Ok(db.prepare_cached("SELECT count(*) FROM search_docs")?.query_row([], |row| row.get(0))?)
}

fn parent(db: &Connection, sql: &str, id: &[u8; 16]) -> Result<Option<[u8; 16]>> {
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

fn instant(db: &Connection, sql: &str, id: &[u8; 16]) -> Result<Option<i64>> {
    Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use rusqlite::trace::{TraceEvent, TraceEventCodes};

    use super::*;
    use crate::file::migrate;

    /// By an index each takes a page to decipher, and SQLite takes one where it may: client statistics took three times as long.
    #[test]
    fn all_visits_are_read_in_the_order_in_which_they_lie() {
        let mut db = Connection::open_in_memory().unwrap();
        migrate(&mut db).unwrap();
        db.execute(
            "INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (zeroblob(16), 'x', 'Europe/Madrid', 0, 0)",
            [],
        )
        .unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        let note = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, _) = event {
                noted.lock().unwrap().push(statement.sql().into_owned());
            }
        };
        db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).unwrap();
        rebuild(&db).unwrap();
        let asked = std::mem::take(&mut *asked.lock().unwrap());
        // The names on cards lie in memory while it lasts.
        let all = asked.iter().filter(|sql| sql.contains("NOT INDEXED"));
        let read = |sql: &String| {
            let sql = format!("EXPLAIN QUERY PLAN {}", sql.replace("temp.card_", ""));
            let mut statement = db.prepare(&sql).unwrap();
            statement.query_row([None::<i64>; 2], |row| row.get::<_, String>(3)).unwrap()
        };
        assert_eq!(all.map(read).collect::<Vec<_>>(), ["SCAN appointments", "SCAN appointments", "SCAN a"]);
    }
}

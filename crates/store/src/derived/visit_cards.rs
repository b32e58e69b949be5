//! `visit_cards`: visits with the names on their cards, in the order of the board, so that a day is one stretch of the file.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::ONE_BY_ONE;
use crate::Result;
use crate::appointments::card::CARD;
use crate::changes::{Change, Kind};

/// The columns of a client and of a pet that stand on cards.
const OF_CLIENT: &[&str] = &["first_name", "last_name", "phone", "email"];
const OF_PET: &[&str] = &["name", "species", "alerts", "allergies"];

/// What was changed of what cards show.
#[derive(Debug, Default)]
pub(super) struct Stale {
    /// Visits, each with the starts under which its card may stand.
    visits: BTreeMap<[u8; 16], BTreeSet<i64>>,
    clients: BTreeSet<[u8; 16]>,
    pets: BTreeSet<[u8; 16]>,
}

impl Stale {
    /// Takes note of a changed row. `is_own`: it was written here, where nothing can refer to a client or a pet before there is one.
    pub(super) fn note(&mut self, change: &Change<'_>, is_own: bool) -> Result<()> {
        let is_known = change.kind == Kind::Updated || !is_own;
        match change.table.name.as_str() {
            "appointments" => {
                let starts = self.visits.entry(change.id).or_default();
                if change.kind == Kind::Updated {
                    starts.extend(change.instants("starts_at")?);
                }
            }
            "clients" if is_known && change.touches(OF_CLIENT)? => drop(self.clients.insert(change.id)),
            "pets" if is_known && change.touches(OF_PET)? => drop(self.pets.insert(change.id)),
            _ => {}
        }
        Ok(())
    }

    /// Brings the cards up to date.
    pub(super) fn refresh(&self, db: &Connection) -> Result<()> {
        let mut all: BTreeSet<[u8; 16]> = self.visits.keys().copied().collect();
        for (of, sql) in [
            (&self.clients, "SELECT id FROM appointments WHERE client_id = ?1 AND deleted_at IS NULL"),
            (&self.pets, "SELECT id FROM appointments WHERE pet_id = ?1 AND deleted_at IS NULL"),
        ] {
            for id in of {
                let mut statement = db.prepare_cached(sql)?;
                let mut rows = statement.query([id])?;
                while let Some(row) = rows.next()? {
                    all.insert(row.get(0)?);
                }
            }
        }
        if all.len() > ONE_BY_ONE {
            return rebuild(db);
        }
        let mut remove = db.prepare_cached("DELETE FROM visit_cards WHERE starts_at = ?1 AND id = ?2")?;
        for (id, starts) in &self.visits {
            for at in starts {
                remove.execute(params![at, id])?;
            }
        }
        let mut write =
            db.prepare_cached(&format!("{}{CARD} WHERE a.id = ?1 AND a.deleted_at IS NULL", include_str!("visit_cards.sql")))?;
        let gone = "DELETE FROM visit_cards WHERE starts_at = (SELECT starts_at FROM appointments WHERE id = ?1) AND id = ?1";
        for id in all {
            if write.execute([id])? == 0 {
                db.prepare_cached(gone)?.execute([id])?;
            }
        }
        Ok(())
    }
}

/// How many cards are sorted at a time: what is sorted lies in memory.
const SORTED: i64 = 150_000;

/// Makes them anew, in their order: each goes to the end of the table. The visits are read in the order in which they lie, and sorted: going by
/// their starts would fetch, and decipher, a page for every visit. Where there are very many, by some of them at a time. Nor is
/// a page fetched for the names of each: those are put together in memory first.
pub(super) fn rebuild(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM visit_cards", [])?;
    let edges = "SELECT DISTINCT starts_at FROM
                   (SELECT starts_at, row_number() OVER (ORDER BY starts_at) AS place FROM appointments WHERE deleted_at IS NULL)
                 WHERE place % ?1 = 0 ORDER BY starts_at";
    let mut edges = db.prepare(edges)?.query_map([SORTED], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    edges.push(i64::MAX);
    db.execute_batch(include_str!("names_on_cards.sql"))?;
    let card = CARD
        .replace("FROM appointments a", "FROM appointments a NOT INDEXED")
        .replace("JOIN clients", "JOIN temp.card_clients")
        .replace("JOIN pets", "JOIN temp.card_pets");
    let part = "WHERE a.deleted_at IS NULL AND a.starts_at >= ?1 AND a.starts_at < ?2 ORDER BY a.starts_at, a.id";
    let mut write = db.prepare(&format!("{}{card} {part}", include_str!("visit_cards.sql")))?;
    let mut from = i64::MIN;
    for to in edges {
        write.execute([from, to])?;
        from = to;
    }
    db.execute_batch("DROP TABLE temp.card_clients; DROP TABLE temp.card_pets")?;
    Ok(())
}

//! What was written at the desks, as each file said right after it: what the log is held against when everything is quiet.
//!
//! Nothing here asks the judge. The log is read from its beginning, and for every value that a desk had written it must say that it stands, or that it
//! lost; and who won must be who should have.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use petrel_domain::manifest::REGISTERS;
use petrel_domain::replication::{Change, Clock, Columns, Entry, Logged, Maker, Name, Transaction};
use petrel_store::Store;
use petrel_sync::Parcel;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;
use uuid::Uuid;

use crate::check::Findings;
use crate::faults::Wire;

/// A transaction, whichever replica it is sent as: a file's number for it, and the mark drawn when the file was opened.
type Key = (i64, u32);

struct Written {
    place: usize,
    transaction: Transaction,
    /// The disk it was on is gone. It may have come to the hub before.
    is_gone: bool,
}

/// What was written at all desks.
#[derive(Default)]
pub(crate) struct Book(HashMap<Key, Written>);

impl Book {
    /// Does something at a desk, and notes what its file has to send of it.
    pub(crate) fn watch(&mut self, place: usize, store: &Store, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let last: i64 = store.read(|db| Ok(db.query_row("SELECT next_n - 1 FROM sync_state", [], |row| row.get(0))?))?;
        work()?;
        for transaction in store.outgoing(last, usize::MAX, usize::MAX)? {
            for Change { table, id, columns, .. } in &transaction.changes {
                let row = store.row_as_sent(table, *id)?.with_context(|| format!("{table} {id} is sent and not there"))?;
                for (column, value) in columns.iter() {
                    let here = row.get(column).unwrap_or(&Value::Null);
                    ensure!(here == value, "{table} {id} {column}: {value} is sent, {here} is in the file");
                }
            }
            let written = Written { place, transaction, is_gone: false };
            self.0.insert((written.transaction.n, written.transaction.mark), written);
        }
        Ok(())
    }

    /// A desk's file went back in time: what it does not hold is gone with the disk.
    pub(crate) fn went_back(&mut self, place: usize, store: &Store) -> Result<()> {
        for written in self.0.values_mut().filter(|written| written.place == place) {
            let Transaction { n, mark, .. } = written.transaction;
            written.is_gone |= !has(store, "SELECT 1 FROM outbox WHERE n = ?1 AND mark = ?2", (n, mark))?;
        }
        Ok(())
    }

    /// What a desk has not been answered lies in its outbox, whatever happened to it.
    pub(crate) fn waits(&self, place: usize, store: &Store, wire: &Wire) -> Result<()> {
        for written in self.0.values().filter(|written| written.place == place && !written.is_gone) {
            let Transaction { replica, n, mark, .. } = written.transaction;
            let is_answered = wire.answered.contains(&(n, mark));
            if !is_answered && !has(store, "SELECT 1 FROM outbox WHERE n = ?1 AND mark = ?2 AND sent_at IS NULL", (n, mark))? {
                bail!("{replica} {n} was written, nobody answered it, and it does not wait");
            }
        }
        Ok(())
    }

    /// Holds the log, and what the desks still have, against what was written.
    pub(crate) fn hold_against(&self, log: &[Logged], wire: &Wire, stores: &[Store], findings: &mut Findings) -> Result<()> {
        for parcel in &wire.late {
            let Parcel::Open(push) = parcel else { continue };
            for sent in &push.transactions {
                let Some(written) = self.0.get(&(sent.n, sent.mark)) else { bail!("{:?} was sent, and nobody wrote it", sent.id()) };
                ensure!(sent.changes == written.transaction.changes, "{:?} was sent otherwise than it was written", sent.id());
            }
        }
        let logged: HashMap<Key, &Logged> = log.iter().map(|logged| ((logged.n, logged.mark), logged)).collect();
        for (key, Written { place, transaction, is_gone }) in &self.0 {
            if logged.contains_key(key) || *is_gone {
                continue;
            }
            let store = &stores[*place];
            if is_set_aside(store, transaction)? {
                continue;
            }
            if has(store, "SELECT 1 FROM outbox WHERE n = ?1 AND mark = ?2 AND sent_at IS NULL", *key)? {
                findings.stuck += 1;
            } else {
                findings.lost += 1;
            }
        }
        let mut replay = Replay::default();
        for logged in log {
            let Some(written) = self.0.get(&(logged.n, logged.mark)) else {
                bail!("{} {} is in the log, and nobody wrote it", logged.replica, logged.n)
            };
            replay.read(logged, &written.transaction, findings)?;
        }
        Ok(())
    }
}

fn has(store: &Store, sql: &str, (n, mark): Key) -> Result<bool> {
    Ok(store.read(|db| Ok(db.prepare_cached(sql)?.exists(params![n, mark])?))?)
}

/// Whether a desk keeps what the hub rejected as it was written, with a reason.
fn is_set_aside(store: &Store, transaction: &Transaction) -> Result<bool> {
    let found: Option<(String, String)> = store.read(|db| {
        let sql = "SELECT transaction_json, reason FROM rejected_changes WHERE n = ?1";
        Ok(db.query_row(sql, [transaction.n], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    })?;
    let Some((kept, reason)) = found else { return Ok(false) };
    let kept: Transaction = serde_json::from_str(&kept)?;
    Ok(reason != "null" && kept.mark == transaction.mark && kept.changes == transaction.changes)
}

/// Who wrote a register, in the order in which stamps win: the later clock, then the greater replica, then the later entry.
type Stamp = (Clock, Uuid, i64);

/// A row, as the log has brought it so far.
struct Row {
    columns: HashMap<String, Value>,
    made: Stamp,
    written: HashMap<String, Stamp>,
}

impl Row {
    fn stamp(&self, register: &str) -> Stamp {
        self.written.get(register).copied().unwrap_or(self.made)
    }
}

/// The first of the columns that are won and lost together.
fn register<'a>(table: &str, column: &'a str) -> &'a str {
    REGISTERS.iter().find(|(of, columns)| *of == table && columns.contains(&column)).map_or(column, |(_, columns)| columns[0])
}

#[derive(Default)]
struct Replay {
    rows: HashMap<(Name, Uuid), Row>,
}

impl Replay {
    /// One transaction of the log, and what its desk had written.
    fn read(&mut self, logged: &Logged, written: &Transaction, findings: &mut Findings) -> Result<()> {
        let mut changes = written.changes.iter();
        for (seq, entry) in (logged.first_seq..).zip(&logged.entries) {
            let mine = (logged.clock, logged.replica, seq);
            if entry.maker != Maker::Desk {
                self.note(entry, mine, entry.columns.keys());
                continue;
            }
            let change = changes.next().filter(|change| change.table == entry.table && change.id == entry.id);
            let change = change.with_context(|| format!("{seq} is no change that {} {} had written", logged.replica, logged.n))?;
            let won = self.held_against(entry, mine, &change.columns, written.seen, findings);
            self.note(entry, mine, won.into_iter());
        }
        ensure!(changes.next().is_none(), "{} {} is not whole in the log", logged.replica, logged.n);
        Ok(())
    }

    /// Whether an entry says of every value that it stands or that it lost, and who won is who should have. Answers the columns that this entry won.
    fn held_against<'a>(&self, entry: &Entry, mine: Stamp, sent: &'a Columns, seen: i64, findings: &mut Findings) -> Vec<&'a str> {
        let (_, replica, seq) = mine;
        let is_listed = |column: &str, value: &Value, of: i64| {
            entry.lost.iter().any(|lost| lost.column == column && lost.value == *value && lost.seq == of)
        };
        let mut won = Vec::new();
        for (column, value) in sent.iter() {
            let stands = entry.columns.get(column);
            let Some(row) = self.rows.get(&(entry.table.clone(), entry.id)) else {
                findings.untold += usize::from(stands != Some(value));
                won.push(column);
                continue;
            };
            let old = row.columns.get(column).unwrap_or(&Value::Null);
            let theirs = row.stamp(register(&entry.table, column));
            let is_known = theirs.2 <= seen || theirs.1 == replica;
            let is_mine = is_known || mine >= theirs;
            findings.misjudged += usize::from(stands != Some(if is_mine { value } else { old }));
            // Whichever of the two does not stand; when a row was last changed is nothing that anybody wrote.
            let is_told = match (is_mine, old == value) {
                (_, true) => true,
                (true, _) => is_known || column == "updated_at" || is_listed(column, old, theirs.2),
                (false, _) => is_listed(column, value, seq),
            };
            findings.untold += usize::from(!is_told);
            if is_mine {
                won.push(column);
            }
        }
        won
    }

    /// Brings the row to what stands after an entry.
    fn note<'a>(&mut self, entry: &Entry, mine: Stamp, won: impl Iterator<Item = &'a str>) {
        let row = self.rows.entry((entry.table.clone(), entry.id));
        let mut is_new = false;
        let row = row.or_insert_with(|| {
            is_new = true;
            Row { columns: HashMap::new(), made: mine, written: HashMap::new() }
        });
        if !is_new {
            let won: Vec<(&str, Clock)> = won
                .map(|column| register(&entry.table, column))
                // A clock does not go back by what was written knowingly.
                .map(|register| (register, row.stamp(register).0.max(mine.0)))
                .collect();
            for (register, clock) in won {
                row.written.insert(register.to_owned(), (clock, mine.1, mine.2));
            }
        }
        row.columns.extend(entry.columns.iter().map(|(column, value)| (column.to_owned(), value.clone())));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
mod tests {
    use petrel_store::OpenOptions;

    use super::*;
    use crate::desk::key;
    use crate::edits::found;

    /// A desk at which a clinic was founded, and what was written there.
    fn desk(folder: &std::path::Path) -> (Store, Book) {
        let store = Store::open(&OpenOptions::new(folder.join("desk.petrel"), key())).unwrap();
        let mut book = Book::default();
        book.watch(0, &store, || found(&store, &mut fastrand::Rng::with_seed(1))).unwrap();
        (store, book)
    }

    #[test]
    fn what_still_waits_is_stuck_and_what_waits_nowhere_is_lost() {
        let folder = crate::fast_folder().unwrap();
        let (store, book) = desk(folder.path());
        let findings = |store: &Store| {
            let mut findings = Findings::default();
            book.hold_against(&[], &Wire::default(), std::slice::from_ref(store), &mut findings).unwrap();
            findings
        };
        assert_eq!(findings(&store), Findings { stuck: 1, ..Findings::default() });
        book.waits(0, &store, &Wire::default()).unwrap();
        drop(store);

        let db = crate::growing::raw(&folder.path().join("desk.petrel")).unwrap();
        db.execute("DELETE FROM outbox", []).unwrap();
        drop(db);
        let store = Store::open(&OpenOptions::new(folder.path().join("desk.petrel"), key())).unwrap();
        assert_eq!(findings(&store), Findings { lost: 1, ..Findings::default() });
        assert!(book.waits(0, &store, &Wire::default()).is_err());
    }
}

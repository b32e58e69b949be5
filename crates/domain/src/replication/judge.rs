//! What becomes of one transaction: merged register by register, its rows revived where something new belongs to them, its visits held
//! against the others.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::agenda::{self, Place};
use super::clash::{self, PLACE, clash_of};
use super::columns::{Columns, Name};
use super::ledger::{Ledger, Row, Stamp, known, register};
use super::schema::Schema;
use super::wire::{Change, Clock, Entry, Lost, Maker, Op, Reason, Transaction};
use crate::Millis;
use crate::manifest::{OnDelete, Reference, Replicated, WISHES, reference, replicated};

/// How far ahead of the hub a desk's clock may be, in milliseconds, before it is set back.
pub const MAX_AHEAD: i64 = 60_000;
/// The most rows of one transaction.
const MAX_CHANGES: usize = 20_000;
/// The most bytes that the entries of one transaction hold, about: as much as a push brings, and as much that it won over.
const MAX_BYTES: usize = 64 << 20;
/// The most visits that those of one transaction are held against. An hour with a thousand visits of one colleague takes a tenth of it; without an end,
/// thousands at one hour of a service that has room for all would hold up every clinic of the hub.
const MAX_LOOKS: usize = 10_000_000;

/// The clock that is judged: one that is more than a minute ahead of the hub is set to the hub's time, so that a desk whose clock is a year
/// ahead does not win for a year.
pub fn clamp(clock: Clock, now: Millis) -> Clock {
    if clock.millis().0 > now.0 + MAX_AHEAD { Clock::at(now) } else { clock }
}

/// One transaction under judgement.
struct Case<'a> {
    ledger: &'a mut Ledger,
    stamp: Stamp,
    seen: i64,
    next: i64,
    entries: Vec<Entry>,
    /// How many bytes they hold, about.
    bytes: usize,
    /// Visits whose place is a question.
    places: Vec<Uuid>,
    /// Where visits stood that may stand there no more.
    left: Vec<Place>,
    /// Whether this transaction deletes a client.
    takes_client: bool,
    /// When and by whom those clients were deleted that this transaction changes, as it was before it: its changes come in any order.
    gone: HashMap<Uuid, (Value, Uuid)>,
    /// Rows this transaction marked deleted, and whether somebody wrote into them what the one who deleted had not read.
    deleted: Vec<(&'static str, Uuid, bool)>,
}

/// Judges a transaction whose entries will be numbered from `first_seq`, and brings the ledger to what stands after it. The ledger must hold
/// every row that the transaction names, what those refer to, what refers to rows it deletes, and the visits around those it places.
///
/// # Errors
/// The reason why it can never be applied. The ledger is as it was.
pub fn judge(
    ledger: &mut Ledger,
    schema: &Schema,
    transaction: &mut Transaction,
    first_seq: i64,
    now: Millis,
) -> Result<Vec<Entry>, Reason> {
    if transaction.changes.is_empty() {
        return Err(Reason::new("empty"));
    }
    if transaction.changes.len() > MAX_CHANGES {
        return Err(Reason::new("too_many_changes"));
    }
    for change in &mut transaction.changes {
        complete(change, transaction.clock);
        schema.check(&change.table, change.id, &mut change.columns)?;
    }
    ledger.begin();
    let stamp = Stamp { clock: clamp(transaction.clock, now), seq: 0, replica: transaction.replica };
    let entries = Vec::with_capacity(transaction.changes.len());
    let mut case = Case {
        ledger,
        stamp,
        seen: transaction.seen,
        next: first_seq,
        entries,
        bytes: 0,
        places: Vec::new(),
        left: Vec::new(),
        takes_client: transaction.changes.iter().any(|change| change.table == "clients" && is_deletion(&change.columns)),
        gone: HashMap::new(),
        deleted: Vec::new(),
    };
    let result = case.all(schema, &transaction.changes);
    let entries = case.entries;
    match result {
        Ok(()) => {
            ledger.keep();
            Ok(entries)
        }
        Err(reason) => {
            ledger.take_back();
            Err(reason)
        }
    }
}

/// What nobody typed: a mark, and when the row was changed.
fn is_mark(table: &str, column: &str) -> bool {
    column == "updated_at" || crate::manifest::is_mark(table, column)
}

fn is_deletion(columns: &Columns) -> bool {
    columns.get("deleted_at").is_some_and(|at| !at.is_null())
}

/// When a row was deleted, and by which replica.
fn deletion(row: &Row) -> Option<(Value, Uuid)> {
    row.is_deleted().then(|| (row.value("deleted_at").clone(), row.stamp("deleted_at").replica))
}

/// Whether a column says whose its row is. To merge a client into another writes it into all that the one has.
fn is_owner(table: &str, column: &str) -> bool {
    reference(table, column).is_some_and(|of| of.parent == "clients" && of.is_needed())
}

/// Whether a reference was cleared, as a deletion of what it named does.
fn is_cleared(table: &str, column: &str, value: &Value) -> bool {
    value.is_null() && reference(table, column).is_some_and(|of| of.on_delete == OnDelete::SetNull)
}

/// Whether somebody typed this into a row: no mark, no reference that went with what it named, nor what a register says of its other columns
/// as they stand anyway. Whose the row is is asked by itself.
fn is_typed(table: &str, column: &str, value: &Value, row: &Row) -> bool {
    let is_filler = || !register(table, column).1.is_empty() && row.value(column) == value;
    !(is_mark(table, column) || is_owner(table, column) || is_cleared(table, column, value) || is_filler())
}

/// Of an object of wishes that two wrote apart: what won, and every no of what lost. None for any other column.
fn with_noes_of_both(table: &str, column: &str, winner: &Value, loser: &Value) -> Option<Value> {
    let (Value::Object(winner), Value::Object(loser)) = (winner, loser) else { return None };
    if !WISHES.contains(&(table, column)) {
        return None;
    }
    let noes = loser.iter().filter(|(_, wish)| **wish == Value::Bool(false));
    Some(winner.clone().into_iter().chain(noes.map(|(kind, no)| (kind.clone(), no.clone()))).collect())
}

/// A deletion says when.
fn complete(change: &mut Change, clock: Clock) {
    if change.op == Op::Delete && change.columns.get("deleted_at").is_none_or(Value::is_null) {
        change.columns.insert("deleted_at", Value::from(clock.millis().0));
    }
}

impl Case<'_> {
    fn all(&mut self, schema: &Schema, changes: &[Change]) -> Result<(), Reason> {
        let clients = changes.iter().filter(|change| change.table == "clients");
        let gone = clients.filter_map(|change| Some((change.id, deletion(self.ledger.row("clients", change.id)?)?)));
        self.gone = gone.collect();
        for change in changes {
            let table = known(&change.table).ok_or_else(|| Reason::of("unknown_table", &change.table, change.id, ""))?;
            match self.ledger.row(table, change.id) {
                None => self.make(schema, table, change)?,
                Some(_) => self.merge(table, change),
            }
            if self.bytes > MAX_BYTES {
                return Err(Reason::new("too_large"));
            }
        }
        // A child may come before its parent within one transaction: references are looked at when all of it is there.
        for change in changes {
            let Some(table) = known(&change.table) else { continue };
            self.require_parents(table, change)?;
        }
        for change in changes {
            let Some(table) = known(&change.table) else { continue };
            self.revive(table, change.id);
        }
        // Children first: one that is brought back keeps what it belongs to.
        let mut deleted = std::mem::take(&mut self.deleted);
        deleted.sort_by_key(|(table, ..)| Reverse(replicated(table).map(|table| table.place)));
        for (table, id, is_unread) in deleted {
            let is_deleted = self.ledger.row(table, id).is_some_and(Row::is_deleted);
            if is_deleted && (is_unread || self.ledger.has_living_children(table, id)) {
                self.bring_back(table, id);
                self.revive(table, id);
            }
        }
        self.judge_places()
    }

    fn make(&mut self, schema: &Schema, table: &'static str, change: &Change) -> Result<(), Reason> {
        schema.check_new(table, change.id, &change.columns)?;
        let seq = self.next;
        let made = Stamp { seq, ..self.stamp };
        self.ledger.make(table, change.id, Row { columns: change.columns.clone(), made, written: Default::default(), seq });
        if table == "appointments" {
            self.places.push(change.id);
        }
        self.push(table, change.id, change.columns.clone(), Vec::new(), 0, Maker::Desk);
        Ok(())
    }

    /// Register by register: the later clock wins all of it. What the desk had seen when it wrote, it wins over by that.
    fn merge(&mut self, table: &'static str, change: &Change) {
        let Some(row) = self.ledger.row(table, change.id) else { return };
        let (seq, prior) = (self.next, row.seq);
        let mine = Stamp { seq, ..self.stamp };
        let mut standing = Columns::new();
        let mut set = Columns::new();
        let mut lost = Vec::new();
        let mut won: Vec<(Name, Stamp)> = Vec::new();
        for (column, value) in change.columns.iter() {
            let name = register(table, column).0;
            let theirs = row.stamp(name);
            let is_seen = !self.is_unseen(&theirs);
            let is_won = is_seen || mine.beats(&theirs);
            let old = row.value(column);
            let (winner, loser) = if is_won { (value, old) } else { (old, value) };
            let stands = if is_seen { None } else { with_noes_of_both(table, column, winner, loser) };
            let stands = stands.unwrap_or_else(|| winner.clone());
            // When a row was last changed is nothing anybody typed; that it did not stand, the desk must know all the same.
            if !is_seen && *old != stands && column != "updated_at" {
                lost.push(Lost { column: column.to_owned(), value: old.clone(), seq: theirs.seq });
            }
            if *value != stands {
                lost.push(Lost { column: column.to_owned(), value: value.clone(), seq });
            }
            if is_won || *old != stands {
                set.insert(column, stands.clone());
                if !won.iter().any(|(register, _)| register == name) {
                    // A clock that is behind what the desk had seen must not go back.
                    let clock = mine.clock.max(theirs.clock);
                    // What is of both neither has read.
                    let replica = if stands == *winner { mine.replica } else { Uuid::nil() };
                    won.push((name.into(), Stamp { clock, replica, ..mine }));
                }
            }
            standing.insert(column, stands);
        }
        if change.columns.contains_key("created_at") {
            // The desk made the row, and another one had made it before: it must get all that the other wrote, also into columns it left empty.
            for (column, value) in row.columns.iter() {
                if !standing.contains_key(column) {
                    standing.insert(column, value.clone());
                }
            }
        }
        let was_deleted = row.is_deleted();
        let is_unseen_deletion = was_deleted && self.is_unseen(&row.stamp("deleted_at"));
        let writes = !change.columns.contains_key("deleted_at");
        let edits = writes && change.columns.iter().any(|(column, value)| is_typed(table, column, value, row));
        let moves = writes && change.columns.keys().any(|column| is_owner(table, column));
        // What went with its client lives on with the other that it was given to; what was deleted by itself stays so.
        let lives_on = edits || moves && self.went_with_client(table, row);
        if !was_deleted && is_deletion(&set) {
            let is_typed = |register: &str| {
                let is_cleared = is_cleared(table, register, row.value(register));
                register != "deleted_at" && !is_mark(table, register) && !is_cleared && (self.takes_client || !is_owner(table, register))
            };
            let is_unread = row.written.iter().any(|(register, stamp)| is_typed(register) && self.is_unseen(stamp));
            self.deleted.push((table, change.id, is_unread));
        }
        if table == "appointments" && set.keys().any(|column| PLACE.contains(&column)) {
            let agenda = self.ledger.agenda();
            self.left.extend(agenda.visit(change.id).and_then(|visit| agenda.place(visit)));
            self.places.push(change.id);
        }
        self.ledger.set(table, change.id, &set, &won, seq);
        self.push(table, change.id, standing, lost, prior, Maker::Desk);
        // What somebody wrote into a row that another desk deleted meanwhile must not vanish with it.
        if is_unseen_deletion && lives_on {
            self.bring_back(table, change.id);
        }
    }

    /// Whether a row was deleted along with the client it is of.
    fn went_with_client(&self, table: &'static str, row: &Row) -> bool {
        let owners = replicated(table).into_iter().flat_map(Replicated::needs).filter(|of| of.parent == "clients");
        let of_client = |id: Uuid| self.gone.get(&id).cloned().or_else(|| deletion(self.ledger.row("clients", id)?));
        owners.filter_map(|of| of_client(row.id(of.column)?)).any(|of| Some(of) == deletion(row))
    }

    /// Whether another desk wrote this, and the one whose transaction it is had not read it.
    fn is_unseen(&self, theirs: &Stamp) -> bool {
        theirs.seq > self.seen && theirs.replica != self.stamp.replica
    }

    /// Every row a change refers to is there.
    fn require_parents(&self, table: &'static str, change: &Change) -> Result<(), Reason> {
        for Reference { column, parent, .. } in replicated(table).into_iter().flat_map(|table| &table.references) {
            let Some(id) = change.columns.get(column).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok()) else { continue };
            if self.ledger.row(parent, id).is_none() {
                return Err(Reason::of("missing_parent", table, change.id, column));
            }
        }
        Ok(())
    }

    /// A living row brings back the parents it cannot do without, where another desk deleted them unseen.
    fn revive(&mut self, table: &'static str, id: Uuid) {
        for Reference { column, parent, .. } in replicated(table).into_iter().flat_map(Replicated::needs) {
            let row = self.ledger.row(table, id).filter(|row| !row.is_deleted());
            let Some(parent_id) = row.and_then(|row| row.id(column)) else { continue };
            let Some(row) = self.ledger.row(parent, parent_id).filter(|row| row.is_deleted()) else { continue };
            if self.is_unseen(&row.stamp("deleted_at")) {
                self.bring_back(parent, parent_id);
                self.revive(parent, parent_id);
            }
        }
    }

    /// A row lives again, and with it what the same deletion took from it. What needs another row besides waits for that one.
    fn bring_back(&mut self, table: &'static str, id: Uuid) {
        let Some(row) = self.ledger.row(table, id).filter(|row| row.is_deleted()) else { return };
        let how = deletion(row);
        let mut columns = Columns::from_iter([("deleted_at", Value::Null)]);
        // One that was merged into another would be found by nobody.
        if !row.value("merged_into_id").is_null() {
            columns.insert("merged_into_id", Value::Null);
        }
        self.add(table, id, columns, Maker::Revive);
        if table == "appointments" {
            self.places.push(id);
        }
        let along = self.ledger.children_of(table, id).filter(|(_, row)| deletion(row) == how);
        let mut along: Vec<_> = along.map(|(key, _)| key).collect();
        along.sort_unstable();
        for (child, child_id) in along {
            if self.ledger.has_its_parents(child, child_id) {
                self.bring_back(child, child_id);
            }
        }
    }

    fn judge_places(&mut self) -> Result<(), Reason> {
        let mut open = std::mem::take(&mut self.places);
        let agenda = self.ledger.agenda();
        let pointing: Vec<_> = open.iter().flat_map(|id| agenda.clashing_with(*id)).collect();
        open.extend(pointing);
        let left = agenda::joined(std::mem::take(&mut self.left));
        let mut beside: Vec<_> = left.into_iter().flat_map(|place| clash::in_question(agenda, place)).collect();
        beside.sort_unstable();
        open.extend(beside);
        let mut done = HashSet::with_capacity(open.len());
        for id in open {
            if !done.insert(id) {
                continue;
            }
            if self.ledger.agenda().looks.count() > MAX_LOOKS {
                return Err(Reason::of("too_crowded", "appointments", id, "starts_at"));
            }
            if clash::is_mark_stale(self.ledger.agenda(), id) {
                self.add("appointments", id, Columns::from_iter([("is_overbooked", Value::from(0))]), Maker::Clash);
            }
            let found = clash_of(self.ledger.agenda(), id);
            if self.ledger.agenda().visit(id).is_some_and(|visit| visit.clash_with != found) {
                let value = found.map_or(Value::Null, |other| Value::String(other.to_string()));
                self.add("appointments", id, Columns::from_iter([("clash_with_id", value)]), Maker::Clash);
            }
        }
        Ok(())
    }

    /// An entry of the hub's own: it stands, whatever the clocks say.
    fn add(&mut self, table: &'static str, id: Uuid, columns: Columns, maker: Maker) {
        let Some(row) = self.ledger.row(table, id) else { return };
        let (seq, prior) = (self.next, row.seq);
        let stamp = |column: &str| Stamp { clock: self.stamp.clock.max(row.stamp(column).clock), seq, replica: self.stamp.replica };
        let won: Vec<(Name, Stamp)> = columns.keys().map(|column| (column.into(), stamp(column))).collect();
        self.ledger.set(table, id, &columns, &won, seq);
        self.push(table, id, columns, Vec::new(), prior, maker);
    }

    fn push(&mut self, table: &str, id: Uuid, columns: Columns, lost: Vec<Lost>, prior: i64, maker: Maker) {
        let op = if is_deletion(&columns) { Op::Delete } else { Op::Put };
        let entry = Entry { table: table.into(), id, op, columns, lost, prior, maker };
        self.bytes += entry.weight();
        self.entries.push(entry);
        self.next += 1;
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod tests;

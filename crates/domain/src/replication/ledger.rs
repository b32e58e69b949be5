//! The rows the judge looks at: all of them in a simulation, those that a batch touches on Postgres.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::agenda::{Agenda, Looks};
use super::columns::{Columns, Name};
use super::wire::Clock;
use crate::manifest::{REGISTERS, Replicated, replicated};

/// Who wrote a register, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// By the hybrid logical clock.
    pub clock: Clock,
    /// In which entry.
    pub seq: i64,
    /// Which replica.
    pub replica: Uuid,
}

impl Stamp {
    /// Whether this one wins over another: the later clock, then the greater replica, then the later entry.
    pub fn beats(&self, other: &Self) -> bool {
        (self.clock, self.replica, self.seq) >= (other.clock, other.replica, other.seq)
    }
}

/// A row as the log left it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its columns but for the id; one that is missing is empty.
    pub columns: Columns,
    /// Who made it. Registers that nobody wrote since have this stamp.
    pub made: Stamp,
    /// Who wrote which register since, by the register's first column.
    pub written: Vec<(Name, Stamp)>,
    /// The last entry that touched it.
    pub seq: i64,
}

impl Row {
    /// Who wrote a register last.
    pub fn stamp(&self, register: &str) -> Stamp {
        self.written.iter().find(|(of, _)| of == register).map_or(self.made, |(_, stamp)| *stamp)
    }

    /// A value; null where there is none.
    pub fn value(&self, column: &str) -> &Value {
        self.columns.get(column).unwrap_or(&Value::Null)
    }

    /// An id in a column.
    pub fn id(&self, column: &str) -> Option<Uuid> {
        Uuid::parse_str(self.value(column).as_str()?).ok()
    }

    /// Whether it is marked deleted.
    pub fn is_deleted(&self) -> bool {
        !self.value("deleted_at").is_null()
    }
}

/// What a batch did to a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// It was made.
    pub is_new: bool,
    /// These were set.
    pub columns: BTreeSet<Name>,
}

/// A batch asks a dozen times for every row: hashed with a seed drawn anew, as the ids come from outside, and no more thoroughly than that.
pub(super) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

type Key = (&'static str, Uuid);

/// Rows by table and id, with the ways the judge looks for them.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    rows: HashMap<Key, Row>,
    /// Living or dead, the rows that refer to one: only by references whose child cannot do without its parent. Kept from the first deletion on:
    /// nothing else asks for it.
    children: Option<HashMap<Key, HashSet<Key>>>,
    /// The visits and services among them.
    agenda: Agenda,
    touched: HashMap<Key, Touched>,
    /// Since a transaction began: the rows it changed, as they were before it, each once, however often it changes it.
    before: Option<HashMap<Key, Option<Row>>>,
}

/// The name as the manifest has it; none where no such table is replicated.
pub(super) fn known(table: &str) -> Option<&'static str> {
    replicated(table).map(|table| table.name)
}

/// The columns that are won or lost with one, by name; the first names the register.
pub(super) fn register<'a>(table: &str, column: &'a str) -> (&'a str, &'static [&'static str]) {
    let found = REGISTERS.iter().find(|(of, columns)| *of == table && columns.contains(&column));
    found.map_or((column, &[]), |(_, columns)| (columns[0], columns))
}

impl Ledger {
    /// A row.
    pub fn row(&self, table: &str, id: Uuid) -> Option<&Row> {
        self.rows.get(&(known(table)?, id))
    }

    /// Every row of a table.
    pub fn rows_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = (Uuid, &'a Row)> {
        self.rows.iter().filter(move |((of, _), _)| *of == table).map(|((_, id), row)| (*id, row))
    }

    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.rows.reserve(rows);
        self.touched.reserve(rows);
    }

    /// Puts a row there as it was found, untouched by any batch.
    pub fn load(&mut self, table: &'static str, id: Uuid, row: Row) {
        self.index((table, id), &row);
        self.rows.insert((table, id), row);
    }

    /// Whether a living row needs this one.
    pub(super) fn has_living_children(&mut self, table: &'static str, id: Uuid) -> bool {
        self.children_of(table, id).any(|(_, row)| !row.is_deleted())
    }

    /// The rows that need this one, living or dead, in no order.
    pub(super) fn children_of(&mut self, table: &'static str, id: Uuid) -> impl Iterator<Item = (Key, &Row)> {
        let Self { children, rows, .. } = self;
        let children = children.get_or_insert_with(|| {
            let mut children = HashMap::default();
            rows.iter().for_each(|(key, row)| note_parents(&mut children, *key, row));
            children
        });
        let rows: &HashMap<Key, Row> = rows;
        let found = children.get(&(table, id)).into_iter().flatten();
        found.filter_map(move |key| Some((*key, rows.get(key).filter(|row| needs(key.0, row, table, id))?)))
    }

    /// Whether all that a row cannot do without lives.
    pub(super) fn has_its_parents(&self, table: &'static str, id: Uuid) -> bool {
        let Some(row) = self.rows.get(&(table, id)) else { return false };
        replicated(table).into_iter().flat_map(Replicated::needs).all(|of| {
            let parent = row.id(of.column).map(|parent| self.rows.get(&(of.parent, parent)));
            parent.is_none_or(|parent| parent.is_some_and(|parent| !parent.is_deleted()))
        })
    }

    /// Its visits and services, as they are asked for where visits clash.
    pub(super) fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    /// Begins a transaction: what follows can be taken back.
    pub(super) fn begin(&mut self) {
        self.before = Some(HashMap::default());
        self.agenda.looks = Looks::default();
    }

    /// Keeps what was done since [`Ledger::begin`].
    pub(super) fn keep(&mut self) {
        self.before = None;
    }

    /// Takes back what was done since [`Ledger::begin`]. Answers nothing; `touched` may name rows that were not changed after all,
    /// which then are written as they were.
    pub(super) fn take_back(&mut self) {
        for (key, row) in self.before.take().unwrap_or_default() {
            match row {
                None => {
                    self.rows.remove(&key);
                    self.agenda.note(key.0, key.1, None);
                    self.touched.remove(&key);
                }
                Some(row) => {
                    self.index(key, &row);
                    self.rows.insert(key, row);
                }
            }
        }
    }

    /// Makes a row.
    pub(super) fn make(&mut self, table: &'static str, id: Uuid, row: Row) {
        let key = (table, id);
        if let Some(before) = &mut self.before {
            before.entry(key).or_insert(None);
        }
        self.touched.entry(key).or_default().is_new = true;
        self.load(table, id, row);
    }

    /// Sets columns of a row, with the stamps of the registers that were won.
    pub(super) fn set(&mut self, table: &'static str, id: Uuid, columns: &Columns, won: &[(Name, Stamp)], seq: i64) {
        let key = (table, id);
        let Some(row) = self.rows.get_mut(&key) else { return };
        if let Some(before) = &mut self.before {
            before.entry(key).or_insert_with(|| Some(row.clone()));
        }
        let touched = self.touched.entry(key).or_default();
        for (column, value) in columns.iter() {
            row.columns.insert(column, value.clone());
            touched.columns.insert(column.into());
        }
        for (register, stamp) in won {
            match row.written.iter_mut().find(|(of, _)| of == register) {
                Some((_, last)) => *last = *stamp,
                None => row.written.push((register.clone(), *stamp)),
            }
        }
        row.seq = seq;
        let row = row.clone();
        self.index(key, &row);
    }

    /// What was done to which rows, sorted so that parents come before children; forgets it.
    pub fn take_touched(&mut self) -> Vec<(&'static str, Uuid, Touched)> {
        let mut touched: Vec<_> = self.touched.drain().map(|((table, id), touched)| (table, id, touched)).collect();
        touched.sort_by_cached_key(|(table, id, _)| (replicated(table).map(|table| table.place), *id));
        touched
    }

    fn index(&mut self, key: Key, row: &Row) {
        if let Some(children) = &mut self.children {
            note_parents(children, key, row);
        }
        self.agenda.note(key.0, key.1, Some(row));
    }
}

/// Notes a row with the parents it cannot do without.
fn note_parents(children: &mut HashMap<Key, HashSet<Key>>, key: Key, row: &Row) {
    for reference in replicated(key.0).into_iter().flat_map(Replicated::needs) {
        if let Some(id) = row.id(reference.column) {
            children.entry((reference.parent, id)).or_default().insert(key);
        }
    }
}

/// Whether a row refers to this parent by a reference it cannot do without.
fn needs(table: &str, row: &Row, parent: &str, id: Uuid) -> bool {
    let mut references = replicated(table).into_iter().flat_map(Replicated::needs).filter(|of| of.parent == parent);
    references.any(|of| row.id(of.column) == Some(id))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Each change of a large row would be a copy of it, all at once.
    #[test]
    fn a_row_that_is_changed_often_is_kept_once_as_it_was() {
        let (mut ledger, id) = (Ledger::default(), Uuid::from_u128(1));
        let row = |n: i64| Row { columns: Columns::from_iter([("notes", Value::from(n))]), ..Row::default() };
        ledger.load("clients", id, row(0));
        ledger.begin();
        for n in 1..9 {
            ledger.set("clients", id, &row(n).columns, &[], n);
        }
        ledger.make("clients", Uuid::from_u128(2), row(1));
        assert_eq!(ledger.before.as_ref().map(HashMap::len), Some(2));
        ledger.take_back();
        assert_eq!((ledger.row("clients", id), ledger.row("clients", Uuid::from_u128(2))), (Some(&row(0)), None));
    }
}

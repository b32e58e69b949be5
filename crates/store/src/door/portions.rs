//! What a write changed, in portions that a push can carry: the hub takes a transaction of any more rows or bytes never, and all that waits behind
//! it would wait for ever.

use petrel_domain::manifest::replicated;
use uuid::Uuid;

use crate::catalog::{Catalog, Table};
use crate::replica::Registers;
use crate::{Result, StoreError};

/// The most rows of one transaction of the log.
const MOST_ROWS: usize = 5_000;
/// The most bytes of one, as it lies in the outbox; a row that is larger by itself goes alone. On the wire it may be six times as much (every sign
/// of a text escaped), and a push holds some.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// What goes as one transaction.
#[derive(Debug, Default)]
pub(super) struct Portion {
    /// A changeset.
    pub(super) changes: Vec<u8>,
    /// How many rows it holds.
    pub(super) rows: usize,
    /// The rest of its registers.
    pub(super) registers: Registers,
}

/// Divides what was recorded. Mostly it is one portion, as it was recorded. Of more, what is put comes before what is deleted, parents before what
/// belongs to them and deleted after it: so each can be judged before the next has come.
pub(super) fn portions(changes: Vec<u8>, rows: usize, mut registers: Registers, catalog: &Catalog) -> Result<Vec<Portion>> {
    if rows <= MOST_ROWS && changes.len() + registers.weight() <= MOST_BYTES {
        return Ok(vec![Portion { changes, rows, registers }]);
    }
    let mut records = records(&changes, catalog)?;
    records.sort_by_key(|record| {
        let place = replicated(&record.table.name).map_or(0, |table| table.place);
        (record.is_deletion, if record.is_deletion { usize::MAX - place } else { place })
    });
    let mut all = Vec::new();
    let (mut portion, mut bytes) = (Portion::default(), 0);
    let mut last: Option<&str> = None;
    for Record { table, header, id, record, .. } in records {
        let rest = registers.remove(&table.name, id);
        let size = record.len() + rest.as_ref().map_or(0, petrel_domain::replication::Columns::weight);
        if portion.rows > 0 && (portion.rows == MOST_ROWS || bytes + size > MOST_BYTES) {
            all.push(std::mem::take(&mut portion));
            (bytes, last) = (0, None);
        }
        if last != Some(&table.name) {
            portion.changes.extend(header);
            last = Some(&table.name);
        }
        portion.changes.extend(record);
        portion.rows += 1;
        bytes += size;
        if let Some(rest) = rest {
            portion.registers.insert(&table.name, id, rest);
        }
    }
    // What was said again of rows that did not change.
    portion.registers.append(registers);
    all.push(portion);
    Ok(all)
}

/// A row of a changeset.
struct Record<'a> {
    table: &'a Table,
    header: &'a [u8],
    id: Uuid,
    is_deletion: bool,
    record: &'a [u8],
}

/// SQLite's own number for an update, and for an insert.
const UPDATE: u8 = 23;
const INSERT: u8 = 18;

/// The rows of a changeset, with the bytes of each. The format is described in SQLite's `sqlite3session.c`.
fn records<'a>(changeset: &'a [u8], catalog: &'a Catalog) -> Result<Vec<Record<'a>>> {
    let mut rest = Bytes(changeset);
    let mut records = Vec::new();
    let mut of: Option<(&Table, &[u8], usize)> = None;
    while !rest.0.is_empty() {
        let start = rest.0;
        let op = rest.byte()?;
        if op == b'T' {
            let columns = rest.varint()?;
            rest.take(columns)?;
            let length = rest.0.iter().position(|byte| *byte == 0).ok_or_else(broken)?;
            let name = std::str::from_utf8(rest.take(length)?).map_err(|_| broken())?;
            rest.byte()?;
            of = Some((catalog.table(name)?, &start[..start.len() - rest.0.len()], columns));
            continue;
        }
        let (table, header, columns) = of.ok_or_else(broken)?;
        // Whether the hub, or another desk, was asked: not told here.
        rest.byte()?;
        let before: Vec<&[u8]> = if op == UPDATE { rest.values(columns)? } else { Vec::new() };
        let after = rest.values(columns)?;
        let key = if op == INSERT { after.first() } else { before.first() };
        // A kind and a length before the sixteen bytes.
        let id = key.and_then(|key| Uuid::from_slice(key.get(2..)?).ok()).ok_or_else(broken)?;
        let deleted_at = after.get(table.position("deleted_at")?);
        let is_deletion = op == UPDATE && deleted_at.is_some_and(|value| !matches!(value, [UNSAID | NULL]));
        records.push(Record { table, header, id, is_deletion, record: &start[..start.len() - rest.0.len()] });
    }
    Ok(records)
}

const UNSAID: u8 = 0;
const NULL: u8 = 5;

fn broken() -> StoreError {
    StoreError::Value("recorded changes that cannot be read".to_owned())
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(broken)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn varint(&mut self) -> Result<usize> {
        let mut number = 0_usize;
        loop {
            let byte = self.byte()?;
            number = number.checked_mul(0x80).ok_or_else(broken)? | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
    }

    fn values(&mut self, count: usize) -> Result<Vec<&'a [u8]>> {
        (0..count).map(|_| self.value()).collect()
    }

    fn value(&mut self) -> Result<&'a [u8]> {
        let start = self.0;
        match self.byte()? {
            UNSAID | NULL => {}
            1 | 2 => drop(self.take(8)?),
            3 | 4 => {
                let length = self.varint()?;
                self.take(length)?;
            }
            _ => return Err(broken()),
        }
        Ok(&start[..start.len() - self.0.len()])
    }
}

//! The shield: a register that this desk has itself changed keeps its value until the desk's own entry comes back in the log.

use std::collections::HashMap;

use rusqlite::Connection;

use super::registers::Registers;
use crate::Result;
use crate::catalog::{Catalog, Table};
use crate::changes::{Kind, each};

/// Stands for every column of a row that this desk made.
const ALL: u16 = u16::MAX;

/// What this desk has changed and not yet read back, by row: the register and the last transaction that wrote it.
#[derive(Debug, Default)]
pub(crate) struct Shield {
    upto: i64,
    rows: HashMap<[u8; 16], Vec<(u16, i64)>>,
}

/// The position that stands for a column's register.
pub(super) fn register_of(table: &Table, position: usize) -> u16 {
    let register = table.registers.iter().find(|register| register.contains(&position));
    u16::try_from(register.map_or(position, |register| register[0])).unwrap_or(ALL)
}

impl Shield {
    /// Reads what was written since it was last read.
    pub(super) fn extend(&mut self, db: &Connection, catalog: &Catalog, cursor: i64) -> Result<()> {
        let sql = "SELECT n, changes, registers FROM outbox WHERE n > ?1 AND (sent_at IS NULL OR last_seq > ?2) ORDER BY n";
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query([self.upto, cursor])?;
        while let Some(row) = rows.next()? {
            let n: i64 = row.get(0)?;
            self.upto = n;
            each(row.get_ref(1)?.as_blob()?, catalog, |change| {
                if change.kind == Kind::Inserted {
                    self.add(change.id, ALL, n);
                } else {
                    for position in 1..change.table.columns.len() {
                        if change.after(position).is_some() {
                            self.add(change.id, register_of(change.table, position), n);
                        }
                    }
                }
                Ok(())
            })?;
            for (table, rows) in Registers::read(row.get_ref(2)?.as_str_or_null()?)? {
                let table = catalog.table(&table)?;
                for (id, columns) in rows {
                    for column in columns.keys() {
                        self.add(*id.as_bytes(), register_of(table, table.position(column)?), n);
                    }
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, id: [u8; 16], register: u16, n: i64) {
        let registers = self.rows.entry(id).or_default();
        match registers.iter_mut().find(|(of, _)| *of == register) {
            Some((_, last)) => *last = n,
            None => registers.push((register, n)),
        }
    }

    /// Whether nothing at all is shielded.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether nothing of this row is shielded.
    pub(super) fn is_open(&self, id: &[u8; 16]) -> bool {
        !self.rows.contains_key(id)
    }

    /// Whether a register keeps the desk's value against an entry; `own` is the number of the desk's own transaction, 0 for another's.
    pub(super) fn covers(&self, id: &[u8; 16], register: u16, own: i64) -> bool {
        self.rows.get(id).is_some_and(|registers| registers.iter().any(|(of, n)| (*of == register || *of == ALL) && *n > own))
    }

    /// The desk's own transaction has come back: what nothing later wrote is open again.
    pub(super) fn lift(&mut self, id: &[u8; 16], own: i64) {
        if let Some(registers) = self.rows.get_mut(id) {
            registers.retain(|(_, n)| *n > own);
            if registers.is_empty() {
                self.rows.remove(id);
            }
        }
    }
}

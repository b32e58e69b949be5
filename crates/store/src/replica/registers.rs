//! The rest of a register: where one of several columns that only make sense together changes, the others are said again, as they stood.

use std::collections::BTreeMap;

use petrel_domain::replication::Columns;
use rusqlite::Connection;
use uuid::Uuid;

use super::values::to_wire;
use crate::Result;
use crate::catalog::Table;
use crate::changes::{Change, Kind};

/// Values that go with a transaction although they did not change: table → row → columns.
#[derive(Debug, Default)]
pub(crate) struct Registers(BTreeMap<String, BTreeMap<Uuid, Columns>>);

impl Registers {
    /// Completes the registers that a change touches in part.
    pub(crate) fn complete(&mut self, db: &Connection, change: &Change<'_>) -> Result<()> {
        if change.kind == Kind::Inserted {
            return Ok(());
        }
        for register in &change.table.registers {
            let changed = register.iter().filter(|position| change.after(**position).is_some()).count();
            if changed > 0 && changed < register.len() {
                let missing: Vec<_> = register.iter().filter(|position| change.after(**position).is_none()).copied().collect();
                self.add(db, change.table, &change.id, &missing)?;
            }
        }
        Ok(())
    }

    /// Adds columns of a row, as they stand.
    pub(crate) fn add(&mut self, db: &Connection, table: &Table, id: &[u8; 16], positions: &[usize]) -> Result<()> {
        let names: Vec<_> = positions.iter().map(|position| table.columns[*position].as_str()).collect();
        let mut statement = db.prepare_cached(&format!("SELECT {} FROM {} WHERE id = ?1", names.join(", "), table.name))?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        let columns = self.0.entry(table.name.clone()).or_default().entry(Uuid::from_bytes(*id)).or_default();
        for (place, position) in positions.iter().enumerate() {
            columns.insert(table.columns[*position].clone(), to_wire(table.kinds[*position], row.get_ref(place)?)?);
        }
        Ok(())
    }

    /// What was gathered, as JSON; none where nothing was.
    pub(crate) fn text(&self) -> Result<Option<String>> {
        if self.0.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_string(&self.0)?)) }
    }

    /// About how many bytes that is.
    pub(crate) fn weight(&self) -> usize {
        self.0.values().flat_map(BTreeMap::values).map(Columns::weight).sum()
    }

    /// Takes out what was gathered of a row.
    pub(crate) fn remove(&mut self, table: &str, id: Uuid) -> Option<Columns> {
        self.0.get_mut(table)?.remove(&id)
    }

    /// Puts in what goes with a row.
    pub(crate) fn insert(&mut self, table: &str, id: Uuid, columns: Columns) {
        self.0.entry(table.to_owned()).or_default().insert(id, columns);
    }

    /// Puts in all that another has.
    pub(crate) fn append(&mut self, other: Self) {
        let rows = other.0.into_iter().flat_map(|(table, rows)| rows.into_iter().map(move |(id, columns)| (table.clone(), id, columns)));
        rows.for_each(|(table, id, columns)| self.insert(&table, id, columns));
    }

    /// What an outbox row holds.
    pub(crate) fn read(text: Option<&str>) -> Result<BTreeMap<String, BTreeMap<Uuid, Columns>>> {
        Ok(text.map(serde_json::from_str).transpose()?.unwrap_or_default())
    }
}

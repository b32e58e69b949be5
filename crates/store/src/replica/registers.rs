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

    /// What was gathered, as JSON; forgets it.
    pub(crate) fn take(&mut self) -> Result<Option<String>> {
        let gathered = std::mem::take(&mut self.0);
        if gathered.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_string(&gathered)?)) }
    }

    /// What an outbox row holds.
    pub(crate) fn read(text: Option<&str>) -> Result<BTreeMap<String, BTreeMap<Uuid, Columns>>> {
        Ok(text.map(serde_json::from_str).transpose()?.unwrap_or_default())
    }
}

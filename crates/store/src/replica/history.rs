//! What happened to a record, in people's words.

use petrel_domain::desk::{HistoryEntry, HistoryPage, Seq};
use petrel_domain::replication::{Columns, Happened, History, Maker, Op};
use rusqlite::Connection;
use uuid::Uuid;

use super::named::{right_to_see, staff_name, values};
use crate::catalog::Table;
use crate::{Actor, Result, Store};

impl Store {
    /// The hub's history of a record, with the names of people and records as they are here now.
    ///
    /// # Errors
    /// `forbidden` where the actor may not see such records.
    pub fn describe_history(&self, actor: &Actor, table: &str, history: &History) -> Result<HistoryPage> {
        actor.require(right_to_see(table))?;
        let table = self.catalog().table(table)?;
        let entries = self.read(|db| history.entries.iter().map(|happened| told(db, table, happened)).collect::<Result<Vec<_>>>())?;
        let next_before = entries.last().filter(|_| history.more).map(|oldest| oldest.seq);
        Ok(HistoryPage { entries, next_before })
    }

    /// Refuses where the actor may not see the history of such records, before the hub is asked.
    ///
    /// # Errors
    /// `forbidden`; `not_found` where there is no such table.
    pub fn may_see_history(&self, actor: &Actor, table: &str) -> Result<()> {
        actor.require(right_to_see(table))?;
        self.catalog().table(table).map_err(|_| petrel_domain::Refusal::not_found("table"))?;
        Ok(())
    }
}

fn told(db: &Connection, table: &Table, happened: &Happened) -> Result<HistoryEntry> {
    let Happened { seq, staff_id, action, at, device, entry, .. } = happened;
    let lost: Columns = entry.lost.iter().map(|lost| (lost.column.clone(), lost.value.clone())).collect();
    Ok(HistoryEntry {
        seq: Seq(*seq),
        at: *at,
        staff_name: staff_name(db, staff_id.map(Uuid::from))?,
        device_name: device.clone(),
        action: action.clone(),
        is_by_hub: entry.maker != Maker::Desk,
        is_deletion: entry.op == Op::Delete,
        is_first: entry.prior == 0,
        values: values(db, table, &entry.columns)?,
        lost: values(db, table, &lost)?,
    })
}

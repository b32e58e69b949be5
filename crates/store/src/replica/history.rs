//! What happened to a record, in people's words.

use petrel_domain::Millis;
use petrel_domain::desk::{HistoryEntry, HistoryPage, Seq};
use petrel_domain::replication::{Columns, Happened, History, Maker, Op};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::named::{right_to_see, staff_name, values};
use super::outgoing::{COLUMNS, transaction};
use crate::catalog::Table;
use crate::{Actor, Result, Store};

/// How many entries of this desk's own come at once: as many as of the hub's.
const PAGE: usize = 50;

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

    /// What was done to a record at this desk, the newest first: all that is known where there is no hub, or it cannot be asked. What was sent to a
    /// hub is forgotten after a while ([`petrel_domain::manifest::RETENTION`]). Numbers are the outbox's, and mean nothing to the hub.
    ///
    /// # Errors
    /// `forbidden` where the actor may not see such records; `not_found` where there is no such table.
    pub fn history_here(&self, actor: &Actor, table: &str, id: Uuid, before: Option<Seq>) -> Result<HistoryPage> {
        self.may_see_history(actor, table)?;
        let table = self.catalog().table(table)?;
        // There is no index by record: every write would pay for what is seldom asked. The bytes of the id are looked for, newest first, and no
        // further back than to where the record was made.
        let sql = format!(
            "SELECT {COLUMNS}, created_at FROM outbox
             WHERE n < ?1 AND action <> 'tell_everything' AND (instr(changes, ?2) > 0 OR instr(registers, ?3) > 0) ORDER BY n DESC"
        );
        self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = statement.query(params![before.map_or(i64::MAX, |seq| seq.0), id.as_bytes(), id.to_string()])?;
            let mut entries: Vec<HistoryEntry> = Vec::new();
            while let Some(row) = rows.next()? {
                let done = transaction(row, self.catalog())?;
                // What only names the record, a visit its client, is another record's history.
                let Some(change) = done.changes.iter().find(|change| change.id == id && &*change.table == table.name.as_str()) else {
                    continue;
                };
                if entries.len() == PAGE {
                    return Ok(HistoryPage { next_before: entries.last().map(|oldest| oldest.seq), entries });
                }
                let is_first = change.columns.get("created_at").is_some();
                entries.push(HistoryEntry {
                    seq: Seq(done.n),
                    at: Millis(row.get("created_at")?),
                    staff_name: staff_name(db, done.staff_id)?,
                    device_name: None,
                    action: done.action.clone(),
                    is_by_hub: false,
                    is_deletion: change.op == Op::Delete,
                    is_first,
                    values: values(db, table, &change.columns)?,
                    lost: Vec::new(),
                });
                if is_first {
                    break;
                }
            }
            Ok(HistoryPage { entries, next_before: None })
        })
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

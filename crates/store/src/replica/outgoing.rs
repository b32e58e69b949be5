//! What this desk has to send, and what became of it.

use std::collections::BTreeMap;

use petrel_domain::Millis;
use petrel_domain::manifest::REFERENCES;
use petrel_domain::replication::{Change, Clock, Columns, LeftOut, Name, Op, Outcome, PushResult, Transaction};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, TransactionBehavior, params};
use serde_json::Value;
use uuid::Uuid;

use super::registers::Registers;
use super::values::to_wire;
use crate::catalog::Catalog;
use crate::changes::{Kind, each};
use crate::door::MOST_BYTES;
use crate::{Result, Store, StoreError};

pub(super) const COLUMNS: &str = "n, clock, staff_id, action, changes, replica_id, seen, registers, mark";

impl Store {
    /// The first transactions after number `after` that are still to be sent, in order, until they reach `rows` rows or `bytes` bytes as they
    /// lie in the file (the first one is always there).
    ///
    /// # Errors
    /// What SQLite says.
    pub fn outgoing(&self, after: i64, rows: usize, bytes: usize) -> Result<Vec<Transaction>> {
        self.read(|db| {
            let sql =
                format!("SELECT {COLUMNS}, row_count FROM outbox INDEXED BY outbox_unsent WHERE sent_at IS NULL AND n > ?1 ORDER BY n");
            let mut statement = db.prepare_cached(&sql)?;
            let mut found = statement.query([after])?;
            let (mut transactions, mut rows_so_far, mut bytes_so_far) = (Vec::new(), 0, 0);
            while let Some(row) = found.next()? {
                rows_so_far += row.get::<_, u32>(9)? as usize;
                bytes_so_far += row.get_ref(4)?.as_blob()?.len();
                bytes_so_far += row.get_ref(7)?.as_str_or_null()?.map_or(0, str::len);
                if !transactions.is_empty() && (rows_so_far > rows || bytes_so_far > bytes) {
                    break;
                }
                transactions.push(transaction(row, self.catalog())?);
            }
            Ok(transactions)
        })
    }

    /// Notes what became of transactions. A rejected one is set aside for a person, and its rows are to be fetched anew; the others are
    /// kept until they come back in the log.
    ///
    /// # Errors
    /// What SQLite says; nothing is noted then.
    pub fn acknowledge(&self, results: &[PushResult], head: i64) -> Result<()> {
        let now = self.now();
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for result in results {
            let replica = result.replica.as_bytes();
            let sql = "UPDATE outbox SET sent_at = ?3, last_seq = ?4 WHERE n = ?1 AND replica_id = ?2 AND sent_at IS NULL";
            let last_seq = if result.outcome == Outcome::Rejected { 0 } else { result.last_seq };
            let known = tx.prepare_cached(sql)?.execute(params![result.n, replica, now.0, last_seq])?;
            if result.outcome == Outcome::Rejected && known == 1 {
                set_aside(&tx, self.catalog(), result, now)?;
            }
        }
        tx.execute("UPDATE sync_state SET head = max(head, ?1) WHERE id = 1", [head])?;
        tx.commit()?;
        // While nobody else has the writer: a page that was applied before it is forgotten would go by what does not hold any more.
        if results.iter().any(|result| result.outcome == Outcome::Rejected) {
            self.forget_shield();
        }
        Ok(())
    }

    /// This file went back in time: the hub has other transactions by its numbers. It becomes a new replica, and what it has not sent is
    /// that replica's.
    ///
    /// # Errors
    /// What SQLite says; nothing is changed then.
    pub fn become_new_replica(&self, replica: Uuid) -> Result<()> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute("UPDATE sync_state SET desk_id = ?1 WHERE id = 1", [replica.as_bytes()])?;
        tx.execute("UPDATE outbox SET replica_id = ?1 WHERE sent_at IS NULL", [replica.as_bytes()])?;
        tx.commit()?;
        self.forget_shield();
        Ok(())
    }

    /// An older database was put back at the hub, which has nothing any more by these numbers. What it had given one of them to waits again, by its own
    /// number, as it was said: the hub counts this desk's as of then. Answers whether anything is otherwise than before.
    ///
    /// # Errors
    /// What SQLite says; nothing is changed then.
    pub fn send_again(&self, left_out: &[LeftOut]) -> Result<bool> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut changed = 0;
        for LeftOut { after, until } in left_out {
            let sql = "UPDATE outbox SET sent_at = NULL, last_seq = NULL WHERE last_seq > ?1 AND last_seq < ?2";
            changed += tx.execute(sql, [after, until])?;
            changed += tx.execute("UPDATE sync_state SET head = ?1 WHERE head > ?1 AND head < ?2", [after, until])?;
        }
        tx.commit()?;
        self.forget_shield();
        Ok(changed > 0)
    }

    /// Makes an outbox that tells of every row there is, for a file whose outbox does not (a demo clinic, one whose sent rows are gone): a
    /// hub that knows nothing yet then gets all of it. Answers whether that was needed.
    ///
    /// # Errors
    /// What SQLite says; nothing is changed then.
    pub fn tell_everything(&self) -> Result<bool> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let was_needed = self.tell_all(&tx)?;
        tx.commit()?;
        self.forget_shield();
        Ok(was_needed)
    }

    /// The same as a part of what else is written.
    pub(super) fn tell_all(&self, tx: &Connection) -> Result<bool> {
        let now = self.now();
        // What was read from a hub, or filled from one, is in no outbox.
        let sql = "SELECT cursor = 0 AND (SELECT count(*) FROM outbox WHERE sent_at IS NULL) = next_n - 1 FROM sync_state WHERE id = 1";
        if tx.query_row(sql, [], |row| row.get(0))? {
            return Ok(false);
        }
        tx.execute("UPDATE outbox SET sent_at = ?1, last_seq = 0 WHERE sent_at IS NULL", [now.0])?;
        for table in self.catalog().in_order() {
            // A row may name one of its own table that is told later: who a client was merged into, which visit came before.
            let own = REFERENCES.iter().filter(|of| (of.table, of.parent) == (table.name.as_str(), table.name.as_str()));
            let own: Vec<&str> = own.map(|of| of.column).collect();
            let mut statement = tx.prepare(&format!("SELECT {} FROM {} ORDER BY id", table.columns.join(", "), table.name))?;
            let mut rows = statement.query([])?;
            let mut telling = Telling { table: &table.name, rows: BTreeMap::new(), bytes: 0, now, mark: self.mark() };
            let mut later = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let id = Uuid::from_bytes(row.get(0)?);
                let mut columns = super::digest::columns(row, table)?;
                let mut named: Columns = own.iter().filter_map(|column| Some((*column, columns.remove(column)?))).collect();
                // The hub takes this mark off a visit that stands over none yet.
                if table.name == "appointments" && columns.get("is_overbooked").is_some_and(|mark| *mark == 1) {
                    columns.insert("is_overbooked", 0.into());
                    named.insert("is_overbooked", 1.into());
                }
                if !named.is_empty() {
                    later.insert(id, named);
                }
                telling.add(tx, id, columns)?;
            }
            telling.tell(tx)?;
            for (id, named) in later {
                telling.add(tx, id, named)?;
            }
            telling.tell(tx)?;
        }
        Ok(true)
    }
}

/// Rows of one table that are told as they stand, some at a time.
struct Telling<'a> {
    table: &'a str,
    rows: BTreeMap<Uuid, Columns>,
    bytes: usize,
    now: Millis,
    mark: u32,
}

impl Telling<'_> {
    fn add(&mut self, tx: &Connection, id: Uuid, columns: Columns) -> Result<()> {
        const ROWS: usize = 500;
        let bytes = columns.weight();
        if self.rows.len() == ROWS || self.bytes + bytes > MOST_BYTES {
            self.tell(tx)?;
        }
        self.bytes += bytes;
        self.rows.insert(id, columns);
        Ok(())
    }

    fn tell(&mut self, tx: &Connection) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        tell(tx, self.now, self.mark, &serde_json::to_string(&BTreeMap::from([(self.table, rows)]))?, count)
    }
}

/// A transaction of rows that nobody changed just now, by who has seen nothing yet: what was read was another hub's.
fn tell(tx: &Connection, now: Millis, mark: u32, rows: &str, count: usize) -> Result<()> {
    let tick = crate::door::tick(tx, now)?;
    let sql =
        "INSERT INTO outbox (n, action_id, clock, action, schema_version, created_at, changes, row_count, replica_id, seen, registers, mark)
               VALUES (?1, ?1, ?2, 'tell_everything', ?3, ?4, x'', ?5, ?6, 0, ?7, ?8)";
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    tx.prepare_cached(sql)?.execute(params![
        tick.n,
        tick.clock,
        petrel_domain::replication::WIRE_SCHEMA,
        now.0,
        count,
        tick.replica,
        rows,
        mark
    ])?;
    Ok(())
}

fn set_aside(tx: &Connection, catalog: &Catalog, result: &PushResult, now: Millis) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE n = ?1");
    let rejected = {
        let mut statement = tx.prepare_cached(&sql)?;
        let mut rows = statement.query([result.n])?;
        let row = rows.next()?.ok_or_else(|| StoreError::Value("a rejected transaction that is not there".to_owned()))?;
        transaction(row, catalog)?
    };
    let reason = serde_json::to_string(&result.reason)?;
    let sql = "INSERT INTO rejected_changes (n, rejected_at, reason, changes, transaction_json) VALUES (?1, ?2, ?3, x'', ?4)
               ON CONFLICT (n) DO NOTHING";
    tx.prepare_cached(sql)?.execute(params![result.n, now.0, reason, serde_json::to_string(&rejected)?])?;
    for change in &rejected.changes {
        super::stale::mark(tx, &change.table, change.id)?;
    }
    Ok(())
}

/// Whether two desks that make this row make the same: its id follows from what it is.
pub(super) fn is_made_alike(id: Uuid) -> bool {
    id.get_version_num() == 5
}

/// An outbox row as the wire has it.
pub(super) fn transaction(row: &Row<'_>, catalog: &Catalog) -> Result<Transaction> {
    Ok(Transaction {
        replica: Uuid::from_bytes(row.get(5)?),
        n: row.get(0)?,
        clock: Clock(row.get(1)?),
        mark: row.get(8)?,
        seen: row.get(6)?,
        staff_id: row.get::<_, Option<[u8; 16]>>(2)?.map(Uuid::from_bytes),
        action: row.get(3)?,
        changes: changes(row.get_ref(4)?.as_blob()?, row.get_ref(7)?.as_str_or_null()?, catalog)?,
    })
}

/// A changeset and the rest of its registers, as the wire has them.
pub(super) fn changes(changeset: &[u8], registers: Option<&str>, catalog: &Catalog) -> Result<Vec<Change>> {
    let mut registers = Registers::read(registers)?;
    let mut changes = Vec::new();
    each(changeset, catalog, |change| {
        let table = change.table;
        let id = Uuid::from_bytes(change.id);
        let mut columns = Vec::with_capacity(table.columns.len());
        for position in table.by_name.iter().copied() {
            let Some(value) = change.after(position) else { continue };
            let name = &table.columns[position];
            // A new row says what it holds; that a row made by two desks alike lives, it says, too.
            let is_said = change.kind == Kind::Updated || value != ValueRef::Null || (name == "deleted_at" && is_made_alike(id));
            if is_said {
                columns.push((name.as_str(), to_wire(table.kinds[position], value)?));
            }
        }
        let mut columns = Columns::from_iter(columns);
        if let Some(rest) = registers.get_mut(&table.name).and_then(|rows| rows.remove(&id)) {
            columns.extend(rest);
        }
        let op = if columns.get("deleted_at").is_some_and(|at: &Value| !at.is_null()) { Op::Delete } else { Op::Put };
        changes.push(Change { table: table.name.as_str().into(), id, op, columns });
        Ok(())
    })?;
    for (table, rows) in registers {
        let table = Name::from(table);
        changes.extend(rows.into_iter().map(|(id, columns)| Change { table: table.clone(), id, op: Op::Put, columns }));
    }
    Ok(changes)
}

//! A page of the log, applied: rows, cursor and derived tables in one transaction, none of it recorded as this desk's doing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write;

use petrel_domain::replication::{Entry, Kind, Logged, Maker, Pulled};
use rusqlite::session::Session;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, OptionalExtension, Statement, TransactionBehavior, params};
use serde_json::Value;
use uuid::Uuid;

use super::shield::{Shield, register_of};
use super::values::to_sql;
use crate::catalog::{Catalog, Table};
use crate::changes::{Change, each};
use crate::derived::Affected;
use crate::door::{Sabotage, record};
use crate::{Action, Result, Store, StoreError, may_die};

/// What a page did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The tables it changed.
    pub changes: Vec<String>,
    /// The entries it held that this file had not read.
    pub entries: usize,
    /// The file went back in time, and is a new replica now.
    pub is_new_replica: bool,
}

/// One page under way.
struct Page<'a> {
    db: &'a Connection,
    catalog: &'a Catalog,
    shield: Shield,
    replica: [u8; 16],
    cursor: i64,
    /// Another desk's value was kept from the screen, as this desk's own has not come back yet.
    hides: bool,
    /// Some value lost to another and nobody has settled it: only then does every column have to be looked up.
    has_open_losses: bool,
    now: i64,
    session: Session<'a>,
    /// What the rows that were not recorded have made stale, and their tables.
    affected: Affected,
    made: BTreeSet<&'a str>,
    /// What the hub has brought back so far in the transaction under way, where that is this desk's own.
    revived: HashSet<Uuid>,
    statements: HashMap<Shape, Statement<'a>>,
    positions: Vec<usize>,
    values: Vec<Sql>,
}

/// What a statement writes: into which table (by where the catalog has it), whether it makes a row, and which columns.
#[derive(PartialEq, Eq, Hash)]
struct Shape(usize, bool, Vec<usize>);

/// The most statements that are kept during a page: desks write few shapes, a stranger may write many.
const STATEMENTS: usize = 200;

impl Store {
    /// Applies a page of the log. What was read before is passed over, so a page may come twice.
    ///
    /// # Errors
    /// What SQLite says, or `Value` where an entry names what this schema does not have. Nothing is changed then.
    pub fn apply(&self, page: &Pulled) -> Result<Applied> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (applied, shield) = self.apply_within(&tx, page)?;
        may_die("pull-applied");
        tx.commit()?;
        may_die("pull-committed");
        if !applied.is_new_replica {
            self.put_shield(shield);
        }
        Ok(applied)
    }

    /// Writes what the hub has, not recorded as this desk's doing; the shield says what keeps its value. Answers the tables that changed.
    ///
    /// # Errors
    /// What `work` or SQLite says; nothing is changed then.
    pub(super) fn as_the_hub_has(&self, work: impl FnOnce(&Connection, &Shield) -> Result<()>) -> Result<Vec<String>> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut session = record(&tx, self.catalog())?;
        let cursor: i64 = tx.query_row("SELECT cursor FROM sync_state WHERE id = 1", [], |row| row.get(0))?;
        let mut shield = self.take_shield();
        shield.extend(&tx, self.catalog(), cursor)?;
        work(&tx, &shield)?;
        let mut changes = Vec::new();
        session.changeset_strm(&mut changes)?;
        drop(session);
        let changed = refresh(&tx, self.catalog(), &changes, Affected::default())?;
        super::repaired::note(&tx, self.catalog(), &changes, self.now())?;
        tx.commit()?;
        self.put_shield(shield);
        Ok(changed.into_iter().collect())
    }

    fn apply_within(&self, tx: &Connection, page: &Pulled) -> Result<(Applied, Shield)> {
        let session = record(tx, self.catalog())?;
        let (replica, cursor) =
            tx.query_row("SELECT desk_id, cursor FROM sync_state WHERE id = 1", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut shield = self.take_shield();
        if !self.is_broken(Sabotage::DropShield) {
            shield.extend(tx, self.catalog(), cursor)?;
        }
        let has_open_losses = tx.prepare_cached("SELECT 1 FROM lost_values WHERE settled_at IS NULL LIMIT 1")?.exists([])?;
        let mut applying = Page {
            db: tx,
            catalog: self.catalog(),
            shield,
            replica,
            cursor,
            hides: false,
            has_open_losses,
            now: self.now().0,
            session,
            affected: Affected::default(),
            made: BTreeSet::new(),
            revived: HashSet::new(),
            statements: HashMap::new(),
            positions: Vec::new(),
            values: Vec::new(),
        };
        let mut applied = Applied::default();
        for logged in &page.transactions {
            if logged.last_seq > applying.cursor {
                applied.is_new_replica |= applying.transaction(logged)?;
                applied.entries += logged.entries.len();
            }
        }
        let Page { shield, cursor: read, hides, mut session, affected, made, .. } = applying;
        let clock = page.transactions.iter().map(|logged| logged.clock.0).max().unwrap_or(0);
        // What is kept back counts as not read until nothing of this desk's own is on its way any more.
        let sql = "UPDATE sync_state SET cursor = ?1, head = max(head, ?1, ?2), last_clock = max(last_clock, ?3),
                     hidden_since = CASE WHEN ?4 THEN NULL WHEN ?5 THEN coalesce(hidden_since, ?6) ELSE hidden_since END WHERE id = 1";
        tx.prepare_cached(sql)?.execute(params![read, page.head, clock, shield.is_empty(), hides, cursor])?;
        if applied.is_new_replica {
            let replica = Uuid::now_v7();
            tx.execute("UPDATE sync_state SET desk_id = ?1 WHERE id = 1", [replica.as_bytes()])?;
            tx.execute("UPDATE outbox SET replica_id = ?1 WHERE sent_at IS NULL", [replica.as_bytes()])?;
        }
        let mut changes = Vec::new();
        session.changeset_strm(&mut changes)?;
        drop(session);
        let mut tables: BTreeSet<String> = made.into_iter().map(str::to_owned).collect();
        tables.extend(refresh(tx, self.catalog(), &changes, affected)?);
        applied.changes = tables.into_iter().collect();
        Ok((applied, shield))
    }
}

/// Brings the derived tables up to date with recorded changes and with what is stale already. Answers which tables the changes are of.
fn refresh(db: &Connection, catalog: &Catalog, changes: &[u8], mut affected: Affected) -> Result<BTreeSet<String>> {
    let mut tables = BTreeSet::new();
    each(changes, catalog, |change| {
        if !tables.contains(&change.table.name) {
            tables.insert(change.table.name.clone());
        }
        affected.note(db, change)
    })?;
    affected.refresh(db)?;
    Ok(tables)
}

impl<'a> Page<'a> {
    /// Applies one transaction of the log. Answers whether it shows that this file went back in time: the log has, by this replica's
    /// number, what this file does not.
    fn transaction(&mut self, logged: &Logged) -> Result<bool> {
        let is_mine = logged.replica.as_bytes() == &self.replica;
        let own = self.came_back(logged, is_mine)?;
        self.revived.clear();
        for (seq, entry) in (logged.first_seq..).zip(&logged.entries) {
            // A table that came after this desk's schema is told without its name.
            if seq <= self.cursor || entry.table.is_empty() {
                continue;
            }
            let table = self.catalog.table(&entry.table)?;
            self.entry(table, entry, logged, if own { logged.n } else { 0 })?;
            if own {
                self.shield.lift(entry.id.as_bytes(), logged.n);
                if entry.maker == Maker::Revive {
                    self.revived.insert(entry.id);
                }
            }
            self.remember(entry, logged, seq)?;
        }
        self.cursor = logged.last_seq;
        Ok(is_mine && !own)
    }

    /// Notes that one of this desk's own transactions is in the log, also where the hub's answer to the push was lost, and where this file was
    /// another replica when it wrote it.
    fn came_back(&self, logged: &Logged, is_mine: bool) -> Result<bool> {
        let sql = "UPDATE outbox SET sent_at = coalesce(sent_at, ?3), last_seq = ?4 WHERE n = ?1 AND clock = ?2 AND replica_id = ?5 AND mark = ?6";
        let values = params![logged.n, logged.sent_clock().0, self.now, logged.last_seq, logged.replica.as_bytes(), logged.mark];
        if self.db.prepare_cached(sql)?.execute(values)? == 1 {
            return Ok(true);
        }
        if !is_mine {
            return Ok(false);
        }
        // Sent long ago and no longer kept: it is this desk's all the same, unless the file does not reach that far.
        let (next_n, kept): (i64, bool) = self.db.query_row(
            "SELECT next_n, EXISTS (SELECT 1 FROM outbox WHERE n = ?1 AND replica_id = ?2) FROM sync_state WHERE id = 1",
            params![logged.n, self.replica],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(logged.n < next_n && !kept)
    }

    /// Writes the columns of an entry that are not shielded. A row that this file does not take as the log tells it (a hub checks less on the way than a
    /// file does) is fetched whole instead: reading must not end at it.
    fn entry(&mut self, table: &'a Table, entry: &Entry, logged: &Logged, own: i64) -> Result<()> {
        match self.columns(table, entry, logged, own) {
            Err(StoreError::Sql(rusqlite::Error::SqliteFailure(failure, text)))
                if failure.code == rusqlite::ErrorCode::ConstraintViolation
                    && failure.extended_code != rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY =>
            {
                tracing::warn!(table = %table.name, rule = text, "the log tells a row that this file does not take");
                super::stale::mark(self.db, &table.name, entry.id)
            }
            done => done,
        }
    }

    fn columns(&mut self, table: &'a Table, entry: &Entry, logged: &Logged, own: i64) -> Result<()> {
        // What this desk wrote itself stands here already, but for what lost, for JSON (which all desks write alike), and for clocks set back.
        // A row that another desk had made before comes back whole.
        let is_made_twice = entry.prior != 0 && entry.columns.contains_key("created_at");
        // The hub may bring a row back within the transaction, before what the desk wrote into it: that stands here no more.
        let is_as_written = !is_made_twice && !self.revived.contains(&entry.id);
        let is_echo = own > 0 && entry.maker == Maker::Desk && logged.sent_clock.is_none() && is_as_written;
        let id = entry.id.as_bytes();
        let is_open = self.shield.is_open(id);
        self.values.clear();
        self.positions.clear();
        for (name, value) in entry.columns.iter() {
            let position = table.position(name)?;
            let kind = table.kinds[position];
            if !is_open && self.shield.covers(id, register_of(table, position), own) {
                self.hides |= own == 0 && name != "updated_at";
                continue;
            }
            if is_echo && !is_rewritten(kind, value) && entry.lost.iter().all(|lost| lost.column != name) {
                continue;
            }
            self.positions.push(position);
            self.values.push(to_sql(kind, value)?);
        }
        let is_new = entry.prior == 0 && entry.maker == Maker::Desk;
        // What this desk has changed itself is there; a new row says all that it must have.
        if is_new && is_open && !is_echo && self.make(table, *id)? {
            return Ok(());
        }
        if is_new && !is_echo {
            // The hub did not have it when this desk's was rejected; now another desk has made it, and it stays.
            let back = "DELETE FROM stale_rows WHERE table_name = ?1 AND row_id = ?2 AND is_gone";
            self.db.prepare_cached(back)?.execute(params![table.name, id])?;
        }
        if self.positions.is_empty() {
            return Ok(());
        }
        let changed = self.execute(table, *id, false)?;
        if changed == 0 && !is_new {
            // The log speaks of a row that this file does not have: it is fetched whole.
            super::stale::mark(self.db, &table.name, entry.id)?;
        }
        Ok(())
    }

    /// Makes a row, where it is not there. A row nobody had needs no record of what it was: what it makes stale is noted as it is written.
    fn make(&mut self, table: &'a Table, id: [u8; 16]) -> Result<bool> {
        self.session.set_enabled(false);
        let made = self.execute(table, id, true);
        self.session.set_enabled(true);
        if made? == 0 {
            return Ok(false);
        }
        self.made.insert(&table.name);
        let values: Vec<_> = self.values.iter().map(ValueRef::from).collect();
        self.affected.note(self.db, &Change::made(table, id, &self.positions, &values))?;
        Ok(true)
    }

    /// Writes the values at their positions; a row that is to be made and is there is left alone. Answers how many rows were written.
    fn execute(&mut self, table: &'a Table, id: [u8; 16], is_insert: bool) -> Result<usize> {
        let shape = Shape(std::ptr::from_ref(table).addr(), is_insert, std::mem::take(&mut self.positions));
        if !self.statements.contains_key(&shape) {
            if self.statements.len() == STATEMENTS {
                self.statements.clear();
            }
            let statement = self.db.prepare(&sql(table, is_insert, &shape.2))?;
            self.statements.insert(Shape(shape.0, is_insert, shape.2.clone()), statement);
        }
        let statement = self.statements.get_mut(&shape).ok_or_else(|| StoreError::Value("a statement that was just made".to_owned()))?;
        self.positions = shape.2;
        for (place, value) in self.values.iter().enumerate() {
            statement.raw_bind_parameter(place + 1, value)?;
        }
        statement.raw_bind_parameter(self.values.len() + 1, id)?;
        Ok(statement.raw_execute()?)
    }

    /// Keeps what lost beside the record, settles what a person has chosen or has written again as it was when it lost, and notes what the hub did by
    /// itself. Whoever writes something else may not know of what lost: most often it is the next save of the one who won, sent together with the first.
    fn remember(&mut self, entry: &Entry, logged: &Logged, seq: i64) -> Result<()> {
        if self.has_open_losses && entry.maker == Maker::Desk {
            let is_choice = logged.action == Action::ChooseValue.as_str();
            let sql = "UPDATE lost_values SET settled_at = ?4
                       WHERE table_name = ?1 AND row_id = ?2 AND column_name = ?3 AND settled_at IS NULL AND (?5 OR lost = ?6)";
            for (column, value) in entry.columns.iter() {
                let values = params![entry.table.as_str(), entry.id.as_bytes(), column, logged.at.0, is_choice, value.to_string()];
                self.db.prepare_cached(sql)?.execute(values)?;
            }
        }
        for lost in entry.lost.iter().filter(|lost| lost.column != "updated_at") {
            let kept = entry.columns.get(&lost.column).unwrap_or(&Value::Null);
            let sql = "INSERT OR REPLACE INTO lost_values (seq, table_name, row_id, column_name, kept, lost, lost_seq, staff_id, replica_id, written_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
            let staff = logged.staff_id.map(Uuid::into_bytes);
            let replica = logged.replica.into_bytes();
            let values = params![
                seq,
                entry.table.as_str(),
                entry.id.as_bytes(),
                lost.column,
                kept.to_string(),
                lost.value.to_string(),
                lost.seq,
                staff,
                replica,
                logged.at.0
            ];
            self.db.prepare_cached(sql)?.execute(values)?;
            self.has_open_losses = true;
        }
        if entry.maker != Maker::Desk {
            let kind = if entry.maker == Maker::Revive { "revive" } else { "clash" };
            let sql = "INSERT OR IGNORE INTO hub_notes (seq, kind, table_name, row_id, noted_at) VALUES (?1, ?2, ?3, ?4, ?5)";
            self.db.prepare_cached(sql)?.execute(params![seq, kind, entry.table.as_str(), entry.id.as_bytes(), logged.at.0])?;
        }
        Ok(())
    }
}

/// The statement that writes the columns at these positions of one row; the id comes last.
fn sql(table: &Table, is_insert: bool, positions: &[usize]) -> String {
    let names = positions.iter().map(|position| table.columns[*position].as_str());
    let mut sql = String::new();
    if is_insert {
        let _ = write!(sql, "INSERT INTO {} (", table.name);
        for name in names {
            let _ = write!(sql, "{name}, ");
        }
        let _ = write!(sql, "id) VALUES ({}?) ON CONFLICT (id) DO NOTHING", "?, ".repeat(positions.len()));
        return sql;
    }
    let _ = write!(sql, "UPDATE {} SET ", table.name);
    for (place, name) in names.enumerate() {
        let _ = write!(sql, "{}{name} = ?", if place == 0 { "" } else { ", " });
    }
    sql.push_str(" WHERE id = ?");
    sql
}

/// Whether the hub's way of writing a value may differ from this desk's.
fn is_rewritten(kind: Kind, value: &Value) -> bool {
    kind == Kind::Json
        && !matches!(value, Value::Null)
        && value.as_object().is_none_or(|of| !of.is_empty())
        && value.as_array().is_none_or(|of| !of.is_empty())
}

/// Reads one row as this file has it; none where there is no such row.
pub(super) fn exists(db: &Connection, table: &str, id: Uuid) -> Result<bool> {
    let found = db.prepare_cached(&format!("SELECT 1 FROM {table} WHERE id = ?1"))?.query_row([id.as_bytes()], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

impl From<std::fmt::Error> for StoreError {
    fn from(error: std::fmt::Error) -> Self {
        Self::Value(error.to_string())
    }
}

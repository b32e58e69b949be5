//! One write under way.

use std::collections::BTreeSet;

use petrel_domain::Millis;
use petrel_domain::desk::ActionId;
use petrel_domain::replication::WIRE_SCHEMA;
use rusqlite::session::Session;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, params, params_from_iter};
use uuid::{ContextV7, Timestamp, Uuid};

use super::clock::tick;
use super::new_rows::NewRows;
use super::portions::{Portion, portions};
use super::store::sorted;
use crate::catalog::{Catalog, Table};
use crate::changes::{Change, each};
use crate::derived::Affected;
use crate::replica::Registers;
use crate::{Action, Actor, Result, StoreError};

/// One write under way: the connection inside its transaction, who writes, and when.
pub struct Tx<'a> {
    db: &'a Connection,
    catalog: &'a Catalog,
    /// None while nothing is written to a replicated table.
    session: Option<Session<'a>>,
    new_rows: NewRows<'a>,
    /// How new rows are written.
    inserts: Vec<Insert<'a>>,
    actor: Actor,
    action: Action,
    undoes: Option<ActionId>,
    now: Millis,
    ids: ContextV7,
    action_id: Option<ActionId>,
    mark: u32,
    keeps_registers: bool,
    affected: Affected,
    registers: Registers,
    tables: BTreeSet<String>,
}

/// How a row with values in certain columns is made.
struct Insert<'a> {
    columns: &'static [&'static str],
    table: &'a Table,
    positions: Vec<usize>,
    statement: CachedStatement<'a>,
}

impl<'a> Tx<'a> {
    pub(super) fn begin(
        db: &'a Connection,
        catalog: &'a Catalog,
        actor: &Actor,
        action: Action,
        undoes: Option<ActionId>,
        now: Millis,
        mark: u32,
    ) -> Result<Self> {
        Ok(Self {
            db,
            catalog,
            session: Some(record(db, catalog)?),
            new_rows: NewRows::default(),
            inserts: Vec::new(),
            actor: *actor,
            action,
            undoes,
            now,
            ids: ContextV7::new(),
            action_id: None,
            mark,
            keeps_registers: true,
            affected: Affected::own(),
            registers: Registers::default(),
            tables: BTreeSet::new(),
        })
    }

    /// Sends what changed and nothing that goes with it: broken on purpose.
    pub(super) fn tear_registers(&mut self) {
        self.keeps_registers = false;
    }

    /// The connection. Named SQL runs on it; rows of replicated tables are never physically deleted through it.
    pub fn db(&self) -> &'a Connection {
        self.db
    }

    /// The instant of this write: the same for every row it makes.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// Who writes.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// A new id; ids of one write sort in the order they were asked for.
    pub fn new_id(&self) -> Uuid {
        let millis = self.now.0.unsigned_abs();
        let nanos = u32::try_from(millis % 1000).unwrap_or_default() * 1_000_000;
        Uuid::new_v7(Timestamp::from_unix(&self.ids, millis / 1000, nanos))
    }

    /// Ends a stretch of a long action: what has changed so far becomes one transaction of the log, of a size that a push
    /// can carry. All of the action still commits, or rolls back, and is undone, as one.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn cut(&mut self) -> Result<()> {
        self.log()?;
        self.affected.write_new_documents(self.db)?;
        self.session = Some(record(self.db, self.catalog)?);
        Ok(())
    }

    /// Ends the write: the last outbox row, and the derived tables.
    pub(super) fn end(mut self) -> Result<(Option<ActionId>, Vec<String>)> {
        self.log()?;
        self.affected.refresh(self.db)?;
        Ok((self.action_id, sorted(self.tables)))
    }

    /// Makes a row of a replicated table: values in these columns, the id first; the others hold what the schema says. Where rows come by the hundred thousand
    /// this is cheaper than an insert of one's own, which is recorded by reading the row once more. A row that is made so and changed in the same stretch is not undone: it counts as changed since.
    ///
    /// # Errors
    /// What SQLite says.
    pub(crate) fn insert(&mut self, table: &str, columns: &'static [&'static str], values: &[ValueRef<'_>]) -> Result<()> {
        let known = self.inserts.iter().position(|insert| std::ptr::eq(insert.columns, columns) && insert.table.name == table);
        let place = match known {
            Some(place) => place,
            None => {
                self.inserts.push(Insert::new(self.db, self.catalog.table(table)?, columns)?);
                self.inserts.len() - 1
            }
        };
        let Insert { table, positions, statement, .. } = &mut self.inserts[place];
        if let Some(session) = &mut self.session {
            session.set_enabled(false);
        }
        let inserted = statement.execute(params_from_iter(values.iter().copied().map(ToSqlOutput::Borrowed)));
        if let Some(session) = &mut self.session {
            session.set_enabled(true);
        }
        inserted?;
        if !self.tables.contains(&table.name) {
            self.tables.insert(table.name.clone());
        }
        self.new_rows.add(table, positions, values);
        let id = values.first().and_then(|id| id.as_blob().ok()?.try_into().ok());
        let id = id.ok_or_else(|| StoreError::Value(format!("a row of {} has no id", table.name)))?;
        self.affected.note(self.db, &Change::made(table, id, positions, values))
    }

    /// Does a part of the write. Where it fails, what it has written and recorded is rolled back; the write may go on.
    ///
    /// # Errors
    /// Those of the part; what SQLite says.
    pub(crate) fn part<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.db.execute_batch("SAVEPOINT part")?;
        let made = self.new_rows.mark();
        let done = work(self);
        if done.is_err() {
            self.db.execute_batch("ROLLBACK TO part")?;
            self.new_rows.rewind(&made);
            self.affected.doubt();
        }
        self.db.execute_batch("RELEASE part")?;
        done
    }

    /// Sends a column's value along with this write although it does not change: a choice between two values is one, whichever it is.
    ///
    /// # Errors
    /// What SQLite says.
    pub(crate) fn say_again(&mut self, table: &str, id: [u8; 16], column: &str) -> Result<()> {
        let position = self.catalog.table(table)?.position(column)?;
        self.registers.add(self.db, self.catalog.table(table)?, &id, &[position])
    }

    /// What has changed since the last time, as a transaction of the log, or some where it is more than the hub takes in one. From here on nothing is recorded.
    fn log(&mut self) -> Result<()> {
        let (mut changes, made) = self.new_rows.take();
        let recorded = changes.len();
        // An empty one is not asked: it would open a savepoint, for which the search index writes out what it holds.
        if let Some(mut session) = self.session.take().filter(|session| !session.is_empty()) {
            session.changeset_strm(&mut changes)?;
        }
        let (affected, tables, registers) = (&mut self.affected, &mut self.tables, &mut self.registers);
        let changed = each(&changes[recorded..], self.catalog, |change| {
            if !tables.contains(&change.table.name) {
                tables.insert(change.table.name.clone());
            }
            if self.keeps_registers {
                registers.complete(self.db, change)?;
            }
            affected.note(self.db, change)
        })?;
        let rows = made + changed;
        if rows == 0 {
            return Ok(());
        }
        for portion in portions(changes, rows, std::mem::take(&mut self.registers), self.catalog)? {
            self.say(&portion)?;
        }
        Ok(())
    }

    /// Puts one transaction into the outbox.
    fn say(&mut self, portion: &Portion) -> Result<()> {
        let tick = tick(self.db, self.now)?;
        let action_id = *self.action_id.get_or_insert(ActionId(tick.n));
        let sql = "INSERT INTO outbox (n, action_id, clock, staff_id, action, schema_version, created_at, changes, row_count,
                     undoes_action_id, replica_id, seen, registers, mark)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        self.db.prepare_cached(sql)?.execute(params![
            tick.n,
            action_id.0,
            tick.clock,
            self.actor.staff_id().map(petrel_domain::StaffId::bytes),
            self.action.as_str(),
            WIRE_SCHEMA,
            self.now.0,
            portion.changes,
            i64::try_from(portion.rows).unwrap_or(i64::MAX),
            self.undoes.map(|action| action.0),
            tick.replica,
            tick.seen,
            portion.registers.text()?,
            self.mark,
        ])?;
        Ok(())
    }
}

impl<'a> Insert<'a> {
    fn new(db: &'a Connection, table: &'a Table, columns: &'static [&'static str]) -> Result<Self> {
        let positions = columns.iter().map(|column| table.position(column)).collect::<Result<Vec<_>>>()?;
        let places: Vec<_> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), places.join(", "));
        Ok(Self { columns, table, positions, statement: db.prepare_cached(&sql)? })
    }
}

/// A session over the replicated tables.
pub(crate) fn record<'a>(db: &'a Connection, catalog: &Catalog) -> Result<Session<'a>> {
    let mut session = Session::new(db)?;
    let tables: BTreeSet<String> = catalog.names().map(str::to_owned).collect();
    session.table_filter(Some(move |table: &str| tables.contains(table)));
    session.attach(None::<&str>)?;
    Ok(session)
}

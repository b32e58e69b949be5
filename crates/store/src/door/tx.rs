//! One write under way.

use std::collections::BTreeSet;

use petrel_domain::Millis;
use petrel_domain::desk::ActionId;
use petrel_domain::replication::WIRE_SCHEMA;
use rusqlite::session::Session;
use rusqlite::{Connection, params};
use uuid::{ContextV7, Timestamp, Uuid};

use super::clock::tick;
use super::store::sorted;
use crate::catalog::Catalog;
use crate::changes::each;
use crate::derived::Affected;
use crate::replica::Registers;
use crate::{Action, Actor, Result};

/// One write under way: the connection inside its transaction, who writes, and when.
pub struct Tx<'a> {
    db: &'a Connection,
    catalog: &'a Catalog,
    session: Session<'a>,
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
            session: record(db, catalog)?,
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
        let next = record(self.db, self.catalog)?;
        let mut done = std::mem::replace(&mut self.session, next);
        let mut changes = Vec::new();
        done.changeset_strm(&mut changes)?;
        self.log(&changes)
    }

    /// Ends the write: the last outbox row, and the derived tables.
    pub(super) fn end(mut self) -> Result<(Option<ActionId>, Vec<String>)> {
        let mut changes = Vec::new();
        self.session.changeset_strm(&mut changes)?;
        self.log(&changes)?;
        self.affected.refresh(self.db)?;
        Ok((self.action_id, sorted(self.tables)))
    }

    /// Sends a column's value along with this write although it does not change: a choice between two values is one, whichever it is.
    ///
    /// # Errors
    /// What SQLite says.
    pub(crate) fn say_again(&mut self, table: &str, id: [u8; 16], column: &str) -> Result<()> {
        let position = self.catalog.table(table)?.position(column)?;
        self.registers.add(self.db, self.catalog.table(table)?, &id, &[position])
    }

    fn log(&mut self, changes: &[u8]) -> Result<()> {
        let (affected, tables, registers) = (&mut self.affected, &mut self.tables, &mut self.registers);
        let rows = each(changes, self.catalog, |change| {
            if !tables.contains(&change.table.name) {
                tables.insert(change.table.name.clone());
            }
            if self.keeps_registers {
                registers.complete(self.db, change)?;
            }
            affected.note(self.db, change)
        })?;
        if rows == 0 {
            return Ok(());
        }
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
            changes,
            i64::try_from(rows).unwrap_or(i64::MAX),
            self.undoes.map(|action| action.0),
            tick.replica,
            tick.seen,
            self.registers.take()?,
            self.mark,
        ])?;
        Ok(())
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

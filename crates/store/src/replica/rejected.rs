//! What the hub can never take: shown to a person, set right and sent again, kept in a file, or let go.

use std::path::Path;

use petrel_domain::desk::{RejectedChange, RejectedRow, ResendChange, Saved};
use petrel_domain::manifest::{OPEN_IDS, is_mark, reference};
use petrel_domain::replication::{Change, Columns, Op, Reason, Transaction};
use petrel_domain::rights::Right;
use petrel_domain::{Millis, Refusal, RefusalCode};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Value, json};

use super::apply::exists;
use super::named::{label, read, right_to_see, right_to_write, staff_name, values};
use super::outgoing::is_made_alike;
use super::values::to_sql;
use crate::catalog::Table;
use crate::staff::{change_member, refuse_ownerless};
use crate::{Action, Actor, Result, Store, StoreError, Tx};

/// A transaction that the hub can never apply.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// This desk's number for it.
    pub n: i64,
    /// When the hub said no.
    pub rejected_at: Millis,
    /// Why.
    pub reason: Reason,
    /// What it was.
    pub transaction: Transaction,
}

const COLUMNS: &str = "n, rejected_at, reason, transaction_json";

fn rejected(row: &Row<'_>) -> Result<Rejected> {
    let reason: Option<Reason> = serde_json::from_str(row.get_ref(2)?.as_str()?)?;
    Ok(Rejected {
        n: row.get(0)?,
        rejected_at: Millis(row.get(1)?),
        reason: reason.unwrap_or_else(|| Reason::new("refused")),
        transaction: serde_json::from_str(row.get_ref(3)?.as_str()?)?,
    })
}

/// One that nobody has settled.
fn open(db: &Connection, n: i64) -> Result<Rejected> {
    let sql = format!("SELECT {COLUMNS} FROM rejected_changes WHERE n = ?1 AND settled_at IS NULL AND transaction_json IS NOT NULL");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query([n])?;
    rows.next()?.map(rejected).transpose()?.ok_or_else(|| Refusal::not_found("rejected_change").into())
}

/// Refuses who may not do it again or let it go: what the action itself asks for, and where its name says nothing of what it writes, its tables.
fn require(actor: &Actor, transaction: &Transaction) -> Result<()> {
    let action = Action::parse(&transaction.action);
    actor.require(action.map_or(Right::ManageClinic, Action::right))?;
    if action.is_some_and(Action::is_of_any_table) {
        for change in &transaction.changes {
            actor.require(right_to_write(&change.table))?;
        }
    }
    Ok(())
}

impl Store {
    /// What the hub can never apply and nobody has settled, the newest first.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn rejected(&self) -> Result<Vec<Rejected>> {
        self.read(|db| {
            let sql = format!(
                "SELECT {COLUMNS} FROM rejected_changes WHERE settled_at IS NULL AND transaction_json IS NOT NULL ORDER BY n DESC LIMIT 200"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(rejected(row)?);
            }
            Ok(found)
        })
    }

    /// The same in people's words. Rows that the actor may not see are left out.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn rejected_changes(&self, actor: &Actor) -> Result<Vec<RejectedChange>> {
        actor.require(Right::SeeClinic)?;
        let all = self.rejected()?;
        self.read(|db| all.into_iter().map(|rejected| self.shown(db, actor, rejected)).collect())
    }

    fn shown(&self, db: &Connection, actor: &Actor, rejected: Rejected) -> Result<RejectedChange> {
        let Rejected { n, rejected_at, reason, transaction } = rejected;
        let mut rows = Vec::new();
        for change in &transaction.changes {
            let Ok(table) = self.catalog().table(&change.table) else { continue };
            if actor.require(right_to_see(&change.table)).is_err() {
                continue;
            }
            rows.push(RejectedRow {
                table: change.table.to_string(),
                id: change.id,
                label: called(db, change)?,
                is_deletion: change.op == Op::Delete,
                values: values(db, table, &change.columns)?,
            });
        }
        let told = |text: String| if text.is_empty() { None } else { Some(text) };
        Ok(RejectedChange {
            n,
            action: transaction.action,
            staff_name: staff_name(db, transaction.staff_id)?,
            made_at: transaction.clock.millis(),
            rejected_at,
            reason: reason.code,
            table: told(reason.table),
            column: told(reason.column),
            rows,
        })
    }

    /// Sends something rejected again, with values set right: it is written as a new action, and what was set aside is settled.
    ///
    /// # Errors
    /// `not_found` where it is settled already, or what it wrote into was deleted or merged since; `forbidden` where the action itself would be;
    /// `invalid` on the column whose value cannot be what it should, or does not pass the file's own checks. Nothing is changed then.
    pub fn resend_rejected(&self, actor: &Actor, input: &ResendChange) -> Result<Saved<()>> {
        let written = self.write(actor, Action::ResendChange, |tx| {
            let rejected = open(tx.db(), input.n)?;
            require(tx.actor(), &rejected.transaction)?;
            refuse_gone(tx, &rejected.transaction.changes)?;
            for change in &rejected.transaction.changes {
                let again = |tx: &Tx<'_>| write_again(tx, change, input);
                let was_here = exists(tx.db(), &change.table, change.id)?;
                if change.table == "staff" {
                    change_member(tx, *change.id.as_bytes(), again)?
                } else {
                    again(tx)?
                }
                // The row may still stand here as it was rejected, and the hub has none of it: what does not change is sent, too.
                let table = tx.catalog().table(&change.table)?;
                for column in change.columns.keys().filter(|column| was_here && table.position(column).is_ok()) {
                    tx.say_again(&change.table, *change.id.as_bytes(), column)?;
                }
            }
            refuse_ownerless(tx)?;
            settle(tx.db(), input.n, tx.now())
        });
        written.map_err(broken_rule)
    }

    /// Lets something rejected go.
    ///
    /// # Errors
    /// `not_found`; `forbidden` where the action itself would be.
    pub fn discard_rejected(&self, actor: &Actor, n: i64) -> Result<()> {
        let rejected = self.read(|db| open(db, n))?;
        require(actor, &rejected.transaction)?;
        settle(&self.writer(), n, self.now())
    }

    /// Writes something rejected to a file, whole, as JSON; secrets are left out.
    ///
    /// # Errors
    /// `not_found`; `forbidden` where the action itself would be; `disk_full`, `read_only`.
    pub fn export_rejected(&self, actor: &Actor, n: i64, path: &Path) -> Result<()> {
        let mut rejected = self.read(|db| open(db, n))?;
        require(actor, &rejected.transaction)?;
        for change in &mut rejected.transaction.changes {
            change.columns.remove("pin_hash");
        }
        let text = json!({ "rejected_at": rejected.rejected_at, "reason": rejected.reason, "transaction": rejected.transaction });
        Ok(std::fs::write(path, serde_json::to_string_pretty(&text)?)?)
    }
}

/// What the row is called: by its name here, else by the name that was to be written.
fn called(db: &Connection, change: &Change) -> Result<String> {
    let here = label(db, &change.table, change.id)?;
    if !here.is_empty() {
        return Ok(here);
    }
    let part = |name: &str| change.columns.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(crate::appointments::card::full_name(&format!("{}{}", part("first_name"), part("name")), part("last_name")))
}

fn settle(db: &Connection, n: i64, now: Millis) -> Result<()> {
    db.execute("UPDATE rejected_changes SET settled_at = ?2 WHERE n = ?1", params![n, now.0])?;
    Ok(())
}

/// Whether a change makes its row, and so says all that it held.
fn is_made(change: &Change) -> bool {
    change.columns.contains_key("created_at")
}

/// Refuses where a row went away here, by a deletion or a merge, into which something is to be written: it would be back without what went with it.
/// What a merge only gave to another record goes over as it is, living or not; where nothing that it is about lives, there is nothing to be done again.
fn refuse_gone(tx: &Tx<'_>, changes: &[Change]) -> Result<()> {
    let mut is_any_there = false;
    for change in changes {
        if is_made(change) || change.columns.contains_key("deleted_at") {
            is_any_there = true;
            continue;
        }
        let sql = format!("SELECT deleted_at IS NULL FROM {} WHERE id = ?1", tx.catalog().table(&change.table)?.name);
        let lives: Option<bool> = tx.db().prepare_cached(&sql)?.query_row([change.id.as_bytes()], |row| row.get(0)).optional()?;
        match lives {
            Some(true) => is_any_there = true,
            Some(false) if is_handed_over(change) => {}
            _ => return Err(Refusal::not_found("record").into()),
        }
    }
    if is_any_there { Ok(()) } else { Err(Refusal::not_found("record").into()) }
}

/// Whether a change says nothing of its row but to which others it belongs.
fn is_handed_over(change: &Change) -> bool {
    let table = &*change.table;
    let names_another = |column: &str| reference(table, column).is_some() || OPEN_IDS.contains(&(table, column));
    change.columns.keys().all(|column| column == "updated_at" || is_mark(table, column) || names_another(column))
}

fn write_again(tx: &Tx<'_>, change: &Change, input: &ResendChange) -> Result<()> {
    let table = tx.catalog().table(&change.table)?;
    let mut columns = change.columns.clone();
    for edit in input.edits.iter().filter(|edit| edit.table == change.table && edit.id == change.id) {
        if edit.column == "pin_hash" {
            return Err(Refusal::invalid("pin_hash").into());
        }
        let kind = table.kinds[table.position(&edit.column).map_err(|_| Refusal::invalid(&edit.column))?];
        columns.insert(edit.column.as_str(), read(kind, &edit.column, edit.value.as_deref())?);
    }
    if is_made(change) && !is_made_alike(change.id) {
        leave_rest_empty(table, &mut columns);
    }
    // The hub did not have the row, so it went away here: it is back, unless it was to go.
    if is_made(change) && !columns.contains_key("deleted_at") {
        columns.insert("deleted_at", Value::Null);
    }
    columns.insert("updated_at", Value::from(tx.now().0));
    put(tx.db(), table, change, &columns)?;
    let back = "DELETE FROM stale_rows WHERE table_name = ?1 AND row_id = ?2 AND is_gone";
    tx.db().prepare_cached(back)?.execute(params![change.table.as_str(), change.id.as_bytes()])?;
    Ok(())
}

/// What made a row says all that it held. What was written into the row since was rejected like it, or will be, and is sent again by itself: until then
/// the hub has none of it. (A row that is made alike may be another desk's by now.)
fn leave_rest_empty(table: &Table, columns: &mut Columns) {
    for position in table.empty_when_new() {
        let name = &table.columns[position];
        if !columns.contains_key(name) {
            columns.insert(name.as_str(), Value::Null);
        }
    }
}

fn put(db: &Connection, table: &Table, change: &Change, columns: &Columns) -> Result<()> {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (name, value) in columns.iter() {
        let Ok(position) = table.position(name) else { continue };
        names.push(name);
        values.push(to_sql(table.kinds[position], value)?);
    }
    values.push(Sql::Blob(change.id.as_bytes().to_vec()));
    let sql = if exists(db, &table.name, change.id)? {
        let sets: Vec<_> = names.iter().map(|name| format!("{name} = ?")).collect();
        format!("UPDATE {} SET {} WHERE id = ?", table.name, sets.join(", "))
    } else {
        format!("INSERT INTO {} ({}, id) VALUES ({}?)", table.name, names.join(", "), "?, ".repeat(names.len()))
    };
    db.prepare(&sql)?.execute(params_from_iter(values))?;
    Ok(())
}

/// A value that the file itself does not take, told by its column.
fn broken_rule(error: StoreError) -> StoreError {
    match &error {
        // The record that it belongs to is gone: no column is to blame that a person could set right.
        StoreError::Sql(rusqlite::Error::SqliteFailure(failure, _))
            if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY =>
        {
            Refusal::not_found("parent").into()
        }
        StoreError::Sql(rusqlite::Error::SqliteFailure(failure, Some(text)))
            if failure.code == rusqlite::ErrorCode::ConstraintViolation =>
        {
            Refusal::on(RefusalCode::Invalid, blamed(text)).with_detail(text).into()
        }
        _ => error,
    }
}

/// The column that SQLite names: `NOT NULL constraint failed: clients.first_name`, `CHECK constraint failed: source IN (…)`.
fn blamed(text: &str) -> &str {
    let rule = text.split_once(": ").map_or(text, |(_, rule)| rule);
    let mut words = rule.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_')).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    // A table's name before the column's, or a function around it.
    let is_around = rule.as_bytes().get(first.len()).is_some_and(|sign| matches!(sign, b'.' | b'('));
    if is_around { words.next().unwrap_or(first) } else { first }
}

#[cfg(test)]
mod tests {
    use super::blamed;

    #[test]
    fn the_column_of_a_broken_rule_is_named() {
        for (text, column) in [
            ("NOT NULL constraint failed: clients.first_name", "first_name"),
            ("CHECK constraint failed: source IN ('manual', 'sms')", "source"),
            ("CHECK constraint failed: length(id) = 16", "id"),
        ] {
            assert_eq!(blamed(text), column);
        }
    }
}

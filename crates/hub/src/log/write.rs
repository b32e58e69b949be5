//! The rows that transactions touched, written a table at a time: what is new by one statement, what changed by one for each set of columns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use deadpool_postgres::Transaction as Pg;
use petrel_domain::replication::{Column, Ledger, Name, Row};
use serde_json::Value;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::load::clocks;
use super::values::{Array, array, array_type};
use crate::catalog::Catalog;
use crate::db::DbError;

/// A row that is written: as it stands, not as a later transaction of the batch will leave it.
type Rows = Vec<(Uuid, Row)>;

/// One statement that is to be carried out.
pub(super) struct Step<'a> {
    statement: Statement,
    is_new: bool,
    /// By name.
    columns: Vec<&'a Column>,
    rows: Rows,
}

/// The statements that write what the ledger says was touched; it forgets it. Nothing is sent but what Postgres must know of a statement it has not
/// carried out before.
pub(super) async fn steps<'a>(pg: &Pg<'_>, catalog: &'a Catalog, ledger: &mut Ledger) -> Result<Vec<Step<'a>>, DbError> {
    let touched = ledger.take_touched();
    let mut steps = Vec::new();
    for touched in touched.chunk_by(|(one, ..), (next, ..)| one == next) {
        let table = touched[0].0;
        let Some(schema) = catalog.schema.tables.get(table) else { return Err(DbError::Value(format!("no table {table}"))) };
        // A column that may be empty is empty where it was left out; one that has a default gets it, so that sets of columns differ by those alone.
        let may_be_left_out = || schema.columns().iter().filter(|column| !column.is_nullable);
        let mut new: BTreeMap<Vec<bool>, Rows> = BTreeMap::new();
        let mut changed: BTreeMap<&BTreeSet<Name>, Rows> = BTreeMap::new();
        for (_, id, what) in touched {
            let Some(row) = ledger.row(table, *id) else { continue };
            let rows = if what.is_new {
                let are_there = row.columns.along(may_be_left_out().map(|column| column.name.as_str())).map(|value| value.is_some());
                new.entry(are_there.collect()).or_default()
            } else {
                changed.entry(&what.columns).or_default()
            };
            rows.push((*id, row.clone()));
        }
        for (are_there, rows) in new {
            let mut are_there = are_there.into_iter();
            let columns: Vec<&Column> =
                schema.columns().iter().filter(|column| column.is_nullable || are_there.next() == Some(true)).collect();
            let statement = pg.prepare_cached(&insert(table, &columns)).await?;
            steps.push(Step { statement, is_new: true, columns, rows });
        }
        for (columns, rows) in changed {
            let columns: Vec<&Column> = schema.columns().iter().filter(|column| columns.contains(column.name.as_str())).collect();
            let statement = pg.prepare_cached(&update(table, &columns)).await?;
            steps.push(Step { statement, is_new: false, columns, rows });
        }
    }
    Ok(steps)
}

impl Step<'_> {
    pub(super) async fn carry_out(&self, pg: &Pg<'_>, clinic: Uuid) -> Result<(), DbError> {
        let mut values: Vec<Array<'_>> = vec![Box::new(self.rows.iter().map(|(id, _)| *id).collect::<Vec<Uuid>>())];
        let each = |read: fn(&Row) -> i64| Box::new(self.rows.iter().map(|(_, row)| read(row)).collect::<Vec<i64>>());
        if self.is_new {
            values.push(each(|row| row.made.clock.0));
            values.push(each(|row| row.made.seq));
            values.push(Box::new(self.rows.iter().map(|(_, row)| row.made.replica).collect::<Vec<Uuid>>()));
        }
        values.push(each(|row| row.seq));
        // Of most new rows nothing was written since they were made.
        let clocks = self.rows.iter().map(|(_, row)| (!row.written.is_empty()).then(|| clocks(row))).collect();
        values.push(Box::new(unless_empty(clocks, Option::is_none)));
        // A row at a time: it is found in memory once, and its columns lie in the order of these.
        let mut cells: Vec<Vec<&Value>> = self.columns.iter().map(|_| Vec::with_capacity(self.rows.len())).collect();
        for (_, row) in &self.rows {
            let row = row.columns.along(self.columns.iter().map(|column| column.name.as_str()));
            cells.iter_mut().zip(row).for_each(|(column, value)| column.push(value.unwrap_or(&Value::Null)));
        }
        for (column, cells) in self.columns.iter().zip(cells) {
            values.push(array(column.kind, unless_empty(cells, |value| value.is_null()).into_iter())?);
        }
        let clinic: &(dyn ToSql + Sync) = &clinic;
        let values: Vec<&(dyn ToSql + Sync)> =
            std::iter::once(clinic).chain(values.iter().map(|array| &**array as &(dyn ToSql + Sync))).collect();
        pg.execute(&self.statement, &values).await?;
        Ok(())
    }
}

/// The values of a column; none where all are empty: beside longer arrays an empty one is empty values, which Postgres then need not read one by one.
fn unless_empty<T>(cells: Vec<T>, is_empty: impl Fn(&T) -> bool) -> Vec<T> {
    if cells.iter().all(is_empty) { Vec::new() } else { cells }
}

/// What stands for clocks that are empty.
const NO_CLOCKS: &str = "'{}'";

/// New rows: the clinic, what the hub keeps of each, and the columns.
fn insert(table: &str, columns: &[&Column]) -> String {
    const OWN: [(&str, &str); 6] = [
        ("id", "uuid[]"),
        ("made_clock", "bigint[]"),
        ("made_seq", "bigint[]"),
        ("made_replica", "uuid[]"),
        ("seq", "bigint[]"),
        ("clocks", "jsonb[]"),
    ];
    const CLOCKS: usize = OWN.len() - 1;
    let mut sql = format!("INSERT INTO {table} (clinic_id");
    for name in OWN.iter().map(|(name, _)| *name).chain(columns.iter().map(|column| column.name.as_str())) {
        let _ = write!(sql, ", {name}");
    }
    sql.push_str(") SELECT $1");
    let kinds: Vec<_> = columns.iter().map(|column| array_type(column.kind)).collect();
    for (place, cast) in OWN.iter().map(|_| "").chain(kinds.iter().map(|(_, cast)| *cast)).enumerate() {
        let _ = if place == CLOCKS { write!(sql, ", coalesce(u.c{place}, {NO_CLOCKS})") } else { write!(sql, ", u.c{place}{cast}") };
    }
    sql.push_str(" FROM ");
    unnest(&mut sql, 2, OWN.iter().map(|(_, of)| *of).chain(kinds.iter().map(|(of, _)| *of)));
    sql
}

/// Rows that are there: their ids, what the hub keeps of each change, and the columns.
fn update(table: &str, columns: &[&Column]) -> String {
    let mut sql = format!("UPDATE {table} t SET seq = u.c1, clocks = coalesce(u.c2, {NO_CLOCKS})");
    let kinds: Vec<_> = columns.iter().map(|column| array_type(column.kind)).collect();
    for (place, (column, (_, cast))) in columns.iter().zip(&kinds).enumerate() {
        let _ = write!(sql, ", {} = u.c{}{cast}", column.name, place + 3);
    }
    sql.push_str(" FROM ");
    unnest(&mut sql, 2, ["uuid[]", "bigint[]", "jsonb[]"].into_iter().chain(kinds.iter().map(|(of, _)| *of)));
    sql.push_str(" WHERE t.clinic_id = $1 AND t.id = u.c0");
    sql
}

/// Parameters from `first` on, each an array, as the columns c0, c1 … of `u`. In the list of what is selected, where Postgres takes a value of each array a row; among the tables it would first write
/// each array out as a table of its own.
fn unnest<'a>(sql: &mut String, first: usize, types: impl Iterator<Item = &'a str>) {
    sql.push_str("(SELECT ");
    for (place, of) in types.enumerate() {
        let _ = write!(sql, "{}unnest(${}::{of}) AS c{place}", if place == 0 { "" } else { ", " }, first + place);
    }
    sql.push_str(") AS u");
}

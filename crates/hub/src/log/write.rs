//! The rows a batch touched, written a table at a time: what is new by one statement, what changed by one for each set of columns. The statements
//! go out one after the other without waiting for an answer: while Postgres carries out one, the next is put together.

use std::collections::BTreeMap;
use std::fmt::Write;

use deadpool_postgres::Transaction as Pg;
use futures_util::future::try_join_all;
use petrel_domain::replication::{Kind, Ledger, Row, TableSchema};
use serde_json::Value;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::load::clocks;
use super::values::{Array, array, array_type};
use crate::catalog::Catalog;
use crate::db::DbError;

/// Rows of one table that are written alike.
type Rows<'a> = Vec<(Uuid, &'a Row)>;

/// How many statements are under way at the same time.
const AT_ONCE: usize = 16;

/// One statement that is to be carried out.
struct Step<'a> {
    statement: Statement,
    schema: &'a TableSchema,
    is_new: bool,
    columns: Vec<&'a str>,
    rows: Rows<'a>,
}

/// Writes what the ledger says was touched.
pub(super) async fn write(pg: &Pg<'_>, catalog: &Catalog, clinic: Uuid, ledger: &mut Ledger) -> Result<(), DbError> {
    let touched = ledger.take_touched();
    let ledger = &*ledger;
    let mut steps = Vec::new();
    let mut at = 0;
    while at < touched.len() {
        let table = touched[at].0;
        let mut new: BTreeMap<Vec<&str>, Rows<'_>> = BTreeMap::new();
        let mut changed: BTreeMap<Vec<&str>, Rows<'_>> = BTreeMap::new();
        let Some(schema) = catalog.schema.tables.get(table) else { return Err(DbError::Value(format!("no table {table}"))) };
        while let Some((_, id, what)) = touched.get(at).filter(|(of, ..)| *of == table) {
            at += 1;
            let Some(row) = ledger.row(table, *id) else { continue };
            if what.is_new {
                // A column that may be empty is empty where it was left out; one that has a default gets it, so that sets of columns differ by those alone.
                let is_there = |column: &&petrel_domain::replication::Column| column.is_nullable || row.columns.contains_key(&column.name);
                let columns = schema.columns.iter().filter(is_there).map(|column| column.name.as_str()).collect();
                new.entry(columns).or_default().push((*id, row));
            } else {
                changed.entry(what.columns.iter().map(String::as_str).collect()).or_default().push((*id, row));
            }
        }
        // A statement must be known before the ones that follow are sent: those of a parent go before those of its children.
        for (is_new, columns, rows) in new.into_iter().map(|(c, r)| (true, c, r)).chain(changed.into_iter().map(|(c, r)| (false, c, r))) {
            let sql = if is_new { insert(schema, table, &columns) } else { update(schema, table, &columns) };
            steps.push(Step { statement: pg.prepare_cached(&sql).await?, schema, is_new, columns, rows });
        }
    }
    for steps in steps.chunks(AT_ONCE) {
        try_join_all(steps.iter().map(|step| step.carry_out(pg, clinic))).await?;
    }
    Ok(())
}

impl Step<'_> {
    async fn carry_out(&self, pg: &Pg<'_>, clinic: Uuid) -> Result<(), DbError> {
        let mut values: Vec<Array<'_>> = vec![Box::new(self.rows.iter().map(|(id, _)| *id).collect::<Vec<Uuid>>())];
        let each = |read: fn(&Row) -> i64| Box::new(self.rows.iter().map(|(_, row)| read(row)).collect::<Vec<i64>>());
        if self.is_new {
            values.push(each(|row| row.made.clock.0));
            values.push(each(|row| row.made.seq));
            values.push(Box::new(self.rows.iter().map(|(_, row)| row.made.replica).collect::<Vec<Uuid>>()));
        }
        values.push(each(|row| row.seq));
        values.push(Box::new(self.rows.iter().map(|(_, row)| clocks(row)).collect::<Vec<Value>>()));
        for column in &self.columns {
            values.push(array(kind(self.schema, column), self.rows.iter().map(|(_, row)| row.value(column)))?);
        }
        let clinic: &(dyn ToSql + Sync) = &clinic;
        let values: Vec<&(dyn ToSql + Sync)> =
            std::iter::once(clinic).chain(values.iter().map(|array| &**array as &(dyn ToSql + Sync))).collect();
        pg.execute(&self.statement, &values).await?;
        Ok(())
    }
}

fn kind(schema: &TableSchema, column: &str) -> Kind {
    schema.column(column).map_or(Kind::Text, |column| column.kind)
}

/// New rows: the clinic, what the hub keeps of each, and the columns.
fn insert(schema: &TableSchema, table: &str, columns: &[&str]) -> String {
    const OWN: [(&str, &str); 6] = [
        ("id", "uuid[]"),
        ("made_clock", "bigint[]"),
        ("made_seq", "bigint[]"),
        ("made_replica", "uuid[]"),
        ("seq", "bigint[]"),
        ("clocks", "jsonb[]"),
    ];
    let mut sql = format!("INSERT INTO {table} (clinic_id");
    for name in OWN.iter().map(|(name, _)| *name).chain(columns.iter().copied()) {
        let _ = write!(sql, ", {name}");
    }
    sql.push_str(") SELECT $1");
    let kinds: Vec<_> = columns.iter().map(|column| array_type(kind(schema, column))).collect();
    for (place, cast) in OWN.iter().map(|_| "").chain(kinds.iter().map(|(_, cast)| *cast)).enumerate() {
        let _ = write!(sql, ", u.c{place}{cast}");
    }
    sql.push_str(" FROM ");
    unnest(&mut sql, 2, OWN.iter().map(|(_, of)| *of).chain(kinds.iter().map(|(of, _)| *of)));
    sql
}

/// Rows that are there: their ids, what the hub keeps of each change, and the columns.
fn update(schema: &TableSchema, table: &str, columns: &[&str]) -> String {
    let mut sql = format!("UPDATE {table} t SET seq = u.c1, clocks = u.c2");
    let kinds: Vec<_> = columns.iter().map(|column| array_type(kind(schema, column))).collect();
    for (place, (name, (_, cast))) in columns.iter().zip(&kinds).enumerate() {
        let _ = write!(sql, ", {name} = u.c{}{cast}", place + 3);
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

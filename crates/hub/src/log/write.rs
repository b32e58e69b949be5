//! The rows a batch touched, written a table at a time: what is new by one statement, what changed by one for each set of columns.

use std::collections::BTreeMap;
use std::fmt::Write;

use deadpool_postgres::Transaction as Pg;
use petrel_domain::replication::{Kind, Ledger, Row, TableSchema};
use serde_json::Value;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::load::clocks;
use super::values::{Array, array, array_type};
use crate::catalog::Catalog;
use crate::db::DbError;

/// Rows of one table that are written alike.
type Rows<'a> = Vec<(Uuid, &'a Row)>;

/// Writes what the ledger says was touched.
pub(super) async fn write(pg: &Pg<'_>, catalog: &Catalog, clinic: Uuid, ledger: &mut Ledger) -> Result<(), DbError> {
    let touched = ledger.take_touched();
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
        for (columns, rows) in new {
            insert(pg, schema, table, clinic, &columns, &rows).await?;
        }
        for (columns, rows) in changed {
            update(pg, schema, table, clinic, &columns, &rows).await?;
        }
    }
    Ok(())
}

fn kind(schema: &TableSchema, column: &str) -> Kind {
    schema.column(column).map_or(Kind::Text, |column| column.kind)
}

fn arrays(schema: &TableSchema, columns: &[&str], rows: &Rows<'_>) -> Result<Vec<Array>, DbError> {
    columns.iter().map(|column| array(kind(schema, column), rows.iter().map(|(_, row)| row.value(column)))).collect()
}

async fn insert(pg: &Pg<'_>, schema: &TableSchema, table: &str, clinic: Uuid, columns: &[&str], rows: &Rows<'_>) -> Result<(), DbError> {
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
    sql.push_str(" FROM unnest(");
    unnest(&mut sql, 2, OWN.iter().map(|(_, of)| *of).chain(kinds.iter().map(|(of, _)| *of)));
    let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
    let made = |read: fn(&Row) -> i64| rows.iter().map(|(_, row)| read(row)).collect::<Vec<i64>>();
    let replicas: Vec<_> = rows.iter().map(|(_, row)| row.made.replica).collect();
    let clocks: Vec<Value> = rows.iter().map(|(_, row)| clocks(row)).collect();
    let own: Vec<Array> = vec![
        Box::new(ids),
        Box::new(made(|row| row.made.clock.0)),
        Box::new(made(|row| row.made.seq)),
        Box::new(replicas),
        Box::new(made(|row| row.seq)),
        Box::new(clocks),
    ];
    execute(pg, &sql, clinic, own, arrays(schema, columns, rows)?).await
}

async fn update(pg: &Pg<'_>, schema: &TableSchema, table: &str, clinic: Uuid, columns: &[&str], rows: &Rows<'_>) -> Result<(), DbError> {
    let mut sql = format!("UPDATE {table} t SET seq = u.c1, clocks = u.c2");
    let kinds: Vec<_> = columns.iter().map(|column| array_type(kind(schema, column))).collect();
    for (place, (name, (_, cast))) in columns.iter().zip(&kinds).enumerate() {
        let _ = write!(sql, ", {name} = u.c{}{cast}", place + 3);
    }
    sql.push_str(" FROM unnest(");
    unnest(&mut sql, 2, ["uuid[]", "bigint[]", "jsonb[]"].into_iter().chain(kinds.iter().map(|(of, _)| *of)));
    sql.push_str(" WHERE t.clinic_id = $1 AND t.id = u.c0");
    let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
    let seqs: Vec<_> = rows.iter().map(|(_, row)| row.seq).collect();
    let clocks: Vec<Value> = rows.iter().map(|(_, row)| clocks(row)).collect();
    let own: Vec<Array> = vec![Box::new(ids), Box::new(seqs), Box::new(clocks)];
    execute(pg, &sql, clinic, own, arrays(schema, columns, rows)?).await
}

/// Parameters from `first` on, each an array, as the columns c0, c1 … of `u`.
fn unnest<'a>(sql: &mut String, first: usize, types: impl Iterator<Item = &'a str>) {
    let mut names = String::new();
    for (place, of) in types.enumerate() {
        let _ = write!(sql, "{}${}::{of}", if place == 0 { "" } else { ", " }, first + place);
        let _ = write!(names, "{}c{place}", if place == 0 { "" } else { ", " });
    }
    let _ = write!(sql, ") AS u ({names})");
}

async fn execute(pg: &Pg<'_>, sql: &str, clinic: Uuid, own: Vec<Array>, columns: Vec<Array>) -> Result<(), DbError> {
    let statement = pg.prepare_cached(sql).await?;
    let clinic: &(dyn ToSql + Sync) = &clinic;
    let values: Vec<&(dyn ToSql + Sync)> =
        std::iter::once(clinic).chain(own.iter().chain(&columns).map(|array| &**array as &(dyn ToSql + Sync))).collect();
    pg.execute(&statement, &values).await?;
    Ok(())
}

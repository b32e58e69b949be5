//! The replicated tables as Postgres has them.

use std::collections::BTreeMap;

use petrel_domain::manifest::REPLICATED;
use petrel_domain::replication::{Column, Kind, Schema, Versions};

use crate::problem::Problem;

/// Columns that are the hub's own.
const OWN: &[&str] = &["clinic_id", "id", "made_clock", "made_seq", "made_replica", "seq", "clocks"];

/// The replicated tables.
#[derive(Debug)]
pub(crate) struct Catalog {
    /// As they are.
    pub(crate) schema: Schema,
    /// Which schemas there are.
    pub(crate) versions: Versions,
    /// The tables as desks of earlier schemas have them, from the oldest that is served.
    earlier: BTreeMap<i32, Schema>,
}

impl Catalog {
    pub(crate) async fn load(client: &tokio_postgres::Client, versions: Versions) -> anyhow::Result<Self> {
        let sql = "SELECT c.relname::text, a.attname::text, t.typname::text, NOT a.attnotnull, a.atthasdef
                   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
                   WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
                   ORDER BY c.relname, a.attnum";
        let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
        for row in client.query(sql, &[&REPLICATED]).await? {
            let (table, name, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
            let columns = tables.entry(table).or_default();
            if OWN.contains(&name.as_str()) {
                continue;
            }
            let kind = match kind.as_str() {
                "uuid" => Kind::Id,
                "timestamptz" => Kind::Instant,
                "date" => Kind::Date,
                "time" => Kind::Time,
                "int8" => Kind::Integer,
                "bool" => Kind::Truth,
                "jsonb" => Kind::Json,
                "text" => Kind::Text,
                other => anyhow::bail!("{name} is of type {other}"),
            };
            columns.push(Column { name, kind, is_nullable: row.get(3), has_default: row.get(4) });
        }
        let schema = Schema { tables: tables.into_iter().map(|(name, columns)| (name, columns.into_iter().collect())).collect() };
        anyhow::ensure!(schema.tables.len() == REPLICATED.len(), "the database does not have every table: run `petrel-hub migrate`");
        let earlier = (versions.oldest()..versions.current).map(|earlier| (earlier, schema.at(&versions, earlier))).collect();
        Ok(Self { schema, versions, earlier })
    }

    /// The tables as a desk has them that speaks `schema`.
    pub(crate) fn at(&self, schema: i32) -> &Schema {
        self.earlier.get(&schema).unwrap_or(&self.schema)
    }

    /// The tables as a desk has them that speaks an earlier schema; none for one that has all there is.
    pub(crate) fn earlier(&self, schema: i32) -> Option<&Schema> {
        self.earlier.get(&schema)
    }

    /// The columns of a table that a desk of `schema` knows and that came after the schema `since`, the id first.
    pub(crate) fn columns(&self, table: &str, schema: i32, since: i32) -> Option<Vec<&str>> {
        let columns = self.at(schema).tables.get(table)?.names();
        Some(std::iter::once("id").chain(columns.filter(|column| self.versions.of_column(table, column) > since)).collect())
    }

    /// Whether a desk's schema is served.
    ///
    /// # Errors
    /// `HubTooOld`, `DeskTooOld`.
    pub(crate) fn serves(&self, schema: i32) -> Result<(), Problem> {
        match schema {
            schema if schema > self.versions.current => Err(Problem::HubTooOld),
            schema if schema < self.versions.oldest() => Err(Problem::DeskTooOld),
            _ => Ok(()),
        }
    }
}

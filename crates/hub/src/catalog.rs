//! The replicated tables as Postgres has them.

use petrel_domain::manifest::REPLICATED;
use petrel_domain::replication::{Column, Kind, Schema, TableSchema};

/// Columns that are the hub's own.
const OWN: &[&str] = &["clinic_id", "id", "made_clock", "made_seq", "made_replica", "seq", "clocks"];

/// The replicated tables.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) schema: Schema,
}

impl Catalog {
    pub(crate) async fn load(client: &tokio_postgres::Client) -> anyhow::Result<Self> {
        let sql = "SELECT c.relname::text, a.attname::text, t.typname::text, NOT a.attnotnull, a.atthasdef
                   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
                   WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
                   ORDER BY c.relname, a.attnum";
        let mut schema = Schema::default();
        for row in client.query(sql, &[&REPLICATED]).await? {
            let (table, name, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
            let table = schema.tables.entry(table).or_insert_with(TableSchema::default);
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
            table.columns.push(Column { name, kind, is_nullable: row.get(3), has_default: row.get(4) });
        }
        anyhow::ensure!(schema.tables.len() == REPLICATED.len(), "the database does not have every table: run `petrel-hub migrate`");
        Ok(Self { schema })
    }

    /// The columns of a table that a desk of `schema` knows, the id first. There is one schema yet; a column that a later one brings is left out
    /// for an older desk here.
    pub(crate) fn columns(&self, table: &str, _schema: i32) -> Option<Vec<&str>> {
        let table = self.schema.tables.get(table)?;
        Some(std::iter::once("id").chain(table.columns.iter().map(|column| column.name.as_str())).collect())
    }
}

//! All clinics of a database, as its owner sees them: listed, and removed for good.

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use tokio_postgres::{Client, Error, Transaction};
use uuid::Uuid;

use crate::admin::as_owner;
use crate::config::Config;
use crate::reach::Reach;

/// The ids of all clinics.
///
/// # Errors
/// What Postgres says.
pub async fn clinics(config: &Config) -> anyhow::Result<Vec<Uuid>> {
    let rows = as_owner(&config.database_url, async |client| client.query("SELECT id FROM tenants ORDER BY created_at", &[]).await).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// A line each: id and name as the clinic was added, its zone, how many desks it has, when one was here last, how far its log goes.
///
/// # Errors
/// What Postgres says.
pub async fn list_clinics(config: &Config) -> anyhow::Result<Vec<String>> {
    let sql = "SELECT t.id, t.name, t.timezone, h.head, count(d.id), max(d.last_seen_at) FROM tenants t
                 LEFT JOIN log_heads h ON h.clinic_id = t.id LEFT JOIN devices d ON d.clinic_id = t.id AND d.revoked_at IS NULL
               GROUP BY t.id, t.name, t.timezone, h.head ORDER BY t.created_at";
    let rows = as_owner(&config.database_url, async |client| client.query(sql, &[]).await).await?;
    let line = |row: &tokio_postgres::Row| -> Result<String, Error> {
        let (id, name, zone): (Uuid, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let (head, desks): (Option<i64>, i64) = (row.try_get(3)?, row.try_get(4)?);
        let seen: Option<DateTime<Utc>> = row.try_get(5)?;
        let seen = seen.map_or_else(|| "none was here yet".to_owned(), |at| format!("last seen {}", at.format("%F %T UTC")));
        Ok(format!("{id}  {name} ({zone}), log to {}, {desks} desks, {seen}", head.unwrap_or(0)))
    };
    Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
}

/// What a clinic's removal would take, in words.
///
/// # Errors
/// Where there is no such clinic; what Postgres says.
pub async fn name_clinic(config: &Config, clinic: Uuid) -> anyhow::Result<String> {
    let id = clinic.to_string();
    let all = list_clinics(config).await?;
    all.into_iter().find(|line| line.starts_with(&id)).context("clinic: there is none with this id (clinic list says which there are)")
}

/// Whether clinics can be removed from this database at all.
///
/// # Errors
/// Where clinics are spread over several servers; what Postgres says.
pub(crate) async fn may_be_removed(config: &Config) -> anyhow::Result<()> {
    let (client, connection) = Reach::of(&config.database_url)?.connect().await?;
    let task = tokio::spawn(connection);
    let may = keeps_its_rows(&client).await;
    drop(client);
    task.await??;
    may
}

/// A clinic's rows at another server are under that one's policies and rights, and the owner's are not asked there: some would be left.
async fn keeps_its_rows(client: &Client) -> anyhow::Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = 'log'::regclass AND c.relkind = 'f')";
    let is_spread: bool = client.query_one(sql, &[]).await?.try_get(0)?;
    ensure!(!is_spread, "this database's clinics are spread over several servers: none can be removed from it, and nothing was");
    Ok(())
}

/// Removes all that the database has of a clinic: its rows, its log and the log's archive, its desks, codes and tokens. Desks keep their own files. All of it
/// goes, or nothing does. Other clinics go on meanwhile; this one's pushes wait, and are refused then. Answers how many rows there were.
///
/// # Errors
/// Where there is no such clinic, or clinics are spread over several servers; what Postgres says.
pub async fn remove_clinic(config: &Config, clinic: Uuid) -> anyhow::Result<u64> {
    let (mut client, connection) = Reach::of(&config.database_url)?.connect().await?;
    let task = tokio::spawn(connection);
    let removed = remove(&mut client, clinic).await;
    drop(client);
    task.await??;
    removed
}

async fn remove(client: &mut Client, clinic: Uuid) -> anyhow::Result<u64> {
    keeps_its_rows(client).await?;
    let pg = client.transaction().await?;
    // As whoever writes the clinic's log waits for its turn.
    let turn = "SELECT set_config('petrel.clinic_id', $1, true), pg_advisory_xact_lock(hashtextextended($1, 4790))";
    pg.query_one(turn, &[&clinic.to_string()]).await?;
    let is_there = pg.query_opt("SELECT 1 FROM tenants WHERE id = $1 FOR UPDATE", &[&clinic]).await?.is_some();
    ensure!(is_there, "clinic: there is none with this id (clinic list says which there are)");
    // What the hub may remove it removes, under the policy that shows it this clinic alone; what it never does is the owner's.
    pg.batch_execute("SET LOCAL ROLE petrel_hub").await?;
    let mut rows = take(&pg, clinic, "has_table_privilege('petrel_hub', c.oid, 'DELETE')").await?;
    pg.batch_execute("RESET ROLE").await?;
    rows += take(&pg, clinic, "NOT has_table_privilege('petrel_hub', c.oid, 'DELETE')").await?;
    let left: i64 = pg.query_one("SELECT count(*) FROM log WHERE clinic_id = $1", &[&clinic]).await?.try_get(0)?;
    ensure!(left == 0, "the owner's policy `removal` of the table log is missing: petrel-hub migrate makes it; nothing was removed");
    pg.execute("DELETE FROM tenants WHERE id = $1", &[&clinic]).await?;
    pg.commit().await?;
    Ok(rows)
}

/// Removes the clinic's rows of the tables of a kind. In one statement: tables refer to each other, and references are looked at when it ends.
async fn take(pg: &Transaction<'_>, clinic: Uuid, kind: &str) -> anyhow::Result<u64> {
    let sql = format!(
        "SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'clinic_id'
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND {kind} ORDER BY 1"
    );
    let tables = pg.query(&sql, &[]).await?.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    if tables.is_empty() {
        return Ok(0);
    }
    let gone: Vec<String> = tables
        .iter()
        .enumerate()
        .map(|(place, table)| format!("gone_{place} AS (DELETE FROM {table} WHERE clinic_id = $1 RETURNING 1)"))
        .collect();
    let counted: Vec<String> = (0..tables.len()).map(|place| format!("(SELECT count(*) FROM gone_{place})")).collect();
    let sql = format!("WITH {} SELECT {}", gone.join(", "), counted.join(" + "));
    let rows: i64 = pg.query_one(&sql, &[&clinic]).await?.try_get(0)?;
    Ok(rows.unsigned_abs())
}

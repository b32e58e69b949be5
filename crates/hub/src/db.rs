//! The database: its pool, its migrations, a clinic's transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Context;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Timeouts, Transaction};
use petrel_domain::replication::{VERSIONS, Versions};
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::config::Config;

mod embedded {
    refinery::embed_migrations!("../../migrations/hub");
}

/// How long a request waits for a connection before the desk is asked to come back.
const WAIT: Duration = Duration::from_secs(5);

/// How many rows this process has written since it began. With several hubs before one database each knows its own.
static WRITTEN: AtomicI64 = AtomicI64::new(0);
/// After how many of them a connection makes its plans anew; where there were more than ten times as many, after a tenth, as Postgres does.
const REPLAN_AFTER: i64 = 10_000;

/// How many statements a connection keeps prepared, about. Each set of columns that was changed together is one, and desks make up new ones for ever;
/// each takes some kilobytes here and at Postgres.
const STATEMENTS: usize = 500;

/// A pool of connections that work as `petrel_hub`.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    /// The replicated tables as the database has them.
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) url: Arc<str>,
}

impl Database {
    /// Connects, and reads the catalog. The schema must be there: see [`Database::migrate`].
    ///
    /// # Errors
    /// What Postgres says.
    pub async fn connect(config: &Config) -> anyhow::Result<Self> {
        Self::speaking(config, VERSIONS).await
    }

    /// The same, for a hub that knows other schemas: for tests with older and newer desks.
    #[doc(hidden)]
    pub async fn speaking(config: &Config, versions: Versions) -> anyhow::Result<Self> {
        let postgres: tokio_postgres::Config = config.database_url.parse().context("DATABASE_URL")?;
        let manager = Manager::from_config(postgres, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let become_hub = Hook::async_fn(|client, _| {
            Box::pin(async move {
                // A statement that hangs must not hold a clinic's log for ever.
                let sql = "SET ROLE petrel_hub; SET statement_timeout = '120s'; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'";
                let planned_at = format!("SET petrel.planned_at = '{}'", WRITTEN.load(Ordering::Relaxed));
                client.batch_execute(&format!("{sql}; {planned_at}")).await.map_err(HookError::Backend)
            })
        });
        let timeouts = Timeouts { wait: Some(WAIT), create: Some(WAIT), recycle: Some(WAIT) };
        let pool = Pool::builder(manager).max_size(config.connections).post_create(become_hub).timeouts(timeouts);
        let pool = pool.runtime(deadpool_postgres::Runtime::Tokio1).build()?;
        let client = pool.get().await.context("the database cannot be reached")?;
        let catalog = Arc::new(Catalog::load(&client, versions).await?);
        Ok(Self { pool, catalog, url: config.database_url.as_str().into() })
    }

    /// Brings the schema up to date, as the database's owner. Several hubs may do it at the same time.
    ///
    /// # Errors
    /// What Postgres says, also where the schema is newer than this program.
    pub async fn migrate(config: &Config) -> anyhow::Result<()> {
        let (mut client, connection) =
            tokio_postgres::connect(&config.database_url, NoTls).await.context("the database cannot be reached")?;
        let task = tokio::spawn(connection);
        client.batch_execute("SELECT pg_advisory_lock(4790)").await?;
        let runner = embedded::migrations::runner().set_abort_divergent(true);
        runner.run_async(&mut client).await.context("the schema could not be brought up to date")?;
        client.batch_execute("SELECT pg_advisory_unlock(4790)").await?;
        drop(client);
        task.await??;
        Ok(())
    }

    /// A connection.
    pub(crate) async fn client(&self) -> Result<Object, DbError> {
        Ok(self.pool.get().await?)
    }

    /// How many statements a connection has prepared at Postgres: for tests.
    ///
    /// # Errors
    /// What Postgres says.
    #[doc(hidden)]
    pub async fn prepared(&self) -> anyhow::Result<i64> {
        Ok(self.client().await?.query_one("SELECT count(*) FROM pg_prepared_statements", &[]).await?.try_get(0)?)
    }

    /// How many connections there are, and how many are free.
    pub(crate) fn connections(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
    }
}

/// Notes rows that were written, for the plans.
pub(crate) fn note_written(rows: i64) {
    WRITTEN.fetch_add(rows, Ordering::Relaxed);
}

/// A transaction that sees one clinic and nothing else.
pub(crate) async fn clinic_transaction(client: &mut Object, clinic: Uuid) -> Result<Transaction<'_>, DbError> {
    begin(client, clinic, "SELECT set_config('petrel.clinic_id', $1, true), current_setting('petrel.planned_at')").await
}

/// A transaction that writes a clinic's log: it waits for the one before it here, before it looks at anything. Where the tables are on other servers
/// (`postgres_fdw`), what is seen there is what was there at the first look: whoever waited only at the log's head would have to start anew.
pub(crate) async fn writing_transaction(client: &mut Object, clinic: Uuid) -> Result<Transaction<'_>, DbError> {
    let sql = "SELECT set_config('petrel.clinic_id', $1, true), current_setting('petrel.planned_at'), pg_advisory_xact_lock(hashtextextended($1, 4790))";
    begin(client, clinic, sql).await
}

/// A transaction with this for its first statement. Plans that were made when the tables were much smaller are dropped: to Postgres it is all the same
/// whether it finds a row of a clinic that has ten by its key or by reading all ten, and it keeps that plan when the clinic has a hundred thousand,
/// until it analyses the table, which may be a minute later (ADR 14).
async fn begin<'a>(client: &'a mut Object, clinic: Uuid, sql: &str) -> Result<Transaction<'a>, DbError> {
    // Nothing is under way on this connection: those that are dropped here are closed at Postgres, too.
    if client.statement_cache.size() > STATEMENTS {
        client.statement_cache.clear();
    }
    let transaction = client.transaction().await?;
    let statement = transaction.prepare_cached(sql).await?;
    let row = transaction.query_one(&statement, &[&clinic.to_string()]).await?;
    let planned_at = row.try_get::<_, &str>(1)?.parse().unwrap_or(0_i64);
    let written = WRITTEN.load(Ordering::Relaxed);
    if written - planned_at >= REPLAN_AFTER.max(planned_at / 10) {
        transaction.batch_execute(&format!("DISCARD PLANS; SET petrel.planned_at = '{written}'")).await?;
    }
    Ok(transaction)
}

pub(crate) async fn set_clinic(transaction: &Transaction<'_>, clinic: Uuid) -> Result<(), DbError> {
    let statement = transaction.prepare_cached("SELECT set_config('petrel.clinic_id', $1, true)").await?;
    transaction.query_one(&statement, &[&clinic.to_string()]).await?;
    Ok(())
}

/// What the database says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DbError {
    /// Postgres.
    #[error("database: {0}")]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection is free, or none can be made.
    #[error("database: {0}")]
    Pool(#[from] deadpool_postgres::PoolError),
    /// It holds what the program did not put there.
    #[error("database holds {0}")]
    Value(String),
}

impl DbError {
    /// Whether the data is to blame, and not the moment: then it will never be taken. Answers the constraint's name, or the class of error.
    pub(crate) fn blames_data(&self) -> Option<String> {
        let Self::Postgres(error) = self else { return None };
        let error = error.as_db_error()?;
        let code = error.code().code();
        // Values that are none, constraints, and what is larger than Postgres takes: a text of thousands of signs in an index.
        ["22", "23", "54"].iter().any(|class| code.starts_with(class)).then(|| error.constraint().unwrap_or(code).to_owned())
    }
}

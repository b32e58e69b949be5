//! The database: its pool, its migrations, a clinic's transaction.

use std::error::Error as _;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Timeouts, Transaction};
use petrel_domain::replication::{VERSIONS, Versions};
use petrel_domain::{Clock, Millis, SystemClock};
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::config::Config;
use crate::live::{CHANNEL, MIGRATED};
use crate::problem::{Problem, is_passing};
use crate::reach::Reach;
use crate::tls::NotEncrypted;

/// How long the owner's work on the tables waits for one to be free. Whoever pushes or pulls waits behind it meanwhile, in every clinic: where somebody holds
/// a table for long, as a dump does, the step is given up and tried again later.
pub(crate) const LOCK_TIMEOUT: &str = "2s";

mod embedded {
    refinery::embed_migrations!("../../migrations/hub");
}

/// How long a request waits for a connection before the desk is asked to come back.
const WAIT: Duration = Duration::from_secs(5);

/// The first and the longest pause before a database that is not there yet is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// For how long a connection may be lent and be trusted when it comes back. A request that was cut off while it waited for an answer of the database had
/// it for longer, and whoever had it next would wait for that answer, too.
const TRUSTED: Duration = Duration::from_secs(10);

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
    pub(crate) reach: Arc<Reach>,
    /// What pushes are judged by.
    clock: Arc<dyn Clock>,
    /// The database was brought up to date by a later program than this one.
    is_of_later: Arc<AtomicBool>,
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
        let reach = Reach::of(&config.database_url)?;
        let recycled = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(reach.postgres.clone(), reach.clone(), recycled);
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
        Ok(Self { pool, catalog, reach: Arc::new(reach), clock: Arc::new(SystemClock), is_of_later: Arc::default() })
    }

    /// The same, for a hub that judges by another clock than this computer's: for tests in which a day passes in a moment.
    #[doc(hidden)]
    #[must_use]
    pub fn by_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The present, as pushes are judged by it.
    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Brings the schema up to date and connects; where the database is not there yet, or just now, as often as it takes.
    ///
    /// # Errors
    /// What Postgres says, where another moment will not change it.
    pub async fn wait_for(config: &Config) -> anyhow::Result<Self> {
        let mut pause = FIRST_PAUSE;
        loop {
            let tried = async {
                Self::migrate(config).await?;
                Self::connect(config).await
            };
            match tried.await {
                Err(error) if may_pass(&error) => tracing::warn!(error = format!("{error:#}"), "the database is waited for"),
                done => return done,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Brings the schema up to date, as the database's owner. Several hubs may do it at the same time.
    ///
    /// # Errors
    /// What Postgres says, also where the schema is newer than this program.
    pub async fn migrate(config: &Config) -> anyhow::Result<()> {
        let (mut client, connection) = Reach::of(&config.database_url)?.connect().await.context("the database cannot be reached")?;
        let task = tokio::spawn(connection);
        client.batch_execute("SELECT pg_advisory_lock(4790)").await?;
        client.batch_execute(&format!("SET lock_timeout = '{LOCK_TIMEOUT}'")).await?;
        may_use_roles(&client).await?;
        let runner = embedded::migrations::runner().set_abort_divergent(true);
        runner
            .run_async(&mut client)
            .await
            .context("the schema could not be brought up to date; where a table was not free, a dump may be reading it")?;
        // Other hubs of before know then, and not only when they ask the next time.
        client.batch_execute(&format!("SELECT pg_advisory_unlock(4790); NOTIFY {CHANNEL}, '{MIGRATED}'")).await?;
        drop(client);
        task.await??;
        Ok(())
    }

    /// Connects where the database's tables are those of this program, and changes nothing: a command of a newer program must not bring them up to date under
    /// the hubs that serve.
    ///
    /// # Errors
    /// Where they are not, with what to do; what Postgres says.
    pub async fn connect_as_it_is(config: &Config) -> anyhow::Result<Self> {
        let there = crate::admin::as_owner(&config.database_url, async |owner| {
            let is_made: bool = owner.query_one("SELECT to_regclass('refinery_schema_history') IS NOT NULL", &[]).await?.try_get(0)?;
            if is_made { newest_there(owner).await } else { Ok(None) }
        });
        let there = there.await?;
        anyhow::ensure!(
            there.is_some(),
            "the database has no tables yet; `petrel-hub serve` makes them when it starts, `petrel-hub migrate` makes them now"
        );
        anyhow::ensure!(
            there >= newest_here(),
            "the database is that of an earlier petrel-hub, which may be serving; use that one's program for this, or bring the database up to date first (`petrel-hub migrate`, or the start of this one's hub): docs/hub.md, Upgrades"
        );
        anyhow::ensure!(there <= newest_here(), "the database is that of a later petrel-hub; use that one's program for this");
        Self::connect(config).await
    }

    /// A connection.
    pub(crate) async fn client(&self) -> Result<Lent, DbError> {
        Ok(Lent { object: Some(self.pool.get().await?), since: Instant::now() })
    }

    /// Asks, as the database's owner, whether a later program brought it up to date. Answers whether that is otherwise than before.
    ///
    /// # Errors
    /// What Postgres says.
    pub(crate) async fn note_version(&self, owner: &tokio_postgres::Client) -> Result<bool, tokio_postgres::Error> {
        let is_of_later = newest_there(owner).await? > newest_here();
        let before = self.is_of_later.swap(is_of_later, Ordering::SeqCst);
        if is_of_later && !before {
            tracing::error!("a later program has brought the database up to date; this one serves no more until it is replaced");
        }
        Ok(is_of_later != before)
    }

    /// Whether the tables are those that this program knows. A later one may have added to them what desks of now do not know, and this one would not leave
    /// out for them.
    ///
    /// # Errors
    /// `Away` where they are not: another hub of the later program serves.
    pub(crate) fn is_known(&self) -> Result<(), Problem> {
        let is_of_later = self.is_of_later.load(Ordering::SeqCst);
        if is_of_later { Err(Problem::Away("the database is a later program's".to_owned())) } else { Ok(()) }
    }

    /// How many statements a connection has prepared at Postgres: for tests.
    ///
    /// # Errors
    /// What Postgres says.
    #[doc(hidden)]
    pub async fn prepared(&self) -> anyhow::Result<i64> {
        Ok(self.client().await?.query_one("SELECT count(*) FROM pg_prepared_statements", &[]).await?.try_get(0)?)
    }

    /// How many connections there may be.
    pub(crate) fn most_connections(&self) -> usize {
        self.pool.status().max_size
    }

    /// How many connections there are, and how many are free.
    pub(crate) fn connections(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
    }
}

/// Whether the user that brings the tables up to date may become the program's role, or may let itself. Roles are the server's: one that another hub's user
/// has made is theirs to grant, from Postgres 16 on; before that, whoever may make roles may grant all.
async fn may_use_roles(owner: &tokio_postgres::Client) -> anyhow::Result<()> {
    let sql = "SELECT quote_ident(current_user) FROM pg_roles r WHERE r.rolname = 'petrel_hub' AND NOT pg_has_role(current_user, r.oid, 'MEMBER')
                 AND (current_setting('server_version_num')::int >= 160000 OR NOT (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user))";
    if let Some(row) = owner.query_opt(sql, &[]).await? {
        let user: String = row.try_get(0)?;
        anyhow::bail!(
            "DATABASE_URL: the user {user} may not become petrel_hub, a role that another hub's user has made on this server; have that user, or a superuser, say: GRANT petrel_hub TO {user}"
        );
    }
    Ok(())
}

/// The newest of this program's migrations.
fn newest_here() -> Option<i64> {
    embedded::migrations::runner().get_migrations().iter().map(|migration| i64::from(migration.version())).max()
}

/// The newest that the database has, as its owner sees it.
async fn newest_there(owner: &tokio_postgres::Client) -> Result<Option<i64>, tokio_postgres::Error> {
    owner.query_one("SELECT max(version)::bigint FROM refinery_schema_history", &[]).await?.try_get(0)
}

/// Whether another moment may not have an error of a start: the database is starting, or cannot be reached.
fn may_pass(error: &anyhow::Error) -> bool {
    let of_postgres = error.chain().find_map(|cause| cause.downcast_ref::<tokio_postgres::Error>());
    of_postgres.is_some_and(|error| match error.as_db_error() {
        Some(said) => is_passing(said.code().code()),
        None => match NotEncrypted::of(error) {
            Some(failed) => failed.may_pass(),
            None => error.is_closed() || error.source().is_some_and(|cause| cause.is::<std::io::Error>()),
        },
    })
}

/// What an error of the database comes from, for the operator's log: by itself it says no more than "db error". Of Postgres its code, and its words where
/// these are of the moment, such as a disk that is full; of the line what the system says.
pub(crate) fn why(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        cause = error.source();
        if let Some(error) = error.downcast_ref::<tokio_postgres::error::DbError>() {
            let words = if is_passing(error.code().code()) { format!(": {}", error.message()) } else { String::new() };
            said.push(format!("{}{words}", names_of(error)));
        } else if error.downcast_ref::<tokio_postgres::Error>().is_none_or(|error| error.as_db_error().is_none()) {
            let text = error.to_string();
            // Some say their cause's words, too.
            if !cause.is_some_and(|cause| text.ends_with(&cause.to_string())) {
                said.push(text);
            }
        }
    }
    said.join(": ")
}

/// The code of what Postgres says, and a name of the schema. Its words may hold what was written; these do not.
pub(crate) fn names_of(said: &tokio_postgres::error::DbError) -> String {
    let place = said.constraint().or(said.column()).or(said.table()).unwrap_or_default();
    format!("SQLSTATE {} {place}", said.code().code()).trim_end().to_owned()
}

/// A connection of the pool, until it is dropped.
pub(crate) struct Lent {
    object: Option<Object>,
    since: Instant,
}

impl Deref for Lent {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.object.as_ref().expect("it is taken when this is dropped")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Object {
        self.object.as_mut().expect("it is taken when this is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.since.elapsed() > TRUSTED {
            // Closed, and another is made when it is needed.
            drop(self.object.take().map(Object::take));
        }
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
    /// Why, for the operator's log.
    pub(crate) fn why(&self) -> String {
        match self {
            Self::Postgres(error) => why(error),
            Self::Pool(error) => why(error),
            Self::Value(_) => self.to_string(),
        }
    }

    /// Whether the data is to blame, and not the moment: then it will never be taken. Answers the constraint's name, or the class of error.
    pub(crate) fn blames_data(&self) -> Option<String> {
        let Self::Postgres(error) = self else { return None };
        let error = error.as_db_error()?;
        let code = error.code().code();
        // Values that are none, constraints, and what is larger than Postgres takes: a text of thousands of signs in an index.
        ["22", "23", "54"].iter().any(|class| code.starts_with(class)).then(|| error.constraint().unwrap_or(code).to_owned())
    }
}

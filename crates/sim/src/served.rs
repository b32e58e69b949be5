//! A real hub on a real Postgres, in this process, at a port of its own.

use std::sync::Arc;

use anyhow::{Context, Result};
use petrel_domain::replication::{Enrolled, Logged, VERSIONS, Versions};
use petrel_domain::{Clock, SystemClock};
use petrel_hub::{BlobStore, Config, Database, Hub as Server, NewClinic, Settings};
use petrel_sync::{HttpHub, Hub};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::postgres::Postgres;

/// Requests of a desk in a minute that no test comes to.
const ANY: u32 = 10_000_000;

/// A hub that listens. It stops when it is dropped.
pub struct Served {
    /// Its address.
    pub url: String,
    /// Its database.
    pub database: Database,
    /// The database's address.
    pub database_url: String,
    task: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Served {
    /// Starts one on a new database.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub async fn start(postgres: &Postgres) -> Result<Self> {
        Self::on(&postgres.database().await?).await
    }

    /// Starts one on a new database that keeps its attachments in a store.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub async fn with_blobs(postgres: &Postgres, blobs: BlobStore) -> Result<Self> {
        Self::serve(&postgres.database().await?, Some(blobs), VERSIONS, ANY, Arc::new(SystemClock)).await
    }

    /// Starts one on a new database that holds a desk to so many requests a minute.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub async fn allowing(postgres: &Postgres, requests_per_minute: u32) -> Result<Self> {
        Self::serve(&postgres.database().await?, None, VERSIONS, requests_per_minute, Arc::new(SystemClock)).await
    }

    /// Starts one on a database that is there: several hubs may share it.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub async fn on(database_url: &str) -> Result<Self> {
        Self::serve(database_url, None, VERSIONS, ANY, Arc::new(SystemClock)).await
    }

    /// Starts one that knows these schemas, on a database that is there.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub async fn speaking(database_url: &str, versions: Versions) -> Result<Self> {
        Self::by_clock(database_url, versions, Arc::new(SystemClock)).await
    }

    /// The same, where pushes are judged by another clock than this computer's.
    ///
    /// # Errors
    /// What Postgres or the system says.
    pub async fn by_clock(database_url: &str, versions: Versions, clock: Arc<dyn Clock>) -> Result<Self> {
        Self::serve(database_url, None, versions, ANY, clock).await
    }

    async fn serve(
        database_url: &str,
        blobs: Option<BlobStore>,
        versions: Versions,
        requests_per_minute: u32,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let config = Config { database_url: database_url.to_owned(), connections: 8 };
        Database::migrate(&config).await?;
        let database = Database::speaking(&config, versions).await?.by_clock(clock);
        let folder = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let settings =
            Settings { listen: address, data_dir: folder.path().to_owned(), public_url: None, log_days: 90, requests_per_minute };
        let server = Server::new(database.clone(), &settings);
        let server = if let Some(blobs) = blobs { server.with_blobs(blobs) } else { server };
        let task = tokio::spawn(petrel_hub::serve(server, listener, std::future::pending()));
        Ok(Self { url: format!("http://{address}"), database, database_url: database_url.to_owned(), task, _folder: folder })
    }

    /// Makes room for a clinic.
    ///
    /// # Errors
    /// What Postgres says.
    pub async fn clinic(&self) -> Result<Uuid> {
        petrel_hub::add_clinic(&self.database, &NewClinic { name: "Petrel Vets".to_owned(), timezone: "Europe/Berlin".to_owned() }).await
    }

    /// Lets a desk in.
    ///
    /// # Errors
    /// What the hub says.
    pub async fn desk(&self, clinic: Uuid) -> Result<(HttpHub, Enrolled)> {
        let (code, _) = petrel_hub::make_code(&self.database, clinic).await?;
        let hub = HttpHub::new(&self.url, None, Box::new(|_| Ok(())))?;
        let enrolled = hub.enrol(&code, "Front desk", "test").await.context("a code that was just made")?;
        Ok((hub, enrolled))
    }

    /// The whole log of a clinic, as a desk reads it.
    ///
    /// # Errors
    /// What the hub says.
    pub async fn log(hub: &HttpHub) -> Result<Vec<Logged>> {
        let mut log: Vec<Logged> = Vec::new();
        loop {
            let page = hub.pull(log.last().map_or(0, |logged| logged.last_seq), 0).await?;
            log.extend(page.transactions);
            if !page.more {
                return Ok(log);
            }
        }
    }
}

//! A hub in a process of its own: its memory is its own, and it shares nothing with the desks but the machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use petrel_domain::replication::Enrolled;
use petrel_hub::{Config, Database, NewClinic, Settings};
use petrel_sync::HttpHub;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::Bench;

/// What makes this program a hub.
pub const ROLE: &str = "--as-hub";

/// A hub that listens, until it is dropped.
pub struct Hub {
    process: Child,
    pub url: String,
    pub database: Database,
    pub database_url: String,
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It serves as long as its input is open.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

impl Hub {
    /// One on a database of its own.
    pub async fn start(bench: &Bench) -> Result<Self> {
        let database_url = bench.postgres.database().await?;
        Database::migrate(&config(&database_url, 2)).await?;
        Self::on(&database_url).await
    }

    /// One on a database that others use, too.
    pub async fn on(database_url: &str) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([ROLE, database_url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("this program again, as a hub")?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("its output")?).read_line(&mut line)?;
        let database = Database::connect(&config(database_url, 2)).await?;
        Ok(Self { process, url: line.trim().to_owned(), database, database_url: database_url.to_owned() })
    }

    pub fn process(&self) -> u32 {
        self.process.id()
    }

    pub async fn clinic(&self) -> Result<Uuid> {
        petrel_hub::add_clinic(&self.database, &NewClinic { name: "Bench".to_owned(), timezone: "Europe/Berlin".to_owned() }).await
    }

    pub async fn code(&self, clinic: Uuid) -> Result<String> {
        Ok(petrel_hub::make_code(&self.database, clinic).await?.0)
    }

    /// Lets a desk in.
    pub async fn desk(&self, clinic: Uuid) -> Result<(HttpHub, Enrolled)> {
        let hub = HttpHub::new(&self.url, None, Box::new(|_| Ok(())))?;
        let enrolled = hub.enrol(&self.code(clinic).await?, "Front desk", "bench").await?;
        Ok((hub, enrolled))
    }
}

fn config(database_url: &str, connections: usize) -> Config {
    Config { database_url: database_url.to_owned(), connections }
}

/// Serves with the settings a hub has by itself, but for the number of requests of one desk.
pub fn serve(database_url: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let database = Database::connect(&config(database_url, 16)).await?;
        let folder = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let listen = listener.local_addr()?;
        let settings =
            Settings { listen, data_dir: folder.path().to_owned(), public_url: None, log_days: 90, requests_per_minute: 10_000_000 };
        let hub = petrel_hub::Hub::new(database, &settings);
        writeln!(std::io::stdout(), "http://{listen}")?;
        let (stop, stopped) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = stop.send(());
        });
        tokio::select! {
            () = petrel_hub::serve(hub, listener, std::future::pending()) => Ok(()),
            _ = stopped => Ok(()),
        }
    })
}

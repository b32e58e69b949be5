//! A hub for trying: a Postgres of its own, one clinic, a code for a desk.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use petrel_hub::{Config, Database, Hub, NewClinic, Settings};
use petrel_sim::Postgres;
use tokio::net::TcpListener;

/// A hub for trying.
#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
    /// Where the database is kept; without it, all is gone when the hub stops.
    #[arg(long)]
    keep: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a program for the terminal answers there")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let postgres = match &arguments.keep {
        Some(folder) => Postgres::start_in(&std::path::absolute(folder)?.join("postgres"))?,
        None => Postgres::start()?,
    };
    let database_url = match &arguments.keep {
        Some(_) => format!("{}/postgres", postgres.address()),
        None => postgres.database().await?,
    };
    let config = Config { database_url, connections: 8 };
    Database::migrate(&config).await?;
    let database = Database::connect(&config).await?;
    let folder = tempfile::tempdir()?;
    let data_dir = arguments.keep.clone().unwrap_or_else(|| folder.path().to_owned());
    let settings = Settings { listen: arguments.listen, data_dir, public_url: None, log_days: 90, requests_per_minute: 100_000 };
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| format!("{} cannot be listened at", arguments.listen))?;
    println!("the hub listens at http://{}; stop it with Ctrl+C", listener.local_addr()?);
    let known = petrel_hub::clinics(&config).await?;
    let clinic = match known.first() {
        Some(clinic) => *clinic,
        None => {
            petrel_hub::add_clinic(&database, &NewClinic { name: "Petrel Vets".to_owned(), timezone: "Europe/Berlin".to_owned() }).await?
        }
    };
    let (code, expires_at) = petrel_hub::make_code(&database, clinic).await?;
    println!("clinic {clinic}; a desk joins with the code {code}, once, until {}", expires_at.format("%H:%M UTC"));
    let hub = Hub::new(database, &settings);
    petrel_hub::serve(hub, listener, async {
        let _ = tokio::signal::ctrl_c().await;
    })
    .await;
    Ok(())
}

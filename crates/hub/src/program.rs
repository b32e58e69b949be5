//! `petrel-hub`, the program: what its operator says on the command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use petrel_domain::{Clock, SystemClock};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::{BlobSettings, BlobStore, Config, Database, Hub, NewClinic, Settings};

/// Ties the desks of clinics together.
#[derive(Parser)]
#[command(version)]
pub struct Program {
    #[command(flatten)]
    config: Config,
    /// What is logged, as a filter of `tracing`.
    #[arg(long, env = "PETREL_LOG", default_value = "info,tokio_postgres=warn", value_parser = filter)]
    log: String,
    #[command(subcommand)]
    command: Command,
}

/// Reads a filter of `tracing`: one that is wrong ends the program before it does anything.
fn filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| format!("{error}; say one such as info or warn,petrel_hub=debug"))
}

#[derive(Subcommand)]
enum Command {
    /// Brings the schema up to date, then listens until it is told to stop (Ctrl+C, SIGTERM).
    Serve(Serve),
    /// Brings the schema up to date.
    Migrate,
    /// Clinics.
    #[command(subcommand)]
    Clinic(Clinic),
    /// Desks.
    #[command(subcommand)]
    Device(Device),
    /// To be run once after an older database was put back, or a standby promoted that may lack the last changes, before the hub is started: no number is
    /// given out twice, desks fetch whole tables, and send again what they had sent since that database was kept. Says what of it was not put back.
    Restored,
    /// Holds every number of a clinic's log against its tables, and says what is wrong.
    Check {
        /// The clinic's id.
        #[arg(long)]
        clinic: Uuid,
    },
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    blobs: BlobSettings,
}

#[derive(Subcommand)]
enum Clinic {
    /// Makes room for a clinic and prints its id.
    Add {
        /// Its name.
        #[arg(long)]
        name: String,
        /// Its zone, by its IANA name (Europe/Berlin).
        #[arg(long)]
        timezone: String,
    },
    /// Lists the clinics.
    List,
    /// Removes a clinic for good: its records, their history, its desks and attachments. Desks keep their own files.
    Remove(Remove),
}

#[derive(Args)]
struct Remove {
    /// The clinic's id.
    #[arg(long)]
    clinic: Uuid,
    /// Does it. Without this, it only says what would be removed.
    #[arg(long)]
    yes: bool,
    /// Where attachments are kept, as the service has it.
    #[arg(long, env = "PETREL_DATA_DIR", default_value = "petrel-hub-data")]
    data_dir: PathBuf,
    #[command(flatten)]
    blobs: BlobSettings,
}

#[derive(Subcommand)]
enum Device {
    /// Prints a code that lets one desk in: once, for a quarter of an hour.
    Code {
        /// The clinic's id.
        #[arg(long)]
        clinic: Uuid,
    },
    /// Lists a clinic's desks.
    List {
        /// The clinic's id.
        #[arg(long)]
        clinic: Uuid,
    },
    /// Locks a desk out from its next request on.
    Revoke {
        /// The clinic's id.
        #[arg(long)]
        clinic: Uuid,
        /// The desk's id.
        device: Uuid,
    },
}

impl Program {
    /// Does what it was told to.
    ///
    /// # Errors
    /// What went wrong, for the terminal.
    pub async fn run(self) -> anyhow::Result<()> {
        run(self).await
    }
}

#[expect(clippy::print_stdout, reason = "a program for the terminal answers there")]
async fn run(arguments: Program) -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_env_filter(EnvFilter::try_new(&arguments.log)?).with_writer(std::io::stderr).init();
    let config = arguments.config;
    match arguments.command {
        Command::Serve(Serve { settings, blobs }) => return serve(&config, &settings, &blobs).await,
        Command::Migrate => Database::migrate(&config).await?,
        Command::Clinic(Clinic::Add { name, timezone }) => {
            println!("{}", crate::add_clinic(&connect(&config).await?, &NewClinic { name, timezone }).await?);
        }
        Command::Clinic(Clinic::List) => {
            connect(&config).await?;
            for line in crate::list_clinics(&config).await? {
                println!("{line}");
            }
        }
        Command::Clinic(Clinic::Remove(removed)) => println!("{}", remove(&config, &removed).await?),
        Command::Device(Device::Code { clinic }) => println!("{}", crate::make_code(&connect(&config).await?, clinic).await?.0),
        Command::Device(Device::List { clinic }) => {
            for line in crate::list_devices(&connect(&config).await?, clinic).await? {
                println!("{line}");
            }
        }
        Command::Device(Device::Revoke { clinic, device }) => crate::revoke_device(&connect(&config).await?, clinic, device).await?,
        Command::Restored => println!("{} clinics count anew", crate::put_back(&config, SystemClock.now()).await?),
        Command::Check { clinic } => {
            let wrong = crate::check(&connect(&config).await?, clinic).await?;
            wrong.iter().for_each(|line| println!("{line}"));
            anyhow::ensure!(wrong.is_empty(), "{} things are wrong", wrong.len());
            println!("log and tables agree");
        }
    }
    Ok(())
}

/// Removes a clinic, and then its attachments: where only these are left, because something failed the last time, they go now. Answers what was removed.
async fn remove(config: &Config, Remove { clinic, yes, data_dir, blobs }: &Remove) -> anyhow::Result<String> {
    connect(config).await?;
    // Before anything of it goes, attachments among it.
    crate::clinics::may_be_removed(config).await?;
    let named = crate::name_clinic(config, *clinic).await;
    if let Ok(named) = &named {
        anyhow::ensure!(*yes, "this removes for good, with its history and attachments:\n  {named}\nSay --yes if that is meant.");
    }
    let store = BlobStore::open(blobs, data_dir).await?;
    let rows = if named.is_ok() { crate::remove_clinic(config, *clinic).await? } else { 0 };
    // What interrupted uploads left lies in the data folder in any case.
    let mut attachments = BlobStore::folder(data_dir).forget(*clinic).await?;
    attachments += store.forget(*clinic).await?;
    match named {
        Err(error) if attachments == 0 => Err(error),
        _ => Ok(format!("{rows} rows and {attachments} attachments were removed")),
    }
}

async fn connect(config: &Config) -> anyhow::Result<Database> {
    Database::connect_as_it_is(config).await
}

async fn serve(config: &Config, settings: &Settings, blobs: &BlobSettings) -> anyhow::Result<()> {
    settings.try_data_dir()?;
    let blobs = BlobStore::open(blobs, &settings.data_dir).await?;
    let database = tokio::select! {
        database = Database::wait_for(config) => database?,
        () = stop() => return Ok(()),
    };
    let hub = Hub::new(database, settings).with_blobs(blobs);
    let listener = TcpListener::bind(settings.listen).await.with_context(|| format!("{} cannot be listened at", settings.listen))?;
    tracing::info!(listen = %listener.local_addr()?, public_url = settings.public_url, "the hub listens");
    let keeping = tokio::spawn(crate::keep_log(config.database_url.clone(), settings.log_days));
    let clearing = tokio::spawn(crate::keep_parts(settings.data_dir.clone()));
    let served = tokio::spawn(crate::serve(hub, listener, stop()));
    stop().await;
    tracing::info!("stopping");
    keeping.abort();
    clearing.abort();
    // Desks that wait for news are let go at once, and come back by themselves: what is waited for is what is being written.
    if tokio::time::timeout(Duration::from_secs(10), served).await.is_err() {
        tracing::warn!("requests under way were cut off");
    }
    Ok(())
}

/// Done when the system asks the program to stop.
async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_setting_is_also_a_flag_and_both_are_written_down() {
        let text = include_str!("../../../docs/hub.md");
        let program = Program::command();
        let serve = program.find_subcommand("serve").unwrap();
        let settings: Vec<_> = program.get_arguments().chain(serve.get_arguments()).filter_map(|arg| Some((arg.get_env()?, arg))).collect();
        let rows: Vec<&str> =
            text.lines().skip_while(|line| !line.starts_with("| setting")).skip(2).take_while(|line| line.starts_with('|')).collect();
        for (env, arg) in &settings {
            let (env, flag) = (env.to_str().unwrap(), arg.get_long().unwrap());
            let is_said = rows.iter().any(|row| row.contains(&format!("`{env}`")) && row.contains(&format!("`--{flag}`")));
            assert!(is_said, "{env} --{flag}");
        }
        let written: usize = rows.iter().map(|row| row.split('|').nth(1).unwrap().matches('`').count() / 2).sum();
        assert_eq!(written, settings.len(), "a setting that is written down is one");
    }

    #[test]
    fn what_is_logged_is_said_by_a_flag_and_a_filter_that_is_none_is_refused_with_its_name() {
        let parse = |log: &str| Program::try_parse_from(["petrel-hub", "--database-url", "postgres://x", "--log", log, "migrate"]);
        assert_eq!(parse("warn,petrel_hub=debug").map(|program| program.log).ok().as_deref(), Some("warn,petrel_hub=debug"));
        let refused = parse("petrel_hub=loud").err().unwrap().to_string();
        assert!(refused.contains("--log") && refused.contains("such as info"), "{refused}");
    }
}

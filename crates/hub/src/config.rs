//! Settings: each an environment variable and a flag.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Where things are.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// The database, as `postgres://user@host/name`. Its user owns the tables; the program itself works as the role `petrel_hub`, which owns nothing.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// How many connections to the database at the most.
    #[arg(long, env = "PETREL_CONNECTIONS", default_value_t = 16)]
    pub connections: usize,
}

/// How it serves.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// The address to listen at. TLS is the proxy's: see docs/hub.md.
    #[arg(long, env = "PETREL_LISTEN", default_value = "127.0.0.1:4790")]
    pub listen: SocketAddr,
    /// Where attachments are kept.
    #[arg(long, env = "PETREL_DATA_DIR", default_value = "petrel-hub-data")]
    pub data_dir: PathBuf,
    /// The address desks reach this hub at.
    #[arg(long, env = "PETREL_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// For how many days the log is kept at hand; older partitions are moved to the archive.
    #[arg(long, env = "PETREL_LOG_DAYS", default_value_t = 90)]
    pub log_days: u32,
    /// The most requests of one desk in a minute.
    #[arg(long, env = "PETREL_REQUESTS_PER_MINUTE", default_value_t = 1200)]
    pub requests_per_minute: u32,
}

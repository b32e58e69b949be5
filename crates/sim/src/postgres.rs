//! A Postgres of one's own: made in a temporary folder, stopped and removed when it is dropped. Tests and `cargo xtask hub` use it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};

use crate::port;

/// How often a start that failed is tried again, each time at another port: somebody may take the one that was free a moment ago.
const START_TRIES: u32 = 3;

/// Names a server that is already there: tests then make their databases on it.
pub const SHARED: &str = "PETREL_TEST_POSTGRES";

/// A server.
pub struct Postgres {
    folder: Option<tempfile::TempDir>,
    data: PathBuf,
    url: String,
    is_mine: bool,
}

impl Postgres {
    /// The one that [`SHARED`] names, or one of its own.
    ///
    /// # Errors
    /// Where Postgres is not installed or does not start.
    pub fn start() -> Result<Self> {
        if let Ok(url) = std::env::var(SHARED) {
            return Ok(Self { folder: None, data: PathBuf::new(), url, is_mine: false });
        }
        Self::alone()
    }

    /// One of its own in any case: to be crashed.
    ///
    /// # Errors
    /// Where Postgres is not installed or does not start.
    pub fn alone() -> Result<Self> {
        let folder = reachable_folder()?;
        let data = folder.path().join("data");
        let mut server = Self::start_in(&data)?;
        server.folder = Some(folder);
        Ok(server)
    }

    /// A server whose data lie in a folder, made where there is none.
    ///
    /// # Errors
    /// Where Postgres is not installed or does not start.
    pub fn start_in(data: &Path) -> Result<Self> {
        let parent = data.parent().context("a folder to lie in")?;
        std::fs::create_dir_all(parent)?;
        give_to_postgres(parent)?;
        if !data.join("PG_VERSION").exists() {
            run(&["initdb", "--username", "petrel", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync", "-D"], data, &[])?;
        }
        let mut tries = 0;
        loop {
            let url = format!("postgres://petrel@127.0.0.1:{}", port::free()?);
            let mut server = Self { folder: None, data: data.to_owned(), url, is_mine: true };
            match server.boot() {
                Ok(()) => return Ok(server),
                Err(error) if tries == START_TRIES => return Err(error),
                Err(_) => tries += 1,
            }
        }
    }

    fn boot(&mut self) -> Result<()> {
        let port = self.url.rsplit(':').next().unwrap_or_default();
        let sockets = self.data.parent().unwrap_or(Path::new("/tmp")).display().to_string();
        let options = format!("-p {port} -k {sockets} -h 127.0.0.1 -c max_connections=200 -c log_min_messages=fatal");
        let log = self.data.join("server.log").display().to_string();
        // The log goes with the folder: what the server said of a failure is said here or never.
        run(&["pg_ctl", "start", "-w", "-s", "-l", &log, "-o", &options, "-D"], &self.data, &[])
            .with_context(|| format!("Postgres' log: {}", std::fs::read_to_string(&log).unwrap_or_else(|error| error.to_string())))
    }

    /// Stops it as a crash would: nothing is written that was not already.
    ///
    /// # Errors
    /// What `pg_ctl` says.
    pub fn crash(&self) -> Result<()> {
        run(&["pg_ctl", "stop", "-s", "-m", "immediate", "-D"], &self.data, &[])
    }

    /// Starts it again, at the same address.
    ///
    /// # Errors
    /// What `pg_ctl` says.
    pub fn restart(&mut self) -> Result<()> {
        self.boot()
    }

    /// The server's address, without a database.
    pub fn address(&self) -> &str {
        &self.url
    }

    /// Makes an empty database and answers its address.
    ///
    /// # Errors
    /// What Postgres says.
    pub async fn database(&self) -> Result<String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("petrel_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let (client, connection) = tokio_postgres::connect(&format!("{}/postgres", self.url), tokio_postgres::NoTls).await?;
        let task = tokio::spawn(connection);
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await?;
        client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        drop(client);
        task.await??;
        Ok(format!("{}/{name}", self.url))
    }
}

/// A plain connection to a database, which works until it is dropped.
///
/// # Errors
/// What Postgres says.
pub async fn connect(url: &str) -> Result<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.is_mine {
            // It may have been crashed on purpose.
            let _ = self.crash();
        }
        drop(self.folder.take());
    }
}

/// Where Postgres' programs are: in the path, or where Debian puts the newest.
fn program(name: &str) -> Result<PathBuf> {
    let in_path =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.exists()));
    if let Some(Some(found)) = in_path {
        return Ok(found);
    }
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin").join(name)))
        .filter(|file| file.exists())
        .collect();
    found.sort();
    found.pop().with_context(|| format!("{name} was not found: install PostgreSQL (apt-get install postgresql)"))
}

/// Asked of the system: what the environment says of the user need not be so.
fn is_root() -> bool {
    static IS_ROOT: OnceLock<bool> = OnceLock::new();
    *IS_ROOT.get_or_init(|| Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout.trim_ascii() == b"0"))
}

/// A folder that goes when it is dropped; as root, where another user can reach it, whatever the environment names for temporary files.
fn reachable_folder() -> std::io::Result<tempfile::TempDir> {
    let open = Path::new("/tmp");
    if is_root() && open.is_dir() { tempfile::tempdir_in(open) } else { tempfile::tempdir() }
}

/// Postgres refuses root: its files belong to the user that Debian makes for it.
fn give_to_postgres(folder: &Path) -> Result<()> {
    if !is_root() {
        return Ok(());
    }
    let status = Command::new("chown").arg("postgres").arg(folder).status()?;
    if status.success() { Ok(()) } else { bail!("{} could not be given to the user postgres", folder.display()) }
}

fn run(arguments: &[&str], data: &Path, environment: &[(&str, &str)]) -> Result<()> {
    let tool = program(arguments[0])?;
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(tool);
        command
    } else {
        Command::new(tool)
    };
    command.args(&arguments[1..]).arg(data).envs(environment.iter().copied()).current_dir("/").stdout(std::process::Stdio::null());
    let status = command.status().with_context(|| arguments[0].to_owned())?;
    if status.success() { Ok(()) } else { bail!("{} failed ({status})", arguments[0]) }
}

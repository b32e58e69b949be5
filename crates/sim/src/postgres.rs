//! A Postgres of one's own: made in a temporary folder, stopped and removed when it is dropped, or when the process that had it is no more. Tests
//! and `cargo xtask hub` use it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};

use crate::port;

/// How often a start that failed is tried again, each time at another port: somebody may take the one that was free a moment ago.
const START_TRIES: u32 = 3;

/// Names a server that is already there: tests then make their databases on it.
pub const SHARED: &str = "PETREL_TEST_POSTGRES";

/// Waits at the pipe of the process that has a server, and stops the server when that process is gone, however it went. It is told the number of
/// each server process that is started, so as not to stop one that somebody else has started since in the same folder; `done` lets it go.
#[cfg(unix)]
const WATCH: &str = r#"
trap '' HUP INT TERM
data=$1 folder=$2
shift 2
server=
while read -r told; do
  [ "$told" = done ] && exit 0
  server=$told
done
for wait in 1 2 3 4 0; do
  present=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
  if [ -n "$server" ] && [ "$present" != "$server" ]; then break; fi
  "$@" && break
  # It may be starting just now.
  sleep "$wait"
done
[ -z "$folder" ] || rm -rf -- "$folder"
"#;

/// A server.
pub struct Postgres {
    folder: Option<tempfile::TempDir>,
    data: PathBuf,
    url: String,
    is_mine: bool,
    watcher: Option<Child>,
    /// The number of the server's process, as its folder says it.
    server: Option<String>,
}

impl Postgres {
    /// The one that [`SHARED`] names, or one of its own.
    ///
    /// # Errors
    /// Where Postgres is not installed or does not start.
    pub fn start() -> Result<Self> {
        if let Ok(url) = std::env::var(SHARED) {
            return Ok(Self { folder: None, data: PathBuf::new(), url, is_mine: false, watcher: None, server: None });
        }
        Self::alone()
    }

    /// One of its own in any case: to be crashed.
    ///
    /// # Errors
    /// Where Postgres is not installed or does not start.
    pub fn alone() -> Result<Self> {
        let folder = reachable_folder()?;
        give_to_postgres(folder.path())?;
        let mut server = Self::boot_in(&folder.path().join("data"), Some(folder.path()))?;
        server.folder = Some(folder);
        Ok(server)
    }

    /// A server whose data lie in a folder, made where there is none. One that somebody left running there is stopped.
    ///
    /// # Errors
    /// Where Postgres is not installed, does not reach the folder, or does not start.
    pub fn start_in(data: &Path) -> Result<Self> {
        std::fs::create_dir_all(data).with_context(|| data.display().to_string())?;
        if !data.join("PG_VERSION").exists() {
            give_to_postgres(data)?;
        }
        reach(data)?;
        if data.join("postmaster.pid").exists() && run(&["pg_ctl", "status", "-D"], data).is_ok() {
            run(&["pg_ctl", "stop", "-s", "-m", "fast", "-D"], data)?;
        }
        Self::boot_in(data, None)
    }

    /// `temporary` goes with the process.
    fn boot_in(data: &Path, temporary: Option<&Path>) -> Result<Self> {
        if !data.join("PG_VERSION").exists() {
            run(&["initdb", "--username", "petrel", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync", "-D"], data)?;
        }
        let watcher = watch(data, temporary)?;
        let mut server = Self { folder: None, data: data.to_owned(), url: String::new(), is_mine: true, watcher, server: None };
        let mut tries = 0;
        loop {
            server.url = format!("postgres://petrel@127.0.0.1:{}", port::free()?);
            match server.boot() {
                Ok(()) => return Ok(server),
                Err(error) if tries == START_TRIES => return Err(error),
                Err(_) => tries += 1,
            }
        }
    }

    fn boot(&mut self) -> Result<()> {
        let port = self.url.rsplit(':').next().unwrap_or_default();
        // No socket: its folder's path may be longer than a socket's may be.
        let options = format!("-p {port} -c unix_socket_directories= -h 127.0.0.1 -c max_connections=200 -c log_min_messages=fatal");
        let log = self.data.join("server.log").display().to_string();
        // Whatever runs there from here on is this one's, until its number is known.
        self.server = None;
        self.tell_watcher("");
        // The log goes with the folder: what the server said of a failure is said here or never.
        run(&["pg_ctl", "start", "-w", "-s", "-l", &log, "-o", &options, "-D"], &self.data)
            .with_context(|| format!("Postgres' log: {}", std::fs::read_to_string(&log).unwrap_or_else(|error| error.to_string())))?;
        self.server = running(&self.data);
        if let Some(server) = self.server.clone() {
            self.tell_watcher(&server);
        }
        Ok(())
    }

    /// One that was killed hears nothing, and is needed no more.
    fn tell_watcher(&mut self, what: &str) {
        if let Some(pipe) = self.watcher.as_mut().and_then(|watcher| watcher.stdin.as_mut()) {
            let _ = writeln!(pipe, "{what}");
        }
    }

    /// Stops it as a crash would: nothing is written that was not already.
    ///
    /// # Errors
    /// What `pg_ctl` says.
    pub fn crash(&self) -> Result<()> {
        run(&["pg_ctl", "stop", "-s", "-m", "immediate", "-D"], &self.data)
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
        // It may have been crashed on purpose, and another may be there in its place.
        if self.is_mine && (self.server.is_none() || running(&self.data) == self.server) {
            let _ = self.crash();
        }
        self.tell_watcher("done");
        if let Some(mut watcher) = self.watcher.take() {
            let _ = watcher.wait();
        }
        drop(self.folder.take());
    }
}

/// The number of the server's process that a folder says it has.
fn running(data: &Path) -> Option<String> {
    let told = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
    told.lines().next().map(str::to_owned)
}

/// Starts what stops the server when this process is no more, and then removes a temporary folder. It is no part of this process' group: what
/// is typed at the terminal to end that does not reach it.
#[cfg(unix)]
fn watch(data: &Path, temporary: Option<&Path>) -> Result<Option<Child>> {
    use std::os::unix::process::CommandExt as _;
    let stop = tool(&["pg_ctl", "stop", "-s", "-m", "immediate", "-D"], data)?;
    let mut watcher = Command::new("sh");
    watcher.args(["-c", WATCH, "watch"]).arg(data).arg(temporary.unwrap_or(Path::new("")));
    watcher.arg(stop.get_program()).args(stop.get_args());
    watcher.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    Ok(Some(watcher.spawn().context("sh")?))
}

/// Elsewhere nobody watches.
#[cfg(not(unix))]
fn watch(_: &Path, _: Option<&Path>) -> Result<Option<Child>> {
    Ok(None)
}

/// Where one of Postgres' programs is: in the path, or where Debian puts the newest.
///
/// # Errors
/// Where it is not installed.
pub fn program(name: &str) -> Result<PathBuf> {
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

/// Says which folder keeps the user postgres out, where one does.
fn reach(data: &Path) -> Result<()> {
    let may = |folder: &Path| {
        Command::new("runuser")
            .args(["-u", "postgres", "--", "test", "-x"])
            .arg(folder)
            .current_dir("/")
            .status()
            .is_ok_and(|status| status.success())
    };
    if !is_root() || may(data) {
        return Ok(());
    }
    let path = std::path::absolute(data)?;
    let mut above: Vec<&Path> = path.ancestors().collect();
    above.reverse();
    let closed = above.into_iter().find(|folder| !may(folder)).unwrap_or(&path);
    bail!(
        "Postgres runs as the user postgres, whom {} keeps out of {}: choose a folder elsewhere, or let others pass (chmod o+x {0})",
        closed.display(),
        path.display()
    )
}

fn run(arguments: &[&str], data: &Path) -> Result<()> {
    let status = tool(arguments, data)?.status().with_context(|| arguments[0].to_owned())?;
    if status.success() { Ok(()) } else { bail!("{} failed ({status})", arguments[0]) }
}

/// One of Postgres' programs, as a user that it does not refuse.
fn tool(arguments: &[&str], data: &Path) -> Result<Command> {
    let tool = program(arguments[0])?;
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(tool);
        command
    } else {
        Command::new(tool)
    };
    command.args(&arguments[1..]).arg(data).current_dir("/").stdout(Stdio::null());
    Ok(command)
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpStream;
    use std::os::unix::process::CommandExt as _;

    use super::*;

    /// Makes the test below play the process that has a server.
    const OWNER: &str = "PETREL_TEST_PLAYS_OWNER";

    fn answers(url: &str) -> bool {
        TcpStream::connect(url.trim_start_matches("postgres://petrel@")).is_ok()
    }

    fn allow(folder: &Path, mode: u32) {
        std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("it is ours");
    }

    #[test]
    fn a_server_ends_with_the_process_that_has_it_however_that_ends() {
        if std::env::var_os(OWNER).is_some() {
            let server = Postgres::alone().unwrap();
            eprintln!("\nstarted {} {}", server.url, server.data.display());
            let _ = std::io::stdin().read_line(&mut String::new());
            return;
        }
        for signal in ["KILL", "TERM", "INT", "HUP"] {
            let mut owner = Command::new(std::env::current_exe().unwrap());
            owner.args(["--exact", "postgres::tests::a_server_ends_with_the_process_that_has_it_however_that_ends", "--nocapture"]);
            owner.env(OWNER, "1").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
            let mut owner = owner.spawn().unwrap();
            let said = BufReader::new(owner.stderr.take().unwrap()).lines().map_while(Result::ok);
            let started = said.into_iter().find_map(|line| line.strip_prefix("started ").map(str::to_owned)).unwrap();
            let (url, data) = started.split_once(' ').unwrap();
            assert!(answers(url));
            // As the terminal does it: to all of the group.
            let group = format!("-{}", owner.id());
            assert!(Command::new("kill").args(["-s", signal, "--", &group]).status().unwrap().success());
            owner.wait().unwrap();
            let begun = std::time::Instant::now();
            while answers(url) || Path::new(data).parent().unwrap().exists() {
                assert!(begun.elapsed().as_secs() < 30, "{signal}: {data} is still there");
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn a_server_that_was_left_running_is_taken_over_and_left_alone_by_who_had_it() {
        let folder = reachable_folder().unwrap();
        allow(folder.path(), 0o755);
        let data = folder.path().join("postgres");
        let first = Postgres::start_in(&data).unwrap();
        let second = Postgres::start_in(&data).unwrap();
        assert!(!answers(&first.url) && answers(&second.url));
        drop(first);
        assert!(answers(&second.url));
        let url = second.url.clone();
        drop(second);
        assert!(!answers(&url));
    }

    #[test]
    fn only_the_data_are_given_to_postgres_and_who_keeps_it_out_is_named() {
        if !is_root() {
            return;
        }
        let folder = reachable_folder().unwrap();
        allow(folder.path(), 0o700);
        let Err(error) = Postgres::start_in(&folder.path().join("inside/postgres")) else { panic!("a closed folder was reached") };
        assert!(error.to_string().contains(&format!("whom {} keeps out", folder.path().display())), "{error}");
        let owner = std::os::unix::fs::MetadataExt::uid;
        assert_eq!(owner(&folder.path().join("inside").metadata().unwrap()), 0);
        assert_ne!(owner(&folder.path().join("inside/postgres").metadata().unwrap()), 0);
    }
}

//! The driver, and the app's folder.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use petrel_sim::port;
use serde_json::json;
use tempfile::TempDir;

use crate::Window;

/// How long anything may take on a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A driver of the built app. Every window it opens is the same desk: the same folder.
pub struct Driver {
    app: String,
    /// What the app's environment is set to.
    settings: Vec<(String, OsString)>,
    port: u16,
    process: Child,
    /// The desk's folder.
    pub data: TempDir,
}

impl Driver {
    /// Starts a driver, with settings for the app's environment; none where no session was set up for it.
    #[allow(clippy::print_stderr, reason = "what is skipped is said aloud")]
    pub fn start(settings: &[(&str, String)]) -> Option<Self> {
        let Ok(app) = std::env::var("PETREL_APP") else {
            eprintln!("SKIPPED: the real window's tests run in the session that `cargo xtask test` sets up (PETREL_APP is not set)");
            return None;
        };
        let driver = std::env::var("PETREL_DRIVER").unwrap_or_else(|_| "tauri-driver".to_owned());
        let data = tempfile::tempdir().unwrap();
        let (port, native) = (port::free().unwrap(), port::free().unwrap());
        let mut command = Command::new(driver);
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        let temporary = data.path().join("tmp");
        std::fs::create_dir(&temporary).unwrap();
        let own = [
            ("PETREL_DATA_DIR", data.path().into()),
            ("PETREL_READY_FILE", data.path().join("ready").into()),
            ("TMPDIR", temporary.into()),
            ("PETREL_KEYRING_SERVICE", format!("app.petrel.test.{port}").into()),
        ];
        let asked = settings.iter().map(|(name, value)| (*name, OsString::from(value)));
        let settings: Vec<_> = own.into_iter().chain(asked).map(|(name, value)| (name.to_owned(), value)).collect();
        command.envs(settings.iter().cloned());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Some(Self { app, settings, port, process, data })
    }

    /// Starts the app and answers its window.
    pub async fn open(&self) -> Window {
        let capabilities = json!({ "tauri:options": { "application": self.app } });
        let capabilities = capabilities.as_object().unwrap().clone();
        let address = format!("http://127.0.0.1:{}", self.port);
        // The driver listens when it listens; until then connecting is refused.
        let mut again = tokio::time::interval(Duration::from_millis(100));
        let connect = async {
            loop {
                again.tick().await;
                let mut builder = ClientBuilder::new(HttpConnector::new());
                if let Ok(client) = builder.capabilities(capabilities.clone()).connect(&address).await {
                    return client;
                }
            }
        };
        let client = tokio::time::timeout(PATIENCE, connect).await.expect("the driver opens the window");
        Window::new(client)
    }

    /// Starts the app once more over the same folder, while it runs, and answers how that ended.
    pub async fn start_again(&self) -> ExitStatus {
        let mut again = tokio::process::Command::new(&self.app);
        again.envs(self.settings.iter().cloned()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        tokio::time::timeout(PATIENCE, again.status()).await.expect("a second start hands over and ends").unwrap()
    }

    /// The clinic's file.
    pub fn file(&self) -> PathBuf {
        self.data.path().join("clinic.petrel")
    }

    /// Every file in which one of these words can be read, of all that the app writes: its folder with its log, its backups and its temporary
    /// files, and what the browser inside keeps of its own.
    #[must_use]
    pub fn files_with(&self, words: &[&str]) -> Vec<PathBuf> {
        let homes = ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"].map(|home| std::env::var_os(home).map(PathBuf::from));
        let mut folders: Vec<PathBuf> = homes.into_iter().flatten().chain([self.data.path().to_owned()]).collect();
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    let bytes = std::fs::read(entry.path()).unwrap();
                    if words.iter().any(|word| bytes.windows(word.len()).any(|part| part == word.as_bytes())) {
                        found.push(entry.path());
                    }
                }
            }
        }
        found
    }

    /// Whether the app closed the clinic's file well when it last ended: it leaves word of that in its lock.
    #[must_use]
    pub fn was_closed_well(&self) -> bool {
        std::fs::metadata(self.lock()).is_ok_and(|lock| lock.len() > 0)
    }

    fn lock(&self) -> PathBuf {
        self.data.path().join("clinic.petrel.lock")
    }

    /// Waits until the app has closed the clinic's file and gone.
    pub async fn closed(&self) {
        let lock = self.lock();
        let mut again = tokio::time::interval(Duration::from_millis(50));
        let free = async {
            loop {
                again.tick().await;
                if std::fs::File::open(&lock).is_ok_and(|file| file.try_lock().is_ok()) {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, free).await.expect("the app closes its file");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver alone: the window was closed by the session.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

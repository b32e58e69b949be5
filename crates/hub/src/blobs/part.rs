//! What an upload has brought so far: a file beside where attachments lie in a folder, whichever store they end up in.

use std::io::{ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{Blob, MOST};
use crate::problem::Problem;

/// How long an upload may bring nothing before it counts as broken off, and its desk (or another) may go on.
const SILENCE: Duration = Duration::from_secs(30);

/// The part of one attachment, held by one upload alone.
pub(super) struct Part {
    pub(super) path: PathBuf,
    file: File,
}

fn path(data_dir: &Path, blob: &Blob) -> PathBuf {
    data_dir.join("blobs").join(blob.key()).with_extension("part")
}

/// How many bytes there are.
pub(super) async fn size(data_dir: &Path, blob: &Blob) -> u64 {
    tokio::fs::metadata(path(data_dir, blob)).await.map_or(0, |about| about.len())
}

impl Part {
    /// Opens it, made where there is none.
    ///
    /// # Errors
    /// `Away` while another upload holds it: two that write in turn would spoil it.
    pub(super) async fn open(data_dir: &Path, blob: &Blob) -> Result<Self, Problem> {
        let path = path(data_dir, blob);
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(failed)?;
        }
        let file = std::fs::OpenOptions::new().create(true).read(true).write(true).truncate(false).open(&path).map_err(failed)?;
        // The system's own lock: it goes with the process, and hubs that share a folder hold each other to it.
        file.try_lock().map_err(|_| Problem::Away("another upload of the same attachment is under way".to_owned()))?;
        Ok(Self { path, file: File::from_std(file) })
    }

    /// Writes what comes after the first `from` bytes.
    ///
    /// # Errors
    /// `Malformed` where there are fewer bytes, and where the body breaks off: what came is kept then. `TooLarge`.
    pub(super) async fn receive(&mut self, from: u64, body: Body) -> Result<(), Problem> {
        let have = self.file.metadata().await.map_err(failed)?.len();
        if from > have {
            return Err(Problem::Malformed("petrel-from: there are fewer bytes here".to_owned()));
        }
        self.file.set_len(from).await.map_err(failed)?;
        self.file.seek(SeekFrom::Start(from)).await.map_err(failed)?;
        let mut size = from;
        let mut pieces = body.into_data_stream();
        let broken = || Problem::Malformed("the body broke off; what came is kept".to_owned());
        while let Some(piece) = tokio::time::timeout(SILENCE, pieces.next()).await.map_err(|_| broken())? {
            let Ok(piece) = piece else {
                self.file.flush().await.map_err(failed)?;
                return Err(broken());
            };
            size += piece.len() as u64;
            if size > MOST {
                self.empty().await?;
                return Err(Problem::TooLarge);
            }
            self.file.write_all(&piece).await.map_err(failed)?;
        }
        self.file.sync_all().await.map_err(failed)
    }

    /// The SHA-256 of all there is, as hexadecimal digits.
    pub(super) async fn hash(&self) -> Result<String, Problem> {
        let path = self.path.clone();
        let hash = tokio::task::spawn_blocking(move || {
            let mut hasher = Sha256::new();
            std::io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
            Ok(hex::encode(hasher.finalize()))
        });
        hash.await.map_err(|error| Problem::Internal(error.to_string()))?.map_err(failed)
    }

    /// Forgets what came. The file stays: one that waits for it must not hold another file than the next one.
    pub(super) async fn empty(&mut self) -> Result<(), Problem> {
        self.file.set_len(0).await.map_err(failed)
    }

    /// Removes it: the attachment is there, so nobody goes on with it.
    pub(super) async fn remove(self) -> Result<(), Problem> {
        match tokio::fs::remove_file(&self.path).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }
}

pub(super) fn failed(error: std::io::Error) -> Problem {
    Problem::Internal(format!("the data folder: {error}"))
}

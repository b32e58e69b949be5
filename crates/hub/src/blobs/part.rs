//! What an upload has brought so far: a file beside where attachments lie in a folder, whichever store they end up in.

use std::io::{ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use axum::body::Body;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{Blob, MOST};
use crate::problem::Problem;

/// How long an upload may bring nothing before it counts as broken off, and its desk (or another) may go on.
const SILENCE: Duration = Duration::from_secs(30);

/// How long what an interrupted upload left waits for its desk.
const WAITS: Duration = Duration::from_secs(14 * 86_400);

/// Removes parts that no desk came back for. Answers how many.
///
/// # Errors
/// What the system says.
pub(crate) fn forget_old(data_dir: &Path, now: SystemTime) -> std::io::Result<usize> {
    let mut removed = 0;
    let mut folders = vec![data_dir.join("blobs")];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let (path, about) = {
                let entry = entry?;
                (entry.path(), entry.metadata()?)
            };
            let is_part = path.extension().is_some_and(|extension| extension == "part");
            let is_old = now.duration_since(about.modified()?).is_ok_and(|age| age > WAITS);
            if about.is_dir() {
                folders.push(path);
            } else if is_part && is_old && std::fs::File::open(&path)?.try_lock().is_ok() {
                std::fs::remove_file(path)?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_nobody_came_back_for_are_removed_and_nothing_else_is() {
        let data_dir = tempfile::tempdir().unwrap();
        let now = SystemTime::from(petrel_domain::Clock::now(&petrel_domain::SystemClock).utc());
        assert_eq!(forget_old(data_dir.path(), now).unwrap(), 0, "nothing is there yet");
        let folder = data_dir.path().join("blobs/a-clinic/ab");
        std::fs::create_dir_all(&folder).unwrap();
        let make = |name: &str, age: Duration| {
            let file = std::fs::File::create(folder.join(name)).unwrap();
            file.set_modified(now - age).unwrap();
            file
        };
        let (day, old) = (Duration::from_secs(86_400), WAITS + Duration::from_secs(86_400));
        make("whole", old);
        make("young.part", day);
        make("old.part", old);
        let held = make("held.part", old);
        held.try_lock().unwrap();
        assert_eq!(forget_old(data_dir.path(), now).unwrap(), 1);
        assert!(!folder.join("old.part").exists());
        for kept in ["whole", "young.part", "held.part"] {
            assert!(folder.join(kept).exists(), "{kept}");
        }
    }
}

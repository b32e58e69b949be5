//! Where attachments lie: in a folder of this computer, or in a bucket of any store that speaks S3.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::body::Body;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;
use url::Url;
use uuid::Uuid;

use super::Blob;
use super::client::Connector;
use super::part::{Part, failed};
use crate::config::BlobSettings;
use crate::problem::Problem;

/// How often, and how long, a request to a bucket is tried again before the desk is asked to come back.
const RETRIES: usize = 3;
const RETRY_FOR: Duration = Duration::from_secs(20);
/// How many attachments are on their way into a bucket at a time: each is held in memory whole, up to 64 MB. The others wait in their files.
const KEPT_AT_ONCE: usize = 4;
/// What is written into a bucket and read back when the hub starts.
const MARK: &str = "petrel-hub.txt";

/// A store of attachments.
#[derive(Clone)]
pub struct BlobStore(Arc<Place>);

enum Place {
    Folder(PathBuf),
    Bucket { store: Box<dyn ObjectStore>, prefix: String, turns: Semaphore },
}

impl BlobStore {
    /// A folder of the data folder.
    pub fn folder(data_dir: &Path) -> Self {
        Self(Arc::new(Place::Folder(data_dir.join("blobs"))))
    }

    /// The store that the settings name. A bucket is written to and read from once.
    ///
    /// # Errors
    /// Where a setting is wrong or missing, by its name and with what to do; where a bucket is not there or does not let this hub in. One that
    /// cannot be reached just now is none: the hub serves, and uploads wait.
    pub async fn open(settings: &BlobSettings, data_dir: &Path) -> anyhow::Result<Self> {
        let given = |value: &Option<String>| value.as_deref().map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
        let (endpoint, key, secret) = (given(&settings.s3_endpoint), given(&settings.s3_key_id), given(&settings.s3_secret_key));
        let Some(place) = given(&settings.blobs) else {
            ensure!(
                endpoint.is_none() && key.is_none() && secret.is_none(),
                "PETREL_BLOBS is not set, but a PETREL_S3_ setting is: say PETREL_BLOBS=s3://BUCKET, or leave PETREL_S3_ out to keep attachments in the data folder"
            );
            return Ok(Self::folder(data_dir));
        };
        let (bucket, prefix) = bucket_of(&place)?;
        let mut builder = match (key, secret) {
            (Some(key), Some(secret)) => AmazonS3Builder::new().with_access_key_id(key).with_secret_access_key(secret),
            (None, None) if endpoint.is_none() => AmazonS3Builder::from_env(),
            (None, None) => bail!("PETREL_S3_KEY_ID and PETREL_S3_SECRET_KEY are missing: a store at PETREL_S3_ENDPOINT wants both"),
            (Some(_), None) => bail!("PETREL_S3_SECRET_KEY is missing: PETREL_S3_KEY_ID is set, and both belong together"),
            (None, Some(_)) => bail!("PETREL_S3_KEY_ID is missing: PETREL_S3_SECRET_KEY is set, and both belong together"),
        };
        if let Some(endpoint) = endpoint {
            let url = Url::parse(&endpoint).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            ensure!(url.is_some(), "PETREL_S3_ENDPOINT: {endpoint} is no address; say https://HOST or http://HOST:PORT");
            builder = builder.with_allow_http(endpoint.starts_with("http://")).with_endpoint(endpoint);
        }
        let retry = RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_FOR, ..RetryConfig::default() };
        let builder =
            in_region(builder, given(&settings.s3_region)).with_bucket_name(bucket).with_retry(retry).with_http_connector(Connector);
        let store = Box::new(builder.build().context("PETREL_BLOBS")?);
        let opened = Self(Arc::new(Place::Bucket { store, prefix, turns: Semaphore::new(KEPT_AT_ONCE) }));
        opened.try_out(&place).await?;
        Ok(opened)
    }

    /// Writes a mark into the bucket and reads it back.
    async fn try_out(&self, place: &str) -> anyhow::Result<()> {
        let Place::Bucket { store, prefix, .. } = &*self.0 else { return Ok(()) };
        let mark = object_store::path::Path::from(format!("{prefix}{MARK}"));
        let tried = async {
            store.put(&mark, PutPayload::from_static(b"A petrel-hub keeps attachments here.\n")).await?;
            store.get(&mark).await?.bytes().await.map(drop)
        };
        match tried.await {
            Ok(()) => Ok(()),
            Err(Error::NotFound { .. }) => {
                bail!(
                    "PETREL_BLOBS: there is no bucket as in {place}; make it, or say another one (PETREL_S3_ENDPOINT and PETREL_S3_REGION say where it is)"
                )
            }
            Err(Error::PermissionDenied { .. } | Error::Unauthenticated { .. }) => {
                bail!(
                    "PETREL_S3_KEY_ID: the bucket of {place} does not let this key in; it has to read and write objects (check PETREL_S3_SECRET_KEY and PETREL_S3_REGION, too)"
                )
            }
            Err(error) => {
                tracing::warn!(%error, "the store of attachments does not answer as it should; uploads wait until it does");
                Ok(())
            }
        }
    }

    /// How many bytes an attachment has, where it is there.
    pub(super) async fn size(&self, blob: &Blob) -> Result<Option<u64>, Problem> {
        match &*self.0 {
            Place::Folder(folder) => there(tokio::fs::metadata(folder.join(blob.key())).await.map(|about| about.len())),
            Place::Bucket { store, prefix, .. } => there_in_bucket(store.head(&key(prefix, blob)).await.map(|about| about.size)),
        }
    }

    /// Its size and its bytes, as they come, where it is there.
    pub(super) async fn read(&self, blob: &Blob) -> Result<Option<(u64, Body)>, Problem> {
        match &*self.0 {
            Place::Folder(folder) => {
                let Some(file) = there(tokio::fs::File::open(folder.join(blob.key())).await)? else { return Ok(None) };
                let size = file.metadata().await.map_err(failed)?.len();
                Ok(Some((size, Body::from_stream(ReaderStream::with_capacity(file, 64 << 10)))))
            }
            Place::Bucket { store, prefix, .. } => {
                let found = there_in_bucket(store.get(&key(prefix, blob)).await)?;
                Ok(found.map(|found| (found.meta.size, Body::from_stream(found.into_stream()))))
            }
        }
    }

    /// Removes all that a clinic has here. Answers how many there were.
    ///
    /// # Errors
    /// What the system, or the store, says; what is left is removed the next time.
    pub async fn forget(&self, clinic: Uuid) -> anyhow::Result<usize> {
        match &*self.0 {
            Place::Folder(folder) => {
                let folder = folder.join(clinic.to_string());
                let said = folder.display().to_string();
                let removed = tokio::task::spawn_blocking(move || {
                    let count = count_files(&folder)?;
                    if folder.exists() { std::fs::remove_dir_all(&folder) } else { Ok(()) }.map(|()| count)
                });
                removed.await?.with_context(|| format!("PETREL_DATA_DIR: {said} cannot be removed"))
            }
            Place::Bucket { store, prefix, .. } => {
                let all = object_store::path::Path::from(format!("{prefix}{clinic}"));
                let found: Vec<_> = store.list(Some(&all)).map_ok(|found| found.location).try_collect().await.context("PETREL_BLOBS")?;
                let gone = store.delete_stream(futures_util::stream::iter(found.into_iter().map(Ok)).boxed());
                gone.try_fold(0, async |count, _| Ok(count + 1))
                    .await
                    .context("PETREL_BLOBS: the key has to list and delete objects for this")
            }
        }
    }

    /// Has one that is there stay there: who brought it may have been given up before its name was written out.
    pub(super) async fn settle(&self, blob: &Blob) -> Result<(), Problem> {
        match &*self.0 {
            Place::Folder(folder) => make_last(folder, folder.join(blob.key())).await,
            Place::Bucket { .. } => Ok(()),
        }
    }

    /// Keeps what an upload brought whole. Answers its size.
    pub(super) async fn keep(&self, blob: &Blob, part: Part) -> Result<u64, Problem> {
        match &*self.0 {
            Place::Folder(folder) => {
                let size = tokio::fs::metadata(&part.path).await.map_err(failed)?.len();
                let kept = folder.join(blob.key());
                tokio::fs::rename(&part.path, &kept).await.map_err(failed)?;
                make_last(folder, kept).await?;
                Ok(size)
            }
            Place::Bucket { store, prefix, turns } => {
                let _turn = turns.acquire().await.map_err(|error| Problem::Internal(error.to_string()))?;
                let bytes = tokio::fs::read(&part.path).await.map_err(failed)?;
                let size = bytes.len() as u64;
                store.put(&key(prefix, blob), bytes.into()).await.map_err(away)?;
                part.remove().await?;
                Ok(size)
            }
        }
    }
}

/// How many files there are in a folder and those in it; none, where it is not there.
fn count_files(folder: &Path) -> std::io::Result<usize> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut count = 0;
    for entry in entries {
        let entry = entry?;
        count += if entry.file_type()?.is_dir() { count_files(&entry.path())? } else { 1 };
    }
    Ok(count)
}

/// Writes the name of a file out, with the folders that were made for it: its bytes were, but where the power goes before a folder is written, nothing
/// of that name is in it, and the desk has been told that the attachment is kept.
async fn make_last(folder: &Path, file: PathBuf) -> Result<(), Problem> {
    // Windows opens no folder to write it out; there the file system's journal does it.
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = folder.to_owned();
    let written = tokio::task::spawn_blocking(move || {
        let mut above = file.ancestors().skip(1).take_while(|path| path.starts_with(&folder));
        above.try_for_each(|path| std::fs::File::open(path)?.sync_all())
    });
    written.await.map_err(|error| Problem::Internal(error.to_string()))?.map_err(failed)
}

/// Where a region is said, in that; else in what the computer's `AWS_` variables say, where these are read, or in us-east-1.
fn in_region(builder: AmazonS3Builder, region: Option<String>) -> AmazonS3Builder {
    if let Some(region) = region { builder.with_region(region) } else { builder }
}

/// Bucket and prefix of `s3://BUCKET/PREFIX`; the prefix ends with a slash or is empty.
fn bucket_of(place: &str) -> anyhow::Result<(String, String)> {
    let (bucket, prefix) = place.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))).unwrap_or_default();
    let is_bucket = !bucket.is_empty() && bucket.bytes().all(|sign| sign.is_ascii_alphanumeric() || b".-_".contains(&sign));
    ensure!(
        is_bucket,
        "PETREL_BLOBS: {place} is no store of attachments; say s3://BUCKET or s3://BUCKET/PREFIX, or leave it out to keep them in the data folder"
    );
    let prefix = prefix.trim_matches('/');
    Ok((bucket.to_owned(), if prefix.is_empty() { String::new() } else { format!("{prefix}/") }))
}

fn key(prefix: &str, blob: &Blob) -> object_store::path::Path {
    object_store::path::Path::from(format!("{prefix}{}", blob.key()))
}

fn there<T>(found: std::io::Result<T>) -> Result<Option<T>, Problem> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn there_in_bucket<T>(found: object_store::Result<T>) -> Result<Option<T>, Problem> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(away(error)),
    }
}

fn away(error: Error) -> Problem {
    Problem::Away(format!("the store of attachments: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use object_store::aws::AmazonS3ConfigKey;

    use super::*;

    #[derive(Parser)]
    struct Said {
        #[command(flatten)]
        blobs: BlobSettings,
    }

    fn settings(blobs: &str, endpoint: &str, key: &str, secret: &str) -> BlobSettings {
        let said = |value: &str| Some(value.to_owned());
        BlobSettings { blobs: said(blobs), s3_endpoint: said(endpoint), s3_region: None, s3_key_id: said(key), s3_secret_key: said(secret) }
    }

    #[tokio::test]
    async fn a_wrong_setting_is_named_with_what_to_do() {
        let cases = [
            (settings("", "http://127.0.0.1:9", "", ""), "PETREL_BLOBS is not set", "PETREL_BLOBS=s3://BUCKET"),
            (settings("ftp://x/y", "", "", ""), "PETREL_BLOBS: ftp://x/y", "s3://BUCKET/PREFIX"),
            (settings("s3://", "", "a", "b"), "PETREL_BLOBS: s3://", "leave it out"),
            (settings("s3://x y", "", "a", "b"), "PETREL_BLOBS: s3://x y", "leave it out"),
            (settings("s3://x", "store.example.com", "a", "b"), "PETREL_S3_ENDPOINT: store.example.com", "https://HOST"),
            (settings("s3://x", "http://127.0.0.1:9", "", ""), "PETREL_S3_KEY_ID and PETREL_S3_SECRET_KEY", "both"),
            (settings("s3://x", "", "a", ""), "PETREL_S3_SECRET_KEY is missing", "both"),
            (settings("s3://x", "", "", "b"), "PETREL_S3_KEY_ID is missing", "both"),
        ];
        for (settings, named, remedy) in cases {
            let Err(error) = BlobStore::open(&settings, Path::new("nowhere")).await else { panic!("{named}") };
            let said = format!("{error:#}");
            assert!(said.starts_with(named) && said.contains(remedy), "{said}");
        }
        assert!(BlobStore::open(&settings(" ", "", "", ""), Path::new("nowhere")).await.is_ok(), "nothing said is a folder");
    }

    #[tokio::test]
    async fn so_many_attachments_are_on_their_way_into_a_bucket_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Box::new(object_store::memory::InMemory::new());
        let bucket = BlobStore(Arc::new(Place::Bucket { store, prefix: String::new(), turns: Semaphore::new(1) }));
        let Place::Bucket { turns, .. } = &*bucket.0 else { unreachable!() };
        let blob = Blob { clinic: Uuid::from_u128(1), sha256: "ab".repeat(32) };
        let mut part = Part::open(folder.path(), &blob).await.unwrap();
        part.receive(0, Body::from("attached")).await.unwrap();
        let another = turns.acquire().await.unwrap();
        let keeping = bucket.keep(&blob, part);
        tokio::pin!(keeping);
        for _ in 0..1_000 {
            tokio::select! {
                biased;
                kept = &mut keeping => panic!("it did not wait: {kept:?}"),
                () = tokio::task::yield_now() => {}
            }
        }
        assert_eq!(bucket.size(&blob).await.unwrap(), None);
        drop(another);
        assert_eq!(keeping.await.unwrap(), 8);
        assert_eq!(bucket.size(&blob).await.unwrap(), Some(8));
    }

    #[tokio::test]
    async fn a_clinics_attachments_go_and_those_of_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let store = Box::new(object_store::memory::InMemory::new());
        let bucket = BlobStore(Arc::new(Place::Bucket { store, prefix: "hub/".to_owned(), turns: Semaphore::new(1) }));
        for place in [BlobStore::folder(folder.path()), bucket] {
            let blob = |clinic, sign: &str| Blob { clinic: Uuid::from_u128(clinic), sha256: sign.repeat(32) };
            let all = [blob(1, "ab"), blob(1, "cd"), blob(2, "ab")];
            for blob in &all {
                let mut part = Part::open(folder.path(), blob).await.unwrap();
                part.receive(0, Body::from("attached")).await.unwrap();
                place.keep(blob, part).await.unwrap();
            }
            assert_eq!(place.forget(Uuid::from_u128(1)).await.unwrap(), 2);
            for (blob, size) in all.iter().zip([None, None, Some(8)]) {
                assert_eq!(place.size(blob).await.unwrap(), size);
            }
            assert_eq!(place.forget(Uuid::from_u128(1)).await.unwrap(), 0, "there are none any more");
        }
    }

    #[test]
    fn a_region_that_is_not_said_leaves_what_the_computer_says() {
        let region = |said: Option<&str>| {
            let of_variables = AmazonS3Builder::new().with_region("eu-central-1");
            in_region(of_variables, said.map(str::to_owned)).get_config_value(&AmazonS3ConfigKey::Region)
        };
        assert_eq!(region(None).as_deref(), Some("eu-central-1"));
        assert_eq!(region(Some("eu-west-3")).as_deref(), Some("eu-west-3"));
        assert_eq!(Said::parse_from(["petrel-hub"]).blobs.s3_region, None, "nothing is said where nobody says it");
    }

    #[test]
    fn a_place_is_a_bucket_and_a_prefix() {
        assert_eq!(bucket_of("s3://a").unwrap(), ("a".to_owned(), String::new()));
        assert_eq!(bucket_of("s3://a.b-c/").unwrap(), ("a.b-c".to_owned(), String::new()));
        assert_eq!(bucket_of("s3://a/b/c/").unwrap(), ("a".to_owned(), "b/c/".to_owned()));
    }
}

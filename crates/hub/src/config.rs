//! Settings: each an environment variable and a flag.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

/// Where things are.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// The database, as `postgres://user@host/name`. Its user owns the tables; the program itself works as the role `petrel_hub`, which owns nothing.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// How many connections to the database, about.
    #[arg(long, env = "PETREL_CONNECTIONS", default_value_t = 16)]
    pub connections: usize,
}

/// How it serves.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// The address to listen at. TLS is the proxy's: see docs/hub.md.
    #[arg(long, env = "PETREL_LISTEN", default_value = "127.0.0.1:4790")]
    pub listen: SocketAddr,
    /// Where attachments are kept, and in any case what interrupted uploads left.
    #[arg(long, env = "PETREL_DATA_DIR", default_value = "petrel-hub-data")]
    pub data_dir: PathBuf,
    /// The address desks reach this hub at.
    #[arg(long, env = "PETREL_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// For how many days the log is kept at hand; older partitions are moved to the archive.
    #[arg(long, env = "PETREL_LOG_DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub log_days: u32,
    /// The most requests of one desk in a minute.
    #[arg(long, env = "PETREL_REQUESTS_PER_MINUTE", default_value_t = 1200)]
    pub requests_per_minute: u32,
}

impl Settings {
    /// Makes the data folder where there is none, and a file in it, which is removed again: a hub that cannot keep what desks upload says so when it
    /// starts, not to the first desk that does. The file is empty: on a full disk the hub starts, as there is more to it than uploads.
    ///
    /// # Errors
    /// Where that fails, with the setting's name and what to do.
    pub fn try_data_dir(&self) -> anyhow::Result<()> {
        let folder = std::path::absolute(&self.data_dir).unwrap_or_else(|_| self.data_dir.clone());
        let blobs = folder.join("blobs");
        let mark = blobs.join(format!("petrel-hub-{}.try", std::process::id()));
        let tried = std::fs::create_dir_all(&blobs).and_then(|()| std::fs::File::create(&mark)).and_then(|_| std::fs::remove_file(&mark));
        tried.with_context(|| {
            format!(
                "PETREL_DATA_DIR: {} cannot be written to; name a folder that the hub's user may write to, or give it this one (chown)",
                folder.display()
            )
        })
    }
}

/// Where attachments are kept, if not in the data folder.
#[derive(Args, Clone, Default)]
pub struct BlobSettings {
    /// The store of attachments: `s3://BUCKET` or `s3://BUCKET/PREFIX`. Without it, the folder `blobs` of the data folder.
    #[arg(long, env = "PETREL_BLOBS")]
    pub blobs: Option<String>,
    /// The address of a store that speaks S3. Without it, Amazon's.
    #[arg(long, env = "PETREL_S3_ENDPOINT")]
    pub s3_endpoint: Option<String>,
    /// The bucket's region. Without it, what `AWS_REGION` says where Amazon's variables are read (no key is said here), or us-east-1.
    #[arg(long, env = "PETREL_S3_REGION")]
    pub s3_region: Option<String>,
    /// The id of the key that may read and write the bucket. At Amazon, without a key, the machine's own role is used.
    #[arg(long, env = "PETREL_S3_KEY_ID")]
    pub s3_key_id: Option<String>,
    /// The secret of that key.
    #[arg(long, env = "PETREL_S3_SECRET_KEY", hide_env_values = true)]
    pub s3_secret_key: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(data_dir: PathBuf) -> Settings {
        Settings { listen: ([127, 0, 0, 1], 0).into(), data_dir, public_url: None, log_days: 90, requests_per_minute: 1 }
    }

    #[test]
    fn a_data_folder_is_made_and_one_that_cannot_be_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        settings(folder.path().join("new/data")).try_data_dir().unwrap();
        let blobs = folder.path().join("new/data/blobs");
        assert_eq!(std::fs::read_dir(blobs).unwrap().count(), 0, "nothing stays of it");
        let taken = folder.path().join("taken");
        std::fs::write(&taken, "").unwrap();
        let said = format!("{:#}", settings(taken.clone()).try_data_dir().unwrap_err());
        assert!(said.starts_with(&format!("PETREL_DATA_DIR: {}", taken.display())) && said.contains("chown"), "{said}");
    }
}

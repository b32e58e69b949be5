//! The hub: one ordered log per clinic on Postgres, and the doors to it.
//!
//! A hub holds no state of its own but connections: any number of them may stand before one database.

mod admin;
mod asked;
mod auth;
mod blobs;
mod catalog;
mod clinics;
mod config;
mod db;
mod live;
mod log;
mod metrics;
mod problem;
mod program;
mod reach;
mod received;
mod restored;
mod routes;
mod serve;
mod tls;
mod turns;

pub use admin::{NewClinic, add_clinic, check, leave_out_numbers, list_devices, make_code, revoke_device};
pub use blobs::BlobStore;
pub use clinics::{clinics, list_clinics, name_clinic, remove_clinic};
pub use config::{BlobSettings, Config, Settings};
pub use db::Database;
pub use program::Program;
pub use restored::{lacks, put_back};
pub use routes::Hub;
pub use serve::serve;

/// What reads bytes of strangers, by itself: for fuzzing.
#[doc(hidden)]
pub mod decoders {
    use axum::http::HeaderMap;
    use petrel_domain::replication::{Enrol, Push, Renew};
    use uuid::Uuid;

    /// A push, as its route reads it.
    pub fn push(bytes: &[u8]) -> Option<Push> {
        crate::log::Received::read(bytes).ok().map(|received| received.push)
    }

    /// A request to be let in, as its route reads it, with the two halves of its code.
    pub fn enrol(bytes: &[u8]) -> Option<(String, String)> {
        let enrol: Enrol = crate::routes::body(Ok(bytes::Bytes::copy_from_slice(bytes))).ok()?;
        crate::auth::split_code(&enrol.code)
    }

    /// A request for the next pair of tokens, as its route reads it. Whether the token is one that may have been handed out.
    pub fn renewal(bytes: &[u8]) -> Option<bool> {
        let renew: Renew = crate::routes::body(Ok(bytes::Bytes::copy_from_slice(bytes))).ok()?;
        Some(crate::auth::is_token(&renew.refresh_token))
    }

    /// The ids of rows that are asked for.
    pub fn ids(bytes: &[u8]) -> Option<Vec<Uuid>> {
        crate::routes::body(Ok(bytes::Bytes::copy_from_slice(bytes))).ok()
    }

    /// What stands behind the `?` of an address, as the routes read it that take something there: how many of them understood it.
    pub fn query(bytes: &[u8]) -> Option<usize> {
        let uri = format!("/?{}", std::str::from_utf8(bytes).ok()?).parse().ok()?;
        Some(crate::routes::understood(&uri) + usize::from(crate::auth::spoken(&uri).is_some()))
    }

    /// What names an attachment, and after how many bytes it goes on, as the header says it: the route reads them so.
    pub fn blob(hash: &str, from: &[u8]) -> Option<(String, u64)> {
        let mut headers = HeaderMap::new();
        headers.insert("petrel-from", from.try_into().ok()?);
        crate::blobs::is_hash(hash).then(|| (hash.to_owned(), crate::blobs::begins_at(&headers)))
    }
}

/// Removes what interrupted uploads left long ago, once a day, until it is dropped.
pub async fn keep_parts(data_dir: std::path::PathBuf) {
    loop {
        let (folder, now) = (data_dir.clone(), petrel_domain::Clock::now(&petrel_domain::SystemClock).utc());
        match tokio::task::spawn_blocking(move || blobs::forget_old(&folder, now.into())).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::info!(removed, "parts of attachments that nobody came back for were removed"),
            Ok(Err(error)) => tracing::warn!(%error, "the parts of attachments could not be looked through"),
            Err(error) => tracing::warn!(%error, "the parts of attachments could not be looked through"),
        }
        tokio::time::sleep(std::time::Duration::from_secs(86_400)).await;
    }
}

/// Keeps the log's partitions, once a day, until it is dropped. Where that fails, it is tried again in some minutes: a dump may be under way.
pub async fn keep_log(url: String, days: u32) {
    loop {
        let rest = match log::keep_partitions(&url, days).await {
            Ok(archived) => {
                if archived > 0 {
                    tracing::info!(archived, "partitions of the log were archived");
                }
                86_400
            }
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "the log's partitions could not be kept");
                300
            }
        };
        tokio::time::sleep(std::time::Duration::from_secs(rest)).await;
    }
}

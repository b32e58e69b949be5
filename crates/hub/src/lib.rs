//! The hub: one ordered log per clinic on Postgres, and the doors to it.
//!
//! A hub holds no state of its own but connections: any number of them may stand before one database.

mod admin;
mod auth;
mod blobs;
mod catalog;
mod config;
mod db;
mod live;
mod log;
mod metrics;
mod problem;
mod program;
mod routes;

pub use admin::{NewClinic, add_clinic, check, clinics, list_devices, make_code, revoke_device};
pub use config::{Config, Settings};
pub use db::Database;
pub use program::Program;
pub use routes::{Hub, serve};

/// Keeps the log's partitions, once a day, until it is dropped.
pub async fn keep_log(url: String, days: u32) {
    loop {
        match log::keep_partitions(&url, days).await {
            Ok(0) => {}
            Ok(archived) => tracing::info!(archived, "partitions of the log were archived"),
            Err(error) => tracing::warn!(%error, "the log's partitions could not be kept"),
        }
        tokio::time::sleep(std::time::Duration::from_secs(86_400)).await;
    }
}

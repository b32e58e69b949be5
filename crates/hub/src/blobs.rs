//! Attachments, by what they are: their SHA-256 is their name. A folder per clinic; a file appears whole or not at all.

use std::path::{Path, PathBuf};

use axum::body::{Body, to_bytes};
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::auth::Desk;
use crate::db::clinic_transaction;
use crate::problem::Problem;
use crate::routes::Hub;

/// The largest attachment, in bytes.
const MOST: usize = 64 << 20;

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Where it lies: spread over folders by its first signs.
fn path(data: &Path, clinic: Uuid, sha256: &str) -> PathBuf {
    data.join("blobs").join(clinic.to_string()).join(&sha256[..2]).join(sha256)
}

/// How many bytes of an attachment are here: all of it, or what an interrupted upload left. The desk goes on from there.
pub(crate) async fn head(State(hub): State<Hub>, desk: Desk, Segment(sha256): Segment<String>) -> Result<Response, Problem> {
    if !is_hash(&sha256) {
        return Err(Problem::NotFound);
    }
    let whole = path(&hub.data_dir, desk.clinic_id, &sha256);
    if let Ok(meta) = tokio::fs::metadata(&whole).await {
        return Ok((StatusCode::OK, [(header::CONTENT_LENGTH, meta.len().to_string())]).into_response());
    }
    let part = tokio::fs::metadata(whole.with_extension("part")).await.map_or(0, |meta| meta.len());
    Ok((StatusCode::NOT_FOUND, [("petrel-have", part.to_string())]).into_response())
}

pub(crate) async fn get(State(hub): State<Hub>, desk: Desk, Segment(sha256): Segment<String>) -> Result<Response, Problem> {
    if !is_hash(&sha256) {
        return Err(Problem::NotFound);
    }
    let bytes = tokio::fs::read(path(&hub.data_dir, desk.clinic_id, &sha256)).await.map_err(|_| Problem::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], bytes).into_response())
}

/// Takes an attachment, or the rest of one (`petrel-from` says after how many bytes).
pub(crate) async fn put(
    State(hub): State<Hub>,
    desk: Desk,
    Segment(sha256): Segment<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    if !is_hash(&sha256) {
        return Err(Problem::NotFound);
    }
    let whole = path(&hub.data_dir, desk.clinic_id, &sha256);
    if tokio::fs::try_exists(&whole).await.unwrap_or(false) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let from: u64 = headers.get("petrel-from").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let bytes = to_bytes(body, MOST).await.map_err(|_| Problem::TooLarge)?;
    let part = whole.with_extension("part");
    let failed = |error: std::io::Error| Problem::Internal(error.to_string());
    if let Some(folder) = part.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    }
    let mut file = tokio::fs::OpenOptions::new().create(true).append(true).truncate(false).open(&part).await.map_err(failed)?;
    let have = file.metadata().await.map_err(failed)?.len();
    if from > have {
        return Err(Problem::Malformed("petrel-from: there are fewer bytes here".to_owned()));
    }
    file.set_len(from).await.map_err(failed)?;
    if from + bytes.len() as u64 > MOST as u64 {
        return Err(Problem::TooLarge);
    }
    file.write_all(&bytes).await.map_err(failed)?;
    file.sync_all().await.map_err(failed)?;
    let stored = tokio::fs::read(&part).await.map_err(failed)?;
    if hex::encode(Sha256::digest(&stored)) != sha256 {
        tokio::fs::remove_file(&part).await.map_err(failed)?;
        return Err(Problem::WrongBytes);
    }
    tokio::fs::rename(&part, &whole).await.map_err(failed)?;
    let mut client = hub.database.client().await?;
    let pg = clinic_transaction(&mut client, desk.clinic_id).await?;
    let size = i64::try_from(stored.len()).unwrap_or(i64::MAX);
    pg.execute(
        "INSERT INTO blobs (clinic_id, sha256, byte_size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[&desk.clinic_id, &sha256, &size],
    )
    .await?;
    pg.commit().await?;
    Ok(StatusCode::CREATED)
}

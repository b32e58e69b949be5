//! Attachments, by what they are: their SHA-256 is their name. One appears whole or not at all, under its clinic alone; what an interrupted upload
//! left waits in the data folder until the desk goes on from there.

mod client;
mod part;
mod store;

use axum::body::Body;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use self::part::Part;
pub(crate) use self::part::forget_old;
pub use self::store::BlobStore;
use crate::auth::Desk;
use crate::db::clinic_transaction;
use crate::problem::Problem;
use crate::routes::Hub;

/// The largest attachment, in bytes.
const MOST: u64 = 64 << 20;

/// An attachment of a clinic.
struct Blob {
    clinic: Uuid,
    sha256: String,
}

impl Blob {
    fn of(desk: Desk, sha256: String) -> Result<Self, Problem> {
        if is_hash(&sha256) { Ok(Self { clinic: desk.clinic_id, sha256 }) } else { Err(Problem::NotFound) }
    }

    /// Where it lies, in a folder and in a bucket alike: its clinic first, then spread by its first signs.
    fn key(&self) -> String {
        format!("{}/{}/{}", self.clinic, &self.sha256[..2], self.sha256)
    }
}

/// Whether a name is one that an attachment may have.
pub(crate) fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// After how many bytes an upload goes on.
pub(crate) fn begins_at(headers: &HeaderMap) -> u64 {
    headers.get("petrel-from").and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0)
}

/// How many bytes of an attachment are here: all of it, or what an interrupted upload left. The desk goes on from there.
pub(crate) async fn head(State(hub): State<Hub>, desk: Desk, Segment(sha256): Segment<String>) -> Result<Response, Problem> {
    let blob = Blob::of(desk, sha256)?;
    if let Some(size) = hub.blobs.size(&blob).await? {
        return Ok((StatusCode::OK, [(header::CONTENT_LENGTH, size.to_string())]).into_response());
    }
    let have = part::size(&hub.data_dir, &blob).await;
    Ok((StatusCode::NOT_FOUND, [("petrel-have", have.to_string())]).into_response())
}

pub(crate) async fn get(State(hub): State<Hub>, desk: Desk, Segment(sha256): Segment<String>) -> Result<Response, Problem> {
    let (size, body) = hub.blobs.read(&Blob::of(desk, sha256)?).await?.ok_or(Problem::NotFound)?;
    let kind = (header::CONTENT_TYPE, "application/octet-stream".to_owned());
    let no_guess = (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned());
    Ok(([kind, no_guess, (header::CONTENT_LENGTH, size.to_string())], body).into_response())
}

/// Takes an attachment, or the rest of one (`petrel-from` says after how many bytes). What came is kept where the line breaks.
pub(crate) async fn put(
    State(hub): State<Hub>,
    desk: Desk,
    Segment(sha256): Segment<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let blob = Blob::of(desk, sha256)?;
    let from = begins_at(&headers);
    let mut part = Part::open(&hub.data_dir, &blob).await?;
    // Asked with the part in hand: whoever had it before may have finished it.
    if let Some(size) = hub.blobs.size(&blob).await? {
        hub.blobs.settle(&blob).await?;
        part.remove().await?;
        note(&hub, &blob, size).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    part.receive(from, body).await?;
    if part.hash().await? != blob.sha256 {
        part.empty().await?;
        return Err(Problem::WrongBytes);
    }
    let size = hub.blobs.keep(&blob, part).await?;
    note(&hub, &blob, size).await?;
    Ok(StatusCode::CREATED)
}

/// Tells the database that it is there.
async fn note(hub: &Hub, blob: &Blob, size: u64) -> Result<(), Problem> {
    let mut client = hub.database.client().await?;
    let pg = clinic_transaction(&mut client, blob.clinic).await?;
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    let sql = "INSERT INTO blobs (clinic_id, sha256, byte_size) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    pg.execute(sql, &[&blob.clinic, &blob.sha256, &size]).await?;
    pg.commit().await?;
    Ok(())
}

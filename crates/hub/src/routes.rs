//! Every door of the hub, on one screen.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path as FilePath;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderName, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use petrel_domain::Millis;
use petrel_domain::replication::{Enrol, Enrolled, HubDevice, HubInfo, MAX_BODY, NewCode, Renew, Tokens};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio_postgres::Row;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::TimeoutLayer;
use uuid::Uuid;

use crate::asked;
use crate::auth::{self, Desk, Spoken};
use crate::blobs::{self, BlobStore};
use crate::config::Settings;
use crate::db::{Database, clinic_transaction};
use crate::live::Live;
use crate::log;
use crate::metrics::{Metrics, add};
use crate::problem::{Problem, told};
use crate::received;
use crate::turns::{Room, Rooms, Turns};

/// The largest body of every request but a push, in bytes: the longest is a list of a thousand ids.
const MAX_SMALL_BODY: usize = 64 << 10;
/// The same of who has no token yet, and says no more than a code and a name: otherwise anybody may have us hold as much as a desk's push.
const MAX_BODY_OF_STRANGERS: usize = 16 << 10;
/// How long such a request may take. Well below what a desk waits for its answer (60 seconds): a renewal that the desk has given up must not be carried
/// out after its next one.
const STRANGERS_WITHIN: Duration = Duration::from_secs(15);
/// How many pushes of one clinic are held in memory at a time: two of each desk (ADR 15), of three desks that send much at once. The others wait with
/// their bodies unread, so that no desk takes the memory of all.
const READ_AT_ONCE: usize = 6;
/// The same of all clinics: as many as there are connections, and as many again to be read meanwhile; and so many at the least.
const READ_AT_ONCE_OF_ALL: usize = 32;
/// How many of them have a connection at a time: one writes, and the next are there when it is done.
const WRITTEN_AT_ONCE: usize = 3;
/// An answer of more bytes than this needs room.
const SMALL_ANSWER: usize = 64 << 10;
/// How many large answers are held at a time: of one clinic, and of all. Mostly of 18 MB at the most, a page of a table with one more row; but the first
/// transaction of a pull is there whole, and may be all of a push, 32 MB, with as much that it won over.
const ANSWERS_OF_A_CLINIC: usize = 8;
const ANSWERS: usize = 32;
/// How many clinics are read whole at a time, to be compared.
const DIGESTS: usize = 2;
/// The least size of an answer that is packed, in bytes. Most answers say that there is no news: to pack one takes a thousand times its size in
/// memory, and a thousand desks ask at once.
const WORTH_PACKING: u16 = 1_024;
/// The longest a pull may wait, in seconds.
const MAX_WAIT: u64 = 30;
/// The most rows of a page of a whole table.
const SNAPSHOT_ROWS: usize = 10_000;
/// The most rows that are asked for by id.
const ROWS: usize = 1_000;

/// A hub: its database, who waits, what it counted. One pointer, as a desk that waits keeps some of them.
#[derive(Clone)]
pub struct Hub(Arc<Held>);

impl Deref for Hub {
    type Target = Held;

    fn deref(&self) -> &Held {
        &self.0
    }
}

/// What a hub holds.
#[derive(Clone)]
pub struct Held {
    pub(crate) database: Database,
    pub(crate) data_dir: Arc<FilePath>,
    pub(crate) blobs: BlobStore,
    pub(crate) live: Live,
    /// Whose push is read.
    readings: Rooms,
    /// Whose push has a connection.
    turns: Turns,
    answers: Rooms,
    digests: Arc<Semaphore>,
    digests_of: Turns,
    metrics: Arc<Metrics>,
    limits: Arc<Mutex<HashMap<Uuid, (Instant, u32)>>>,
    pub(crate) requests_per_minute: u32,
}

impl Hub {
    /// A hub on a database, its attachments in the data folder. It listens for what other hubs on the same database take in.
    pub fn new(database: Database, settings: &Settings) -> Self {
        let live = Live::default();
        tokio::spawn(live.clone().listen(database.clone()));
        let read = READ_AT_ONCE_OF_ALL.max(2 * database.most_connections());
        Self(Arc::new(Held {
            database,
            data_dir: settings.data_dir.as_path().into(),
            blobs: BlobStore::folder(&settings.data_dir),
            live,
            readings: Rooms::of("pushes", READ_AT_ONCE, read),
            turns: Turns::of(WRITTEN_AT_ONCE),
            answers: Rooms::of("large answers", ANSWERS_OF_A_CLINIC, ANSWERS),
            digests: Arc::new(Semaphore::new(DIGESTS)),
            digests_of: Turns::of(1),
            metrics: Arc::default(),
            limits: Arc::default(),
            requests_per_minute: settings.requests_per_minute,
        }))
    }

    /// Has it keep attachments elsewhere.
    #[must_use]
    pub fn with_blobs(self, blobs: BlobStore) -> Self {
        Self(Arc::new(Held { blobs, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The routes.
    pub fn router(self) -> Router {
        let counted = Arc::clone(&self.metrics);
        let sync = Router::new()
            .route("/push", post(push).layer(DefaultBodyLimit::max(MAX_BODY)))
            .route("/pull", get(pull))
            .route("/snapshot/{table}", get(snapshot))
            .route("/rows/{table}", post(rows))
            .route("/digest", get(digest))
            .route("/history/{table}/{id}", get(history));
        let in_time = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, STRANGERS_WITHIN);
        let small = (in_time, DefaultBodyLimit::max(MAX_BODY_OF_STRANGERS));
        let routes = Router::new()
            .route("/v1", get(info))
            .route("/v1/devices/enrol", post(enrol).layer(small))
            .route("/v1/devices/token", post(token).layer(small))
            .route("/v1/devices", get(devices))
            .route("/v1/devices/{id}/revoke", post(revoke))
            .route("/v1/devices/code", post(code))
            .nest("/v1/sync", sync)
            .route("/v1/blobs/{sha256}", get(blobs::get).head(blobs::head).put(blobs::put))
            .route("/v1/health", get(|| async { "ok" }))
            .route("/v1/ready", get(ready))
            .route("/metrics", get(metrics))
            .fallback(|| async { Problem::NotFound })
            .method_not_allowed_fallback(|| async { Problem::NotFound });
        layered(routes, counted).with_state(self)
    }

    /// Holds a desk to its number of requests a minute.
    pub(crate) fn limit(&self, device: Uuid) -> Result<(), Problem> {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if limits.len() > 100_000 {
            limits.retain(|_, (since, _)| now.duration_since(*since) < Duration::from_secs(60));
        }
        let (since, count) = limits.entry(device).or_insert((now, 0));
        if now.duration_since(*since) >= Duration::from_secs(60) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        let rest = Duration::from_secs(60).saturating_sub(now.duration_since(*since));
        if *count > self.requests_per_minute { Err(Problem::TooManyRequests(rest.as_secs() + 1)) } else { Ok(()) }
    }
}

/// Routes with what is done for all of them. One layer of all: each layer of its own would hold a box for every request that waits.
fn layered<S: Clone + Send + Sync + 'static>(routes: Router<S>, counted: Arc<Metrics>) -> Router<S> {
    routes.layer(
        ServiceBuilder::new()
            // Outermost: an answer that stands for a panic is counted, too.
            .map_response(move |response| count(&counted, told(response)))
            .map_request(asked::begin)
            .layer(CatchPanicLayer::custom(|_| Problem::Internal("a panic".to_owned()).into_response()))
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(MAX_WAIT + 90)))
            .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(WORTH_PACKING)))
            .layer(RequestDecompressionLayer::new())
            .layer(DefaultBodyLimit::max(MAX_SMALL_BODY)),
    )
}

fn count<B>(metrics: &Metrics, response: Response<B>) -> Response<B> {
    add(&metrics.requests, 1);
    if response.status().is_server_error() {
        add(&metrics.failures, 1);
    }
    response
}

/// Reads a body as JSON; what is wrong with it is told by place, never by value.
pub(crate) fn body<T: DeserializeOwned>(bytes: Received) -> Result<T, Problem> {
    read_by(bytes, |bytes| serde_json::from_slice(bytes))
}

fn read_by<T>(bytes: Received, read: impl FnOnce(&[u8]) -> serde_json::Result<T>) -> Result<T, Problem> {
    let bytes = bytes.map_err(|error| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::TooLarge
        } else {
            Problem::Malformed("the body cannot be read".to_owned())
        }
    })?;
    read(&bytes).map_err(|error| {
        Problem::Malformed(format!("the body is not what it should be at line {} column {}", error.line(), error.column()))
    })
}

type Received = Result<Bytes, axum::extract::rejection::BytesRejection>;

async fn info(State(hub): State<Hub>) -> Json<HubInfo> {
    let versions = hub.database.catalog.versions;
    Json(HubInfo {
        service: "petrel-hub".to_owned(),
        schema: versions.current,
        oldest_schema: versions.oldest(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

async fn enrol(State(hub): State<Hub>, bytes: Received) -> Result<Json<Enrolled>, Problem> {
    hub.database.is_known()?;
    let request: Enrol = body(bytes)?;
    Ok(Json(auth::enrol(&hub, &request).await?))
}

async fn token(State(hub): State<Hub>, bytes: Received) -> Result<Json<Tokens>, Problem> {
    hub.database.is_known()?;
    let request: Renew = body(bytes)?;
    Ok(Json(auth::renew(&hub, &request.refresh_token).await?))
}

async fn push(State(hub): State<Hub>, desk: Desk, request: Request) -> Result<Response, Problem> {
    let _reading = hub.readings.take(desk.clinic_id).await?;
    let received = read_by(received::in_time(request).await?, log::Received::read)?;
    hub.database.catalog.serves(received.push.schema)?;
    let _turn = hub.turns.take(desk.clinic_id).await?;
    let mut client = hub.database.client().await?;
    let pushed =
        log::append(&mut client, &hub.database.catalog, desk.clinic_id, desk.device_id, received, &hub.metrics, hub.database.now()).await?;
    hub.live.tell(desk.clinic_id, pushed.head);
    Ok(Json(pushed).into_response())
}

#[derive(Deserialize)]
struct PullQuery {
    after: i64,
    #[serde(default)]
    limit: Option<i64>,
    #[serde(default)]
    wait: u64,
}

async fn pull(
    State(hub): State<Hub>,
    desk: Desk,
    Spoken(schema): Spoken,
    query: Result<Query<PullQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::Malformed("after, limit and wait are numbers".to_owned()))?;
    let limit = query.limit.unwrap_or(5_000).clamp(1, 5_000);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(query.wait.min(MAX_WAIT));
    // Watched before the log is read: what comes in between wakes, too.
    let mut news = hub.live.watch(desk.clinic_id);
    news.mark_unchanged();
    let mut room = None;
    loop {
        // In a box of its own, which goes before the waiting: most desks wait most of the time, and would hold room for the reading meanwhile.
        let reading = Box::pin(async {
            hub.database.is_known()?;
            let mut client = hub.database.client().await?;
            log::page(&mut client, hub.database.catalog.earlier(schema), desk.clinic_id, query.after, limit, hub.database.now()).await
        });
        let (text, count) = reading.await?;
        let is_late = tokio::time::Instant::now() >= deadline || hub.live.is_stopping();
        if count > 0 || is_late {
            let is_large = text.len() > SMALL_ANSWER;
            if is_large && room.is_none() {
                room = hub.answers.try_take(desk.clinic_id);
                if room.is_none() {
                    // Nothing is held while it waits: the page is read again then.
                    drop(text);
                    room = Some(Box::pin(hub.answers.take(desk.clinic_id)).await?);
                    continue;
                }
            }
            Box::pin(seen(&hub, desk, schema, query.after)).await;
            add(&hub.metrics.transactions_read, count);
            let text = Bytes::from(text);
            let text = if let Some(room) = room.filter(|_| is_large) { room.carry(text) } else { text };
            return Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response());
        }
        drop(text);
        room = None;
        let _ = tokio::time::timeout_at(deadline, news.changed()).await;
    }
}

/// Notes that a desk was here, what it speaks, and how far it has read; at most twice a minute.
async fn seen(hub: &Hub, desk: Desk, schema: i32, after: i64) {
    let note = async {
        let mut client = hub.database.client().await?;
        let pg = clinic_transaction(&mut client, desk.clinic_id).await?;
        let sql = "UPDATE devices SET last_seen_at = now(), cursor_seq = greatest(cursor_seq, $3), schema_version = $4
                   WHERE clinic_id = $1 AND id = $2 AND last_seen_at < now() - interval '30 seconds'";
        let statement = pg.prepare_cached(sql).await?;
        // A number beyond any log is how a joining desk asks for the head.
        let after = if after == i64::MAX { 0 } else { after };
        pg.execute(&statement, &[&desk.clinic_id, &desk.device_id, &after, &schema]).await?;
        pg.commit().await?;
        Ok::<_, crate::db::DbError>(())
    };
    if let Err(error) = note.await {
        tracing::warn!(error = error.why(), clinic = %desk.clinic_id, device = %desk.device_id, "that a desk was here could not be noted");
    }
}

#[derive(Deserialize)]
struct SnapshotQuery {
    #[serde(default)]
    after_id: Option<Uuid>,
    #[serde(default)]
    limit: Option<usize>,
    /// Of the columns only those that came after this schema.
    #[serde(default)]
    since: i32,
}

async fn snapshot(
    State(hub): State<Hub>,
    desk: Desk,
    Spoken(schema): Spoken,
    Path(table): Path<String>,
    query: Result<Query<SnapshotQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::Malformed("after_id is an id, limit and since are numbers".to_owned()))?;
    let limit = query.limit.unwrap_or(SNAPSHOT_ROWS).clamp(1, SNAPSHOT_ROWS);
    let room = hub.answers.take(desk.clinic_id).await?;
    let mut client = hub.database.client().await?;
    let columns = hub.database.catalog.columns(&table, schema, query.since).ok_or(Problem::NotFound)?.join(",");
    let (page, limit) = log::snapshot(&mut client, desk.clinic_id, &table, &columns, query.after_id, limit).await?;
    let names = [HeaderName::from_static("petrel-columns"), HeaderName::from_static("petrel-rows-limit")];
    let [columns_name, limit_name] = names;
    let page = if page.len() > SMALL_ANSWER { room.carry(page) } else { page };
    let kind = (header::CONTENT_TYPE, "application/vnd.petrel.copy".to_owned());
    Ok(([kind, (columns_name, columns), (limit_name, limit.to_string())], page).into_response())
}

async fn rows(
    State(hub): State<Hub>,
    desk: Desk,
    Spoken(schema): Spoken,
    Path(table): Path<String>,
    bytes: Received,
) -> Result<Response, Problem> {
    let ids: Vec<Uuid> = body(bytes)?;
    if ids.len() > ROWS {
        return Err(Problem::TooLarge);
    }
    let room = hub.answers.take(desk.clinic_id).await?;
    let mut client = hub.database.client().await?;
    json_in(room, &log::rows(&mut client, hub.database.catalog.at(schema), desk.clinic_id, &table, &ids).await?)
}

/// An answer as JSON, in its room.
fn json_in<T: Serialize>(room: Room, answer: &T) -> Result<Response, Problem> {
    let text = Bytes::from(serde_json::to_vec(answer).map_err(|error| Problem::Internal(error.to_string()))?);
    let text = if text.len() > SMALL_ANSWER { room.carry(text) } else { text };
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

async fn digest(State(hub): State<Hub>, desk: Desk, Spoken(schema): Spoken) -> Result<Response, Problem> {
    let away = || Problem::Away("too many comparisons at once".to_owned());
    // One of a clinic at a time: its desks must not keep those of others from comparing.
    let _mine = hub.digests_of.try_take(desk.clinic_id).ok_or_else(away)?;
    let _turn = hub.digests.try_acquire().map_err(|_| away())?;
    let mut client = hub.database.client().await?;
    Ok(Json(log::digest(&mut client, hub.database.catalog.at(schema), desk.clinic_id).await?).into_response())
}

#[derive(Deserialize)]
struct HistoryQuery {
    /// The number of an entry of the row: those before it are asked for.
    #[serde(default)]
    before: Option<i64>,
}

/// How many of the routes that are asked something behind a `?` understand an address.
pub(crate) fn understood(uri: &Uri) -> usize {
    let pull = Query::<PullQuery>::try_from_uri(uri).is_ok();
    let snapshot = Query::<SnapshotQuery>::try_from_uri(uri).is_ok();
    [pull, snapshot, Query::<HistoryQuery>::try_from_uri(uri).is_ok()].into_iter().filter(|is_understood| *is_understood).count()
}

async fn history(
    State(hub): State<Hub>,
    desk: Desk,
    Spoken(schema): Spoken,
    Path((table, id)): Path<(String, String)>,
    query: Result<Query<HistoryQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::Malformed("before is a number".to_owned()))?;
    let id = Uuid::parse_str(&id).map_err(|_| Problem::NotFound)?;
    let room = hub.answers.take(desk.clinic_id).await?;
    let mut client = hub.database.client().await?;
    json_in(room, &log::history(&mut client, hub.database.catalog.at(schema), desk.clinic_id, &table, id, query.before).await?)
}

async fn devices(State(hub): State<Hub>, desk: Desk) -> Result<Json<Vec<HubDevice>>, Problem> {
    let mut client = hub.database.client().await?;
    let pg = clinic_transaction(&mut client, desk.clinic_id).await?;
    let sql = "SELECT id, name, platform, created_at, last_seen_at, revoked_at FROM devices WHERE clinic_id = $1 ORDER BY created_at";
    let at = |row: &Row, place: usize| {
        row.try_get::<_, Option<chrono::DateTime<chrono::Utc>>>(place).map(|at| at.map(|at| Millis(at.timestamp_millis())))
    };
    let mut devices = Vec::new();
    for row in pg.query(sql, &[&desk.clinic_id]).await? {
        let id: Uuid = row.try_get(0)?;
        devices.push(HubDevice {
            id,
            name: row.try_get(1)?,
            platform: row.try_get(2)?,
            created_at: at(&row, 3)?.unwrap_or(Millis(0)),
            last_seen_at: at(&row, 4)?,
            revoked_at: at(&row, 5)?,
            is_this: id == desk.device_id,
        });
    }
    pg.commit().await?;
    Ok(Json(devices))
}

/// A desk locks another out. Who may is asked at the desk, in the core; the hub knows desks, not people.
async fn revoke(State(hub): State<Hub>, desk: Desk, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id = Uuid::parse_str(&id).map_err(|_| Problem::NotFound)?;
    let mut client = hub.database.client().await?;
    let pg = clinic_transaction(&mut client, desk.clinic_id).await?;
    let is_known = crate::admin::lock_out(&pg, desk.clinic_id, id).await?;
    pg.commit().await?;
    if is_known { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}

/// A code for one more desk.
async fn code(State(hub): State<Hub>, desk: Desk) -> Result<Json<NewCode>, Problem> {
    let (code, expires_at) = crate::admin::new_code(&hub.database, desk.clinic_id).await?;
    Ok(Json(NewCode { code, expires_at: Millis(expires_at.timestamp_millis()) }))
}

async fn ready(State(hub): State<Hub>) -> Result<&'static str, Problem> {
    hub.database.is_known()?;
    let client = hub.database.client().await?;
    client.query_one("SELECT 1 FROM pg_class WHERE relname = 'log_heads'", &[]).await?;
    Ok("ready")
}

async fn metrics(State(hub): State<Hub>) -> String {
    let (connections, free) = hub.database.connections();
    format!(
        "{}# TYPE petrel_waiting_desks gauge\npetrel_waiting_desks {}\n# TYPE petrel_large_answers gauge\npetrel_large_answers {}\n# TYPE petrel_pushes_held gauge\npetrel_pushes_held {}\n# TYPE petrel_connections gauge\npetrel_connections {connections}\n# TYPE petrel_connections_free gauge\npetrel_connections_free {free}\n",
        hub.metrics.text(),
        hub.live.waiting(),
        hub.answers.taken(),
        hub.readings.taken(),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use tower::Service;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_and_is_counted() {
        async fn panics() -> StatusCode {
            panic!("as a fault of the program would")
        }
        let metrics = Arc::<Metrics>::default();
        let mut routes = layered(Router::<()>::new().route("/", get(panics)), Arc::clone(&metrics));
        let answer = routes.call(Request::new(axum::body::Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        assert_eq!((read(&metrics.requests), read(&metrics.failures)), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_told_as_a_problem_with_when_to_come_again() {
        let routes = Router::<()>::new().route("/", get(std::future::pending::<StatusCode>));
        let mut routes = layered(routes, Arc::default());
        let answer = routes.call(Request::new(axum::body::Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "2");
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let problem: petrel_domain::replication::Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!((problem.kind.as_str(), problem.status), ("urn:petrel:problem:busy", 503));
    }
}

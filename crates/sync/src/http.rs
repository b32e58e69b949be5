//! The hub over HTTP: JSON, zstd both ways, tokens renewed before they run out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use petrel_domain::replication::{
    Columns, Enrol, Enrolled, History, HubDevice, HubInfo, MAX_BODY, NewCode, Problem, Pulled, Push, Pushed, Renew, Tokens, VERSIONS,
    Versions,
};
use petrel_domain::{Clock, Millis, SystemClock};
use petrel_store::may_die;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

use crate::engine::PUSH_BYTES;
use crate::hub::{Digest, Hub, HubError, Parcel, SnapshotPage};

/// How long before its end an access token is renewed, in milliseconds.
const RENEW_BEFORE: i64 = 60_000;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may take beyond what it was allowed to wait.
const ANSWER: Duration = Duration::from_secs(60);
/// How much longer the answer to a push may take for so many bytes of it, a second each, and how much longer at the most: a hub reads a body for little more
/// than a minute.
const SENT_A_SECOND: usize = 16 << 10;
const SENDING: Duration = Duration::from_secs(60);
/// The fewest bytes, as they lie in the outbox, that a push is limited to. On a line that brings less than these in half a minute, hardly anything works.
const LEAST_BYTES: usize = 64 << 10;
/// Bodies of at least this many bytes are compressed.
const COMPRESS_FROM: usize = 1024;

/// Told of every new pair of tokens before it is used.
type KeepTokens = Box<dyn Fn(&Tokens) -> Result<(), HubError> + Send + Sync>;

/// A hub at an address.
pub struct HttpHub {
    client: Client,
    base: Url,
    tokens: Mutex<Option<Tokens>>,
    keep: KeepTokens,
    versions: Versions,
    /// The most bytes of one push.
    most_bytes: AtomicUsize,
    clock: Arc<dyn Clock>,
}

impl HttpHub {
    /// A hub at `address`, with what opens its door.
    ///
    /// # Errors
    /// `NotAHub` where the address is none: HTTPS, or plain HTTP on this computer alone.
    pub fn new(address: &str, tokens: Option<Tokens>, keep: KeepTokens) -> Result<Self, HubError> {
        let base = read_address(address)?;
        let client = Client::builder().connect_timeout(CONNECT).user_agent(concat!("petrel/", env!("CARGO_PKG_VERSION")));
        let client =
            client.redirect(reqwest::redirect::Policy::none()).build().map_err(|error| HubError::Unreachable(error.to_string()))?;
        let clock = Arc::new(SystemClock);
        Ok(Self { client, base, tokens: Mutex::new(tokens), keep, versions: VERSIONS, most_bytes: AtomicUsize::new(PUSH_BYTES), clock })
    }

    /// The same hub, for a program that knows other schemas: for tests of older and newer ones.
    #[doc(hidden)]
    #[must_use]
    pub fn speaking(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// The same hub, for a computer with another clock: for tests of one that is wrong.
    #[doc(hidden)]
    #[must_use]
    pub fn by_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The schema, as every request says it.
    fn schema(&self) -> (&'static str, String) {
        ("schema", self.versions.current.to_string())
    }

    /// What answers at the address.
    ///
    /// # Errors
    /// `NotAHub` where it is none; what the network says.
    pub async fn info(&self) -> Result<HubInfo, HubError> {
        let info: HubInfo = self.read(self.request(Method::GET, "v1", &[]).timeout(CONNECT)).await?;
        if info.service == "petrel-hub" { Ok(info) } else { Err(HubError::NotAHub(info.service)) }
    }

    /// Lets this desk in by a code.
    ///
    /// # Errors
    /// `BadCode`, `TooManyDesks`, `HubTooOld`, `DeskTooOld`; what the network says.
    pub async fn enrol(&self, code: &str, name: &str, platform: &str) -> Result<Enrolled, HubError> {
        let enrol = Enrol { code: code.to_owned(), name: name.to_owned(), platform: platform.to_owned(), schema: self.versions.current };
        let enrolled: Enrolled = self.read(json(self.request(Method::POST, "v1/devices/enrol", &[]), &enrol)?.timeout(ANSWER)).await?;
        *self.tokens.lock().await = Some(enrolled.tokens.clone());
        Ok(enrolled)
    }

    /// The desks of the clinic, those that were locked out among them.
    ///
    /// # Errors
    /// The hub's.
    pub async fn devices(&self) -> Result<Vec<HubDevice>, HubError> {
        decode(self.send(|| Ok(self.request(Method::GET, "v1/devices", &[])), ANSWER).await?).await
    }

    /// Locks a desk of the clinic out: it is refused at its next request.
    ///
    /// # Errors
    /// The hub's; `Problem` where there is no such desk.
    pub async fn revoke(&self, device: Uuid) -> Result<(), HubError> {
        let path = format!("v1/devices/{device}/revoke");
        self.send(|| Ok(self.request(Method::POST, &path, &[])), ANSWER).await.map(drop)
    }

    /// A code that lets one more desk in.
    ///
    /// # Errors
    /// The hub's.
    pub async fn new_code(&self) -> Result<NewCode, HubError> {
        decode(self.send(|| Ok(self.request(Method::POST, "v1/devices/code", &[])), ANSWER).await?).await
    }

    /// What happened to a row, the newest first; with `before`, what is older than that number of the log.
    ///
    /// # Errors
    /// The hub's; `Problem` where there is no such row.
    pub async fn history(&self, table: &str, id: Uuid, before: Option<i64>) -> Result<History, HubError> {
        let path = format!("v1/sync/history/{table}/{id}");
        let query: Vec<_> = std::iter::once(self.schema()).chain(before.map(|seq| ("before", seq.to_string()))).collect();
        decode(self.send(|| Ok(self.request(Method::GET, &path, &query)), ANSWER).await?).await
    }

    /// What opens the door now.
    pub async fn tokens(&self) -> Option<Tokens> {
        self.tokens.lock().await.clone()
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, String)]) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", url.path()));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.client.request(method, url)
    }

    /// The access token, renewed where it has run out or soon will.
    async fn access(&self, refused: Option<&str>) -> Result<String, HubError> {
        let mut tokens = self.tokens.lock().await;
        let now = self.clock.now();
        let held = tokens.as_ref().ok_or(HubError::NotKnown)?;
        let is_good = held.access_expires_at.0 > now.0 + RENEW_BEFORE && refused != Some(held.access_token.as_str());
        if is_good {
            return Ok(held.access_token.clone());
        }
        let renew = Renew { refresh_token: held.refresh_token.clone() };
        let mut fresh: Tokens = self.read(json(self.request(Method::POST, "v1/devices/token", &[]), &renew)?.timeout(ANSWER)).await?;
        // The hub tells the end by its own clock; this computer's may be a year off. What counts is how long the token lives.
        let lives = 600_000;
        if (fresh.access_expires_at.0 - now.0 - lives).abs() > RENEW_BEFORE {
            fresh.access_expires_at = Millis(now.0 + lives);
        }
        may_die("tokens-answered");
        // Kept before it is used: the old pair stays good until then, so a crash between the two locks nobody out.
        (self.keep)(&fresh)?;
        let access = fresh.access_token.clone();
        *tokens = Some(fresh);
        Ok(access)
    }

    /// Sends with the desk's token; where that is refused, once more with a new one.
    async fn send(&self, make: impl Fn() -> Result<RequestBuilder, HubError>, timeout: Duration) -> Result<Response, HubError> {
        let access = self.access(None).await?;
        let response = answer(make()?.bearer_auth(&access).timeout(timeout)).await;
        match response {
            Err(HubError::NotKnown) => {
                let access = self.access(Some(&access)).await?;
                answer(make()?.bearer_auth(&access).timeout(timeout)).await
            }
            response => response,
        }
    }

    /// Notes what became of a push of so many bytes over the wire, and so many before it was packed. One that is long and did not get through would not the
    /// next time, either, where the line is too slow for it or a proxy takes no more: the next has half as much. What gets through allows for twice as much
    /// where it came near to what is allowed: a small one says nothing of large ones.
    fn note_push(&self, pushed: &Result<Pushed, HubError>, bytes: usize, unpacked: usize) {
        let most = self.most_bytes.load(Ordering::Relaxed);
        let most = match pushed {
            Ok(_) if unpacked >= most / 2 => (most * 2).min(PUSH_BYTES),
            Err(HubError::Unreachable(_) | HubError::Busy(_)) if bytes >= LEAST_BYTES => (most / 2).max(LEAST_BYTES),
            // It is certain that this was too large: half of what may be sent could be the same again.
            Err(HubError::ProxyLimit) if bytes >= LEAST_BYTES => (most.min(unpacked) / 2).max(LEAST_BYTES),
            _ => return,
        };
        self.most_bytes.store(most, Ordering::Relaxed);
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, HubError> {
        decode(answer(request.header(ACCEPT, "application/json")).await?).await
    }
}

impl Hub for HttpHub {
    fn versions(&self) -> Versions {
        self.versions
    }

    fn pack(push: Push) -> Result<Parcel, HubError> {
        let (body, encoding, unpacked) = packed(&push)?;
        Ok(Parcel::Packed(body, encoding, unpacked))
    }

    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        let (body, encoding, unpacked) = match parcel {
            Parcel::Packed(body, encoding, unpacked) => (body.clone(), *encoding, *unpacked),
            Parcel::Open(push) => packed(push)?,
        };
        let make = || {
            let request = self.request(Method::POST, "v1/sync/push", &[]).header(CONTENT_TYPE, "application/json").body(body.clone());
            Ok(encoding.into_iter().fold(request, |request, encoding| request.header(CONTENT_ENCODING, encoding)))
        };
        let sending = Duration::from_secs((body.len() / SENT_A_SECOND) as u64).min(SENDING);
        let answer = async { decode(self.send(make, ANSWER + sending).await?).await };
        let pushed = answer.await;
        self.note_push(&pushed, body.len(), unpacked);
        pushed
    }

    fn most_bytes(&self) -> usize {
        self.most_bytes.load(Ordering::Relaxed)
    }

    async fn pull(&self, after: i64, wait: u32) -> Result<Pulled, HubError> {
        let query = [("after", after.to_string()), ("wait", wait.to_string()), self.schema()];
        let timeout = ANSWER + Duration::from_secs(wait.into());
        decode(self.send(|| Ok(self.request(Method::GET, "v1/sync/pull", &query)), timeout).await?).await
    }

    async fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> Result<SnapshotPage, HubError> {
        let mut query = vec![self.schema()];
        if since > 0 {
            query.push(("since", since.to_string()));
        }
        query.extend(after.map(|after| ("after_id", after.to_string())));
        let path = format!("v1/sync/snapshot/{table}");
        let response = self.send(|| Ok(self.request(Method::GET, &path, &query)), ANSWER).await?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let columns = header("petrel-columns").ok_or_else(|| HubError::NotAHub("a table without columns".to_owned()))?;
        let limit = header("petrel-rows-limit").and_then(|limit| limit.parse::<usize>().ok()).unwrap_or(0);
        let rows = response.bytes().await.map_err(unreachable)?;
        // A page that is cut short counts as one that goes on: whoever reads it finds the cut.
        let outline = petrel_store::outline_copy(&rows);
        let is_last = outline.is_some_and(|outline| outline.rows < limit.max(1));
        let last_id = outline.and_then(|outline| outline.last_id);
        Ok(SnapshotPage { columns: columns.split(',').map(str::to_owned).collect(), rows, last_id, is_last })
    }

    async fn rows(&self, table: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        let query = [self.schema()];
        let make = || json(self.request(Method::POST, &format!("v1/sync/rows/{table}"), &query), &ids);
        decode(self.send(make, ANSWER).await?).await
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        let query = [self.schema()];
        decode(self.send(|| Ok(self.request(Method::GET, "v1/sync/digest", &query)), ANSWER).await?).await
    }
}

/// A batch as it goes over the wire, its encoding, where it has one, and the bytes it had before.
fn packed(push: &Push) -> Result<(bytes::Bytes, Option<&'static str>, usize), HubError> {
    let body = serde_json::to_vec(push).map_err(|error| HubError::Problem(error.to_string()))?;
    // A hub that is sent more does not read it to its end, and its words may be lost with the connection.
    if body.len() > MAX_BODY {
        return Err(HubError::TooLarge);
    }
    let unpacked = body.len();
    if unpacked < COMPRESS_FROM {
        return Ok((body.into(), None, unpacked));
    }
    let compressed = zstd::bulk::compress(&body, 1).map_err(|error| HubError::Problem(error.to_string()))?;
    Ok((compressed.into(), Some("zstd"), unpacked))
}

fn json<T: serde::Serialize>(request: RequestBuilder, body: &T) -> Result<RequestBuilder, HubError> {
    let body = serde_json::to_vec(body).map_err(|error| HubError::Problem(error.to_string()))?;
    Ok(request.header(CONTENT_TYPE, "application/json").body(body))
}

/// An address as people type it: without a scheme it is HTTPS; plain HTTP goes no farther than this computer.
fn read_address(address: &str) -> Result<Url, HubError> {
    let address = address.trim();
    let with_scheme = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let mut url = Url::parse(&with_scheme).map_err(|error| HubError::NotAHub(error.to_string()))?;
    let is_here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if !(url.scheme() == "https" || (url.scheme() == "http" && is_here)) || url.host().is_none() {
        return Err(HubError::NotAHub("the address is no https address".to_owned()));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

async fn answer(request: RequestBuilder) -> Result<Response, HubError> {
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
    if !is_problem {
        return Err(match status {
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                HubError::Busy(retry_after)
            }
            // The hub says it in words of its own: this is a proxy's.
            StatusCode::PAYLOAD_TOO_LARGE => HubError::ProxyLimit,
            _ => HubError::NotAHub(format!("status {status}")),
        });
    }
    let problem: Problem = decode(response).await?;
    Err(match problem.kind.strip_prefix("urn:petrel:problem:").unwrap_or(&problem.kind) {
        "unauthorized" => HubError::NotKnown,
        "revoked" => HubError::Revoked,
        "bad-code" => HubError::BadCode,
        "behind-horizon" if problem.left_out.is_empty() => HubError::BehindHorizon,
        "behind-horizon" => HubError::PutBack(problem.left_out),
        "rewound" => HubError::Rewound,
        "too-early" => HubError::TooEarly,
        "too-large" => HubError::TooLarge,
        "other-clinic" => HubError::OtherClinic,
        "too-many-desks" => HubError::TooManyDesks,
        "hub-too-old" => HubError::HubTooOld,
        "desk-too-old" => HubError::DeskTooOld,
        // As hubs before said it.
        "busy" | "too-many-tries" => HubError::Busy(retry_after),
        other => HubError::Problem(other.to_owned()),
    })
}

async fn decode<T: DeserializeOwned>(response: Response) -> Result<T, HubError> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let body = response.bytes().await.map_err(unreachable)?;
    if !kind.contains("json") {
        return Err(HubError::NotAHub(format!("it answers {}", if kind.is_empty() { "nothing that is known" } else { &kind })));
    }
    parse(&body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, HubError> {
    // An answer that says its length and is whole, and yet is none of ours, will not be better the next time; one that was cut short will.
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() { HubError::Unreachable("the answer was cut short".to_owned()) } else { HubError::NotAHub(error.to_string()) }
    })
}

/// What reads bytes of strangers, by itself: for fuzzing.
#[doc(hidden)]
pub mod decoders {
    use super::{Columns, Digest, Enrolled, History, HubDevice, HubInfo, NewCode, Problem, Pulled, Pushed, Tokens, Uuid, parse};

    /// A page of the log.
    pub fn pulled(bytes: &[u8]) -> Option<Pulled> {
        parse(bytes).ok()
    }

    /// What became of a push.
    pub fn pushed(bytes: &[u8]) -> Option<Pushed> {
        parse(bytes).ok()
    }

    /// A desk was let in.
    pub fn enrolled(bytes: &[u8]) -> Option<Enrolled> {
        parse(bytes).ok()
    }

    /// The next pair of tokens.
    pub fn tokens(bytes: &[u8]) -> Option<Tokens> {
        parse(bytes).ok()
    }

    /// What happened to a row.
    pub fn history(bytes: &[u8]) -> Option<History> {
        parse(bytes).ok()
    }

    /// The desks of a clinic.
    pub fn devices(bytes: &[u8]) -> Option<Vec<HubDevice>> {
        parse(bytes).ok()
    }

    /// A code for one more desk.
    pub fn code(bytes: &[u8]) -> Option<NewCode> {
        parse(bytes).ok()
    }

    /// What answers at an address.
    pub fn info(bytes: &[u8]) -> Option<HubInfo> {
        parse(bytes).ok()
    }

    /// Why not.
    pub fn problem(bytes: &[u8]) -> Option<Problem> {
        parse(bytes).ok()
    }

    /// Rows as they stand.
    pub fn rows(bytes: &[u8]) -> Option<Vec<(Uuid, Option<Columns>)>> {
        parse(bytes).ok()
    }

    /// Counts and hashes of the hub's tables.
    pub fn digest(bytes: &[u8]) -> Option<Digest> {
        parse(bytes).ok()
    }
}

/// What the network says, without the address (it may hold what is nobody's business).
fn unreachable(error: reqwest::Error) -> HubError {
    let error = error.without_url();
    let is_certificate = blames_certificate(&error);
    let mut causes = vec![error.to_string()];
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    let text = causes.join(": ");
    if is_certificate { HubError::Certificate(text) } else { HubError::Unreachable(text) }
}

/// Whether it is the other side's certificate that does not hold.
fn blames_certificate(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // What an error of the system wraps is not its source, but itself.
        cause = match error.downcast_ref::<std::io::Error>() {
            Some(wrapping) => wrapping.get_ref().map(|wrapped| wrapped as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_halves_a_push_and_only_what_is_as_large_as_may_be_doubles_it() {
        let hub = HttpHub::new("http://127.0.0.1:1", None, Box::new(|_| Ok(()))).unwrap();
        let after = |pushed: Result<(), HubError>, bytes, unpacked| {
            let pushed = pushed.map(|()| Pushed { results: Vec::new(), head: 0, now: Millis(0) });
            hub.note_push(&pushed, bytes, unpacked);
            hub.most_bytes()
        };
        let large = 1 << 20;
        assert_eq!(
            after(Err(HubError::ProxyLimit), large / 2, large),
            large / 2,
            "half of what was too large, not of what might have been"
        );
        assert_eq!(after(Ok(()), 1 << 10, large / 4 - 1), large / 2, "a small one says nothing");
        assert_eq!(after(Err(HubError::Unreachable(String::new())), LEAST_BYTES, LEAST_BYTES), large / 4);
        assert_eq!(after(Ok(()), 1 << 10, large / 8), large / 2);
        assert_eq!(after(Err(HubError::ProxyLimit), LEAST_BYTES, LEAST_BYTES), LEAST_BYTES, "and no less");
        assert_eq!(after(Err(HubError::TooLarge), large, large), LEAST_BYTES);
    }

    #[test]
    fn addresses_are_read_as_people_type_them_and_plain_http_stays_here() {
        for (typed, read) in [
            ("hub.example.com", "https://hub.example.com/"),
            (" https://hub.example.com/petrel?x=1#y ", "https://hub.example.com/petrel/"),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/"),
            ("http://localhost:4000/", "http://localhost:4000/"),
        ] {
            assert_eq!(read_address(typed).unwrap().as_str(), read);
        }
        for bad in ["", "http://hub.example.com", "ftp://hub.example.com", "https://", "file:///etc/passwd", "http://10.0.0.1"] {
            assert!(matches!(read_address(bad), Err(HubError::NotAHub(_))), "{bad}");
        }
    }
}

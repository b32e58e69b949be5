//! A bad line: a proxy that delays, cuts and repeats what passes between a desk and its hub, as it is told.
//!
//! It takes one request a connection, so that a request and its answer are bytes with an end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What becomes of a request and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Both arrive.
    Pass,
    /// Both arrive, later.
    Delay(Duration),
    /// The request never arrives.
    LoseRequest,
    /// The request arrives, its answer never does.
    LoseAnswer,
    /// So many thousandths of the answer's bytes arrive, its head counted.
    CutAnswer(u16),
    /// The request arrives twice; the answer to the second one is delivered.
    Repeat,
}

/// Decides by what is asked for, and how often that was asked before.
type Policy = Box<dyn FnMut(&str, usize) -> Treatment + Send>;

struct Plan {
    page_rows: Option<usize>,
    policy: Policy,
    asked: BTreeMap<String, usize>,
}

/// A line to a hub. It is gone when it is dropped.
pub struct Proxy {
    /// The address at this end.
    pub url: String,
    plan: Arc<Mutex<Plan>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// A line that lets everything through.
    ///
    /// # Errors
    /// What the system says.
    pub async fn start(hub: &str) -> Result<Self> {
        let upstream = hub.strip_prefix("http://").context("a hub on plain HTTP")?.trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let plan = Plan { page_rows: None, policy: Box::new(|_, _| Treatment::Pass), asked: BTreeMap::new() };
        let plan = Arc::new(Mutex::new(plan));
        let shared = Arc::clone(&plan);
        let task = tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                let (upstream, plan) = (upstream.clone(), Arc::clone(&shared));
                // A line that breaks is what this is for.
                tokio::spawn(async move { carry(desk, &upstream, &plan).await.unwrap_or_default() });
            }
        });
        Ok(Self { url, plan, task })
    }

    /// Has pages of whole tables hold so many rows at the most.
    pub fn limit_pages(&self, rows: usize) {
        lock(&self.plan).page_rows = Some(rows);
    }

    /// Treats what comes as `policy` says: it is told the path with its query, and how often that was asked for before.
    pub fn treat(&self, policy: impl FnMut(&str, usize) -> Treatment + Send + 'static) {
        lock(&self.plan).policy = Box::new(policy);
    }

    /// What was asked for since the last time, with how often.
    pub fn take_asked(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut lock(&self.plan).asked)
    }
}

async fn carry(mut desk: TcpStream, upstream: &str, plan: &Mutex<Plan>) -> Result<()> {
    let Some(Request { target, bytes }) = read_request(&mut desk, plan).await? else { return Ok(()) };
    let treatment = {
        let mut plan = lock(plan);
        let before = plan.asked.entry(target.clone()).or_default();
        let times = *before;
        *before += 1;
        (plan.policy)(&target, times)
    };
    match treatment {
        Treatment::LoseRequest => return Ok(()),
        Treatment::Delay(pause) => tokio::time::sleep(pause).await,
        Treatment::Repeat => drop(exchange(upstream, &bytes).await?),
        _ => {}
    }
    let answer = exchange(upstream, &bytes).await?;
    let arrives = match treatment {
        Treatment::LoseAnswer => 0,
        Treatment::CutAnswer(thousandths) => answer.len() * usize::from(thousandths) / 1000,
        _ => answer.len(),
    };
    desk.write_all(&answer[..arrives]).await?;
    desk.shutdown().await?;
    Ok(())
}

async fn exchange(upstream: &str, request: &[u8]) -> Result<Vec<u8>> {
    let mut hub = TcpStream::connect(upstream).await?;
    hub.write_all(request).await?;
    let mut answer = Vec::new();
    // A hub that dies in the middle leaves half an answer.
    let _ = hub.read_to_end(&mut answer).await;
    Ok(answer)
}

struct Request {
    target: String,
    bytes: Vec<u8>,
}

/// Reads a whole request, asks for smaller pages where that is wished, and says that the connection ends with it.
async fn read_request(desk: &mut TcpStream, plan: &Mutex<Plan>) -> Result<Option<Request>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if desk.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec())?;
    let (line, headers) = head.split_once("\r\n").context("a request line")?;
    let mut words = line.split(' ');
    let (Some(method), Some(asked)) = (words.next(), words.next()) else { return Ok(None) };
    let length = headers.lines().find_map(|header| {
        let (name, value) = header.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    while bytes.len() < end + length.unwrap_or(0) {
        if desk.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    let rows = lock(plan).page_rows.filter(|_| asked.starts_with("/v1/sync/snapshot/"));
    let limit = rows.map(|rows| format!("&limit={rows}")).unwrap_or_default();
    let mut request = format!("{method} {asked}{limit} HTTP/1.1\r\nconnection: close\r\n").into_bytes();
    request.extend(&bytes[line.len() + 2..]);
    Ok(Some(Request { target: asked.to_owned(), bytes: request }))
}

//! Connections: how they are taken in, and what each may hold while it waits.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use futures_util::FutureExt;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::time::{Instant, Sleep};

use crate::asked;
use crate::routes::Hub;

/// How long a connection may take to say what it wants, from its start or from the answer before; after that it is closed. Longer than desks keep
/// one that they do not use (90 seconds), so that none is closed in the moment in which it is used again.
const SAYS_WHAT_WITHIN: Duration = Duration::from_secs(120);

/// How long a connection may take for so many bytes of an answer, where there are as many; after that it is closed. Slower than any line on which a desk
/// has its answers before it gives them up.
const TAKES_WITHIN: Duration = Duration::from_secs(30);
const TAKES: usize = 64 << 10;
/// How long it may take for one answer in all: two minutes, and a second more for so many bytes that it has taken. At that pace alone, an answer of 18 MB
/// would hold its room for hours, and a few desks that do so the room of all. A line of 2 Mbit/s takes it in 72 seconds, and the largest attachment in less
/// than five minutes of the nineteen that it has.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
const TAKES_A_SECOND: usize = 64 << 10;

/// Listens and serves until `stop` is done; requests under way are finished, and desks that wait for news are answered that there is none.
///
/// What a waiting desk costs decides how many a hub can hold, so the connections are hyper's own and not `axum::serve`'s, which cannot be told any of this:
/// HTTP/1.1 alone (proxies speak it to what stands behind them), and nothing is read while a request is answered. To notice at once that a desk
/// went away, hyper would keep 8 kB a connection to read into; so a desk that went away is noticed when its answer is sent, at the latest when its waiting ends.
pub async fn serve(hub: Hub, mut listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) {
    let live = hub.live.clone();
    // Its state is given once: of a router without, each connection would make a copy of every route.
    let router = hub.router().with_state::<()>(());
    let mut http = http1::Builder::new();
    http.half_close(true).timer(TokioTimer::new()).header_read_timeout(SAYS_WHAT_WITHIN);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, _) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        let connection =
            connections.watch(http.serve_connection(TokioIo::new(Taken::new(stream)), TowerToHyperService::new(router.clone())));
        // No block that waits for it: that would hold room for the connection twice, where it is kept and where it is waited for.
        tokio::spawn(asked::of_connection(connection.map(|ended| {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
        })));
    }
    drop(listener);
    live.stop();
    connections.shutdown().await;
}

/// A connection that is given up when who is at its other end takes nothing: an answer would be held for them for ever.
struct Taken<S> {
    stream: S,
    /// Until when enough must have been taken, while something waits to be.
    until: Option<Pin<Box<Sleep>>>,
    taken: usize,
    /// Since when somebody has been waited for with this answer, and how much of it was taken.
    since: Option<Instant>,
    of_answer: usize,
    is_all_taken: bool,
}

impl<S> Taken<S> {
    fn new(stream: S) -> Self {
        Self { stream, until: None, taken: 0, since: None, of_answer: 0, is_all_taken: true }
    }

    fn note<T>(&mut self, context: &mut Context<'_>, taken: Poll<io::Result<T>>, bytes: impl Fn(&T) -> usize) -> Poll<io::Result<T>> {
        match taken {
            Poll::Ready(Ok(done)) => {
                self.taken += bytes(&done);
                self.of_answer += bytes(&done);
                if self.taken >= TAKES {
                    self.rest();
                }
                Poll::Ready(Ok(done))
            }
            Poll::Pending => {
                let (since, of_answer) = (*self.since.get_or_insert_with(Instant::now), self.of_answer);
                let until = self.until.get_or_insert_with(|| {
                    let more = Duration::from_secs((of_answer / TAKES_A_SECOND) as u64);
                    Box::pin(tokio::time::sleep_until((Instant::now() + TAKES_WITHIN).min(since + ANSWER_WITHIN + more)))
                });
                until.as_mut().poll(context).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "nobody takes the answer")))
            }
            failed => failed,
        }
    }

    fn rest(&mut self) {
        (self.until, self.taken) = (None, 0);
    }

    /// All that there was so far is taken. There may be more of the same answer: it is over when the next request is waited for.
    fn note_all_taken(&mut self) {
        self.rest();
        self.is_all_taken = true;
    }

    fn note_question(&mut self) {
        if self.is_all_taken {
            (self.since, self.of_answer) = (None, 0);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taken<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.note_question();
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taken<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_all_taken = false;
        let taken = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note(context, taken, |bytes| *bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.is_all_taken = false;
        let taken = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.note(context, taken, |bytes| *bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        let flushed = self.note(context, flushed, |()| 0);
        if flushed.is_ready() {
            self.note_all_taken();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.note(context, shut, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// By bytes enough each half a minute, and at no pace at which it would come to its end.
    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_taken_for_hours_is_given_up_and_many_that_are_taken_soon_are_not() {
        let (hub, mut desk) = tokio::io::duplex(TAKES);
        let mut hub = Taken::new(hub);
        let part = vec![b'x'; TAKES];
        let takes = async |desk: &mut tokio::io::DuplexStream, within: Duration| {
            tokio::time::sleep(within).await;
            desk.read_exact(&mut vec![0; TAKES]).await.unwrap();
        };
        // One question after another, for longer than one answer may take.
        for _ in 0..20 {
            desk.write_all(b"?").await.unwrap();
            hub.read_exact(&mut [0]).await.unwrap();
            let answers = async {
                for _ in 0..2 {
                    hub.write_all(&part).await.unwrap();
                    hub.flush().await.unwrap();
                }
            };
            let takes = async {
                takes(&mut desk, TAKES_WITHIN / 2).await;
                takes(&mut desk, Duration::ZERO).await;
            };
            tokio::join!(answers, takes);
        }
        let begun = Instant::now();
        let answers = async {
            loop {
                // As what is packed goes out: part by part, each to its end.
                hub.write_all(&part).await?;
                hub.flush().await?;
            }
        };
        let takes = async {
            loop {
                takes(&mut desk, TAKES_WITHIN / 2).await;
            }
        };
        let ended: io::Result<()> = tokio::select! {
            ended = answers => ended,
            () = takes => unreachable!("it is without end"),
        };
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() < ANSWER_WITHIN * 2);
    }

    /// A slow line, of 2 Mbit/s, has the largest page of a table.
    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_large_is_taken_to_its_end() {
        const A_SECOND: usize = 250_000;
        let (hub, mut desk) = tokio::io::duplex(TAKES);
        let mut hub = Taken::new(hub);
        let answer = vec![b'x'; 64 << 20];
        let takes = async {
            let mut all = vec![0; answer.len()];
            for part in all.chunks_mut(A_SECOND) {
                tokio::time::sleep(Duration::from_secs(1)).await;
                desk.read_exact(part).await.unwrap();
            }
        };
        let writes = async {
            hub.write_all(&answer).await.unwrap();
            hub.flush().await.unwrap();
        };
        tokio::join!(writes, takes);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_takes_is_given_up_and_one_that_is_taken_slowly_is_not() {
        let (hub, mut desk) = tokio::io::duplex(TAKES);
        let mut hub = Taken::new(hub);
        let answer = vec![b'x'; 4 * TAKES];
        let takes = async {
            let mut all = vec![0; answer.len()];
            for part in all.chunks_mut(TAKES) {
                tokio::time::sleep(TAKES_WITHIN - Duration::from_secs(1)).await;
                desk.read_exact(part).await.unwrap();
            }
        };
        let writes = async {
            hub.write_all(&answer).await.unwrap();
            hub.flush().await.unwrap();
        };
        tokio::join!(writes, takes);
        // Nothing waits to be taken: for that there is time.
        tokio::time::sleep(TAKES_WITHIN * 10).await;
        hub.write_all(&answer[..TAKES]).await.unwrap();
        hub.flush().await.unwrap();
        let failed = tokio::time::timeout(TAKES_WITHIN * 2, hub.write_all(&answer)).await.expect("it is given up").unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
    }
}

//! The body of a push, as it comes in: whoever sends it slowly is waited for, and whoever hardly sends anything is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use futures_util::TryStreamExt;
use tokio::time::Instant;

use crate::problem::Problem;

/// How long a body may take to come in, whatever comes of it, and a second more for so many bytes that came, as they are when they are unpacked. A line of
/// 128 kbit/s brings as much of what is packed well, and a desk whose line is slower sends less at a time.
const WITHIN: Duration = Duration::from_secs(30);
const A_SECOND: usize = 32 << 10;
/// How long it may take in all. The request has two minutes, and what was read is to be written yet.
const AT_MOST: Duration = Duration::from_secs(80);

/// Reads a body to its end, as far as the route allows.
///
/// # Errors
/// `Away` where it does not come to its end in time: a desk that fell silent half-way, or sends a byte now and then, keeps no other waiting.
pub(crate) async fn in_time(request: Request) -> Result<Result<Bytes, BytesRejection>, Problem> {
    let came = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&came);
    let counting = |body: Body| {
        Body::from_stream(body.into_data_stream().inspect_ok(move |piece| {
            counted.fetch_add(piece.len(), Ordering::Relaxed);
        }))
    };
    let reading = Bytes::from_request(request.map(counting), &());
    tokio::pin!(reading);
    let begun = Instant::now();
    loop {
        let more = Duration::from_secs((came.load(Ordering::Relaxed) / A_SECOND) as u64);
        let until = begun + (WITHIN + more).min(AT_MOST);
        // More has come in meanwhile, or it is over.
        if until <= Instant::now() {
            return Err(Problem::Away("a push that did not come to its end".to_owned()));
        }
        if let Ok(read) = tokio::time::timeout_at(until, &mut reading).await {
            return Ok(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::extract::DefaultBodyLimit;
    use axum::routing::post;
    use axum::{Router, response::IntoResponse};
    use tower::Service;

    use super::*;

    /// Reads a body of so many pieces, each of which comes so much later than the one before. Answers its size, where it came to its end, and how long it took.
    async fn read(pieces: usize, size: usize, pause: Duration) -> (Option<usize>, Duration) {
        let begun = Instant::now();
        let stream = futures_util::stream::unfold(0, move |sent| async move {
            tokio::time::sleep(pause).await;
            (sent < pieces).then(|| (Ok::<_, Infallible>(Bytes::from(vec![b' '; size])), sent + 1))
        });
        let read = in_time(Request::new(Body::from_stream(stream))).await;
        (read.ok().map(|read| read.unwrap().len()), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_is_waited_for_and_one_that_hardly_brings_anything_is_not() {
        let second = Duration::from_secs(1);
        let (size, took) = read(30, 64 << 10, second * 2).await;
        assert_eq!(size, Some(30 * (64 << 10)));
        assert!(took > WITHIN, "longer than one that brings nothing may take");
        // A byte a second, for ever.
        assert_eq!(read(usize::MAX, 1, second).await, (None, WITHIN));
        // Silence half-way.
        assert_eq!(read(2, 40 << 10, second * 20).await, (None, WITHIN + second));
        // As fast as can be, and without an end.
        assert_eq!(read(usize::MAX, 24 << 10, second).await, (None, AT_MOST));
    }

    #[tokio::test]
    async fn what_the_route_allows_is_kept() {
        let reads = async |request: Request| match in_time(request).await {
            Ok(Ok(bytes)) => bytes.len().to_string().into_response(),
            Ok(Err(error)) => error.into_response(),
            Err(problem) => problem.into_response(),
        };
        let mut routes = Router::<()>::new().route("/", post(reads).layer(DefaultBodyLimit::max(10)));
        for (size, status) in [(10, 200), (11, 413)] {
            let request = Request::post("/").body(Body::from(vec![b' '; size])).unwrap();
            assert_eq!(routes.call(request).await.unwrap().status(), status);
        }
    }
}

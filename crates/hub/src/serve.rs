//! Connections: how they are taken in, and what each may hold while it waits.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use crate::routes::Hub;

/// How long a connection may take to say what it wants, from its start or from the answer before; after that it is closed. Longer than desks keep
/// one that they do not use (90 seconds), so that none is closed in the moment in which it is used again.
const SAYS_WHAT_WITHIN: Duration = Duration::from_secs(120);

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
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone())));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    live.stop();
    connections.shutdown().await;
}

//! Who asks for what, for the log: an error that the hub answers is told with the clinic, the desk and the route. One request of a connection is answered at
//! a time, in the connection's own task, so it is noted there, and costs a waiting desk no box of its own.

use std::cell::RefCell;
use std::future::Future;

use axum::extract::{MatchedPath, Request};

use crate::auth::Desk;

tokio::task_local! {
    static ASKED: RefCell<Asked>;
}

/// What is asked just now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The route, as the router knows it.
    pub(crate) route: Option<MatchedPath>,
    /// Who asks, once that is known.
    pub(crate) desk: Option<Desk>,
}

impl Asked {
    /// The route's words.
    pub(crate) fn route(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedPath::as_str)
    }
}

/// A connection, with room for what it asks.
pub(crate) fn of_connection<F: Future>(connection: F) -> impl Future<Output = F::Output> {
    ASKED.scope(RefCell::default(), connection)
}

/// A request begins: who asks is not known yet.
pub(crate) fn begin<B>(request: Request<B>) -> Request<B> {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let _ = ASKED.try_with(|asked| *asked.borrow_mut() = Asked { route, desk: None });
    request
}

/// It is known.
pub(crate) fn by(desk: Desk) {
    let _ = ASKED.try_with(|asked| asked.borrow_mut().desk = Some(desk));
}

/// What is asked; nothing, where that is no connection's task.
pub(crate) fn now() -> Asked {
    ASKED.try_with(|asked| asked.borrow().clone()).unwrap_or_default()
}

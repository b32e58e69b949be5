//! How the store of attachments speaks HTTP: by the client that the rest of the project uses, so that there is one TLS and one set of roots.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService};
use reqwest::{Client, Request};

/// How long a connection may take, and how long the other side may be silent.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(20);

/// Makes the client.
#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = Client::builder().connect_timeout(CONNECT).read_timeout(SILENCE).redirect(reqwest::redirect::Policy::none());
        let client = client.build().map_err(|error| object_store::Error::Generic { store: "S3", source: error.into() })?;
        Ok(HttpClient::new(Speaker(client)))
    }
}

#[derive(Debug)]
struct Speaker(Client);

type Answer<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'a>>;

impl HttpService for Speaker {
    fn call<'a, 'b>(&'a self, request: HttpRequest) -> Answer<'b>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let request = Request::try_from(request.map(reqwest::Body::wrap)).map_err(told)?;
            let answer = self.0.execute(request).await.map_err(told)?;
            let (parts, body) = axum::http::Response::<reqwest::Body>::from(answer).into_parts();
            Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(told))))
        })
    }
}

/// An error as the store sorts it: what kind it is says whether it is tried again. It is told with its causes and without the address, which may be
/// signed.
fn told(error: reqwest::Error) -> HttpError {
    let error = error.without_url();
    let (mut text, mut broke_off) = (error.to_string(), false);
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        broke_off |= cause.is::<std::io::Error>();
        source = cause.source();
    }
    let kind = match () {
        () if error.is_timeout() => HttpErrorKind::Timeout,
        () if error.is_connect() => HttpErrorKind::Connect,
        () if error.is_builder() || error.is_decode() => HttpErrorKind::Decode,
        () if broke_off => HttpErrorKind::Interrupted,
        () => HttpErrorKind::Request,
    };
    HttpError::new_boxed(kind, text.into())
}

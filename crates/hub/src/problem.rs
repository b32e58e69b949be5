//! Errors as problem details (RFC 9457), with stable types. Nothing of a record is ever in one.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use petrel_domain::replication::{LeftOut, Problem as Details};

use crate::db::{DbError, names_of};

/// Why a request was not served.
#[derive(Debug)]
pub(crate) enum Problem {
    /// No token, or none that is known.
    Unauthorized,
    /// The desk was revoked.
    Revoked,
    /// A code that is wrong, used or too old.
    BadCode,
    /// More requests than one may make; says in how many seconds it may make more.
    TooManyRequests(u64),
    /// The log does not reach back that far; with the numbers that were left out in it.
    BehindHorizon(Vec<LeftOut>),
    /// By these numbers the log has other transactions.
    Rewound,
    /// The batch that this one follows has not come yet.
    TooEarly,
    /// The records are those of another clinic than the one that was brought here first.
    OtherClinic,
    /// The clinic has as many desks as one may have.
    TooManyDesks,
    /// The desk's schema is newer than the hub's.
    HubTooOld,
    /// The desk's schema is not served any more.
    DeskTooOld,
    /// There is no such thing.
    NotFound,
    /// The request is not what it should be; says what, in English, for a log.
    Malformed(String),
    /// The body is packed in a way that is not known here.
    UnknownEncoding,
    /// Too much at once.
    TooLarge,
    /// What was sent is not what its name says.
    WrongBytes,
    /// The database is busy, or away.
    Busy(DbError),
    /// Something the hub needs is held or out of reach: another moment may have it.
    Away(String),
    /// Something that should not be.
    Internal(String),
}

impl Problem {
    /// Writes to the log what its operator may have to do something about, with who asked for what.
    fn note(&self) {
        let (error, kind) = match self {
            Self::Busy(error) => (error.why(), "busy"),
            Self::Away(error) => (error.clone(), "away"),
            Self::Internal(error) => (error.clone(), "internal"),
            _ => return,
        };
        let asked = crate::asked::now();
        let clinic = asked.desk.map(|desk| tracing::field::display(desk.clinic_id));
        let device = asked.desk.map(|desk| tracing::field::display(desk.device_id));
        let route = asked.route();
        if kind == "internal" {
            tracing::error!(error, clinic, device, route, "{kind}")
        } else {
            tracing::warn!(error, clinic, device, route, "{kind}")
        }
    }

    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "The token is not known"),
            Self::Revoked => (StatusCode::UNAUTHORIZED, "revoked", "This desk was revoked"),
            Self::BadCode => (StatusCode::FORBIDDEN, "bad-code", "The code is wrong, used or too old"),
            Self::TooManyRequests(_) => (StatusCode::TOO_MANY_REQUESTS, "busy", "Too many requests"),
            Self::BehindHorizon(_) => (StatusCode::GONE, "behind-horizon", "The log does not reach back that far"),
            Self::Rewound => (StatusCode::CONFLICT, "rewound", "The log has other transactions by these numbers"),
            Self::TooEarly => (StatusCode::CONFLICT, "too-early", "What this follows has not come yet"),
            Self::OtherClinic => (StatusCode::CONFLICT, "other-clinic", "Another desk has brought its clinic here first"),
            Self::TooManyDesks => (StatusCode::CONFLICT, "too-many-desks", "The clinic has as many desks as one may have"),
            Self::HubTooOld => (StatusCode::UPGRADE_REQUIRED, "hub-too-old", "The desk speaks a newer schema than this hub"),
            Self::DeskTooOld => (StatusCode::UPGRADE_REQUIRED, "desk-too-old", "The desk speaks a schema that is not served any more"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is no such thing"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed", "The request is not what it should be"),
            Self::UnknownEncoding => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unknown-encoding", "The body is packed in a way that is not known here")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too much at once"),
            Self::WrongBytes => (StatusCode::UNPROCESSABLE_ENTITY, "wrong-bytes", "The bytes are not what their name says"),
            Self::Busy(_) | Self::Away(_) => (StatusCode::SERVICE_UNAVAILABLE, "busy", "The hub is busy"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong here"),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        if let DbError::Postgres(cause) = &error
            && let Some(said) = cause.as_db_error().filter(|said| !is_passing(said.code().code()))
        {
            // What Postgres says in words may hold what was written; its code and a name of the schema do not.
            return Self::Internal(format!("database: {}", names_of(said)));
        }
        match error {
            DbError::Value(what) => Self::Internal(what),
            error => Self::Busy(error),
        }
    }
}

impl From<tokio_postgres::Error> for Problem {
    fn from(error: tokio_postgres::Error) -> Self {
        DbError::from(error).into()
    }
}

/// Errors that another moment may not have: connections, resources, an operator's doing, transactions in each other's way.
pub(crate) fn is_passing(code: &str) -> bool {
    ["08", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class))
}

const KIND: HeaderValue = HeaderValue::from_static("application/problem+json");

/// An answer as it goes out: what a layer or an extractor refuses in its own words, or in none, is told as a problem, too.
pub(crate) fn told<B>(response: Response<B>) -> Response
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    if response.headers().get(header::CONTENT_TYPE) == Some(&KIND) {
        return response.map(Body::new);
    }
    match response.status() {
        StatusCode::BAD_REQUEST => Problem::Malformed("the address, or a header, cannot be read".to_owned()).into_response(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::UnknownEncoding.into_response(),
        StatusCode::SERVICE_UNAVAILABLE => Problem::Away("a request that took too long".to_owned()).into_response(),
        _ => response.map(Body::new),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = self.parts();
        self.note();
        let retry_after =
            if let Self::TooManyRequests(seconds) = &self { HeaderValue::from(*seconds) } else { HeaderValue::from_static("2") };
        let detail = if let Self::Malformed(detail) = &self { Some(detail.clone()) } else { None };
        let kind = format!("urn:petrel:problem:{kind}");
        let left_out = if let Self::BehindHorizon(left_out) = self { left_out } else { Vec::new() };
        let body = Details { kind, status: status.as_u16(), title: title.to_owned(), detail, left_out };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, KIND);
        if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, retry_after);
        }
        response
    }
}

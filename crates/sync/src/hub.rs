//! The hub as a desk sees it. One implementation speaks HTTP; the simulation has others.

use std::future::Future;

use bytes::Bytes;
use petrel_domain::replication::{Columns, LeftOut, Pulled, Push, Pushed, VERSIONS, Versions};
use uuid::Uuid;

use crate::engine::{PUSH_BYTES, PUSH_ROWS};

/// A page of a whole table.
#[derive(Clone, Debug)]
pub struct SnapshotPage {
    /// The columns, the id first.
    pub columns: Vec<String>,
    /// The rows, in Postgres' binary COPY format.
    pub rows: Bytes,
    /// The id of its last row; none where it has none, or is cut short.
    pub last_id: Option<Uuid>,
    /// Whether the table ends with it.
    pub is_last: bool,
}

/// Counts and hashes of tables at a number of the log.
pub type Digest = (i64, Vec<(String, u64, u64)>);

/// Why the hub did not answer as it should. Whatever it is, the outbox keeps what is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// It cannot be reached, or the answer was cut short: to be tried again.
    #[error("the hub cannot be reached: {0}")]
    Unreachable(String),
    /// It asks for a pause, in seconds.
    #[error("the hub is busy")]
    Busy(Option<u64>),
    /// What answers is no hub (a login page of a hotel, another server).
    #[error("this is no hub: {0}")]
    NotAHub(String),
    /// Its certificate does not hold.
    #[error("the hub's certificate does not hold: {0}")]
    Certificate(String),
    /// The desk has no tokens that the hub knows: its file was put back from a backup, or the hub's database was.
    #[error("this desk has to join again")]
    NotKnown,
    /// Somebody locked this desk out.
    #[error("this desk is not let in any more")]
    Revoked,
    /// A code that is wrong, used, or too old.
    #[error("the code is not valid")]
    BadCode,
    /// The hub does not speak this desk's schema: the hub is older.
    #[error("the hub is older than this program")]
    HubTooOld,
    /// This desk's schema is not served any more: the desk is older.
    #[error("this program is too old for the hub")]
    DeskTooOld,
    /// The log does not reach back to where this desk stopped: it fetches whole tables again.
    #[error("this desk was away longer than the log reaches")]
    BehindHorizon,
    /// The same, and an older database was put back at the hub since: by these numbers it has nothing any more.
    #[error("an older database was put back at the hub")]
    PutBack(Vec<LeftOut>),
    /// The hub has other transactions by this file's numbers: the file went back in time.
    #[error("this file went back in time")]
    Rewound,
    /// The batch before this one has not come to the hub yet.
    #[error("the batch before is not there yet")]
    TooEarly,
    /// What it was sent is more than it takes at once.
    #[error("that is more than the hub takes at once")]
    TooLarge,
    /// What stands before the hub takes no body as large as what was sent. The hub itself would.
    #[error("the proxy before the hub takes no body of that size")]
    ProxyLimit,
    /// The clinic has as many desks as one may have.
    #[error("the clinic has as many desks as one may have")]
    TooManyDesks,
    /// The records are those of another clinic than the one that was brought to the hub first.
    #[error("another desk has brought its clinic to the hub")]
    OtherClinic,
    /// Anything else the hub says, by its stable name.
    #[error("the hub says {0}")]
    Problem(String),
}

impl HubError {
    /// Whether trying again later, with nothing changed, may help.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Busy(_)
                | Self::NotAHub(_)
                | Self::Certificate(_)
                | Self::TooEarly
                | Self::TooLarge
                | Self::OtherClinic
                | Self::ProxyLimit
                | Self::TooManyDesks
                | Self::Problem(_)
        )
    }

    /// Its stable name, for the screens.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "hub_unreachable",
            Self::Busy(_) => "hub_busy",
            Self::NotAHub(_) => "not_a_hub",
            Self::Certificate(_) => "hub_certificate",
            Self::NotKnown => "join_again",
            Self::Revoked => "desk_revoked",
            Self::BadCode => "bad_code",
            Self::HubTooOld => "hub_too_old",
            Self::DeskTooOld => "desk_too_old",
            Self::BehindHorizon | Self::PutBack(_) => "behind_horizon",
            Self::Rewound => "rewound",
            Self::TooEarly => "too_early",
            Self::OtherClinic => "other_clinic",
            Self::ProxyLimit => "proxy_limit",
            Self::TooLarge | Self::TooManyDesks | Self::Problem(_) => "hub_problem",
        }
    }
}

/// A batch of transactions on its way.
#[derive(Clone, Debug)]
pub enum Parcel {
    /// As it is said.
    Open(Push),
    /// As it goes over the wire, with its encoding, where it has one, and the bytes it had before it was packed.
    Packed(Bytes, Option<&'static str>, usize),
}

/// What a desk asks of its hub. Every question says the schema that the desk speaks.
pub trait Hub {
    /// The schemas that the desk's program knows, its own the newest.
    fn versions(&self) -> Versions {
        VERSIONS
    }
    /// The most rows of one push.
    fn most_rows(&self) -> usize {
        PUSH_ROWS
    }
    /// The most bytes of one push, as they lie in the outbox.
    fn most_bytes(&self) -> usize {
        PUSH_BYTES
    }
    /// Whether the file is worked on while the hub is spoken to. A simulation whose seeds are to do again what they did does one after the other.
    fn works_beside(&self) -> bool {
        true
    }
    /// Makes ready what will be sent: it takes a while, and is done while the hub has the batch before.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn pack(push: Push) -> Result<Parcel, HubError> {
        Ok(Parcel::Open(push))
    }
    /// Sends transactions.
    fn push(&self, parcel: &Parcel) -> impl Future<Output = Result<Pushed, HubError>>;
    /// Reads the log after a number; `wait` is how many seconds the hub may hold the answer back until there is something.
    fn pull(&self, after: i64, wait: u32) -> impl Future<Output = Result<Pulled, HubError>>;
    /// Reads whole tables, in the order of ids. Of their columns only those that came after the schema `since`; 0 is all of them.
    fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> impl Future<Output = Result<SnapshotPage, HubError>>;
    /// Reads single rows as they stand; none for one that the hub does not have.
    fn rows(&self, table: &str, ids: &[Uuid]) -> impl Future<Output = Result<Vec<(Uuid, Option<Columns>)>, HubError>>;
    /// Counts and hashes of all tables, and the number of the log at which they were taken.
    fn digest(&self) -> impl Future<Output = Result<Digest, HubError>>;
}

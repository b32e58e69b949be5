//! The one error a person sees.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Millis;
use crate::desk::FreeSlot;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What went wrong, as a stable code. The UI has one table of texts for them; nobody matches on prose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
        #[serde(rename_all = "snake_case")]
        pub enum RefusalCode { $($(#[$doc])* $name),+ }
    };
}

codes! {
    /// The field must be filled in.
    Required,
    /// The field is longer than `limit` characters.
    TooLong,
    /// The field is shorter than `limit` characters.
    TooShort,
    /// The number is above `limit`.
    TooLarge,
    /// The number is below `limit`.
    TooSmall,
    /// The field cannot be read as what it is; `detail` holds what was given.
    Invalid,
    /// An end that is not after its start.
    EndBeforeStart,
    /// The day is still to come; `detail` is the day.
    InFuture,
    /// The day is before the pet was born.
    BeforeBirth,
    /// Two stretches of time overlap; `detail` is the other one.
    Overlaps,
    /// A break lies outside of its hours; `detail` is the break.
    BreakOutside,
    /// The record does not exist (or no longer does).
    NotFound,
    /// Your role may not do this; `detail` names the right.
    Forbidden,
    /// Nobody is signed in at this desk.
    SignInNeeded,
    /// The PIN is wrong; `limit` says how many tries are left before a pause.
    WrongPin,
    /// Too many wrong PINs; `until` says when the next try is possible.
    TooManyTries,
    /// The time is taken; `alternatives` are the free ones nearest to it.
    SlotTaken,
    /// The time lies outside working hours; may be booked knowingly.
    OutsideHours,
    /// Only emergencies may be booked at this time.
    EmergencyOnly,
    /// The colleague does not do what the visit is for; may be given to them knowingly.
    NotTheirService,
    /// The status cannot move that way; `detail` holds `from>to`.
    BadTransition,
    /// The record was changed since; what was asked would overwrite that.
    ChangedSince,
    /// There is nothing to undo.
    NothingToUndo,
    /// The record is in use and cannot be removed; `detail` says by what, `limit` by how many.
    InUse,
    /// The same thing exists already.
    Duplicate,
    /// The pet is marked deceased; nothing is booked for it.
    PetDeceased,
    /// The two pets are of two clients; pets of one client alone become one.
    OtherOwner,
    /// The client can be written to by nothing: they want neither SMS nor e-mail, or no number and no address of theirs is known.
    NoWayToWrite,
    /// Amounts of visits are in the clinic's currency, and another one has other decimals.
    CurrencyInUse,
    /// The last owner cannot be removed, deactivated or demoted.
    LastOwner,
    /// The person stopped it; nothing was changed.
    Cancelled,
    /// The same is being done already.
    UnderWay,
    /// Another program holds the clinic's file.
    FileBusy,
    /// The clinic's file or its folder cannot be written.
    ReadOnly,
    /// The disk is full; nothing was changed.
    DiskFull,
    /// The disk could not be read or written; nothing was changed.
    DiskTrouble,
    /// The key or passphrase does not open the file.
    WrongKey,
    /// The file was written by a newer version of the program.
    NewerFile,
    /// The file is damaged.
    Corrupt,
    /// The system's keychain cannot be used; `detail` says why.
    KeychainUnavailable,
    /// The keychain has no key for this file.
    KeyMissing,
    /// The file is no backup of Petrel, or fails its check.
    BadBackup,
    /// A file chosen by the person cannot be read; `detail` says why.
    FileUnreadable,
    /// The hub cannot be reached.
    HubUnreachable,
    /// The hub asks for a pause; `until` says when the next try is possible, where it is known.
    HubBusy,
    /// What answers at the address is no hub of Petrel.
    NotAHub,
    /// The hub's certificate does not hold.
    HubCertificate,
    /// The code is wrong, used, or older than a quarter of an hour.
    BadCode,
    /// The hub is older than this program.
    HubTooOld,
    /// This program is older than the hub serves.
    DeskTooOld,
    /// This desk was locked out of its clinic's hub.
    DeskRevoked,
    /// The hub does not know this desk any more, as after a restore: nobody locked it out.
    DeskNotKnown,
    /// The clinic at the hub has records of its own, and this desk's clinic is another one.
    OtherClinic,
    /// What stands before the hub takes no message as large as what was sent; the hub itself would.
    ProxyLimit,
    /// The clinic has as many desks at its hub as one may have.
    TooManyDesks,
    /// The clinic at the hub is still empty: a desk brings its own clinic to it.
    EmptyClinic,
    /// This clinic has no hub.
    NoHub,
    /// The hub said something that is not expected; `detail` holds its stable name.
    HubProblem,
    /// An error of the program; `detail` goes to the log and to support.
    Internal,
}

/// Why something was not done, and what could be done instead. Nothing was changed where this comes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{code:?} {} {}", field.as_deref().unwrap_or(""), detail.as_deref().unwrap_or(""))]
pub struct Refusal {
    /// The stable code.
    pub code: RefusalCode,
    /// The field it is about, by its name in the input.
    pub field: Option<String>,
    /// The limit that was passed, where there is one.
    pub limit: Option<i32>,
    /// When it may be tried again.
    pub until: Option<Millis>,
    /// Free times next to the one that was asked for.
    pub alternatives: Vec<FreeSlot>,
    /// What was given or what stands in the way; never a secret.
    pub detail: Option<String>,
}

impl Refusal {
    /// A refusal with a code alone.
    pub fn new(code: RefusalCode) -> Self {
        Self { code, field: None, limit: None, until: None, alternatives: Vec::new(), detail: None }
    }

    /// A refusal about a field.
    pub fn on(code: RefusalCode, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(code) }
    }

    /// The field must be filled in.
    pub fn required(field: &str) -> Self {
        Self::on(RefusalCode::Required, field)
    }

    /// The field cannot be read as what it is.
    pub fn invalid(field: &str) -> Self {
        Self::on(RefusalCode::Invalid, field)
    }

    /// The record of `what` does not exist.
    pub fn not_found(what: &str) -> Self {
        Self::on(RefusalCode::NotFound, what)
    }

    /// An error of the program itself.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        Self::new(RefusalCode::Internal).with_detail(detail)
    }

    /// The same, with a limit.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = Some(i32::try_from(limit).unwrap_or(i32::MAX));
        self
    }

    /// The same, with a detail.
    #[must_use]
    pub fn with_detail(mut self, detail: impl std::fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }
}

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use specta::Type;
use uuid::Uuid;

pub use crate::replication::HubDevice;
use crate::{AppointmentId, Millis};

use super::KeyStore;

/// How this desk stands to its hub: what the badge shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SyncState {
    /// Where the hub is; none: the clinic works on this desk alone.
    pub address: Option<String>,
    /// The last round with the hub came to its end.
    pub is_online: bool,
    /// A round is under way.
    pub is_busy: bool,
    /// Transactions that are still to be sent.
    pub waiting: u32,
    /// When desk and hub last agreed.
    pub last_sync_at: Option<Millis>,
    /// Why desk and hub do not talk; none while they do.
    pub trouble: Option<HubTrouble>,
    /// Whole minutes by which this computer's clock is behind the hub's (negative: ahead of it); none where it is less than one.
    pub clock_behind_minutes: Option<i32>,
    /// What the hub can never take and nobody has settled.
    pub rejected: u32,
    /// Texts that lost to another desk's and nobody has settled.
    pub lost: u32,
    /// Tables that differed from the hub's, were set right, and nobody has seen it.
    pub repaired: u32,
}

/// A table of this desk that differed from the hub's when the two were compared, and was set right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RepairedTable {
    /// The table.
    pub table: String,
    /// When that was found.
    pub at: Millis,
    /// How many of its records were set right.
    pub rows: u32,
}

macro_rules! troubles {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Why desk and hub do not talk. Work goes on, and what is not sent is kept, whatever it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
        #[serde(rename_all = "snake_case")]
        pub enum HubTrouble { $($(#[$doc])* $name),+ }

        impl HubTrouble {
            /// The trouble of a stable name; what is not known is a problem of the hub.
            pub fn parse(text: &str) -> Self {
                match text { $($text => Self::$name,)+ _ => Self::HubProblem }
            }

            /// Its stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

troubles! {
    /// No connection, or one that breaks off. Tried again by itself.
    HubUnreachable = "hub_unreachable",
    /// The hub asks for a pause. Tried again by itself.
    HubBusy = "hub_busy",
    /// Something else answers at the address (a login page, another program). Tried again by itself.
    NotAHub = "not_a_hub",
    /// The hub's certificate does not hold. Tried again by itself.
    HubCertificate = "hub_certificate",
    /// Somebody revoked this desk.
    DeskRevoked = "desk_revoked",
    /// The hub does not know this desk's tokens (a restored backup): it joins again with a code.
    JoinAgain = "join_again",
    /// The hub must be updated first.
    HubTooOld = "hub_too_old",
    /// This program must be updated first.
    DeskTooOld = "desk_too_old",
    /// The desk was away longer than the log reaches, and is being rebuilt.
    BehindHorizon = "behind_horizon",
    /// Another desk brought its clinic to this hub first. Tried again by itself.
    OtherClinic = "other_clinic",
    /// A proxy before the hub takes no message as large as what waits. Tried again by itself.
    ProxyLimit = "proxy_limit",
    /// The hub says something else. Tried again by itself.
    HubProblem = "hub_problem",
    /// The clinic's file could not be written.
    FileTrouble = "file_trouble",
}

/// A desk without a clinic joins one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct JoinClinic {
    /// Which clinic, by which code.
    #[serde(flatten)]
    pub hub: JoinHub,
    /// How to keep the file's key.
    pub key_store: KeyStore,
    /// The passphrase, 12 characters or more, where it wraps the key.
    pub passphrase: Option<String>,
}

impl fmt::Debug for JoinClinic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinClinic").field("hub", &self.hub).field("key_store", &self.key_store).finish_non_exhaustive()
    }
}

/// What opens a hub's door.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct JoinHub {
    /// The hub's address as people type it; HTTPS, or plain HTTP on this computer alone.
    pub address: String,
    /// The code, as it was read out: any case, hyphens or not.
    pub code: String,
    /// What this desk is called in the list of devices, 1 to 100 characters.
    pub desk_name: String,
}

impl fmt::Debug for JoinHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHub").field("address", &self.address).field("desk_name", &self.desk_name).finish_non_exhaustive()
    }
}

/// What lets one more desk in, once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DeviceCode {
    /// The code, in groups of four.
    pub code: String,
    /// Until when it is good, by the clock of this computer.
    pub expires_at: Millis,
    /// The hub's address, to be typed beside it.
    pub address: String,
}

impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode").field("address", &self.address).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Something a person did that the hub can never take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct RejectedChange {
    /// This desk's number for it.
    #[specta(type = i32)]
    pub n: i64,
    /// What was done, as the name of the action (`save_client`).
    pub action: String,
    /// Who did it.
    pub staff_name: Option<String>,
    /// When it was done.
    pub made_at: Millis,
    /// When the hub said no.
    pub rejected_at: Millis,
    /// Why, by its stable name.
    pub reason: String,
    /// The table that is to blame, where one is.
    pub table: Option<String>,
    /// The column that is to blame, where one is.
    pub column: Option<String>,
    /// The rows it would have changed.
    pub rows: Vec<RejectedRow>,
}

/// A row of something rejected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct RejectedRow {
    /// The table.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// What people call it (a client's name), or empty.
    pub label: String,
    /// It would have been deleted.
    pub is_deletion: bool,
    /// What would have been written.
    pub values: Vec<RecordValue>,
}

/// A column's value, as text a person can read and edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct RecordValue {
    /// The column.
    pub column: String,
    /// What the text means.
    pub kind: ValueKind,
    /// The value; none where it is empty.
    pub value: Option<String>,
}

/// What a value's text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Free text.
    Text,
    /// A whole number.
    Integer,
    /// 0 or 1.
    Truth,
    /// Unix milliseconds.
    Instant,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM`.
    Time,
    /// Another record, by what people call it where that is known, else its id.
    Record,
    /// JSON.
    Json,
}

/// Something rejected is sent again, with values set right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ResendChange {
    /// This desk's number for it.
    #[specta(type = i32)]
    pub n: i64,
    /// What is different this time.
    pub edits: Vec<ResendEdit>,
}

/// A value that is set right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ResendEdit {
    /// The table.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// The column.
    pub column: String,
    /// The value, as [`RecordValue`] has it.
    pub value: Option<String>,
}

/// A number of the hub's log, as the screens hand it back. A decimal string: each time an older database is put back the log goes on far above what it had
/// reached, and JavaScript keeps whole numbers up to 2^53 only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Type)]
#[specta(type = String)]
pub struct Seq(pub i64);

impl Serialize for Seq {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Seq {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| serde::de::Error::custom("a number of the log is a decimal string"))
    }
}

/// A text that lost to another desk's, beside the one that stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct LostChoice {
    /// The entry of the log in which it was settled; with the column, what to choose by.
    pub seq: Seq,
    /// The table.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// What people call it (a client's name), or empty.
    pub label: String,
    /// The visit that it is, or an answer of.
    pub visit: Option<LostVisit>,
    /// The column.
    pub column: String,
    /// What stands, and who wrote it.
    pub kept: WrittenValue,
    /// What lost, and who wrote it.
    pub lost: WrittenValue,
}

/// The visit of a value that lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct LostVisit {
    /// Which.
    pub id: AppointmentId,
    /// From.
    pub starts_at: Millis,
    /// The question, where it is an answer.
    pub question: Option<String>,
}

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WrittenValue {
    /// The text.
    pub value: String,
    /// Who, where that is known here.
    pub staff_name: Option<String>,
    /// When, where that is known here.
    pub at: Option<Millis>,
    /// It was written at this desk.
    pub is_here: bool,
}

/// What happened to a record, the newest first, as much of it as came at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct HistoryPage {
    /// What happened.
    pub entries: Vec<HistoryEntry>,
    /// To be given as `before` for what is older; none at the end.
    pub next_before: Option<Seq>,
}

/// Something that happened to a record, as the hub's log has it, or what this desk did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct HistoryEntry {
    /// Its number in the log; of this desk's own, in its outbox.
    pub seq: Seq,
    /// When the hub took it; of this desk's own, when it was done.
    pub at: Millis,
    /// Who did it; none is the program itself.
    pub staff_name: Option<String>,
    /// At which desk.
    pub device_name: Option<String>,
    /// What was done, as the name of the action.
    pub action: String,
    /// The hub itself did it: it brought the record back, or judged a clash.
    pub is_by_hub: bool,
    /// It was deleted by it.
    pub is_deletion: bool,
    /// It was made by it.
    pub is_first: bool,
    /// What stood after it.
    pub values: Vec<RecordValue>,
    /// What lost.
    pub lost: Vec<RecordValue>,
}

/// What people did at this desk, the newest first, as much of it as came at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct DonePage {
    /// What was done.
    pub entries: Vec<Done>,
    /// To be given as `before` for what is older; none at the end.
    pub next_before: Option<Seq>,
}

/// Something that somebody did, in one go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Done {
    /// Its number at this desk.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// Who; none is the program itself.
    pub staff_name: Option<String>,
    /// What, as the name of the action.
    pub action: String,
    /// The name of what it took back.
    pub taken_back: Option<String>,
    /// It was taken back since.
    pub is_taken_back: bool,
    /// The record that it was about; none where all it wrote has no name of its own.
    pub about: Option<DoneTo>,
    /// How many records it wrote, the one it was about among them.
    pub records: u32,
}

/// A record that something was done to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct DoneTo {
    /// Of which table.
    pub table: String,
    /// Which.
    pub id: Uuid,
    /// What people call it, also when it is deleted.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::super::{ClinicKind, NewClinic};
    use super::*;

    #[test]
    fn what_opens_a_door_is_not_printed() {
        let secret = || "do not print this".to_owned();
        let hub = JoinHub { address: "hub.example".into(), code: secret(), desk_name: "Front desk".into() };
        let code = DeviceCode { code: secret(), expires_at: Millis(1), address: "hub.example".into() };
        let join = JoinClinic { hub: hub.clone(), key_store: KeyStore::Passphrase, passphrase: Some(secret()) };
        let clinic = NewClinic {
            name: "Oak Vets".into(),
            timezone: "Europe/Madrid".into(),
            locale: "en-GB".into(),
            currency: "EUR".into(),
            kind: ClinicKind::Vet,
            owner_first_name: "Ana".into(),
            owner_last_name: "Ruiz".into(),
            owner_email: None,
            owner_pin: Some(secret()),
            key_store: KeyStore::Passphrase,
            passphrase: Some(secret()),
        };
        for printed in [format!("{hub:?}"), format!("{code:?}"), format!("{join:?}"), format!("{clinic:?}")] {
            assert!(!printed.contains(&secret()), "{printed}");
        }
        assert!(format!("{join:?}").contains("hub.example"));
    }
}

//! What desk and hub say to each other, as JSON.
//!
//! Frozen by golden files (`crates/domain/tests/golden`): a field may be added, none may change its name or meaning. Unknown fields are ignored.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use specta::Type;
use uuid::Uuid;

use super::columns::{Columns, Name};
use crate::Millis;

/// The hybrid logical clock of a transaction: 48 bits of Unix milliseconds, 16 of a counter. A decimal string on the wire, because 64 bits do not
/// survive every JSON reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock(pub i64);

impl Clock {
    /// The first tick of an instant.
    pub fn at(now: Millis) -> Self {
        Self(now.0.clamp(0, (1 << 47) - 1) << 16)
    }

    /// Its instant.
    pub fn millis(self) -> Millis {
        Millis(self.0 >> 16)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Clock {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().ok().filter(|clock: &Self| clock.0 >= 0).ok_or_else(|| serde::de::Error::custom("a clock is a decimal number"))
    }
}

/// The most bytes of a request, when it is unpacked: what a hub takes, and a desk sends.
pub const MAX_BODY: usize = 32 << 20;

/// What happens to a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It is made, or some of its columns are set.
    #[default]
    Put,
    /// It is marked deleted.
    Delete,
}

/// A change of one row, as a desk sends it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its table.
    pub table: Name,
    /// Its id.
    pub id: Uuid,
    /// What happens to it.
    #[serde(default)]
    pub op: Op,
    /// What is set. Registers of several columns come whole.
    #[serde(default)]
    pub columns: Columns,
}

/// What one desk did in one go: applied whole or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// The replica that wrote it. A file restored from a backup is a new replica: its numbers would say again what they said before.
    pub replica: Uuid,
    /// The replica's number for it, growing by one.
    pub n: i64,
    /// When, by the hybrid logical clock.
    pub clock: Clock,
    /// Drawn anew each time the file is opened. A file that went back in time writes other things by the same numbers, at the same clock even,
    /// where the computer's is behind; never with the same mark.
    #[serde(default)]
    pub mark: u32,
    /// How far the desk had read when it wrote this: what it had seen, it changed knowingly.
    #[serde(default)]
    pub seen: i64,
    /// Who; none is the program itself.
    #[serde(default)]
    pub staff_id: Option<Uuid>,
    /// What was done, by its stable name.
    #[serde(default)]
    pub action: String,
    /// The rows.
    pub changes: Vec<Change>,
}

/// Which transaction: by its number, and by the mark that tells it from another that a file wrote by the same number after it went back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TransactionId {
    /// The replica that wrote it.
    pub replica: Uuid,
    /// The replica's number for it.
    pub n: i64,
    /// Its mark.
    pub mark: u32,
}

impl Transaction {
    /// Which one it is.
    pub fn id(&self) -> TransactionId {
        let Self { replica, n, mark, .. } = *self;
        TransactionId { replica, n, mark }
    }
}

/// A batch of transactions, in the desk's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// The schema the desk speaks.
    pub schema: i32,
    /// What it has to say.
    pub transactions: Vec<Transaction>,
    /// The transaction before the first of these, of the same replica, where it is on its way, too: these are taken only after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<TransactionId>,
    /// The largest number of the log that the desk was told of, said by the first of some that follow each other. A hub that has left that number out, as an
    /// older database was put back, takes none before the desk knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<i64>,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the log.
    Applied,
    /// It was in the log already.
    Repeated,
    /// It can never be applied; the reason says why.
    Rejected,
}

/// Why a transaction can never be applied. Holds no value of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code} {table}.{column}")]
pub struct Reason {
    /// A stable name.
    pub code: String,
    /// The table, where one is to blame.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub table: String,
    /// The row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The column.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub column: String,
}

impl Reason {
    /// A reason that blames nothing in particular.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), table: String::new(), id: None, column: String::new() }
    }

    /// A reason that blames a column of a row.
    pub fn of(code: &str, table: &str, id: Uuid, column: &str) -> Self {
        Self { code: code.to_owned(), table: table.to_owned(), id: Some(id), column: column.to_owned() }
    }
}

/// The answer to one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushResult {
    /// The replica that wrote it.
    pub replica: Uuid,
    /// Its number.
    pub n: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// Its first number in the log.
    #[serde(default)]
    pub first_seq: i64,
    /// Its last number in the log.
    #[serde(default)]
    pub last_seq: i64,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Visits of it that clash with others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clashes: Vec<Uuid>,
}

/// The answer to a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// One for each transaction, in order.
    pub results: Vec<PushResult>,
    /// The last number of the log.
    pub head: i64,
    /// The hub's time: the desk sees by it how wrong its own clock is.
    pub now: Millis,
}

/// Who added an entry to a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// The desk.
    #[default]
    Desk,
    /// The hub, which brought a row back because something new belongs to it.
    Revive,
    /// The hub, which judged whether visits clash.
    Clash,
}

impl Maker {
    fn is_desk(&self) -> bool {
        *self == Self::Desk
    }
}

/// A value that lost to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    /// The column.
    pub column: String,
    /// What it would have been, or was.
    pub value: Value,
    /// The entry it came with: this one, where the value never stood.
    pub seq: i64,
}

/// A numbered change. Its number is the transaction's first one plus its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The table. Empty where the reader's schema does not have it: nothing happened there, and the number is taken.
    pub table: Name,
    /// The row.
    pub id: Uuid,
    /// What happened to it.
    #[serde(default)]
    pub op: Op,
    /// The values that stand after it, whoever won.
    pub columns: Columns,
    /// The values that do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
    /// The row's entry before this one: 0 where this made it.
    #[serde(default)]
    pub prior: i64,
    /// Who added it.
    #[serde(default, skip_serializing_if = "Maker::is_desk")]
    pub maker: Maker,
}

impl Entry {
    /// About how many bytes it is as JSON.
    pub fn weight(&self) -> usize {
        self.columns.weight() + self.lost.iter().map(|lost| super::columns::weight(&lost.value)).sum::<usize>()
    }
}

/// A transaction as the log has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Logged {
    /// The number of its first entry.
    pub first_seq: i64,
    /// The number of its last entry.
    pub last_seq: i64,
    /// The replica that wrote it.
    pub replica: Uuid,
    /// The replica's number for it.
    pub n: i64,
    /// When, by the clock that was judged.
    pub clock: Clock,
    /// The clock it was sent with, where that was far ahead and was set back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_clock: Option<Clock>,
    /// The mark it was sent with.
    #[serde(default)]
    pub mark: u32,
    /// Who.
    #[serde(default)]
    pub staff_id: Option<Uuid>,
    /// What was done.
    #[serde(default)]
    pub action: String,
    /// When the hub took it.
    pub at: Millis,
    /// What changed.
    pub entries: Vec<Entry>,
}

impl Logged {
    /// The clock that the desk sent.
    pub fn sent_clock(&self) -> Clock {
        self.sent_clock.unwrap_or(self.clock)
    }
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pulled {
    /// Whole transactions, in the log's order.
    pub transactions: Vec<Logged>,
    /// The last number of the log.
    pub head: i64,
    /// Whether there is more.
    pub more: bool,
    /// The hub's time.
    pub now: Millis,
}

/// A desk asks to be let in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrol {
    /// The code it was given.
    pub code: String,
    /// What people call this computer.
    pub name: String,
    /// Its operating system.
    #[serde(default)]
    pub platform: String,
    /// The schema it speaks.
    pub schema: i32,
}

/// A desk is let in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrolled {
    /// What the hub calls this desk.
    pub device_id: Uuid,
    /// The clinic.
    pub clinic_id: Uuid,
    /// Its name, to be shown before anything is fetched.
    pub clinic_name: String,
    /// Its zone.
    pub timezone: String,
    /// The last number of its log; 0 where the clinic is still empty and a desk may bring its own.
    pub head: i64,
    /// What opens the door.
    #[serde(flatten)]
    pub tokens: Tokens,
}

/// What opens the hub's door.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    /// For every request.
    pub access_token: String,
    /// Until then.
    pub access_expires_at: Millis,
    /// For the next pair.
    pub refresh_token: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("access_expires_at", &self.access_expires_at).finish_non_exhaustive()
    }
}

/// A desk asks for the next pair.
#[derive(Clone, Serialize, Deserialize)]
pub struct Renew {
    /// The token of the last pair.
    pub refresh_token: String,
}

/// A desk that the hub lets in, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct HubDevice {
    /// Its id at the hub.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Its operating system.
    pub platform: String,
    /// When it joined.
    pub created_at: Millis,
    /// When it was last here.
    pub last_seen_at: Option<Millis>,
    /// When it was locked out.
    pub revoked_at: Option<Millis>,
    /// It is the one that asks.
    pub is_this: bool,
}

/// A code for one more desk.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewCode {
    /// The code, in groups of four.
    pub code: String,
    /// Until when it is good.
    pub expires_at: Millis,
}

/// What happened to one row, the newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The entries.
    pub entries: Vec<Happened>,
    /// Whether there are older ones.
    #[serde(default)]
    pub more: bool,
}

/// An entry of one row, with who and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    /// Its number in the log.
    pub seq: i64,
    /// The replica that wrote it.
    pub replica: Uuid,
    /// When, by the clock that was judged.
    pub clock: Clock,
    /// Who; none is the program itself.
    #[serde(default)]
    pub staff_id: Option<Uuid>,
    /// What was done, by its stable name.
    #[serde(default)]
    pub action: String,
    /// When the hub took it.
    pub at: Millis,
    /// What the desk is called that sent it.
    #[serde(default)]
    pub device: Option<String>,
    /// What changed.
    pub entry: Entry,
}

/// What a hub is, to anyone who asks: so that a wrong address is told from a broken one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HubInfo {
    /// Always `petrel-hub`.
    pub service: String,
    /// The newest schema it speaks.
    pub schema: i32,
    /// The oldest it serves.
    pub oldest_schema: i32,
    /// Its version.
    pub version: String,
}

/// An error of the hub (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable name, `urn:petrel:problem:…`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// What it is, in English, for a log.
    pub title: String,
    /// More, where there is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where the log does not reach back: the numbers that were left out in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
}

/// Numbers that a hub left out when an older database was put back: what it had given one of them to is not in its log any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The last number before them.
    pub after: i64,
    /// Where the numbers go on: the next one is the first that is given out again.
    pub until: i64,
}

impl LeftOut {
    /// Whether a number is one of them.
    pub fn holds(&self, seq: i64) -> bool {
        self.after < seq && seq < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_decimal_strings_and_nothing_else() {
        let clock = Clock::at(Millis(1_700_000_000_123));
        assert_eq!(clock.millis(), Millis(1_700_000_000_123));
        let text = serde_json::to_string(&clock).unwrap();
        assert_eq!(text, format!("\"{}\"", 1_700_000_000_123_i64 << 16));
        assert_eq!(serde_json::from_str::<Clock>(&text).unwrap(), clock);
        for bad in ["1", "\"-1\"", "\"x\"", "\"99999999999999999999\"", "null"] {
            assert!(serde_json::from_str::<Clock>(bad).is_err(), "{bad}");
        }
        assert_eq!(Clock::at(Millis(i64::MAX)).0 >> 16, (1 << 47) - 1);
    }

    #[test]
    fn unknown_fields_are_ignored_and_secrets_are_not_shown() {
        let tokens: Tokens =
            serde_json::from_str(r#"{"access_token":"s3cret","access_expires_at":1,"refresh_token":"s3cret2","new":1}"#).unwrap();
        assert!(!format!("{tokens:?}").contains("s3cret"));
    }
}

//! A push as it came. What one transaction says wrong is that one's fault: it is answered by its own reason, and the others flow on.

use std::collections::HashMap;
use std::fmt;

use petrel_domain::replication::{Change, Clock, Name, Push, Reason, Transaction, TransactionId};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use uuid::Uuid;

/// A push, and what of it could not be read.
pub(crate) struct Received {
    /// Its transactions, those that could not be read among them, without their changes.
    pub(crate) push: Push,
    /// Why they could not, by their ids.
    pub(super) unread: HashMap<TransactionId, Unread>,
}

/// A transaction that could not be read.
pub(super) struct Unread {
    /// Why it can never be applied.
    pub(super) reason: Reason,
    /// What was sent, as JSON.
    pub(super) said: String,
}

/// A push with transactions that are looked at one by one.
#[derive(Deserialize)]
struct Sent {
    schema: i32,
    transactions: Each,
    #[serde(default)]
    follows: Option<TransactionId>,
    #[serde(default)]
    head: Option<i64>,
}

/// Transactions, each as far as it could be read. They are never all held as they came: a body may say many millions that are none, and is refused at the
/// first that cannot be answered.
#[derive(Default)]
struct Each {
    transactions: Vec<Transaction>,
    unread: HashMap<TransactionId, Unread>,
}

/// What a transaction must say to be answered.
#[derive(Deserialize)]
struct Named {
    replica: Uuid,
    n: i64,
    #[serde(default)]
    mark: u32,
}

impl Received {
    /// Reads a push.
    ///
    /// # Errors
    /// Where it is none, or says a transaction that could not be answered: without its replica, its number, its mark.
    pub(crate) fn read(bytes: &[u8]) -> serde_json::Result<Self> {
        let (push, mut unread) = match serde_json::from_slice(bytes) {
            Ok(push) => (push, HashMap::new()),
            Err(_) => one_by_one(bytes)?,
        };
        let Push { transactions, .. } = &push;
        for transaction in transactions.iter().filter(|transaction| transaction.n < 1) {
            // Numbers begin at 1.
            let said = serde_json::to_string(transaction)?;
            unread.entry(transaction.id()).or_insert(Unread { reason: Reason::new("bad_number"), said });
        }
        Ok(Self { push, unread })
    }
}

fn one_by_one(bytes: &[u8]) -> serde_json::Result<(Push, HashMap<TransactionId, Unread>)> {
    let Sent { schema, transactions: Each { transactions, unread }, follows, head } = serde_json::from_slice(bytes)?;
    Ok((Push { schema, transactions, follows, head }, unread))
}

impl<'de> Deserialize<'de> for Each {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Each;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("transactions")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sent: A) -> Result<Each, A::Error> {
                let mut each = Each::default();
                while let Some(sent) = sent.next_element::<&RawValue>()? {
                    each.read(sent.get()).map_err(A::Error::custom)?;
                }
                Ok(each)
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

impl Each {
    fn read(&mut self, sent: &str) -> serde_json::Result<()> {
        let transaction = match serde_json::from_str(sent) {
            Ok(transaction) => transaction,
            Err(_) => {
                let Named { replica, n, mark } = serde_json::from_str(sent)?;
                let id = TransactionId { replica, n, mark };
                self.unread.entry(id).or_insert_with(|| Unread { reason: fault(sent), said: sent.to_owned() });
                let (clock, action) = (Clock::default(), String::new());
                Transaction { replica, n, mark, clock, seen: 0, staff_id: None, action, changes: Vec::new() }
            }
        };
        self.transactions.push(transaction);
        Ok(())
    }
}

/// What is wrong with a transaction that cannot be read.
fn fault(sent: &str) -> Reason {
    #[derive(Deserialize)]
    struct Outline<'a> {
        #[serde(borrow)]
        clock: &'a RawValue,
        #[serde(borrow)]
        changes: FirstBad<'a>,
    }
    #[derive(Deserialize)]
    struct Place {
        #[serde(default)]
        table: Name,
    }
    #[derive(Deserialize)]
    struct Row {
        id: Uuid,
    }
    let Ok(outline) = serde_json::from_str::<Outline<'_>>(sent) else { return Reason::new("malformed") };
    if serde_json::from_str::<Clock>(outline.clock.get()).is_err() {
        return Reason::new("bad_clock");
    }
    let FirstBad(Some(change)) = outline.changes else { return Reason::new("malformed") };
    let table = serde_json::from_str::<Place>(change.get()).map(|place| place.table.to_string()).unwrap_or_default();
    match serde_json::from_str::<Row>(change.get()) {
        Ok(Row { id }) => Reason::of("malformed", &table, id, ""),
        Err(_) => Reason { code: "bad_id".to_owned(), table, id: None, column: String::new() },
    }
}

/// The first of some changes that cannot be read. The others are looked at, and not held.
struct FirstBad<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for FirstBad<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Option<&'de RawValue>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("changes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut changes: A) -> Result<Self::Value, A::Error> {
                let mut first = None;
                while let Some(change) = changes.next_element::<&RawValue>()? {
                    if first.is_none() && serde_json::from_str::<Change>(change.get()).is_err() {
                        first = Some(change);
                    }
                }
                Ok(first)
            }
        }
        deserializer.deserialize_seq(Reader).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLICA: Uuid = Uuid::from_u128(1);

    fn named(n: i64, changes: &str) -> String {
        format!(r#"{{"replica":"{REPLICA}","n":{n},"clock":"1","changes":[{changes}]}}"#)
    }

    /// A body that is cut short tells how far it was read: whoever comes to its end finds the cut.
    #[test]
    fn many_that_cannot_be_answered_are_not_read_beyond_the_first() {
        let cut = |transactions: &str| Received::read(format!(r#"{{"schema":1,"transactions":[{transactions}"#).as_bytes()).err().unwrap();
        let poison = named(1, "0");
        let refused = cut(&format!("{poison},{}", "0,".repeat(100_000)));
        assert!(refused.is_data(), "{refused}");
        let read_on = cut(&format!("{poison},"));
        assert!(read_on.is_eof(), "{read_on}");
        let mut each = Each::default();
        let tried = [poison.as_str(), "0", "0"].iter().take_while(|sent| each.read(sent).is_ok()).count();
        assert_eq!((tried, each.transactions.len(), each.unread.len()), (1, 1, 1));
    }

    #[test]
    fn the_first_change_that_cannot_be_read_is_blamed() {
        let id = Uuid::from_u128(2);
        let good = format!(r#"{{"table":"clients","id":"{id}"}}"#);
        let bad = format!(r#"{{"table":"pets","id":"{id}","op":"x"}}"#);
        let nameless = r#"{"table":"visits","id":5}"#;
        let body = format!(
            r#"{{"schema":1,"transactions":[{},{},{},{}]}}"#,
            named(1, &good),
            named(2, &format!("{good},{bad},{nameless}")),
            named(3, &format!("{good},{nameless},{bad}")),
            named(4, "").replace("\"1\"", "\"x\"")
        );
        let received = Received::read(body.as_bytes()).unwrap();
        assert_eq!(
            received.push.transactions.iter().map(|one| (one.n, one.changes.len())).collect::<Vec<_>>(),
            [(1, 1), (2, 0), (3, 0), (4, 0)]
        );
        let reason = |n| received.unread.get(&TransactionId { replica: REPLICA, n, mark: 0 }).map(|unread| unread.reason.clone());
        assert_eq!(reason(1), None);
        assert_eq!(reason(2), Some(Reason::of("malformed", "pets", id, "")));
        assert_eq!(reason(3), Some(Reason { table: "visits".to_owned(), ..Reason::new("bad_id") }));
        assert_eq!(reason(4), Some(Reason::new("bad_clock")));
    }
}

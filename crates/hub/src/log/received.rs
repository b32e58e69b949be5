//! A push as it came. What one transaction says wrong is that one's fault: it is answered by its own reason, and the others flow on.

use std::collections::HashMap;

use petrel_domain::replication::{Change, Clock, Name, Push, Reason, Transaction, TransactionId};
use serde::Deserialize;
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
struct Sent<'a> {
    schema: i32,
    #[serde(borrow)]
    transactions: Vec<&'a RawValue>,
    #[serde(default)]
    follows: Option<TransactionId>,
    #[serde(default)]
    head: Option<i64>,
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
    let Sent { schema, transactions: sent, follows, head } = serde_json::from_slice(bytes)?;
    let (mut transactions, mut unread) = (Vec::with_capacity(sent.len()), HashMap::new());
    for sent in sent {
        let Ok(transaction) = serde_json::from_str::<Transaction>(sent.get()) else {
            let Named { replica, n, mark } = serde_json::from_str(sent.get())?;
            let id = TransactionId { replica, n, mark };
            unread.entry(id).or_insert(Unread { reason: fault(sent.get()), said: sent.get().to_owned() });
            let (clock, action) = (Clock::default(), String::new());
            transactions.push(Transaction { replica, n, mark, clock, seen: 0, staff_id: None, action, changes: Vec::new() });
            continue;
        };
        transactions.push(transaction);
    }
    Ok((Push { schema, transactions, follows, head }, unread))
}

/// What is wrong with a transaction that cannot be read.
fn fault(sent: &str) -> Reason {
    #[derive(Deserialize)]
    struct Outline<'a> {
        #[serde(borrow)]
        clock: &'a RawValue,
        #[serde(borrow)]
        changes: Vec<&'a RawValue>,
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
    let Some(change) = outline.changes.iter().find(|change| serde_json::from_str::<Change>(change.get()).is_err()) else {
        return Reason::new("malformed");
    };
    let table = serde_json::from_str::<Place>(change.get()).map(|place| place.table.to_string()).unwrap_or_default();
    match serde_json::from_str::<Row>(change.get()) {
        Ok(Row { id }) => Reason::of("malformed", &table, id, ""),
        Err(_) => Reason { code: "bad_id".to_owned(), table, id: None, column: String::new() },
    }
}

//! A hub in memory: the same judge, no network, no disk.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use petrel_domain::replication::{
    Clock as Tick, Columns, Ledger, Logged, Outcome, Pulled, PushResult, Pushed, Schema, Transaction, TransactionId, Versions, clamp,
    judge, row_hash,
};
use petrel_domain::{Clock, FixedClock, Millis};
use petrel_store::encode_copy;
use petrel_sync::{Digest, Hub, HubError, Parcel, SnapshotPage};
use serde_json::Value;
use uuid::Uuid;

use crate::growing::{GROWN, versions_of};

/// How many rows a page of a whole table holds: few, so that a join takes many.
const ROWS: usize = 7;
/// How many transactions a page of the log holds.
const TRANSACTIONS: usize = 5;

/// To how many questions a number stays hidden that was given outside the lock, after the first one.
const HIDDEN_FROM: u8 = 2;

/// A way of being wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Desks take what others wrote over what they have not sent yet.
    DropShield,
    /// Numbers become visible out of their order, as without the lock on the clinic's log.
    NumberOutsideLock,
    /// A push that is repeated is applied again.
    ForgetIdempotence,
    /// Desks send the columns that changed, and not what only makes sense with them.
    IgnoreRegisters,
    /// The judge does not say what lost.
    ForgetLost,
    /// The judge lets the earlier clock win.
    EarlierWins,
    /// Every seventh transaction is answered, and forgotten.
    LoseAcknowledged,
}

#[derive(Default)]
struct State {
    ledger: Ledger,
    log: Vec<Logged>,
    head: i64,
    last_n: HashMap<Uuid, i64>,
    known: HashMap<(Uuid, i64), PushResult>,
    marks: HashMap<(Uuid, i64), u32>,
    /// The number that is not visible yet, where numbers are given outside the lock, and to how many questions it will not be: it comes late, and to
    /// everybody in the end.
    hidden: Option<(i64, u8)>,
}

impl State {
    fn has_come(&self, TransactionId { replica, n, .. }: TransactionId) -> bool {
        self.last_n.get(&replica).is_some_and(|last| n <= *last)
    }

    /// What became of a transaction that came before; `Rewound` where another came by its number.
    fn recognise(&self, TransactionId { replica, n, mark }: TransactionId) -> Result<&PushResult, HubError> {
        let key = (replica, n);
        self.known.get(&key).filter(|_| self.marks.get(&key) == Some(&mark)).ok_or(HubError::Rewound)
    }
}

/// A hub in memory. Clones are the same hub.
#[derive(Clone)]
pub struct ModelHub {
    state: Rc<RefCell<State>>,
    schema: Rc<Schema>,
    /// What the desk speaks that has this handle, and the tables as it has them.
    versions: Versions,
    seen: Rc<Schema>,
    clock: Arc<FixedClock>,
    sabotage: Option<Sabotage>,
}

impl ModelHub {
    /// An empty one.
    pub fn new(schema: Schema, clock: Arc<FixedClock>, sabotage: Option<Sabotage>) -> Self {
        let schema = Rc::new(schema);
        Self { state: Rc::default(), seen: Rc::clone(&schema), schema, versions: GROWN, clock, sabotage }
    }

    /// The same hub, for a desk that speaks a schema.
    #[must_use]
    pub fn speaking(&self, schema: i32) -> Self {
        Self { versions: versions_of(schema), seen: Rc::new(self.schema.at(&GROWN, schema)), ..self.clone() }
    }

    /// The whole log.
    pub fn log(&self) -> Vec<Logged> {
        self.state.borrow().log.clone()
    }

    /// The columns that the desk's schema has.
    fn known(&self, table: &str, columns: &Columns) -> Columns {
        let mut columns = columns.clone();
        columns.retain(|name| self.seen.tables.get(table).is_some_and(|table| table.column(name).is_some()));
        columns
    }

    fn take(&self, state: &mut State, mut transaction: Transaction, now: Millis) -> Result<PushResult, HubError> {
        let Transaction { replica, n, clock, mark, staff_id, .. } = transaction;
        let key = (replica, n);
        if state.has_come(transaction.id()) && self.sabotage != Some(Sabotage::ForgetIdempotence) {
            let result = state.recognise(transaction.id())?;
            let outcome = if result.outcome == Outcome::Applied { Outcome::Repeated } else { result.outcome };
            return Ok(PushResult { outcome, ..result.clone() });
        }
        let first_seq = state.head + 1;
        let action = transaction.action.clone();
        let rejected = |reason| PushResult {
            replica,
            n,
            outcome: Outcome::Rejected,
            first_seq: 0,
            last_seq: 0,
            reason: Some(reason),
            clashes: Vec::new(),
        };
        let judged = match self.sabotage {
            Some(Sabotage::EarlierWins) => {
                transaction.clock = Tick((1 << 62) - clock.0);
                judge(&mut state.ledger, &self.schema, &mut transaction, first_seq, Millis(1 << 46))
            }
            Some(Sabotage::LoseAcknowledged) if n % 7 == 0 => Ok(Vec::new()),
            _ => judge(&mut state.ledger, &self.schema, &mut transaction, first_seq, now),
        };
        let result = match judged {
            Err(reason) => rejected(reason),
            Ok(entries) if entries.is_empty() => {
                PushResult { replica, n, outcome: Outcome::Applied, first_seq, last_seq: first_seq, reason: None, clashes: Vec::new() }
            }
            Ok(mut entries) => {
                if self.sabotage == Some(Sabotage::ForgetLost) {
                    entries.iter_mut().for_each(|entry| entry.lost.clear());
                }
                let last_seq = first_seq + entries.len() as i64 - 1;
                state.head = last_seq;
                let judged = clamp(clock, now);
                let sent_clock = Some(clock).filter(|sent| *sent != judged);
                state.log.push(Logged {
                    first_seq,
                    last_seq,
                    replica,
                    n,
                    clock: judged,
                    sent_clock,
                    mark,
                    staff_id,
                    action,
                    at: now,
                    entries,
                });
                PushResult { replica, n, outcome: Outcome::Applied, first_seq, last_seq, reason: None, clashes: Vec::new() }
            }
        };
        state.last_n.insert(replica, n);
        state.marks.insert(key, mark);
        state.known.insert(key, result.clone());
        Ok(result)
    }
}

impl Hub for ModelHub {
    fn versions(&self) -> Versions {
        self.versions
    }

    async fn push(&self, parcel: &Parcel) -> Result<Pushed, HubError> {
        let Parcel::Open(push) = parcel else { return Err(HubError::Problem("malformed".to_owned())) };
        let mut state = self.state.borrow_mut();
        if let Some(follows) = push.follows {
            if !state.has_come(follows) {
                return Err(HubError::TooEarly);
            }
            state.recognise(follows)?;
        }
        let now = self.clock.now();
        let before = state.head;
        let results =
            push.transactions.iter().map(|transaction| self.take(&mut state, transaction.clone(), now)).collect::<Result<_, _>>()?;
        if self.sabotage == Some(Sabotage::NumberOutsideLock) {
            // The next push may be visible before this one is.
            state.hidden = state.hidden.or((state.head > before).then_some((before + 1, HIDDEN_FROM)));
        }
        Ok(Pushed { results, head: state.head, now })
    }

    async fn pull(&self, after: i64, _wait: u32) -> Result<Pulled, HubError> {
        let mut state = self.state.borrow_mut();
        let hidden = state.hidden.map(|(seq, _)| seq);
        state.hidden = state.hidden.and_then(|(seq, times)| Some((seq, times.checked_sub(1)?)));
        let is_visible = |logged: &&Logged| logged.last_seq > after && hidden != Some(logged.first_seq);
        let mut transactions: Vec<_> = state.log.iter().filter(is_visible).take(TRANSACTIONS).cloned().collect();
        transactions.iter_mut().flat_map(|logged| &mut logged.entries).for_each(|entry| self.seen.narrow(entry));
        let reached = transactions.last().map_or(after, |logged| logged.last_seq);
        Ok(Pulled { more: reached < state.head && !transactions.is_empty(), transactions, head: state.head, now: self.clock.now() })
    }

    async fn snapshot(&self, table: &str, after: Option<Uuid>, since: i32) -> Result<SnapshotPage, HubError> {
        let state = self.state.borrow();
        let schema = self.seen.tables.get(table).ok_or_else(|| HubError::Problem("not-found".to_owned()))?;
        let columns: Vec<_> = schema.columns().iter().filter(|column| GROWN.of_column(table, &column.name) > since).collect();
        let mut rows: Vec<_> = state.ledger.rows_of(table).filter(|(id, _)| after.is_none_or(|after| *id > after)).collect();
        rows.sort_unstable_by_key(|(id, _)| *id);
        let is_last = rows.len() < ROWS;
        rows.truncate(ROWS);
        let kinds: Vec<_> = std::iter::once(petrel_domain::replication::Kind::Id).chain(columns.iter().map(|column| column.kind)).collect();
        let ids: Vec<Value> = rows.iter().map(|(id, _)| Value::String(id.to_string())).collect();
        let values = rows
            .iter()
            .zip(&ids)
            .map(|((_, row), id)| std::iter::once(id).chain(columns.iter().map(|column| row.value(&column.name))).collect());
        let page = encode_copy(&kinds, values).map_err(|error| HubError::Problem(error.to_string()))?;
        let columns = std::iter::once("id".to_owned()).chain(columns.iter().map(|column| column.name.clone())).collect();
        Ok(SnapshotPage { columns, rows: page.into(), last_id: rows.last().map(|(id, _)| *id), is_last })
    }

    async fn rows(&self, table: &str, ids: &[Uuid]) -> Result<Vec<(Uuid, Option<Columns>)>, HubError> {
        let state = self.state.borrow();
        Ok(ids.iter().map(|id| (*id, state.ledger.row(table, *id).map(|row| self.known(table, &row.columns)))).collect())
    }

    async fn digest(&self) -> Result<Digest, HubError> {
        let state = self.state.borrow();
        let tables = petrel_domain::manifest::REPLICATED.iter().filter(|table| self.seen.tables.contains_key(**table)).map(|table| {
            let rows: Vec<_> = state.ledger.rows_of(table).collect();
            let sum = rows.iter().fold(0_u64, |sum, (id, row)| sum.wrapping_add(row_hash(*id, &self.known(table, &row.columns))));
            ((*table).to_owned(), rows.len() as u64, sum)
        });
        Ok((state.head, tables.collect()))
    }
}

//! A push: what the desk did, judged and numbered, all under the lock of the clinic's log.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use deadpool_postgres::{Object, Transaction as Pg};
use futures_util::future::{BoxFuture, try_join, try_join_all};
use futures_util::{FutureExt, try_join};
use petrel_domain::Millis;
use petrel_domain::replication::{
    Entry, Ledger, Maker, Outcome, Push, PushResult, Pushed, Reason, Transaction, TransactionId, clamp, judge,
};
use serde_json::json;
use tokio_postgres::Statement;
use uuid::Uuid;

use super::left_out::{leave_out, left_out};
use super::received::{Received, Unread};
use super::{load, write};
use crate::catalog::Catalog;
use crate::db::{DbError, note_written, writing_transaction};
use crate::live::CHANNEL;
use crate::metrics::{Metrics, add};
use crate::problem::Problem;

/// How many rows are judged before what they did is sent.
const ROWS_AT_ONCE: usize = 2_000;
/// The same in bytes, about. What weighs as much is waited for, before the next is judged: so a batch takes no more memory than this and one transaction.
const BYTES_AT_ONCE: usize = 16 << 20;

/// Some of a push, to be judged.
struct Batch<'a> {
    transactions: &'a mut [Transaction],
    /// Those of the push that could not be read.
    unread: &'a HashMap<TransactionId, Unread>,
}

/// A transaction that was judged and has its numbers.
struct Numbered<'a> {
    transaction: &'a Transaction,
    first_seq: i64,
    entries: Vec<Entry>,
}

/// Appends a batch of one desk, judged as of `now`. A transaction is applied whole, recognised, or rejected; one that is rejected does not hold up the others.
///
/// # Errors
/// `Rewound` where a replica says again, by a number it had used, something else; `TooEarly` where what the batch follows is not there yet: nothing of
/// the batch is applied then, nor where it is `OtherClinic`, or `BehindHorizon`: the desk has been told of a number that was left out since, or that
/// this log has not reached. `Busy`.
pub(crate) async fn append(
    client: &mut Object,
    catalog: &Catalog,
    clinic: Uuid,
    device: Uuid,
    Received { push: Push { transactions: batch, follows, head: told, .. }, unread }: Received,
    metrics: &Metrics,
    now: Millis,
) -> Result<Pushed, Problem> {
    let pg = writing_transaction(client, clinic).await?;
    // The lock that puts pushes of one clinic one after another. It is held to the commit: numbers become visible in their order. What follows is asked
    // at the same go, and done after it.
    let lock = pg.prepare_cached("SELECT head FROM log_heads WHERE clinic_id = $1 FOR UPDATE").await?;
    let before = async { Ok::<i64, DbError>(pg.query_one(&lock, &[&clinic]).await?.try_get(0)?) };
    let savepoint = async { Ok(pg.batch_execute("SAVEPOINT batch").await?) };
    let left_out = async { if told.is_some() { left_out(&pg, clinic).await } else { Ok(Vec::new()) } };
    let (before, mut last, left_out, ()) = try_join!(before, Replicas::read(&pg, clinic, &batch, follows), left_out, savepoint)?;
    // What the desk says here may rest on what it had said before, and does not know to be lost: that comes first.
    if told.is_some_and(|told| left_out.iter().any(|left_out| left_out.holds(told))) {
        return Err(Problem::BehindHorizon(left_out));
    }
    if let Some(told) = told.filter(|told| *told > before) {
        let left_out = leave_out(&pg, clinic, before, told).await?;
        pg.commit().await?;
        return Err(Problem::BehindHorizon(left_out));
    }
    let mut head = before;
    let mut results: Vec<Option<PushResult>> = Vec::new();
    let mut fresh = Vec::new();
    if let Some(follows) = follows {
        if !last.has_come(follows) {
            return Err(Problem::TooEarly);
        }
        recognise(&pg, clinic, follows).await?;
    }
    for transaction in batch {
        let known = match last.place(&transaction) {
            Place::New => Ok(None),
            Place::Known => recognise(&pg, clinic, transaction.id()).await.map(Some),
        };
        match known {
            Ok(None) => {
                results.push(None);
                fresh.push(transaction);
            }
            Ok(known) => results.push(known),
            // What stands before it is answered: the desk must know that it came, before it says the rest as another replica.
            Err(Problem::Rewound) if !results.is_empty() => break,
            Err(problem) => return Err(problem),
        }
    }
    let mut ends = Vec::new();
    refuse_second_clinic(&pg, clinic, &fresh).await?;
    if !fresh.is_empty() {
        match together(&pg, catalog, clinic, device, Batch { transactions: &mut fresh, unread: &unread }, head, now).await {
            Ok(all) => (ends, head) = all,
            Err(error) if error.blames_data().is_some() => {
                pg.batch_execute("ROLLBACK TO batch").await?;
                // One of them is poison: each by itself, so that the others flow on.
                for transaction in &mut fresh {
                    pg.batch_execute("SAVEPOINT one").await?;
                    let one = Batch { transactions: std::slice::from_mut(transaction), unread: &unread };
                    match together(&pg, catalog, clinic, device, one, head, now).await {
                        Ok((one, new_head)) => {
                            ends.extend(one);
                            head = new_head;
                        }
                        Err(error) => {
                            let Some(cause) = error.blames_data() else { return Err(error.into()) };
                            pg.batch_execute("ROLLBACK TO one").await?;
                            let reason = Reason { code: "refused".to_owned(), table: String::new(), id: None, column: cause };
                            reject(&pg, clinic, device, transaction, &reason, None).await?;
                            ends.push(Ended::rejected(transaction.id(), reason));
                        }
                    }
                    pg.batch_execute("RELEASE one").await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        if may_rest_on_others(&pg, clinic, &fresh, &ends).await? {
            return Err(Problem::Away("a database was put back, and what this rests on may come from another desk yet".to_owned()));
        }
        let number = async {
            let number = pg.prepare_cached("UPDATE log_heads SET head = $2 WHERE clinic_id = $1").await?;
            Ok::<_, DbError>(pg.execute(&number, &[&clinic, &head]).await?)
        };
        let tell = async {
            let tell = pg.prepare_cached("SELECT pg_notify($1, $2)").await?;
            Ok(pg.query_one(&tell, &[&CHANNEL, &format!("{clinic} {head}")]).await?)
        };
        try_join!(last.write(&pg, clinic, device), number, tell)?;
    }
    pg.commit().await?;
    note_written(head - before);
    let mut ends = ends.into_iter();
    let results: Vec<PushResult> = results.into_iter().filter_map(|known| known.or_else(|| ends.next().map(|end| end.0))).collect();
    count(metrics, &results);
    Ok(Pushed { results, head, now })
}

/// Whether something was refused that may only have come too early: an older database was put back a few minutes ago, what the desk wrote rests on what it
/// had read before, and another desk sends that again. After that it is refused.
async fn may_rest_on_others(pg: &Pg<'_>, clinic: Uuid, fresh: &[Transaction], ends: &[Ended]) -> Result<bool, DbError> {
    let is_missing = |end: &Ended| end.0.reason.as_ref().is_some_and(|reason| ["missing_parent", "missing_value"].contains(&&*reason.code));
    let seen: Vec<i64> = fresh.iter().zip(ends).filter(|(_, end)| is_missing(end)).map(|(transaction, _)| transaction.seen).collect();
    if seen.is_empty() {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM left_out, unnest($2::bigint[]) AS seen
                 WHERE clinic_id = $1 AND after_seq < seen AND seen < until_seq AND put_back_at > now() - interval '10 minutes')";
    let statement = pg.prepare_cached(sql).await?;
    Ok(pg.query_one(&statement, &[&clinic, &seen]).await?.try_get(0)?)
}

/// Two desks that were let in while the clinic was empty may each have records of a clinic of their own: the first that comes founds it, and those of
/// the other stay where they are. A desk that is refused its push reads nothing, either.
async fn refuse_second_clinic(pg: &Pg<'_>, clinic: Uuid, fresh: &[Transaction]) -> Result<(), Problem> {
    let changes = fresh.iter().flat_map(|transaction| &transaction.changes);
    let made = changes.filter(|change| &*change.table == "clinics" && change.columns.contains_key("created_at"));
    let made: Vec<Uuid> = made.map(|change| change.id).collect();
    if made.is_empty() {
        return Ok(());
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM clinics WHERE clinic_id = $1 AND deleted_at IS NULL)
                 AND NOT EXISTS (SELECT 1 FROM clinics WHERE clinic_id = $1 AND id = ANY ($2))";
    let statement = pg.prepare_cached(sql).await?;
    if pg.query_one(&statement, &[&clinic, &made]).await?.try_get(0)? { Err(Problem::OtherClinic) } else { Ok(()) }
}

/// What became of one transaction.
struct Ended(PushResult);

impl Ended {
    fn rejected(TransactionId { replica, n, .. }: TransactionId, reason: Reason) -> Self {
        Self(PushResult { replica, n, outcome: Outcome::Rejected, first_seq: 0, last_seq: 0, reason: Some(reason), clashes: Vec::new() })
    }

    fn applied(numbered: &Numbered<'_>) -> Self {
        let Transaction { replica, n, .. } = *numbered.transaction;
        let last_seq = numbered.first_seq + numbered.entries.len() as i64 - 1;
        let is_clash = |entry: &&Entry| entry.maker == Maker::Clash && entry.columns.get("clash_with_id").is_some_and(|id| !id.is_null());
        let clashes = numbered.entries.iter().filter(is_clash).map(|entry| entry.id).collect();
        Self(PushResult { replica, n, outcome: Outcome::Applied, first_seq: numbered.first_seq, last_seq, reason: None, clashes })
    }
}

/// Judges a batch and writes what comes of it: rows, log, rejections. While Postgres writes what some transactions did, the next are judged. The
/// judge writes values one way, in place: judged again, they stay so.
async fn together(
    pg: &Pg<'_>,
    catalog: &Catalog,
    clinic: Uuid,
    device: Uuid,
    Batch { transactions: batch, unread }: Batch<'_>,
    mut head: i64,
    now: Millis,
) -> Result<(Vec<Ended>, i64), DbError> {
    let mut under_way: Vec<BoxFuture<'_, Result<(), DbError>>> = Vec::new();
    let judged = async {
        let mut ledger: Ledger = load::load(pg, catalog, clinic, batch).await?;
        let mut ends = Vec::with_capacity(batch.len());
        let mut batch = batch.iter_mut().peekable();
        let mut waiting = 0;
        while batch.peek().is_some() {
            // Others of this thread have their turn between what is judged at once.
            tokio::task::yield_now().await;
            let (mut applied, mut rows, mut bytes) = (Vec::new(), 0, 0);
            while let Some(transaction) = batch.next_if(|_| rows < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE) {
                let unread = unread.get(&transaction.id());
                let judged = match unread {
                    Some(unread) => Err(unread.reason.clone()),
                    None => judge(&mut ledger, &catalog.schema, transaction, head + 1, now),
                };
                match judged {
                    Ok(entries) => {
                        let numbered = Numbered { first_seq: head + 1, transaction, entries };
                        head += numbered.entries.len() as i64;
                        rows += numbered.entries.len();
                        bytes += numbered.entries.iter().map(Entry::weight).sum::<usize>();
                        ends.push(Ended::applied(&numbered));
                        applied.push(numbered);
                    }
                    Err(reason) => {
                        reject(pg, clinic, device, transaction, &reason, unread).await?;
                        ends.push(Ended::rejected(transaction.id(), reason));
                    }
                }
            }
            let steps = write::steps(pg, catalog, &mut ledger).await?;
            let log = pg.prepare_cached(INTO_LOG).await?;
            let mut statements = Box::pin(async move {
                let rows = try_join_all(steps.iter().map(|step| step.carry_out(pg, clinic)));
                try_join(rows, keep(pg, &log, clinic, device, &applied, now)).await.map(drop)
            });
            // A statement is sent when it is first asked for its answer. All are known to Postgres by now: none is held back.
            match (&mut statements).now_or_never() {
                Some(answer) => answer?,
                None => under_way.push(statements),
            }
            waiting += bytes;
            if waiting >= BYTES_AT_ONCE {
                for statements in under_way.drain(..) {
                    statements.await?;
                }
                waiting = 0;
            }
        }
        Ok((ends, head))
    };
    let judged = judged.await;
    // What is sent after a statement that failed fails because of it: they are asked in the order they were sent, and the first says why.
    for statements in under_way {
        statements.await?;
    }
    judged
}

const INTO_LOG: &str = "INSERT INTO log (clinic_id, device_id, first_seq, last_seq, replica_id, n, clock, sent_clock, staff_id, action, entries, mark)
    SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[], $9::uuid[], $10::text[], $11::text[], $12::bigint[])";

/// Writes the log's rows, by [`INTO_LOG`].
async fn keep(pg: &Pg<'_>, log: &Statement, clinic: Uuid, device: Uuid, applied: &[Numbered<'_>], now: Millis) -> Result<(), DbError> {
    if applied.is_empty() {
        return Ok(());
    }
    let each = |read: fn(&Numbered<'_>) -> i64| applied.iter().map(read).collect::<Vec<i64>>();
    let judged: Vec<i64> = applied.iter().map(|one| clamp(one.transaction.clock, now).0).collect();
    let sent: Vec<Option<i64>> =
        applied.iter().zip(&judged).map(|(one, judged)| Some(one.transaction.clock.0).filter(|sent| sent != judged)).collect();
    let staff: Vec<Option<Uuid>> = applied.iter().map(|one| one.transaction.staff_id).collect();
    let replicas: Vec<Uuid> = applied.iter().map(|one| one.transaction.replica).collect();
    let actions: Vec<String> =
        applied.iter().map(|one| one.transaction.action.chars().take(64).filter(|of| *of != '\0').collect()).collect();
    let entries = applied.iter().map(|one| serde_json::to_string(&one.entries)).collect::<Result<Vec<_>, _>>();
    let entries = entries.map_err(|error| DbError::Value(error.to_string()))?;
    let (first, last) = (each(|one| one.first_seq), each(|one| one.first_seq + one.entries.len() as i64 - 1));
    pg.execute(
        log,
        &[
            &clinic,
            &device,
            &first,
            &last,
            &replicas,
            &each(|one| one.transaction.n),
            &judged,
            &sent,
            &staff,
            &actions,
            &entries,
            &each(|one| one.transaction.mark.into()),
        ],
    )
    .await?;
    Ok(())
}

async fn reject(
    pg: &Pg<'_>,
    clinic: Uuid,
    device: Uuid,
    transaction: &Transaction,
    reason: &Reason,
    unread: Option<&Unread>,
) -> Result<(), DbError> {
    let sql = "INSERT INTO rejections (clinic_id, replica_id, n, device_id, reason, body) VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb)
               ON CONFLICT DO NOTHING";
    let json = |value: Result<String, serde_json::Error>| value.map_err(|error| DbError::Value(error.to_string()));
    let mut body = json(serde_json::to_string(transaction))?;
    if let Some(unread) = unread {
        // As a text: what is in it may be more than Postgres reads as JSON.
        body = json(serde_json::to_string(&json!({ "mark": transaction.mark, "said": unread.said })))?;
    }
    // Postgres keeps no NUL in JSON; what holds one is kept all the same, readably.
    let body = body.replace("\\u0000", "\\u2400");
    let statement = pg.prepare_cached(sql).await?;
    pg.execute(&statement, &[&clinic, &transaction.replica, &transaction.n, &device, &json(serde_json::to_string(reason))?, &body]).await?;
    Ok(())
}

/// How far each replica of a batch has come.
struct Replicas {
    last: HashMap<Uuid, i64>,
    stands: HashMap<Uuid, i64>,
}

enum Place {
    New,
    Known,
}

impl Replicas {
    async fn read(pg: &Pg<'_>, clinic: Uuid, batch: &[Transaction], follows: Option<TransactionId>) -> Result<Self, DbError> {
        let mut ids: Vec<Uuid> =
            batch.iter().map(|transaction| transaction.replica).chain(follows.map(|follows| follows.replica)).collect();
        ids.sort_unstable();
        ids.dedup();
        let statement = pg.prepare_cached("SELECT id, last_n FROM replicas WHERE clinic_id = $1 AND id = ANY ($2)").await?;
        let mut last = HashMap::new();
        for row in pg.query(&statement, &[&clinic, &ids]).await? {
            last.insert(row.try_get(0)?, row.try_get(1)?);
        }
        Ok(Self { stands: last.clone(), last })
    }

    /// Whether a transaction was in the clinic's log, or among its rejections, before this batch.
    fn has_come(&self, TransactionId { replica, n, .. }: TransactionId) -> bool {
        self.stands.get(&replica).is_some_and(|last| n <= *last)
    }

    fn place(&mut self, transaction: &Transaction) -> Place {
        if transaction.n < 1 {
            // Rejected each time it comes: it takes no number of the replica.
            return Place::New;
        }
        let last = self.last.entry(transaction.replica).or_insert(0);
        if transaction.n <= *last {
            return Place::Known;
        }
        *last = transaction.n;
        Place::New
    }

    async fn write(&mut self, pg: &Pg<'_>, clinic: Uuid, device: Uuid) -> Result<(), DbError> {
        let moved: Vec<(Uuid, i64)> =
            self.last.iter().filter(|(id, n)| self.stands.get(*id) != Some(*n)).map(|(id, n)| (*id, *n)).collect();
        for (id, n) in moved {
            // Whether it is there is known under the lock; `ON CONFLICT` would need an index that spans servers.
            let sql = if self.stands.contains_key(&id) {
                "UPDATE replicas SET last_n = $3, device_id = $4 WHERE clinic_id = $1 AND id = $2"
            } else {
                "INSERT INTO replicas (clinic_id, id, last_n, device_id) VALUES ($1, $2, $3, $4)"
            };
            let statement = pg.prepare_cached(sql).await?;
            pg.execute(&statement, &[&clinic, &id, &n, &device]).await?;
        }
        Ok(())
    }
}

/// A transaction that came before is answered as it was then. That the same number says something else shows by its mark.
async fn recognise(pg: &Pg<'_>, clinic: Uuid, transaction: TransactionId) -> Result<PushResult, Problem> {
    let TransactionId { replica, n, mark } = transaction;
    let sql = "SELECT first_seq, last_seq, mark FROM log WHERE clinic_id = $1 AND replica_id = $2 AND n = $3
               UNION ALL SELECT first_seq, last_seq, mark FROM log_archive WHERE clinic_id = $1 AND replica_id = $2 AND n = $3";
    let statement = pg.prepare_cached(sql).await?;
    if let Some(row) = pg.query_opt(&statement, &[&clinic, &replica, &n]).await? {
        if row.try_get::<_, i64>(2)? != i64::from(mark) {
            return Err(Problem::Rewound);
        }
        let (first_seq, last_seq) = (row.try_get(0)?, row.try_get(1)?);
        return Ok(PushResult { replica, n, outcome: Outcome::Repeated, first_seq, last_seq, reason: None, clashes: Vec::new() });
    }
    let statement = pg
        .prepare_cached("SELECT reason::text, body ->> 'mark' FROM rejections WHERE clinic_id = $1 AND replica_id = $2 AND n = $3")
        .await?;
    let Some(row) = pg.query_opt(&statement, &[&clinic, &replica, &n]).await? else { return Err(Problem::Rewound) };
    let (reason, sent): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
    if sent != Some(mark.to_string()) {
        return Err(Problem::Rewound);
    }
    let reason: Reason = serde_json::from_str(&reason).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(Ended::rejected(transaction, reason).0)
}

fn count(metrics: &Metrics, results: &[PushResult]) {
    for result in results {
        let counter = match result.outcome {
            Outcome::Applied => &metrics.applied,
            Outcome::Repeated => &metrics.repeated,
            Outcome::Rejected => &metrics.rejected,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        if result.outcome == Outcome::Applied {
            add(&metrics.entries, usize::try_from(result.last_seq - result.first_seq + 1).unwrap_or(0));
            add(&metrics.clashes, result.clashes.len());
        }
    }
}

//! One round with the hub.

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use petrel_domain::replication::{Outcome, Pulled, Push, PushResult, Pushed, Reason, Transaction, TransactionId};
use petrel_domain::{Clock, Millis};
use petrel_store::{Store, StoreError, may_die};
use uuid::Uuid;

use crate::beside::{Beside, beside};
use crate::hub::{Hub, HubError, Parcel, SnapshotPage};

/// The most rows of one push, and the most bytes as they lie in the outbox. The first transaction is sent whatever its size.
pub(crate) const PUSH_ROWS: usize = 4_000;
pub(crate) const PUSH_BYTES: usize = 4 << 20;
/// The most rows of the first push of all, which is small so that the hub has something to do while the next is read.
const FIRST_ROWS: usize = 500;
/// How many pushes are on their way at a time: while the hub writes one, it reads the next.
const ON_THE_WAY: usize = 2;
/// The most rows fetched at a time.
const ROWS: u32 = 500;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Transactions that are in the log now.
    pub sent: usize,
    /// Transactions that the hub can never apply.
    pub rejected: usize,
    /// Entries that were read.
    pub read: usize,
    /// The tables that changed here.
    pub changes: Vec<String>,
}

/// Why a round, or the filling of a fresh file, ended early. What it did until then stands.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The hub.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends what waits, reads what is new, fetches what an older program could not read, and what differs.
///
/// # Errors
/// The hub's, or the file's; the next round goes on from where this one stopped.
pub async fn round(store: &Store, hub: &impl Hub, clock: &dyn Clock) -> Result<Round, SyncError> {
    let mut done = Round::default();
    go_round(store, hub, &mut done, clock).await?;
    Ok(done)
}

/// A round that tells as it goes what it has done, so that what it read before it failed can be shown.
pub(crate) async fn go_round(store: &Store, hub: &impl Hub, round: &mut Round, clock: &dyn Clock) -> Result<(), SyncError> {
    push(store, hub, round, clock).await?;
    pull(store, hub, round, 0, clock).await?;
    catch_up(store, hub, round).await?;
    settle(store, hub, round).await?;
    if store.remove_gone()? {
        store.rebuild_derived()?;
    }
    Ok(())
}

/// Sends what waits, and nothing else.
///
/// # Errors
/// The hub's, or the file's; what the hub took until then is sent.
pub async fn send(store: &Store, hub: &impl Hub, clock: &dyn Clock) -> Result<Round, SyncError> {
    let mut round = Round::default();
    push(store, hub, &mut round, clock).await?;
    Ok(round)
}

/// Some of what waits, as it is sent; or why it cannot be.
struct Batch {
    parcel: Result<Parcel, HubError>,
    transactions: usize,
    last: TransactionId,
}

/// What waits after a transaction that was read before, or from the first on, as much as is sent at a time; none where nothing does.
fn batch<H: Hub>(
    store: &Store,
    schema: i32,
    (rows, bytes): (usize, usize),
    follows: Option<TransactionId>,
) -> Result<Option<Batch>, SyncError> {
    let rows = if follows.is_none() { rows.min(FIRST_ROWS) } else { rows };
    let transactions = store.outgoing(follows.map_or(0, |follows| follows.n), rows, bytes)?;
    let Some(last) = transactions.last().map(Transaction::id) else { return Ok(None) };
    let head = if follows.is_none() { Some(store.local_hub()?.head) } else { None };
    Ok(Some(Batch { last, transactions: transactions.len(), parcel: H::pack(Push { schema, transactions, follows, head }) }))
}

async fn carry(hub: &impl Hub, parcel: Result<Parcel, HubError>) -> Result<Pushed, HubError> {
    hub.push(&parcel?).await
}

/// Notes what became of a batch.
fn note(store: &Store, pushed: &Pushed, now: Millis) -> Result<(), StoreError> {
    may_die("push-answered");
    store.acknowledge(&pushed.results, pushed.head)?;
    may_die("push-noted");
    store.note_hub(pushed.now, now)
}

/// Sends what waits, until nothing does.
///
/// # Errors
/// The hub's, or the file's; what was answered until then stands.
pub async fn push<H: Hub>(store: &Store, hub: &H, round: &mut Round, clock: &dyn Clock) -> Result<(), SyncError> {
    while send_on(store, hub, round, clock).await? {}
    Ok(())
}

/// Sends what waits, from the first on, until nothing does or something has to be sent again. Answers whether there was anything. While the hub has
/// some batches, the answer to the one before is noted, and the next is read from the file. A batch says which transaction it follows, and the hub takes
/// none before the one it follows: were a later one there first, the hub would take the earlier for a file that went back in time.
async fn send_on<H: Hub>(store: &Store, hub: &H, round: &mut Round, clock: &dyn Clock) -> Result<bool, SyncError> {
    let (schema, most) = (hub.versions().current, (hub.most_rows(), hub.most_bytes()));
    let read = |follows| {
        let file = store.clone();
        beside(hub.works_beside(), move || batch::<H>(&file, schema, most, follows))
    };
    let mut reading = Some(read(None));
    let mut noting: Option<Beside<_>> = None;
    let mut on_the_way = FuturesOrdered::new();
    let mut unreadable = None;
    loop {
        let answered = match reading.as_mut().filter(|_| on_the_way.len() < ON_THE_WAY) {
            None => on_the_way.next().await,
            Some(ahead) => tokio::select! {
                biased;
                answered = on_the_way.next(), if !on_the_way.is_empty() => answered,
                batch = ahead.end() => {
                    reading = None;
                    match batch? {
                        Ok(None) => {}
                        Ok(Some(Batch { parcel, transactions, last })) => {
                            on_the_way.push_back(async move { (carry(hub, parcel).await, transactions, last) });
                            reading = Some(read(Some(last)));
                        }
                        // Told when what is on its way was answered, and that noted.
                        Err(error) => unreadable = Some(error),
                    }
                    continue;
                }
            },
        };
        let was_answered = noting.is_some();
        if let Some(mut noting) = noting.take() {
            noting.end().await??;
        }
        let Some((answer, transactions, last)) = answered else { return unreadable.map_or(Ok(was_answered), Err) };
        let pushed = match answer {
            Err(HubError::TooLarge | HubError::ProxyLimit) if transactions > 1 => {
                // Where less is sent at a time from now on, that is tried first: it spares a push for each transaction.
                let is_less = hub.most_bytes() < most.1;
                return if is_less { Ok(true) } else { alone(store, hub, round, clock).await.map(|()| true) };
            }
            // The one before was answered, so this one goes first the next time.
            Err(HubError::TooEarly) if was_answered => return Ok(true),
            Err(error) => return make_good(store, round, last, error).map(|()| true),
            Ok(pushed) => pushed,
        };
        if pushed.results.is_empty() {
            return Err(HubError::Problem("empty_answer".to_owned()).into());
        }
        count(round, &pushed);
        let is_whole = pushed.results.len() == transactions;
        let (file, now) = (store.clone(), clock.now());
        let mut noted = beside(hub.works_beside(), move || note(&file, &pushed, now));
        if !is_whole {
            // What was not answered is sent again before anything that comes after it.
            noted.end().await??;
            return Ok(true);
        }
        noting = Some(noted);
    }
}

/// Sends the first of what waits by itself: of several at once the hub, or a proxy before it, takes none where together they are
/// too large, and no less is sent at a time for that.
async fn alone<H: Hub>(store: &Store, hub: &H, round: &mut Round, clock: &dyn Clock) -> Result<(), SyncError> {
    let (file, schema) = (store.clone(), hub.versions().current);
    let first = beside(hub.works_beside(), move || batch::<H>(&file, schema, (1, PUSH_BYTES), None)).end().await??;
    let Some(Batch { parcel, last, .. }) = first else { return Ok(()) };
    match carry(hub, parcel).await {
        Err(error) => make_good(store, round, last, error),
        Ok(pushed) => {
            count(round, &pushed);
            Ok(note(store, &pushed, clock.now())?)
        }
    }
}

/// Does what can be done about a push that was not taken, so that the next one is.
///
/// # Errors
/// The hub's again, where nothing can be done.
fn make_good(store: &Store, round: &mut Round, last: TransactionId, error: HubError) -> Result<(), SyncError> {
    match error {
        HubError::Rewound => Ok(store.become_new_replica(Uuid::now_v7())?),
        // What was lost there waits again, before what was written since.
        HubError::PutBack(left_out) if store.send_again(&left_out)? => Ok(()),
        HubError::PutBack(_) => Err(HubError::BehindHorizon.into()),
        HubError::TooLarge => set_aside(store, round, last),
        error => Err(error.into()),
    }
}

/// A transaction that is too large by itself the hub never takes, and never looks into to say so: it is set aside as what it rejects, and the others
/// flow on.
fn set_aside(store: &Store, round: &mut Round, TransactionId { replica, n, .. }: TransactionId) -> Result<(), SyncError> {
    let reason = Some(Reason::new("too_large"));
    let result = PushResult { replica, n, outcome: Outcome::Rejected, first_seq: 0, last_seq: 0, reason, clashes: Vec::new() };
    store.acknowledge(&[result], 0)?;
    round.rejected += 1;
    tracing::warn!(n, "a transaction is larger than the hub takes, and was set aside");
    Ok(())
}

fn count(round: &mut Round, pushed: &Pushed) {
    let rejected = pushed.results.iter().filter(|result| result.reason.is_some()).count();
    round.rejected += rejected;
    round.sent += pushed.results.len() - rejected;
}

/// Reads until there is no more. `wait`, in seconds, holds only for the first page.
///
/// # Errors
/// The hub's, or the file's; the pages read until then stand. Where an older database was put back at the hub, what was lost there waits to be sent again,
/// and the rest is as where this desk was away too long: `BehindHorizon`.
pub async fn pull(store: &Store, hub: &impl Hub, round: &mut Round, wait: u32, clock: &dyn Clock) -> Result<(), SyncError> {
    let cursor = store.local_hub()?.cursor;
    let read = match hub.pull(cursor, wait).await {
        Ok(page) => read_on(store, hub, round, page, clock).await,
        Err(error) => Err(error.into()),
    };
    if let Err(SyncError::Hub(HubError::PutBack(left_out))) = &read {
        store.send_again(left_out)?;
        return Err(HubError::BehindHorizon.into());
    }
    read
}

/// Applies a page and all that come after it. While one is applied, the next is fetched. Not to be dropped half-way: what a page changed would
/// be told to nobody.
pub(crate) async fn read_on(
    store: &Store,
    hub: &impl Hub,
    round: &mut Round,
    mut page: Pulled,
    clock: &dyn Clock,
) -> Result<(), SyncError> {
    loop {
        // The hub has told of more before, at a push: it says what is lost where it is asked for what comes after that.
        let told = store.local_hub()?.head;
        if page.head < told {
            hub.pull(told, 0).await?;
        }
        let (now, more) = (page.now, page.more);
        let reached = page.transactions.last().map(|last| last.last_seq).filter(|_| more);
        let (applied, next) = match reached {
            None => (store.apply(&page)?, None),
            Some(reached) => {
                let file = store.clone();
                let mut applying = beside(hub.works_beside(), move || file.apply(&page));
                let next = hub.pull(reached, 0).await;
                (applying.end().await??, Some(next))
            }
        };
        round.read += applied.entries;
        merge(&mut round.changes, applied.changes);
        store.note_hub(now, clock.now())?;
        if more && applied.entries == 0 && !applied.is_new_replica {
            return Err(HubError::Problem("no_progress".to_owned()).into());
        }
        match next {
            None => return Ok(()),
            Some(next) => page = next?,
        }
    }
}

/// Fetches what a later schema brought, once, when the program was brought up to date: the log as this desk has read it was without it.
async fn catch_up(store: &Store, hub: &impl Hub, round: &mut Round) -> Result<(), SyncError> {
    let (versions, from) = (hub.versions(), store.schema_read()?);
    if from >= versions.current {
        return Ok(());
    }
    for table in versions.tables_since(from) {
        let is_new = versions.of_table(table) > from;
        let mut after = None;
        loop {
            let page = whole(hub.snapshot(table, after, from).await?)?;
            let filled_in = store.fill_in_columns(table, is_new, &page.columns, &page.rows);
            merge(&mut round.changes, filled_in.map_err(unless_dangling)?);
            if page.is_last {
                break;
            }
            after = page.last_id;
        }
    }
    Ok(store.note_schema_read(versions.current)?)
}

/// A row that was fetched by itself may refer to what came in since the log was read: the next round reads it first.
fn unless_dangling(error: StoreError) -> SyncError {
    if error.is_dangling() { HubError::Problem("changed_meanwhile".to_owned()).into() } else { error.into() }
}

/// Fetches rows that are known to differ: those of rejected transactions, and those that a comparison found.
async fn settle(store: &Store, hub: &impl Hub, round: &mut Round) -> Result<(), SyncError> {
    while let Some((table, ids)) = store.stale_rows(ROWS)? {
        let rows = hub.rows(&table, &ids).await?;
        merge(&mut round.changes, store.settle_stale(&table, &rows).map_err(unless_dangling)?);
    }
    Ok(())
}

/// Compares every table with the hub's. Answers the tables that differ; none where the two are not at the same number just now. A hub that has no numbers yet
/// differs in nothing: whoever has been told nothing is no measure of what is here.
///
/// # Errors
/// The hub's, or the file's.
pub async fn compare(store: &Store, hub: &impl Hub) -> Result<Option<Vec<String>>, SyncError> {
    let Some((cursor, mine)) = store.digest()? else { return Ok(None) };
    let (head, theirs) = hub.digest().await?;
    if head != cursor {
        return Ok(None);
    }
    if head == 0 {
        return Ok(Some(Vec::new()));
    }
    let differs = mine.into_iter().filter(|table| !theirs.contains(table));
    Ok(Some(differs.map(|(name, ..)| name).collect()))
}

/// Marks every row of a table that differs, here and at the hub, to be fetched by the next round. Answers how many there are.
///
/// # Errors
/// The hub's, or the file's.
pub async fn repair(store: &Store, hub: &impl Hub, table: &str) -> Result<usize, SyncError> {
    let mut ids = store.ids_of(table)?;
    let mut after = None;
    loop {
        let page = whole(hub.snapshot(table, after, 0).await?)?;
        let kinds = store.wire_schema().tables.get(table).map(|schema| {
            page.columns
                .iter()
                .map(|name| schema.column(name).map_or(petrel_domain::replication::Kind::Id, |column| column.kind))
                .collect::<Vec<_>>()
        });
        petrel_store::decode_copy(&page.rows, &kinds.unwrap_or_default(), |fields| {
            if let petrel_store::Field::Blob(bytes) = fields[0]
                && let Ok(id) = Uuid::from_slice(bytes)
            {
                ids.push(id);
                after = Some(id);
            }
            Ok(())
        })?;
        if page.is_last {
            break;
        }
    }
    ids.sort_unstable();
    ids.dedup();
    store.mark_stale(table, &ids)?;
    tracing::warn!(table, rows = ids.len(), "a table differs from the hub's and is fetched anew");
    Ok(ids.len())
}

/// A page as it was sent, or the line's fault: the file is not to blame for one that was cut short.
fn whole(page: SnapshotPage) -> Result<SnapshotPage, HubError> {
    let is_whole = petrel_store::outline_copy(&page.rows).is_some();
    if is_whole { Ok(page) } else { Err(HubError::Unreachable("a page of a table was cut short".to_owned())) }
}

fn merge(all: &mut Vec<String>, more: Vec<String>) {
    all.extend(more);
    all.sort_unstable();
    all.dedup();
}

/// How far the hub's clock is ahead, as people are told of it: nothing below a minute.
pub(crate) fn skew(hub_ahead_ms: i64) -> Option<Millis> {
    (hub_ahead_ms.abs() > petrel_domain::replication::MAX_AHEAD).then_some(Millis(hub_ahead_ms))
}

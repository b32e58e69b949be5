//! Reading: pages of the log, whole tables, single rows, a row's history, counts and hashes.

use std::fmt::Write;

use bytes::{Bytes, BytesMut};
use deadpool_postgres::{Object, Transaction as Pg};
use futures_util::{StreamExt, TryStreamExt};
use petrel_domain::Millis;
use petrel_domain::manifest::REPLICATED;
use petrel_domain::replication::{Clock, Columns, Entry, Happened, History, LeftOut, Name, Schema, row_hash};
use serde_json::Value;
use tokio_postgres::{IsolationLevel, Row};
use uuid::Uuid;

use super::left_out::{LEFT_OUT, leave_out, left_out};
use super::values::columns_of;
use crate::catalog::Catalog;
use crate::db::{DbError, clinic_transaction, writing_transaction};
use crate::problem::Problem;

/// How much of the log one page holds, in bytes of entries. The first transaction is there whatever its size.
const PAGE_BYTES: usize = 6 << 20;
/// How much of a table one page holds, in bytes. A row of thousands of bytes is common nowhere; one of megabytes is possible everywhere.
const SNAPSHOT_BYTES: usize = 16 << 20;
/// How much of the rows that were asked for by id, or of the history of one, one answer holds, in bytes.
const ROWS_BYTES: usize = 8 << 20;
/// How Postgres' binary COPY ends.
const COPY_END: &[u8] = &[0xff, 0xff];

/// A page of the log after a number, as JSON ([`petrel_domain::replication::Pulled`]): the entries are copied as they lie there. Answers it with
/// how many transactions it holds. For a desk of an earlier schema what it does not have is left out.
///
/// # Errors
/// `BehindHorizon` where the log does not reach back that far, and where it ends before that number (an older database took the place of this one): the
/// desk then fetches whole tables. The same where numbers are missing: a partition may have gone to the archive after the horizon was read. The
/// largest number there is asks for the log's end alone. It comes with the numbers that were left out. `now` is the hub's time, which the page says.
pub(crate) async fn page(
    client: &mut Object,
    earlier: Option<&Schema>,
    clinic: Uuid,
    after: i64,
    limit: i64,
    now: Millis,
) -> Result<(String, usize), Problem> {
    match at_hand(client, earlier, clinic, after, limit, now).await {
        Err(Problem::BehindHorizon(_)) => {
            let is_ahead = after != i64::MAX && after > head(client, clinic).await?;
            let left_out = if is_ahead { ahead(client, clinic, after).await? } else { behind(client, clinic).await? };
            Err(Problem::BehindHorizon(left_out))
        }
        answer => answer,
    }
}

/// The last number of a clinic's log.
async fn head(client: &mut Object, clinic: Uuid) -> Result<i64, DbError> {
    let pg = clinic_transaction(client, clinic).await?;
    let head = pg.query_one("SELECT head FROM log_heads WHERE clinic_id = $1", &[&clinic]).await?.try_get(0)?;
    pg.commit().await?;
    Ok(head)
}

/// The numbers that were left out, for a desk that is behind.
async fn behind(client: &mut Object, clinic: Uuid) -> Result<Vec<LeftOut>, DbError> {
    let pg = clinic_transaction(client, clinic).await?;
    let left_out = left_out(&pg, clinic).await?;
    pg.commit().await?;
    Ok(left_out)
}

/// The same for a desk that has read farther than this log goes.
async fn ahead(client: &mut Object, clinic: Uuid, after: i64) -> Result<Vec<LeftOut>, DbError> {
    let pg = writing_transaction(client, clinic).await?;
    let head: i64 = pg.query_one("SELECT head FROM log_heads WHERE clinic_id = $1 FOR UPDATE", &[&clinic]).await?.try_get(0)?;
    let left_out = if after > head { leave_out(&pg, clinic, head, after).await? } else { left_out(&pg, clinic).await? };
    pg.commit().await?;
    Ok(left_out)
}

async fn at_hand(
    client: &mut Object,
    earlier: Option<&Schema>,
    clinic: Uuid,
    after: i64,
    limit: i64,
    now: Millis,
) -> Result<(String, usize), Problem> {
    let pg = clinic_transaction(client, clinic).await?;
    let heads = pg.prepare_cached("SELECT head, horizon FROM log_heads WHERE clinic_id = $1").await?;
    let heads = pg.query_one(&heads, &[&clinic]).await?;
    let (head, horizon): (i64, i64) = (heads.try_get(0)?, heads.try_get(1)?);
    if after < horizon || (after > head && after != i64::MAX) {
        return Err(Problem::BehindHorizon(Vec::new()));
    }
    let mut body = String::from("{\"transactions\":[");
    let (mut count, mut reached) = (0, after);
    if after < head {
        // What is too much for the page is not sent: of an import, five thousand transactions are gigabytes.
        let sql = "SELECT first_seq, last_seq, replica_id, n, clock, sent_clock, staff_id, action, recorded_at, entries, mark FROM (
                     SELECT *, sum(octet_length(entries)) OVER (ORDER BY last_seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM log
                     WHERE clinic_id = $1 AND last_seq > $2 AND last_seq <= $4 ORDER BY last_seq LIMIT $3
                   ) AS page WHERE coalesce(before, 0) <= $5 ORDER BY last_seq";
        let statement = pg.prepare_cached(sql).await?;
        let most = PAGE_BYTES as i64;
        let rows = pg.query_raw(&statement, params(&[&clinic, &after, &limit, &head, &most])).await?;
        futures_util::pin_mut!(rows);
        while let Some(row) = rows.try_next().await? {
            if row.try_get::<_, i64>(0)? > reached + 1 {
                return Err(Problem::BehindHorizon(Vec::new()));
            }
            if count > 0 {
                body.push(',');
            }
            reached = row.try_get(1)?;
            transaction(&mut body, &row, earlier)?;
            count += 1;
        }
        if count == 0 {
            return Err(Problem::BehindHorizon(Vec::new()));
        }
    }
    pg.commit().await?;
    let _ = write!(body, "],\"head\":{head},\"more\":{},\"now\":{}}}", reached < head && count > 0, now.0);
    Ok((body, count))
}

fn params<'a>(
    values: &'a [&'a (dyn tokio_postgres::types::ToSql + Sync)],
) -> impl ExactSizeIterator<Item = &'a dyn tokio_postgres::types::ToSql> {
    values.iter().map(|value| *value as &dyn tokio_postgres::types::ToSql)
}

fn transaction(body: &mut String, row: &Row, earlier: Option<&Schema>) -> Result<(), DbError> {
    let at: chrono::DateTime<chrono::Utc> = row.try_get(8)?;
    let (replica, staff): (Uuid, Option<Uuid>) = (row.try_get(2)?, row.try_get(6)?);
    let action = Value::String(row.try_get(7)?);
    let (first, last, n, clock): (i64, i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(3)?, row.try_get(4)?);
    let (at, mark) = (at.timestamp_millis(), row.try_get::<_, i64>(10)?);
    let _ = write!(
        body,
        "{{\"first_seq\":{first},\"last_seq\":{last},\"replica\":\"{replica}\",\"n\":{n},\"clock\":\"{clock}\",\"mark\":{mark},\"at\":{at},\"action\":{action}"
    );
    if let Some(sent) = row.try_get::<_, Option<i64>>(5)? {
        let _ = write!(body, ",\"sent_clock\":\"{sent}\"");
    }
    if let Some(staff) = staff {
        let _ = write!(body, ",\"staff_id\":\"{staff}\"");
    }
    let entries: &str = row.try_get(9)?;
    let narrowed = earlier.map(|earlier| narrow(entries, earlier)).transpose()?;
    let _ = write!(body, ",\"entries\":{}}}", narrowed.as_deref().unwrap_or(entries));
    Ok(())
}

/// Entries without what an earlier schema does not have.
fn narrow(entries: &str, earlier: &Schema) -> Result<String, DbError> {
    let unreadable = |error: serde_json::Error| DbError::Value(error.to_string());
    let mut entries: Vec<Entry> = serde_json::from_str(entries).map_err(unreadable)?;
    entries.iter_mut().for_each(|entry| earlier.narrow(entry));
    serde_json::to_string(&entries).map_err(unreadable)
}

/// A page of a whole table in the order of ids, in Postgres' binary COPY format, and the most rows that it could have: the limit, or, where rows are
/// large, as many as there are room for. A page with fewer rows is the last. Table and columns are the catalog's.
///
/// # Errors
/// What Postgres says.
pub(crate) async fn snapshot(
    client: &mut Object,
    clinic: Uuid,
    table: &str,
    columns: &str,
    after: Option<Uuid>,
    limit: usize,
) -> Result<(Bytes, usize), Problem> {
    let pg = clinic_transaction(client, clinic).await?;
    // COPY takes no parameters; both are UUIDs that were parsed.
    let after = after.map(|after| format!(" AND id > '{after}'")).unwrap_or_default();
    let sql = format!(
        "COPY (SELECT {columns} FROM {table} WHERE clinic_id = '{clinic}'{after} ORDER BY id LIMIT {limit}) TO STDOUT (FORMAT binary)"
    );
    let stream = pg.copy_out(&sql).await?;
    let mut page = BytesMut::new();
    let mut rows = 0;
    let mut is_cut = false;
    {
        futures_util::pin_mut!(stream);
        // Postgres sends each row by itself, the first with the header before it, and the end by itself.
        while let Some(bytes) = stream.next().await {
            let bytes = bytes?;
            page.extend_from_slice(&bytes);
            if &*bytes == COPY_END {
                continue;
            }
            rows += 1;
            if page.len() > SNAPSHOT_BYTES && rows < limit {
                page.extend_from_slice(COPY_END);
                is_cut = true;
                break;
            }
        }
    }
    // What Postgres still sends of a page that was cut is read and dropped before the next statement's answer.
    pg.commit().await?;
    Ok((page.freeze(), if is_cut { rows } else { limit }))
}

/// Rows as they stand; none for one that is not there. Where they are large, as many as there is room for, and one in any case: the desk asks again for
/// those that it got no answer for.
///
/// # Errors
/// `NotFound` where no such table is replicated.
pub(crate) async fn rows(
    client: &mut Object,
    schema: &Schema,
    clinic: Uuid,
    table: &str,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Option<Columns>)>, Problem> {
    let schema = schema.tables.get(table).ok_or(Problem::NotFound)?;
    let pg = clinic_transaction(client, clinic).await?;
    let columns: Vec<_> = schema.names().collect();
    let sql = format!("SELECT id, {} FROM {table} WHERE clinic_id = $1 AND id = ANY ($2)", columns.join(", "));
    let statement = pg.prepare_cached(&sql).await?;
    let mut found = std::collections::HashMap::new();
    let mut bytes = 0;
    let mut is_cut = false;
    {
        let rows = pg.query_raw(&statement, params(&[&clinic, &ids])).await?;
        futures_util::pin_mut!(rows);
        while let Some(row) = rows.try_next().await? {
            bytes += row.raw_size_bytes();
            is_cut = bytes > ROWS_BYTES && !found.is_empty();
            if is_cut {
                break;
            }
            found.insert(row.try_get::<_, Uuid>(0)?, columns_of(&row, 1, schema)?);
        }
    }
    pg.commit().await?;
    // Of what was not read it is not known whether it is there.
    Ok(ids.iter().map(|id| (*id, found.remove(id))).filter(|(_, row)| row.is_some() || !is_cut).collect())
}

/// The entries of one row, the newest first, at hand or archived: each names the one before it, so nothing is searched. As many as there is room for, and
/// one in any case; the desk asks again for those before the last it has.
///
/// # Errors
/// `NotFound` where there is no such row.
pub(crate) async fn history(
    client: &mut Object,
    schema: &Schema,
    clinic: Uuid,
    table: &str,
    id: Uuid,
    before: Option<i64>,
) -> Result<History, Problem> {
    const MOST: usize = 500;
    // Each entry lies within its transaction, which is read whole: an import has some thousands.
    const MOST_READ: usize = 32 << 20;
    if !schema.tables.contains_key(table) {
        return Err(Problem::NotFound);
    }
    let pg = clinic_transaction(client, clinic).await?;
    let statement = pg.prepare_cached(&format!("SELECT seq FROM {table} WHERE clinic_id = $1 AND id = $2")).await?;
    let row = pg.query_opt(&statement, &[&clinic, &id]).await?.ok_or(Problem::NotFound)?;
    let mut seq: i64 = row.try_get(0)?;
    if let Some(before) = before {
        // Whatever number is said: of another row nothing is told.
        let known = entry(&pg, clinic, before).await?;
        seq = known
            .filter(|Stood { happened: Happened { entry, .. }, .. }| *entry.table == *table && entry.id == id)
            .ok_or(Problem::NotFound)?
            .prior;
    }
    let (mut entries, mut bytes, mut read) = (Vec::new(), 0, 0);
    while seq > 0 && entries.len() < MOST && read < MOST_READ {
        let Some(Stood { happened: mut found, prior, weight }) = entry(&pg, clinic, seq).await? else { break };
        read += weight;
        schema.narrow(&mut found.entry);
        // A text that was written on for months is in each of them whole.
        bytes += serde_json::to_vec(&found).map_err(|error| Problem::Internal(error.to_string()))?.len();
        if bytes > ROWS_BYTES && !entries.is_empty() {
            break;
        }
        entries.push(found);
        seq = prior;
    }
    pg.commit().await?;
    Ok(History { entries, more: seq > 0 })
}

/// An entry of the log.
struct Stood {
    happened: Happened,
    /// The number of the row's entry before it.
    prior: i64,
    /// How many bytes were read for it.
    weight: usize,
}

/// One entry of the log with who and when.
async fn entry(pg: &Pg<'_>, clinic: Uuid, seq: i64) -> Result<Option<Stood>, Problem> {
    let columns = "first_seq, replica_id, clock, staff_id, action, recorded_at, entries, (SELECT d.name FROM devices d WHERE d.clinic_id = $1 AND d.id = l.device_id)";
    let sql = format!(
        "SELECT * FROM (SELECT last_seq, {columns} FROM log l WHERE clinic_id = $1 AND last_seq >= $2 ORDER BY last_seq LIMIT 1) a
         UNION ALL SELECT * FROM (SELECT last_seq, {columns} FROM log_archive l WHERE clinic_id = $1 AND last_seq >= $2 ORDER BY last_seq LIMIT 1) b
         ORDER BY last_seq LIMIT 1"
    );
    let statement = pg.prepare_cached(&sql).await?;
    let Some(row) = pg.query_opt(&statement, &[&clinic, &seq]).await? else { return Ok(None) };
    let first: i64 = row.try_get(1)?;
    let Ok(place) = usize::try_from(seq - first) else { return Ok(None) };
    let unreadable = |error: serde_json::Error| Problem::Internal(error.to_string());
    let text: &str = row.try_get(7)?;
    let mut entries: Vec<Entry> = serde_json::from_str(text).map_err(unreadable)?;
    if place >= entries.len() {
        return Ok(None);
    }
    let entry = entries.swap_remove(place);
    let at: chrono::DateTime<chrono::Utc> = row.try_get(6)?;
    let prior = entry.prior;
    let weight = text.len();
    let happened = Happened {
        seq,
        replica: row.try_get(2)?,
        clock: Clock(row.try_get(3)?),
        staff_id: row.try_get(4)?,
        action: row.try_get(5)?,
        at: Millis(at.timestamp_millis()),
        device: row.try_get(8)?,
        entry,
    };
    Ok(Some(Stood { happened, prior, weight }))
}

/// Counts and hashes of every table, and the log's last number, at one moment.
///
/// # Errors
/// What Postgres says.
pub(crate) async fn digest(client: &mut Object, schema: &Schema, clinic: Uuid) -> Result<(i64, Vec<(String, u64, u64)>), Problem> {
    let pg = at_one_moment(client, clinic).await?;
    let head: i64 = pg.query_one("SELECT head FROM log_heads WHERE clinic_id = $1", &[&clinic]).await?.try_get(0)?;
    let mut digests = Vec::new();
    for name in REPLICATED {
        let Some(schema) = schema.tables.get(*name) else { continue };
        let columns: Vec<_> = schema.names().collect();
        let sql = format!("SELECT id, {} FROM {name} WHERE clinic_id = $1", columns.join(", "));
        let statement = pg.prepare_cached(&sql).await?;
        let rows = pg.query_raw(&statement, params(&[&clinic])).await?;
        futures_util::pin_mut!(rows);
        let (mut count, mut sum) = (0_u64, 0_u64);
        while let Some(row) = rows.try_next().await? {
            count += 1;
            sum = sum.wrapping_add(row_hash(row.try_get(0)?, &columns_of(&row, 1, schema)?));
        }
        digests.push(((*name).to_owned(), count, sum));
    }
    pg.commit().await?;
    Ok((head, digests))
}

/// A transaction that sees a clinic as it was at one moment, however much comes in while it reads.
async fn at_one_moment(client: &mut Object, clinic: Uuid) -> Result<Pg<'_>, DbError> {
    let pg = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await?;
    crate::db::set_clinic(&pg, clinic).await?;
    Ok(pg)
}

/// Holds a clinic's log against its tables, as they are at one moment: numbers without gaps, every row's last entry there, every row as its entries
/// leave it. Answers what was found wrong.
///
/// # Errors
/// What Postgres says.
pub(crate) async fn verify(client: &mut Object, catalog: &Catalog, clinic: Uuid) -> Result<Vec<String>, Problem> {
    let pg = at_one_moment(client, clinic).await?;
    let mut wrong = Vec::new();
    let sql = "SELECT first_seq, last_seq, entries FROM (SELECT * FROM log UNION ALL SELECT * FROM log_archive) l WHERE clinic_id = $1 ORDER BY first_seq";
    let rows = pg.query_raw(sql, params(&[&clinic])).await?;
    futures_util::pin_mut!(rows);
    let mut expected = 1;
    let mut left: std::collections::HashMap<(Name, Uuid), (Columns, i64)> = std::collections::HashMap::new();
    while let Some(row) = rows.try_next().await? {
        let (first, last): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if (first - expected) % LEFT_OUT != 0 {
            wrong.push(format!("numbers {expected} to {} are missing", first - 1));
        }
        expected = last + 1;
        let entries: Vec<Entry> = serde_json::from_str(row.try_get(2)?).map_err(|error| Problem::Internal(error.to_string()))?;
        if entries.len() as i64 != last - first + 1 {
            wrong.push(format!("transaction {first} has {} entries", entries.len()));
        }
        for (seq, entry) in (first..).zip(entries) {
            let (columns, before) = left.entry((entry.table, entry.id)).or_default();
            if *before != entry.prior {
                wrong.push(format!("entry {seq} names {} before it, which is {before}", entry.prior));
            }
            *before = seq;
            columns.extend(entry.columns);
        }
    }
    for name in REPLICATED {
        let Some(schema) = catalog.schema.tables.get(*name) else { continue };
        let columns: Vec<_> = schema.names().collect();
        let sql = format!("SELECT id, {}, seq FROM {name} WHERE clinic_id = $1", columns.join(", "));
        for row in pg.query(&sql, &[&clinic]).await? {
            let (id, seq): (Uuid, i64) = (row.try_get(0)?, row.try_get(columns.len() + 1)?);
            let stands = columns_of(&row, 1, schema)?;
            match left.remove(&((*name).into(), id)) {
                None => wrong.push(format!("{name} {id} is in no entry")),
                Some((_, last)) if last != seq => wrong.push(format!("{name} {id} says its last entry is {seq}, which is {last}")),
                Some((columns, _)) if columns.iter().any(|(column, value)| stands.get(column).unwrap_or(&Value::Null) != value) => {
                    wrong.push(format!("{name} {id} is not as its entries leave it"));
                }
                Some(_) => {}
            }
        }
    }
    wrong.extend(left.keys().map(|(table, id)| format!("{table} {id} is in the log alone")));
    pg.commit().await?;
    Ok(wrong)
}

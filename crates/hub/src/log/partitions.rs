//! The log's partitions: those of the coming months are made ahead, those past the horizon are moved to the archive whole.

use chrono::{Datelike, Months, NaiveDate};
use petrel_domain::{Clock, SystemClock};
use tokio_postgres::{Client, Error};

use crate::db::LOCK_TIMEOUT;
use crate::reach::Reach;

/// Makes the partitions of this month and the next, and archives those whose last entry is older than `days` days. Works as the database's
/// owner, on a connection of its own. Answers how many were archived: none where another hub is at it.
///
/// # Errors
/// What Postgres says, also where a table was not free in time. What was done until then stands; it is to be tried again.
pub(crate) async fn keep_partitions(url: &str, days: u32) -> anyhow::Result<usize> {
    let (client, connection) = Reach::of(url)?.connect().await?;
    let task = tokio::spawn(connection);
    let archived = keep(&client, days).await;
    drop(client);
    let _ = task.await;
    Ok(archived?)
}

async fn keep(client: &Client, days: u32) -> Result<usize, Error> {
    client.batch_execute(&format!("SET lock_timeout = '{LOCK_TIMEOUT}'")).await?;
    if !client.query_one("SELECT pg_try_advisory_lock(4791)", &[]).await?.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    client
        .batch_execute("SELECT make_log_partition(current_date); SELECT make_log_partition((current_date + interval '1 month')::date)")
        .await?;
    let Some(oldest) = oldest_kept(SystemClock.now().utc().date_naive(), days) else { return Ok(0) };
    let sql = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'log'::regclass AND c.relname ~ '^log_\\d{4}_\\d{2}$' ORDER BY 1";
    let mut archived = 0;
    for row in client.query(sql, &[]).await? {
        let name: String = row.get(0);
        let Some(month) = month_of(&name).filter(|month| *month + Months::new(1) <= oldest) else { continue };
        archive(client, &name, month).await?;
        archived += 1;
    }
    Ok(archived)
}

/// Moves one partition to the archive. All that takes long is done before the log is locked: the moment in which it is, nothing is read.
async fn archive(client: &Client, name: &str, month: NaiveDate) -> Result<(), Error> {
    let bound = |day: NaiveDate| format!("'{} 00:00:00+00'", day.format("%Y-%m-%d"));
    let (from, until) = (bound(month), bound(month + Months::new(1)));
    // What the archive asks of its partition stands as a constraint that Postgres has held against every row: it believes that, and looks at none again.
    let checked = format!(
        "ALTER TABLE {name} DROP CONSTRAINT IF EXISTS of_its_month;
         ALTER TABLE {name} ADD CONSTRAINT of_its_month CHECK (recorded_at >= {from} AND recorded_at < {until}) NOT VALID"
    );
    client.batch_execute(&checked).await?;
    client.batch_execute(&format!("ALTER TABLE {name} VALIDATE CONSTRAINT of_its_month")).await?;
    // Desks behind it fetch whole tables; the numbers in the archive stay readable as history. A month that is over takes no rows any more. Each clinic
    // by itself, with no table held meanwhile: a push holds its clinic's row, and asks for the log.
    let last = format!("SELECT clinic_id, max(last_seq) FROM log WHERE recorded_at >= {from} AND recorded_at < {until} GROUP BY 1");
    for row in client.query(&last, &[]).await? {
        let (clinic, last): (uuid::Uuid, i64) = (row.try_get(0)?, row.try_get(1)?);
        let raise = "UPDATE log_heads SET horizon = $2 WHERE clinic_id = $1 AND horizon < $2";
        client.execute(raise, &[&clinic, &last]).await?;
    }
    let moved = format!(
        "BEGIN;
         ALTER TABLE log DETACH PARTITION {name};
         ALTER TABLE log_archive ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({until});
         ALTER TABLE {name} DROP CONSTRAINT of_its_month;
         COMMIT"
    );
    let done = client.batch_execute(&moved).await;
    if done.is_err() {
        client.batch_execute("ROLLBACK").await?;
    }
    done
}

/// The first day that is kept at hand; none where that is before any there is: then all are kept.
fn oldest_kept(today: NaiveDate, days: u32) -> Option<NaiveDate> {
    today.checked_sub_days(chrono::Days::new(days.into()))
}

fn month_of(name: &str) -> Option<NaiveDate> {
    let (year, month) = name.strip_prefix("log_")?.split_once('_')?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1).filter(|day| day.day() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_kept_for_ever_is_kept() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 29).unwrap();
        assert_eq!(oldest_kept(today, 90), NaiveDate::from_ymd_opt(2026, 8, 31));
        assert_eq!(oldest_kept(today, 999_999_999), None);
    }

    #[test]
    fn a_partition_is_known_by_its_name() {
        assert_eq!(month_of("log_2026_11"), NaiveDate::from_ymd_opt(2026, 11, 1));
        assert_eq!(month_of("log_rest"), None);
        assert_eq!(month_of("log_2026_13"), None);
    }
}

//! The log's partitions: those of the coming months are made ahead, those past the horizon are moved to the archive whole.

use chrono::{Datelike, Months, NaiveDate};
use petrel_domain::{Clock, SystemClock};
use tokio_postgres::NoTls;

/// Makes the partitions of this month and the next, and archives those whose last entry is older than `days` days. Works as the database's
/// owner, on a connection of its own. Answers how many were archived.
///
/// # Errors
/// What Postgres says; it is tried again the next day.
pub(crate) async fn keep_partitions(url: &str, days: u32) -> Result<usize, tokio_postgres::Error> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let task = tokio::spawn(connection);
    client.batch_execute("SELECT make_log_partition(current_date), make_log_partition((current_date + interval '1 month')::date)").await?;
    let oldest = SystemClock.now().utc().date_naive() - chrono::Days::new(days.into());
    let sql = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'log'::regclass AND c.relname ~ '^log_\\d{4}_\\d{2}$' ORDER BY 1";
    let mut archived = 0;
    for row in client.query(sql, &[]).await? {
        let name: String = row.get(0);
        let Some(month) = month_of(&name) else { continue };
        if month + Months::new(1) > oldest {
            continue;
        }
        let (from, until) = (month.format("%Y-%m-%d"), (month + Months::new(1)).format("%Y-%m-%d"));
        let transaction = client.transaction().await?;
        // Desks behind it fetch whole tables; the numbers in the archive stay readable as history. The first partitions hold their owner, too, to
        // row-level security, by which it sees none of their rows: it would raise no horizon.
        let moved = format!(
            "ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY;
             UPDATE log_heads h SET horizon = greatest(h.horizon, l.last) FROM (SELECT clinic_id, max(last_seq) AS last FROM {name} GROUP BY 1) l
               WHERE l.clinic_id = h.clinic_id;
             ALTER TABLE log DETACH PARTITION {name};
             ALTER TABLE log_archive ATTACH PARTITION {name} FOR VALUES FROM ('{from} 00:00:00+00') TO ('{until} 00:00:00+00');"
        );
        transaction.batch_execute(&moved).await?;
        transaction.commit().await?;
        archived += 1;
    }
    drop(client);
    let _ = task.await;
    Ok(archived)
}

fn month_of(name: &str) -> Option<NaiveDate> {
    let (year, month) = name.strip_prefix("log_")?.split_once('_')?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1).filter(|day| day.day() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_known_by_its_name() {
        assert_eq!(month_of("log_2026_11"), NaiveDate::from_ymd_opt(2026, 11, 1));
        assert_eq!(month_of("log_rest"), None);
        assert_eq!(month_of("log_2026_13"), None);
    }
}

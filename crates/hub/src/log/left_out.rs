//! Numbers that are left out: an older database was put back, or a standby that lacked the last of them took the place of a server that was lost.

use deadpool_postgres::Transaction as Pg;
use petrel_domain::replication::LeftOut;
use petrel_domain::{Clock as _, Millis, SystemClock};
use uuid::Uuid;

use crate::db::DbError;
use crate::live::CHANNEL;

/// Numbers that are left out at least, a minute: more than a clinic gives out between two backups.
pub(super) const LEFT_OUT: i64 = 1_000_000_000;
/// How often in a day numbers are left out because a desk said one: oftener than servers are lost.
const A_DAY: i64 = 4;
/// From when on the minutes are counted by which the gap grows: 2026-01-01 00:00 UTC.
const COUNTED_SINCE: i64 = 1_767_225_600_000;

/// How many numbers are left out at a moment. The gap grows with the minutes: where the same database is put back once more, the numbers that were
/// given out in between are left out, too.
pub(crate) fn gap(now: Millis) -> i64 {
    let minutes = (now.0 - COUNTED_SINCE) / petrel_domain::MINUTE;
    LEFT_OUT * minutes.max(1)
}

/// The numbers that were left out.
pub(super) async fn left_out(pg: &Pg<'_>, clinic: Uuid) -> Result<Vec<LeftOut>, DbError> {
    let statement = pg.prepare_cached("SELECT after_seq, until_seq FROM left_out WHERE clinic_id = $1 ORDER BY after_seq").await?;
    let rows = pg.query(&statement, &[&clinic]).await?;
    rows.iter().map(|row| Ok(LeftOut { after: row.try_get(0)?, until: row.try_get(1)? })).collect()
}

/// A desk was told of a number that this log has not reached: this database lacks what came last, and nobody said so (`petrel-hub restored`). So it is done
/// now, for this clinic, before any of those numbers is given out to something else: by that, other desks would not notice what they have to send again.
/// To be done under the clinic's lock, with the head that was read under it. Answers all that is left out, the number that the desk was told among it.
///
/// Also where this log has nothing yet: its first numbers were given out by the one that was lost. Not again while nothing was written since, nor for a number
/// that no log reaches, and so often a day: numbers must not run out because a desk says one, and all desks fetch whole tables by it.
pub(super) async fn leave_out(pg: &Pg<'_>, clinic: Uuid, head: i64, told: i64) -> Result<Vec<LeftOut>, DbError> {
    let until = head.saturating_add(gap(SystemClock.now()));
    if told < until {
        // One of a moment ago that the log has gone past does for no other: what the desk was told would be given out next.
        let sql = "INSERT INTO left_out (clinic_id, after_seq, until_seq) SELECT $1, $2, $3
                   WHERE NOT EXISTS (SELECT 1 FROM left_out WHERE clinic_id = $1 AND put_back_at > now() - interval '10 minutes' AND until_seq >= $2)
                     AND (SELECT count(*) FROM left_out WHERE clinic_id = $1 AND put_back_at > now() - interval '1 day') < $4";
        let statement = pg.prepare_cached(sql).await?;
        if pg.execute(&statement, &[&clinic, &head, &until, &A_DAY]).await? == 1 {
            let statement = pg.prepare_cached("UPDATE log_heads SET head = $2, horizon = $2 WHERE clinic_id = $1").await?;
            pg.execute(&statement, &[&clinic, &until]).await?;
            let statement = pg.prepare_cached("SELECT pg_notify($1, $2)").await?;
            pg.query_one(&statement, &[&CHANNEL, &format!("{clinic} {until}")]).await?;
            tracing::error!(%clinic, head, told, "the database lacks numbers that a desk was told of; they are left out, and desks send again");
        }
    }
    let mut left_out = left_out(pg, clinic).await?;
    if !left_out.iter().any(|left_out| left_out.holds(told)) {
        left_out.push(LeftOut { after: head, until: told.saturating_add(1) });
    }
    Ok(left_out)
}

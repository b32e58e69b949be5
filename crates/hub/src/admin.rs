//! What an operator does: clinics, codes, desks, checks.

use chrono::{DateTime, Utc};
use deadpool_postgres::Transaction as Pg;
use petrel_domain::{Clock, Millis, SystemClock, parse_zone};
use uuid::Uuid;

use crate::auth::{self, CODE};
use crate::db::{Database, clinic_transaction};
use crate::log;
use crate::problem::Problem;
use crate::reach::Reach;

/// A clinic to be served.
pub struct NewClinic {
    /// Its name.
    pub name: String,
    /// Its zone, by its IANA name.
    pub timezone: String,
}

/// Makes room for a clinic. Answers its id.
///
/// # Errors
/// Where the name is empty or too long, or the zone is unknown; what Postgres says.
pub async fn add_clinic(database: &Database, clinic: &NewClinic) -> anyhow::Result<Uuid> {
    parse_zone(&clinic.timezone)
        .map_err(|_| anyhow::anyhow!("timezone: {} is no zone of the IANA database, such as Europe/Berlin", clinic.timezone))?;
    anyhow::ensure!((1..=200).contains(&clinic.name.trim().chars().count()), "name: 1 to 200 characters");
    let id = Uuid::now_v7();
    let mut client = database.client().await?;
    let pg = clinic_transaction(&mut client, id).await?;
    pg.execute("INSERT INTO tenants (id, name, timezone) VALUES ($1, $2, $3)", &[&id, &clinic.name.trim(), &clinic.timezone]).await?;
    pg.execute("INSERT INTO log_heads (clinic_id) VALUES ($1)", &[&id]).await?;
    pg.commit().await?;
    Ok(id)
}

/// How many handles are drawn for a code: a thousand codes in use leave one in a thousand taken.
const HANDLES_TRIED: u32 = 20;
/// How many codes of one clinic wait to be used at a time. Who asks for one more has lost sight of the oldest, which works no more. Handles are shared by
/// all clinics: what one clinic may hold of them must not grow with how often its desks ask.
const OPEN_CODES: i64 = 10;
/// How many desks of one clinic are let in at a time: those that were locked out count no more. Far beyond what a clinic has, and a bound to what one that
/// was broken into takes of the hub.
const DESKS: i64 = 200;

/// A code that lets one desk in, for a quarter of an hour.
///
/// # Errors
/// Where there is no such clinic, or it has too many desks; what Postgres says.
pub async fn make_code(database: &Database, clinic: Uuid) -> anyhow::Result<(String, DateTime<Utc>)> {
    new_code(database, clinic).await.map_err(|problem| match problem {
        Problem::NotFound => anyhow::anyhow!("clinic: there is none with this id"),
        Problem::TooManyDesks => anyhow::anyhow!(
            "clinic: it has {DESKS} desks, the most that one may have; lock one out that is not used any more (device list, device revoke)"
        ),
        other => anyhow::anyhow!("{other:?}"),
    })
}

pub(crate) async fn new_code(database: &Database, clinic: Uuid) -> Result<(String, DateTime<Utc>), Problem> {
    let expires_at = SystemClock.now().utc() + CODE;
    let mut client = database.client().await?;
    let pg = clinic_transaction(&mut client, clinic).await?;
    // Codes of one clinic are drawn one after another: those that are drawn at the same moment would not be counted.
    if pg.query_opt("SELECT 1 FROM tenants WHERE id = $1 FOR NO KEY UPDATE", &[&clinic]).await?.is_none() {
        return Err(Problem::NotFound);
    }
    has_room(&pg, clinic).await?;
    let sql = "DELETE FROM enrolment_codes WHERE clinic_id = $1 AND (used_at IS NOT NULL OR expires_at <= now() OR handle IN (
                 SELECT handle FROM enrolment_codes WHERE clinic_id = $1 AND used_at IS NULL AND expires_at > now()
                 ORDER BY expires_at DESC OFFSET $2))";
    pg.execute(sql, &[&clinic, &(OPEN_CODES - 1)]).await?;
    for _ in 0..HANDLES_TRIED {
        let (handle, secret, shown) = auth::new_code().map_err(|error| Problem::Internal(error.to_string()))?;
        pg.execute("SELECT clear_old_code($1)", &[&handle]).await?;
        let sql = "INSERT INTO enrolment_codes (clinic_id, handle, code_hash, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT (handle) DO NOTHING";
        if pg.execute(sql, &[&clinic, &handle, &auth::hash(&secret).as_slice(), &expires_at]).await? == 1 {
            pg.commit().await?;
            return Ok((shown, expires_at));
        }
    }
    Err(Problem::Internal("no handle of a code is free".to_owned()))
}

/// Whether one more desk may be let in.
///
/// # Errors
/// `TooManyDesks`; what Postgres says.
pub(crate) async fn has_room(pg: &Pg<'_>, clinic: Uuid) -> Result<(), Problem> {
    let sql = "SELECT count(*) FROM devices WHERE clinic_id = $1 AND revoked_at IS NULL";
    let desks: i64 = pg.query_one(sql, &[&clinic]).await?.try_get(0)?;
    if desks >= DESKS { Err(Problem::TooManyDesks) } else { Ok(()) }
}

/// Works as who the address names, not as the role that serves desks.
pub(crate) async fn as_owner<T>(
    database_url: &str,
    work: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, tokio_postgres::Error>,
) -> anyhow::Result<T> {
    let (client, connection) = Reach::of(database_url)?.connect().await?;
    let task = tokio::spawn(connection);
    let done = work(&client).await?;
    drop(client);
    task.await??;
    Ok(done)
}

/// Goes on counting far from where an older database, put back, had stopped, in every clinic: a number that was given out before is not given out
/// again for something else. Every desk is behind the log then, and fetches whole tables; what it has not sent stays, and what it had sent by a number that
/// is left out it sends again. The gap grows with the minutes: where the same database is put back once more, the numbers that were given out in between are left
/// out, too. To be done as the database's owner, before a hub serves it.
///
/// # Errors
/// What Postgres says.
pub async fn leave_out_numbers(database_url: &str, now: Millis) -> anyhow::Result<u64> {
    let gap = log::gap(now);
    let sql = "WITH noted AS (INSERT INTO left_out (clinic_id, after_seq, until_seq) SELECT clinic_id, head, head + $1 FROM log_heads)
               UPDATE log_heads SET head = head + $1, horizon = head + $1";
    as_owner(database_url, async |client| client.execute(sql, &[&gap]).await).await
}

/// A clinic's desks, a line each: when each was here last, which schema its program spoke then, and how far it had read.
///
/// # Errors
/// What Postgres says.
pub async fn list_devices(database: &Database, clinic: Uuid) -> anyhow::Result<Vec<String>> {
    let mut client = database.client().await?;
    let pg = clinic_transaction(&mut client, clinic).await?;
    let sql = "SELECT d.id, d.name, d.platform, d.last_seen_at, d.revoked_at, d.schema_version, d.cursor_seq, h.head
               FROM devices d JOIN log_heads h ON h.clinic_id = d.clinic_id WHERE d.clinic_id = $1 ORDER BY d.created_at";
    let rows = pg.query(sql, &[&clinic]).await?;
    pg.commit().await?;
    let current = database.catalog.versions.current;
    let line = |row: &tokio_postgres::Row| {
        let (id, name, platform): (Uuid, String, String) = (row.get(0), row.get(1), row.get(2));
        let (seen, revoked): (DateTime<Utc>, Option<DateTime<Utc>>) = (row.get(3), row.get(4));
        let state =
            revoked.map_or_else(|| format!("last seen {}", seen.format("%F %T UTC")), |at| format!("revoked {}", at.format("%F %T UTC")));
        let (schema, read, head): (i32, i64, i64) = (row.get(5), row.get(6), row.get(7));
        format!("{id}  {name} ({platform}), {state}, schema {schema} of {current}, read to {read} of {head}")
    };
    Ok(rows.iter().map(line).collect())
}

/// Locks a desk out, from its next request on.
///
/// # Errors
/// Where the clinic has no such desk; what Postgres says.
pub async fn revoke_device(database: &Database, clinic: Uuid, device: Uuid) -> anyhow::Result<()> {
    let mut client = database.client().await?;
    let pg = clinic_transaction(&mut client, clinic).await?;
    let is_known = lock_out(&pg, clinic, device).await?;
    pg.commit().await?;
    anyhow::ensure!(is_known, "device: the clinic has none with this id");
    Ok(())
}

/// Locks a desk out, and ends the codes that wait to be used: it may have drawn one. Answers whether the clinic has that desk.
///
/// # Errors
/// What Postgres says.
pub(crate) async fn lock_out(pg: &Pg<'_>, clinic: Uuid, device: Uuid) -> Result<bool, tokio_postgres::Error> {
    let sql = "UPDATE devices SET revoked_at = coalesce(revoked_at, now()) WHERE clinic_id = $1 AND id = $2";
    let known = pg.execute(sql, &[&clinic, &device]).await?;
    let sql = "UPDATE enrolment_codes SET expires_at = now() WHERE clinic_id = $1 AND used_at IS NULL AND expires_at > now()";
    pg.execute(sql, &[&clinic]).await?;
    Ok(known == 1)
}

/// Holds a clinic's log against its tables. Answers what was found wrong.
///
/// # Errors
/// What Postgres says.
pub async fn check(database: &Database, clinic: Uuid) -> anyhow::Result<Vec<String>> {
    let mut client = database.client().await?;
    log::verify(&mut client, &database.catalog, clinic).await.map_err(|problem| anyhow::anyhow!("{problem:?}"))
}

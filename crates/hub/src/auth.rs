//! Who is this? Codes let a desk in, tokens keep it in; the hub keeps hashes alone.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{Uri, header};
use chrono::{DateTime, Duration, Utc};
use deadpool_postgres::Transaction;
use petrel_domain::replication::{Enrol, Enrolled, Tokens};
use petrel_domain::{Clock, Millis, SystemClock};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::admin::lock_out;
use crate::db::clinic_transaction;
use crate::problem::Problem;
use crate::routes::Hub;

/// How long an access token is good.
const ACCESS: Duration = Duration::minutes(10);
/// How long a code is good.
pub(crate) const CODE: Duration = Duration::minutes(15);
/// How many wrong tries a code bears.
const TRIES: i32 = 5;
/// How many pairs a desk may have been handed that it has not used yet: the oldest go. One that asks again while its question before is still on its
/// way needs two.
const UNUSED: i64 = 3;
/// How long a desk's pairs that are used up are remembered, as Postgres reads it. By age and not by their number: a thief would only have to renew
/// often enough for the pair that was copied to be forgotten, and the desk that has it would be told that it is unknown, and nothing of theft. Longer
/// than a desk that was copied is left switched off.
const REMEMBERED: &str = "60 days";
/// How long after it was used up a refresh token may still come, from a question of before that was held up on its way. It opens nothing any more.
const LATE: &str = "5 minutes";
/// How many of a desk's pairs may be used up in an hour: an honest desk has seven, and of an answer that was lost one more. It bounds what is remembered.
/// A hub that allows more requests than it usually would allows more of these, too, in proportion.
const USED_UP_AN_HOUR: u32 = 30;
const REQUESTS_FOR_EACH: u32 = 40;

/// A desk that was let in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Desk {
    pub(crate) clinic_id: Uuid,
    pub(crate) device_id: Uuid,
}

impl FromRequestParts<Hub> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Problem> {
        hub.database.is_known()?;
        let token =
            parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
        // Boxed, so that what waits after it does not hold room for it.
        let desk = Box::pin(authenticate(hub, token.ok_or(Problem::Unauthorized)?)).await?;
        crate::asked::by(desk);
        hub.limit(desk.device_id)?;
        Ok(desk)
    }
}

/// The schema that a desk speaks, as its question says it. A desk that does not say speaks the first one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoken(pub(crate) i32);

#[derive(Deserialize)]
struct SpokenQuery {
    #[serde(default = "first_schema")]
    schema: i32,
}

fn first_schema() -> i32 {
    1
}

/// The schema that an address says; none where it says what is no number.
pub(crate) fn spoken(uri: &Uri) -> Option<i32> {
    Query::<SpokenQuery>::try_from_uri(uri).ok().map(|Query(query)| query.schema)
}

impl FromRequestParts<Hub> for Spoken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Problem> {
        let schema = spoken(&parts.uri).ok_or_else(|| Problem::Malformed("schema is a number".to_owned()))?;
        hub.database.catalog.serves(schema)?;
        Ok(Self(schema))
    }
}

/// A token as it was handed out. Anything else is nobody's, and no question to the database.
pub(crate) fn is_token(said: &str) -> bool {
    said.len() == 2 * TOKEN_BYTES && said.bytes().all(|sign| sign.is_ascii_digit() || (b'a'..=b'f').contains(&sign))
}

async fn authenticate(hub: &Hub, token: &str) -> Result<Desk, Problem> {
    if !is_token(token) {
        return Err(Problem::Unauthorized);
    }
    let client = hub.database.client().await?;
    let hashed = hash(token);
    let statement = client.prepare_cached("SELECT clinic_id, id, expires_at, is_next, revoked_at IS NOT NULL FROM device_of($1)").await?;
    let row = client.query_opt(&statement, &[&hashed.as_slice()]).await?.ok_or(Problem::Unauthorized)?;
    let (clinic_id, device_id): (Uuid, Uuid) = (row.try_get(0)?, row.try_get(1)?);
    let expires_at: DateTime<Utc> = row.try_get(2)?;
    if row.try_get(4)? {
        return Err(Problem::Revoked);
    }
    if expires_at < SystemClock.now().utc() {
        return Err(Problem::Unauthorized);
    }
    if row.try_get(3)? {
        drop(client);
        let mut client = hub.database.client().await?;
        let pg = clinic_transaction(&mut client, clinic_id).await?;
        lock_device(&pg, clinic_id, device_id).await?;
        let sql =
            "SELECT refresh_hash FROM token_pairs WHERE clinic_id = $1 AND device_id = $2 AND access_hash = $3 AND used_up_at IS NULL";
        // None where another request took it up meanwhile.
        if let Some(row) = pg.query_opt(sql, &[&clinic_id, &device_id, &hashed.as_slice()]).await? {
            take_up(&pg, clinic_id, device_id, row.try_get(0)?).await?;
        }
        pg.commit().await?;
    }
    Ok(Desk { clinic_id, device_id })
}

/// Requests of one desk that change its tokens come one after another.
async fn lock_device(pg: &Transaction<'_>, clinic: Uuid, device: Uuid) -> Result<(), Problem> {
    pg.execute("SELECT 1 FROM devices WHERE clinic_id = $1 AND id = $2 FOR UPDATE", &[&clinic, &device]).await?;
    Ok(())
}

/// A pair that was handed out is used for the first time: it is the desk's from here on. The one before it and the others that were handed out are used
/// up, and their use is theft. To be done under the desk's lock.
async fn take_up(pg: &Transaction<'_>, clinic: Uuid, device: Uuid, refresh: &[u8]) -> Result<(), Problem> {
    let sql =
        "INSERT INTO token_pairs (clinic_id, device_id, refresh_hash, used_up_at) SELECT clinic_id, id, refresh_hash, now() FROM devices
               WHERE clinic_id = $1 AND id = $2";
    pg.execute(sql, &[&clinic, &device]).await?;
    let sql = "WITH taken AS (DELETE FROM token_pairs WHERE clinic_id = $1 AND device_id = $2 AND refresh_hash = $3 RETURNING *)
               UPDATE devices SET access_hash = taken.access_hash, access_expires_at = taken.access_expires_at, refresh_hash = taken.refresh_hash
               FROM taken WHERE devices.clinic_id = $1 AND devices.id = $2";
    pg.execute(sql, &[&clinic, &device, &refresh]).await?;
    let sql =
        "UPDATE token_pairs SET used_up_at = now(), access_hash = NULL WHERE clinic_id = $1 AND device_id = $2 AND used_up_at IS NULL";
    pg.execute(sql, &[&clinic, &device]).await?;
    let sql = format!("DELETE FROM token_pairs WHERE clinic_id = $1 AND device_id = $2 AND used_up_at < now() - interval '{REMEMBERED}'");
    pg.execute(&sql, &[&clinic, &device]).await?;
    Ok(())
}

/// Holds a desk to what an honest one renews.
async fn limit_renewals(hub: &Hub, pg: &Transaction<'_>, clinic: Uuid, device: Uuid) -> Result<(), Problem> {
    hub.limit(device)?;
    let most = USED_UP_AN_HOUR.max(hub.requests_per_minute / REQUESTS_FOR_EACH);
    let sql = "SELECT count(*) FROM token_pairs WHERE clinic_id = $1 AND device_id = $2 AND used_up_at > now() - interval '1 hour'";
    let used_up: i64 = pg.query_one(sql, &[&clinic, &device]).await?.try_get(0)?;
    if used_up >= i64::from(most) { Err(Problem::TooManyRequests(60)) } else { Ok(()) }
}

/// Lets a desk in by a code.
///
/// # Errors
/// `BadCode`, without a hint whether there is such a code; `HubTooOld`, `DeskTooOld`; `Malformed`; `TooManyRequests`, where strangers guess handles;
/// `TooManyDesks`, and the code is not used up.
pub(crate) async fn enrol(hub: &Hub, enrol: &Enrol) -> Result<Enrolled, Problem> {
    hub.database.catalog.serves(enrol.schema)?;
    let name: String = enrol.name.trim().chars().filter(|of| !of.is_control()).take(200).collect();
    if name.is_empty() {
        return Err(Problem::Malformed("name: say what people call this computer".to_owned()));
    }
    let (handle, secret) = split_code(&enrol.code).ok_or(Problem::BadCode)?;
    let mut client = hub.database.client().await?;
    let clinic: Option<Uuid> = client.query_one("SELECT clinic_of_code($1)", &[&handle]).await?.try_get(0)?;
    let Some(clinic) = clinic else {
        // One bucket for everyone who guesses. Who has a handle that there is bears five tries, and is not kept waiting for those who have none.
        hub.limit(Uuid::nil())?;
        return Err(Problem::BadCode);
    };
    let pg = clinic_transaction(&mut client, clinic).await?;
    let sql = "UPDATE enrolment_codes SET tries = tries + 1, used_at = CASE WHEN code_hash = $3 THEN now() END
               WHERE clinic_id = $1 AND handle = $2 AND used_at IS NULL AND expires_at > now() AND tries < $4 RETURNING used_at IS NOT NULL";
    let found = pg.query_opt(sql, &[&clinic, &handle, &hash(&secret).as_slice(), &TRIES]).await?;
    if !found.map(|row| row.try_get::<_, bool>(0)).transpose()?.unwrap_or(false) {
        // The try counts, whatever becomes of the request.
        pg.commit().await?;
        return Err(Problem::BadCode);
    }
    // Where there is none, the code is not used up.
    crate::admin::has_room(&pg, clinic).await?;
    let device_id = Uuid::now_v7();
    let (tokens, hashes) = new_tokens()?;
    let platform: String = enrol.platform.chars().filter(|of| !of.is_control()).take(60).collect();
    let sql = "INSERT INTO devices (clinic_id, id, name, platform, schema_version, access_hash, access_expires_at, refresh_hash)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    pg.execute(
        sql,
        &[&clinic, &device_id, &name, &platform, &enrol.schema, &hashes.access.as_slice(), &hashes.expires_at, &hashes.refresh.as_slice()],
    )
    .await?;
    let added = pg
        .query_one("SELECT t.name, t.timezone, h.head FROM tenants t JOIN log_heads h ON h.clinic_id = t.id WHERE t.id = $1", &[&clinic])
        .await?;
    let sql = "SELECT name, timezone FROM clinics WHERE clinic_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 1";
    let brought = pg.query_opt(sql, &[&clinic]).await?;
    // As its desks call it by now; where none has brought anything yet, as it was added.
    let named = brought.as_ref().unwrap_or(&added);
    let (clinic_name, timezone) = (named.try_get(0)?, named.try_get(1)?);
    // A clinic that has brought nothing is empty, though its numbers may begin far up, after an older database was put back.
    let head = if brought.is_some() { added.try_get(2)? } else { 0 };
    pg.commit().await?;
    Ok(Enrolled { device_id, clinic_id: clinic, clinic_name, timezone, head, tokens })
}

/// One more pair of tokens. The desk's pair stays good until this one is used, and so do others that were handed out: whoever asked twice keeps one of
/// the answers, and which is not known here. A pair that was used up before that is stolen, and the desk is revoked.
///
/// # Errors
/// `Unauthorized`, `Revoked`; `Away` where the pair was used up a moment ago; `TooManyRequests`.
pub(crate) async fn renew(hub: &Hub, refresh_token: &str) -> Result<Tokens, Problem> {
    if !is_token(refresh_token) {
        return Err(Problem::Unauthorized);
    }
    let mut client = hub.database.client().await?;
    let hashed = hash(refresh_token);
    let found =
        client.query_opt("SELECT clinic_id, id FROM device_of_refresh($1)", &[&hashed.as_slice()]).await?.ok_or(Problem::Unauthorized)?;
    let (clinic, device): (Uuid, Uuid) = (found.try_get(0)?, found.try_get(1)?);
    let pg = clinic_transaction(&mut client, clinic).await?;
    // Which it is, under the lock: a request of the same desk, of before it was killed, may be taking up the next pair just now.
    lock_device(&pg, clinic, device).await?;
    // How long ago is asked of the clock that said when: this computer's may be minutes off it.
    let sql = format!("SELECT which, revoked_at IS NOT NULL, used_up_at > now() - interval '{LATE}' FROM device_of_refresh($1)");
    let row = pg.query_opt(&sql, &[&hashed.as_slice()]).await?.ok_or(Problem::Unauthorized)?;
    if row.try_get(1)? {
        return Err(Problem::Revoked);
    }
    let which: String = row.try_get(0)?;
    if which == "used" {
        if row.try_get(2)? {
            return Err(Problem::Away("a refresh token that was used up a moment ago".to_owned()));
        }
        lock_out(&pg, clinic, device).await?;
        pg.commit().await?;
        tracing::warn!(%clinic, %device, "a refresh token was used again; the desk is revoked");
        return Err(Problem::Revoked);
    }
    limit_renewals(hub, &pg, clinic, device).await?;
    // A pair that was handed out and never used becomes the desk's here, by being used.
    if which == "next" {
        take_up(&pg, clinic, device, &hashed).await?;
    }
    let (tokens, hashes) = new_tokens()?;
    let sql = "DELETE FROM token_pairs WHERE clinic_id = $1 AND device_id = $2 AND refresh_hash IN (
                 SELECT refresh_hash FROM token_pairs WHERE clinic_id = $1 AND device_id = $2 AND used_up_at IS NULL
                 ORDER BY handed_out_at DESC OFFSET $3)";
    pg.execute(sql, &[&clinic, &device, &(UNUSED - 1)]).await?;
    let sql = "INSERT INTO token_pairs (clinic_id, device_id, refresh_hash, access_hash, access_expires_at) VALUES ($1, $2, $3, $4, $5)";
    pg.execute(sql, &[&clinic, &device, &hashes.refresh.as_slice(), &hashes.access.as_slice(), &hashes.expires_at]).await?;
    pg.commit().await?;
    Ok(tokens)
}

struct Hashes {
    access: [u8; 32],
    expires_at: DateTime<Utc>,
    refresh: [u8; 32],
}

fn new_tokens() -> Result<(Tokens, Hashes), Problem> {
    let (access_token, refresh_token) = (random_token()?, random_token()?);
    let expires_at = SystemClock.now().utc() + ACCESS;
    let hashes = Hashes { access: hash(&access_token), expires_at, refresh: hash(&refresh_token) };
    Ok((Tokens { access_token, access_expires_at: Millis(expires_at.timestamp_millis()), refresh_token }, hashes))
}

/// How many bytes of a token are drawn. It is written in hexadecimal digits.
const TOKEN_BYTES: usize = 32;

fn random_token() -> Result<String, Problem> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(hex::encode(bytes))
}

pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// What a code is made of: no letter that looks like a digit. Source of the alphabet: Crockford's Base32.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code: a handle of four signs and a secret of eight, as `ABCD-EFGH-JKMN`. Forty bits, five tries.
pub(crate) fn new_code() -> Result<(String, String, String), getrandom::Error> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes)?;
    let signs: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let (handle, secret) = signs.split_at(4);
    Ok((handle.to_owned(), secret.to_owned(), format!("{handle}-{}-{}", &secret[..4], &secret[4..])))
}

/// Handle and secret of a code as people type it: any case, spaces or hyphens anywhere, O for 0 and I or L for 1.
pub(crate) fn split_code(typed: &str) -> Option<(String, String)> {
    let signs: String = typed
        .chars()
        .filter(|sign| !sign.is_whitespace() && *sign != '-')
        .take(13)
        .map(|sign| match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let is_code = signs.len() == 12 && signs.bytes().all(|sign| ALPHABET.contains(&sign));
    is_code.then(|| (signs[..4].to_owned(), signs[4..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let (handle, secret, shown) = new_code().unwrap();
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {shown} ")] {
            assert_eq!(split_code(&typed), Some((handle.clone(), secret.clone())), "{typed}");
        }
        assert_eq!(split_code("oil0-0000-0000"), Some(("0110".into(), "00000000".into())));
        for bad in ["", "ABCD-EFGH", "ABCD-EFGH-JKMU", "ÄBCD-EFGH-JKMN", "ABCD-EFGH-JKMN-P"] {
            assert_eq!(split_code(bad), None, "{bad}");
        }
    }
}

//! The store's side of replication: what this desk has to send, what it is sent, and how the two are brought together.
//!
//! The log's order is the truth; a desk is the log so far, plus what it has not yet sent. Nothing here knows a network.

mod apply;
mod bootstrap;
mod carry;
mod copy;
mod digest;
mod done;
mod history;
mod later;
mod losses;
mod named;
mod outgoing;
mod registers;
mod rejected;
mod repaired;
mod shield;
mod stale;
mod values;

pub use apply::Applied;
pub use bootstrap::{Begun, Bootstrap};
pub use copy::{Field, Outline, decode_copy, encode_copy, outline_copy};
pub use losses::LostValue;
pub(crate) use named::right_to_write;
pub(crate) use registers::Registers;
pub use rejected::Rejected;
pub(crate) use shield::Shield;
pub(crate) use values::{is_same, json};

use petrel_domain::Millis;
use petrel_domain::replication::{Change, Clock, Enrolled, MAX_AHEAD, Schema, Tokens};
use rusqlite::{Connection, TransactionBehavior, params};
use uuid::Uuid;

use crate::{Result, Store};

/// A row of the outbox, read by itself.
pub(crate) fn changes(store: &Store, changeset: &[u8], registers: Option<&str>) -> Result<Vec<Change>> {
    outgoing::changes(changeset, registers, store.catalog())
}

/// How this file stands to its hub.
#[derive(Clone, Debug)]
pub struct LocalHub {
    /// The replica this file is.
    pub replica_id: Uuid,
    /// Where the hub is; none where the clinic has none.
    pub url: Option<String>,
    /// What the hub calls this desk.
    pub device_id: Option<Uuid>,
    /// The clinic at the hub.
    pub clinic_id: Option<Uuid>,
    /// What opens the hub's door.
    pub tokens: Option<Tokens>,
    /// How far the log was read.
    pub cursor: i64,
    /// The log's last number, as far as it is known.
    pub head: i64,
    /// When desk and hub last agreed.
    pub last_sync_at: Option<Millis>,
    /// How far the hub's clock is ahead of this computer's, in milliseconds.
    pub hub_ahead_ms: i64,
    /// Why this desk cannot go on by itself, by its stable name.
    pub trouble: Option<String>,
    /// Transactions that are still to be sent.
    pub waiting: i64,
}

impl LocalHub {
    /// What this desk was told when it was let in, as far as the file has it; none where it has no hub.
    pub fn begun(self, clinic_name: String, timezone: String) -> Option<Begun> {
        let (device_id, clinic_id, tokens) = (self.device_id?, self.clinic_id?, self.tokens?);
        let enrolled = Enrolled { device_id, clinic_id, clinic_name, timezone, head: self.head, tokens };
        Some(Begun { url: self.url?, enrolled })
    }
}

impl Store {
    /// How this file stands to its hub.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn local_hub(&self) -> Result<LocalHub> {
        self.read(|db| Ok(local_hub(db)?))
    }

    /// Whether it is tied to a hub, reached or not.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn has_hub(&self) -> Result<bool> {
        let sql = "SELECT hub_url IS NOT NULL FROM sync_state WHERE id = 1";
        self.read(|db| Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
    }

    /// Ties this file to a hub that let the desk in. A clinic at a hub that this file has read nothing of yet is read from its beginning.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn join_hub(&self, url: &str, device_id: Uuid, clinic_id: Uuid, tokens: &Tokens) -> Result<()> {
        self.tie(url, device_id, clinic_id, tokens, false)
    }

    /// The same where the clinic at the hub is empty: what this file has is to be told of, all of it ([`Store::tell_everything`]). Both or neither: what was
    /// told to nobody would be told to the next hub as if nobody there had written anything since.
    ///
    /// # Errors
    /// What SQLite says; nothing is changed then.
    pub fn found_at_hub(&self, url: &str, device_id: Uuid, clinic_id: Uuid, tokens: &Tokens) -> Result<()> {
        self.tie(url, device_id, clinic_id, tokens, true)
    }

    fn tie(&self, url: &str, device_id: Uuid, clinic_id: Uuid, tokens: &Tokens, is_founder: bool) -> Result<()> {
        let sql = "UPDATE sync_state SET hub_url = ?1, device_id = ?2, clinic_id = ?3, access_token = ?4, access_expires_at = ?5,
                     refresh_token = ?6, trouble = NULL, cursor = iif(clinic_id IS ?3, cursor, 0), head = iif(clinic_id IS ?3, head, 0)
                   WHERE id = 1";
        let (device, clinic) = (device_id.as_bytes(), clinic_id.as_bytes());
        let values = params![url, device, clinic, tokens.access_token, tokens.access_expires_at.0, tokens.refresh_token];
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if is_founder {
            self.tell_all(&tx)?;
        }
        // Another hub counts anew: by the numbers of the one before, what was sent would be taken for not yet read for ever.
        tx.execute("UPDATE outbox SET last_seq = 0 WHERE last_seq > 0 AND (SELECT clinic_id FROM sync_state) IS NOT ?1", [clinic])?;
        tx.execute(sql, values)?;
        tx.commit()?;
        self.forget_shield();
        Ok(())
    }

    /// Keeps the next pair of tokens.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn keep_tokens(&self, tokens: &Tokens) -> Result<()> {
        write_tokens(&self.writer(), tokens)
    }

    /// Lets the hub go. What was not sent stays in the outbox.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn leave_hub(&self) -> Result<()> {
        let sql = "UPDATE sync_state SET hub_url = NULL, device_id = NULL, access_token = NULL, refresh_token = NULL, trouble = NULL WHERE id = 1";
        self.writer().execute(sql, [])?;
        Ok(())
    }

    /// How much waits for a person here: what the hub can never take, and texts that lost to another desk's.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn unsettled(&self) -> Result<(u32, u32)> {
        self.read(|db| {
            let sql = format!(
                "SELECT (SELECT count(*) FROM rejected_changes WHERE settled_at IS NULL AND transaction_json IS NOT NULL),
                   (SELECT count(*) FROM lost_values WHERE {})",
                *losses::OPEN
            );
            Ok(db.prepare_cached(&sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })
    }

    /// Notes why this desk cannot go on by itself, or that it can again.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_hub_trouble(&self, trouble: Option<&str>) -> Result<()> {
        self.writer().execute("UPDATE sync_state SET trouble = ?1 WHERE id = 1", [trouble])?;
        Ok(())
    }

    /// Notes the hub's time, and that desk and hub agreed at `now`. This desk's clock goes on from the hub's time: also where the computer's is behind it
    /// and the file is new, or where the computer's was far ahead once (what still waits would then be judged later than what is written after it).
    ///
    /// # Errors
    /// What SQLite says.
    pub fn note_hub(&self, hub_now: Millis, now: Millis) -> Result<()> {
        let sql = "UPDATE sync_state SET hub_ahead_ms = ?1, last_sync_at = ?2,
                     last_clock = CASE WHEN last_clock > ?4 AND NOT EXISTS (SELECT 1 FROM outbox WHERE sent_at IS NULL)
                       THEN ?3 ELSE max(last_clock, ?3) END
                   WHERE id = 1";
        let (hub, far) = (Clock::at(hub_now), Clock::at(Millis(hub_now.0 + MAX_AHEAD)));
        self.writer().prepare_cached(sql)?.execute(params![hub_now.0 - now.0, now.0, hub.0, far.0])?;
        Ok(())
    }

    /// The replicated tables as this file has them, in replication's words.
    pub fn wire_schema(&self) -> Schema {
        self.catalog().schema()
    }
}

fn local_hub(db: &Connection) -> rusqlite::Result<LocalHub> {
    let sql = "SELECT desk_id, hub_url, device_id, clinic_id, access_token, access_expires_at, refresh_token, cursor, head,
                 last_sync_at, hub_ahead_ms, trouble, (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
               FROM sync_state WHERE id = 1";
    let id = |bytes: Option<[u8; 16]>| bytes.map(Uuid::from_bytes);
    db.prepare_cached(sql)?.query_row([], |row| {
        let (access, refresh): (Option<String>, Option<String>) = (row.get(4)?, row.get(6)?);
        let expires = Millis(row.get(5)?);
        let tokens = access.zip(refresh);
        let tokens = tokens.map(|(access_token, refresh_token)| Tokens { access_token, access_expires_at: expires, refresh_token });
        Ok(LocalHub {
            replica_id: Uuid::from_bytes(row.get(0)?),
            url: row.get(1)?,
            device_id: id(row.get(2)?),
            clinic_id: id(row.get(3)?),
            tokens,
            cursor: row.get(7)?,
            head: row.get(8)?,
            last_sync_at: row.get::<_, Option<_>>(9)?.map(Millis),
            hub_ahead_ms: row.get(10)?,
            trouble: row.get(11)?,
            waiting: row.get(12)?,
        })
    })
}

fn write_tokens(db: &Connection, tokens: &Tokens) -> Result<()> {
    let sql = "UPDATE sync_state SET access_token = ?1, access_expires_at = ?2, refresh_token = ?3 WHERE id = 1";
    db.execute(sql, params![tokens.access_token, tokens.access_expires_at.0, tokens.refresh_token])?;
    Ok(())
}

//! How a client wants to be written to.

use petrel_domain::contact::email_key;
use petrel_domain::desk::{ClientDetails, ContactWishes, Notifications, Reach};
use petrel_domain::{ClientId, EmailStatus, MessageChannel, Millis, Refusal};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use crate::messages::cancel_unwanted;
use crate::replica::json;
use crate::row::RowExt;
use crate::{Result, Tx};

/// What is kept of a client's number, address and wishes.
pub(super) struct Kept {
    pub(super) email: Option<String>,
    pub(super) email_status: EmailStatus,
    pub(super) sms_opted_out_at: Option<Millis>,
    phone: Option<String>,
    notifications: Map<String, Value>,
}

impl Kept {
    pub(super) fn wishes(&self) -> ContactWishes {
        ContactWishes {
            email_status: self.email_status,
            is_sms_allowed: self.sms_opted_out_at.is_none(),
            notifications: Notifications::kept(&self.notifications),
        }
    }

    pub(super) fn reach(&self) -> Option<Reach> {
        Reach::of(self.phone.as_deref(), self.sms_opted_out_at, self.email.as_deref(), self.email_status)
    }
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        email: row.named("email")?,
        email_status: row.choice("email_status", EmailStatus::parse)?,
        sms_opted_out_at: row.millis_opt("sms_opted_out_at")?,
        phone: row.named("phone")?,
        notifications: row.json("notification_settings")?,
    })
}

fn kept(db: &Connection, id: ClientId) -> Result<Kept> {
    let sql =
        "SELECT phone, email, email_status, sms_opted_out_at, notification_settings FROM clients WHERE id = ?1 AND deleted_at IS NULL";
    let found = db.prepare_cached(sql)?.query_row([id.bytes()], read).optional()?;
    Ok(found.ok_or_else(|| Refusal::not_found("client"))?)
}

/// How a client can be written to now; none where they want neither, or there is nothing to write to.
pub(crate) fn reach_of(db: &Connection, id: ClientId) -> Result<Option<Reach>> {
    Ok(kept(db, id)?.reach())
}

/// Writes down what a client wants, before the rest of them is: what their address was is asked here. A no that stands keeps its date; a new one stops
/// at once what waits to be sent.
pub(super) fn save(tx: &Tx<'_>, id: ClientId, input: &ClientDetails) -> Result<()> {
    let was = kept(tx.db(), id)?;
    let wishes = input.wishes.unwrap_or_else(|| was.wishes());
    let key = |email: Option<&str>| email.map(email_key);
    let is_other_address = key(was.email.as_deref()) != key(input.email.as_deref());
    let email_status = match (was.email_status, wishes.email_status) {
        // It came back from the other one.
        (EmailStatus::Bounced, EmailStatus::Bounced) if is_other_address => EmailStatus::Subscribed,
        (_, wanted) => wanted,
    };
    let sms_opted_out_at = (!wishes.is_sms_allowed).then(|| was.sms_opted_out_at.unwrap_or(tx.now()));
    let notifications = wishes.notifications.over(was.notifications.clone());
    // What is kept is not written again in another form of the same.
    let changed = (notifications != was.notifications).then(|| json(&notifications)).transpose()?;
    let sql = "UPDATE clients SET email_status = ?2, sms_opted_out_at = ?3, notification_settings = coalesce(?4, notification_settings),
               updated_at = ?5 WHERE id = ?1";
    let values = params![id.bytes(), email_status.as_str(), sms_opted_out_at.map(|at| at.0), changed, tx.now().0];
    tx.db().prepare_cached(sql)?.execute(values)?;
    if was.sms_opted_out_at.is_none() && !wishes.is_sms_allowed {
        cancel_unwanted(tx, id, MessageChannel::Sms)?;
    }
    if was.email_status == EmailStatus::Subscribed && email_status != EmailStatus::Subscribed {
        cancel_unwanted(tx, id, MessageChannel::Email)?;
    }
    Ok(())
}

/// Stops what waits to be sent by a way that a client does not want as they are kept now: for what brings a no from another record, or from a file.
pub(crate) fn stop_unwanted(tx: &Tx<'_>, id: ClientId) -> Result<()> {
    let wishes = kept(tx.db(), id)?.wishes();
    if !wishes.is_sms_allowed {
        cancel_unwanted(tx, id, MessageChannel::Sms)?;
    }
    if wishes.email_status != EmailStatus::Subscribed {
        cancel_unwanted(tx, id, MessageChannel::Email)?;
    }
    Ok(())
}

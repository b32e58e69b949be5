//! What clients of a file have said no to: whoever does not want to be written to is not, whichever program was told.

use chrono::{DateTime, NaiveDate};
use petrel_domain::desk::DateOrder;
use petrel_domain::text::fold;
use petrel_domain::{ClientId, EmailStatus, Millis};
use rusqlite::params;

use super::cells;
use crate::clients::stop_unwanted;
use crate::{Result, Tx};

/// What a client has said no to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Noes {
    pub(super) email: Option<EmailStatus>,
    pub(super) sms: Option<Since>,
}

/// Since when there is a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Since {
    At(Millis),
    /// Nobody says.
    Unsaid,
}

impl Noes {
    /// What two rows say together: a no of one is a no.
    pub(super) fn and(self, other: Self) -> Self {
        let rank = |status: &EmailStatus| match status {
            EmailStatus::Complained => 3,
            EmailStatus::Unsubscribed => 2,
            EmailStatus::Bounced => 1,
            EmailStatus::Subscribed => 0,
        };
        Self {
            email: [self.email, other.email].into_iter().flatten().max_by_key(rank),
            // Since the first.
            sms: [self.sms, other.sms].into_iter().flatten().min(),
        }
    }

    pub(super) fn email(&self) -> EmailStatus {
        self.email.unwrap_or(EmailStatus::Subscribed)
    }

    pub(super) fn sms(&self, now: Millis) -> Option<Millis> {
        self.sms.map(|since| match since {
            Since::At(at) => at.min(now),
            Since::Unsaid => now,
        })
    }

    /// Writes them down of a client who is here; what waits to be sent by what is new is stopped. That mail came back is said of an address: of this one,
    /// or of none. Answers whether anything was new.
    pub(super) fn keep(&self, tx: &Tx<'_>, id: ClientId, email: Option<&str>) -> Result<bool> {
        if *self == Self::default() {
            return Ok(false);
        }
        let sql = "UPDATE clients SET updated_at = ?5, sms_opted_out_at = coalesce(sms_opted_out_at, ?4), email_status = CASE
                     WHEN ?2 IN ('unsubscribed', 'complained') AND email_status IN ('subscribed', 'bounced') THEN ?2
                     WHEN ?2 = 'bounced' AND email_status = 'subscribed' AND lower(email) = lower(?3) THEN ?2
                     ELSE email_status END
                   WHERE id = ?1 AND ((?4 IS NOT NULL AND sms_opted_out_at IS NULL)
                     OR (?2 IN ('unsubscribed', 'complained') AND email_status IN ('subscribed', 'bounced'))
                     OR (?2 = 'bounced' AND email_status = 'subscribed' AND lower(email) = lower(?3)))";
        let values = params![id.bytes(), self.email().as_str(), email, self.sms(tx.now()).map(|at| at.0), tx.now().0];
        let is_new = tx.db().prepare_cached(sql)?.execute(values)? > 0;
        if is_new {
            stop_unwanted(tx, id)?;
        }
        Ok(is_new)
    }
}

/// Whether mail may be sent, where a cell says that it may not: with the word for it, or with a yes under "No e-mail". None where it is not understood.
pub(super) fn email(cell: &str) -> Option<Option<EmailStatus>> {
    match fold(cell).split_whitespace().collect::<Vec<_>>().join(" ").as_str() {
        "subscribed" | "suscrito" | "suscrita" => Some(None),
        "unsubscribed" | "opted out" | "opt out" | "never" | "baja" | "dado de baja" | "dada de baja" | "nunca" => {
            Some(Some(EmailStatus::Unsubscribed))
        }
        "bounced" | "cleaned" | "rebotado" => Some(Some(EmailStatus::Bounced)),
        "complained" | "spam" | "queja" => Some(Some(EmailStatus::Complained)),
        _ => cells::yes_no(cell).map(|is_no| is_no.then_some(EmailStatus::Unsubscribed)),
    }
}

/// Since when no SMS may be sent: an instant, a day, or a mere yes. None where it is not understood.
pub(super) fn sms(cell: &str, order: DateOrder, today: NaiveDate) -> Option<Option<Since>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(cell.trim()) {
        return Some(Some(Since::At(at.to_utc().into())));
    }
    if let Some(date) = cells::date(cell, order, today) {
        // At noon it is that day nearly everywhere.
        return Some(Some(Since::At(date.and_hms_opt(12, 0, 0)?.and_utc().into())));
    }
    match fold(cell).split_whitespace().collect::<Vec<_>>().join(" ").as_str() {
        "opted out" | "opt out" | "unsubscribed" | "never" | "nunca" | "baja" => Some(Some(Since::Unsaid)),
        _ => cells::yes_no(cell).map(|is_no| is_no.then_some(Since::Unsaid)),
    }
}

//! Messages: written because a person chose so, queued until the clinic has a channel for them, looked at, kept from being sent.

use petrel_domain::checked::Checked;
use petrel_domain::desk::{ClientMessage, MessagePage, NotifyInput, Saved, WriteInput};
use petrel_domain::rights::Right;
use petrel_domain::{
    AppointmentId, ClientId, MessageChannel, MessageDirection, MessageId, MessagePurpose, MessageStatus, PetId, Refusal, RefusalCode,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use crate::appointments::existing;
use crate::clients::{reach_of, refuse_unknown};
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

/// Messages of a page, and the most of a visit.
const PAGE: usize = 30;

/// Why a message was not sent, in `messages.error`: they said no to what it goes by.
const OPTED_OUT: &str = "opted_out";
/// The same: the pet that it is about died.
const PET_DECEASED: &str = "pet_deceased";

impl Store {
    /// Queues a message about a visit: by SMS where there is a phone that takes them, else by e-mail.
    ///
    /// # Errors
    /// `forbidden`; `not_found`; `pet_deceased`; `no_way_to_write` on `recipient` where the client can be reached by neither.
    pub fn notify_client(&self, actor: &Actor, input: NotifyInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::NotifyClient, |tx| {
            let visit = existing(tx.db(), input.appointment_id)?;
            let client = visit.client_id.ok_or_else(|| Refusal::not_found("client_id"))?;
            if let Some(pet) = visit.pet_id {
                let sql = "SELECT 1 FROM pets WHERE id = ?1 AND deceased_on IS NOT NULL";
                if tx.db().prepare_cached(sql)?.exists([pet.bytes()])? {
                    return Err(Refusal::on(RefusalCode::PetDeceased, "pet_id").into());
                }
            }
            queue(tx, client, Some(visit.id), &input.body)
        })
    }

    /// Queues a message to a client that is about no visit, by the same way.
    ///
    /// # Errors
    /// `forbidden`; `not_found`; `no_way_to_write` on `recipient`.
    pub fn write_to_client(&self, actor: &Actor, input: WriteInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::WriteToClient, |tx| {
            refuse_unknown(tx.db(), input.client_id)?;
            queue(tx, input.client_id, None, &input.body)
        })
    }

    /// Keeps a message from being sent that still waits for it. Undo lets it wait again.
    ///
    /// # Errors
    /// `forbidden`; `not_found`; `changed_since` on `messages` where it waits no longer.
    pub fn cancel_message(&self, actor: &Actor, id: MessageId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::CancelMessage, |tx| {
            let sql = "UPDATE messages SET status = 'cancelled', updated_at = ?2
                       WHERE id = ?1 AND status = 'queued' AND direction = 'outbound' AND deleted_at IS NULL";
            if tx.db().prepare_cached(sql)?.execute(params![id.bytes(), tx.now().0])? > 0 {
                return Ok(());
            }
            let is_here = tx.db().prepare_cached("SELECT 1 FROM messages WHERE id = ?1 AND deleted_at IS NULL")?.exists([id.bytes()])?;
            let refusal = if is_here { Refusal::on(RefusalCode::ChangedSince, "messages") } else { Refusal::not_found("messages") };
            Err(refusal.into())
        })
    }

    /// The messages of a client, newest first, by pages: those that wait, those that went out or came in, those that never did.
    ///
    /// # Errors
    /// `forbidden`; `not_found` where there is no message `before`.
    pub fn messages_of_client(&self, actor: &Actor, client: ClientId, before: Option<MessageId>) -> Result<MessagePage> {
        actor.require(Right::SeeClinic)?;
        self.read(|db| {
            let last = before.map(|id| written_at(db, id)).transpose()?;
            let (at, id) = last.unwrap_or((i64::MAX, [u8::MAX; 16]));
            let condition = "client_id = ?1 AND (created_at, id) < (?2, ?3)";
            let mut messages = messages(db, condition, PAGE + 1, params![client.bytes(), at, id])?;
            let is_more = messages.len() > PAGE;
            messages.truncate(PAGE);
            let next_before = messages.last().filter(|_| is_more).map(|message| message.id);
            Ok(MessagePage { messages, next_before })
        })
    }

    /// The messages about a visit, newest first; thirty at the most.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn messages_of_visit(&self, actor: &Actor, id: AppointmentId) -> Result<Vec<ClientMessage>> {
        actor.require(Right::SeeClinic)?;
        self.read(|db| messages(db, "appointment_id = ?1", PAGE, [id.bytes()]))
    }
}

fn queue(tx: &Tx<'_>, client: ClientId, visit: Option<AppointmentId>, body: &str) -> Result<()> {
    let reach = reach_of(tx.db(), client)?.ok_or_else(|| Refusal::on(RefusalCode::NoWayToWrite, "recipient"))?;
    let sql = "INSERT INTO messages (id, direction, channel, purpose, client_id, appointment_id, recipient, body, status, scheduled_for, created_at, updated_at)
               VALUES (?1, 'outbound', ?2, 'conversation', ?3, ?4, ?5, ?6, 'queued', ?7, ?7, ?7)";
    let id = tx.new_id();
    let visit = visit.map(AppointmentId::bytes);
    let values = params![id.as_bytes(), reach.channel.as_str(), client.bytes(), visit, reach.recipient, body, tx.now().0];
    tx.db().prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Keeps from being sent what still waits for it and goes by what the client has just said no to.
pub(crate) fn cancel_unwanted(tx: &Tx<'_>, client: ClientId, channel: MessageChannel) -> Result<()> {
    let sql = "UPDATE messages SET status = 'cancelled', error = ?3, updated_at = ?4
               WHERE client_id = ?1 AND channel = ?2 AND status = 'queued' AND direction = 'outbound' AND deleted_at IS NULL";
    tx.db().prepare_cached(sql)?.execute(params![client.bytes(), channel.as_str(), OPTED_OUT, tx.now().0])?;
    // What a person kept from being sent does not wait again by an undo from before the no.
    let sql = "UPDATE messages SET updated_at = ?3 WHERE client_id = ?1 AND channel = ?2 AND status = 'cancelled' AND error IS NULL AND deleted_at IS NULL";
    tx.db().prepare_cached(sql)?.execute(params![client.bytes(), channel.as_str(), tx.now().0])?;
    Ok(())
}

/// The same of what is about a pet that died: nobody is reminded of its visits.
pub(crate) fn cancel_of_the_dead(tx: &Tx<'_>, pet: PetId) -> Result<()> {
    let sql = "UPDATE messages SET status = 'cancelled', error = ?2, updated_at = ?3
               WHERE appointment_id IN (SELECT id FROM appointments WHERE pet_id = ?1)
                 AND status = 'queued' AND direction = 'outbound' AND deleted_at IS NULL";
    tx.db().prepare_cached(sql)?.execute(params![pet.bytes(), PET_DECEASED, tx.now().0])?;
    let sql = "UPDATE messages SET updated_at = ?2
               WHERE appointment_id IN (SELECT id FROM appointments WHERE pet_id = ?1) AND status = 'cancelled' AND error IS NULL AND deleted_at IS NULL";
    tx.db().prepare_cached(sql)?.execute(params![pet.bytes(), tx.now().0])?;
    Ok(())
}

fn written_at(db: &Connection, id: MessageId) -> Result<(i64, [u8; 16])> {
    let at = db.prepare_cached("SELECT created_at FROM messages WHERE id = ?1")?.query_row([id.bytes()], |row| row.get(0)).optional()?;
    Ok((at.ok_or_else(|| Refusal::not_found("messages"))?, id.bytes()))
}

fn messages(db: &Connection, condition: &str, limit: usize, values: impl Params) -> Result<Vec<ClientMessage>> {
    let sql = format!(
        "SELECT id, direction, channel, purpose, appointment_id, recipient, subject, substr(body, 1, 2000) AS body, status,
           coalesce(sent_at, created_at) AS at, scheduled_for, error
         FROM messages WHERE {condition} AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT {limit}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    Ok(statement.query_map(values, read_message)?.collect::<Result<_, _>>()?)
}

fn read_message(row: &Row<'_>) -> rusqlite::Result<ClientMessage> {
    let (direction, status) = (row.choice("direction", MessageDirection::parse)?, row.choice("status", MessageStatus::parse)?);
    Ok(ClientMessage {
        id: row.id("id", MessageId::from_bytes)?,
        direction,
        channel: row.choice("channel", MessageChannel::parse)?,
        purpose: row.choice("purpose", MessagePurpose::parse)?,
        appointment_id: row.id_opt("appointment_id", AppointmentId::from_bytes)?,
        recipient: row.named("recipient")?,
        subject: row.named("subject")?,
        body: row.named("body")?,
        status,
        at: row.millis("at")?,
        scheduled_for: row.millis_opt("scheduled_for")?,
        error: row.named("error")?,
        is_cancellable: (direction, status) == (MessageDirection::Outbound, MessageStatus::Queued),
    })
}

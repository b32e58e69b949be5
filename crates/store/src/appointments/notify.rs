//! Telling the client of a change: a message is queued, and sent once the clinic has a channel for it. Only ever because a person chose so.

use petrel_domain::checked::Checked;
use petrel_domain::desk::{NotifyInput, Saved};
use petrel_domain::rights::Right;
use petrel_domain::{Refusal, RefusalCode};
use rusqlite::params;

use super::row::existing;
use crate::clients::reach_of;
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Queues a message about a visit: by SMS where there is a phone that takes them, else by e-mail.
    ///
    /// # Errors
    /// `forbidden`; `not_found`; `pet_deceased`; `no_way_to_write` on `recipient` where the client can be reached by neither.
    pub fn notify_client(&self, actor: &Actor, input: NotifyInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::NotifyClient, |tx| queue(tx, &input))
    }
}

fn queue(tx: &mut Tx<'_>, input: &NotifyInput) -> Result<()> {
    let visit = existing(tx.db(), input.appointment_id)?;
    let client = visit.client_id.ok_or_else(|| Refusal::not_found("client_id"))?;
    if let Some(pet) = visit.pet_id {
        let sql = "SELECT 1 FROM pets WHERE id = ?1 AND deceased_on IS NOT NULL";
        if tx.db().prepare_cached(sql)?.exists([pet.bytes()])? {
            return Err(Refusal::on(RefusalCode::PetDeceased, "pet_id").into());
        }
    }
    let reach = reach_of(tx.db(), client)?.ok_or_else(|| Refusal::on(RefusalCode::NoWayToWrite, "recipient"))?;
    let sql = "INSERT INTO messages (id, direction, channel, purpose, client_id, appointment_id, recipient, body, status, scheduled_for, created_at, updated_at)
               VALUES (?1, 'outbound', ?2, 'conversation', ?3, ?4, ?5, ?6, 'queued', ?7, ?7, ?7)";
    let id = tx.new_id();
    let values = params![id.as_bytes(), reach.channel.as_str(), client.bytes(), visit.id.bytes(), reach.recipient, input.body, tx.now().0];
    tx.db().prepare_cached(sql)?.execute(values)?;
    Ok(())
}

//! Clients.

mod list;
mod merge;
mod page;
mod same;
mod tags;
mod wishes;

use petrel_domain::checked::Checked;
use petrel_domain::desk::{ClientDetails, Saved};
use petrel_domain::rights::Right;
use petrel_domain::{ClientId, ClientSource, EmailStatus, Millis, Refusal};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Map;

use crate::replica::json;
use crate::{Action, Actor, Result, Store, Tx};

pub(crate) use list::{names_of, rows};
pub(crate) use same::{Likeness, pairs};
pub(crate) use tags::save as save_tags;
pub(crate) use wishes::{reach_of, stop_unwanted};

impl Store {
    /// Makes a client.
    ///
    /// # Errors
    /// `forbidden`, or what the check of the fields says.
    pub fn create_client(&self, actor: &Actor, input: ClientDetails) -> Result<Saved<ClientId>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(&self.read(crate::clinic::locale)?)?;
        self.write(actor, Action::CreateClient, |tx| {
            let id = ClientId(tx.new_id());
            let settings = input.wishes.map_or_else(|| Ok("{}".to_owned()), |wishes| json(&wishes.notifications.over(Map::new())))?;
            let also = Also {
                email_status: input.wishes.map_or(EmailStatus::Subscribed, |wishes| wishes.email_status),
                sms_opted_out_at: input.wishes.filter(|wishes| !wishes.is_sms_allowed).map(|_| tx.now()),
                notification_settings: &settings,
                ..Also::default()
            };
            insert_client(tx, id, &input, ClientSource::Manual, &also)?;
            save_tags(tx, id, &input.tags)?;
            Ok(id)
        })
    }

    /// Changes a client. An e-mail or a phone that came in with an import stays as it is for as long as nobody changes it, whatever it says. That mail
    /// came back was said of an address: of another one it is not.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, or what the check of the fields says.
    pub fn save_client(&self, actor: &Actor, id: ClientId, input: ClientDetails) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let (locale, (email, phone)) = self.read(|db| Ok((crate::clinic::locale(db)?, contacts_of(db, id)?)))?;
        let input = input.checked_where_changed(email.as_deref(), phone.as_deref(), &locale)?;
        self.write(actor, Action::SaveClient, |tx| {
            refuse_unknown(tx.db(), id)?;
            wishes::save(tx, id, &input)?;
            update_client(tx, id, &input)?;
            save_tags(tx, id, &input.tags)
        })
    }

    /// Deletes a client with its pets, visits, records and messages. Undo brings all of it back.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn delete_client(&self, actor: &Actor, id: ClientId) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        self.write(actor, Action::DeleteClient, |tx| crate::delete::soft_delete(tx, "clients", id.bytes()))
    }
}

/// The e-mail and the phone of a client; none of one who is not here.
fn contacts_of(db: &Connection, id: ClientId) -> Result<(Option<String>, Option<String>)> {
    let mut statement = db.prepare_cached("SELECT email, phone FROM clients WHERE id = ?1")?;
    Ok(statement.query_row([id.bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?.unwrap_or_default())
}

/// Refuses a client that is not here, or no longer.
pub(crate) fn refuse_unknown(db: &Connection, id: ClientId) -> Result<()> {
    let sql = "SELECT 1 FROM clients WHERE id = ?1 AND deleted_at IS NULL AND merged_into_id IS NULL";
    if db.prepare_cached(sql)?.exists([id.bytes()])? { Ok(()) } else { Err(Refusal::not_found("client").into()) }
}

/// What is known of a new client besides what the form asks for.
pub(crate) struct Also<'a> {
    pub(crate) external_id: Option<&'a str>,
    pub(crate) email_status: EmailStatus,
    pub(crate) sms_opted_out_at: Option<Millis>,
    /// As it is kept.
    pub(crate) notification_settings: &'a str,
}

impl Default for Also<'_> {
    fn default() -> Self {
        Self { external_id: None, email_status: EmailStatus::Subscribed, sms_opted_out_at: None, notification_settings: "{}" }
    }
}

pub(crate) fn insert_client(tx: &mut Tx<'_>, id: ClientId, input: &ClientDetails, source: ClientSource, also: &Also<'_>) -> Result<()> {
    const COLUMNS: &[&str] = &[
        "id",
        "first_name",
        "last_name",
        "email",
        "phone",
        "address",
        "notes",
        "custom_fields",
        "source",
        "external_id",
        "email_status",
        "sms_opted_out_at",
        "notification_settings",
        "created_at",
        "updated_at",
    ];
    let (id, custom, now) = (id.bytes(), custom(input)?, ValueRef::Integer(tx.now().0));
    let values = [
        id.as_slice().into(),
        input.first_name.as_str().into(),
        input.last_name.as_str().into(),
        input.email.as_deref().into(),
        input.phone.as_deref().into(),
        input.address.as_deref().into(),
        input.notes.as_deref().into(),
        custom.as_str().into(),
        source.as_str().into(),
        also.external_id.into(),
        also.email_status.as_str().into(),
        also.sms_opted_out_at.map(|at| ValueRef::Integer(at.0)).into(),
        also.notification_settings.into(),
        now,
        now,
    ];
    tx.insert("clients", COLUMNS, &values)
}

pub(crate) fn update_client(tx: &Tx<'_>, id: ClientId, input: &ClientDetails) -> Result<()> {
    let sql = "UPDATE clients SET first_name = ?2, last_name = ?3, email = ?4, phone = ?5, address = ?6, notes = ?7, custom_fields = ?8,
               updated_at = ?9 WHERE id = ?1";
    let ClientDetails { first_name, last_name, email, phone, address, notes, .. } = input;
    let values = params![id.bytes(), first_name, last_name, email, phone, address, notes, custom(input)?, tx.now().0];
    tx.db().prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn custom(input: &ClientDetails) -> Result<String> {
    if input.custom_fields.is_empty() { Ok("{}".to_owned()) } else { json(&input.custom_fields) }
}

//! Merging two clients into one. Everything of the one goes to the other; one undo takes it back.

use std::collections::BTreeSet;

use petrel_domain::checked::{MOST_NOTES, MOST_OF_A_KIND};
use petrel_domain::desk::{MergeInput, SamePets, Saved};
use petrel_domain::merge_clients::{Fields, merged};
use petrel_domain::rights::Right;
use petrel_domain::{ClientId, EmailStatus, MembershipStatus, Refusal, RefusalCode};
use rusqlite::{Connection, params};

use super::wishes::stop_unwanted;
use super::{refuse_unknown, tags};
use crate::merge::hand_over;
use crate::pets::{pets_of, same};
use crate::replica::json;
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

/// Tables whose rows have an id made of what they say: their rows are made anew for the other client.
const SETS: &[(&str, &str)] = &[("list_members", "list_id"), ("unsubscribes", "topic")];

impl Store {
    /// Merges one client into another: pets, visits, messages and all else go over, empty fields are filled, tags are joined. Told are the pets of the one
    /// that may be one animal then; to merge those, too, is another action.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `invalid` where both are the same; `too_long` on `notes`, `too_large` on `tags` or `custom_fields` where one client may
    /// not have so much.
    pub fn merge_clients(&self, actor: &Actor, input: MergeInput) -> Result<Saved<Vec<SamePets>>> {
        actor.require(Right::WriteClinic)?;
        if input.from_id == input.into_id {
            return Err(Refusal::on(RefusalCode::Invalid, "from_id").into());
        }
        self.write(actor, Action::MergeClients, |tx| {
            merge(tx, input.from_id, input.into_id)?;
            self.untold(same(&pets_of(tx.db(), input.into_id)?))
        })
    }
}

fn merge(tx: &mut Tx<'_>, from: ClientId, into: ClientId) -> Result<()> {
    refuse_unknown(tx.db(), from)?;
    refuse_unknown(tx.db(), into)?;
    let one = merged(fields(tx.db(), into)?, fields(tx.db(), from)?);
    let (kept, others) = (tags::tags(tx.db(), into)?, tags::tags(tx.db(), from)?);
    refuse_too_much(&one, kept.iter().chain(&others))?;
    for tag in others {
        tags::add(tx, into, &tag)?;
    }
    tags::save(tx, from, &[])?;
    for (table, key) in SETS {
        join_set(tx, table, key, from, into)?;
    }
    let is_set = |of: &str| of == "client_tags" || SETS.iter().any(|(table, _)| *table == of);
    hand_over(tx, "clients", from.bytes(), into.bytes(), is_set)?;
    write_fields(tx, into, &one)?;
    // What came over waits no more, either.
    stop_unwanted(tx, into)?;
    // Where another desk merges the two the other way, or deletes this one, it has to be seen that something was written into it: nobody edits this.
    tx.say_again("clients", into.bytes(), "source")?;
    let gone = "UPDATE clients SET merged_into_id = ?2, deleted_at = ?3, updated_at = ?3 WHERE id = ?1";
    tx.db().prepare_cached(gone)?.execute(params![from.bytes(), into.bytes(), tx.now().0])?;
    Ok(())
}

/// Refuses a client of whom there is more than the form takes: nobody could save it any more.
fn refuse_too_much<'a>(one: &Fields, tags: impl Iterator<Item = &'a String>) -> Result<()> {
    let tags: BTreeSet<String> = tags.map(|tag| tag.to_lowercase()).collect();
    let most = usize::try_from(MOST_OF_A_KIND).unwrap_or(usize::MAX);
    let notes = one.notes.as_ref().map_or(0, |notes| notes.chars().count());
    for (code, field, count, limit) in [
        (RefusalCode::TooLong, "notes", notes, MOST_NOTES),
        (RefusalCode::TooLarge, "tags", tags.len(), most),
        (RefusalCode::TooLarge, "custom_fields", one.custom_fields.len(), most),
    ] {
        if count > limit {
            return Err(Refusal::on(code, field).with_limit(limit).into());
        }
    }
    Ok(())
}

/// Moves the elements of a set that the other does not have yet; those it has are deleted here.
fn join_set(tx: &Tx<'_>, table: &str, key: &str, from: ClientId, into: ClientId) -> Result<()> {
    let channel = if table == "unsubscribes" { "AND o.channel = t.channel" } else { "" };
    let twin = format!("EXISTS (SELECT 1 FROM {table} o WHERE o.client_id = ?2 AND o.{key} = t.{key} {channel} AND o.deleted_at IS NULL)");
    let delete =
        format!("UPDATE {table} AS t SET deleted_at = ?3, updated_at = ?3 WHERE t.client_id = ?1 AND t.deleted_at IS NULL AND {twin}");
    let give = format!("UPDATE {table} SET client_id = ?2, updated_at = ?3 WHERE client_id = ?1 AND deleted_at IS NULL");
    for sql in [delete, give] {
        tx.db().prepare_cached(&sql)?.execute(params![from.bytes(), into.bytes(), tx.now().0])?;
    }
    Ok(())
}

fn fields(db: &Connection, id: ClientId) -> Result<Fields> {
    let mut statement = db.prepare_cached("SELECT * FROM clients WHERE id = ?1")?;
    Ok(statement.query_row([id.bytes()], |row| {
        Ok(Fields {
            first_name: row.named("first_name")?,
            last_name: row.named("last_name")?,
            email: row.named("email")?,
            email_status: row.choice("email_status", EmailStatus::parse)?,
            phone: row.named("phone")?,
            sms_opted_out_at: row.millis_opt("sms_opted_out_at")?,
            address: row.named("address")?,
            external_id: row.named("external_id")?,
            membership_status: row.choice("membership_status", MembershipStatus::parse)?,
            notification_settings: row.json("notification_settings")?,
            notes: row.named("notes")?,
            custom_fields: row.json("custom_fields")?,
            last_contact_at: row.millis_opt("last_contact_at")?,
            last_engaged_at: row.millis_opt("last_engaged_at")?,
        })
    })?)
}

fn write_fields(tx: &Tx<'_>, id: ClientId, of: &Fields) -> Result<()> {
    tx.db().prepare_cached(include_str!("merge.sql"))?.execute(params![
        id.bytes(),
        of.first_name,
        of.last_name,
        of.email,
        of.email_status.as_str(),
        of.phone,
        of.sms_opted_out_at.map(|at| at.0),
        of.address,
        of.external_id,
        of.membership_status.as_str(),
        json(&of.notification_settings)?,
        of.notes,
        json(&of.custom_fields)?,
        of.last_contact_at.map(|at| at.0),
        of.last_engaged_at.map(|at| at.0),
        tx.now().0,
    ])?;
    Ok(())
}

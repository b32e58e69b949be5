//! A client's page.

use petrel_domain::desk::{Client, ClientDetails, ClientFigures};
use petrel_domain::rights::Right;
use petrel_domain::{Cents, ClientId, ClientSource, MembershipStatus, Millis, Refusal, contact};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::tags::tags;
use super::wishes;
use crate::row::RowExt;
use crate::{Actor, Result, Store};

impl Store {
    /// A client with its pets and figures. One that was merged is answered, too, and says into whom.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn client(&self, actor: &Actor, id: ClientId) -> Result<Client> {
        actor.require(Right::SeeClinic)?;
        let now = self.now();
        self.read(|db| {
            let sql = "SELECT * FROM clients WHERE id = ?1 AND (deleted_at IS NULL OR merged_into_id IS NOT NULL)";
            let found = db.prepare_cached(sql)?.query_row([id.bytes()], read_client).optional()?;
            let mut client = found.ok_or_else(|| Refusal::not_found("client"))?;
            client.details.tags = tags(db, id)?;
            client.pets = crate::pets::pets_of(db, id)?;
            client.same_pets = self.untold(crate::pets::same(&client.pets))?;
            client.figures = figures(db, id, now)?;
            Ok(client)
        })
    }
}

fn read_client(row: &Row<'_>) -> rusqlite::Result<Client> {
    let phone: Option<String> = row.named("phone")?;
    let kept = wishes::read(row)?;
    Ok(Client {
        id: row.id("id", ClientId::from_bytes)?,
        is_phone_unclear: phone.as_deref().is_some_and(contact::is_unclear),
        details: ClientDetails {
            first_name: row.named("first_name")?,
            last_name: row.named("last_name")?,
            email: kept.email.clone(),
            phone,
            address: row.named("address")?,
            notes: row.named("notes")?,
            tags: Vec::new(),
            custom_fields: row.json("custom_fields")?,
            wishes: Some(kept.wishes()),
        },
        source: row.choice("source", ClientSource::parse)?,
        email_status: kept.email_status,
        sms_opted_out_at: kept.sms_opted_out_at,
        reach: kept.reach(),
        membership_status: row.choice("membership_status", MembershipStatus::parse)?,
        pets: Vec::new(),
        same_pets: Vec::new(),
        figures: ClientFigures::default(),
        merged_into_id: row.id_opt("merged_into_id", ClientId::from_bytes)?,
        created_at: row.millis("created_at")?,
    })
}

/// The figures that depend on rows alone are derived; what depends on the present, or on what was paid, is asked.
fn figures(db: &Connection, client: ClientId, now: Millis) -> Result<ClientFigures> {
    let sql = "SELECT appointments, completed, no_shows, cancellations, reschedules, spent_cents, first_visit_at, last_visit_at
               FROM client_stats WHERE client_id = ?1";
    let read = |row: &Row<'_>| {
        Ok(ClientFigures {
            appointments: row.get(0)?,
            completed: row.get(1)?,
            no_shows: row.get(2)?,
            cancellations: row.get(3)?,
            reschedules: row.get(4)?,
            spent_cents: Some(Cents(row.get(5)?)),
            first_visit_at: row.millis_opt("first_visit_at")?,
            last_visit_at: row.millis_opt("last_visit_at")?,
            ..ClientFigures::default()
        })
    };
    let mut figures = db.prepare_cached(sql)?.query_row([client.bytes()], read).optional()?.unwrap_or_default();
    let sql = "SELECT min(starts_at) FILTER (WHERE starts_at >= ?2 AND status IN ('pending', 'confirmed', 'reminded')),
                 coalesce(sum(final_cost_cents) FILTER (WHERE status = 'completed' AND payment_status NOT IN ('paid', 'refunded')), 0)
               FROM appointments WHERE client_id = ?1 AND deleted_at IS NULL";
    let read = |row: &Row<'_>| Ok((row.get::<_, Option<i64>>(0)?.map(Millis), Some(Cents(row.get(1)?))));
    (figures.next_visit_at, figures.balance_cents) = db.prepare_cached(sql)?.query_row(params![client.bytes(), now.0], read)?;
    Ok(figures)
}

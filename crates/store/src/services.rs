//! Services.

use petrel_domain::checked::Checked;
use petrel_domain::desk::{Saved, Service, ServiceDetails};
use petrel_domain::rights::Right;
use petrel_domain::text::fold;
use petrel_domain::{Refusal, RefusalCode, Role, ServiceId, ServiceKind};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::replica::json;
use crate::row::RowExt;
use crate::{Action, Actor, Result, Store, Tx};

const SELECT: &str = "SELECT * FROM services WHERE deleted_at IS NULL";

impl Store {
    /// The services, active ones first, by name.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn services(&self, actor: &Actor) -> Result<Vec<Service>> {
        actor.require(Right::SeeClinic)?;
        self.read(|db| {
            let mut statement = db.prepare_cached(SELECT)?;
            let mut services = statement.query_map([], read_service)?.collect::<Result<Vec<_>, _>>()?;
            services.sort_by_cached_key(|service| (!service.details.is_active, fold(&service.details.name), service.id.bytes()));
            Ok(services)
        })
    }

    /// Makes a service.
    ///
    /// # Errors
    /// `forbidden`, or what the check of its fields says.
    pub fn create_service(&self, actor: &Actor, input: ServiceDetails) -> Result<Saved<ServiceId>> {
        actor.require(Right::ManageClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::CreateService, |tx| insert_service(tx, &input))
    }

    /// Changes a service. Visits that are booked keep their length and price.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, or what the check of its fields says.
    pub fn save_service(&self, actor: &Actor, id: ServiceId, input: ServiceDetails) -> Result<Saved<()>> {
        actor.require(Right::ManageClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::SaveService, |tx| {
            let sql = "UPDATE services SET name = ?2, description = ?3, kind = ?4, duration_minutes = ?5, buffer_minutes = ?6, base_price_cents = ?7,
                color = ?8, requires_approval = ?9, advance_booking_days = ?10, min_advance_hours = ?11, cancellation_cutoff_hours = ?12,
                max_per_slot = ?13, is_online = ?14, is_active = ?15, staff_roles = ?16, form_fields = ?17, updated_at = ?18
                WHERE id = ?1 AND deleted_at IS NULL";
            if write_service(tx, sql, id, &input)? == 0 {
                return Err(Refusal::not_found("service").into());
            }
            Ok(())
        })
    }

    /// Removes a service that has no visits and that nobody waits for; one that has is made inactive instead.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `in_use`.
    pub fn delete_service(&self, actor: &Actor, id: ServiceId) -> Result<Saved<()>> {
        actor.require(Right::ManageClinic)?;
        self.write(actor, Action::DeleteService, |tx| {
            // Whoever waits for it would go with it, unsaid.
            let waits = "SELECT 1 FROM waitlist_entries WHERE service_id = ?1 AND status IN ('active', 'offered') AND deleted_at IS NULL";
            if tx.db().prepare_cached(waits)?.exists([id.bytes()])? {
                return Err(Refusal::on(RefusalCode::InUse, "services").with_detail("waitlist_entries").into());
            }
            crate::delete::soft_delete(tx, "services", id.bytes())
        })
    }
}

pub(crate) fn insert_service(tx: &mut Tx<'_>, input: &ServiceDetails) -> Result<ServiceId> {
    let id = ServiceId(tx.new_id());
    let sql =
        "INSERT INTO services (id, name, description, kind, duration_minutes, buffer_minutes, base_price_cents, color, requires_approval,
        advance_booking_days, min_advance_hours, cancellation_cutoff_hours, max_per_slot, is_online, is_active, staff_roles, form_fields,
        created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?18)";
    write_service(tx, sql, id, input)?;
    Ok(id)
}

fn write_service(tx: &Tx<'_>, sql: &str, id: ServiceId, input: &ServiceDetails) -> Result<usize> {
    let roles: Vec<&str> = input.staff_roles.iter().map(|role| role.as_str()).collect();
    Ok(tx.db().prepare_cached(sql)?.execute(params![
        id.bytes(),
        input.name,
        input.description,
        input.kind.as_str(),
        input.duration_minutes,
        input.buffer_minutes,
        input.base_price_cents.map(|cents| cents.0),
        input.color,
        input.requires_approval,
        input.advance_booking_days,
        input.min_advance_hours,
        input.cancellation_cutoff_hours,
        input.max_per_slot,
        input.is_online,
        input.is_active,
        json(&roles)?,
        json(&input.form_fields)?,
        tx.now().0,
    ])?)
}

/// One service, deleted or not: a visit keeps the service it was booked for.
pub(crate) fn service(db: &Connection, id: ServiceId) -> Result<Service> {
    let found = db.prepare_cached("SELECT * FROM services WHERE id = ?1")?.query_row([id.bytes()], read_service).optional()?;
    Ok(found.ok_or_else(|| Refusal::not_found("service"))?)
}

/// One that can be booked still.
///
/// # Errors
/// `not_found` on `service_id`.
pub(crate) fn offered(db: &Connection, id: ServiceId) -> Result<Service> {
    let sql = "SELECT * FROM services WHERE id = ?1 AND deleted_at IS NULL";
    let found = db.prepare_cached(sql)?.query_row([id.bytes()], read_service).optional()?;
    Ok(found.ok_or_else(|| Refusal::not_found("service_id"))?)
}

fn read_service(row: &Row<'_>) -> rusqlite::Result<Service> {
    let roles: Vec<String> = row.json("staff_roles")?;
    Ok(Service {
        id: row.id("id", ServiceId::from_bytes)?,
        details: ServiceDetails {
            name: row.named("name")?,
            description: row.named("description")?,
            kind: row.choice("kind", ServiceKind::parse)?,
            duration_minutes: row.named("duration_minutes")?,
            buffer_minutes: row.named("buffer_minutes")?,
            base_price_cents: row.cents_opt("base_price_cents")?,
            color: row.named("color")?,
            requires_approval: row.named("requires_approval")?,
            advance_booking_days: row.named("advance_booking_days")?,
            min_advance_hours: row.named("min_advance_hours")?,
            cancellation_cutoff_hours: row.named("cancellation_cutoff_hours")?,
            max_per_slot: row.named("max_per_slot")?,
            is_online: row.named("is_online")?,
            is_active: row.named("is_active")?,
            staff_roles: roles.iter().filter_map(|role| Role::parse(role)).collect(),
            form_fields: row.json("form_fields")?,
        },
    })
}

//! A visit opened beside the calendar, and the visits of a client.

use petrel_domain::appointment::next_statuses;
use petrel_domain::desk::{AppointmentDetail, AppointmentNotes, VisitPage};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, BookingMethod, Cents, ClientId, Millis, PaymentStatus, Refusal};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::answers::answers;
use super::card::{cards, read_card};
use super::rhythm::stand;
use super::row::existing;
use crate::row::RowExt;
use crate::{Actor, Result, Store};

/// Visits of a page of a client's history.
const PAGE: usize = 50;

impl Store {
    /// A visit with all that its panel shows.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn appointment(&self, actor: &Actor, id: AppointmentId) -> Result<AppointmentDetail> {
        actor.require(Right::SeeClinic)?;
        let now = self.now();
        self.read(|db| {
            let mut detail = detail(db, id, now)?;
            if detail.card.series_id.is_some() {
                detail.series = Some(stand(db, &existing(db, id)?, now)?);
            }
            Ok(detail)
        })
    }

    /// The visits of a client, newest first, by pages.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn visits_of_client(&self, actor: &Actor, client: ClientId, before: Option<Millis>) -> Result<VisitPage> {
        actor.require(Right::SeeClinic)?;
        self.read(|db| {
            let condition = "WHERE a.client_id = ?1 AND a.starts_at < ?2 AND a.deleted_at IS NULL ORDER BY a.starts_at DESC LIMIT ?3";
            let before = before.map_or(i64::MAX, |at| at.0);
            let mut visits = cards(db, condition, params![client.bytes(), before, i64::try_from(PAGE + 1).unwrap_or(i64::MAX)])?;
            let beyond = visits.get(PAGE).map(|visit| visit.starts_at);
            visits.truncate(PAGE);
            let next_before = visits.last().map(|visit| visit.starts_at).filter(|_| beyond.is_some());
            if let Some(last) = next_before.filter(|last| beyond == Some(*last)) {
                // The next page begins before that time: the others of it, the second dog's visit, belong to this one.
                visits.retain(|visit| visit.starts_at > last);
                let same = "WHERE a.client_id = ?1 AND a.starts_at = ?2 AND a.deleted_at IS NULL";
                visits.extend(cards(db, same, params![client.bytes(), last.0])?);
            }
            Ok(VisitPage { visits, next_before })
        })
    }
}

/// All but what stands of its series.
pub(super) fn detail(db: &Connection, id: AppointmentId, now: Millis) -> Result<AppointmentDetail> {
    let found = db.prepare_cached(include_str!("detail.sql"))?.query_row([id.bytes()], read_detail).optional()?;
    let mut detail = found.ok_or_else(|| Refusal::not_found("appointment"))?;
    if let Some(client) = detail.card.client_id {
        let sql = "SELECT count(*) FILTER (WHERE status = 'no_show'), count(*) FILTER (WHERE status IN ('completed', 'no_show')),
                     coalesce(sum(final_cost_cents) FILTER (WHERE status = 'completed' AND payment_status NOT IN ('paid', 'refunded')), 0)
                   FROM appointments WHERE client_id = ?1 AND deleted_at IS NULL";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2).map(Cents)?));
        (detail.client_no_shows, detail.client_visits, detail.balance_cents) = db.prepare_cached(sql)?.query_row([client.bytes()], read)?;
    }
    if let Some(pet) = detail.card.pet_id {
        detail.overdue_vaccinations = overdue(db, pet.bytes(), now)?;
    }
    if let Some(group) = detail.card.group_id {
        let condition = "WHERE a.group_id = ?1 AND a.id <> ?2 AND a.status <> 'rescheduled' AND a.deleted_at IS NULL ORDER BY a.starts_at";
        detail.group = cards(db, condition, params![group.bytes(), id.bytes()])?;
    }
    detail.answers = answers(db, id)?;
    detail.next_statuses = next_statuses(detail.card.status).to_vec();
    Ok(detail)
}

/// Vaccinations that are overdue by when they were given last, however they were typed; none of a pet that died.
fn overdue(db: &Connection, pet: [u8; 16], now: Millis) -> Result<Vec<String>> {
    let today = crate::clinic_zone::clinic_zone(db)?.map_or_else(|| now.utc().date_naive(), |zone| now.in_zone(zone).date_naive());
    let mut statement = db.prepare_cached(include_str!("overdue.sql"))?;
    Ok(statement.query_map(params![pet, today.to_string()], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn read_detail(row: &Row<'_>) -> rusqlite::Result<AppointmentDetail> {
    Ok(AppointmentDetail {
        card: read_card(row)?,
        booking_method: row.choice("booking_method", BookingMethod::parse)?,
        booking_reference: row.named("booking_reference")?,
        notes: AppointmentNotes {
            title: row.named("title")?,
            reason: row.named("reason")?,
            symptoms: row.named("symptoms")?,
            special_requests: row.named("special_requests")?,
            client_notes: row.named("client_notes")?,
            internal_notes: row.named("internal_notes")?,
            pickup_address: row.named("pickup_address")?,
        },
        estimated_cost_cents: row.cents_opt("estimated_cost_cents")?,
        final_cost_cents: row.cents_opt("final_cost_cents")?,
        payment_status: row.choice("payment_status", PaymentStatus::parse)?,
        pet_alerts: row.named("pet_alerts")?,
        pet_allergies: row.named("pet_allergies")?,
        pet_deceased_on: row.parsed_opt("pet_deceased_on")?,
        breed: row.named("breed")?,
        client_no_shows: 0,
        client_visits: 0,
        balance_cents: Cents(0),
        overdue_vaccinations: Vec::new(),
        cancelled_at: row.millis_opt("cancelled_at")?,
        cancellation_reason: row.named("cancellation_reason")?,
        reschedule_count: row.named("reschedule_count")?,
        previous_appointment_id: row.id_opt("previous_appointment_id", AppointmentId::from_bytes)?,
        next_appointment_id: row.id_opt("next_appointment_id", AppointmentId::from_bytes)?,
        group: Vec::new(),
        recurrence: row.named("recurrence")?,
        series: None,
        answers: Vec::new(),
        next_statuses: Vec::new(),
        created_at: row.millis("created_at")?,
    })
}

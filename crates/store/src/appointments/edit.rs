//! What is written about a visit.

use petrel_domain::appointment::takes_time;
use petrel_domain::checked::{Checked, check_answers_to_another, check_edited_answers};
use petrel_domain::desk::{EditAppointmentInput, Saved, Service};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentStatus, PetId, Refusal, RefusalCode, ServiceId};
use rusqlite::params;

use super::colleagues::roster;
use super::place::{is_kept_for_emergencies, stands_over_another};
use super::row::{Visit, existing};
use super::{answers, clash};
use crate::pets::refuse_absent;
use crate::services::service;
use crate::{Action, Actor, Result, Store, Tx};

impl Store {
    /// Changes a visit's pet, service, texts, money and answers, and whether it is an emergency; not its time or status.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `pet_deceased`; `slot_taken` where another service does not fit in its time, `emergency_only` where it stands in time
    /// kept for emergencies and is none any more; or what the check of the fields says.
    pub fn edit_appointment(&self, actor: &Actor, input: EditAppointmentInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::EditAppointment, |tx| edit(tx, &input))
    }
}

fn edit(tx: &mut Tx<'_>, input: &EditAppointmentInput) -> Result<()> {
    let visit = existing(tx.db(), input.appointment_id)?;
    check_pet(tx, &visit, input.pet_id)?;
    if input.service_id.is_none() && input.notes.title.is_none() {
        return Err(Refusal::required("service_id").into());
    }
    let service = input.service_id.map(|id| service(tx.db(), id)).transpose()?;
    let fields = service.as_ref().map_or(&[][..], |service| &service.details.form_fields);
    let present = answers::answers(tx.db(), visit.id)?;
    let checked = if input.service_id == visit.service_id {
        check_edited_answers(fields, &input.answers, &present)?
    } else {
        check_answers_to_another(fields, &input.answers, &present)?
    };
    let is_emergency = emergency_after(tx, &visit, input, service.as_ref())?;
    let is_overbooked = stands_after(tx, &visit, input, service.as_ref())?;
    let notes = &input.notes;
    tx.db().prepare_cached(include_str!("edit.sql"))?.execute(params![
        visit.id.bytes(),
        input.pet_id.map(PetId::bytes),
        input.service_id.map(ServiceId::bytes),
        notes.title,
        notes.reason,
        notes.symptoms,
        notes.special_requests,
        notes.client_notes,
        notes.internal_notes,
        notes.pickup_address,
        input.estimated_cost_cents.map(|cents| cents.0),
        input.final_cost_cents.map(|cents| cents.0),
        input.payment_status.as_str(),
        tx.now().0,
        is_overbooked,
        is_emergency,
    ])?;
    if input.service_id != visit.service_id {
        clash::leave(tx, &visit)?;
    }
    answers::save(tx, visit.id, &checked)
}

/// Whether the visit is an emergency from now on. One that is none any more, and was not over yet, may not stay in time kept for those unseen.
///
/// # Errors
/// `emergency_only` on `is_emergency`.
fn emergency_after(tx: &Tx<'_>, visit: &Visit, input: &EditAppointmentInput, service: Option<&Service>) -> Result<bool> {
    let is_emergency = input.is_emergency.unwrap_or(visit.is_emergency);
    let is_cleared = visit.is_emergency && !is_emergency && is_open(tx, visit);
    if is_cleared && !input.is_overbooking_allowed && is_kept_for_emergencies(&roster(tx.db())?, visit, service) {
        return Err(Refusal::on(RefusalCode::EmergencyOnly, "is_emergency").into());
    }
    Ok(is_emergency)
}

/// What is over stands in nobody's way.
fn is_open(tx: &Tx<'_>, visit: &Visit) -> bool {
    takes_time(visit.status) && visit.status != AppointmentStatus::Completed && visit.ends_at > tx.now()
}

/// Whether the visit is booked over another, knowingly, once it is for this service: another has another length of time kept free after it, and room
/// for another number at once.
///
/// # Errors
/// `slot_taken` on `service_id`.
fn stands_after(tx: &Tx<'_>, visit: &Visit, input: &EditAppointmentInput, service: Option<&Service>) -> Result<bool> {
    if input.service_id == visit.service_id || !is_open(tx, visit) {
        return Ok(visit.is_overbooked);
    }
    let is_over = stands_over_another(tx, &roster(tx.db())?, visit, service)?;
    if is_over && !input.is_overbooking_allowed && !visit.is_overbooked {
        return Err(Refusal::on(RefusalCode::SlotTaken, "service_id").into());
    }
    Ok(is_over)
}

/// Another pet of the same client may be seen instead, if it is alive.
fn check_pet(tx: &Tx<'_>, visit: &Visit, pet: Option<PetId>) -> Result<()> {
    pet.filter(|pet| visit.pet_id != Some(*pet)).map_or(Ok(()), |pet| refuse_absent(tx.db(), pet, visit.client_id))
}

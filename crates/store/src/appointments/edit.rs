//! What is written about a visit.

use petrel_domain::appointment::takes_time;
use petrel_domain::checked::{Checked, check_answers_to_another, check_edited_answers};
use petrel_domain::desk::{AppointmentNotes, EditAppointmentInput, Saved, Service};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentStatus, Millis, PetId, Refusal, RefusalCode, SeriesScope, ServiceId};
use rusqlite::params;

use super::colleagues::roster;
use super::detail::detail;
use super::moving::{is_overrulable, not_all};
use super::place::{is_kept_for_emergencies, stands_over_another};
use super::row::{Visit, existing};
use super::series::in_scope;
use super::{answers, clash};
use crate::pets::refuse_absent;
use crate::services::service;
use crate::{Action, Actor, Result, Store, StoreError, Tx};

impl Store {
    /// Changes a visit's pet, service, texts, money and answers, and whether it is an emergency; not its time or status. Of a series the others that are
    /// meant get what is changed of it, but for pet, bill and payment; all of them or none.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `pet_deceased`; `slot_taken` where another service does not fit in its time, `emergency_only` where it stands in time
    /// kept for emergencies and is none any more, `not_their_service` where its colleague does not do another service; or what the check of the fields
    /// says. Of a series, where not only the visit that is named does not fit: the first date that does not in `until`, how many in `detail`.
    pub fn edit_appointment(&self, actor: &Actor, input: EditAppointmentInput) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::EditAppointment, |tx| edit_all(tx, &input))
    }
}

fn edit_all(tx: &Tx<'_>, input: &EditAppointmentInput) -> Result<()> {
    let visit = existing(tx.db(), input.appointment_id)?;
    let was = as_it_is(tx, &visit)?;
    let mut in_the_way: Vec<(Millis, Refusal)> = Vec::new();
    for other in in_scope(tx, &visit, input.scope)? {
        let wanted = if other.id == visit.id { input.clone() } else { with_changes(as_it_is(tx, &other)?, &was, input) };
        match edit(tx, &other, &wanted) {
            Err(StoreError::Refused(refusal)) if is_overrulable(&refusal) => in_the_way.push((other.starts_at, refusal)),
            done => done?,
        }
    }
    not_all(visit.starts_at, in_the_way).map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// A visit as it is, to be edited.
fn as_it_is(tx: &Tx<'_>, visit: &Visit) -> Result<EditAppointmentInput> {
    let kept = detail(tx.db(), visit.id, tx.now())?;
    Ok(EditAppointmentInput {
        appointment_id: visit.id,
        pet_id: visit.pet_id,
        service_id: visit.service_id,
        notes: kept.notes,
        estimated_cost_cents: kept.estimated_cost_cents,
        final_cost_cents: kept.final_cost_cents,
        payment_status: kept.payment_status,
        answers: kept.answers,
        is_emergency: Some(visit.is_emergency),
        scope: SeriesScope::This,
        overruled: Vec::new(),
    })
}

/// Another visit of a series with what was changed of one: what was left as it is stays what it is there, too.
fn with_changes(kept: EditAppointmentInput, was: &EditAppointmentInput, input: &EditAppointmentInput) -> EditAppointmentInput {
    fn pick<T: PartialEq + Clone>(kept: T, was: &T, wanted: &T) -> T {
        if was == wanted { kept } else { wanted.clone() }
    }
    let text = |of: fn(&AppointmentNotes) -> &Option<String>| pick(of(&kept.notes).clone(), of(&was.notes), of(&input.notes));
    let notes = AppointmentNotes {
        title: text(|notes| &notes.title),
        reason: text(|notes| &notes.reason),
        symptoms: text(|notes| &notes.symptoms),
        special_requests: text(|notes| &notes.special_requests),
        client_notes: text(|notes| &notes.client_notes),
        internal_notes: text(|notes| &notes.internal_notes),
        pickup_address: text(|notes| &notes.pickup_address),
    };
    let is_other_service = was.service_id != input.service_id;
    EditAppointmentInput {
        notes,
        service_id: pick(kept.service_id, &was.service_id, &input.service_id),
        estimated_cost_cents: pick(kept.estimated_cost_cents, &was.estimated_cost_cents, &input.estimated_cost_cents),
        is_emergency: pick(kept.is_emergency, &was.is_emergency, &input.is_emergency.or(was.is_emergency)),
        // What another service asks was answered once, for all of them.
        answers: if is_other_service { input.answers.clone() } else { kept.answers },
        overruled: input.overruled.clone(),
        ..kept
    }
}

fn edit(tx: &Tx<'_>, visit: &Visit, input: &EditAppointmentInput) -> Result<()> {
    check_pet(tx, visit, input.pet_id)?;
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
    let is_emergency = emergency_after(tx, visit, input, service.as_ref())?;
    let is_overbooked = stands_after(tx, visit, input, service.as_ref())?;
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
        clash::leave(tx, visit)?;
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
    if is_cleared && !input.overruled.contains(&RefusalCode::EmergencyOnly) && is_kept_for_emergencies(&roster(tx.db())?, visit, service) {
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
/// `slot_taken` on `service_id`; `not_their_service` where its colleague does not do it.
fn stands_after(tx: &Tx<'_>, visit: &Visit, input: &EditAppointmentInput, service: Option<&Service>) -> Result<bool> {
    if input.service_id == visit.service_id || !is_open(tx, visit) {
        return Ok(visit.is_overbooked);
    }
    let roster = roster(tx.db())?;
    let is_over = stands_over_another(tx, &roster, visit, service)?;
    if is_over && !input.overruled.contains(&RefusalCode::SlotTaken) && !visit.is_overbooked {
        return Err(Refusal::on(RefusalCode::SlotTaken, "service_id").into());
    }
    let is_asked = service.is_some() && !input.overruled.contains(&RefusalCode::NotTheirService);
    if let Some(staff_id) = visit.staff_id.filter(|_| is_asked) {
        roster.require_able(staff_id, service)?;
    }
    Ok(is_over)
}

/// Another pet of the same client may be seen instead, if it is alive.
fn check_pet(tx: &Tx<'_>, visit: &Visit, pet: Option<PetId>) -> Result<()> {
    pet.filter(|pet| visit.pet_id != Some(*pet)).map_or(Ok(()), |pet| refuse_absent(tx.db(), pet, visit.client_id))
}

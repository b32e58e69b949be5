//! Booking: one pet or several of a family in one go, once or as a series; all or nothing.

use petrel_domain::checked::{Checked, check_answers};
use petrel_domain::desk::{BookInput, BookPet, Booked, FormAnswer, Saved, Service};
use petrel_domain::recurrence::Recurrence;
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, AppointmentStatus, BookingMethod, GroupId, Millis, Refusal, RefusalCode, SeriesId, zone};
use rusqlite::params;

use super::colleagues::{Roster, roster_of};
use super::place::{Place, end_of, is_of_place, is_off, outside, place};
use super::row::{NewVisit, insert, reference};
use super::{answers, series};
use crate::pets::refuse_absent;
use crate::services::offered;
use crate::{Action, Actor, Result, Store, StoreError, Tx};

/// One pet of a booking, with what was looked up for it.
struct Wanted {
    pet: BookPet,
    service: Option<Service>,
    minutes: i64,
    /// The first date was seen to lie outside of the hours, and is wanted all the same: so are the others. Whether it lies on a day off: other days
    /// off are left out where it does not.
    seen_outside: Option<bool>,
    answers: Vec<FormAnswer>,
}

impl Store {
    /// Books. The first date must fit; dates of a series that do not are left out and told.
    ///
    /// # Errors
    /// `forbidden`; what the check of the fields says; `not_found`; `pet_deceased`; `slot_taken`, `outside_hours` or `emergency_only`
    /// with the free times next to it.
    pub fn book_appointment(&self, actor: &Actor, input: BookInput) -> Result<Saved<Booked>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::BookAppointment, |tx| book(tx, &input))
    }
}

fn book(tx: &mut Tx<'_>, input: &BookInput) -> Result<Booked> {
    let roster = roster_of(tx.db(), input.pets.iter().map(|pet| pet.staff_id))?;
    check_people(tx, input)?;
    let look_up = |(n, pet)| look_up(tx, &roster, input, pet).map_err(of_pet(n));
    let wanted = input.pets.iter().enumerate().map(look_up).collect::<Result<Vec<_>>>()?;
    let first = wanted.iter().map(|wanted| wanted.pet.starts_at).min().unwrap_or(tx.now());
    let shifts = match &input.recurrence {
        None => vec![0],
        Some(rule) => series::shifts(&Recurrence::parse(rule)?, zone::date_of(first, roster.zone))?,
    };
    let series_id = input.recurrence.as_ref().map(|_| SeriesId(tx.new_id()));
    let mut booked = Booked { appointment_ids: Vec::new(), skipped: Vec::new() };
    for days in shifts {
        let ids = series::attempt(tx, days != 0, |tx| occurrence(tx, &roster, input, &wanted, series_id, days))?;
        match ids {
            Some(ids) => booked.appointment_ids.extend(ids),
            None => booked.skipped.push(zone::shifted(first, days, 0, roster.zone).unwrap_or_else(|| first.plus_minutes(days * 24 * 60))),
        }
    }
    if let Some(entry) = input.waitlist_entry_id {
        // Somebody may have booked for it meanwhile: a second visit would be one too many.
        let sql = "UPDATE waitlist_entries SET status = 'booked', updated_at = ?2
                   WHERE id = ?1 AND status IN ('active', 'offered') AND deleted_at IS NULL";
        if tx.db().execute(sql, params![entry.bytes(), tx.now().0])? == 0 {
            return Err(Refusal::not_found("waitlist_entry_id").into());
        }
    }
    Ok(booked)
}

/// Says of a refusal which pet of the booking it is about.
fn of_pet(n: usize) -> impl Fn(StoreError) -> StoreError {
    move |error| match error {
        StoreError::Refused(mut refusal) => {
            refusal.field = refusal.field.map(|field| format!("pets[{n}].{field}"));
            refusal.into()
        }
        error => error,
    }
}

/// The visits of one date.
fn occurrence(
    tx: &mut Tx<'_>,
    roster: &Roster,
    input: &BookInput,
    wanted: &[Wanted],
    series_id: Option<SeriesId>,
    days: i64,
) -> Result<Vec<AppointmentId>> {
    let group_id = (wanted.len() > 1).then(|| GroupId(tx.new_id()));
    let mut visits = Vec::new();
    let mut in_the_way: Option<Refusal> = None;
    let mut count = 0;
    for (n, one) in wanted.iter().enumerate() {
        match visit(tx, roster, input, one, (series_id, group_id), days).map_err(of_pet(n)) {
            Ok(id) => visits.push(id),
            // Of a family all that do not fit are told: whoever books all the same knows of each.
            Err(StoreError::Refused(refusal)) if is_of_place(refusal.code) => {
                count += 1;
                in_the_way.get_or_insert(refusal);
            }
            Err(error) => return Err(error),
        }
    }
    match in_the_way {
        None => Ok(visits),
        Some(refusal) if count > 1 => Err(refusal.with_detail(count).into()),
        Some(refusal) => Err(refusal.into()),
    }
}

fn visit(
    tx: &mut Tx<'_>,
    roster: &Roster,
    input: &BookInput,
    wanted: &Wanted,
    (series_id, group_id): (Option<SeriesId>, Option<GroupId>),
    days: i64,
) -> Result<AppointmentId> {
    // The first date stands where it was asked for, also in the second half of an hour that comes twice.
    let shifted = if days == 0 { Some(wanted.pet.starts_at) } else { zone::shifted(wanted.pet.starts_at, days, 0, roster.zone) };
    let starts_at: Millis = shifted.ok_or_else(|| Refusal::on(RefusalCode::OutsideHours, "starts_at"))?;
    let wish = place_of(roster, input, &wanted.pet, wanted.service.as_ref(), wanted.minutes);
    let ends_at = end_of(starts_at, wanted.minutes, wanted.service.as_ref(), roster.zone);
    // What was seen, and is wanted all the same, is the first date.
    let overruled: &[RefusalCode] = if days == 0 { &input.overruled } else { &[] };
    let may_be_outside = wanted.seen_outside.is_some_and(|on_day_off| on_day_off || !is_off(roster, wanted.pet.staff_id, starts_at));
    let is_overbooked = place(tx, roster, &Place { starts_at, ends_at, overruled, may_be_outside, is_helped: days == 0, ..wish })?;
    let details = wanted.service.as_ref().map(|service| &service.details);
    let new = NewVisit {
        client_id: input.client_id,
        pet_id: wanted.pet.pet_id,
        service_id: wanted.pet.service_id,
        staff_id: Some(wanted.pet.staff_id),
        notes: &input.notes,
        starts_at,
        ends_at,
        status: first_status(
            input.booking_method,
            details.is_some_and(|of| of.requires_approval),
            days == 0 && zone::date_of(starts_at, roster.zone) <= zone::date_of(tx.now(), roster.zone),
        ),
        booking_method: input.booking_method,
        estimated_cost_cents: input.estimated_cost_cents.or_else(|| details.and_then(|of| of.base_price_cents)),
        is_emergency: input.is_emergency,
        is_overbooked,
        recurrence: input.recurrence.as_deref(),
        series_id,
        group_id,
    };
    let id = AppointmentId(tx.new_id());
    insert(tx, id, &reference(tx.db())?, &new)?;
    answers::save(tx, id, &wanted.answers)?;
    Ok(id)
}

/// Who walks in is here, on the first date of a series, unless that is a later day; what waits for a yes is pending, unless the desk itself booked it.
fn first_status(method: BookingMethod, requires_approval: bool, is_here: bool) -> AppointmentStatus {
    match method {
        BookingMethod::WalkIn if is_here => AppointmentStatus::CheckedIn,
        BookingMethod::Online | BookingMethod::Voice | BookingMethod::Sms if requires_approval => AppointmentStatus::Pending,
        _ => AppointmentStatus::Confirmed,
    }
}

/// The client and the pets are here, belong together, and are alive.
fn check_people(tx: &Tx<'_>, input: &BookInput) -> Result<()> {
    if let Some(client) = input.client_id {
        let sql = "SELECT 1 FROM clients WHERE id = ?1 AND deleted_at IS NULL AND merged_into_id IS NULL";
        if !tx.db().prepare_cached(sql)?.exists([client.bytes()])? {
            return Err(Refusal::not_found("client_id").into());
        }
    }
    for (n, pet) in input.pets.iter().enumerate().filter_map(|(n, pet)| Some((n, pet.pet_id?))) {
        refuse_absent(tx.db(), pet, input.client_id).map_err(of_pet(n))?;
    }
    Ok(())
}

/// Where the first date of a pet is to stand.
fn place_of<'a>(roster: &Roster, input: &BookInput, pet: &BookPet, service: Option<&'a Service>, minutes: i64) -> Place<'a> {
    Place {
        staff_id: pet.staff_id,
        starts_at: pet.starts_at,
        ends_at: end_of(pet.starts_at, minutes, service, roster.zone),
        service,
        is_emergency: input.is_emergency,
        overruled: &[],
        may_be_outside: false,
        is_helped: true,
        except: &[],
    }
}

fn look_up(tx: &Tx<'_>, roster: &Roster, input: &BookInput, pet: &BookPet) -> Result<Wanted> {
    roster.require(pet.staff_id)?;
    let service = pet.service_id.map(|id| offered(tx.db(), id)).transpose()?;
    let fields = service.as_ref().map_or(&[][..], |service| &service.details.form_fields);
    let usual = service.as_ref().map_or(0, |service| service.details.duration_minutes);
    let answers = check_answers(fields, &pet.answers)?;
    let minutes = i64::from(pet.duration_minutes.unwrap_or(usual).max(1));
    let outside = input.recurrence.as_ref().and_then(|_| outside(roster, &place_of(roster, input, pet, service.as_ref(), minutes)));
    let is_seen = outside.is_some_and(|code| input.overruled.contains(&code));
    let seen_outside = is_seen.then(|| is_off(roster, pet.staff_id, pet.starts_at));
    Ok(Wanted { minutes, seen_outside, answers, pet: pet.clone(), service })
}

//! Rhythms: a visit that was booked once becomes the first of a series, or a series goes on by another rule (ADR 18).

mod plan;
mod strand;

use petrel_domain::checked::Checked;
use petrel_domain::desk::{AppointmentNotes, RhythmInput, RhythmPlan, Saved};
use petrel_domain::rights::Right;
use petrel_domain::{AppointmentId, AppointmentStatus, BookingMethod, Cents, PetId, Refusal, RefusalCode, SeriesId, natural_id};
use rusqlite::{Connection, params};

use self::plan::{Landing, plan};
use super::answers;
use super::cancel::cancel_one;
use super::detail::detail;
use super::moving::{Target, replace};
use super::row::{NewVisit, Visit, insert, reference_of};
use crate::{Action, Actor, Result, Store, Tx};

pub(super) use strand::stand;

impl Store {
    /// What a rhythm would make of the visits to come. Nothing is written.
    ///
    /// # Errors
    /// `forbidden`, `not_found`; what the check of the fields says; `invalid` on `scope` where not all can be meant, as some have happened;
    /// `bad_transition` of a visit that does not stand; `pet_deceased`; `not_found` on `staff_id` where its colleague works here no more, on `service_id`
    /// where its service is gone.
    pub fn rhythm_plan(&self, actor: &Actor, input: RhythmInput) -> Result<RhythmPlan> {
        actor.require(Right::SeeClinic)?;
        let input = input.checked(())?;
        let now = self.now();
        self.read(|db| Ok(plan(db, now, &input)?.told()))
    }

    /// Gives visits a rhythm, as `told` says: all of it or nothing, one action. The visit it begins with stays the same; one that goes to another date is
    /// rescheduled, in a chain.
    ///
    /// # Errors
    /// As [`Store::rhythm_plan`]; `changed_since` where something else would come of it by now than what was told; `too_small` on `recurrence` where a visit
    /// that was booked once would stay the only one.
    pub fn set_rhythm(&self, actor: &Actor, input: RhythmInput, told: RhythmPlan) -> Result<Saved<()>> {
        actor.require(Right::WriteClinic)?;
        let input = input.checked(())?;
        self.write(actor, Action::SetRhythm, |tx| set_rhythm(tx, &input, &told))
    }
}

fn set_rhythm(tx: &mut Tx<'_>, input: &RhythmInput, told: &RhythmPlan) -> Result<()> {
    let plan = plan(tx.db(), tx.now(), input)?;
    if plan.told() != *told {
        return Err(Refusal::on(RefusalCode::ChangedSince, "recurrence").into());
    }
    if plan.first.series_id.is_none() && plan.added.is_empty() {
        return Err(Refusal::on(RefusalCode::TooSmall, "recurrence").with_limit(2).into());
    }
    let (series, rule) = (series_of(&plan.first), input.recurrence.as_str());
    for visit in std::iter::once(&plan.first).chain(&plan.kept) {
        join(tx, visit.id, series, rule)?;
    }
    for visit in &plan.cancelled {
        cancel_one(tx, visit, None)?;
        leave(tx, visit)?;
    }
    for (visit, landing) in &plan.moved {
        let id = id_on(tx.db(), series, visit.pet_id, landing)?;
        replace(tx, visit, id, &reference_of(tx.db(), id)?, &target(visit, landing))?;
        answers::copy(tx, visit.id, id)?;
        leave(tx, visit)?;
        join(tx, id, series, rule)?;
    }
    if plan.added.is_empty() {
        return Ok(());
    }
    let like = detail(tx.db(), plan.template.id, tx.now())?;
    // It is the desk that books, whoever booked the one it is like.
    let booking_method = match like.booking_method {
        BookingMethod::Online | BookingMethod::Voice | BookingMethod::Sms => BookingMethod::Admin,
        method => method,
    };
    for landing in &plan.added {
        let id = id_on(tx.db(), series, plan.template.pet_id, landing)?;
        let like = (&like.notes, like.estimated_cost_cents, booking_method);
        add(tx, &plan.template, like, (id, landing), (series, rule))?;
    }
    Ok(())
}

/// The series of a visit; where it has none, the one that begins with it: two desks that make a series of one visit make the same.
fn series_of(first: &Visit) -> SeriesId {
    first.series_id.unwrap_or_else(|| SeriesId(natural_id("series", &[&first.id.bytes()])))
}

/// The id of a visit that a rhythm puts on a date. Two desks that do so, each not knowing of the other, put the same visit there. Where one of that id
/// was there before and went, it is another one.
fn id_on(db: &Connection, series: SeriesId, pet: Option<PetId>, landing: &Landing) -> Result<AppointmentId> {
    let pet = pet.map(PetId::bytes);
    let date = landing.date.to_string();
    let mut statement = db.prepare_cached("SELECT 1 FROM appointments WHERE id = ?1")?;
    let mut time = 0_u32;
    loop {
        let key = [&series.bytes()[..], pet.as_ref().map_or(&[], |pet| &pet[..]), date.as_bytes(), &time.to_be_bytes()];
        let id = natural_id("appointments", &key);
        if !statement.exists([id.as_bytes()])? {
            return Ok(AppointmentId(id));
        }
        time += 1;
    }
}

fn target(visit: &Visit, landing: &Landing) -> Target {
    Target { starts_at: landing.starts_at, ends_at: landing.ends_at, staff_id: visit.staff_id, is_overbooked: landing.is_overbooked }
}

/// A visit belongs to a series from now on, by this rule. One that does already is left alone.
fn join(tx: &Tx<'_>, id: AppointmentId, series: SeriesId, rule: &str) -> Result<()> {
    let sql = "UPDATE appointments SET series_id = ?2, recurrence = ?3, updated_at = ?4
               WHERE id = ?1 AND (series_id IS NOT ?2 OR recurrence IS NOT ?3)";
    tx.db().prepare_cached(sql)?.execute(params![id.bytes(), series.bytes(), rule, tx.now().0])?;
    Ok(())
}

/// A visit that the rhythm has no use for is of the series no more: what somebody cancels or reschedules by hand keeps its date, this does not.
fn leave(tx: &Tx<'_>, visit: &Visit) -> Result<()> {
    let sql = "UPDATE appointments SET series_id = NULL, recurrence = NULL, updated_at = ?2 WHERE id = ?1";
    tx.db().prepare_cached(sql)?.execute(params![visit.id.bytes(), tx.now().0])?;
    Ok(())
}

/// A new visit, like the one that the rhythm is taken from but for what was paid.
fn add(
    tx: &mut Tx<'_>,
    like: &Visit,
    (notes, estimated_cost_cents, booking_method): (&AppointmentNotes, Option<Cents>, BookingMethod),
    (id, landing): (AppointmentId, &Landing),
    (series, rule): (SeriesId, &str),
) -> Result<()> {
    let reference = reference_of(tx.db(), id)?;
    insert(
        tx,
        id,
        &reference,
        &NewVisit {
            client_id: like.client_id,
            pet_id: like.pet_id,
            service_id: like.service_id,
            staff_id: like.staff_id,
            notes,
            starts_at: landing.starts_at,
            ends_at: landing.ends_at,
            status: AppointmentStatus::Confirmed,
            booking_method,
            estimated_cost_cents,
            is_emergency: like.is_emergency,
            is_overbooked: landing.is_overbooked,
            recurrence: Some(rule),
            series_id: Some(series),
            group_id: None,
        },
    )?;
    answers::copy(tx, like.id, id)
}

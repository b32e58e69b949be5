//! What two desks do, each not knowing of the other, and what a later change makes of a plan, on a real file.

use crate::common::{Salon, at, knowingly, salon};
use petrel_domain::desk::{
    AppointmentCard, AppointmentNotes, BookInput, CancelInput, EditAppointmentInput, FormAnswer, FormField, NeedsAttention, ServiceDetails,
    StaffDetails, WaitlistInput,
};
use petrel_domain::{AppointmentId, AppointmentStatus, Cents, FieldType, OverrideKind, RefusalCode, Role, SeriesScope, ServiceKind};
use petrel_store::Actor;

const DAY: &str = "2026-06-01";

impl Salon {
    fn attention(&self) -> NeedsAttention {
        self.store.needs_attention(&self.owner).unwrap()
    }
}

fn ids(cards: &[AppointmentCard]) -> Vec<AppointmentId> {
    cards.iter().map(|card| card.id).collect()
}

#[test]
fn nothing_is_planned_for_an_animal_that_died_by_moving_what_was_left_open() {
    let salon = salon();
    let (left_open, other) = (salon.book(at(DAY, "09:00")), salon.book_over(salon.client, at(DAY, "16:00")));
    let here = salon.book(at(DAY, "11:00"));
    salon.clock.set(at(DAY, "11:10"));
    salon.store.set_appointment_status(&salon.owner, here, AppointmentStatus::CheckedIn).unwrap();
    salon.die(salon.pet, "2026-05-29");
    let later = salon.shift(left_open, at("2026-06-02", "10:00"), SeriesScope::This);
    let code = |refused: petrel_store::StoreError| refused.refusal().code;
    assert_eq!(code(salon.store.reschedule_appointment(&salon.owner, later.clone()).unwrap_err()), RefusalCode::PetDeceased);
    assert_eq!(code(salon.store.move_appointment(&salon.owner, later).unwrap_err()), RefusalCode::PetDeceased);
    assert_eq!(code(salon.store.swap_appointments(&salon.owner, left_open, other).unwrap_err()), RefusalCode::PetDeceased);
    // Who is here is moved as any other.
    salon.store.move_appointment(&salon.owner, salon.shift(here, at(DAY, "11:30"), SeriesScope::This)).unwrap();
}

#[test]
fn a_visit_booked_where_the_death_was_not_known_needs_attention() {
    let salon = salon();
    let visit = salon.book(at(DAY, "10:00"));
    assert_eq!(salon.attention().of_the_dead, []);
    // As the death comes from another desk: without what this one would have cancelled.
    salon.sql("UPDATE pets SET deceased_on = '2026-05-28', updated_at = updated_at + 1");
    assert_eq!(ids(&salon.attention().of_the_dead), [visit]);
    assert_eq!(salon.attention().total, 1);
    salon.cancel(visit, SeriesScope::This);
    assert_eq!(salon.attention().of_the_dead, []);
}

#[test]
fn a_visit_that_two_desks_moved_or_one_cancelled_needs_attention() {
    let salon = salon();
    let first = salon.book(at(DAY, "10:00"));
    let shift = salon.shift(first, at("2026-06-02", "10:00"), SeriesScope::This);
    let one = salon.store.reschedule_appointment(&salon.owner, shift).unwrap().value;
    assert_eq!(salon.attention().moved_twice, []);
    // The other desk's, which moved the same visit elsewhere.
    let other = salon.book_over(salon.client, at("2026-06-03", "10:00"));
    let hex = |id: AppointmentId| format!("x'{}'", id.0.simple());
    salon.sql(&format!("UPDATE appointments SET previous_appointment_id = {} WHERE id = {}", hex(first), hex(other)));
    assert_eq!(ids(&salon.attention().moved_twice), [one, other]);
    salon.cancel(other, SeriesScope::This);
    assert_eq!(salon.attention().moved_twice, []);
    salon.later(1000);
    let now = salon.store.now().0;
    salon.sql(&format!("UPDATE appointments SET status = 'cancelled', cancelled_at = {now}, updated_at = {now} WHERE id = {}", hex(first)));
    assert_eq!(ids(&salon.attention().moved_twice), [one]);
    salon.later(1000);
    salon.store.move_appointment(&salon.owner, salon.shift(one, at("2026-06-02", "11:00"), SeriesScope::This)).unwrap();
    assert_eq!(salon.attention().moved_twice, [], "somebody has seen to it");
}

/// What another desk's word made of a visit that this one moved, which reached the hub later than the move.
#[test]
fn a_visit_that_goes_on_where_another_stands_in_its_place_needs_attention() {
    let salon = salon();
    let first = salon.book(at(DAY, "10:00"));
    let one =
        salon.store.reschedule_appointment(&salon.owner, salon.shift(first, at("2026-06-02", "10:00"), SeriesScope::This)).unwrap().value;
    let first_is = |status: &str| {
        salon.later(1000);
        let id = first.0.simple();
        salon.sql(&format!("UPDATE appointments SET status = '{status}', updated_at = updated_at + 1 WHERE id = x'{id}'"));
        ids(&salon.attention().moved_twice)
    };
    for status in ["no_show", "completed", "checked_in", "in_progress", "confirmed", "reminded", "pending"] {
        assert_eq!(first_is(status), [one], "{status}");
    }
    assert_eq!(first_is("rescheduled"), []);
    assert_eq!(first_is("confirmed"), [one]);
    salon.later(1000);
    salon.store.let_stand(&salon.owner, one).unwrap();
    assert_eq!(salon.attention().moved_twice, [], "both stand");
    assert_eq!(first_is("checked_in"), [], "that it goes on was meant");
    // The one in its place is here: the question is the one before.
    salon.sql(&format!("UPDATE appointments SET deleted_at = updated_at, updated_at = updated_at + 1 WHERE id = x'{}'", first.0.simple()));
    assert_eq!(salon.attention().moved_twice, []);
}

#[test]
fn of_a_visit_that_is_under_way_in_place_of_one_to_come_the_one_to_come_needs_attention() {
    let salon = salon();
    let first = salon.book(at("2026-06-03", "10:00"));
    let one = salon.store.reschedule_appointment(&salon.owner, salon.shift(first, at(DAY, "10:00"), SeriesScope::This)).unwrap().value;
    salon.clock.set(at(DAY, "10:00"));
    salon.sql(&format!("UPDATE appointments SET status = 'confirmed', updated_at = updated_at + 1 WHERE id = x'{}'", first.0.simple()));
    for status in [AppointmentStatus::CheckedIn, AppointmentStatus::InProgress, AppointmentStatus::Completed] {
        salon.later(1000);
        salon.store.set_appointment_status(&salon.owner, one, status).unwrap();
        assert_eq!(ids(&salon.attention().moved_twice), [first], "{status:?}");
    }
    salon.store.let_stand(&salon.owner, first).unwrap();
    assert_eq!(salon.attention().moved_twice, []);
}

#[test]
fn a_cancelled_visit_that_is_there_again_although_another_stands_in_its_place_needs_attention() {
    for is_undone in [true, false] {
        let salon = salon();
        let first = salon.book(at(DAY, "10:00"));
        // Another desk had moved it, and this one cancels it not knowing.
        salon.later(1000);
        let cancelled = salon.store.cancel_appointment(
            &salon.owner,
            CancelInput { appointment_id: first, reason: None, scope: SeriesScope::This, with: Vec::new() },
        );
        let cancelled = cancelled.unwrap();
        let one = salon.book_over(salon.client, at("2026-06-02", "10:00"));
        let hex = |id: AppointmentId| format!("x'{}'", id.0.simple());
        salon.sql(&format!("UPDATE appointments SET previous_appointment_id = {}, updated_at = 1 WHERE id = {}", hex(first), hex(one)));
        assert_eq!(ids(&salon.attention().moved_twice), [one]);
        salon.later(1000);
        salon.store.let_stand(&salon.owner, one).unwrap();
        assert_eq!(salon.attention().moved_twice, [], "it stands in place of the cancelled one");
        salon.later(1000);
        if is_undone {
            salon.store.undo(&salon.owner, cancelled.undo.unwrap()).unwrap();
        } else {
            salon.store.set_appointment_status(&salon.owner, first, AppointmentStatus::Confirmed).unwrap();
        }
        assert_eq!(ids(&salon.attention().moved_twice), [one], "not beside it");
        salon.cancel(one, SeriesScope::This);
        assert_eq!(salon.attention().moved_twice, []);
    }
}

#[test]
fn in_another_zone_visits_to_come_keep_their_time_of_day() {
    let salon = salon();
    let (past, coming) = (salon.book(at(DAY, "09:00")), salon.book(at("2026-06-02", "10:00")));
    salon.clock.set(at(DAY, "12:00"));
    let mut details = salon.store.clinic().unwrap().unwrap().details;
    details.timezone = "Atlantic/Canary".into();
    let saved = salon.store.save_clinic(&salon.owner, details.clone()).unwrap();
    let hour = petrel_domain::MINUTE * 60;
    assert_eq!(salon.starts_at(past), at(DAY, "09:00"), "what has been, has been");
    let card = salon.store.appointment(&salon.owner, coming).unwrap().card;
    assert_eq!((card.starts_at.0 - at("2026-06-02", "10:00").0, card.ends_at.0 - card.starts_at.0), (hour, hour / 2));
    let refused = salon.refused(salon.wish(card.starts_at));
    assert_eq!(refused.code, RefusalCode::SlotTaken, "ten by the clinic's clock, as before");
    salon.later(1000);
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(salon.starts_at(coming), at("2026-06-02", "10:00"));
}

#[test]
fn a_clinic_without_an_owner_gets_one_from_an_admin() {
    let salon = salon();
    let (admin, vet) = (salon.hire("Ida", Role::Admin, true), salon.hire("Bo", Role::Veterinarian, true));
    let (as_admin, as_vet) = (Actor::staff(admin, Role::Admin), Actor::staff(vet, Role::Veterinarian));
    let make_owner = |actor: &Actor| {
        let all = salon.store.staff(&salon.owner).unwrap();
        let details = all.into_iter().find(|one| one.id == admin).unwrap().details;
        salon.store.save_staff(actor, admin, StaffDetails { role: Role::Owner, ..details }).map(drop).map_err(|error| error.refusal().code)
    };
    assert_eq!(make_owner(&as_admin), Err(RefusalCode::Forbidden));
    // Two owners stepped down at two desks.
    salon.sql("UPDATE staff SET role = 'veterinarian', updated_at = updated_at + 1 WHERE role = 'owner'");
    assert_eq!(make_owner(&as_vet), Err(RefusalCode::Forbidden));
    assert_eq!(make_owner(&as_admin), Ok(()));
}

#[test]
fn a_service_that_somebody_waits_for_is_not_deleted() {
    let salon = salon();
    let wish = WaitlistInput { service_id: Some(salon.service), ..salon.wish_to_wait() };
    let entry = salon.store.add_to_waitlist(&salon.owner, wish).unwrap().value;
    let refusal = salon.store.delete_service(&salon.owner, salon.service).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.detail.as_deref()), (RefusalCode::InUse, Some("waitlist_entries")));
    salon.store.remove_from_waitlist(&salon.owner, entry).unwrap();
    salon.store.delete_service(&salon.owner, salon.service).unwrap();
}

#[test]
fn who_waits_no_more_or_died_is_not_waited_with() {
    let salon = salon();
    let code = |refused: petrel_store::StoreError| refused.refusal().code;
    let entry = salon.store.add_to_waitlist(&salon.owner, salon.wish_to_wait()).unwrap().value;
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    let of_another = WaitlistInput { client_id: ida, ..salon.wish_to_wait() };
    assert_eq!(code(salon.store.save_waitlist_entry(&salon.owner, entry, of_another).unwrap_err()), RefusalCode::NotFound);
    salon.store.remove_from_waitlist(&salon.owner, entry).unwrap();
    assert_eq!(code(salon.store.save_waitlist_entry(&salon.owner, entry, salon.wish_to_wait()).unwrap_err()), RefusalCode::NotFound);
    salon.die(salon.pet, "2026-05-29");
    let refusal = salon.store.add_to_waitlist(&salon.owner, salon.wish_to_wait()).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::PetDeceased, Some("pet_id")));
}

#[test]
fn of_a_family_all_that_do_not_fit_are_told() {
    let salon = salon();
    salon.book(at(DAY, "10:00"));
    let bo = salon.hire("Bo", Role::Veterinarian, true);
    let cat = salon.add_pet("Tom");
    let mut family = salon.wish(at(DAY, "10:00"));
    family.pets.push(petrel_domain::desk::BookPet { pet_id: Some(cat), staff_id: bo, ..family.pets[0].clone() });
    let refusal = salon.refused(family.clone());
    assert_eq!((refusal.code, refusal.detail.as_deref()), (RefusalCode::SlotTaken, Some("2")), "Bo has no hours at all");
    assert_eq!(refusal.field.as_deref(), Some("pets[0].starts_at"));
    family.pets[0].starts_at = at(DAY, "11:00");
    let refusal = salon.refused(family);
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::OutsideHours, Some("pets[1].starts_at")));
    assert_eq!(refusal.detail, None);
}

#[test]
fn a_stay_of_a_day_is_not_in_the_way_of_an_absence() {
    let salon = salon();
    let boarding = salon.store.services(&salon.owner).unwrap().into_iter().find(|service| service.details.kind == ServiceKind::Boarding);
    let mut stay: BookInput = salon.wish(at(DAY, "10:00"));
    stay.pets[0].service_id = boarding.map(|service| service.id);
    let stay = salon.store.book_appointment(&salon.owner, stay).unwrap().value.appointment_ids[0];
    let card = salon.store.appointment(&salon.owner, stay).unwrap().card;
    assert_eq!(card.ends_at.0 - card.starts_at.0, petrel_domain::DAY);
    let away = petrel_domain::desk::ScheduleOverride {
        id: None,
        staff_id: salon.staff,
        kind: OverrideKind::Unavailable,
        on_date: DAY.parse().unwrap(),
        start: Some("14:00".parse().unwrap()),
        end: Some("16:00".parse().unwrap()),
        reason: None,
        recurrence: None,
    };
    assert_eq!(salon.store.save_override(&salon.owner, away, false).unwrap().value.visit_count, 0);
}

#[test]
fn what_was_answered_to_one_service_is_there_again_when_it_comes_back() {
    let salon = salon();
    let service = salon.store.services(&salon.owner).unwrap().into_iter().find(|of| of.id == salon.service).unwrap();
    let other = salon.store.services(&salon.owner).unwrap().into_iter().find(|of| of.id != salon.service).unwrap().id;
    let bites = FormField { name: "Bites".into(), field_type: FieldType::Text, is_required: false, choices: Vec::new() };
    let details = ServiceDetails { form_fields: vec![bites], ..service.details };
    salon.store.save_service(&salon.owner, salon.service, details).unwrap();
    let answer = FormAnswer { name: "Bites".into(), field_type: FieldType::Text, value: "when brushed".into() };
    let mut wish = salon.wish(at(DAY, "10:00"));
    wish.pets[0].answers = vec![answer.clone()];
    let id = salon.store.book_appointment(&salon.owner, wish).unwrap().value.appointment_ids[0];
    let to = |service_id| EditAppointmentInput { service_id: Some(service_id), answers: Vec::new(), ..salon.edit_of(id) };
    salon.store.edit_appointment(&salon.owner, to(other)).unwrap();
    assert_eq!(salon.store.appointment(&salon.owner, id).unwrap().answers, std::slice::from_ref(&answer));
    let back = EditAppointmentInput { service_id: Some(salon.service), ..salon.edit_of(id) };
    salon.store.edit_appointment(&salon.owner, back).unwrap();
    assert_eq!(salon.store.appointment(&salon.owner, id).unwrap().answers, [answer]);
}

#[test]
fn what_is_changed_of_one_visit_is_changed_of_the_others_that_are_meant() {
    let salon = salon();
    let weekly = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at(DAY, "10:00")) };
    let ids = salon.store.book_appointment(&salon.owner, weekly).unwrap().value.appointment_ids;
    let of = |id: AppointmentId| salon.store.appointment(&salon.owner, id).unwrap();
    let own = AppointmentNotes { reason: Some("Limps".into()), ..AppointmentNotes::default() };
    salon.store.edit_appointment(&salon.owner, EditAppointmentInput { notes: own, ..salon.edit_of(ids[2]) }).unwrap();
    let mut edit = salon.edit_of(ids[1]);
    edit.notes.special_requests = Some("No perfume".into());
    (edit.estimated_cost_cents, edit.final_cost_cents, edit.scope) = (Some(Cents(4_500)), Some(Cents(5_000)), SeriesScope::Following);
    let saved = salon.store.edit_appointment(&salon.owner, edit).unwrap();
    let texts = |id| (of(id).notes.reason, of(id).notes.special_requests, of(id).estimated_cost_cents, of(id).final_cost_cents);
    let wish = || Some("No perfume".to_owned());
    assert_eq!(texts(ids[0]), (None, None, None, None));
    assert_eq!(texts(ids[1]), (None, wish(), Some(Cents(4_500)), Some(Cents(5_000))));
    assert_eq!(texts(ids[2]), (Some("Limps".into()), wish(), Some(Cents(4_500)), None), "what is its own stays");
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(texts(ids[2]), (Some("Limps".into()), None, None, None), "one undo takes back all");
}

#[test]
fn another_service_of_a_series_is_judged_on_each_of_its_dates_and_goes_to_all_or_none() {
    let salon = salon();
    let other = salon.store.services(&salon.owner).unwrap().into_iter().find(|of| of.id != salon.service && of.details.max_per_slot == 1);
    let other = other.filter(|of| of.details.kind != ServiceKind::Boarding).unwrap();
    let details = ServiceDetails { buffer_minutes: 60, ..other.details };
    salon.store.save_service(&salon.owner, other.id, details).unwrap();
    let weekly = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at(DAY, "10:00")) };
    let ids = salon.store.book_appointment(&salon.owner, weekly).unwrap().value.appointment_ids;
    let next = salon.starts_at(ids[2]).plus_minutes(45);
    salon.book(next);
    let edit = EditAppointmentInput { service_id: Some(other.id), scope: SeriesScope::All, ..salon.edit_of(ids[0]) };
    let refusal = salon.store.edit_appointment(&salon.owner, edit.clone()).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::SlotTaken, Some("service_id")));
    assert_eq!((refusal.until, refusal.detail.as_deref()), (Some(salon.starts_at(ids[2])), Some("1")));
    let services = || ids.iter().map(|id| salon.store.appointment(&salon.owner, *id).unwrap().card.service_id).collect::<Vec<_>>();
    assert_eq!(services(), [Some(salon.service); 3]);
    salon.store.edit_appointment(&salon.owner, EditAppointmentInput { overruled: knowingly(), ..edit }).unwrap();
    assert_eq!(services(), [Some(other.id); 3]);
    assert_eq!(ids.iter().map(|id| salon.is_overbooked(*id)).collect::<Vec<_>>(), [false, false, true]);
}

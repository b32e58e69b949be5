//! The mark of a visit that was booked over another one, knowingly.

use crate::common::{Salon, at, knowingly, salon};
use petrel_domain::desk::{BookInput, EditAppointmentInput, MoveInput, PetDeathInput, ScheduleOverride, ServiceDetails};
use petrel_domain::{AppointmentId, AppointmentStatus, Millis, OverrideKind, RefusalCode, SeriesScope};

const DAY: &str = "2026-06-01";

/// A visit at ten, and one a quarter of an hour later over it.
fn over_another(salon: &Salon) -> (AppointmentId, AppointmentId) {
    let first = salon.book(at(DAY, "10:00"));
    (first, book_over(salon, "10:15"))
}

fn book_over(salon: &Salon, time: &str) -> AppointmentId {
    let ida = salon.add_client("Ida", "Rhodes", "+4930999999");
    let over = salon.book_over(ida, at(DAY, time));
    assert!(salon.is_overbooked(over));
    over
}

fn surgery(salon: &Salon) -> petrel_domain::ServiceId {
    let details = salon.store.services(&salon.owner).unwrap().into_iter().find(|service| service.id == salon.service).unwrap().details;
    let long = ServiceDetails { name: "Surgery".into(), buffer_minutes: 20, ..details };
    salon.store.create_service(&salon.owner, long).unwrap().value
}

#[test]
fn a_visit_that_was_booked_over_another_stands_over_it_no_longer_than_it_is_there() {
    let leave: [fn(&Salon, AppointmentId, Millis); 4] = [
        |salon, id, _| drop(salon.cancel(id, SeriesScope::This)),
        |salon, id, _| drop(salon.store.set_appointment_status(&salon.owner, id, AppointmentStatus::NoShow).unwrap()),
        |salon, id, to| drop(salon.store.move_appointment(&salon.owner, salon.shift(id, to, SeriesScope::This)).unwrap()),
        |salon, id, to| drop(salon.store.reschedule_appointment(&salon.owner, salon.shift(id, to, SeriesScope::This)).unwrap()),
    ];
    for (n, leave) in leave.into_iter().enumerate() {
        let salon = salon();
        let (first, third) = (salon.book(at("2026-06-01", "10:00")), salon.book(at("2026-06-01", "10:30")));
        let ida = salon.add_client("Ida", "Rhodes", "+4930999999");
        let over = salon.book_over(ida, at("2026-06-01", "10:15"));
        salon.clock.set(at("2026-06-01", "10:05"));
        leave(&salon, first, at("2026-06-01", "15:00"));
        assert!(salon.is_overbooked(over), "{n}: the third is still there");
        leave(&salon, third, at("2026-06-01", "16:00"));
        assert!(!salon.is_overbooked(over), "{n}");
    }
}

#[test]
fn a_visit_whose_service_is_another_must_fit_its_time() {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    salon.book(at("2026-06-01", "10:30"));
    let edit = EditAppointmentInput { service_id: Some(surgery(&salon)), ..salon.edit_of(id) };
    let refusal = salon.store.edit_appointment(&salon.owner, edit.clone()).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::SlotTaken, Some("service_id")));
    salon.store.edit_appointment(&salon.owner, EditAppointmentInput { overruled: knowingly(), ..edit }).unwrap();
    assert!(salon.is_overbooked(id));
    let back = EditAppointmentInput { service_id: Some(salon.service), ..salon.edit_of(id) };
    salon.store.edit_appointment(&salon.owner, back).unwrap();
    assert!(!salon.is_overbooked(id));
}

/// Of two visits that stand over each other one has the mark: two would keep the hub from finding who is booked there next.
#[test]
fn visits_that_stand_over_each_other_have_one_mark() {
    let salon = salon();
    let (first, over) = over_another(&salon);
    let later = MoveInput { overruled: knowingly(), ..salon.shift(first, at(DAY, "10:05"), SeriesScope::This) };
    salon.store.move_appointment(&salon.owner, later).unwrap();
    assert_eq!([first, over].map(|id| salon.is_overbooked(id)), [true, false]);
    let third = book_over(&salon, "10:10");
    salon.cancel(over, SeriesScope::This);
    assert_eq!([first, third].iter().filter(|id| salon.is_overbooked(**id)).count(), 1);
}

#[test]
fn what_is_deleted_or_undone_has_nothing_over_it() {
    let salon = salon();
    let booked = salon.store.book_appointment(&salon.owner, salon.wish(at(DAY, "10:00"))).unwrap();
    let over = book_over(&salon, "10:15");
    salon.store.undo(&salon.owner, booked.undo.unwrap()).unwrap();
    assert!(!salon.is_overbooked(over));
    salon.cancel(over, SeriesScope::This);
    let (_, over) = over_another(&salon);
    salon.store.delete_client(&salon.owner, salon.client).unwrap();
    assert!(!salon.is_overbooked(over));
}

#[test]
fn who_dies_has_nothing_over_their_visits() {
    let salon = salon();
    let (_, over) = over_another(&salon);
    let death = PetDeathInput { pet_id: salon.pet, died_on: "2026-05-29".parse().unwrap(), reason: None };
    salon.store.record_death(&salon.owner, death).unwrap();
    assert!(!salon.is_overbooked(over));
}

/// The one below is over when it is said not to have come; the one above is not.
#[test]
fn a_mark_goes_also_where_what_it_was_about_is_past() {
    let salon = salon();
    let (first, over) = over_another(&salon);
    salon.clock.set(at(DAY, "10:31"));
    salon.store.set_appointment_status(&salon.owner, first, AppointmentStatus::NoShow).unwrap();
    assert!(!salon.is_overbooked(over));
}

#[test]
fn a_visit_that_comes_back_has_the_mark_it_needs() {
    let salon = salon();
    let (first, over) = over_another(&salon);
    salon.cancel(over, SeriesScope::This);
    salon.store.set_appointment_status(&salon.owner, over, AppointmentStatus::Confirmed).unwrap();
    assert!(salon.is_overbooked(over));
    salon.cancel(over, SeriesScope::This);
    salon.cancel(first, SeriesScope::This);
    salon.store.set_appointment_status(&salon.owner, over, AppointmentStatus::Confirmed).unwrap();
    assert!(!salon.is_overbooked(over));
}

/// What stands over a visit, knowingly, is not in its way; and what is over is in nobody's.
#[test]
fn another_service_is_asked_about_where_it_makes_something_worse() {
    let salon = salon();
    let (first, _) = over_another(&salon);
    let surgery = surgery(&salon);
    let other = |id: AppointmentId| EditAppointmentInput { service_id: Some(surgery), ..salon.edit_of(id) };
    salon.store.edit_appointment(&salon.owner, other(first)).unwrap();
    assert!(!salon.is_overbooked(first));
    let done = salon.book(at(DAY, "11:00"));
    salon.book(at(DAY, "11:30"));
    salon.clock.set(at(DAY, "12:30"));
    salon.store.edit_appointment(&salon.owner, other(done)).unwrap();
    assert!(!salon.is_overbooked(done));
}

/// A mark over nobody would warn for ever at a desk without a hub, and hide who is booked there next.
#[test]
fn a_mark_that_an_undo_puts_back_stands_only_where_it_stands_over_another() {
    for (is_first_gone, is_marked) in [(true, false), (false, true)] {
        let salon = salon();
        let (first, over) = over_another(&salon);
        let moved = salon.store.move_appointment(&salon.owner, salon.shift(over, at(DAY, "15:00"), SeriesScope::This)).unwrap();
        assert!(!salon.is_overbooked(over));
        salon.later(1000);
        if is_first_gone {
            salon.cancel(first, SeriesScope::This);
        }
        salon.store.undo(&salon.owner, moved.undo.unwrap()).unwrap();
        assert_eq!((salon.starts_at(over), salon.is_overbooked(over)), (at(DAY, "10:15"), is_marked));
    }
}

#[test]
fn a_visit_becomes_an_emergency_and_is_none_any_more_only_where_others_may_stand() {
    let salon = salon();
    let kept = ScheduleOverride {
        id: None,
        staff_id: salon.staff,
        kind: OverrideKind::EmergencyOnly,
        on_date: DAY.parse().unwrap(),
        start: Some("09:00".parse().unwrap()),
        end: Some("11:00".parse().unwrap()),
        reason: None,
        recurrence: None,
    };
    salon.store.save_override(&salon.owner, kept, false).unwrap();
    let is_emergency = |id| salon.store.appointment(&salon.owner, id).unwrap().card.is_emergency;
    let edit = |id, is| EditAppointmentInput { is_emergency: is, ..salon.edit_of(id) };
    let usual = salon.book(at(DAY, "15:00"));
    let saved = salon.store.edit_appointment(&salon.owner, edit(usual, Some(true))).unwrap();
    assert!(is_emergency(usual));
    salon.store.edit_appointment(&salon.owner, edit(usual, None)).unwrap();
    assert!(is_emergency(usual), "who says nothing of it changes nothing");
    salon.store.edit_appointment(&salon.owner, edit(usual, Some(false))).unwrap();
    assert!(!is_emergency(usual) && saved.undo.is_some());
    let urgent = BookInput { is_emergency: true, ..salon.wish(at(DAY, "10:00")) };
    let urgent = salon.store.book_appointment(&salon.owner, urgent).unwrap().value.appointment_ids[0];
    let refusal = salon.store.edit_appointment(&salon.owner, edit(urgent, Some(false))).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::EmergencyOnly, Some("is_emergency")));
    assert!(is_emergency(urgent));
    let knowingly = EditAppointmentInput { overruled: knowingly(), ..edit(urgent, Some(false)) };
    salon.store.edit_appointment(&salon.owner, knowingly).unwrap();
    assert!(!is_emergency(urgent));
}

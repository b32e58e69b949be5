//! Visits that stand again, and what they and new ones stand for: an animal that lives, a colleague who works here, a service that is offered.

use crate::common::{at, knowingly, salon};
use petrel_domain::desk::PetDeathInput;
use petrel_domain::{AppointmentStatus, RefusalCode, Role, SeriesScope};

const DAY: &str = "2026-06-01";

#[test]
fn who_was_taken_for_a_no_show_is_here_whoever_got_the_time() {
    let salon = salon();
    let late = salon.book(at(DAY, "10:00"));
    salon.clock.set(at(DAY, "10:10"));
    salon.store.set_appointment_status(&salon.owner, late, AppointmentStatus::NoShow).unwrap();
    salon.book_over(salon.client, at(DAY, "10:15"));
    salon.store.set_appointment_status(&salon.owner, late, AppointmentStatus::CheckedIn).unwrap();
    assert!(salon.store.appointment(&salon.owner, late).unwrap().card.is_overbooked, "the two share their time, and everyone sees it");

    // A time to come that was given away is not taken back.
    let cancelled = salon.book(at(DAY, "12:00"));
    salon.cancel(cancelled, SeriesScope::This);
    salon.book(at(DAY, "12:00"));
    let refused = salon.store.set_appointment_status(&salon.owner, cancelled, AppointmentStatus::Confirmed).unwrap_err().refusal();
    assert_eq!(refused.code, RefusalCode::SlotTaken);
}

#[test]
fn a_visit_to_come_does_not_stand_again_for_an_animal_that_died() {
    let salon = salon();
    let visit = salon.book(at(DAY, "10:00"));
    salon.cancel(visit, SeriesScope::This);
    let death = PetDeathInput { pet_id: salon.pet, died_on: "2026-05-29".parse().unwrap(), reason: None };
    salon.store.record_death(&salon.owner, death).unwrap();
    let refused = salon.store.set_appointment_status(&salon.owner, visit, AppointmentStatus::Confirmed).unwrap_err().refusal();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::PetDeceased, Some("pet_id")));
    assert_eq!(salon.status(visit), AppointmentStatus::Cancelled);
}

#[test]
fn nothing_is_given_to_a_colleague_who_left_or_booked_of_a_service_that_is_gone() {
    let salon = salon();
    let visit = salon.book(at(DAY, "10:00"));
    let left = salon.hire("Lea", Role::Veterinarian, false);
    let mut to = salon.shift(visit, at(DAY, "11:00"), SeriesScope::This);
    to.staff_id = Some(left);
    to.overruled = knowingly();
    for refused in [
        salon.store.move_appointment(&salon.owner, to.clone()).unwrap_err().refusal(),
        salon.store.reschedule_appointment(&salon.owner, to).unwrap_err().refusal(),
    ] {
        assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::NotFound, Some("staff_id")));
    }
    salon.sql("UPDATE services SET deleted_at = 1");
    let refused = salon.refused(salon.wish(at(DAY, "12:00")));
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::NotFound, Some("pets[0].service_id")));
}

/// What was done gave the rest of its time away: whoever takes that back stands over whom it was given to, as by hand.
#[test]
fn a_completion_that_is_taken_back_looks_at_its_place() {
    let salon = salon();
    let set = |id, status| salon.store.set_appointment_status(&salon.owner, id, status).unwrap().undo.unwrap();
    let visit = salon.book(at(DAY, "10:00"));
    salon.clock.set(at(DAY, "10:00"));
    set(visit, AppointmentStatus::CheckedIn);
    salon.clock.set(at(DAY, "10:10"));
    let done = set(visit, AppointmentStatus::Completed);
    salon.clock.set(at(DAY, "10:12"));
    salon.book(at(DAY, "10:15"));
    let undone = salon.store.undo(&salon.owner, done).unwrap().undo.unwrap();
    assert_eq!((salon.status(visit), salon.is_overbooked(visit)), (AppointmentStatus::CheckedIn, true), "everyone sees that they share it");
    salon.later(1000);
    salon.store.undo(&salon.owner, undone).unwrap();
    assert_eq!((salon.status(visit), salon.is_overbooked(visit)), (AppointmentStatus::Completed, false));

    // Where nobody got the time there is nothing to mark.
    let alone = salon.book(at(DAY, "12:00"));
    salon.clock.set(at(DAY, "12:05"));
    set(alone, AppointmentStatus::CheckedIn);
    salon.later(1000);
    let done = set(alone, AppointmentStatus::Completed);
    salon.later(1000);
    salon.store.undo(&salon.owner, done).unwrap();
    assert!(!salon.is_overbooked(alone));
}

#[test]
fn a_completion_before_its_time_is_not_taken_back_over_whom_the_time_was_given_to() {
    let salon = salon();
    let set = |id, status| salon.store.set_appointment_status(&salon.owner, id, status).unwrap().undo.unwrap();
    let visit = salon.book(at(DAY, "10:00"));
    salon.clock.set(at(DAY, "09:00"));
    set(visit, AppointmentStatus::CheckedIn);
    salon.clock.set(at(DAY, "09:20"));
    let done = set(visit, AppointmentStatus::Completed);
    salon.clock.set(at(DAY, "09:30"));
    salon.book(at(DAY, "10:00"));
    let refused = salon.store.undo(&salon.owner, done).unwrap_err().refusal();
    assert_eq!((refused.code, salon.status(visit)), (RefusalCode::SlotTaken, AppointmentStatus::Completed));
}

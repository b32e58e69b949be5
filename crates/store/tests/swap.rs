//! Two visits that change places, on a real file.

use crate::common::{Salon, at, knowingly, salon};
use petrel_domain::desk::{BookInput, EditAppointmentInput, MoveInput, ServiceDetails, WeeklyHours};
use petrel_domain::{AppointmentId, AppointmentStatus, Millis, RefusalCode, Role, SeriesScope, StaffId};

const DAY: &str = "2026-06-01";

/// A colleague with the owner's hours.
fn hire(salon: &Salon, role: Role) -> StaffId {
    let id = salon.hire("Bo", role, true);
    let own = salon.store.weekly_hours(&salon.owner).unwrap().into_iter().filter(|hours| hours.staff_id == salon.staff);
    let hours = own.map(|hours| WeeklyHours { id: None, ..hours }).collect();
    salon.store.save_weekly_hours(&salon.owner, id, hours).unwrap();
    id
}

fn book(salon: &Salon, staff: StaffId, time: &str, minutes: u16) -> AppointmentId {
    let mut input: BookInput = salon.wish(at(DAY, time));
    (input.pets[0].staff_id, input.pets[0].duration_minutes) = (staff, Some(minutes));
    salon.store.book_appointment(&salon.owner, input).unwrap().value.appointment_ids[0]
}

fn place(salon: &Salon, id: AppointmentId) -> (Option<StaffId>, Millis, Millis) {
    let card = salon.store.appointment(&salon.owner, id).unwrap().card;
    (card.staff_id, card.starts_at, card.ends_at)
}

fn choices(salon: &Salon, id: AppointmentId) -> Vec<AppointmentId> {
    salon.store.swap_choices(&salon.owner, id).unwrap().iter().map(|card| card.id).collect()
}

#[test]
fn two_visits_change_colleague_and_time_in_one_action_and_keep_their_lengths() {
    let salon = salon();
    let bo = hire(&salon, Role::Veterinarian);
    let (long, short) = (book(&salon, salon.staff, "10:00", 60), book(&salon, bo, "15:00", 30));
    assert_eq!((choices(&salon, long), choices(&salon, short)), (vec![short], vec![long]));
    let saved = salon.store.swap_appointments(&salon.owner, long, short).unwrap();
    assert_eq!(place(&salon, long), (Some(bo), at(DAY, "15:00"), at(DAY, "16:00")));
    assert_eq!(place(&salon, short), (Some(salon.staff), at(DAY, "10:00"), at(DAY, "10:30")));
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(place(&salon, long), (Some(salon.staff), at(DAY, "10:00"), at(DAY, "11:00")));
    assert_eq!(place(&salon, short), (Some(bo), at(DAY, "15:00"), at(DAY, "15:30")));
}

#[test]
fn what_does_not_fit_in_the_others_place_is_not_offered_and_refused_whole() {
    let salon = salon();
    let bo = hire(&salon, Role::Veterinarian);
    let groomer = hire(&salon, Role::Groomer);
    let (long, short) = (book(&salon, salon.staff, "10:00", 60), book(&salon, bo, "17:00", 30));
    book(&salon, bo, "17:30", 30);
    let trimmed = book(&salon, groomer, "12:00", 30);
    let begun = book(&salon, bo, "09:00", 60);
    salon.store.set_appointment_status(&salon.owner, begun, AppointmentStatus::CheckedIn).unwrap();
    assert_eq!(choices(&salon, long), []);
    let refused = |other| salon.store.swap_appointments(&salon.owner, long, other).unwrap_err().refusal();
    assert_eq!(refused(short).code, RefusalCode::SlotTaken);
    assert_eq!(refused(trimmed).code, RefusalCode::NotTheirService, "a groomer does no consultation");
    assert_eq!(refused(begun).code, RefusalCode::BadTransition);
    assert_eq!(refused(long).code, RefusalCode::Invalid);
    assert_eq!(place(&salon, long), (Some(salon.staff), at(DAY, "10:00"), at(DAY, "11:00")));
    assert_eq!(place(&salon, short), (Some(bo), at(DAY, "17:00"), at(DAY, "17:30")));
}

/// Neighbours of one colleague: each in the other's place would reach into the other.
#[test]
fn visits_that_would_stand_over_each_other_do_not_change_places() {
    let salon = salon();
    let (short, long) = (book(&salon, salon.staff, "09:00", 30), book(&salon, salon.staff, "09:30", 60));
    assert_eq!(choices(&salon, short), []);
    assert_eq!(salon.store.swap_appointments(&salon.owner, short, long).unwrap_err().refusal().code, RefusalCode::SlotTaken);
    let later = book(&salon, salon.staff, "15:00", 30);
    assert_eq!(choices(&salon, short), [later]);
    salon.store.swap_appointments(&salon.owner, later, short).unwrap();
    assert_eq!(place(&salon, later).1, at(DAY, "09:00"));
}

/// What the service of one keeps free after it reaches into the other's new place.
#[test]
fn what_is_kept_free_between_two_is_not_forgotten_where_they_change_places() {
    let salon = salon();
    let details = salon.store.services(&salon.owner).unwrap().into_iter().find(|service| service.id == salon.service).unwrap().details;
    let surgery = ServiceDetails { name: "Surgery".into(), buffer_minutes: 15, ..details };
    let surgery = salon.store.create_service(&salon.owner, surgery).unwrap().value;
    let short = book(&salon, salon.staff, "09:00", 30);
    let mut input = salon.wish(at(DAY, "09:30"));
    input.pets[0].service_id = Some(surgery);
    let surgery = salon.store.book_appointment(&salon.owner, input).unwrap().value.appointment_ids[0];
    assert_eq!((choices(&salon, short), choices(&salon, surgery)), (vec![], vec![]));
    assert_eq!(salon.store.swap_appointments(&salon.owner, short, surgery).unwrap_err().refusal().code, RefusalCode::SlotTaken);
}

/// The two let each other by, or a visit that is short enough comes from elsewhere.
#[test]
fn a_clash_is_settled_by_a_visit_that_changes_places() {
    for is_with_each_other in [true, false] {
        let salon = salon();
        let bo = hire(&salon, Role::Veterinarian);
        let (first, short) = (book(&salon, salon.staff, "10:00", 60), book(&salon, bo, "11:00", 30));
        let second = salon.book_over(salon.client, at(DAY, "10:30"));
        salon.sql(&format!(
            "UPDATE appointments SET is_overbooked = 0, clash_with_id = x'{}', updated_at = updated_at + 1 WHERE id = x'{}'",
            first.0.simple(),
            second.0.simple()
        ));
        assert!(salon.store.appointment(&salon.owner, second).unwrap().card.has_clash);
        assert_eq!(choices(&salon, first), [second, short]);
        salon.store.swap_appointments(&salon.owner, first, if is_with_each_other { second } else { short }).unwrap();
        assert!(!salon.store.appointment(&salon.owner, second).unwrap().card.has_clash);
        assert!(salon.store.needs_attention(&salon.owner).unwrap().clashes.is_empty());
    }
}

#[test]
fn a_visit_goes_to_who_does_not_do_what_it_is_for_only_knowingly() {
    let salon = salon();
    let groomer = hire(&salon, Role::Groomer);
    let visit = book(&salon, salon.staff, "10:00", 30);
    let to = |time: &str| MoveInput { staff_id: Some(groomer), ..salon.shift(visit, at(DAY, time), SeriesScope::This) };
    let moved = salon.store.move_appointment(&salon.owner, to("11:00")).unwrap_err().refusal();
    assert_eq!((moved.code, moved.field.as_deref()), (RefusalCode::NotTheirService, Some("staff_id")));
    let rescheduled = salon.store.reschedule_appointment(&salon.owner, to("11:00")).unwrap_err().refusal();
    assert_eq!(rescheduled.code, RefusalCode::NotTheirService);
    salon.store.move_appointment(&salon.owner, MoveInput { overruled: knowingly(), ..to("11:00") }).unwrap();
    assert_eq!((place(&salon, visit).0, salon.is_overbooked(visit)), (Some(groomer), false));
    salon.store.move_appointment(&salon.owner, to("12:00")).unwrap();
    assert_eq!(place(&salon, visit).1, at(DAY, "12:00"), "who has it already goes on");
}

/// Who overrules whose service it is has not been told of visits that would stand over others.
#[test]
fn of_a_series_taken_dates_are_told_before_whose_service_it_is() {
    let salon = salon();
    let groomer = hire(&salon, Role::Groomer);
    let weekly = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at(DAY, "10:00")) };
    let ids = salon.store.book_appointment(&salon.owner, weekly).unwrap().value.appointment_ids;
    let to_groomer = || MoveInput { staff_id: Some(groomer), ..salon.shift(ids[0], at(DAY, "11:00"), SeriesScope::All) };
    let refused = || salon.store.move_appointment(&salon.owner, to_groomer()).unwrap_err().refusal();
    let all_fit = refused();
    assert_eq!((all_fit.code, all_fit.until), (RefusalCode::NotTheirService, None));
    let last = salon.store.appointment(&salon.owner, ids[2]).unwrap().card.starts_at.plus_minutes(60);
    let mut input: BookInput = salon.wish(last);
    input.pets[0].staff_id = groomer;
    input.overruled = knowingly();
    salon.store.book_appointment(&salon.owner, input).unwrap();
    let one_is_taken = refused();
    assert_eq!((one_is_taken.code, one_is_taken.until, one_is_taken.detail.as_deref()), (RefusalCode::SlotTaken, Some(last), Some("1")));
}

/// What a person was told is what they overrule: what else is in the way is told next, whichever comes first.
#[test]
fn one_reason_that_was_overruled_overrules_no_other() {
    let salon = salon();
    let groomer = hire(&salon, Role::Groomer);
    let visit = book(&salon, salon.staff, "10:00", 30);
    book(&salon, groomer, "11:00", 30);
    let to = |time: &str, overruled: &[RefusalCode]| {
        let shift = salon.shift(visit, at(DAY, time), SeriesScope::This);
        salon.store.move_appointment(&salon.owner, MoveInput { staff_id: Some(groomer), overruled: overruled.to_vec(), ..shift })
    };
    let refused = |time: &str, overruled: &[RefusalCode]| to(time, overruled).unwrap_err().refusal().code;
    use RefusalCode::{NotTheirService, OutsideHours, SlotTaken};
    assert_eq!(refused("11:00", &[]), SlotTaken);
    assert_eq!(refused("11:00", &[SlotTaken]), NotTheirService, "nobody asked whose service it is");
    assert_eq!(refused("11:00", &[NotTheirService]), SlotTaken, "nobody asked whether it may stand over another");
    assert_eq!(refused("20:00", &[NotTheirService, SlotTaken]), OutsideHours);
    to("11:00", &[SlotTaken, NotTheirService]).unwrap();
    assert_eq!((place(&salon, visit).0, salon.is_overbooked(visit)), (Some(groomer), true));

    // Another service of a visit keeps time free after it, and is another's to do.
    let trim = book(&salon, groomer, "15:00", 30);
    book(&salon, groomer, "15:30", 30);
    let dental =
        salon.store.services(&salon.owner).unwrap().into_iter().find(|service| service.details.name == "Dental cleaning").unwrap().id;
    let edit = |overruled: &[RefusalCode]| {
        let input = EditAppointmentInput { service_id: Some(dental), overruled: overruled.to_vec(), ..salon.edit_of(trim) };
        salon.store.edit_appointment(&salon.owner, input)
    };
    let refused = |overruled: &[RefusalCode]| edit(overruled).unwrap_err().refusal().code;
    assert_eq!((refused(&[]), refused(&[NotTheirService])), (SlotTaken, SlotTaken));
    assert_eq!(refused(&[SlotTaken]), NotTheirService);
    edit(&[SlotTaken, NotTheirService]).unwrap();
}

#[test]
fn over_a_taken_time_outside_of_the_hours_both_are_told() {
    let salon = salon();
    let late = |overruled: &[RefusalCode]| {
        salon.store.book_appointment(&salon.owner, BookInput { overruled: overruled.to_vec(), ..salon.wish(at(DAY, "20:00")) })
    };
    let refused = |overruled: &[RefusalCode]| late(overruled).unwrap_err().refusal().code;
    assert_eq!((refused(&[]), refused(&[RefusalCode::SlotTaken])), (RefusalCode::OutsideHours, RefusalCode::OutsideHours));
    late(&[RefusalCode::OutsideHours]).unwrap();
    assert_eq!((refused(&[]), refused(&[RefusalCode::OutsideHours])), (RefusalCode::SlotTaken, RefusalCode::SlotTaken));
    assert_eq!(refused(&[RefusalCode::SlotTaken]), RefusalCode::OutsideHours, "that it is taken hid the other");
    late(&[RefusalCode::SlotTaken, RefusalCode::OutsideHours]).unwrap();
}

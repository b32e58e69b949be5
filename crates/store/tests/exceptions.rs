//! Exceptions to the hours on a real file: for days on end, for everybody, and which visits they are told to be in the way of.

use crate::common::{Salon, at, knowingly, salon};
use petrel_domain::desk::{BookInput, LeftVisits, SavedOverride, ScheduleOverride, StaffDetails, WeeklyHours};
use petrel_domain::{AppointmentId, AppointmentStatus, OverrideKind, RefusalCode, Role, StaffId};

fn closed(salon: &Salon, first: &str, rule: Option<&str>) -> ScheduleOverride {
    ScheduleOverride {
        id: None,
        staff_id: salon.staff,
        kind: OverrideKind::Unavailable,
        on_date: first.parse().unwrap(),
        start: None,
        end: None,
        reason: Some("Holiday".into()),
        recurrence: rule.map(str::to_owned),
    }
}

fn all(salon: &Salon) -> Vec<ScheduleOverride> {
    salon.store.schedule_overrides(&salon.owner, "2026-01-01".parse().unwrap(), "2026-12-31".parse().unwrap()).unwrap()
}

fn save(salon: &Salon, of: ScheduleOverride) -> SavedOverride {
    salon.store.save_override(&salon.owner, of, false).unwrap().value
}

#[test]
fn two_weeks_of_holiday_are_one_exception_that_closes_each_of_its_days() {
    let salon = salon();
    let holiday = closed(&salon, "2026-06-01", Some("FREQ=DAILY;UNTIL=20260612"));
    assert_eq!(save(&salon, holiday.clone()).ids.len(), 1);
    for date in ["2026-06-01", "2026-06-08", "2026-06-12"] {
        assert_eq!(salon.refused(salon.wish(at(date, "10:00"))).code, RefusalCode::OutsideHours, "{date}");
    }
    salon.book(at("2026-06-15", "10:00"));
    let kept = all(&salon).remove(0);
    save(&salon, ScheduleOverride { recurrence: Some("FREQ=DAILY;UNTIL=20260605".into()), ..kept.clone() });
    salon.book(at("2026-06-08", "10:00"));
    salon.store.delete_override(&salon.owner, kept.id.unwrap()).unwrap();
    salon.book(at("2026-06-01", "10:00"));
}

#[test]
fn days_on_which_nobody_works_say_when_somebody_does() {
    let salon = salon();
    let next = |from: &str, count| salon.store.schedule_range(&salon.owner, from.parse().unwrap(), count).unwrap().next_open;
    let monday = |date: &str| Some(date.parse().unwrap());
    assert_eq!(next("2026-06-05", 1), None, "a Friday is worked");
    assert_eq!(next("2026-06-06", 1), monday("2026-06-08"));
    assert_eq!(next("2026-06-05", 3), None, "of three days one is worked");
    save(&salon, closed(&salon, "2026-06-08", Some("FREQ=DAILY;UNTIL=20260612")));
    assert_eq!(next("2026-06-06", 2), monday("2026-06-15"));
    let urgent = ScheduleOverride { kind: OverrideKind::EmergencyOnly, ..closed(&salon, "2026-06-13", None) };
    save(&salon, ScheduleOverride { start: Some("10:00".parse().unwrap()), end: Some("12:00".parse().unwrap()), ..urgent });
    assert_eq!(next("2026-06-13", 1), None, "for emergencies somebody is there");
    assert_eq!(next("2026-06-07", 1), monday("2026-06-15"), "but it is no day to book on");
    save(&salon, closed(&salon, "2026-06-08", Some("FREQ=DAILY;UNTIL=20261231")));
    assert_eq!(next("2026-06-07", 1), None, "farther than anybody asks");
    salon.clock.set(at("2026-06-07", "10:00"));
    assert_eq!(salon.store.today_board(&salon.owner).unwrap().next_open, None);
}

#[test]
fn a_day_off_for_everybody_is_one_action_and_nobody_has_it_twice() {
    let salon = salon();
    let (bo, _gone) = (salon.hire("Bo", Role::Groomer, true), salon.hire("Cy", Role::Groomer, false));
    let day = closed(&salon, "2026-12-25", Some("FREQ=YEARLY"));
    save(&salon, ScheduleOverride { reason: Some("Christmas".into()), ..day.clone() });
    let saved = salon.store.save_override(&salon.owner, day.clone(), true).unwrap();
    assert_eq!(saved.value.ids.len(), 1, "whoever has it keeps theirs");
    let mut who: Vec<StaffId> = all(&salon).iter().map(|of| of.staff_id).collect();
    who.sort_unstable();
    let mut wanted = vec![salon.staff, bo];
    wanted.sort_unstable();
    assert_eq!(who, wanted, "who works here no more needs none");
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(all(&salon).len(), 1);
    let known = ScheduleOverride { id: all(&salon)[0].id, ..day };
    assert_eq!(salon.store.save_override(&salon.owner, known, true).unwrap_err().refusal().code, RefusalCode::Invalid);
}

fn other_hours(salon: &Salon, first: &str, rule: Option<&str>, kind: OverrideKind) -> ScheduleOverride {
    ScheduleOverride { kind, start: Some("08:00".parse().unwrap()), end: Some("14:00".parse().unwrap()), ..closed(salon, first, rule) }
}

#[test]
fn other_hours_for_weeks_leave_days_off_alone_but_of_who_works_those_weeks_only() {
    let salon = salon();
    let summer = |kind| other_hours(&salon, "2026-06-01", Some("FREQ=DAILY;UNTIL=20260630"), kind);
    let is_refused = |date: &str, is_emergency: bool| {
        let wish = BookInput { is_emergency, ..salon.wish(at(date, "08:00")) };
        salon.store.book_appointment(&salon.owner, wish).is_err()
    };
    save(&salon, summer(OverrideKind::CustomHours));
    assert_eq!([is_refused("2026-06-05", false), is_refused("2026-06-06", false)], [false, true], "a Friday, a Saturday");
    salon.store.delete_override(&salon.owner, all(&salon)[0].id.unwrap()).unwrap();
    save(&salon, summer(OverrideKind::EmergencyOnly));
    assert_eq!([is_refused("2026-06-12", true), is_refused("2026-06-13", true)], [false, true]);
    // On one day by itself somebody comes in.
    save(&salon, other_hours(&salon, "2026-06-20", None, OverrideKind::CustomHours));
    assert!(!is_refused("2026-06-20", false));
    let locum = salon.hire("Lo", Role::Veterinarian, true);
    save(&salon, ScheduleOverride { staff_id: locum, ..summer(OverrideKind::CustomHours) });
    let mut wish = salon.wish(at("2026-06-27", "08:00"));
    wish.pets[0].staff_id = locum;
    salon.store.book_appointment(&salon.owner, wish).unwrap();
}

#[test]
fn other_hours_for_everybody_are_for_who_works_that_day_or_for_all_where_nobody_does() {
    let salon = salon();
    let bo = salon.hire("Bo", Role::Groomer, true);
    let for_all = |day: &str, rule| {
        let of = other_hours(&salon, day, rule, OverrideKind::CustomHours);
        salon.store.save_override(&salon.owner, of, true).unwrap().value.ids.len()
    };
    assert_eq!(for_all("2026-06-05", None), 1, "Bo has no hours on a Friday");
    assert_eq!(for_all("2026-06-07", None), 2, "a Sunday that is worked for once");
    assert_eq!(for_all("2026-06-13", Some("FREQ=DAILY;UNTIL=20260620")), 2, "it begins on a day off, and is everybody's");
    assert!(all(&salon).iter().filter(|of| of.staff_id == bo).all(|of| of.on_date != "2026-06-05".parse().unwrap()));
}

#[test]
fn visits_that_stand_in_the_time_of_an_exception_are_told() {
    let salon = salon();
    let told = |of: ScheduleOverride| {
        let saved = salon.store.save_override(&salon.owner, of, false).unwrap();
        salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
        assert_eq!(saved.value.visit_count as usize, saved.value.visits.len());
        saved.value.visits.into_iter().map(|visit| visit.id).collect::<Vec<_>>()
    };
    let ten = salon.book(at("2026-06-01", "10:00"));
    let four = salon.book(at("2026-06-04", "16:00"));
    let cancelled = salon.book(at("2026-06-02", "10:00"));
    salon.cancel(cancelled, petrel_domain::SeriesScope::This);
    let week = closed(&salon, "2026-06-01", Some("FREQ=DAILY;UNTIL=20260605"));
    assert_eq!(told(week.clone()), [ten, four]);
    let part = |kind, start: &str, end: &str| ScheduleOverride {
        kind,
        start: Some(start.parse().unwrap()),
        end: Some(end.parse().unwrap()),
        ..week.clone()
    };
    assert_eq!(told(part(OverrideKind::Unavailable, "15:00", "24:00")), [four]);
    assert_eq!(told(part(OverrideKind::Unavailable, "10:30", "16:00")), []);
    assert_eq!(told(part(OverrideKind::CustomHours, "09:00", "16:00")), [four]);
    assert_eq!(told(part(OverrideKind::EmergencyOnly, "09:00", "12:00")), [ten]);
    let urgent = BookInput { is_emergency: true, ..salon.wish(at("2026-06-01", "11:00")) };
    salon.store.book_appointment(&salon.owner, urgent).unwrap();
    assert_eq!(told(part(OverrideKind::EmergencyOnly, "09:00", "12:00")), [ten], "an emergency has its place there");
    // What has begun, or is over, is nobody's to move.
    salon.clock.set(at("2026-06-01", "10:05"));
    salon.store.set_appointment_status(&salon.owner, ten, AppointmentStatus::CheckedIn).unwrap();
    assert_eq!(told(part(OverrideKind::Unavailable, "09:00", "10:30")), []);
}

fn ids(left: LeftVisits) -> Vec<AppointmentId> {
    assert_eq!(left.visit_count as usize, left.visits.len());
    left.visits.into_iter().map(|visit| visit.id).collect()
}

#[test]
fn visits_that_other_weekly_hours_leave_without_a_place_are_told() {
    let salon = salon();
    let (ten, five) = (salon.book(at("2026-06-01", "10:00")), salon.book(at("2026-06-02", "17:00")));
    // It stands outside of the hours already, knowingly.
    salon.book_over(salon.client, at("2026-06-03", "20:00"));
    let until = |end: &str| {
        let hours = salon.store.weekly_hours(&salon.owner).unwrap();
        let hours = hours.into_iter().map(|hours| WeeklyHours { end: end.parse().unwrap(), ..hours });
        ids(salon.store.save_weekly_hours(&salon.owner, salon.staff, hours.collect()).unwrap().value)
    };
    assert_eq!(until("17:30"), []);
    assert_eq!(until("17:00"), [five]);
    assert_eq!(until("16:00"), [], "it was told");
    assert_eq!(ids(salon.store.save_weekly_hours(&salon.owner, salon.staff, Vec::new()).unwrap().value), [ten]);
}

#[test]
fn visits_in_time_that_an_exception_opened_are_told_when_it_goes() {
    let salon = salon();
    let opened = ScheduleOverride {
        kind: OverrideKind::CustomHours,
        start: Some("18:00".parse().unwrap()),
        end: Some("22:00".parse().unwrap()),
        ..closed(&salon, "2026-06-01", None)
    };
    let id = save(&salon, opened.clone()).ids[0];
    let late = salon.book(at("2026-06-01", "20:00"));
    let moved = ScheduleOverride { id: Some(id), on_date: "2026-06-02".parse().unwrap(), ..opened.clone() };
    let saved = salon.store.save_override(&salon.owner, moved, false).unwrap();
    assert_eq!(saved.value.visits.iter().map(|visit| visit.id).collect::<Vec<_>>(), [late]);
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(ids(salon.store.delete_override(&salon.owner, id).unwrap().value), [late]);
}

#[test]
fn visits_of_who_works_here_no_more_are_told() {
    let salon = salon();
    let bo = salon.hire("Bo", Role::Veterinarian, true);
    let mut wish = BookInput { overruled: knowingly(), ..salon.wish(at("2026-06-01", "10:00")) };
    wish.pets[0].staff_id = bo;
    let visit = salon.store.book_appointment(&salon.owner, wish).unwrap().value.appointment_ids[0];
    let details = salon.store.staff(&salon.owner).unwrap().into_iter().find(|person| person.id == bo).unwrap().details;
    let save = |details: StaffDetails| ids(salon.store.save_staff(&salon.owner, bo, details).unwrap().value);
    assert_eq!(save(StaffDetails { last_name: "Diddley".into(), ..details.clone() }), []);
    assert_eq!(save(StaffDetails { is_bookable: false, ..details.clone() }), [visit]);
    assert_eq!(save(details.clone()), []);
    assert_eq!(save(StaffDetails { is_active: false, ..details }), [visit]);
}

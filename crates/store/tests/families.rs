//! Visits of several pets that come together.

use crate::common::{at, everything, salon};
use petrel_domain::desk::{BookInput, BookPet, CancelInput};
use petrel_domain::{AppointmentId, AppointmentStatus, RefusalCode, SeriesScope};

#[test]
fn a_family_is_booked_in_one_go_or_not_at_all() {
    let salon = salon();
    let second = salon.add_pet("Luna");
    let both = |first: &str, other: &str| {
        let mut input = salon.wish(at("2026-06-01", first));
        let mut pet = input.pets[0].clone();
        (pet.pet_id, pet.starts_at) = (Some(second), at("2026-06-01", other));
        input.pets.push(pet);
        input
    };
    let refusal = salon.refused(both("10:00", "10:15"));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::SlotTaken, Some("pets[1].starts_at")));
    assert_eq!(salon.count("SELECT count(*) FROM appointments"), 0, "the first pet is not half booked");
    let booked = salon.store.book_appointment(&salon.owner, both("10:00", "10:30")).unwrap();
    let detail = salon.store.appointment(&salon.owner, booked.value.appointment_ids[0]).unwrap();
    assert_eq!(detail.group.len(), 1);
    salon.store.undo(&salon.owner, booked.undo.unwrap()).unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM appointments WHERE deleted_at IS NULL"), 0);
}

#[test]
fn a_family_comes_or_stays_away_in_one_go() {
    let salon = salon();
    let mut family = salon.wish(at("2026-06-01", "10:00"));
    for (name, time) in [("Kit", "10:30"), ("Tom", "11:00")] {
        family.pets.push(BookPet { pet_id: Some(salon.add_pet(name)), starts_at: at("2026-06-01", time), ..family.pets[0].clone() });
    }
    let ids = salon.store.book_appointment(&salon.owner, family).unwrap().value.appointment_ids;
    let stranger = salon.book(at("2026-06-01", "15:00"));
    let statuses = || ids.iter().map(|id| salon.status(*id)).collect::<Vec<_>>();
    let all = |status| vec![status; 3];
    let here = salon.store.set_statuses(&salon.owner, &ids, AppointmentStatus::CheckedIn).unwrap();
    assert_eq!(statuses(), all(AppointmentStatus::CheckedIn));
    salon.store.undo(&salon.owner, here.undo.unwrap()).unwrap();
    assert_eq!(statuses(), all(AppointmentStatus::Confirmed));
    // One of them is gone meanwhile: nothing is done by halves.
    salon.cancel(ids[2], SeriesScope::This);
    assert_eq!(
        salon.store.set_statuses(&salon.owner, &ids, AppointmentStatus::InProgress).unwrap_err().refusal().code,
        RefusalCode::BadTransition
    );
    assert_eq!(salon.status(ids[0]), AppointmentStatus::Confirmed);
    let cancel = |with: &[AppointmentId]| {
        let input = CancelInput { appointment_id: ids[0], reason: Some("Ill".into()), scope: SeriesScope::This, with: with.to_vec() };
        salon.store.cancel_appointment(&salon.owner, input)
    };
    let refusal = cancel(&[stranger]).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("with")));
    assert_eq!((salon.status(ids[0]), salon.status(stranger)), (AppointmentStatus::Confirmed, AppointmentStatus::Confirmed));
    let gone = cancel(&[ids[1]]).unwrap();
    assert_eq!(statuses(), all(AppointmentStatus::Cancelled));
    salon.store.undo(&salon.owner, gone.undo.unwrap()).unwrap();
    assert_eq!(statuses()[..2], [AppointmentStatus::Confirmed; 2]);
    assert_eq!(
        salon.store.set_statuses(&salon.owner, &[], AppointmentStatus::Confirmed).unwrap_err().refusal().code,
        RefusalCode::Required
    );
}

#[test]
fn a_visit_that_moved_is_not_its_own_company() {
    let salon = salon();
    let mut family = salon.wish(at("2026-06-01", "10:00"));
    family.pets.push(BookPet { pet_id: Some(salon.add_pet("Kit")), starts_at: at("2026-06-01", "10:30"), ..family.pets[0].clone() });
    let ids = salon.store.book_appointment(&salon.owner, family).unwrap().value.appointment_ids;
    let moved =
        salon.store.reschedule_appointment(&salon.owner, salon.shift(ids[1], at("2026-06-02", "09:00"), SeriesScope::This)).unwrap();
    let company = |id| salon.store.appointment(&salon.owner, id).unwrap().group.into_iter().map(|card| card.id).collect::<Vec<_>>();
    assert_eq!((company(moved.value), company(ids[0])), (vec![ids[0]], vec![moved.value]));
}

#[test]
fn of_a_date_that_is_left_out_for_one_of_a_family_nothing_is_sent_or_counted() {
    let salon = salon();
    let second = salon.add_pet("Kit");
    // The second Monday is taken when the second pet's turn comes: the first has been written by then.
    salon.book(at("2026-06-08", "10:30"));
    let mut family = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at("2026-06-01", "10:00")) };
    let (pet_id, starts_at) = (Some(second), at("2026-06-01", "10:30"));
    family.pets.push(BookPet { pet_id, starts_at, ..family.pets[0].clone() });
    let before = everything(&salon);
    salon.later(1000);
    let saved = salon.store.book_appointment(&salon.owner, family).unwrap();
    assert_eq!((saved.value.appointment_ids.len(), saved.value.skipped.as_slice()), (4, &[at("2026-06-08", "10:00")][..]));
    assert_eq!(salon.count("SELECT row_count FROM outbox ORDER BY n DESC LIMIT 1"), 4);
    let kept = everything(&salon);
    salon.store.rebuild_derived().unwrap();
    assert_eq!(everything(&salon), kept);
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(everything(&salon), before);
}

//! How long visits take their time: stays by the clock on the wall, what is done no longer than it took.

use crate::common::{Salon, at, knowingly, salon};
use petrel_domain::desk::{BookInput, FreeSlotsQuery};
use petrel_domain::{AppointmentId, AppointmentStatus, Millis, SeriesScope, ServiceId, ServiceKind, zone};

fn boarding(salon: &Salon) -> ServiceId {
    let services = salon.store.services(&salon.owner).unwrap();
    services.into_iter().find(|service| service.details.kind == ServiceKind::Boarding).unwrap().id
}

/// A stay of three days.
fn stay(salon: &Salon, date: &str) -> BookInput {
    let mut wish = salon.wish(at(date, "10:00"));
    wish.pets[0].service_id = Some(boarding(salon));
    wish.pets[0].duration_minutes = Some(3 * 1440);
    wish
}

/// In Berlin the clock is set back in the night before 25 October 2026.
#[test]
fn a_stay_ends_at_the_time_of_day_it_began_at_also_where_the_clock_is_set_meanwhile() {
    let salon = salon();
    let ends_at = |id: AppointmentId| salon.store.appointment(&salon.owner, id).unwrap().card.ends_at;
    let weekly = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=2".into()), ..stay(&salon, "2026-10-16") };
    let ids = salon.store.book_appointment(&salon.owner, weekly).unwrap().value.appointment_ids;
    assert_eq!([ends_at(ids[0]), ends_at(ids[1])], [at("2026-10-19", "10:00"), at("2026-10-26", "10:00")]);
    let mut query = FreeSlotsQuery {
        service_id: Some(boarding(&salon)),
        staff_id: None,
        duration_minutes: Some(3 * 1440),
        from: "2026-10-23".parse().unwrap(),
        days: 1,
        is_emergency: false,
        moving: Some(ids[1]),
        one_a_time: false,
        limit: None,
        starts_at: None,
    };
    let slots = salon.store.free_slots(&salon.owner, &query).unwrap();
    assert_eq!(slots.iter().find(|slot| slot.starts_at == at("2026-10-23", "10:00")).unwrap().ends_at, at("2026-10-26", "10:00"));
    query.starts_at = Some(at("2026-10-23", "18:00"));
    assert_eq!(salon.store.free_slots(&salon.owner, &query).unwrap(), [], "18:00 is no time of day of the hours");
    query.starts_at = Some(at("2026-10-23", "17:30"));
    assert_eq!(salon.store.free_slots(&salon.owner, &query).unwrap()[0].ends_at, at("2026-10-26", "17:30"));
    let mut later = salon.shift(ids[0], at("2026-10-16", "11:00"), SeriesScope::All);
    later.ends_at = at("2026-10-19", "11:00");
    salon.store.move_appointment(&salon.owner, later).unwrap();
    assert_eq!([ends_at(ids[0]), ends_at(ids[1])], [at("2026-10-19", "11:00"), at("2026-10-26", "11:00")]);
}

/// In New York the clock is set back a week after it is in Berlin.
#[test]
fn a_stay_ends_at_the_time_of_day_it_began_at_in_another_zone_too() {
    let salon = salon();
    let book = |wish: BookInput| salon.store.book_appointment(&salon.owner, wish).unwrap().value.appointment_ids[0];
    let (here, there) = (book(stay(&salon, "2026-10-23")), book(stay(&salon, "2026-10-30")));
    // For no service, and longer than a day.
    let mut plain = salon.wish(at("2026-10-23", "12:00"));
    plain.pets[0].duration_minutes = Some(3 * 1440);
    plain.overruled = knowingly();
    let plain = book(plain);
    let visit = salon.book_over(salon.client, at("2026-10-30", "16:00"));
    let mut details = salon.store.clinic().unwrap().unwrap().details;
    details.timezone = "America/New_York".into();
    let saved = salon.store.save_clinic(&salon.owner, details).unwrap();
    let zone = chrono_tz::America::New_York;
    let clock = |at: Millis| format!("{} {}", zone::date_of(at, zone), zone::wall_time(at, zone));
    let stands = |id: AppointmentId| {
        let card = salon.store.appointment(&salon.owner, id).unwrap().card;
        [clock(card.starts_at), clock(card.ends_at)]
    };
    assert_eq!(stands(here), ["2026-10-23 10:00", "2026-10-26 10:00"]);
    assert_eq!(stands(there), ["2026-10-30 10:00", "2026-11-02 10:00"]);
    assert_eq!(stands(plain), ["2026-10-23 12:00", "2026-10-26 12:00"]);
    assert_eq!(stands(visit), ["2026-10-30 16:00", "2026-10-30 16:30"]);
    salon.later(1000);
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(salon.store.appointment(&salon.owner, here).unwrap().card.ends_at, at("2026-10-26", "10:00"));
}

#[test]
fn what_is_done_takes_no_more_of_the_time_it_was_planned_for() {
    let salon = salon();
    let visit = salon.book(at("2026-06-01", "10:00"));
    salon.clock.set(at("2026-06-01", "10:00"));
    for status in [AppointmentStatus::CheckedIn, AppointmentStatus::InProgress] {
        salon.store.set_appointment_status(&salon.owner, visit, status).unwrap();
    }
    salon.sql("UPDATE services SET buffer_minutes = 0");
    salon.later(600_000);
    assert_eq!(salon.refused(salon.wish(at("2026-06-01", "10:15"))).field.as_deref(), Some("pets[0].starts_at"));
    salon.store.set_appointment_status(&salon.owner, visit, AppointmentStatus::Completed).unwrap();
    let next = salon.book(at("2026-06-01", "10:15"));
    assert!(!salon.is_overbooked(next));
}

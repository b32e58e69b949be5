//! Who waits, and the time that a visit left.

use crate::common::{Salon, at, salon};
use petrel_domain::desk::{ScheduleOverride, WaitlistInput, WaitlistMatchQuery};
use petrel_domain::{
    AppointmentId, ClientId, MINUTE, Millis, OverrideKind, RefusalCode, Role, SeriesScope, ServiceId, WaitlistEntryId, WallTime,
};

const DAY: &str = "2026-06-01";

impl Salon {
    /// The time of a visit, as a desk asks for it once the visit has left it.
    fn left(&self, visit: AppointmentId) -> WaitlistMatchQuery {
        let card = self.store.appointment(&self.owner, visit).unwrap().card;
        WaitlistMatchQuery {
            staff_id: card.staff_id.unwrap(),
            starts_at: card.starts_at,
            ends_at: card.ends_at,
            service_id: card.service_id,
            client_id: card.client_id,
            limit: 5,
        }
    }

    /// Who could come, and when.
    fn offered(&self, left: &WaitlistMatchQuery) -> Vec<(WaitlistEntryId, Millis)> {
        let matches = self.store.waitlist_matches(&self.owner, left).unwrap();
        matches.iter().map(|found| (found.entry.id, found.slot.starts_at)).collect()
    }

    fn waits(&self, input: WaitlistInput) -> WaitlistEntryId {
        // Longer than who comes after.
        self.later(1);
        self.store.add_to_waitlist(&self.owner, input).unwrap().value
    }

    fn named_service(&self, name: &str) -> ServiceId {
        self.store.services(&self.owner).unwrap().into_iter().find(|service| service.details.name == name).unwrap().id
    }

    /// A visit of the salon's client for a service.
    fn visit_for(&self, service: ServiceId, time: &str) -> AppointmentId {
        let mut input = self.wish(at(DAY, time));
        input.pets[0].service_id = Some(service);
        self.store.book_appointment(&self.owner, input).unwrap().value.appointment_ids[0]
    }
}

/// Somebody else, who would come for a service at any time.
fn wish(salon: &Salon, client: ClientId, service_id: Option<ServiceId>) -> WaitlistInput {
    WaitlistInput { client_id: client, pet_id: None, service_id, ..salon.wish_to_wait() }
}

fn time(text: &str) -> Option<WallTime> {
    Some(text.parse().unwrap())
}

#[test]
fn a_time_that_was_left_is_offered_to_those_it_fits_and_never_for_a_pet_that_died() {
    let salon = salon();
    let (ida, bo) = (salon.add_client("Ida", "Rhodes", "+4930111111"), salon.add_client("Bo", "Diddley", "+4930222222"));
    let (cat, gone) = (salon.add_pet_of(ida, "Tom"), salon.add_pet_of(bo, "Rip"));
    let any = salon.waits(wish(&salon, bo, None));
    let exact = salon.waits(WaitlistInput { pet_id: Some(cat), earliest: time("09:00"), ..wish(&salon, ida, Some(salon.service)) });
    salon.waits(WaitlistInput { pet_id: Some(gone), ..wish(&salon, bo, None) });
    // As another desk's word comes: without what this one would have closed.
    salon.sql("UPDATE pets SET deceased_on = '2026-01-01' WHERE name = 'Rip'");
    salon.waits(wish(&salon, salon.client, None));
    salon.waits(WaitlistInput { latest: time("09:30"), ..wish(&salon, ida, None) });
    let visit = salon.book(at(DAY, "10:00"));
    let left = salon.left(visit);
    assert_eq!(salon.offered(&left), [], "the visit has its time still");
    salon.cancel(visit, SeriesScope::This);
    let matches = salon.store.waitlist_matches(&salon.owner, &left).unwrap();
    assert_eq!(
        matches.iter().map(|found| (found.entry.id, found.slot.starts_at)).collect::<Vec<_>>(),
        [(exact, left.starts_at), (any, left.starts_at)]
    );
    assert!(matches[0].is_exact_service && !matches[1].is_exact_service);
    let refused = |change: fn(&mut WaitlistMatchQuery)| {
        let mut query = left.clone();
        change(&mut query);
        let refused = salon.store.waitlist_matches(&salon.owner, &query).unwrap_err().refusal();
        (refused.code, refused.field.unwrap())
    };
    assert_eq!(refused(|query| query.ends_at = query.starts_at), (RefusalCode::EndBeforeStart, "ends_at".to_owned()));
    assert_eq!(refused(|query| query.ends_at.0 *= 2), (RefusalCode::TooLarge, "duration_minutes".to_owned()));
}

#[test]
fn who_waits_for_something_else_gets_what_they_need_of_the_time_when_they_can_come() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    let [bath, nails] = ["Bath and brush", "Nail trim"].map(|name| salon.named_service(name));
    // On both sides of the hour, and of the ten minutes that a bath keeps free after it, somebody comes.
    salon.visit_for(salon.service, "09:30");
    let visit = salon.visit_for(bath, "10:00");
    let mut after = salon.wish(at(DAY, "11:15"));
    (after.client_id, after.pets[0].pet_id) = (Some(ida), None);
    salon.store.book_appointment(&salon.owner, after).unwrap();
    let same = salon.waits(wish(&salon, ida, Some(bath)));
    let short = salon.waits(wish(&salon, ida, Some(nails)));
    let late = salon.waits(WaitlistInput { earliest: time("10:35"), ..wish(&salon, ida, Some(nails)) });
    salon.waits(WaitlistInput { earliest: time("11:00"), ..wish(&salon, ida, Some(nails)) });
    let long = salon.waits(wish(&salon, ida, Some(salon.named_service("Full groom"))));
    let left = salon.left(visit);
    salon.cancel(visit, SeriesScope::This);
    let at = |text| at(DAY, text);
    assert_eq!(salon.offered(&left), [(same, at("10:00")), (late, at("10:45")), (short, at("10:00"))]);
    // As much of it as is free: who comes at ten takes the first half.
    salon.visit_for(salon.service, "10:00");
    assert_eq!(salon.offered(&left), [(late, at("10:45")), (short, at("10:30"))]);
    // With an hour before it free as well, the longest fits in, and begins there.
    salon.sql("UPDATE appointments SET deleted_at = 1 WHERE starts_at < (SELECT max(starts_at) FROM appointments)");
    let free = salon.offered(&left);
    assert!(free.contains(&(same, at("10:00"))), "{free:?}");
    assert!(free.iter().any(|(entry, starts_at)| *entry == long && *starts_at < at("10:00")), "{free:?}");
}

#[test]
fn a_time_is_offered_for_what_its_colleague_does_or_is_asked_for_by_name() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    let nails = salon.named_service("Nail trim");
    salon.sql("UPDATE services SET staff_roles = '[\"groomer\"]' WHERE name = 'Nail trim'");
    let visit = salon.book(at(DAY, "10:00"));
    salon.waits(wish(&salon, ida, Some(nails)));
    let other = salon.hire("Bo", Role::Veterinarian, true);
    let by_name = salon.waits(WaitlistInput { staff_id: Some(salon.staff), ..wish(&salon, ida, Some(nails)) });
    salon.waits(WaitlistInput { staff_id: Some(other), ..wish(&salon, ida, Some(salon.service)) });
    // A place to stay is no colleague's time.
    salon.waits(wish(&salon, ida, Some(salon.named_service("Boarding (a day)"))));
    let left = salon.left(visit);
    salon.cancel(visit, SeriesScope::This);
    assert_eq!(salon.offered(&left), [(by_name, left.starts_at)]);
    let stay = salon.visit_for(salon.named_service("Boarding (a day)"), "10:00");
    let left = salon.left(stay);
    salon.cancel(stay, SeriesScope::This);
    let offered = salon.store.waitlist_matches(&salon.owner, &left).unwrap();
    assert_eq!(offered.len(), 1, "one waits for a place to stay");
    assert_eq!((offered[0].slot.starts_at, offered[0].slot.ends_at), (left.starts_at, left.ends_at));
}

#[test]
fn a_time_that_is_not_free_any_more_is_offered_to_nobody() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    let visit = salon.book(at(DAY, "10:00"));
    let named = salon.waits(wish(&salon, ida, Some(salon.service)));
    let any = salon.waits(wish(&salon, ida, None));
    salon.cancel(visit, SeriesScope::This);
    // A quarter of an hour was all that it took; a consultation takes half an hour, and somebody comes until then and at a quarter past.
    let left = WaitlistMatchQuery { ends_at: Millis(at(DAY, "10:00").0 + 15 * MINUTE), ..salon.left(visit) };
    let start = left.starts_at;
    salon.book(at(DAY, "09:30"));
    assert_eq!(salon.offered(&left), [(named, start), (any, start)]);
    let after = salon.book(at(DAY, "10:15"));
    assert_eq!(salon.offered(&left), [(any, start)]);
    salon.cancel(after, SeriesScope::This);
    assert_eq!(salon.offered(&left), [(named, start), (any, start)]);
    let free_day = ScheduleOverride {
        id: None,
        staff_id: salon.staff,
        kind: OverrideKind::Unavailable,
        on_date: DAY.parse().unwrap(),
        start: None,
        end: None,
        reason: None,
        recurrence: None,
    };
    salon.store.save_override(&salon.owner, free_day, false).unwrap();
    assert_eq!(salon.offered(&left), [], "nobody works on that day");
}

#[test]
fn what_is_past_of_a_time_is_offered_to_nobody() {
    let salon = salon();
    let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
    let visit = salon.visit_for(salon.named_service("Bath and brush"), "10:00");
    salon.waits(wish(&salon, ida, Some(salon.named_service("Nail trim"))));
    let left = salon.left(visit);
    salon.cancel(visit, SeriesScope::This);
    let when = |clock: &str| {
        salon.clock.set(at(DAY, clock));
        salon.offered(&left).iter().map(|(_, starts_at)| *starts_at).collect::<Vec<_>>()
    };
    assert_eq!(when("09:00"), [at(DAY, "10:00")]);
    assert_eq!(when("10:10"), [at(DAY, "10:15")]);
    assert_eq!(when("10:46"), []);
    assert_eq!(when("12:00"), []);
}

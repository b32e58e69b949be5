//! Who of the waitlist could take a time that was left, and who comes first.

use std::cmp::Reverse;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::desk::{FreeSlot, WaitlistEntry, WaitlistInput, WaitlistMatch, WaitlistMatchQuery};
use crate::zone;

/// Whether somebody could be asked to come in a time that was left: not who gave it up, nor who wants another colleague.
pub fn may_be_asked(wish: &WaitlistInput, left: &WaitlistMatchQuery) -> bool {
    Some(wish.client_id) != left.client_id && wish.staff_id.is_none_or(|staff| staff == left.staff_id)
}

/// The time that somebody would be given, of those that are free for what they wait for: one that meets their wish, takes some of the time that was
/// left, and begins as near to where that began as can be.
pub fn best_time(wish: &WaitlistInput, left: &WaitlistMatchQuery, free: &[FreeSlot], zone: Tz) -> Option<FreeSlot> {
    let takes_of_it = |slot: &&FreeSlot| slot.starts_at < left.ends_at && slot.ends_at > left.starts_at;
    // Of two as near, the one that leaves less of the time over.
    let nearness = |slot: &&FreeSlot| ((slot.starts_at.0 - left.starts_at.0).abs(), slot.starts_at < left.starts_at);
    free.iter().filter(takes_of_it).filter(|slot| meets(wish, slot, zone)).min_by_key(nearness).copied()
}

/// Whether a time is when somebody wants to come: what a wish leaves open fits anything, what it names must be so.
fn meets(wish: &WaitlistInput, slot: &FreeSlot, zone: Tz) -> bool {
    let (date, time) = (zone::date_of(slot.starts_at, zone), zone::wall_time(slot.starts_at, zone));
    wish.requested_on.is_none_or(|wanted| wanted == date)
        && wish.earliest.is_none_or(|earliest| earliest <= time)
        && wish.latest.is_none_or(|latest| time <= latest)
}

/// Whether the day of a wish has passed, so that no time can meet it any more.
pub fn is_over(wish: &WaitlistInput, today: NaiveDate) -> bool {
    wish.requested_on.is_some_and(|date| date < today)
}

/// Who could take a time that was left, best first: the urgent; then who asked for just this (service, day, colleague, time of day); then who has
/// waited longest.
pub fn ranked(found: Vec<(WaitlistEntry, FreeSlot)>, left: &WaitlistMatchQuery) -> Vec<WaitlistMatch> {
    let mut matches: Vec<WaitlistMatch> = found.into_iter().map(|(entry, slot)| matched(entry, slot, left)).collect();
    matches.sort_by_key(|found| {
        let wish = &found.entry.wish;
        let named = [found.is_exact_service, found.is_exact_day, found.is_exact_staff, wish.earliest.is_some() || wish.latest.is_some()];
        let exact = named.into_iter().filter(|is_named| *is_named).count();
        (Reverse(wish.priority), Reverse(exact), found.entry.created_at, found.entry.id)
    });
    matches
}

/// What a wish that is met had named of day and colleague was met exactly.
fn matched(entry: WaitlistEntry, slot: FreeSlot, left: &WaitlistMatchQuery) -> WaitlistMatch {
    WaitlistMatch {
        is_exact_service: entry.wish.service_id.is_some() && entry.wish.service_id == left.service_id,
        is_exact_day: entry.wish.requested_on.is_some(),
        is_exact_staff: entry.wish.staff_id.is_some(),
        slot,
        entry,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{ClientId, Millis, ServiceId, StaffId, WaitlistEntryId, WaitlistStatus, WallTime};

    const ZONE: Tz = Tz::Europe__Madrid;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn wish() -> WaitlistInput {
        WaitlistInput {
            client_id: ClientId(id(1)),
            pet_id: None,
            service_id: None,
            staff_id: None,
            requested_on: None,
            earliest: None,
            latest: None,
            priority: 0,
            notes: None,
        }
    }

    fn at(time: &str) -> Millis {
        zone::instant("2026-06-01".parse().unwrap(), time.parse().unwrap(), ZONE).unwrap()
    }

    fn slot(from: &str, to: &str) -> FreeSlot {
        FreeSlot { staff_id: StaffId(id(7)), starts_at: at(from), ends_at: at(to) }
    }

    /// From half past ten to noon.
    fn left() -> WaitlistMatchQuery {
        let (service, client) = (Some(ServiceId(id(5))), Some(ClientId(id(9))));
        WaitlistMatchQuery {
            staff_id: StaffId(id(7)),
            starts_at: at("10:30"),
            ends_at: at("12:00"),
            service_id: service,
            client_id: client,
            limit: 8,
        }
    }

    #[test]
    fn who_gave_a_time_up_or_wants_another_colleague_is_not_asked() {
        let asked =
            [wish(), WaitlistInput { staff_id: Some(StaffId(id(7))), ..wish() }, WaitlistInput { client_id: ClientId(id(2)), ..wish() }];
        assert!(asked.iter().all(|wish| may_be_asked(wish, &left())));
        let not = [WaitlistInput { staff_id: Some(StaffId(id(8))), ..wish() }, WaitlistInput { client_id: ClientId(id(9)), ..wish() }];
        assert!(!not.iter().any(|wish| may_be_asked(wish, &left())));
        let block = WaitlistMatchQuery { client_id: None, ..left() };
        assert!(may_be_asked(&not[1], &block));
    }

    #[test]
    fn of_the_free_times_somebody_gets_the_one_nearest_to_the_beginning_that_they_can_come_at() {
        let time = |text: &str| Some(text.parse::<WallTime>().unwrap());
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let free = ["09:30", "10:00", "10:15", "10:30", "10:45", "11:30", "12:00"]
            .map(|from| FreeSlot { ends_at: at(from).plus_minutes(45), ..slot(from, from) });
        let best = |wish: WaitlistInput, free: &[FreeSlot]| {
            best_time(&wish, &left(), free, ZONE).map(|slot| zone::wall_time(slot.starts_at, ZONE))
        };
        assert_eq!(best(wish(), &free), time("10:30"));
        assert_eq!(best(WaitlistInput { requested_on: day("2026-06-01"), earliest: time("10:31"), ..wish() }, &free), time("10:45"));
        assert_eq!(best(WaitlistInput { earliest: time("11:00"), latest: time("11:30"), ..wish() }, &free), time("11:30"));
        assert_eq!(best(WaitlistInput { latest: time("10:29"), ..wish() }, &free), time("10:15"));
        assert_eq!(best(WaitlistInput { latest: time("09:59"), ..wish() }, &free), None, "nothing of it would be taken");
        assert_eq!(best(WaitlistInput { earliest: time("12:00"), ..wish() }, &free), None, "it is over by then");
        assert_eq!(best(WaitlistInput { requested_on: day("2026-06-02"), ..wish() }, &free), None);
        assert_eq!(best(wish(), &[]), None);
        assert_eq!(best(wish(), &[free[2], free[4]]), time("10:45"), "as near as a quarter past ten, and all of it in the time");
    }

    #[test]
    fn the_urgent_come_first_then_who_asked_for_just_this_then_who_has_waited_longest() {
        let entry = |n: u128, since: i64, wish: WaitlistInput| WaitlistEntry {
            id: WaitlistEntryId(id(n)),
            wish,
            status: WaitlistStatus::Active,
            client_name: String::new(),
            client_phone: None,
            pet_name: None,
            created_at: Millis(since),
            is_over: false,
        };
        let exact = WaitlistInput { service_id: Some(ServiceId(id(5))), earliest: Some(WallTime::MIDNIGHT), ..wish() };
        let entries = vec![
            entry(1, 20, wish()),
            entry(2, 10, wish()),
            entry(3, 30, exact.clone()),
            entry(4, 40, WaitlistInput { service_id: exact.service_id, ..wish() }),
            entry(5, 50, WaitlistInput { priority: 2, ..wish() }),
            entry(6, 1, WaitlistInput { latest: Some(WallTime::MIDNIGHT), ..wish() }),
            entry(7, 5, WaitlistInput { service_id: Some(ServiceId(id(6))), ..wish() }),
        ];
        let found = entries.into_iter().map(|entry| (entry, slot("10:30", "11:00"))).collect();
        let ranked = ranked(found, &left());
        assert_eq!(ranked.iter().map(|found| found.entry.id.0.as_u128()).collect::<Vec<_>>(), [5, 3, 6, 4, 7, 2, 1]);
        assert!(ranked[1].is_exact_service && !ranked[1].is_exact_day && !ranked[0].is_exact_service);
    }
}

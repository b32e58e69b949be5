//! Who of the waitlist could take a time that became free, and who comes first.

use std::cmp::Reverse;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::desk::{WaitlistEntry, WaitlistInput, WaitlistMatch};
use crate::{ClientId, Millis, ServiceId, StaffId, WallTime, zone};

/// A time that became free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freed {
    /// Whose it was: they do not wait for what they gave up.
    pub client_id: Option<ClientId>,
    /// What it was for.
    pub service_id: Option<ServiceId>,
    /// With whom it is.
    pub staff_id: Option<StaffId>,
    /// The day.
    pub date: NaiveDate,
    /// When it starts.
    pub time: WallTime,
}

impl Freed {
    /// The time of a visit on the wall clock of the clinic.
    pub fn of_visit(
        starts_at: Millis,
        client_id: Option<ClientId>,
        service_id: Option<ServiceId>,
        staff_id: Option<StaffId>,
        zone: Tz,
    ) -> Self {
        Self { client_id, service_id, staff_id, date: zone::date_of(starts_at, zone), time: zone::wall_time(starts_at, zone) }
    }
}

/// Whether a wish can be met by a time: what it leaves open fits anything, what it names must be so.
pub fn meets(wish: &WaitlistInput, freed: &Freed) -> bool {
    Some(wish.client_id) != freed.client_id
        && (wish.service_id.is_none() || wish.service_id == freed.service_id)
        && (wish.staff_id.is_none() || wish.staff_id == freed.staff_id)
        && wish.requested_on.is_none_or(|date| date == freed.date)
        && wish.earliest.is_none_or(|earliest| earliest <= freed.time)
        && wish.latest.is_none_or(|latest| freed.time <= latest)
}

/// Whether the day of a wish has passed, so that no time can meet it any more.
pub fn is_over(wish: &WaitlistInput, today: NaiveDate) -> bool {
    wish.requested_on.is_some_and(|date| date < today)
}

/// The entries that can take a time, best first: the urgent; then who asked for just this (service, day, colleague, time of day); then who has
/// waited longest.
pub fn ranked(entries: Vec<WaitlistEntry>, freed: &Freed) -> Vec<WaitlistMatch> {
    let mut matches: Vec<WaitlistMatch> = entries.into_iter().filter(|entry| meets(&entry.wish, freed)).map(matched).collect();
    matches.sort_by_key(|found| {
        let wish = &found.entry.wish;
        let named = [found.is_exact_service, found.is_exact_day, found.is_exact_staff, wish.earliest.is_some() || wish.latest.is_some()];
        let exact = named.into_iter().filter(|is_named| *is_named).count();
        (Reverse(wish.priority), Reverse(exact), found.entry.created_at, found.entry.id)
    });
    matches
}

/// What a wish that is met had named was met exactly.
fn matched(entry: WaitlistEntry) -> WaitlistMatch {
    WaitlistMatch {
        is_exact_service: entry.wish.service_id.is_some(),
        is_exact_day: entry.wish.requested_on.is_some(),
        is_exact_staff: entry.wish.staff_id.is_some(),
        entry,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{WaitlistEntryId, WaitlistStatus};

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

    fn freed() -> Freed {
        let zone = Tz::Europe__Madrid;
        let at = zone::instant("2026-06-01".parse().unwrap(), "10:30".parse().unwrap(), zone).unwrap();
        Freed::of_visit(at, Some(ClientId(id(9))), Some(ServiceId(id(5))), Some(StaffId(id(7))), zone)
    }

    #[test]
    fn what_a_wish_leaves_open_fits_anything_and_what_it_names_must_be_so() {
        let time = |text: &str| Some(text.parse::<WallTime>().unwrap());
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let good = [
            wish(),
            WaitlistInput { service_id: Some(ServiceId(id(5))), staff_id: Some(StaffId(id(7))), ..wish() },
            WaitlistInput { requested_on: day("2026-06-01"), earliest: time("10:30"), latest: time("10:30"), ..wish() },
        ];
        let bad = [
            WaitlistInput { service_id: Some(ServiceId(id(6))), ..wish() },
            WaitlistInput { staff_id: Some(StaffId(id(8))), ..wish() },
            WaitlistInput { requested_on: day("2026-06-02"), ..wish() },
            WaitlistInput { earliest: time("10:31"), ..wish() },
            WaitlistInput { latest: time("10:29"), ..wish() },
            WaitlistInput { client_id: ClientId(id(9)), ..wish() },
        ];
        assert!(good.iter().all(|wish| meets(wish, &freed())));
        assert!(!bad.iter().any(|wish| meets(wish, &freed())));
        let block = Freed { service_id: None, ..freed() };
        assert!(!meets(&good[1], &block), "time that was for nothing named is not this service's");
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
        ];
        let ranked = ranked(entries, &freed());
        assert_eq!(ranked.iter().map(|found| found.entry.id.0.as_u128()).collect::<Vec<_>>(), [5, 3, 4, 2, 1]);
        assert!(ranked[1].is_exact_service && !ranked[1].is_exact_day && !ranked[0].is_exact_service);
    }
}

//! Free times over days and colleagues.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::judge::has_room;
use super::open::rules;
use super::plan::{Day, Days, Stretch, plans};
use super::{Busy, Colleague, Wish};
use crate::desk::{FreeSlot, ServiceDetails};
use crate::{DAY, MINUTE, Millis, WallTime, zone};

/// The stretch of time that free times may start in: not in the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Not before.
    pub from: Millis,
    /// Before.
    pub until: Millis,
}

impl Window {
    /// From now on.
    pub fn from_now(now: Millis) -> Self {
        Self { from: now, until: Millis(i64::MAX) }
    }

    /// What a client may choose of a service who books without the desk: not sooner than `min_advance_hours` from now, as the clock runs, nor on a day that is
    /// more than `advance_booking_days` after today on the clinic's wall. (The desk is not bound by it.)
    pub fn for_clients(service: &ServiceDetails, now: Millis, zone: Tz) -> Self {
        let last = zone::date_of(now, zone) + TimeDelta::days(i64::from(service.advance_booking_days));
        Self { from: now.plus_minutes(i64::from(service.min_advance_hours) * 60), until: zone::day_start(last + TimeDelta::days(1), zone) }
    }
}

/// The free times of some colleagues, by start, then in the order of the colleagues. `busy` holds, for each colleague, their visits by
/// start, as far behind the days as a visit that starts on the last of them reaches.
pub fn free_slots(colleagues: &[(&Colleague, &[Busy])], days: &Days, wish: &Wish, window: &Window) -> Vec<FreeSlot> {
    // A visit ends on a later day than it starts on: hours are looked at as far as it reaches, with a day of 23 hours in between.
    let more = usize::from(wish.duration_minutes / 1440) + 2;
    let all_days = days.and_then_some(more);
    let mut slots = Vec::new();
    for (colleague, busy) in colleagues {
        let mut own = Vec::new();
        let busy: Vec<Busy> = busy.iter().filter(|other| other.is_boarding == wish.is_boarding).copied().collect();
        let longest = busy.iter().map(reach).max().unwrap_or(0);
        let plans = plans(colleague, &all_days);
        for (n, day) in days.days.iter().enumerate().filter(|(n, _)| !plans[*n].stretches.is_empty()) {
            let (from, to) = (day.bounds.starts_at.0 - longest - DAY_REACH, day.bounds.ends_at.0 + reach_of(wish) + DAY_REACH);
            let begins_before = |at: i64| busy.partition_point(|other| other.starts_at.0 < at);
            let around = &busy[begins_before(from)..begins_before(to)];
            let open: Vec<Stretch> = plans.iter().skip(n).take(more + 1).flat_map(|plan| &plan.stretches).copied().collect();
            let asked = Asked { day, open: &open, busy: around, wish, window };
            let starts = plans[n].stretches.iter().flat_map(|stretch| asked.starts_in(stretch));
            own.extend(starts.map(|(starts_at, ends_at)| FreeSlot { staff_id: colleague.staff_id, starts_at, ends_at }));
        }
        // Hours that overlap give some times twice.
        own.sort_unstable();
        own.dedup();
        slots.append(&mut own);
    }
    slots.sort_by_key(|slot| slot.starts_at);
    slots
}

/// The buffer of the hours, which the engine adds, ends within this.
const DAY_REACH: i64 = DAY;

fn reach(other: &Busy) -> i64 {
    other.ends_at.0 - other.starts_at.0 + i64::from(other.buffer_minutes) * MINUTE
}

fn reach_of(wish: &Wish) -> i64 {
    (i64::from(wish.duration_minutes) + i64::from(wish.buffer_minutes)) * MINUTE
}

/// A question for the free times of one colleague on one day.
struct Asked<'a> {
    day: &'a Day,
    open: &'a [Stretch],
    busy: &'a [Busy],
    wish: &'a Wish,
    window: &'a Window,
}

impl Asked<'_> {
    /// The free times that begin in a stretch.
    fn starts_in(&self, stretch: &Stretch) -> Vec<(Millis, Millis)> {
        let (from, until) = (stretch.starts_at.max(self.window.from), stretch.ends_at.min(self.window.until));
        let grid = (stretch.anchor.minutes()..1440).step_by(usize::from(stretch.slot_minutes));
        // A time that does not exist on this day is left out.
        let starts = grid.filter_map(|minute| self.day.instant(WallTime::from_minutes(minute)?));
        let inside = starts.skip_while(|at| *at < from).take_while(|at| *at < until);
        let visits = inside.map(|at| (at, zone::end_of(at, i64::from(self.wish.duration_minutes), self.wish.is_boarding, self.day.zone)));
        visits.filter(|(starts_at, ends_at)| self.is_free(stretch, *starts_at, *ends_at)).collect()
    }

    fn is_free(&self, first: &Stretch, starts_at: Millis, ends_at: Millis) -> bool {
        let Some(rules) = rules(self.open, first, self.wish, starts_at, ends_at) else { return false };
        let is_kept = rules.is_emergency_only && !self.wish.is_emergency;
        !is_kept && has_room(self.busy, self.wish, starts_at, ends_at, &rules)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::*;
    use crate::availability::days;
    use crate::desk::WeeklyHours;
    use crate::{ServiceKind, StaffId};

    /// Hours of notice are hours; days ahead are days on the wall, one of which has 23 hours here.
    #[test]
    fn clients_choose_from_some_hours_ahead_until_the_end_of_the_last_day_they_may_have() {
        let zone: Tz = "Europe/Madrid".parse().unwrap();
        let staff_id = StaffId(Uuid::from_u128(1));
        let wall = |minutes| WallTime::from_minutes(minutes).unwrap();
        let trim = ServiceDetails {
            name: "Nail trim".into(),
            description: None,
            kind: ServiceKind::Grooming,
            duration_minutes: 30,
            buffer_minutes: 0,
            base_price_cents: None,
            color: "#336699".into(),
            requires_approval: false,
            advance_booking_days: 1,
            min_advance_hours: 12,
            cancellation_cutoff_hours: 24,
            max_per_slot: 1,
            is_online: true,
            is_active: true,
            staff_roles: Vec::new(),
            form_fields: Vec::new(),
        };
        let (saturday, sunday): (NaiveDate, NaiveDate) = ("2026-03-28".parse().unwrap(), "2026-03-29".parse().unwrap());
        let all_day = |day_of_week| WeeklyHours {
            id: None,
            staff_id,
            day_of_week,
            start: wall(0),
            end: wall(1440),
            effective_from: "2000-01-01".parse().unwrap(),
            effective_until: None,
            slot_minutes: 60,
            buffer_minutes: 0,
            max_per_slot: 1,
            breaks: Vec::new(),
        };
        let colleague = Colleague { staff_id, hours: (0..7).map(all_day).collect(), overrides: Vec::new() };
        let wish =
            Wish { duration_minutes: 30, buffer_minutes: 0, service_id: None, max_per_slot: 1, is_boarding: false, is_emergency: false };
        let now = zone::instant(saturday, wall(22 * 60), zone).unwrap();
        let window = Window::for_clients(&trim, now, zone);
        let starts = free_slots(&[(&colleague, &[])], &days(saturday, 7, zone), &wish, &window);
        let told = |at: Millis| at.in_zone(zone).format("%F %H:%M").to_string();
        assert_eq!(
            starts.first().map(|slot| told(slot.starts_at)).as_deref(),
            Some("2026-03-29 11:00"),
            "twelve hours, of which one is not on the wall"
        );
        assert_eq!(starts.last().map(|slot| told(slot.starts_at)).as_deref(), Some("2026-03-29 23:00"));
        assert_eq!(window.until, zone::day_start(sunday + TimeDelta::days(1), zone));
        let never = Window::for_clients(&ServiceDetails { advance_booking_days: 0, ..trim }, now, zone);
        assert!(free_slots(&[(&colleague, &[])], &days(saturday, 7, zone), &wish, &never).is_empty(), "today is over before the hours are");
    }
}

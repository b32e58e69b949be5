//! Free times over days and colleagues.

use chrono::Days as CalendarDays;
use chrono_tz::Tz;

use super::judge::in_the_way;
use super::open::rules;
use super::plan::{Day, Days, Stretch, plans};
use super::{Busy, Colleague, Wish};
use crate::desk::{FreeSlot, ServiceDetails};
use crate::{DAY, MINUTE, Millis, WallTime, zone};

/// The stretch of time that free times may start in: not in the past, and, for clients, inside the booking window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Not before.
    pub from: Millis,
    /// Before.
    pub until: Millis,
}

impl Window {
    /// For the desk: from now on.
    pub fn from_now(now: Millis) -> Self {
        Self { from: now, until: Millis(i64::MAX) }
    }

    /// For clients who book by themselves: as late and as far ahead as the service allows. The last day counts to its end.
    pub fn for_clients(service: &ServiceDetails, now: Millis, zone: Tz) -> Self {
        let from = now.plus_minutes(60 * i64::from(service.min_advance_hours));
        let days = CalendarDays::new(u64::from(service.advance_booking_days) + 1);
        let after = zone::date_of(now, zone).checked_add_days(days);
        Self { from, until: after.map_or(Millis(i64::MAX), |date| zone::day_start(date, zone)) }
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
        let visits = inside.map(|at| (at, at.plus_minutes(i64::from(self.wish.duration_minutes))));
        visits.filter(|(starts_at, ends_at)| self.is_free(stretch, *starts_at, *ends_at)).collect()
    }

    fn is_free(&self, first: &Stretch, starts_at: Millis, ends_at: Millis) -> bool {
        let Some(rules) = rules(self.open, first, self.wish, starts_at, ends_at) else { return false };
        let is_kept = rules.is_emergency_only && !self.wish.is_emergency;
        !is_kept && in_the_way(self.busy, self.wish, starts_at, ends_at, &rules).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServiceKind;

    #[test]
    fn clients_book_within_the_windows_of_the_service() {
        let zone = Tz::Europe__Madrid;
        let service = ServiceDetails {
            name: "Bath".into(),
            description: None,
            kind: ServiceKind::Grooming,
            duration_minutes: 30,
            buffer_minutes: 0,
            base_price_cents: None,
            color: "#808080".into(),
            requires_approval: false,
            advance_booking_days: 7,
            min_advance_hours: 24,
            cancellation_cutoff_hours: 24,
            max_per_slot: 1,
            is_online: true,
            is_active: true,
            staff_roles: Vec::new(),
            form_fields: Vec::new(),
        };
        let at = |date: &str, time: &str| zone::instant(date.parse().unwrap(), time.parse().unwrap(), zone).unwrap();
        // The clock is set forward in between: a day ahead is 24 hours, seven days ahead are seven days of the calendar.
        let window = Window::for_clients(&service, at("2026-03-28", "10:00"), zone);
        assert_eq!(window, Window { from: at("2026-03-29", "11:00"), until: at("2026-04-05", "00:00") });
        let today = ServiceDetails { advance_booking_days: 0, min_advance_hours: 0, ..service };
        let window = Window::for_clients(&today, at("2026-03-28", "10:00"), zone);
        assert_eq!(window, Window { from: at("2026-03-28", "10:00"), until: at("2026-03-29", "00:00") });
    }
}

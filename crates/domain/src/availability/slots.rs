//! Free times over days and colleagues.

use super::judge::has_room;
use super::open::rules;
use super::plan::{Day, Days, Stretch, plans};
use super::{Busy, Colleague, Wish};
use crate::desk::FreeSlot;
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

//! Free times over days and colleagues.

use super::judge::in_the_way;
use super::plan::{Day, Days, Overrides, Stretch, plan};
use super::{Busy, Colleague, Wish};
use crate::desk::FreeSlot;
use crate::{Millis, WallTime};

/// The stretch of time that free times may start in: not in the past, and, for clients, inside the booking window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Not before.
    pub from: Millis,
    /// Before.
    pub until: Millis,
}

/// The free times of some colleagues, by start, then in the order of the colleagues. `busy` holds, for each colleague, their visits by start.
pub fn free_slots(colleagues: &[(&Colleague, &[Busy])], days: &Days, wish: &Wish, window: &Window) -> Vec<FreeSlot> {
    let Some((first, last)) = days.range() else { return Vec::new() };
    let mut slots = Vec::new();
    for (colleague, busy) in colleagues {
        let mut own = Vec::new();
        let overrides = Overrides::new(colleague, first, last);
        let longest = busy.iter().map(reach).max().unwrap_or(0);
        for day in &days.days {
            let (from, to) = (day.bounds.starts_at.0 - longest - DAY_REACH, day.bounds.ends_at.0 + DAY_REACH);
            let around =
                &busy[busy.partition_point(|other| other.starts_at.0 < from)..busy.partition_point(|other| other.starts_at.0 < to)];
            for stretch in &plan(colleague, &overrides, day).stretches {
                if !stretch.is_emergency_only || wish.is_emergency {
                    of_stretch(colleague, around, day, stretch, wish, window, &mut own);
                }
            }
        }
        // Hours that overlap give some times twice.
        own.sort_unstable();
        own.dedup();
        slots.append(&mut own);
    }
    slots.sort_by_key(|slot| slot.starts_at);
    slots
}

/// A visit of one day ends, with all its buffers, within this of the day it starts on.
const DAY_REACH: i64 = crate::DAY;

fn reach(other: &Busy) -> i64 {
    other.ends_at.0 - other.starts_at.0 + i64::from(other.buffer_minutes) * crate::MINUTE
}

fn of_stretch(colleague: &Colleague, busy: &[Busy], day: &Day, stretch: &Stretch, wish: &Wish, window: &Window, slots: &mut Vec<FreeSlot>) {
    let step = usize::from(stretch.slot_minutes);
    for minute in (stretch.anchor.minutes()..1440).step_by(step) {
        let Some(starts_at) = WallTime::from_minutes(minute).and_then(|time| day.instant(time)) else { continue };
        let ends_at = starts_at.plus_minutes(i64::from(wish.duration_minutes));
        // A stay of several days only has to begin in hours; where it ends is judged when it is booked.
        let last = if wish.is_boarding { starts_at.plus_minutes(1) } else { ends_at };
        if last > stretch.ends_at || starts_at >= window.until {
            break;
        }
        if starts_at < stretch.starts_at || starts_at < window.from {
            continue;
        }
        if in_the_way(busy, wish, starts_at, ends_at, stretch.buffer_minutes, stretch.max_per_slot).is_empty() {
            slots.push(FreeSlot { staff_id: colleague.staff_id, starts_at, ends_at });
        }
    }
}

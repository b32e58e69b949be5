//! Whether one visit fits at one time.

use chrono_tz::Tz;

use super::open::{Rules, rules};
use super::plan::{Days, Stretch, plans};
use super::{Busy, Colleague, Wish};
use crate::desk::FreeSlot;
use crate::{AppointmentId, Millis, zone};

/// Whether a visit fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It does.
    Free,
    /// Others take the time.
    Taken {
        /// Which.
        by: Vec<AppointmentId>,
    },
    /// Nobody works then.
    OutsideHours,
    /// The time is kept for emergencies.
    EmergencyOnly,
}

/// Whether a visit fits at one time with one colleague, given what that colleague has around it. Any start is judged, not only those
/// of the grid. That the time is taken weighs more than that it lies outside of the hours.
pub fn judge(colleague: &Colleague, busy: &[Busy], wish: &Wish, starts_at: Millis, ends_at: Millis, zone: Tz) -> Fit {
    let open = open_around(colleague, starts_at, ends_at, zone);
    let begins_in = open.iter().filter(|of| of.starts_at <= starts_at && starts_at < of.ends_at);
    let fits = begins_in.filter_map(|first| rules(&open, first, wish, starts_at, ends_at)).map(|rules| {
        let by = in_the_way(busy, wish, starts_at, ends_at, &rules);
        match rules.is_emergency_only && !wish.is_emergency {
            _ if !by.is_empty() => Fit::Taken { by },
            true => Fit::EmergencyOnly,
            false => Fit::Free,
        }
    });
    // Hours that overlap have rules of their own; by the kindest it fits or does not.
    let kindest = fits.min_by_key(|fit| match fit {
        Fit::Free => 0,
        Fit::Taken { .. } => 1,
        Fit::EmergencyOnly | Fit::OutsideHours => 2,
    });
    kindest.unwrap_or_else(|| {
        let usual = open.first().map_or(Rules { buffer_minutes: 0, max_per_slot: 1, is_emergency_only: false }, Rules::from);
        let by = in_the_way(busy, wish, starts_at, ends_at, &usual);
        if by.is_empty() { Fit::OutsideHours } else { Fit::Taken { by } }
    })
}

/// The open stretches of the days that a visit touches.
fn open_around(colleague: &Colleague, starts_at: Millis, ends_at: Millis, zone: Tz) -> Vec<Stretch> {
    let (first, last) = (zone::date_of(starts_at, zone), zone::date_of(ends_at, zone));
    // The longest stay is a month.
    let count = u16::try_from((last - first).num_days().clamp(0, 62)).unwrap_or(0) + 1;
    plans(colleague, &Days::new(first, count, zone)).into_iter().flat_map(|plan| plan.stretches).collect()
}

/// Whether there is room for one more: what [`in_the_way`] says, without naming anybody. Asked for every time of the grid, and where only one has room,
/// which is nearly everywhere, the first that is met is the answer.
pub(super) fn has_room(busy: &[Busy], wish: &Wish, starts_at: Millis, ends_at: Millis, rules: &Rules) -> bool {
    if rules.max_per_slot.max(wish.max_per_slot) > 1 {
        return in_the_way(busy, wish, starts_at, ends_at, rules).is_empty();
    }
    !busy.iter().any(|other| meets(other, wish, starts_at, ends_at, rules))
}

/// Whether another visit takes some of the time that a wish would, buffers with it.
fn meets(other: &Busy, wish: &Wish, starts_at: Millis, ends_at: Millis, rules: &Rules) -> bool {
    // A stay takes a place of its own service, not one of another's.
    let is_against = other.is_boarding == wish.is_boarding && (!wish.is_boarding || other.service_id == wish.service_id);
    is_against
        && other.starts_at < with_buffers(ends_at, wish.buffer_minutes, rules)
        && with_buffers(other.ends_at, other.buffer_minutes, rules) > starts_at
}

/// The end of what a visit takes: its service's buffer and that of the hours follow it.
fn with_buffers(ends_at: Millis, own: u16, rules: &Rules) -> Millis {
    ends_at.plus_minutes(i64::from(own) + i64::from(rules.buffer_minutes))
}

/// The visits that leave no room for one more, or none.
pub(super) fn in_the_way(busy: &[Busy], wish: &Wish, starts_at: Millis, ends_at: Millis, rules: &Rules) -> Vec<AppointmentId> {
    let until = |other: &Busy| with_buffers(other.ends_at, other.buffer_minutes, rules);
    let others: Vec<&Busy> = busy.iter().filter(|other| meets(other, wish, starts_at, ends_at, rules)).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let is_one_service = wish.service_id.is_some() && others.iter().all(|other| other.service_id == wish.service_id);
    let room = usize::from(if is_one_service { rules.max_per_slot.max(wish.max_per_slot) } else { rules.max_per_slot });
    // The number of others only grows where one of them begins: it is enough to look there, and at the start.
    let moments = others.iter().map(|other| other.starts_at.max(starts_at));
    let most = moments.map(|at| others.iter().filter(|other| other.starts_at <= at && at < until(other)).count()).max().unwrap_or(0);
    if most < room { Vec::new() } else { others.iter().map(|other| other.appointment_id).collect() }
}

/// The free times next to the one that was wanted: with the same colleague before others at the same distance.
pub fn nearest(slots: &[FreeSlot], wanted: &FreeSlot, count: usize) -> Vec<FreeSlot> {
    let mut near = slots.to_vec();
    near.sort_by_key(|slot| ((slot.starts_at.0 - wanted.starts_at.0).abs(), slot.staff_id != wanted.staff_id, slot.staff_id));
    near.truncate(count);
    near
}

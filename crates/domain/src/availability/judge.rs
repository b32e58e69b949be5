//! Whether one visit fits at one time.

use chrono_tz::Tz;

use super::plan::{DayPlan, Stretch, plan_day};
use super::{Busy, Colleague, Wish};
use crate::desk::FreeSlot;
use crate::{AppointmentId, DAY, Millis, zone};

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
    let first = plan_day(colleague, zone::date_of(starts_at, zone), zone);
    let hours = in_hours(colleague, &first, wish, starts_at, ends_at, zone);
    let (buffer, capacity) = hours.or_else(|| first.stretches.first().copied()).map_or((0, 1), |of| (of.buffer_minutes, of.max_per_slot));
    let by = in_the_way(busy, wish, starts_at, ends_at, buffer, capacity);
    if !by.is_empty() {
        return Fit::Taken { by };
    }
    match hours {
        None => Fit::OutsideHours,
        Some(stretch) if stretch.is_emergency_only && !wish.is_emergency => Fit::EmergencyOnly,
        Some(_) => Fit::Free,
    }
}

/// The stretch that a visit lies in. A stay of several days begins and ends in hours; nobody works through its nights.
fn in_hours(colleague: &Colleague, first: &DayPlan, wish: &Wish, starts_at: Millis, ends_at: Millis, zone: Tz) -> Option<Stretch> {
    if wish.is_boarding || ends_at.0 - starts_at.0 > DAY {
        let last = plan_day(colleague, zone::date_of(ends_at, zone), zone);
        let ends_inside = last.stretches.iter().any(|of| of.starts_at <= ends_at && ends_at <= of.ends_at);
        return first.stretches.iter().find(|of| of.starts_at <= starts_at && starts_at < of.ends_at && ends_inside).copied();
    }
    first.stretches.iter().find(|of| of.starts_at <= starts_at && ends_at <= of.ends_at).copied()
}

/// The visits that leave no room for one more, or none.
pub(super) fn in_the_way(
    busy: &[Busy],
    wish: &Wish,
    starts_at: Millis,
    ends_at: Millis,
    hours_buffer: u16,
    capacity: u16,
) -> Vec<AppointmentId> {
    let mine = ends_at.plus_minutes(i64::from(wish.buffer_minutes) + i64::from(hours_buffer));
    let taken = |other: &Busy| (other.starts_at, other.ends_at.plus_minutes(i64::from(other.buffer_minutes) + i64::from(hours_buffer)));
    let others: Vec<&Busy> =
        busy.iter().filter(|other| other.is_boarding == wish.is_boarding && other.starts_at < mine && taken(other).1 > starts_at).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let is_one_service = wish.service_id.is_some() && others.iter().all(|other| other.service_id == wish.service_id);
    let room = usize::from(if is_one_service { capacity.max(wish.max_per_slot) } else { capacity });
    // The number of others only grows where one of them begins: it is enough to look there, and at the start.
    let moments = others.iter().map(|other| other.starts_at.max(starts_at));
    let most = moments.map(|at| others.iter().filter(|other| taken(other).0 <= at && at < taken(other).1).count()).max().unwrap_or(0);
    if most < room { Vec::new() } else { others.iter().map(|other| other.appointment_id).collect() }
}

/// The free times next to the one that was wanted: with the same colleague before others at the same distance.
pub fn nearest(slots: &[FreeSlot], wanted: &FreeSlot, count: usize) -> Vec<FreeSlot> {
    let mut near = slots.to_vec();
    near.sort_by_key(|slot| ((slot.starts_at.0 - wanted.starts_at.0).abs(), slot.staff_id != wanted.staff_id, slot.staff_id));
    near.truncate(count);
    near
}

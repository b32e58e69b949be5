//! Whether a visit stands in open time from its start to its end.

use std::cmp::Reverse;

use super::Wish;
use super::plan::Stretch;
use crate::{DAY, Millis};

/// What a visit is under while it lasts: of all the stretches that it runs through, the longest buffer and the least room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) buffer_minutes: u16,
    pub(super) max_per_slot: u16,
    /// Some of its time is kept for emergencies.
    pub(super) is_emergency_only: bool,
}

impl From<&Stretch> for Rules {
    fn from(stretch: &Stretch) -> Self {
        Self { buffer_minutes: stretch.buffer_minutes, max_per_slot: stretch.max_per_slot, is_emergency_only: stretch.is_emergency_only }
    }
}

impl Rules {
    fn and(self, stretch: &Stretch) -> Self {
        Self {
            buffer_minutes: self.buffer_minutes.max(stretch.buffer_minutes),
            max_per_slot: self.max_per_slot.min(stretch.max_per_slot),
            is_emergency_only: self.is_emergency_only || stretch.is_emergency_only,
        }
    }
}

/// The rules of a visit that begins in `first`, one of the `open` stretches; none where it does not stand in open time.
///
/// A visit may run from one stretch into the next where they touch: hours that go on after midnight are one night. A stay, which is
/// boarding or longer than a day, begins and ends in open time; nobody works through its nights.
pub(super) fn rules(open: &[Stretch], first: &Stretch, wish: &Wish, starts_at: Millis, ends_at: Millis) -> Option<Rules> {
    if wish.is_boarding || ends_at.0 - starts_at.0 > DAY {
        let ends_in = open.iter().filter(|of| of.starts_at <= ends_at && ends_at <= of.ends_at);
        // Where one stretch ends as another begins, the stay ends in the one that is for everybody.
        let is_end_kept = ends_in.map(|of| of.is_emergency_only).min()?;
        return Some(Rules { is_emergency_only: first.is_emergency_only || is_end_kept, ..Rules::from(first) });
    }
    let (mut rules, mut reached) = (Rules::from(first), first.ends_at);
    while reached < ends_at {
        let goes_on = open.iter().filter(|of| of.starts_at <= reached && reached < of.ends_at);
        // Where several go on, the one that lasts; hours that overlap are never partly for emergencies.
        let next = goes_on.max_by_key(|of| (of.ends_at, of.max_per_slot, Reverse(of.buffer_minutes)))?;
        rules = rules.and(next);
        reached = next.ends_at;
    }
    Some(rules)
}

//! One colleague's day: when they work, and when not.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::Colleague;
use crate::desk::{DayBounds, ScheduleOverride, WeeklyHours, WorkBlock, WorkBlockKind};
use crate::recurrence::Recurrence;
use crate::{DAY, MINUTE, Millis, OverrideKind, StaffId, WallTime, zone};

/// Hours for a day that an override opens and no weekly hours describe: every quarter of an hour, no buffer, one at a time.
const SLOT_MINUTES: u16 = 15;

/// A day, and how its wall clock maps to instants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) bounds: DayBounds,
    pub(super) zone: Tz,
    /// No change of the clock on this day: instants follow from minutes by addition.
    is_regular: bool,
}

impl Day {
    fn new(date: NaiveDate, zone: Tz) -> Self {
        let bounds = zone::day_bounds(date, zone);
        let offset = |at: Millis| chrono::Offset::fix(at.in_zone(zone).offset()).local_minus_utc();
        let is_regular = bounds.ends_at.0 - bounds.starts_at.0 == DAY && offset(bounds.starts_at) == offset(Millis(bounds.ends_at.0 - 1));
        Self { bounds, zone, is_regular }
    }

    /// The instant of a wall clock; none where it does not exist.
    pub(super) fn instant(&self, time: WallTime) -> Option<Millis> {
        if self.is_regular {
            return Some(self.bounds.starts_at.plus_minutes(i64::from(time.minutes())));
        }
        zone::instant(self.bounds.date, time, self.zone)
    }

    /// The instant at which a stretch begins or ends: where the wall clock does not exist, the first one after it that does.
    fn edge(&self, time: WallTime) -> Millis {
        let later = (time.minutes()..=1440).filter_map(WallTime::from_minutes);
        later.into_iter().find_map(|time| self.instant(time)).unwrap_or(self.bounds.ends_at)
    }
}

/// Some days, one after the other.
#[derive(Clone, Debug)]
pub struct Days {
    pub(super) days: Vec<Day>,
}

impl Days {
    pub(super) fn new(from: NaiveDate, count: u16, zone: Tz) -> Self {
        Self { days: from.iter_days().take(usize::from(count)).map(|date| Day::new(date, zone)).collect() }
    }

    /// Their bounds.
    pub fn bounds(&self) -> Vec<DayBounds> {
        self.days.iter().map(|day| day.bounds).collect()
    }

    /// The same days and `more` after them.
    pub(super) fn and_then_some(&self, more: usize) -> Self {
        let mut days = self.days.clone();
        if let Some(last) = self.days.last() {
            days.extend(last.bounds.date.iter_days().skip(1).take(more).map(|date| Day::new(date, last.zone)));
        }
        Self { days }
    }

    /// First and last.
    pub(super) fn range(&self) -> Option<(NaiveDate, NaiveDate)> {
        Some((self.days.first()?.bounds.date, self.days.last()?.bounds.date))
    }
}

/// A stretch of time in which visits can be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// From.
    pub starts_at: Millis,
    /// To.
    pub ends_at: Millis,
    /// Where on the wall the hours begin that it is of: free times are counted from there.
    pub anchor: WallTime,
    /// Every so many minutes from the anchor a free time may start.
    pub slot_minutes: u16,
    /// Minutes kept free after every visit.
    pub buffer_minutes: u16,
    /// Visits at the same time.
    pub max_per_slot: u16,
    /// For emergencies alone.
    pub is_emergency_only: bool,
}

/// One colleague's day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayPlan {
    /// Stretches that can be booked, by start. They overlap where hours were written down that do.
    pub stretches: Vec<Stretch>,
    /// Breaks inside the hours.
    pub breaks: Vec<(Millis, Millis)>,
    /// Time closed by an override, with its reason.
    pub closed: Vec<(Millis, Millis, Option<String>)>,
}

/// The overrides of a colleague with the days each of them falls on, worked out once for a range.
struct Overrides<'a>(Vec<Falling<'a>>);

/// An override with the days it falls on.
struct Falling<'a> {
    of: &'a ScheduleOverride,
    days: BTreeSet<NaiveDate>,
    /// It is for every day of a stretch, without a gap.
    is_for_days_on_end: bool,
}

impl<'a> Overrides<'a> {
    fn new(colleague: &'a Colleague, from: NaiveDate, to: NaiveDate) -> Self {
        Self(colleague.overrides.iter().map(|of| falling(of, from, to)).filter(|falling| !falling.days.is_empty()).collect())
    }

    /// Those that change the hours of a day, or open it. What is for days on end (other hours in summer) leaves the days off in between alone; only of who has
    /// no weekly hours at all is each of its days opened.
    fn opening(&self, date: NaiveDate, kind: OverrideKind, is_day_off: bool) -> impl Iterator<Item = &'a ScheduleOverride> {
        self.falling(date, kind).filter(move |falling| !(is_day_off && falling.is_for_days_on_end)).map(|falling| falling.of)
    }

    fn on(&self, date: NaiveDate, kind: OverrideKind) -> impl Iterator<Item = &'a ScheduleOverride> {
        self.falling(date, kind).map(|falling| falling.of)
    }

    fn falling(&self, date: NaiveDate, kind: OverrideKind) -> impl Iterator<Item = &Falling<'a>> {
        self.0.iter().filter(move |falling| falling.of.kind == kind && falling.days.contains(&date))
    }
}

fn falling(of: &ScheduleOverride, from: NaiveDate, to: NaiveDate) -> Falling<'_> {
    let once = || (from..=to).contains(&of.on_date).then_some(of.on_date).into_iter().collect();
    // A rule was checked when it was saved; one that another desk's newer version wrote still closes its first day.
    let rule = of.recurrence.as_deref().and_then(|rule| Recurrence::parse(rule).ok());
    let days = rule.as_ref().and_then(|rule| rule.days_between(of.on_date, from, to).ok());
    Falling {
        of,
        days: days.map_or_else(once, |days| days.into_iter().collect()),
        is_for_days_on_end: rule.is_some_and(|rule| rule.is_every_day()),
    }
}

/// One colleague's days, one plan for each. What recurs is worked out once for all of them.
pub fn plans(colleague: &Colleague, days: &Days) -> Vec<DayPlan> {
    let Some((from, to)) = days.range() else { return Vec::new() };
    let overrides = Overrides::new(colleague, from, to);
    days.days.iter().map(|day| plan(colleague, &overrides, day)).collect()
}

fn plan(colleague: &Colleague, overrides: &Overrides<'_>, day: &Day) -> DayPlan {
    let date = day.bounds.date;
    let weekly: Vec<&WeeklyHours> = colleague.hours.iter().filter(|hours| hours.holds_on(date)).collect();
    let mut plan = DayPlan::default();
    let is_day_off = weekly.is_empty() && colleague.hours.iter().any(|hours| hours.is_in_effect(date));
    let custom: Vec<_> = overrides.opening(date, OverrideKind::CustomHours, is_day_off).collect();
    if custom.is_empty() {
        plan.stretches = weekly.iter().map(|hours| stretch(day, hours.start, hours.end, Some(hours), false)).collect();
        // Whoever pauses is away, also where other hours of theirs overlap the pause.
        for pause in weekly.iter().flat_map(|hours| &hours.breaks) {
            let (from, to) = (day.edge(pause.start), day.edge(pause.end));
            plan.stretches = without(&plan.stretches, from, to);
            plan.breaks.push((from, to));
        }
    } else {
        for of in custom {
            let (start, end) = span(of);
            plan.stretches.push(stretch(day, start, end, weekly.first().copied(), false));
        }
    }
    for of in overrides.opening(date, OverrideKind::EmergencyOnly, is_day_off) {
        keep_for_emergencies(&mut plan, day, of, weekly.first().copied());
    }
    for of in overrides.on(date, OverrideKind::Unavailable) {
        let (start, end) = span(of);
        let (from, to) = (day.edge(start), day.edge(end));
        plan.stretches = without(&plan.stretches, from, to);
        plan.breaks.retain(|(start, end)| *end <= from || *start >= to);
        plan.closed.push((from, to, of.reason.clone()));
    }
    plan.stretches.retain(|stretch| stretch.starts_at < stretch.ends_at);
    plan.stretches.sort_by_key(|stretch| (stretch.starts_at, stretch.ends_at));
    plan
}

fn span(of: &ScheduleOverride) -> (WallTime, WallTime) {
    (of.start.unwrap_or(WallTime::MIDNIGHT), of.end.unwrap_or(WallTime::END_OF_DAY))
}

fn stretch(day: &Day, start: WallTime, end: WallTime, hours: Option<&WeeklyHours>, is_emergency_only: bool) -> Stretch {
    Stretch {
        starts_at: day.edge(start),
        ends_at: day.edge(end),
        anchor: start,
        slot_minutes: hours.map_or(SLOT_MINUTES, |hours| hours.slot_minutes.max(1)),
        buffer_minutes: hours.map_or(0, |hours| hours.buffer_minutes),
        max_per_slot: hours.map_or(1, |hours| hours.max_per_slot.max(1)),
        is_emergency_only,
    }
}

/// A whole day kept for emergencies keeps its hours, and is open for them from midnight to midnight where it has none; a part of a day is kept
/// whether or not there are hours.
fn keep_for_emergencies(plan: &mut DayPlan, day: &Day, of: &ScheduleOverride, hours: Option<&WeeklyHours>) {
    if of.start.is_none() && of.end.is_none() && !plan.stretches.is_empty() {
        plan.stretches.iter_mut().for_each(|stretch| stretch.is_emergency_only = true);
        return;
    }
    let (start, end) = span(of);
    let kept = stretch(day, start, end, hours, true);
    plan.stretches = without(&plan.stretches, kept.starts_at, kept.ends_at);
    plan.breaks.retain(|(from, to)| *to <= kept.starts_at || *from >= kept.ends_at);
    plan.stretches.push(kept);
}

/// The stretches with a piece cut out of them. A piece without length (a break in the hour that the clock skips) cuts nothing.
fn without(stretches: &[Stretch], from: Millis, to: Millis) -> Vec<Stretch> {
    if from >= to {
        return stretches.to_vec();
    }
    let pieces = stretches.iter().flat_map(|stretch| {
        let before = Stretch { ends_at: stretch.ends_at.min(from), ..*stretch };
        let after = Stretch { starts_at: stretch.starts_at.max(to), ..*stretch };
        [before, after]
    });
    pieces.filter(|piece| piece.starts_at < piece.ends_at).collect()
}

/// Working time and its exceptions as blocks, for shading.
pub fn work_blocks(colleague: &Colleague, days: &Days) -> Vec<WorkBlock> {
    plans(colleague, days).into_iter().flat_map(|plan| blocks(colleague.staff_id, plan)).collect()
}

fn blocks(staff_id: StaffId, plan: DayPlan) -> Vec<WorkBlock> {
    let block = |starts_at, ends_at, kind, reason| WorkBlock { staff_id, starts_at, ends_at, kind, reason };
    let open = plan.stretches.iter().map(|stretch| {
        let kind = if stretch.is_emergency_only { WorkBlockKind::EmergencyOnly } else { WorkBlockKind::Open };
        block(stretch.starts_at, stretch.ends_at, kind, None)
    });
    let breaks = plan.breaks.iter().map(|(from, to)| block(*from, *to, WorkBlockKind::Break, None));
    let closed = plan.closed.iter().map(|(from, to, reason)| block(*from, *to, WorkBlockKind::Closed, reason.clone()));
    open.chain(breaks).chain(closed).collect()
}

/// Minutes of bookable time of a day. Time that two of its stretches cover counts once.
pub fn open_minutes(plan: &DayPlan) -> u32 {
    let (mut minutes, mut reached) = (0, Millis(i64::MIN));
    for stretch in plan.stretches.iter().filter(|stretch| !stretch.is_emergency_only) {
        let from = stretch.starts_at.max(reached);
        minutes += (stretch.ends_at.0 - from.0).max(0) / MINUTE;
        reached = reached.max(stretch.ends_at);
    }
    u32::try_from(minutes).unwrap_or(0)
}

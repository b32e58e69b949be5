//! The availability engine against a slow, obvious one that asks of every minute what the wall says, around changes of the clock in both
//! hemispheres; and the failures that other calendars are known for.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

use chrono::{Days, NaiveDate, Timelike};
use chrono_tz::Tz;
use petrel_domain::availability::{Busy, Colleague, Fit, Window, Wish, days, free_slots, judge, nearest, open_minutes, plans};
use petrel_domain::desk::{Break, FreeSlot, ScheduleOverride, WeeklyHours};
use petrel_domain::{AppointmentId, Millis, OverrideKind, ServiceId, StaffId, WallTime, zone};
use proptest::prelude::*;
use uuid::Uuid;

/// Days on and around which the clock changes, or something stranger happens.
const CHANGES: &[(&str, &str)] = &[
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Europe/Madrid", "2026-03-29"),
    ("Europe/Madrid", "2026-10-25"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Sydney", "2026-10-04"),
    ("America/Santiago", "2026-09-06"),
    ("America/Santiago", "2026-04-05"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("Pacific/Apia", "2011-12-30"),
    ("Asia/Kathmandu", "2026-03-29"),
    ("Africa/Casablanca", "2026-02-15"),
    // Changes at midnight, forward and back, and into the day before.
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("Asia/Beirut", "2026-03-29"),
    ("America/Havana", "2026-03-08"),
    ("America/Havana", "2026-11-01"),
    ("America/Asuncion", "2024-10-06"),
    ("America/Nuuk", "2026-03-28"),
    ("America/Nuuk", "2026-10-24"),
    ("Antarctica/Troll", "2026-03-29"),
];

fn staff(n: u128) -> StaffId {
    StaffId(Uuid::from_u128(n))
}

fn wall(minutes: u16) -> WallTime {
    WallTime::from_minutes(minutes).unwrap()
}

fn hours(day: NaiveDate, start: u16, end: u16) -> WeeklyHours {
    WeeklyHours {
        id: None,
        staff_id: staff(1),
        day_of_week: zone::day_of_week(day),
        start: wall(start),
        end: wall(end),
        effective_from: "2000-01-01".parse().unwrap(),
        effective_until: None,
        slot_minutes: 15,
        buffer_minutes: 0,
        max_per_slot: 1,
        breaks: Vec::new(),
    }
}

fn wish(minutes: u16) -> Wish {
    Wish { duration_minutes: minutes, buffer_minutes: 0, service_id: None, max_per_slot: 1, is_boarding: false, is_emergency: false }
}

/// A day that is kept for emergencies, or a part of it.
fn reserve(on_date: NaiveDate, part: Option<(u16, u16)>) -> ScheduleOverride {
    ScheduleOverride {
        id: None,
        staff_id: staff(1),
        kind: OverrideKind::EmergencyOnly,
        on_date,
        start: part.map(|(start, _)| wall(start)),
        end: part.map(|(_, end)| wall(end)),
        reason: None,
        recurrence: None,
    }
}

fn always() -> Window {
    Window { from: Millis(i64::MIN), until: Millis(i64::MAX) }
}

/// The slow one.
mod slow {
    use std::collections::BTreeMap;

    use super::*;

    /// Every minute of a calendar day, with what the wall says.
    fn minutes(date: NaiveDate, zone: Tz) -> Vec<(Millis, u16)> {
        let noon = Millis::from(date.and_hms_opt(12, 0, 0).unwrap().and_utc());
        let around = (-36 * 60..36 * 60).map(|minute| noon.plus_minutes(minute));
        let on_day = around.map(|at| (at, at.in_zone(zone))).filter(|(_, local)| local.date_naive() == date);
        on_day.map(|(at, local)| (at, u16::try_from(local.hour() * 60 + local.minute()).unwrap())).collect()
    }

    /// The minutes between two wall clocks: from the first minute that shows `start` or later to the first that shows `end` or later.
    fn between(minutes: &[(Millis, u16)], start: WallTime, end: WallTime) -> Vec<Millis> {
        let first = |time: WallTime| minutes.iter().position(|(_, wall)| *wall >= time.minutes()).unwrap_or(minutes.len());
        minutes.get(first(start)..first(end)).unwrap_or_default().iter().map(|(at, _)| *at).collect()
    }

    /// Of a piece of hours: slot, buffer and room.
    type Rules = (u16, u16, u16);

    /// A piece of hours: its anchor, its rules, its minutes, and whether they are for emergencies.
    struct Piece {
        anchor: WallTime,
        rules: Rules,
        open: BTreeMap<Millis, bool>,
    }

    impl Piece {
        fn new(anchor: WallTime, rules: Rules, minutes: Vec<Millis>) -> Self {
            Self { anchor, rules, open: minutes.into_iter().map(|at| (at, false)).collect() }
        }

        /// How long it goes on from a minute without a gap.
        fn lasts_from(&self, at: Millis) -> i64 {
            (0..).take_while(|minute| self.open.contains_key(&at.plus_minutes(*minute))).count().try_into().unwrap()
        }
    }

    fn pieces(colleague: &Colleague, date: NaiveDate, zone: Tz) -> Vec<Piece> {
        let minutes = minutes(date, zone);
        let weekly: Vec<_> = colleague.hours.iter().filter(|hours| hours.day_of_week == zone::day_of_week(date)).collect();
        let rules =
            |hours: Option<&&WeeklyHours>| hours.map_or((15, 0, 1), |hours| (hours.slot_minutes, hours.buffer_minutes, hours.max_per_slot));
        let on_day = |kind| colleague.overrides.iter().filter(move |of| of.kind == kind && of.on_date == date);
        let span = |of: &ScheduleOverride| between(&minutes, of.start.unwrap_or(wall(0)), of.end.unwrap_or(wall(1440)));
        let mut pieces: Vec<Piece> = Vec::new();
        if on_day(OverrideKind::CustomHours).count() == 0 {
            for hours in &weekly {
                let mut open = between(&minutes, hours.start, hours.end);
                for pause in weekly.iter().flat_map(|hours| &hours.breaks) {
                    let paused = between(&minutes, pause.start, pause.end);
                    open.retain(|at| !paused.contains(at));
                }
                pieces.push(Piece::new(hours.start, rules(Some(hours)), open));
            }
        }
        for of in on_day(OverrideKind::CustomHours) {
            pieces.push(Piece::new(of.start.unwrap_or(wall(0)), rules(weekly.first()), span(of)));
        }
        for of in on_day(OverrideKind::EmergencyOnly) {
            let has_hours = pieces.iter().any(|piece| !piece.open.is_empty());
            if of.start.is_none() && of.end.is_none() && has_hours {
                pieces.iter_mut().for_each(|piece| piece.open.values_mut().for_each(|is_emergency_only| *is_emergency_only = true));
            } else {
                let mut kept = Piece::new(of.start.unwrap_or(wall(0)), rules(weekly.first()), span(of));
                pieces.iter_mut().for_each(|piece| piece.open.retain(|at, _| !kept.open.contains_key(at)));
                kept.open.values_mut().for_each(|is_emergency_only| *is_emergency_only = true);
                pieces.push(kept);
            }
        }
        for of in on_day(OverrideKind::Unavailable) {
            let closed = span(of);
            pieces.iter_mut().for_each(|piece| piece.open.retain(|at, _| !closed.contains(at)));
        }
        pieces
    }

    fn has_room(busy: &[Busy], wish: &Wish, at: Millis, buffer: u16, room: u16) -> bool {
        let buffer = i64::from(buffer);
        let mine = i64::from(wish.duration_minutes) + i64::from(wish.buffer_minutes) + buffer;
        let covers = |other: &Busy, minute: Millis| {
            other.starts_at <= minute && minute < other.ends_at.plus_minutes(i64::from(other.buffer_minutes) + buffer)
        };
        let my_minutes: Vec<Millis> = (0..mine).map(|minute| at.plus_minutes(minute)).collect();
        let others: Vec<&Busy> = busy.iter().filter(|other| my_minutes.iter().any(|minute| covers(other, *minute))).collect();
        let is_one_service = wish.service_id.is_some() && others.iter().all(|other| other.service_id == wish.service_id);
        let room = if is_one_service { room.max(wish.max_per_slot) } else { room };
        my_minutes.iter().all(|minute| others.iter().filter(|other| covers(other, *minute)).count() < usize::from(room))
    }

    /// Walks through a visit minute by minute, in the piece it begins in for as long as that goes on, then in another that goes on there.
    /// Answers with the longest buffer and the least room on the way.
    fn walk(all: &[Piece], first: &Piece, wish: &Wish, at: Millis) -> Option<(u16, u16)> {
        let (mut piece, mut buffer, mut room) = (first, first.rules.1, first.rules.2);
        for minute in (0..i64::from(wish.duration_minutes)).map(|minute| at.plus_minutes(minute)) {
            if !piece.open.contains_key(&minute) {
                let goes_on = all.iter().filter(|piece| piece.open.contains_key(&minute));
                piece = goes_on.max_by_key(|piece| (piece.lasts_from(minute), piece.rules.2, std::cmp::Reverse(piece.rules.1)))?;
                (buffer, room) = (buffer.max(piece.rules.1), room.min(piece.rules.2));
            }
            if piece.open[&minute] && !wish.is_emergency {
                return None;
            }
        }
        Some((buffer, room))
    }

    pub fn free(colleague: &Colleague, busy: &[Busy], wish: &Wish, date: NaiveDate, zone: Tz) -> Vec<Millis> {
        let mut free = Vec::new();
        let minutes = minutes(date, zone);
        let today = pieces(colleague, date, zone).len();
        let all: Vec<Piece> = (0..3).flat_map(|day| pieces(colleague, date + Days::new(day), zone)).collect();
        for first in &all[..today] {
            for minute in (first.anchor.minutes()..1440).step_by(usize::from(first.rules.0)) {
                let Some(at) = minutes.iter().find(|(_, wall)| *wall == minute).map(|(at, _)| *at) else { continue };
                let walked = first.open.contains_key(&at).then(|| walk(&all, first, wish, at)).flatten();
                if walked.is_some_and(|(buffer, room)| has_room(busy, wish, at, buffer, room)) {
                    free.push(at);
                }
            }
        }
        free.sort_unstable();
        free.dedup();
        free
    }
}

prop_compose! {
    fn some_hours(day: NaiveDate)(start in prop::sample::select((0u16..22).chain([0; 6]).collect::<Vec<_>>()), length in prop::sample::select((1u16..12).chain([24; 6]).collect::<Vec<_>>()), slot in prop::sample::select(vec![10u16, 15, 30, 45]), buffer in prop::sample::select(vec![0u16, 5, 10]),
        room in 1u16..3, pause in prop::option::of((0u16..10, 1u16..3))) -> WeeklyHours {
        let (from, to) = (start * 60, (start * 60 + length * 60).min(1440));
        let breaks = pause.map(|(after, length)| Break { start: wall((from + after * 30).min(to)), end: wall((from + after * 30 + length * 30).min(to)) });
        WeeklyHours { slot_minutes: slot, buffer_minutes: buffer, max_per_slot: room, breaks: breaks.into_iter().filter(|pause| pause.start < pause.end).collect(), ..hours(day, from, to) }
    }
}

prop_compose! {
    fn some_override(day: NaiveDate)(kind in prop::sample::select(OverrideKind::ALL.to_vec()), part in prop::option::of((0u16..40, 1u16..16))) -> ScheduleOverride {
        let (start, end) = part.map_or((None, None), |(from, length)| (Some(wall(from * 30)), Some(wall((from * 30 + length * 30).min(1440)))));
        // Custom hours always say which.
        let (start, end) = if kind == OverrideKind::CustomHours { (start.or(Some(wall(60))), end.or(Some(wall(240)))) } else { (start, end) };
        ScheduleOverride { id: None, staff_id: staff(1), kind, on_date: day, start, end, reason: None, recurrence: None }
    }
}

prop_compose! {
    fn some_busy(day_start: i64)(visits in prop::collection::vec((0i64..100, 1i64..8, 0u16..3, prop::option::of(0u128..2)), 0..8)) -> Vec<Busy> {
        let mut busy: Vec<Busy> = visits.into_iter().enumerate().map(|(n, (quarter, length, buffer, service))| {
            let starts_at = Millis(day_start).plus_minutes(quarter * 15);
            Busy { appointment_id: AppointmentId(Uuid::from_u128(n as u128)), starts_at, ends_at: starts_at.plus_minutes(length * 15), buffer_minutes: buffer * 5,
                service_id: service.map(|n| ServiceId(Uuid::from_u128(n))), is_boarding: false }
        }).collect();
        busy.sort_by_key(|visit| visit.starts_at);
        busy
    }
}

#[derive(Clone, Debug)]
struct Case {
    zone: Tz,
    date: NaiveDate,
    colleague: Colleague,
    busy: Vec<Busy>,
    wish: Wish,
}

fn case() -> impl Strategy<Value = Case> {
    let day = (prop::sample::select(CHANGES.to_vec()), -1i64..2).prop_map(|((name, date), shift)| {
        let date: NaiveDate = date.parse().unwrap();
        (name.parse::<Tz>().unwrap(), date + chrono::TimeDelta::days(shift))
    });
    day.prop_flat_map(|(zone, date)| {
        let parts = (
            // Of this day and the next, so that nights go on.
            (prop::collection::vec(some_hours(date), 0..3), prop::collection::vec(some_hours(date + Days::new(1)), 0..3))
                .prop_map(|(today, tomorrow)| [today, tomorrow].concat()),
            prop::collection::vec((0u64..2).prop_flat_map(move |later| some_override(date + Days::new(later))), 0..3),
            some_busy(zone::day_start(date, zone).0),
            (prop::sample::select(vec![15u16, 30, 40, 90, 400]), 0u16..3, prop::option::of(0u128..2), 1u16..4, any::<bool>()),
        );
        parts.prop_map(move |(hours, overrides, busy, (duration_minutes, buffer, service, max_per_slot, is_emergency))| Case {
            zone,
            date,
            colleague: Colleague { staff_id: staff(1), hours, overrides },
            busy,
            wish: Wish {
                duration_minutes,
                buffer_minutes: buffer * 5,
                service_id: service.map(|n| ServiceId(Uuid::from_u128(n))),
                max_per_slot,
                is_boarding: false,
                is_emergency,
            },
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_engine_says_what_the_slow_one_says_and_of_that_what_begins_in_a_window(case in case(), from in 0i64..1600, length in 0i64..1600) {
        let free = |window: &Window| -> Vec<Millis> {
            free_slots(&[(&case.colleague, &case.busy)], &days(case.date, 1, case.zone), &case.wish, window).iter().map(|slot| slot.starts_at).collect()
        };
        let mut slow = slow::free(&case.colleague, &case.busy, &case.wish, case.date, case.zone);
        prop_assert_eq!(free(&always()), slow.clone());
        let day = zone::day_start(case.date, case.zone);
        let window = Window { from: day.plus_minutes(from), until: day.plus_minutes(from + length) };
        slow.retain(|at| window.from <= *at && *at < window.until);
        prop_assert_eq!(free(&window), slow);
    }

    #[test]
    fn a_time_that_is_called_free_is_judged_free_until_it_is_full(case in case()) {
        let free = free_slots(&[(&case.colleague, &case.busy)], &days(case.date, 1, case.zone), &case.wish, &always());
        for slot in free.iter().step_by(7) {
            let judged = |busy: &[Busy]| judge(&case.colleague, busy, &case.wish, slot.starts_at, slot.ends_at, case.zone);
            prop_assert_eq!(judged(&case.busy), Fit::Free);
            // Booked again and again, it is full sooner or later, and never takes more than hours or service allow.
            let most = case.colleague.hours.iter().map(|hours| hours.max_per_slot).max().unwrap_or(1).max(case.wish.max_per_slot);
            let mut busy = case.busy.clone();
            for n in 0..most {
                let id = AppointmentId(Uuid::from_u128(1000 + u128::from(n)));
                busy.push(Busy { appointment_id: id, starts_at: slot.starts_at, ends_at: slot.ends_at, buffer_minutes: case.wish.buffer_minutes,
                    service_id: case.wish.service_id, is_boarding: false });
            }
            let is_full = matches!(judged(&busy), Fit::Taken { .. });
            prop_assert!(is_full);
        }
    }

    #[test]
    fn a_stay_that_is_called_free_is_judged_free(case in case(), nights in 0u16..4, taken in prop::collection::vec((0i64..6, 1i64..4), 0..4)) {
        let wish = Wish { is_boarding: true, duration_minutes: nights * 1440 + 300, ..case.wish };
        let start = zone::day_start(case.date, case.zone);
        let mut busy: Vec<Busy> = taken.into_iter().zip(100..).map(|((from, length), n)| Busy {
            is_boarding: true, service_id: None, ..busy(n, start.plus_minutes(from * 1440 + 600), length * 1440, None)
        }).collect();
        busy.sort_by_key(|stay| stay.starts_at);
        for slot in free_slots(&[(&case.colleague, &busy)], &days(case.date, 2, case.zone), &wish, &always()) {
            prop_assert_eq!(judge(&case.colleague, &busy, &wish, slot.starts_at, slot.ends_at, case.zone), Fit::Free);
        }
    }

    #[test]
    fn many_days_say_what_each_day_says(case in case()) {
        let from = case.date - Days::new(3);
        let many = free_slots(&[(&case.colleague, &case.busy)], &days(from, 7, case.zone), &case.wish, &always());
        let each: Vec<FreeSlot> = (0..7).flat_map(|n| free_slots(&[(&case.colleague, &case.busy)], &days(from + Days::new(n), 1, case.zone), &case.wish, &always())).collect();
        prop_assert_eq!(many, each);
    }
}

fn one_day(colleague: &Colleague, busy: &[Busy], wish: &Wish, date: &str, zone: Tz) -> Vec<String> {
    let slots = free_slots(&[(colleague, busy)], &days(date.parse().unwrap(), 1, zone), wish, &always());
    slots.iter().map(|slot| zone::wall_time(slot.starts_at, zone).to_string()).collect()
}

/// Working hours shift by an hour after the clock changes (Cal.com 4702, Easy!Appointments 910).
#[test]
fn hours_keep_their_wall_clock_after_the_clock_changes() {
    let zone: Tz = "Europe/Madrid".parse().unwrap();
    for date in ["2026-03-27", "2026-03-30", "2026-10-23", "2026-10-26"] {
        let colleague = Colleague { staff_id: staff(1), hours: vec![hours(date.parse().unwrap(), 540, 600)], overrides: Vec::new() };
        assert_eq!(one_day(&colleague, &[], &wish(30), date, zone), ["09:00", "09:15", "09:30"], "{date}");
    }
}

/// The slots of the hour that is skipped do not exist; those of the hour that comes twice exist once.
#[test]
fn the_night_of_the_change() {
    let zone: Tz = "America/New_York".parse().unwrap();
    let at_night = |date: &str| {
        let night = WeeklyHours { slot_minutes: 30, ..hours(date.parse().unwrap(), 60, 240) };
        one_day(&Colleague { staff_id: staff(1), hours: vec![night], overrides: Vec::new() }, &[], &wish(30), date, zone)
    };
    assert_eq!(at_night("2026-03-08"), ["01:00", "01:30", "03:00", "03:30"]);
    assert_eq!(at_night("2026-11-01"), ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]);
}

fn busy(n: u128, starts_at: Millis, minutes: i64, service: Option<u128>) -> Busy {
    Busy {
        appointment_id: AppointmentId(Uuid::from_u128(n)),
        starts_at,
        ends_at: starts_at.plus_minutes(minutes),
        buffer_minutes: 0,
        service_id: service.map(|n| ServiceId(Uuid::from_u128(n))),
        is_boarding: false,
    }
}

/// Two bookings in one slot (Easy!Appointments 1783), and several attendants (871).
#[test]
fn a_slot_takes_as_many_as_it_may_and_no_more() {
    let zone = chrono_tz::UTC;
    let date: NaiveDate = "2026-06-01".parse().unwrap();
    let nine = zone::instant(date, wall(540), zone).unwrap();
    let colleague = Colleague { staff_id: staff(1), hours: vec![hours(date, 540, 720)], overrides: Vec::new() };
    let judged = |busy: &[Busy], wish: &Wish| judge(&colleague, busy, wish, nine, nine.plus_minutes(30), zone);
    assert_eq!(judged(&[], &wish(30)), Fit::Free);
    assert_eq!(judged(&[busy(1, nine.plus_minutes(-15), 30, None)], &wish(30)), Fit::Taken { by: vec![AppointmentId(Uuid::from_u128(1))] });
    assert_eq!(judged(&[busy(1, nine.plus_minutes(30), 30, None)], &wish(30)), Fit::Free, "the next one begins as this one ends");
    let class = Wish { service_id: Some(ServiceId(Uuid::from_u128(7))), max_per_slot: 3, ..wish(30) };
    let puppies = |count: u128| (0..count).map(|n| busy(n, nine, 30, Some(7))).collect::<Vec<_>>();
    assert_eq!(judged(&puppies(2), &class), Fit::Free, "a class of three has room for the third");
    assert!(matches!(judged(&puppies(3), &class), Fit::Taken { .. }));
    let mixed = [busy(1, nine, 30, Some(7)), busy(2, nine, 30, Some(8))];
    assert!(matches!(judged(&mixed, &class), Fit::Taken { .. }), "another service does not share the class's time");
}

/// "Any provider" (Easy!Appointments 845): one colleague's visit takes nobody else's time.
#[test]
fn anyone_who_is_free_is_offered() {
    let zone = chrono_tz::UTC;
    let date: NaiveDate = "2026-06-01".parse().unwrap();
    let nine = zone::instant(date, wall(540), zone).unwrap();
    let colleague = |n| Colleague {
        staff_id: staff(n),
        hours: vec![WeeklyHours { staff_id: staff(n), ..hours(date, 540, 570) }],
        overrides: Vec::new(),
    };
    let (ana, bo) = (colleague(1), colleague(2));
    let taken = [busy(1, nine, 30, None)];
    let free = free_slots(&[(&ana, &taken), (&bo, &[])], &days(date, 1, zone), &wish(30), &always());
    assert_eq!(free.iter().map(|slot| slot.staff_id).collect::<Vec<_>>(), [staff(2)]);
}

#[test]
fn overrides_close_open_and_keep_for_emergencies_also_by_rule() {
    let zone = chrono_tz::UTC;
    let date: NaiveDate = "2026-06-05".parse().unwrap();
    let of = |kind, start: Option<u16>, end: Option<u16>| ScheduleOverride {
        id: None,
        staff_id: staff(1),
        kind,
        on_date: "2026-05-01".parse().unwrap(),
        start: start.map(wall),
        end: end.map(wall),
        reason: None,
        recurrence: Some("FREQ=WEEKLY;BYDAY=FR".into()),
    };
    let free = |overrides: Vec<ScheduleOverride>, wish: &Wish| {
        let colleague = Colleague { staff_id: staff(1), hours: vec![WeeklyHours { slot_minutes: 60, ..hours(date, 540, 720) }], overrides };
        one_day(&colleague, &[], wish, "2026-06-05", zone)
    };
    let emergency = Wish { is_emergency: true, ..wish(60) };
    assert_eq!(free(vec![of(OverrideKind::Unavailable, None, None)], &emergency), Vec::<String>::new());
    assert_eq!(free(vec![of(OverrideKind::Unavailable, Some(600), Some(660))], &wish(60)), ["09:00", "11:00"]);
    assert_eq!(free(vec![of(OverrideKind::CustomHours, Some(840), Some(900))], &wish(60)), ["14:00"]);
    assert_eq!(free(vec![of(OverrideKind::EmergencyOnly, None, None)], &wish(60)), Vec::<String>::new());
    assert_eq!(free(vec![of(OverrideKind::EmergencyOnly, Some(600), Some(660))], &emergency), ["09:00", "10:00", "11:00"]);
}

/// Somebody is on call on a day on which nobody works.
#[test]
fn a_day_without_hours_that_is_kept_for_emergencies_is_open_for_them() {
    let zone = chrono_tz::UTC;
    let of = reserve("2026-06-07".parse().unwrap(), None);
    let colleague = Colleague { staff_id: staff(1), hours: vec![hours("2026-06-05".parse().unwrap(), 540, 720)], overrides: vec![of] };
    let free = |wish: &Wish| one_day(&colleague, &[], wish, "2026-06-07", zone);
    assert_eq!(free(&wish(60)), Vec::<String>::new());
    let all_day = free(&Wish { is_emergency: true, ..wish(60) });
    assert_eq!((all_day.len(), all_day[0].as_str(), all_day[all_day.len() - 1].as_str()), (93, "00:00", "23:00"));
}

/// Two weeks of other hours are one rule: each of its days, the last one too, has them by the wall clock, whatever the clock does meanwhile.
#[test]
fn an_override_of_a_range_of_days_holds_on_each_of_them_over_the_change_of_the_clock() {
    let zone: Tz = "Europe/Madrid".parse().unwrap();
    let of = |kind, part: Option<(u16, u16)>| ScheduleOverride {
        id: None,
        staff_id: staff(1),
        kind,
        on_date: "2026-10-19".parse().unwrap(),
        start: part.map(|(start, _)| wall(start)),
        end: part.map(|(_, end)| wall(end)),
        reason: None,
        recurrence: Some("FREQ=DAILY;UNTIL=20261030".into()),
    };
    let all_days = || (0..7).map(|n| hours("2026-10-12".parse::<NaiveDate>().unwrap() + Days::new(n), 540, 600)).collect::<Vec<_>>();
    let on = |of: ScheduleOverride, date: &str| {
        one_day(&Colleague { staff_id: staff(1), hours: all_days(), overrides: vec![of] }, &[], &wish(60), date, zone)
    };
    for (date, is_in) in [
        ("2026-10-18", false),
        ("2026-10-19", true),
        ("2026-10-25", true),
        ("2026-10-26", true),
        ("2026-10-30", true),
        ("2026-10-31", false),
    ] {
        assert_eq!(on(of(OverrideKind::Unavailable, None), date).is_empty(), is_in, "{date}");
        let wanted = if is_in { ["14:00"] } else { ["09:00"] };
        assert_eq!(on(of(OverrideKind::CustomHours, Some((840, 900))), date), wanted, "{date}");
    }
}

#[test]
fn buffers_keep_time_free_after_a_visit_on_both_sides() {
    let zone = chrono_tz::UTC;
    let date: NaiveDate = "2026-06-01".parse().unwrap();
    let ten = zone::instant(date, wall(600), zone).unwrap();
    let colleague =
        Colleague { staff_id: staff(1), hours: vec![WeeklyHours { buffer_minutes: 5, ..hours(date, 540, 690) }], overrides: Vec::new() };
    let other = Busy { buffer_minutes: 10, ..busy(1, ten, 30, None) };
    // 10:00–10:30 and fifteen minutes after it; a visit before it must be over, with five minutes of its own, by ten.
    assert_eq!(one_day(&colleague, &[other], &wish(30), "2026-06-01", zone), ["09:00", "09:15", "10:45", "11:00"]);
}

#[test]
fn boarding_runs_over_nights_and_beside_visits() {
    let zone: Tz = "Europe/Madrid".parse().unwrap();
    let monday: NaiveDate = "2026-06-01".parse().unwrap();
    let all_days: Vec<WeeklyHours> = (0..7).map(|n| hours(monday + Days::new(n), 540, 1080)).collect();
    let colleague = Colleague { staff_id: staff(1), hours: all_days, overrides: Vec::new() };
    let ten = zone::instant(monday, wall(600), zone).unwrap();
    let stay = Wish { is_boarding: true, duration_minutes: 3 * 1440, ..wish(0) };
    let visit = busy(1, ten, 30, None);
    assert_eq!(judge(&colleague, &[visit], &stay, ten, ten.plus_minutes(3 * 1440), zone), Fit::Free);
    assert_eq!(judge(&colleague, &[], &stay, ten, ten.plus_minutes(3 * 1440 + 12 * 60), zone), Fit::OutsideHours, "it would end at night");
    let reserve = reserve(monday + Days::new(3), Some((540, 660)));
    let colleague = Colleague { overrides: vec![reserve], ..colleague };
    let until = |minutes: i64| judge(&colleague, &[], &stay, ten, ten.plus_minutes(3 * 1440 + minutes), zone);
    assert_eq!(until(0), Fit::EmergencyOnly, "it would end in time kept for emergencies");
    assert_eq!(until(60), Fit::Free, "that time is over as it ends");
    let urgent = Wish { is_emergency: true, ..stay };
    assert_eq!(judge(&colleague, &[], &urgent, ten, ten.plus_minutes(3 * 1440), zone), Fit::Free);
}

/// A clinic boards dogs and cats in rooms of their own.
#[test]
fn stays_of_two_services_are_not_in_each_others_way() {
    let zone = chrono_tz::UTC;
    let monday: NaiveDate = "2026-06-01".parse().unwrap();
    let all_days: Vec<WeeklyHours> = (0..7).map(|n| hours(monday + Days::new(n), 540, 1080)).collect();
    let colleague = Colleague { staff_id: staff(1), hours: all_days, overrides: Vec::new() };
    let ten = zone::instant(monday, wall(600), zone).unwrap();
    let dogs = Wish { is_boarding: true, duration_minutes: 1440, service_id: Some(ServiceId(Uuid::from_u128(1))), ..wish(0) };
    let stay = |service| Busy { is_boarding: true, ..busy(9, ten, 2880, Some(service)) };
    let judged = |other: Busy| judge(&colleague, &[other], &dogs, ten, ten.plus_minutes(1440), zone);
    assert_eq!(judged(stay(2)), Fit::Free);
    assert!(matches!(judged(stay(1)), Fit::Taken { .. }), "there is one room for dogs");
    let free = |other| free_slots(&[(&colleague, &[other])], &days(monday, 1, zone), &dogs, &always()).len();
    assert!(free(stay(2)) > free(stay(1)));
}

/// An emergency clinic is open all night: midnight is no wall.
#[test]
fn a_visit_runs_over_midnight_where_the_hours_go_on() {
    let zone: Tz = "America/Santiago".parse().unwrap();
    // The clock is set forward at midnight: the Sunday begins at one.
    let (saturday, sunday) = ("2026-09-05".parse().unwrap(), "2026-09-06".parse().unwrap());
    let late = WeeklyHours { slot_minutes: 30, ..hours(saturday, 22 * 60, 1440) };
    let night = Colleague { staff_id: staff(1), hours: vec![late.clone(), hours(sunday, 0, 480)], overrides: Vec::new() };
    assert_eq!(one_day(&night, &[], &wish(90), "2026-09-05", zone), ["22:00", "22:30", "23:00", "23:30"]);
    let evening = Colleague { hours: vec![late], ..night.clone() };
    assert_eq!(one_day(&evening, &[], &wish(90), "2026-09-05", zone), ["22:00", "22:30"]);
    let start = zone::instant(saturday, wall(23 * 60 + 30), zone).unwrap();
    let fit = |colleague: &Colleague| judge(colleague, &[], &wish(60), start, start.plus_minutes(60), zone);
    assert_eq!(fit(&night), Fit::Free);
    assert_eq!(fit(&evening), Fit::OutsideHours);
    let reserve = reserve(sunday, None);
    assert_eq!(fit(&Colleague { overrides: vec![reserve], ..night }), Fit::EmergencyOnly, "it would end in time kept for emergencies");
}

/// Room is that of the tighter hours, and the buffer the longer one, where a visit runs from some into others.
#[test]
fn a_visit_that_runs_from_some_hours_into_others_is_under_the_rules_of_both() {
    let zone = chrono_tz::UTC;
    let date: NaiveDate = "2026-06-01".parse().unwrap();
    let noon = zone::instant(date, wall(720), zone).unwrap();
    let of_two = WeeklyHours { max_per_slot: 2, ..hours(date, 540, 720) };
    let colleague = Colleague { staff_id: staff(1), hours: vec![of_two, hours(date, 720, 900)], overrides: Vec::new() };
    let taken = [busy(1, noon, 30, None)];
    let judged = |from: i64| judge(&colleague, &taken, &wish(30), noon.plus_minutes(from), noon.plus_minutes(from + 30), zone);
    assert_eq!(judged(-30), Fit::Free);
    assert!(matches!(judged(-15), Fit::Taken { .. }));
    assert_eq!(open_minutes(&plans(&colleague, &days(date, 1, zone))[0]), 6 * 60);
    let tidy = WeeklyHours { buffer_minutes: 20, ..hours(date, 720, 900) };
    let colleague = Colleague { hours: vec![hours(date, 540, 720), tidy], ..colleague };
    let after = [busy(1, noon.plus_minutes(30), 30, None)];
    let judged = |from: i64| judge(&colleague, &after, &wish(30), noon.plus_minutes(from), noon.plus_minutes(from + 30), zone);
    assert_eq!(judged(-30), Fit::Free);
    assert!(matches!(judged(-15), Fit::Taken { .. }), "twenty minutes are kept free after it");
}

/// Stays that begin after the days that are asked for stand in the way of one that reaches there.
#[test]
fn a_stay_that_would_run_into_a_later_one_is_not_offered() {
    let zone = chrono_tz::UTC;
    let monday: NaiveDate = "2026-06-01".parse().unwrap();
    let all_days: Vec<WeeklyHours> = (0..7).map(|n| WeeklyHours { slot_minutes: 60, ..hours(monday + Days::new(n), 540, 660) }).collect();
    let colleague = Colleague { staff_id: staff(1), hours: all_days, overrides: Vec::new() };
    let thursday = zone::instant(monday + Days::new(3), wall(540), zone).unwrap();
    let later = Busy { is_boarding: true, ..busy(1, thursday, 1440, None) };
    let stay = |nights: u16| Wish { is_boarding: true, duration_minutes: nights * 1440, ..wish(0) };
    assert_eq!(one_day(&colleague, &[later], &stay(4), "2026-06-01", zone), Vec::<String>::new());
    assert_eq!(one_day(&colleague, &[later], &stay(3), "2026-06-01", zone), ["09:00"]);
    assert_eq!(one_day(&colleague, &[later], &stay(2), "2026-06-01", zone), ["09:00", "10:00"]);
}

#[test]
fn the_nearest_times_prefer_the_same_colleague() {
    let slot = |n, minutes: i64| FreeSlot {
        staff_id: staff(n),
        starts_at: Millis(0).plus_minutes(minutes),
        ends_at: Millis(0).plus_minutes(minutes + 30),
    };
    let near = nearest(&[slot(2, 30), slot(1, -30), slot(1, 90), slot(2, 0)], &slot(1, 0), 3);
    assert_eq!(near, [slot(2, 0), slot(1, -30), slot(2, 30)]);
}

//! Which backups are kept: the newest of each of the last 24 hours, 14 days, 8 weeks and 12 months that have one.
//!
//! By a clock that went wrong some lie in what is to come. They stand on a ladder of their own: those of a clock that was ahead would hold the rungs of
//! what is made from then on, and those of the right clock would hang by one rung where it was set back.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Utc};
use petrel_domain::Millis;

type Rung = (usize, fn(DateTime<Utc>) -> i64);

/// How many of which stretch of time.
const RUNGS: [Rung; 4] = [
    (24, |at| at.timestamp().div_euclid(3600)),
    (14, |at| i64::from(at.num_days_from_ce())),
    // Weeks begin on Monday, as ISO 8601 has them.
    (8, |at| i64::from(at.iso_week().year()) * 100 + i64::from(at.iso_week().week())),
    (12, |at| i64::from(at.year()) * 12 + i64::from(at.month0())),
];

/// Those that are kept.
pub(super) fn kept(made_at: &[Millis], now: Millis) -> BTreeSet<Millis> {
    let (past, to_come): (Vec<Millis>, Vec<Millis>) = made_at.iter().copied().partition(|at| *at <= now);
    [past, to_come].into_iter().flat_map(of_one_ladder).collect()
}

fn of_one_ladder(mut newest_first: Vec<Millis>) -> BTreeSet<Millis> {
    newest_first.sort_by_key(|at| std::cmp::Reverse(*at));
    let mut kept = BTreeSet::new();
    for (count, stretch) in RUNGS {
        let mut seen = BTreeSet::new();
        let firsts = newest_first.iter().filter(|at| seen.insert(stretch(at.utc())));
        kept.extend(firsts.take(count).copied());
    }
    kept
}

#[cfg(test)]
mod tests {
    use petrel_domain::MINUTE;

    use super::*;

    const START: i64 = 1_790_000_000_000;

    #[test]
    fn after_two_years_of_hourly_backups_the_ladder_stands() {
        let mut made: BTreeSet<Millis> = BTreeSet::new();
        for hour in 0..(2 * 365 * 24) {
            made.insert(Millis(START).plus_minutes(hour * 60));
            made = kept(&made.into_iter().collect::<Vec<_>>(), Millis(START).plus_minutes(hour * 60));
        }
        let newest = made.last().unwrap().0;
        let within = |minutes: i64| made.iter().filter(|at| newest - at.0 < minutes * MINUTE).count();
        assert_eq!(within(24 * 60), 24);
        assert!((24 + 12..=24 + 14).contains(&within(14 * 24 * 60)), "{}", within(14 * 24 * 60));
        assert!((48..=58).contains(&made.len()), "{}", made.len());
        let oldest = newest - made.first().unwrap().0;
        assert!(oldest > 300 * 24 * 60 * MINUTE && oldest < 370 * 24 * 60 * MINUTE, "the last of each of twelve months back, not more");
    }

    #[test]
    fn the_only_one_is_kept_and_the_newest_always() {
        assert_eq!(kept(&[Millis(START)], Millis(START)).len(), 1);
        let minutes: Vec<_> = (0..60).map(|minute| Millis(START).plus_minutes(minute)).collect();
        assert!(kept(&minutes, minutes[59]).contains(&minutes[59]));
        assert!(kept(&minutes, minutes[59]).len() <= 2);
    }

    #[test]
    fn a_clinic_that_was_closed_for_months_keeps_what_it_has() {
        let rare: Vec<_> = (0..5).map(|month| Millis(START).plus_minutes(month * 40 * 24 * 60)).collect();
        assert_eq!(kept(&rare, rare[4]).len(), 5);
    }

    #[test]
    fn what_a_clock_made_that_was_ahead_takes_no_rungs() {
        let hours = |from: i64| (0..30).map(|hour| Millis(START).plus_minutes((from + hour) * 60)).collect::<Vec<_>>();
        let (now, ahead) = (hours(0), hours(365 * 24));
        let kept = kept(&[ahead.clone(), now.clone()].concat(), now[29]);
        assert!(now[6..].iter().all(|at| kept.contains(at)), "the last day is whole");
        assert!(kept.contains(&ahead[29]), "the newest is never let go");
    }

    #[test]
    fn a_clock_that_was_set_back_lets_go_of_nothing_that_the_right_one_kept() {
        let all: Vec<_> = (0..1000).map(|hour| Millis(START).plus_minutes(hour * 60)).collect();
        let right = kept(&all, all[999]);
        let long_ago = Millis(0);
        let with_wrong: Vec<_> = right.iter().copied().chain([long_ago]).collect();
        assert!(right.is_subset(&kept(&with_wrong, long_ago)));
    }
}

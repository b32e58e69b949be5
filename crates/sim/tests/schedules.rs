//! Schedules against the hub in memory: some hundreds that must come out clean, and broken engines that must not.

use petrel_sim::{Findings, Plan, Sabotage, run_in_memory};

/// Seeds that once failed; they are run first. What each found is in the history of this file.
const ONCE_FAILED: &[u64] = &[24, 38, 7, 11, 80, 83, 10, 12, 7352, 7915];

fn plan(seed: u64) -> Plan {
    Plan { seed, desks: 8, steps: 120, sabotage: None }
}

fn must_be_clean(seeds: impl Iterator<Item = u64>) {
    let failed: Vec<String> = seeds.filter_map(|seed| what_is_wrong(plan(seed))).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn what_is_wrong(plan: Plan) -> Option<String> {
    let wrong = match run_in_memory(plan) {
        Err(error) => format!("{error:#}"),
        Ok(report) if !report.findings.is_clean() => report.findings.to_string(),
        Ok(report) if report.transactions <= 10 => "a schedule in which nothing happens shows nothing".to_owned(),
        Ok(_) => return None,
    };
    Some(format!("seed {}: {wrong}; replay: {}", plan.seed, plan.replay(false)))
}

#[test]
fn seeds_that_once_failed() {
    must_be_clean(ONCE_FAILED.iter().copied());
}

#[test]
fn a_hundred_schedules() {
    must_be_clean(1000..1100);
}

#[test]
fn another_hundred_schedules() {
    must_be_clean(1200..1300);
}

/// In these people work, and other desks speak to the hub, while one is in the middle of a round; it may die in it.
#[test]
fn schedules_in_which_much_happens_at_once() {
    must_be_clean(1100..1108);
}

/// An engine that is broken on purpose is found out within a few schedules, by what it does wrong; the same schedules are clean where nothing is broken.
fn is_found_out(sabotage: Sabotage, found: impl Fn(&Findings) -> usize) {
    let seed = (0..60).find(|seed| {
        let report = run_in_memory(Plan { sabotage: Some(sabotage), ..plan(*seed) });
        // A schedule that broke off shows that something is wrong, not that this was noticed.
        report.is_ok_and(|report| found(&report.findings) > 0)
    });
    let seed = seed.unwrap_or_else(|| panic!("{sabotage:?} was not noticed in 60 schedules"));
    must_be_clean(std::iter::once(seed));
}

#[test]
fn without_the_shield_desks_differ() {
    is_found_out(Sabotage::DropShield, |findings| findings.diverged);
}

/// Each of them is visible to everybody in the end: what is missed went by while it was not.
#[test]
fn numbers_given_outside_the_lock_are_missed() {
    is_found_out(Sabotage::NumberOutsideLock, |findings| findings.diverged);
}

#[test]
fn a_push_that_is_applied_twice_is_noticed() {
    is_found_out(Sabotage::ForgetIdempotence, |findings| findings.duplicated);
}

#[test]
fn registers_torn_apart_are_noticed() {
    is_found_out(Sabotage::IgnoreRegisters, |findings| findings.misplaced);
}

#[test]
fn a_judge_that_does_not_say_what_lost_is_noticed() {
    is_found_out(Sabotage::ForgetLost, |findings| findings.untold);
}

#[test]
fn a_judge_that_lets_the_earlier_win_is_noticed() {
    is_found_out(Sabotage::EarlierWins, |findings| findings.misjudged);
}

#[test]
fn what_was_answered_and_forgotten_is_noticed() {
    is_found_out(Sabotage::LoseAcknowledged, |findings| findings.lost);
}

//! Schedules against the hub in memory: some hundreds that must come out clean, and broken engines that must not.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use petrel_sim::{Plan, Sabotage, run_in_memory};

/// Seeds that once failed; they are run first. What each found is in the history of this file.
const ONCE_FAILED: &[u64] = &[24, 38, 7, 11, 80, 83, 10, 12];

fn plan(seed: u64) -> Plan {
    Plan { seed, desks: 8, steps: 120, sabotage: None }
}

fn must_be_clean(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let report = run_in_memory(plan(seed)).unwrap_or_else(|error| panic!("seed {seed}: {error:#}"));
        assert!(report.findings.is_clean(), "seed {seed}: {:?}; replay: cargo xtask sim --seeds {seed}..{}", report.findings, seed + 1);
        assert!(report.transactions > 10, "seed {seed}: a schedule in which nothing happens shows nothing");
    }
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
    must_be_clean(1100..1200);
}

/// An engine that is broken on purpose is found out within a few schedules.
fn is_found_out(sabotage: Sabotage) {
    let mut seeds = 0..60;
    let found = seeds.find(|seed| {
        let report = run_in_memory(Plan { sabotage: Some(sabotage), ..plan(*seed) });
        report.map_or(true, |report| !report.findings.is_clean())
    });
    assert!(found.is_some(), "{sabotage:?} was not noticed in 60 schedules");
}

#[test]
fn without_the_shield_desks_differ() {
    is_found_out(Sabotage::DropShield);
}

#[test]
fn numbers_given_outside_the_lock_are_missed() {
    is_found_out(Sabotage::NumberOutsideLock);
}

#[test]
fn a_push_that_is_applied_twice_is_noticed() {
    is_found_out(Sabotage::ForgetIdempotence);
}

#[test]
fn registers_torn_apart_are_noticed() {
    is_found_out(Sabotage::IgnoreRegisters);
}

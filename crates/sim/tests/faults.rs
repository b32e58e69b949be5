//! Each kind of fault, in a few cycles; `cargo xtask faults` runs them as long as one likes.
#![cfg(unix)]

use petrel_sim::{Ground, TRIALS};

fn try_few(name: &str) {
    let trial = TRIALS.iter().find(|trial| trial.name == name).unwrap_or_else(|| panic!("there is no {name}"));
    let ground = Ground { program: env!("CARGO_BIN_EXE_petrel-faults").into(), seed: 1 };
    let tally = trial.run(&ground, trial.few).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    assert!(tally.is_clean(), "{tally}\n{}\nreplay: cargo xtask faults --only {name}", tally.details().join("\n"));
}

/// A test of its own for each: they run side by side.
macro_rules! trials {
    ($($test:ident $name:literal),+ $(,)?) => {
        $(#[test] fn $test() { try_few($name); })+

        #[test]
        fn every_kind_has_its_test() {
            let mut tested = [$($name),+];
            let mut there: Vec<&str> = TRIALS.iter().map(|trial| trial.name).collect();
            tested.sort_unstable();
            there.sort_unstable();
            assert_eq!(tested.as_slice(), there);
        }
    };
}

trials! {
    a_desk_killed_at_work "desk-working",
    a_desk_killed_while_it_joins "desk-joining",
    a_desk_killed_while_it_migrates "desk-migrating",
    a_desk_that_dies_at_each_moment_of_its_work "desk-moments",
    a_hub_killed_under_pushes "hub",
    postgres_stopped_at_once "postgres",
    power_cut_at_work "power-working",
    power_cut_while_joining "power-joining",
    a_disk_that_fails_at_every_operation "disk",
    clocks_that_jump "clocks",
    readers_beside_writers "readers",
    a_join_cut_at_every_page "cut-join",
    rounds_over_a_bad_line "cut-rounds",
    backups_under_load "backups",
    flipped_bits "rot",
    rows_changed_behind_the_programs_back "divergence",
    kills_while_tokens_turn_over "tokens",
}

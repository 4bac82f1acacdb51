//! Two thousand seeds pass; a seed always produces the same run; and each safeguard turns out to be
//! needed.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use recourse_runtime::safeguards::DisabledSafeguards;
#[cfg(debug_assertions)]
use recourse_runtime::safeguards::Safeguard;
use recourse_simulation::actions::Plan;
#[cfg(debug_assertions)]
use recourse_simulation::explore::explore_for;
use recourse_simulation::explore::{explore, story};
#[cfg(debug_assertions)]
use recourse_simulation::found::Found;
use recourse_simulation::play::play;
use recourse_simulation::regressions::ONCE_FAILED;
#[cfg(debug_assertions)]
use recourse_simulation::safeguards::guarded_by;

const SEEDS: u64 = 2_000;
const THREADS: usize = 2;

#[test]
fn two_thousand_seeds_pass() {
    let explored = explore(0..SEEDS, THREADS, DisabledSafeguards::default(), || ());
    if let Some((seed, _)) = explored.failed {
        panic!("{}", story(seed, DisabledSafeguards::default()).unwrap_or_default());
    }
    assert_eq!(explored.played, SEEDS);
}

#[test]
fn a_seed_is_the_same_run_byte_for_byte() {
    for seed in 0..20 {
        let plan = Plan::of(seed);
        let (one, other) = (
            play(&plan, DisabledSafeguards::default(), true),
            play(&plan, DisabledSafeguards::default(), true),
        );
        assert_eq!(one.story, other.story, "seed {seed}");
        assert_eq!(one.log, other.log, "seed {seed}");
        assert!(!one.log.is_empty());
    }
}

#[test]
fn every_kind_of_fault_occurs() {
    let met = explore(0..500, THREADS, DisabledSafeguards::default(), || ()).met;
    for what in [
        "EndTransaction Untold",
        "EndTransaction Late",
        "EndTransaction Torn",
        "EndTransaction Dies",
        "EndTransaction stalled",
        "Produce Fails",
        "CommitBatch Untold",
        "Move stalled",
        "Reply Untold",
        "Reply Fails",
        "expelled",
        "two processes with one name",
        "transaction timed out",
        "hanging transaction",
        "late flush",
        "state store unavailable",
        "read model unavailable",
        "state store lost recent writes",
        "read model lost recent writes",
        "offsets expired",
        "redriven",
        "Commands lag",
    ] {
        assert!(met.contains_key(what), "{what} never occurred: {met:?}");
    }
}

#[test]
fn seeds_that_once_failed_pass() {
    for (seed, defect) in ONCE_FAILED {
        let reported = story(*seed, DisabledSafeguards::default());
        assert!(reported.is_none(), "{defect}\n{}", reported.unwrap_or_default());
    }
}

/// A missing safeguard may break several invariants. The one that is named for it must report it.
#[cfg(debug_assertions)]
#[test]
fn each_safeguard_is_needed_for_the_invariant_that_is_named_for_it() {
    let mut unreported = Vec::new();
    for safeguard in Safeguard::ALL {
        let without = DisabledSafeguards::safeguard(safeguard);
        let named = guarded_by(safeguard);
        let is_named = |found: &Found| found.invariant() == named;
        match explore_for(is_named, 0..SEEDS, THREADS, without, || ()).failed {
            Some((seed, found)) => println!("without {safeguard:?}: seed {seed} fails, {found}"),
            None => unreported.push(format!("{named:?} does not report a missing {safeguard:?}")),
        }
    }
    assert!(unreported.is_empty(), "in {SEEDS} seeds:\n{}", unreported.join("\n"));
}

#[cfg(debug_assertions)]
#[test]
fn a_failing_seed_is_reported_as_a_short_run() {
    let without = DisabledSafeguards::safeguard(Safeguard::GroupFencing);
    let (seed, _) = explore(0..SEEDS, THREADS, without, || ()).failed.unwrap();
    let reported = story(seed, without).unwrap();
    println!("{reported}");
    let actions = reported.lines().count();
    assert!(actions < 60, "{reported}");
    assert!(reported.contains(&format!("make sim SEED={seed}")));
}

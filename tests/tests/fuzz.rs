//! A share of the fuzzing on every run, and every input that once showed a fault.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use recourse_tests::fuzz::targets::{Target, all};
use recourse_tests::fuzz::{Verdict, kept, run, run_all};

const WITHIN: Duration = Duration::from_secs(20);

#[test]
fn no_reader_panics_and_each_accepts_and_refuses_some_inputs() {
    let tallies = run_all(&all(), 40_000, 2, WITHIN, &|_| {}).unwrap_or_else(|fault| {
        panic!("{}: {}\n{}", fault.target, fault.what, String::from_utf8_lossy(&fault.input))
    });
    assert!(tallies.len() >= 30);
}

#[test]
fn every_example_is_accepted() {
    for target in all() {
        let ignored = target.name.ends_with("fact");
        for seed in (target.seeds)() {
            let (verdict, _) = run(&target, &seed, WITHIN).unwrap();
            let seed = String::from_utf8_lossy(&seed);
            assert!(
                ignored || verdict == Verdict::Accepted,
                "{}: {verdict:?}: {seed}",
                target.name
            );
        }
    }
}

#[test]
fn inputs_of_past_faults_show_no_fault() {
    let mut known = 0;
    for target in all() {
        let Ok(folder) = std::fs::read_dir(kept(target.name)) else { continue };
        for entry in folder {
            known += 1;
            let path = entry.unwrap().path();
            let input = std::fs::read(&path).unwrap();
            if let Err(fault) = run(&target, &input, WITHIN) {
                panic!("{}: {}", path.display(), fault.what);
            }
        }
    }
    assert!(known > 0, "tests/fuzz has moved");
}

fn injected(harness: fn(&[u8]) -> Verdict) -> Result<(), String> {
    let seeds = || vec![br#"{"a": {"b": [1, 2, 3]}}"#.to_vec()];
    let target = Target { name: "injected", weight: 1, seeds, harness };
    run_all(&[target], 5_000, 2, Duration::from_millis(500), &|_| {})
        .map(|_| ())
        .map_err(|fault| fault.what)
}

fn read(input: &[u8]) -> Verdict {
    match recourse_kernel::json::check(input) {
        Ok(()) => Verdict::Accepted,
        Err(error) => Verdict::Refused(error.to_string()),
    }
}

#[test]
fn injected_faults_are_found() {
    assert_eq!(injected(read), Ok(()));
    let panics = |input: &[u8]| {
        let text = String::from_utf8_lossy(input);
        assert!(!text.contains("18446744073709551616"), "too large");
        read(input)
    };
    assert!(injected(panics).unwrap_err().contains("it panics: too large"));
    let without_reason = |input: &[u8]| match read(input) {
        Verdict::Refused(_) => Verdict::Refused(String::new()),
        Verdict::Accepted => Verdict::Accepted,
    };
    assert!(injected(without_reason).unwrap_err().contains("without a reason"));
    let slow = |input: &[u8]| {
        if input.ends_with(b"]]]") {
            std::thread::sleep(Duration::from_millis(600));
        }
        read(input)
    };
    assert!(injected(slow).unwrap_err().contains("it took"));
    assert!(injected(|_| Verdict::Accepted).unwrap_err().contains("this tests nothing"));
}

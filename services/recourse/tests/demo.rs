//! `recourse demo --json` as a command line: its output, its exit status, and that the same seed
//! plays the same year, down to the last event.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Names that machines may rely on.
const PROMISED: [&str; 12] = [
    "orders",
    "policies",
    "claims",
    "closed",
    "events",
    "replayed",
    "mismatches",
    "hash_breaks",
    "unbalanced",
    "dead_letter",
    "duplicates",
    "missed_deadlines",
];
const ORDERS: u64 = 8;

/// Runs the demo in the repository's root, optionally with this database URL.
fn demo(seed: u64, database: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recourse"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).args([
        "demo",
        "--json",
        "--orders",
        &ORDERS.to_string(),
        "--seed",
        &seed.to_string(),
    ]);
    if let Some(database) = database {
        command.env("DATABASE_URL", database);
    }
    command.output().unwrap()
}

/// The result of a run with this seed, without what depends on the machine.
fn played(seed: u64) -> Value {
    let Output { status, stdout, stderr } = demo(seed, None);
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{stdout}\n{stderr}");
    assert!(stderr.contains("Audit, from the log alone"), "{stderr}");
    // Nothing else is on standard output.
    let mut summary: Value = serde_json::from_str(&stdout).unwrap();
    summary.as_object_mut().unwrap().remove("seconds").unwrap();
    summary
}

#[test]
fn the_same_seed_gives_the_same_result_and_another_seed_another() {
    let [one, again, other] = [7, 7, 8].map(|seed| std::thread::spawn(move || played(seed)));
    let [one, again, other] = [one, again, other].map(|run| run.join().unwrap());
    assert_eq!(one, again);
    assert_ne!(one["money"], other["money"]);
    for name in PROMISED {
        assert!(one[name].is_u64(), "{name}: {one}");
    }
    assert_eq!(one["orders"], ORDERS);
    assert_eq!(one["replayed"], one["claims"]);
    assert!(one["claims"].as_u64() > Some(3), "{one}");
    for none in ["mismatches", "hash_breaks", "unbalanced", "other_breaks", "missing"] {
        assert_eq!(one[none], 0, "{none}: {one}");
    }
}

#[test]
fn without_a_database_it_fails_and_says_what_is_missing() {
    let Output { status, stdout, stderr } = demo(7, Some("postgres://unknown@127.0.0.1:1/nowhere"));
    assert!(!status.success());
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    let reported = String::from_utf8(stderr).unwrap();
    assert!(reported.contains("PostgreSQL does not answer"), "{reported}");
    assert!(reported.contains("make up"), "{reported}");
}

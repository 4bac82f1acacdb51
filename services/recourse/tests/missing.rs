//! Only Kafka is missing, or only PostgreSQL: each command says within seconds which, and how to
//! start it. The other one is that of the test's stack.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// How long a command may take to report what is missing.
const REPORTED_WITHIN: Duration = Duration::from_secs(5);
const KAFKA: &str = "Kafka does not answer at 127.0.0.1:1 ";
const POSTGRES: &str = "PostgreSQL does not answer at 127.0.0.1:1 ";
const ORDERS: &str = "deploy/quickstart/orders.jsonl";
const CASE: &str = "tests/cases/T1-seven-days.yaml";
const CLAIM: &str = "clm_BRWFWH8XJ2HRRQEN0F814JAQER-1.1-1";

/// Commands that need both.
const NEED_BOTH: [&[&str]; 7] = [
    &["serve"],
    &["serve", "claims", "refunds"],
    &["demo"],
    &["import", "orders", "--format", "native", ORDERS],
    &["rebuild", "claims"],
    &["audit", "verify"],
    &["case", "run", "--live", CASE],
];
/// Commands that need Kafka only.
const NEED_KAFKA: [&[&str]; 4] = [
    &["audit", "verify", "--log-only"],
    &["audit", "replay", CLAIM],
    &["dead-letters", "list"],
    &["case", "run", "--at", "http://127.0.0.1:1", CASE],
];

/// Runs a command whose environment names one server that does not exist: nothing listens on port
/// 1. It fails in time and names that server, and not the other.
fn names_what_is_missing(arguments: &[&str], variable: &str, missing: &str, other: &str) {
    let nowhere = match variable {
        "KAFKA_BROKERS" => "127.0.0.1:1",
        _ => "postgres://me:secret@127.0.0.1:1/nowhere",
    };
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_recourse"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(arguments)
        .env(variable, nowhere)
        .env("RECOURSE__HTTP__BIND", "127.0.0.1:0")
        .env("RECOURSE__TOPIC_PREFIX", "missing.")
        .env("RECOURSE__SCHEMA_PREFIX", "missing_")
        .output()
        .unwrap();
    let (took, Output { status, stdout, stderr }) = (began.elapsed(), output);
    let reported = String::from_utf8(stderr).unwrap();
    assert!(took < REPORTED_WITHIN, "{arguments:?} took {took:?}");
    assert_eq!(status.code(), Some(1), "{arguments:?}: {reported}");
    assert!(stdout.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&stdout));
    for part in [missing, "make up", "deploy/local/stack env"] {
        assert!(reported.contains(part), "{arguments:?} does not say `{part}`: {reported}");
    }
    assert!(!reported.contains(other) && !reported.contains("secret"), "{reported}");
    assert_eq!(reported.lines().count(), 1, "{arguments:?}: {reported}");
}

#[test]
fn only_kafka_is_missing() {
    for arguments in NEED_BOTH.into_iter().chain(NEED_KAFKA) {
        names_what_is_missing(arguments, "KAFKA_BROKERS", KAFKA, "PostgreSQL does not");
    }
}

#[test]
fn only_postgresql_is_missing() {
    for arguments in NEED_BOTH {
        names_what_is_missing(arguments, "DATABASE_URL", POSTGRES, "Kafka does not");
    }
}

#[test]
fn what_needs_no_database_does_not_ask_for_one() {
    let output = Command::new(env!("CARGO_BIN_EXE_recourse"))
        .args(["dead-letters", "list", "--json"])
        .env("DATABASE_URL", "postgres://me:secret@127.0.0.1:1/nowhere")
        .env("RECOURSE__TOPIC_PREFIX", "missing.")
        .output()
        .unwrap();
    let reported = String::from_utf8(output.stderr).unwrap();
    // There is a Kafka, but no installation on it.
    assert!(reported.contains("does not exist") && reported.contains("`recourse serve`"));
    assert!(!reported.contains("PostgreSQL"), "{reported}");
}

#[test]
fn only_the_installation_is_missing() {
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_recourse"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(["case", "run", "--at", "http://127.0.0.1:1", CASE])
        .env("RECOURSE__TOPIC_PREFIX", "missing.")
        .output()
        .unwrap();
    let (took, reported) = (began.elapsed(), String::from_utf8(output.stderr).unwrap());
    assert!(took < REPORTED_WITHIN, "{took:?}: {reported}");
    assert_eq!(output.status.code(), Some(1), "{reported}");
    for part in ["nothing answers at http://127.0.0.1:1", "`recourse serve`", "with --at"] {
        assert!(reported.contains(part), "{part}: {reported}");
    }
}

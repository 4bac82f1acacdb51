//! The command line without any server: what is missing is named, scripts are printed, and a reader
//! that has gone is no error.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a command may take to report what is missing.
const REPORTED_WITHIN: Duration = Duration::from_secs(5);
/// Nothing listens on port 1.
const NOWHERE: &str = "127.0.0.1:1";

fn recourse(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recourse"));
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(arguments)
        .env("KAFKA_BROKERS", NOWHERE)
        .env("DATABASE_URL", format!("postgres://me:secret@{NOWHERE}/nowhere"))
        .env("RECOURSE__HTTP__BIND", NOWHERE);
    command
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_command_says_in_time_what_is_missing_and_how_to_start_it() {
    let (kafka, postgres) =
        ("Kafka does not answer at 127.0.0.1:1", "PostgreSQL does not answer at 127.0.0.1:1");
    let claim = "clm_BRWFWH8XJ2HRRQEN0F814JAQER-1.1-1";
    let case = "tests/cases/T1-seven-days.yaml";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/quickstart/orders.jsonl");
    let (stack, serve) = ("make up", "recourse serve");
    for (arguments, says) in [
        (&["serve"][..], &[kafka, postgres, stack][..]),
        (&["demo"], &[kafka, postgres, stack]),
        (&["import", "orders", "--format", "native", file], &[kafka, postgres, stack]),
        (&["rebuild", "claims"], &[kafka, postgres, stack]),
        (&["audit", "verify"], &[kafka, postgres, stack]),
        (&["audit", "verify", "--log-only"], &[kafka, stack]),
        (&["audit", "replay", claim], &[kafka, stack]),
        (&["dead-letters", "list"], &[kafka, stack]),
        (&["case", "run", "--live", case], &[kafka, postgres, stack]),
        (&["case", "run", "--at", "http://127.0.0.1:1", case], &[kafka, stack]),
        (&["publish"], &["http://127.0.0.1:1", serve]),
        (&["clock", "show"], &["http://127.0.0.1:1", serve]),
        (&["call", "GET", "/v1/claims", "--as", "auditor:me"], &["http://127.0.0.1:1", serve]),
    ] {
        let began = Instant::now();
        let Output { status, stdout, stderr } = recourse(arguments).output().unwrap();
        let (took, reported) = (began.elapsed(), text(stderr));
        assert!(took < REPORTED_WITHIN, "{arguments:?} took {took:?}");
        assert_eq!(status.code(), Some(1), "{arguments:?}: {reported}");
        assert!(stdout.is_empty(), "{arguments:?}: {}", text(stdout));
        for part in says {
            assert!(reported.contains(part), "{arguments:?} does not say `{part}`: {reported}");
        }
        assert!(!reported.contains("secret") && !reported.contains("%3|"), "{reported}");
        assert_eq!(reported.lines().count(), 1, "{arguments:?}: {reported}");
    }
}

#[test]
fn a_command_line_that_is_wrong_has_a_status_of_its_own() {
    for wrong in [&["bogus"][..], &["clock", "set", "tomorrow"], &["call", "GET", "/v1/claims"]] {
        assert_eq!(recourse(wrong).output().unwrap().status.code(), Some(2), "{wrong:?}");
    }
    let help = text(recourse(&["--help"]).output().unwrap().stdout);
    for line in ["Exit status:", "0  done", "1  failed", "2  not everything was used"] {
        assert!(help.contains(line), "{line}: {help}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_before_anything_is_sent() {
    let gone = "nowhere/file.json";
    for arguments in [
        &["call", "POST", "/v1/tariffs", "--as", "operator:me", "--file", gone][..],
        &["publish", "--terms", gone],
        &["publish", "--tariffs", gone],
        &["publish", "--shops", gone],
        &["case", "run", gone],
        &["--config", gone, "clock", "show"],
    ] {
        let Output { status, stdout, stderr } = recourse(arguments).output().unwrap();
        let reported = text(stderr);
        assert_eq!(status.code(), Some(1), "{arguments:?}: {reported}");
        assert!(reported.contains(gone), "{arguments:?}: {reported}");
        assert!(stdout.is_empty(), "{arguments:?}: {}", text(stdout));
    }
}

#[test]
fn the_page_lists_every_exit_status_of_the_help() {
    let page = include_str!("../README.md");
    let help = text(recourse(&["--help"]).output().unwrap().stdout);
    let (_, statuses) = help.split_once("Exit status:").unwrap();
    let statuses = statuses.lines().filter_map(|line| line.split_whitespace().next());
    let statuses: Vec<_> = statuses.filter(|word| word.parse::<u8>().is_ok()).collect();
    assert_eq!(statuses, ["0", "1", "2"]);
    for status in statuses {
        assert!(page.contains(&format!("\n| {status} | ")), "{status}");
    }
    let help = text(recourse(&["import", "orders", "--help"]).output().unwrap().stdout);
    let help: Vec<_> = help.split_whitespace().collect();
    let help = help.join(" ");
    assert!(help.contains("Files that cannot be read") && help.contains("exit status is 2"));
}

#[test]
fn each_shell_has_a_completion_script() {
    for shell in ["bash", "zsh", "fish"] {
        let Output { status, stdout, .. } = recourse(&["completion", shell]).output().unwrap();
        let script = text(stdout);
        assert!(status.success(), "{shell}");
        for command in ["dead-letters", "completion", "advance"] {
            assert!(script.contains(command), "{shell} does not complete `{command}`");
        }
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let mut child = recourse(&["completion", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert!(status.success() && stderr.is_empty(), "{status}: {}", text(stderr));
}

#[test]
fn a_token_is_printed_as_json_too() {
    let line = ["token", "--role", "buyer", "--subject", "b-1", "--valid-for", "1h", "--json"];
    let printed = text(recourse(&line).output().unwrap().stdout);
    let value: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(value["expires_in"], 3_600);
    assert!(value["token"].as_str().is_some_and(|token| token.split('.').count() == 3), "{value}");
}

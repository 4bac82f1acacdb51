//! The program of its own that runs this service alone, as an operator starts it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::process::Command;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_recourse-repair-shops"))
}

#[test]
fn it_tells_how_it_is_set_up() {
    let output = program().arg("--help").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && told.contains("RECOURSE_CONFIG"), "{told}");
}

#[test]
fn it_reads_its_settings_and_ends_where_they_make_no_sense() {
    let output = program().env("RECOURSE__PARTITIONS", "0").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("`partitions` must be at least 1"), "{told}");
}

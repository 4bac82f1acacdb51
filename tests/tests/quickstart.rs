//! The quickstart of `services/recourse/README.md`, executed as it is written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use recourse_installation::command_line::{binary, recourse, with_settings};
use recourse_runtime::settings::{ClockSource, Settings};
use recourse_tests::test_marketplace;
use serde_json::Value;

/// How many commands an order takes to a paid claim.
const COMMANDS_AT_MOST: usize = 10;
/// Prints the line that failed, and ends what the page started.
const BEFORE: &str = "set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The commands of the page's section, one per line.
fn commands(page: &str) -> Vec<String> {
    let section = page.split("\n## ").find(|section| section.starts_with("Quickstart\n")).unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// A free port for the services that the page starts.
fn settings() -> Settings {
    let mut settings = test_marketplace::settings();
    // The page chooses it itself.
    settings.clock = ClockSource::System;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    settings.http.bind = listener.local_addr().unwrap();
    settings
}

/// Runs a script in the repository's root, with the program in `PATH`; returns what it prints.
fn run(settings: &Settings, script: &str) -> String {
    let folder = binary().parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = with_settings(Path::new("bash"), settings)
        .args(["-c", script])
        .current_dir(root())
        .env("PATH", format!("{folder}:{path}"))
        .output()
        .unwrap();
    let reported = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (out, err) = (reported(output.stdout), reported(output.stderr));
    assert!(output.status.success(), "{script}\n{out}\n{err}");
    out
}

fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_takes_an_order_to_a_paid_claim() {
    let page = std::fs::read_to_string(root().join("services/recourse/README.md")).unwrap();
    let commands = commands(&page);
    assert!((5..=COMMANDS_AT_MOST).contains(&commands.len()), "{commands:#?}");
    let settings = settings();
    run(&settings, &format!("{BEFORE}{}\n", commands.join("\n")));

    let claim = page.split("audit replay ").nth(1).unwrap().split_whitespace().next().unwrap();
    let replayed = printed(&mut recourse(&settings, &["audit", "replay", claim, "--json"]));
    let says: Vec<String> = replayed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["says"].to_string())
        .collect();
    for said in ["Claim closed; outcome: refunded.", "Settlement closed"] {
        assert!(says.iter().any(|line| line.contains(said)), "{said}: {says:#?}");
    }
    let verified = printed(&mut recourse(&settings, &["audit", "verify", "--json"]));
    let verified: Value = serde_json::from_str(&verified).unwrap();
    assert_eq!((&verified["passed"], &verified["settlements_closed"]), (&true.into(), &1.into()));
}

#[test]
fn only_the_sections_own_commands_are_executed() {
    let page =
        "# A\n## Quickstart\n```console\n$ make up\n```\n```sh\na\nb\n```\nc\n## B\n```sh\nd\n```";
    assert_eq!(commands(page), ["a", "b"]);
}

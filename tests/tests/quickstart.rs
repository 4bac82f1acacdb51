//! The quickstart of `services/recourse/README.md`, executed as it is written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::{Path, PathBuf};

use recourse_installation::command_line::{binary, recourse, with_settings};
use recourse_runtime::settings::{ClockSource, Settings};
use recourse_tests::test_marketplace;
use serde_json::Value;

/// How many commands an order takes to a paid claim.
const COMMANDS_AT_MOST: usize = 10;
/// What the page asks for once. The test has done it: it runs on a stack, and builds the program.
const ONCE: [&str; 2] = [
    "cargo build -p recourse && export PATH=\"$PWD/target/debug:$PATH\"",
    "make up && eval \"$(deploy/local/stack env)\"",
];
/// Ends what the page started if a command fails.
const BEFORE: &str = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n";
/// Printed before the output of each command.
const MARK: &str = "-- next command";
/// On the page, in place of output that it leaves out.
const LEFT_OUT: &str = "…";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A command that the page shows.
#[derive(Debug, Default, PartialEq)]
struct Shown {
    command: String,
    /// Lines of its output, in order.
    output: Vec<String>,
    /// Whether it counts as one of the commands to a paid claim.
    is_step: bool,
}

/// What the page's section shows, in order: each line of an `sh` block is a command; in a `console`
/// block commands begin with `$`, and their output follows.
fn shown(page: &str) -> Vec<Shown> {
    let section = page.split("\n## ").find(|section| section.starts_with("Quickstart\n")).unwrap();
    let mut shown: Vec<Shown> = Vec::new();
    let mut block = None;
    for line in section.lines() {
        let (fence, in_console) = (line.strip_prefix("```"), block == Some("console"));
        match (fence, block) {
            (Some(kind), None) => {
                assert!(["sh", "console"].contains(&kind), "a block that is not executed: {kind}");
                block = Some(kind);
            }
            (Some(_), Some(_)) => block = None,
            (None, None) => {}
            (None, Some(_)) => match line.strip_prefix("$ ") {
                Some(command) if in_console => {
                    shown.push(Shown { command: command.to_owned(), ..Shown::default() });
                }
                _ if in_console => shown.last_mut().unwrap().output.push(line.to_owned()),
                _ => {
                    let command = line.to_owned();
                    shown.push(Shown { command, is_step: true, ..Shown::default() });
                }
            },
        }
    }
    shown
}

/// What is missing of the output that the page shows, first line first.
fn missing<'a>(shown: &'a Shown, output: &str) -> Option<&'a String> {
    let mut printed = output.lines().map(str::trim_end);
    let mut expected = shown.output.iter().filter(|line| line.trim() != LEFT_OUT);
    expected.find(|&line| !printed.any(|other| other == line))
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

#[test]
fn the_page_takes_an_order_to_a_paid_claim() {
    let page = std::fs::read_to_string(root().join("services/recourse/README.md")).unwrap();
    let mut all = shown(&page);
    let once: Vec<Shown> = all.drain(..ONCE.len()).collect();
    assert_eq!(once.iter().map(|shown| shown.command.as_str()).collect::<Vec<_>>(), ONCE);
    let steps = all.iter().filter(|shown| shown.is_step).count();
    assert!((5..=COMMANDS_AT_MOST).contains(&steps), "{all:#?}");

    let settings = settings();
    let script: Vec<String> =
        all.iter().map(|shown| format!("echo '{MARK}'\n{}\n", shown.command)).collect();
    let printed = run(&settings, &format!("{BEFORE}{}", script.concat()));
    let outputs: Vec<&str> = printed.split(MARK).skip(1).collect();
    assert_eq!(outputs.len(), all.len(), "{printed}");
    for (shown, output) in all.iter().zip(outputs) {
        let missing = missing(shown, output);
        assert_eq!(missing, None, "`{}` does not print this, but: {output}", shown.command);
    }

    let claim = page.split("audit replay ").nth(1).unwrap().split_whitespace().next().unwrap();
    let replayed = recourse(&settings, &["audit", "replay", claim, "--json"]).output().unwrap();
    let replayed = String::from_utf8(replayed.stdout).unwrap();
    let says: Vec<String> = replayed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["says"].to_string())
        .collect();
    for said in ["Claim closed; outcome: refunded.", "Settlement closed"] {
        assert!(says.iter().any(|line| line.contains(said)), "{said}: {says:#?}");
    }
}

#[test]
fn every_block_of_the_section_is_read() {
    let page = "# A\n## Quickstart\n```console\n$ make up\n```\n```sh\na\nb\n```\nc\n\
                ```console\n$ d\n…\ne\n```\n## B\n```sh\nf\n```";
    let step = |command: &str| Shown { command: command.to_owned(), output: vec![], is_step: true };
    let set_up = Shown { is_step: false, ..step("make up") };
    let last =
        Shown { output: vec!["…".to_owned(), "e".to_owned()], is_step: false, ..step("d") };
    assert_eq!(missing(&last, "\nx\ne\n"), None);
    assert_eq!(missing(&last, "\nx\nee\n"), Some(&"e".to_owned()));
    assert_eq!(shown(page), [set_up, step("a"), step("b"), last]);
}

#[test]
#[should_panic(expected = "a block that is not executed: json")]
fn a_block_of_another_kind_is_noticed() {
    shown("# A\n## Quickstart\n```json\n{}\n```\n");
}

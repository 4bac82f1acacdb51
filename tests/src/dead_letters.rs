//! Runs `recourse dead-letters` as an operator would, and parses its output.

#![allow(clippy::expect_used, reason = "tests fail on unexpected errors")]

use recourse_installation::command_line::recourse;
use recourse_runtime::settings::Settings;

/// Runs `recourse dead-letters` with these arguments: whether it succeeded, and its output.
pub fn dead_letter(settings: &Settings, arguments: &[&str]) -> (bool, String) {
    let arguments: Vec<&str> =
        std::iter::once("dead-letters").chain(arguments.iter().copied()).collect();
    let output = recourse(settings, &arguments).output().expect("the command line");
    let text = |bytes| String::from_utf8(bytes).expect("a text");
    (output.status.success(), text(output.stdout) + &text(output.stderr))
}

/// The listed positions in this state: `first`, `waits`, `aside`.
pub fn positions(reported: &str, state: &str) -> Vec<String> {
    let of_state = |line: &str| {
        let rest = line.strip_prefix(state)?.trim_start();
        Some(rest.split_whitespace().next()?.to_owned())
    };
    reported.lines().filter_map(of_state).collect()
}

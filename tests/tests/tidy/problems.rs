//! Every code of a problem that is no rule's is in `services/EDGE.md`, and every code there exists.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{code, is_of_tests, live_code};
use super::{files, root};

const EDGE: &str = "services/EDGE.md";

/// Texts in the form of a code that are none: settings of the Kafka client, fields, files.
const NO_CODES: &[&str] = &[
    "auto.offset.reset",
    "contact.email",
    "contact.name",
    "contact.phone",
    "contact.street",
    "enable.auto.commit",
    "fetch.error.backoff.ms",
    "fetch.queue.backoff.ms",
    "fetch.wait.max.ms",
    "group.id",
    "http.response.status_code",
    "isolation.level",
    "jwks.json",
    "message.timeout.ms",
    "order.delivered",
    "order.lines_added",
    "order.paid",
    "order.placed",
    "order.shipped",
    "queued.max.messages.kbytes",
    "recourse.unused",
    "verdict.exclusion",
];

/// Whether the problems of calls are made here: the edge, the endpoints, and those of `recourse`.
fn makes_problems(name: &str) -> bool {
    let is_an_endpoint = name.contains("/src/http/") || name.contains("/src/commands/serve/");
    let is_source = name.starts_with("services/") && !is_of_tests(name);
    is_source && (is_an_endpoint || name.starts_with("services/edge/src/"))
}

/// `claim.photo_missing`.
fn is_a_code(text: &str) -> bool {
    let mut segments = text.split('.');
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    text.contains('.') && segments.all(is_word)
}

/// The texts of a source that are compiled into the program.
fn texts(source: &str) -> Vec<String> {
    let (all, live) = (code(source), live_code(source));
    // Tests are blanked in `live` only: lines that differ are theirs.
    let lines = source.lines().zip(all.lines().zip(live.lines()));
    let lines = lines.filter(|(line, (all, live))| {
        all == live && !line.trim_start().starts_with("//") && line.contains('"')
    });
    let of_line = |line: &str| line.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    lines.flat_map(|(line, _)| -> Vec<String> { of_line(line) }).collect()
}

/// The codes in the sources, each with the file.
fn made(files: &[(String, String)]) -> BTreeMap<String, String> {
    let files = files.iter().filter(|(name, _)| makes_problems(name));
    let codes = files.flat_map(|(name, text)| {
        let codes = texts(text).into_iter().filter(|text| is_a_code(text));
        codes.map(move |code| (code, name.clone()))
    });
    codes.collect()
}

/// The codes in the table of statuses.
fn listed(page: &str) -> BTreeSet<String> {
    let table = page.split("| status | when |").nth(1).unwrap_or_default();
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let quoted = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    quoted.filter(|text| is_a_code(text)).map(str::to_owned).collect()
}

/// Codes that the page lacks, and those that nothing makes.
fn faults(made: &BTreeMap<String, String>, listed: &BTreeSet<String>) -> Vec<String> {
    // The page has one sentence for whatever does not exist.
    let needed = made
        .iter()
        .filter(|(code, _)| !NO_CODES.contains(&code.as_str()) && !code.ends_with(".not_known"));
    let missing = needed.filter(|(code, _)| !listed.contains(*code));
    let missing = missing.map(|(code, file)| format!("{EDGE} lacks {code} of {file}"));
    let stale = listed.iter().filter(|code| !made.contains_key(*code));
    missing.chain(stale.map(|code| format!("{EDGE} has {code}, which nothing makes"))).collect()
}

#[test]
fn every_problem_is_in_the_page_of_the_edge() {
    let page = std::fs::read_to_string(root().join(EDGE)).unwrap();
    let (made, listed) = (made(&files(&[".rs"])), listed(&page));
    assert!(listed.len() > 40, "{listed:?}");
    for text in NO_CODES {
        assert!(made.contains_key(*text), "{text} is not there any more");
    }
    let faults = faults(&made, &listed);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn an_injected_problem_that_the_page_lacks_is_seen() {
    let text = "// \"a.comment\"\nfn f() { new(\"x.too_slow\"); not_found(\"y.not_known\") }\n\
                #[cfg(test)]\nmod tests { fn g() { \"in.tests\" } }\n";
    let file = ("services/x/src/http/get_x.rs".to_owned(), text.to_owned());
    let elsewhere = ("services/x/src/domain/x.rs".to_owned(), "\"of.a_rule\"".to_owned());
    let made = made(&[file, elsewhere]);
    let codes: Vec<_> = made.keys().map(String::as_str).collect();
    assert_eq!(codes, ["x.too_slow", "y.not_known"]);
    let page = |row: &str| listed(&format!("`a.setting`\n| status | when |\n| --- | --- |\n{row}"));
    assert!(faults(&made, &page("| 408 | `x.too_slow` |")).is_empty());
    assert_eq!(faults(&made, &page("| 408 | |")).len(), 1, "it is missing");
    assert_eq!(faults(&made, &page("| 408 | `x.too_slow`, `x.gone` |")).len(), 1, "it is stale");
}

//! Checks of the source tree. Each checker takes texts, so that it can be tested with injected
//! faults.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod callers;
mod circles;
mod crates;
mod endpoints;
mod fields;
mod layout;
mod printing;
mod problems;
mod sizes;
mod source;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use recourse_tests::rulebook::{RULEBOOK, sentences};

/// The rulebook's ids.
static RULES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let rulebook = fs::read_to_string(root().join(RULEBOOK)).unwrap();
    sentences(&rulebook).into_values().map(|(id, _)| id).collect()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of the tree with one of these extensions, with its path from the root. Build output
/// and downloads are skipped.
fn files(endings: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", ".git", "node_modules"].contains(&name.as_str()) {
                    walk(&path, endings, found);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    let root = root().canonicalize().unwrap();
    let mut found = Vec::new();
    walk(&root, endings, &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        // A file may disappear while others work on the tree.
        fs::read_to_string(&path).ok().map(|text| (name, text))
    };
    found.into_iter().filter_map(read).collect()
}

fn check(files: &[(String, String)], faults: impl Fn(&str, &str) -> Vec<String>) {
    let found: Vec<String> = files
        .iter()
        .flat_map(|(name, text)| {
            faults(name, text).into_iter().map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

// ---------------------------------------------------------------- unfinished work

/// Markers of unfinished work.
fn left_undone(_: &str, text: &str) -> Vec<String> {
    // Split in two, so that this file does not find itself.
    let marks =
        [("to", "do!("), ("unimple", "mented!("), ("FIX", "ME"), ("TO", "DO"), ("dbg", "!(")];
    let marks = marks.map(|(start, end)| format!("{start}{end}"));
    let lines = text.lines().zip(1..);
    lines
        .flat_map(|(line, at)| {
            marks.iter().filter(|mark| has_word(line, mark)).map(move |mark| (at, mark))
        })
        .map(|(at, mark)| format!("line {at}: {mark}"))
        .collect()
}

/// Whether a line contains this text with no letter before it: `xtodo!` does not count.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        apart(before) && (word.ends_with('(') || apart(after))
    })
}

#[test]
fn there_is_no_unfinished_work() {
    check(&files(&[".rs", ".toml", ".yaml", ".sh", ".sql", "Makefile"]), left_undone);
}

#[test]
fn an_injected_marker_of_unfinished_work_is_seen() {
    let injected = ["fn a() { to-do!() }", "// FIX-ME: later", "let x = dbg-!(1);"];
    for line in injected {
        assert_eq!(left_undone("", &line.replace('-', "")).len(), 1, "{line}");
    }
    assert!(left_undone("", "fn autodoc() {}").is_empty());
}

// ---------------------------------------------------------------- rules

/// Whether the rulebook has a rule with this letter and number.
fn is_a_rule(letter: char, number: u32) -> bool {
    RULES.contains(&format!("{letter}{number}"))
}

/// Words of a line in the form of a rule's id: one of the four letters and a number up to 19.
/// Higher numbers are not mistyped ids but something else, such as a phone's model.
fn ids_in(line: &str) -> impl Iterator<Item = (char, u32)> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter_map(|word| {
        let mut letters = word.chars();
        let letter = letters.next().filter(|letter| "STCMD".contains(*letter))?;
        let number = letters.as_str();
        let digits = (1..=2).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit());
        digits
            .then(|| number.parse().ok())
            .flatten()
            .filter(|number| *number < 20)
            .map(|number| (letter, number))
    })
}

/// Rules that are named in comments, as a whole string (`"M3"`), or at the start of a test's name
/// (`fn m3_…`), and are not in the rulebook.
fn unknown_rules(_: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (line, at) in text.lines().zip(1..) {
        let comment = line.find("//").map_or("", |start| &line[start..]);
        let texts = line.split('"').skip(1).step_by(2).filter(|_| comment.is_empty());
        let whole = texts.filter(|text| text.len() <= 3);
        let function = line.split("fn ").nth(1).and_then(|name| name.split('_').next());
        let function = function.unwrap_or_default().to_uppercase();
        let named = ids_in(comment).chain(whole.flat_map(ids_in)).chain(ids_in(&function));
        for (letter, number) in named.filter(|&(letter, number)| !is_a_rule(letter, number)) {
            found.push(format!("line {at}: {letter}{number} is not a rule of the rulebook"));
        }
    }
    found
}

#[test]
fn every_rule_that_is_named_is_in_the_rulebook() {
    check(&files(&[".rs"]), |name, text| {
        // This file contains some on purpose.
        if name == "tests/tests/tidy/main.rs" { Vec::new() } else { unknown_rules(name, text) }
    });
}

#[test]
fn every_rule_in_the_contracts_is_in_the_rulebook() {
    check(&files(&[".json"]), |name, text| {
        if !name.starts_with("schemas/") {
            return Vec::new();
        }
        let described = text
            .lines()
            .filter(|line| line.contains("\"description\"") || line.contains("\"rule\""));
        let unknown =
            described.flat_map(ids_in).filter(|&(letter, number)| !is_a_rule(letter, number));
        unknown
            .map(|(letter, number)| format!("{letter}{number} is not a rule of the rulebook"))
            .collect()
    });
}

#[test]
fn an_injected_unknown_rule_is_seen() {
    for line in [
        "/// T19: no such rule.",
        "rule: \"M19\",",
        "    fn c19_a_claim_of_nothing() {",
        "// (S0, S1)",
    ] {
        assert_eq!(unknown_rules("", line).len(), 1, "{line}");
    }
    let fine = [
        "/// T10, M9: fine.",
        "\"Galaxy S9\"",
        "let model = \"S24\";",
        "fn t4_parts() {",
        "Vec<T1>",
    ];
    for line in fine {
        assert!(unknown_rules("", line).is_empty(), "{line}");
    }
}

// ---------------------------------------------------------------- documents

/// Links of a Markdown text to files that do not exist. `exists` takes the path from the root.
fn broken_links(name: &str, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for link in line.split("](").skip(1) {
            let target = link.split(')').next().unwrap_or_default().split_whitespace().next();
            let target = target.unwrap_or_default();
            let path = target.split('#').next().unwrap_or_default();
            let is_local =
                !path.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
            if is_local && !exists(&folder.join(path)) {
                found.push(format!("links to {target}, which does not exist"));
            }
        }
    }
    found
}

#[test]
fn links_in_documents_point_to_existing_files() {
    let root = root();
    check(&files(&[".md"]), |name, text| broken_links(name, text, |path| root.join(path).exists()));
}

#[test]
fn an_injected_broken_link_is_seen() {
    let exists = |path: &Path| path == Path::new("docs/there.md");
    let faults = |text| broken_links("docs/a.md", text, exists).len();
    assert_eq!(faults("see [it](there.md#top) and [that](https://example.com/x)"), 0);
    assert_eq!(faults("see [it](gone.md)"), 1);
    assert_eq!(faults("see [it](there.md), [that](../there.md \"title\")"), 1);
    assert_eq!(faults("[here](#top)\n```\n[x](gone.md)\n```\n"), 0);
}

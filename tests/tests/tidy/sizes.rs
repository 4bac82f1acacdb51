//! Files of the right size, and lines that fit.

use std::collections::BTreeMap;
use std::path::Path;

use super::source::assert_none;
use super::{check, files, has_word};

/// Longer files give the reason at their top.
const LINES_AT_MOST: usize = 400;

/// Half of the files have at most this many lines.
const MEDIAN_AT_MOST: usize = 150;

/// rustfmt does this for code, but not for comments and strings.
const WIDTH: usize = 100;

/// Reports a file that is long without a reason.
fn length(_: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let top = text.lines().take_while(|line| line.starts_with("//!"));
    let says_why = |line: &str| {
        let line = line.to_lowercase();
        has_word(&line, "long") && (has_word(&line, "because") || has_word(&line, "why"))
    };
    if lines <= LINES_AT_MOST || top.into_iter().any(says_why) {
        return Vec::new();
    }
    vec![format!("{lines} lines; split it, or say at the top `//! Long because …`")]
}

#[test]
fn long_files_say_why() {
    check(&files(&[".rs"]), length);
}

#[test]
fn an_injected_long_file_is_seen() {
    let long = "//! A file.\n".to_owned() + &"\n".repeat(LINES_AT_MOST);
    assert_eq!(length("a.rs", &long).len(), 1);
    assert!(
        length("a.rs", &format!("//! A file.\n//!\n//! Long because of a table.\n{long}"))
            .is_empty()
    );
    assert!(length("a.rs", &"\n".repeat(LINES_AT_MOST)).is_empty());
}

fn median(files: &[(String, String)]) -> usize {
    let mut lines: Vec<usize> = files.iter().map(|(_, text)| text.lines().count()).collect();
    lines.sort_unstable();
    lines.get(lines.len() / 2).copied().unwrap_or_default()
}

#[test]
fn half_of_the_files_are_short() {
    let median = median(&files(&[".rs"]));
    assert!(median <= MEDIAN_AT_MOST, "the median file has {median} lines");
}

#[test]
fn injected_long_files_raise_the_median() {
    let of = |lines: &[usize]| {
        let file = |lines: &usize| (String::new(), "\n".repeat(*lines));
        median(&lines.iter().map(file).collect::<Vec<_>>())
    };
    assert_eq!(of(&[1, 900, 2]), 2);
    assert_eq!(of(&[1, 900, 900]), 900);
}

/// The first line of a file that is too wide. In documents, tables and diagrams may be wide.
fn wide_line(name: &str, text: &str) -> Option<String> {
    let is_document = Path::new(name).extension().is_some_and(|kind| kind == "md");
    let mut is_fenced = false;
    let (number, _) = (1..).zip(text.lines()).find(|(_, line)| {
        is_fenced ^= is_document && line.trim_start().starts_with("```");
        let may_be_wide = is_document && (is_fenced || line.trim_start().starts_with('|'));
        line.chars().count() > WIDTH && !may_be_wide
    })?;
    Some(format!("line {number} goes beyond column {WIDTH}"))
}

#[test]
fn lines_are_not_wide() {
    let found: BTreeMap<String, String> = files(&[".rs", ".md"])
        .into_iter()
        .filter_map(|(name, text)| Some((name.clone(), wide_line(&name, &text)?)))
        .collect();
    assert_none(&found);
}

#[test]
fn an_injected_wide_line_is_seen() {
    let fits = "Ж".repeat(WIDTH);
    let wide = "a".repeat(WIDTH + 1);
    assert!(wide_line("a.rs", &fits).is_none());
    assert!(wide_line("a.rs", &format!("fn a() {{}}\n// {fits}\n")).unwrap().contains("line 2"));
    assert!(wide_line("a.rs", &format!("let c = \"{wide}\";")).is_some());
    assert!(wide_line("a.rs", &format!("// ```\n// {wide}\n// ```")).is_some());
    assert!(wide_line("a.md", &format!("Text.\n{wide}")).unwrap().contains("line 2"));
    assert!(wide_line("a.md", &format!("| {wide} |\n\n```text\n{wide}\n```")).is_none());
    assert!(wide_line("a.md", &format!("```text\n```\n{wide}")).is_some());
}

//! Files of the right size, and lines that fit.

use std::collections::BTreeMap;

use super::source::{assert_none, without_comments};
use super::{check, files, has_word};

/// Longer files give the reason at their top.
const LINES_AT_MOST: usize = 400;

/// Half of the files have at most this many lines.
const MEDIAN_AT_MOST: usize = 150;

/// What rustfmt does for code; it leaves comments alone.
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

/// The first line of a file whose comment is too wide.
fn wide_comment(text: &str) -> Option<String> {
    let is_wide = |line: &str| line.chars().count() > WIDTH;
    let code = without_comments(text);
    let mut lines = (1..).zip(text.lines().zip(code.lines()));
    let (number, _) = lines.find(|(_, (line, code))| is_wide(line) && line != code)?;
    Some(format!("line {number}: a comment goes beyond column {WIDTH}"))
}

#[test]
fn comments_are_not_wide() {
    let found: BTreeMap<String, String> = files(&[".rs"])
        .into_iter()
        .filter_map(|(name, text)| Some((name, wide_comment(&text)?)))
        .collect();
    assert_none(&found);
}

#[test]
fn an_injected_wide_comment_is_seen() {
    let wide = "a".repeat(WIDTH);
    assert!(wide_comment(&format!("fn a() {{}}\n// {wide}\n")).unwrap().starts_with("line 2"));
    assert!(wide_comment(&format!("    fn b() {{}} // {wide}")).is_some());
    assert!(wide_comment(&format!("let c = \"// {wide}\";")).is_none());
    assert!(wide_comment("/// This one is just as wide as it may be, which is fine.").is_none());
}

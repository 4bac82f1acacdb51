//! Functions that fit on a screen. A table, that is, one `match` and nothing else, may be longer.

use std::collections::BTreeMap;

use super::exceptions::{LONG_FUNCTIONS, check_besides};
use super::files;
use super::source::{code, without_comments};

/// The most lines of a function's body, without blank ones and comments.
const LINES_AT_MOST: usize = 60;

/// A function's name, and its body as a range of characters, braces included.
struct Function {
    name: String,
    start: usize,
    end: usize,
}

/// Every function of a file that has a body.
fn functions(code: &[char]) -> Vec<Function> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for at in 0..code.len() {
        let begins = code[at..].starts_with(&['f', 'n', ' '])
            && at.checked_sub(1).is_none_or(|before| !is_of_word(code[before]));
        if !begins {
            continue;
        }
        let name: String = code[at + 3..].iter().take_while(|c| is_of_word(**c)).collect();
        if let Some(start) = body(code, at).filter(|_| !name.is_empty()) {
            found.push(Function { name, start, end: block_end(code, start) });
        }
    }
    found
}

/// Where the body of the function at this place begins.
fn body(code: &[char], at: usize) -> Option<usize> {
    let mut nested = 0;
    for (index, c) in code.iter().enumerate().skip(at) {
        match c {
            '(' | '[' => nested += 1,
            ')' | ']' => nested -= 1,
            ';' if nested == 0 => return None,
            '{' if nested == 0 => return Some(index),
            _ => {}
        }
    }
    None
}

/// One past the brace that closes the block at this place.
fn block_end(code: &[char], start: usize) -> usize {
    let mut depth = 0;
    for (index, c) in code.iter().enumerate().skip(start) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    code.len()
}

/// Whether a body is one `match` and nothing else.
fn is_table(body: &[char]) -> bool {
    let text: String = body.iter().collect();
    let inside = text.trim_start_matches('{').trim_start();
    if !inside.starts_with("match ") {
        return false;
    }
    let inside: Vec<char> = inside.chars().collect();
    let start = inside.iter().position(|c| *c == '{').unwrap_or_default();
    let rest: String = inside[block_end(&inside, start)..].iter().collect();
    rest.trim() == "}"
}

/// The long functions of a file, each with its number of lines.
fn long(text: &str) -> Vec<(String, usize)> {
    let code: Vec<char> = code(text).chars().collect();
    let shown: Vec<char> = without_comments(text).chars().collect();
    let lines = |function: &Function| {
        let body: String = shown[function.start + 1..function.end - 1].iter().collect();
        body.lines().filter(|line| !line.trim().is_empty()).count()
    };
    functions(&code)
        .into_iter()
        .filter(|function| !is_table(&code[function.start..function.end]))
        .map(|function| (function.name.clone(), lines(&function)))
        .filter(|(_, lines)| *lines > LINES_AT_MOST)
        .collect()
}

#[test]
fn functions_fit_on_a_screen() {
    let mut found = BTreeMap::new();
    for (name, text) in files(&[".rs"]) {
        for (function, lines) in long(&text) {
            found.insert(format!("{name} {function}"), format!("has {lines} lines; split it"));
        }
    }
    check_besides(&found, LONG_FUNCTIONS);
}

#[test]
fn an_injected_long_function_is_seen() {
    let lines = "    a();\n".repeat(LINES_AT_MOST);
    let names = |text: String| long(&text).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(format!("fn b(c: [u8; 2]) -> u8 {{\n{lines}    d()\n}}\n")), ["b"]);
    assert!(names(format!("fn b() {{\n{lines}\n    // d\n}}\n")).is_empty());
    assert!(names(format!("fn b() {{\n    match c {{\n{lines}    d()\n}}\n}}\n")).is_empty());
    assert_eq!(names(format!("fn b() {{\n    match c {{\n{lines}}}\nd()\n}}\n")), ["b"]);
    assert!(names("trait T { fn b(); }\ntype F = fn (u8);\n".to_owned()).is_empty());
}

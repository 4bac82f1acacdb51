//! Source text as the checks read it: without comments, strings and tests, line for line.

use std::collections::BTreeMap;

/// The text with comments, strings and characters blanked.
pub(crate) fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < chars.len() {
        let end = (at + skipped(&chars, at).max(1)).min(chars.len());
        let piece = &chars[at..end];
        if piece.len() > 1 {
            out.extend(piece.iter().copied().map(blank));
        } else {
            out.extend(piece);
        }
        at = end;
    }
    out
}

/// The code with everything blanked that is compiled for tests only.
pub(crate) fn live_code(text: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut code = code(text);
    while let Some(start) = code.find(MARK) {
        let after = start + MARK.len();
        let end = after + item_length(&code[after..]);
        let blank: String = code[start..end].chars().map(blank).collect();
        code.replace_range(start..end, &blank);
    }
    code
}

/// Whether a file of a crate's sources is compiled for tests only.
pub(crate) fn is_of_tests(name: &str) -> bool {
    let inside = name.split_once("/src/").map_or("", |(_, inside)| inside);
    inside.split('/').any(|part| {
        let stem = part.trim_end_matches(".rs");
        stem == "tests" || stem == "story" || stem.ends_with("_tests")
    })
}

/// Words, `::`, and single other characters.
pub(crate) fn tokens(code: &str) -> Vec<&str> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if is_of_word(c) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn blank(c: char) -> char {
    if c == '\n' { c } else { ' ' }
}

/// The length of the comment, string or character that begins here; zero if none does.
fn skipped(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    match rest {
        ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment(rest),
        ['"', ..] => quoted(rest),
        ['\'', '\\', _, tail @ ..] => tail.iter().position(|c| *c == '\'').map_or(0, |at| at + 4),
        ['\'', _, '\'', ..] => 3,
        ['r', '"' | '#', ..] if !is_inside_a_word(chars, at) => raw(rest),
        _ => 0,
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn quoted(rest: &[char]) -> usize {
    let mut at = 1;
    while let Some(c) = rest.get(at) {
        match c {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"…"` or `r#"…"#`; zero for a name such as `r#type`.
fn raw(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let from = 2 + hashes;
    let found = rest[from..].windows(end.len()).position(|window| window == end);
    found.map_or(rest.len(), |found| from + found + end.len())
}

fn is_inside_a_word(chars: &[char], at: usize) -> bool {
    let of_word = |at: Option<usize>| {
        at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric() || *c == '_')
    };
    let before = at.checked_sub(1);
    let is_bytes = before.is_some_and(|at| chars[at] == 'b') && !of_word(at.checked_sub(2));
    of_word(before) && !is_bytes
}

/// The length of the next item: up to its semicolon, or the end of its block.
fn item_length(code: &str) -> usize {
    let (mut nested, mut blocks) = (0, 0);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => nested += 1,
            ')' | ']' => nested -= 1,
            '{' => blocks += 1,
            '}' => blocks -= 1,
            _ => {}
        }
        if nested == 0 && blocks == 0 && matches!(c, ';' | '}') {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn only_code_is_left() {
    let text =
        "a // b\n/* c /* d */ */ e '\\'' '\"' 'f' &'g \"h\\\"\" r#\"i\"j\"# br\"k\" r#type\n";
    let left: Vec<_> = code(text).split_whitespace().map(str::to_owned).collect();
    assert_eq!(left, ["a", "e", "&'g", "b", "r#type"]);
    assert_eq!(code(text).chars().count(), text.chars().count());
    let text =
        "use a;\n#[cfg(test)]\nmod tests;\nfn b() {}\n#[cfg(test)]\nfn c(d: [u8; 2]) { ; }\ne";
    assert_eq!(live_code(text).split_whitespace().collect::<String>(), "usea;fnb(){}e");
    assert_eq!(tokens("a::b_c(*d)"), ["a", "::", "b_c", "(", "*", "d", ")"]);
}

/// Fails with every fault, by the name of its file.
#[track_caller]
pub(crate) fn assert_none(found: &BTreeMap<String, String>) {
    let faults: Vec<_> = found.iter().map(|(name, fault)| format!("{name}: {fault}")).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

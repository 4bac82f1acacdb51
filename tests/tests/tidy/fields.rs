//! Every field of the terms has an effect: some code reads it.

use std::collections::BTreeSet;

use crate::files;

/// Where the fields are declared.
const DECLARED: &str = "services/terms/src/terms";

/// Listing and validating a field is no effect.
const NO_EFFECT: [&str; 2] = ["services/terms/src/publishing", "services/terms/src/terms/waits.rs"];

#[test]
fn every_field_of_the_terms_is_read_by_something() {
    let mut declared = BTreeSet::new();
    let sources = files(&[".rs"]);
    for (_, code) in sources.iter().filter(|(name, _)| name.starts_with(DECLARED)) {
        declared.extend(fields_of(code));
    }
    assert!(declared.len() > 100, "the fields are no longer found: {declared:?}");
    let sources: Vec<_> = sources
        .iter()
        .filter(|(name, _)| has_effect(name))
        .map(|(_, code)| code_of(code))
        .collect();
    let unread: Vec<_> = declared.iter().filter(|field| !is_read(field, &sources)).collect();
    assert!(unread.is_empty(), "fields of the terms that nothing reads: {unread:#?}");
}

#[test]
fn a_field_that_is_only_declared_mentioned_or_called_is_noticed() {
    let waits = "/// Group.\npub struct Waits {\n    /// A day.\n    pub offer: Span,\n}\n";
    let fee = "\npub struct Fee {\n    pub rule: String,\n    pub unread: String,\n}\n";
    let declaration = &format!("{waits}{fee}");
    let fields = fields_of(declaration);
    assert_eq!(
        fields.iter().map(String::as_str).collect::<Vec<_>>(),
        ["waits.offer", "rule", "unread"]
    );
    let code = "fn f() {\n    // fee.unread\n    fee.unread();\n    fee\n        .rule;\n}\n\
                #[cfg(test)]\nmod tests { fn f() { waits.offer; fee.unread; } }\n";
    let read = |field| is_read(field, &[code_of(code)]);
    assert!(read("rule") && !read("unread") && !read("waits.offer"));
    let by_group = code_of("let claim = state.offer; let span = terms.waits.offer;");
    assert!(is_read("waits.offer", &[by_group]));
    assert!(!is_read("waits.offer", &[code_of("claim.offer")]));
}

/// The public fields of the structs in a file. Those of `Waits` have names that other types have as
/// well, so they are named with their group.
fn fields_of(code: &str) -> Vec<String> {
    let (mut fields, mut group) = (Vec::new(), "");
    for line in code.lines() {
        if let Some(name) = line.strip_prefix("pub struct ") {
            group = if name.starts_with("Waits ") { "waits." } else { "" };
        }
        let field = line.strip_prefix("    pub ").and_then(|rest| rest.split_once(": "));
        if let Some((name, _)) = field.filter(|(name, _)| !name.contains(['(', ' '])) {
            fields.push(format!("{group}{name}"));
        }
    }
    fields
}

/// Whether `.name` occurs, and no call of a method of that name.
fn is_read(field: &str, sources: &[String]) -> bool {
    let accessed = match field.split_once('.') {
        Some(_) => field.to_owned(),
        None => format!(".{field}"),
    };
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '(');
    sources.iter().any(|code| {
        code.match_indices(&accessed).any(|(at, found)| {
            let before = code[..at].chars().next_back();
            let starts = found.starts_with('.') || !before.is_some_and(is_of_name);
            starts && !code[at + found.len()..].starts_with(is_of_name)
        })
    })
}

/// Code without comments, white space around dots, and the tests at its end.
fn code_of(file: &str) -> String {
    let code = file.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    let lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n").replace("\n.", ".")
}

/// Whether a file is code of a service that can have an effect.
fn has_effect(name: &str) -> bool {
    let is_source = name.starts_with("services/") && name.contains("/src/");
    is_source && !name.contains("/tests") && !NO_EFFECT.iter().any(|part| name.starts_with(part))
}

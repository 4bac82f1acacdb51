//! Every field of the terms has an effect: some code reads it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the fields are declared.
const DECLARED: &str = "services/terms/src/terms";

/// Listing and validating a field is no effect.
const NO_EFFECT: [&str; 2] = ["services/terms/src/publishing", "services/terms/src/terms/waits.rs"];

#[test]
fn every_field_of_the_terms_is_read_by_something() {
    let mut declared = BTreeSet::new();
    for path in files_of(&root().join(DECLARED)) {
        declared.extend(fields_of(&fs::read_to_string(path).unwrap()));
    }
    assert!(declared.len() > 100, "the fields are no longer found: {declared:?}");
    let sources = sources();
    let unread: Vec<_> = declared.iter().filter(|field| !is_read(field, &sources)).collect();
    assert!(unread.is_empty(), "fields of the terms that nothing reads: {unread:#?}");
}

#[test]
fn a_field_that_is_only_declared_mentioned_or_called_is_noticed() {
    let declaration = "/// Group.\npub struct Waits {\n    /// A day.\n    pub offer: Span,\n}\n\npub struct Fee \
         {\n    pub rule: String,\n    pub unread: String,\n}\n";
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

/// The code of all services that can have an effect.
fn sources() -> Vec<String> {
    let services = fs::read_dir(root().join("services")).unwrap();
    let folders = services.map(|service| service.unwrap().path().join("src"));
    let is_effect = |path: &PathBuf| {
        let path = path.to_string_lossy();
        !NO_EFFECT.iter().any(|part| path.contains(part)) && !path.contains("/tests")
    };
    let files = folders.flat_map(|folder| files_of(&folder)).filter(is_effect);
    files.map(|path| code_of(&fs::read_to_string(path).unwrap())).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.flat_map(|path| if path.is_dir() { files_of(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

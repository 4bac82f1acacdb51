//! Sibling modules that name each other, directly or around a circle: none of them can be read
//! alone.
//!
//! What counts is a path through `crate` or `super`, in a `use` or in the code. Tests do not count.

use std::collections::{BTreeMap, BTreeSet};

use super::files;
use super::source::{assert_none, is_of_tests, live_code, tokens};

/// The path of a module inside its crate.
pub(crate) type ModulePath = Vec<String>;

/// The crate of a file, as a folder, and its module there.
pub(crate) fn module_of(name: &str) -> Option<(String, ModulePath)> {
    let name = name.strip_suffix(".rs")?;
    let (folder, inside) = if let Some((package, inside)) = name.split_once("/src/") {
        let Some(inside) = inside.strip_prefix("bin/") else {
            return Some((format!("{package}/src"), path_of(inside)));
        };
        (format!("{package}/src/bin"), inside)
    } else {
        let (package, inside) = name.split_once("/tests/")?;
        (format!("{package}/tests"), inside)
    };
    // One program, one crate: `bin/faults/scene.rs`, `tests/service/main.rs`, `tests/program.rs`.
    let (program, inside) = inside.split_once('/').unwrap_or((inside, "main"));
    Some((format!("{folder}/{program}"), path_of(inside)))
}

fn path_of(inside: &str) -> ModulePath {
    let is_root = ["lib", "main"].contains(&inside);
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    if is_root { Vec::new() } else { inside.split('/').map(str::to_owned).collect() }
}

/// The paths that begin with `crate`, `super` or `self`.
pub(crate) fn references(code: &str) -> Vec<Vec<&str>> {
    let tokens = tokens(code);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let begins = ["crate", "super", "self"].contains(&tokens[at])
            && tokens.get(at + 1) == Some(&"::")
            && at.checked_sub(1).is_none_or(|before| !["::", "$"].contains(&tokens[before]));
        at = if begins { read_path(&tokens, at, &[], &mut found) } else { at + 1 };
    }
    found
}

/// Reads a path, or the tree of a `use`; returns the index after it.
fn read_path<'a>(
    tokens: &[&'a str],
    mut at: usize,
    before: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    let mut path = before.to_vec();
    while let Some(&token) = tokens.get(at) {
        if token == "{" {
            return read_branches(tokens, at + 1, &path, found);
        }
        if !token.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            break;
        }
        path.push(token);
        at += 1;
        if tokens.get(at) != Some(&"::") {
            break;
        }
        at += 1;
    }
    found.push(path);
    at
}

fn read_branches<'a>(
    tokens: &[&'a str],
    mut at: usize,
    before: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    while let Some(&token) = tokens.get(at) {
        at = match token {
            "}" => return at + 1,
            "," => at + 1,
            // A new name.
            "as" => at + 2,
            _ => read_path(tokens, at, before, found).max(at + 1),
        };
    }
    at
}

/// A path as seen from a module, from the root of the crate.
pub(crate) fn resolved(path: &[&str], module: &[String]) -> ModulePath {
    let mut at = if path.first() == Some(&"crate") { Vec::new() } else { module.to_vec() };
    for part in path {
        match *part {
            "crate" | "self" => {}
            "super" => {
                at.pop();
            }
            name => at.push(name.to_owned()),
        }
    }
    at
}

/// Which sibling each module of a crate names, by their parent.
type Edges = BTreeMap<ModulePath, BTreeMap<String, BTreeSet<String>>>;

fn edges(modules: &BTreeMap<ModulePath, String>) -> Edges {
    let mut edges = Edges::new();
    for (module, code) in modules {
        for reference in references(code) {
            let named = resolved(&reference, module);
            let shared = module.iter().zip(&named).take_while(|(a, b)| a == b).count();
            let (Some(from), Some(to)) = (module.get(shared), named.get(shared)) else { continue };
            let is_within = |other: &ModulePath| other.starts_with(&named[..=shared]);
            if modules.keys().any(is_within) {
                let of_parent = edges.entry(module[..shared].to_vec()).or_default();
                of_parent.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    edges
}

/// The shortest circle through a module.
fn circle(edges: &BTreeMap<String, BTreeSet<String>>, from: &str) -> Option<Vec<String>> {
    let mut paths = vec![vec![from.to_owned()]];
    let mut seen = BTreeSet::new();
    while !paths.is_empty() {
        let mut longer = Vec::new();
        for path in paths {
            let named = path.last().and_then(|last| edges.get(last)).into_iter().flatten();
            for next in named {
                let longer_path: Vec<_> = path.iter().chain([next]).cloned().collect();
                if next == from {
                    return Some(longer_path);
                }
                if seen.insert(next.clone()) {
                    longer.push(longer_path);
                }
            }
        }
        paths = longer;
    }
    None
}

/// Every module in a circle, with the shortest one.
fn circles(files: &[(String, String)]) -> BTreeMap<String, String> {
    let mut crates: BTreeMap<String, BTreeMap<ModulePath, String>> = BTreeMap::new();
    for (name, text) in files.iter().filter(|(name, _)| !is_of_tests(name)) {
        if let Some((of_crate, module)) = module_of(name) {
            crates.entry(of_crate).or_default().insert(module, live_code(text));
        }
    }
    let mut found = BTreeMap::new();
    for (of_crate, modules) in &crates {
        for (parent, edges) in edges(modules) {
            for module in edges.keys() {
                if let Some(circle) = circle(&edges, module) {
                    let parents = parent.iter().map(String::as_str);
                    let name: Vec<_> = [of_crate.as_str()]
                        .into_iter()
                        .chain(parents)
                        .chain([module.as_str()])
                        .collect();
                    let circle = format!("is in a circle: {}", circle.join(" → "));
                    found.insert(name.join("/"), circle);
                }
            }
        }
    }
    found
}

#[test]
fn sibling_modules_have_an_order() {
    assert_none(&circles(&files(&[".rs"])));
}

#[test]
fn an_injected_circle_is_seen() {
    let file = |name: &str, text: &str| (format!("services/x/src/{name}"), text.to_owned());
    let of = |texts: [&str; 3]| {
        let names = ["a.rs", "b/mod.rs", "b/c.rs"];
        let files: Vec<_> = names.into_iter().zip(texts).map(|(name, t)| file(name, t)).collect();
        circles(&files)
    };
    let found = of(["use crate::b::{self, C as D};", "", "fn c() { crate::a::d::<u8>() }"]);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["services/x/src/a", "services/x/src/b"]);
    assert_eq!(found["services/x/src/a"], "is in a circle: a → b → a");
    let around = [file("a.rs", "use super::b;"), file("b.rs", "use super::c::C;")];
    let around = [around.as_slice(), &[file("c.rs", "use crate::{x, a::A};")]].concat();
    assert_eq!(circles(&around)["services/x/src/b"], "is in a circle: b → c → a → b");
    for fine in [
        // A parent and its child, a new name that is a module's, a comment, a test.
        ["", "use self::c::C;", "use super::{B, X as a};"],
        ["use crate::b::B;", "", "// crate::a::A\nconst A: &str = \"crate::a::A\";"],
        ["use crate::b::B;", "", "#[cfg(test)]\nmod tests { use crate::a::A; }"],
    ] {
        assert!(of(fine).is_empty(), "{fine:?}");
    }
    let domain = [("domain/mod.rs", "reactions"), ("reactions.rs", "domain")];
    let domain = domain.map(|(name, other)| file(name, &format!("use crate::{other}::a;")));
    assert_eq!(circles(&domain).len(), 2);
    let of_program = module_of("services/x/tests/service/market.rs").unwrap();
    assert_eq!(of_program, ("services/x/tests/service".to_owned(), vec!["market".to_owned()]));
}

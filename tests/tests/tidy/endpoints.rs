//! One endpoint, one file: the name of a file is enough to find a call.

use std::collections::BTreeMap;

use super::files;
use super::source::{assert_none, live_code, tokens};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The handlers in the routes of a file, each with its module; none for a handler of the same file.
fn handlers(code: &str) -> Vec<(Option<&str>, &str)> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    for at in 1..tokens.len() {
        if !METHODS.contains(&tokens[at]) || tokens.get(at + 1) != Some(&"(") {
            continue;
        }
        match tokens[at + 2..] {
            [module, "::", handler, ")", ..] if module != "self" => {
                found.push((Some(module), handler));
            }
            // Not a look-up such as `headers.get(name)`.
            [handler, ")", ..] if tokens[at - 1] == "," => found.push((None, handler)),
            _ => {}
        }
    }
    found
}

/// The endpoints of each file in the folders `http`, if there are several, or any in `mod.rs`.
fn crowded(files: &[(String, String)]) -> BTreeMap<String, String> {
    let mut endpoints: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, text) in files {
        let Some((folder, _)) = name.split_once("/http/").filter(|_| name.starts_with("services/"))
        else {
            continue;
        };
        for (module, handler) in handlers(&live_code(text)) {
            let file = module.map(|module| format!("{folder}/http/{module}.rs"));
            let file = file.unwrap_or_else(|| name.clone());
            endpoints.entry(file).or_default().push(handler.to_owned());
        }
    }
    let is_crowded =
        |name: &str, handlers: &[String]| handlers.len() > 1 || name.ends_with("/mod.rs");
    endpoints.retain(|name, handlers| is_crowded(name, handlers));
    let described = |(name, handlers): (String, Vec<String>)| {
        (name, format!("has several endpoints: {}", handlers.join(", ")))
    };
    endpoints.into_iter().map(described).collect()
}

#[test]
fn every_endpoint_has_a_file() {
    let files = files(&[".rs"]);
    let claims = ("services/claims/src/http/mod.rs", "post(");
    assert!(files.iter().any(|(name, text)| name == claims.0 && text.contains(claims.1)));
    assert_none(&crowded(&files));
}

#[test]
fn an_injected_second_endpoint_is_seen() {
    let routes = |text: &str| {
        let file = ("services/x/src/http/mod.rs".to_owned(), text.to_owned());
        crowded(&[file]).into_keys().collect::<Vec<_>>()
    };
    let two =
        ".route(\"/a\", post(a::make)).route(\"/b\", get(a::show)).route(\"/c\", get(c::list))";
    assert_eq!(routes(two), ["services/x/src/http/a.rs"]);
    assert_eq!(routes(".route(\"/a\", get(a::x).post(a::y))"), ["services/x/src/http/a.rs"]);
    assert_eq!(routes(".route(\"/a\", get(show))"), ["services/x/src/http/mod.rs"]);
    assert!(routes(".route(\"/a\", get(a::x).post(b::y)); headers.get(name);").is_empty());
}

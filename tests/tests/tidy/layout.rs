//! The five services that decide have one layout, so that someone who knows one finds everything in
//! the others.

use std::collections::{BTreeMap, BTreeSet};

use super::circles::{module_of, references, resolved};
use super::files;
use super::source::{assert_none, is_of_tests, live_code};

const DECIDING: [&str; 5] = ["order-intake", "warranty-sales", "claims", "repair-shops", "refunds"];

/// What a service may have under `src`.
const OF_A_SERVICE: [&str; 10] = [
    "lib",
    "main",
    "decider",
    "foreign",
    "reactions",
    "domain",
    "timeline",
    "projections",
    "queries",
    "http",
];

/// What only one service has: the marketplace's facts come in through a feed, an import and hooks.
const OF_ONE_SERVICE: [&str; 3] =
    ["order-intake/src/feed", "order-intake/src/import", "order-intake/src/intake"];

/// The second decider of a service has the layout of a domain in a folder of its own.
const SECOND_DOMAIN: &str = "warranty-sales/src/domain/catalogue";

/// What a domain may have, from below to above: none names one of a higher rank.
const OF_A_DOMAIN: [(&str, usize); 6] =
    [("rejection", 0), ("commands", 0), ("events", 0), ("state", 1), ("rules", 2), ("handle", 3)];

const REQUIRED: [&str; 13] = [
    "src/decider",
    "src/lib",
    "src/timeline",
    "src/main",
    "src/domain",
    "src/domain/commands",
    "src/domain/events",
    "src/domain/rejection",
    "src/domain/state",
    "src/domain/handle",
    "src/domain/tests",
    "tests/program",
    "tests/service/main",
];

/// The name of a module's file: `src/domain/mod.rs` and `src/domain.rs` are both `src/domain`.
fn stem(path: &str) -> &str {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    path.strip_suffix("/mod").unwrap_or(path)
}

/// Why a file is not where it belongs.
fn misplaced(service: &str, path: &str) -> Option<&'static str> {
    let inside = stem(path).strip_prefix("src/")?;
    let mut parts = inside.split('/');
    let (first, second) = (parts.next()?, parts.next());
    let of_one_service =
        OF_ONE_SERVICE.iter().any(|only| *only == format!("{service}/src/{first}"));
    if !OF_A_SERVICE.contains(&first) && !of_one_service {
        return Some("is no part of a service's layout");
    }
    match (first, second) {
        ("domain", Some(second)) => {
            let is_second = format!("{service}/src/domain/{second}") == SECOND_DOMAIN;
            let part = if is_second { parts.next().unwrap_or("tests") } else { second };
            let known = part == "tests" || OF_A_DOMAIN.iter().any(|(name, _)| *name == part);
            (!known).then_some("is no part of a domain: a decision is in handle/, a rule in rules/")
        }
        ("reactions", Some(second)) => (second != "tests").then_some("reactions are one file"),
        _ => None,
    }
}

/// What a file of a domain names that is above it.
fn looks_up(name: &str, text: &str) -> Option<String> {
    let rank = |module: &[String]| {
        let second = module.get(1).filter(|_| module.first().is_some_and(|it| it == "domain"))?;
        OF_A_DOMAIN.iter().find(|(name, _)| second == name).map(|(_, rank)| *rank)
    };
    let (_, module) = module_of(name)?;
    let own = rank(&module)?;
    let code = live_code(text);
    let mut named = references(&code).into_iter().map(|path| resolved(&path, &module));
    let above = named.find(|path| rank(path).is_some_and(|other| other > own))?;
    Some(format!("names {}, which is above it", above.join("::")))
}

/// The words that every domain uses for its context and its decisions.
fn lacks_names(text: &str) -> Option<String> {
    let names = ["type Cx<'a> = Context<'a, ", "type Decision = Result<Vec<"];
    let missing = names.into_iter().find(|name| !text.contains(name))?;
    Some(format!("does not say `{missing}…`"))
}

/// Everything that differs from the layout, by file.
fn differences(files: &[(String, String)]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for service in DECIDING {
        let folder = format!("services/{service}/");
        let of_service: Vec<_> = files
            .iter()
            .filter_map(|(name, text)| Some((name, name.strip_prefix(&folder)?, text)))
            .collect();
        let stems: BTreeSet<&str> = of_service.iter().map(|(_, path, _)| stem(path)).collect();
        for missing in REQUIRED.iter().filter(|required| !stems.contains(*required)) {
            found.insert(format!("{folder}{missing}"), "is missing".to_owned());
        }
        for (name, path, text) in of_service {
            let fault = misplaced(service, path).map(str::to_owned);
            let fault =
                fault.or_else(|| if is_of_tests(name) { None } else { looks_up(name, text) });
            let is_top = path == "src/domain/mod.rs";
            let fault = fault.or_else(|| if is_top { lacks_names(text) } else { None });
            if let Some(fault) = fault {
                found.insert(name.clone(), fault);
            }
        }
    }
    found
}

#[test]
fn services_have_one_layout() {
    assert_none(&differences(&files(&[".rs"])));
}

#[test]
fn an_injected_difference_of_layout_is_seen() {
    let good = "type Cx<'a> = Context<'a, TermsBook>;\ntype Decision = Result<Vec<Event>, No>;";
    let sound: Vec<(String, String)> = DECIDING
        .iter()
        .flat_map(|service| REQUIRED.iter().map(move |path| format!("services/{service}/{path}")))
        .map(|path| {
            if path.ends_with("/domain") {
                (format!("{path}/mod.rs"), good.to_owned())
            } else {
                (format!("{path}.rs"), String::new())
            }
        })
        .collect();
    assert_eq!(differences(&sound), BTreeMap::new());
    let with = |path: &str, text: &str| {
        let mut files = sound.clone();
        files.retain(|(name, _)| name != path);
        files.push((path.to_owned(), text.to_owned()));
        differences(&files).into_keys().collect::<Vec<_>>()
    };
    for (path, text) in [
        ("services/claims/src/reading.rs", ""),
        ("services/claims/src/intake/mod.rs", ""),
        ("services/claims/src/domain/appeal.rs", ""),
        ("services/claims/src/domain/mod.rs", "type Cx<'a> = Context<'a, TermsBook>;"),
        ("services/claims/src/domain/state.rs", "use super::handle::file;"),
        ("services/claims/src/domain/rules/time.rs", "fn a() { crate::domain::handle::b() }"),
        ("services/claims/src/reactions/facts.rs", ""),
    ] {
        assert_eq!(with(path, text), [path], "{path}");
    }
    for (path, text) in [
        ("services/order-intake/src/intake/mod.rs", ""),
        ("services/claims/src/domain/handle/appeal.rs", "use crate::domain::rules::in_time;"),
        ("services/claims/src/domain/tests/appeal.rs", "use crate::domain::handle;"),
        ("services/claims/src/reactions/tests.rs", ""),
        ("services/audit/src/sentences.rs", ""),
    ] {
        assert_eq!(with(path, text), Vec::<String>::new(), "{path}");
    }
    let missing: Vec<_> = differences(&sound[1..]).into_keys().collect();
    assert_eq!(missing, ["services/order-intake/src/decider"]);
}

//! Who may name whom: pure crates no I/O, a crate only crates below it, and what the services build
//! on no event.

use std::collections::BTreeSet;
use std::path::Path;

use super::{check, files};

/// What the pure crates may not name: crates that wait, send or store.
const IMPURE: [&str; 4] = ["tokio", "sqlx", "rdkafka", "axum"];

/// The crates in `services`, floor by floor from the ground up. A crate names only crates of floors
/// below its own: those of one floor never name each other. The services that decide are such a
/// floor; they meet in the schemas, never in each other's code.
const FLOORS: &[&[&str]] = &[
    &["kernel"],
    &["terms", "sealing"],
    &["runtime"],
    &["edge", "simulated"],
    &["wiring"],
    &["order-intake", "warranty-sales", "claims", "repair-shops", "refunds"],
    &["audit"],
    &["process"],
    &["clients"],
    &["cases", "demo"],
    &["recourse"],
];

/// The contracts, which every crate may name.
const CONTRACTS: &str = "schemas";

/// What any crate may name for its tests. Outside of tests, only the player of cases names the
/// simulated log and stores; a production build leaves it out.
const FOR_TESTS: &[&str] = &["installation", SIMULATED];
const DEV: &str = "dev-dependencies";
const SIMULATED: &str = "simulated";
const SIMULATES: &str = "cases";

/// The names in a manifest's tables of dependencies, of those whose kind (`dev-dependencies`)
/// counts.
fn named_in(manifest: &str, counts: impl Fn(&str) -> bool) -> BTreeSet<&str> {
    let is_table = |table: &str| {
        let kind = table.rsplit_once('.').map_or(table, |(_, kind)| kind);
        kind.ends_with("dependencies") && counts(kind)
    };
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            inside = is_table(table);
            if let Some((head, name)) = table.rsplit_once('.')
                && is_table(head)
            {
                found.insert(name);
            }
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            found.insert(line.split(['.', '=', ' ']).next().unwrap_or_default());
        }
    }
    found
}

/// The names in all of a manifest's tables of dependencies.
fn dependencies(manifest: &str) -> BTreeSet<&str> {
    named_in(manifest, |_| true)
}

/// The impure names in a pure crate's manifest or source.
fn impurities(name: &str, text: &str) -> Vec<String> {
    let is_manifest = Path::new(name).extension().is_some_and(|extension| extension == "toml");
    let found: Vec<&str> = if is_manifest {
        let dependencies = dependencies(text);
        IMPURE
            .into_iter()
            .filter(|impure| dependencies.iter().any(|name| name.starts_with(impure)))
            .collect()
    } else {
        IMPURE.into_iter().filter(|impure| text.contains(&format!("{impure}::"))).collect()
    };
    found.into_iter().map(|impure| format!("names {impure}; this crate is pure")).collect()
}

#[test]
fn kernel_and_terms_are_pure() {
    let files: Vec<_> = files(&[".rs", "Cargo.toml"])
        .into_iter()
        .filter(|(name, _)| {
            name.starts_with("services/kernel/") || name.starts_with("services/terms/")
        })
        .collect();
    assert!(files.len() > 10, "kernel and terms have moved");
    check(&files, impurities);
}

#[test]
fn an_injected_impurity_is_seen() {
    let faults = |text| impurities("Cargo.toml", text).len();
    assert_eq!(faults("[dependencies]\nserde.workspace = true\n[lints]\ntokio = 1\n"), 0);
    assert_eq!(faults("[dev-dependencies]\ntokio-util = \"0.7\"\n"), 1);
    assert_eq!(faults("[target.'cfg(unix)'.dependencies]\nsqlx = { version = \"0.9\" }\n"), 1);
    assert_eq!(faults("[dependencies.rdkafka]\nversion = \"1\"\n"), 1);
    assert_eq!(impurities("lib.rs", "use axum::Router;").len(), 1);
}

/// The floor of a crate in `services`, by the name of its folder.
fn floor_of(folder: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&folder))
}

/// Our own crates that the manifest of a crate in `services` names and may not.
fn upward_arrows(name: &str, manifest: &str) -> Vec<String> {
    let Some(folder) = name.strip_prefix("services/").and_then(|path| path.split('/').next())
    else {
        return Vec::new();
    };
    let Some(floor) = floor_of(folder) else {
        return vec!["is not on the list of floors".to_owned()];
    };
    let only_in_tests: BTreeSet<&str> = {
        let shipped = named_in(manifest, |kind| kind != DEV);
        named_in(manifest, |kind| kind == DEV).difference(&shipped).copied().collect()
    };
    let is_allowed = |name: &str, other: &str| {
        if other == CONTRACTS || (FOR_TESTS.contains(&other) && only_in_tests.contains(name)) {
            return true;
        }
        let is_below = floor_of(other).is_some_and(|other| other < floor);
        is_below && (other != SIMULATED || folder == SIMULATES)
    };
    let ours = dependencies(manifest).into_iter().filter_map(|name| {
        let other = if name == "recourse" { Some(name) } else { name.strip_prefix("recourse-") };
        Some((name, other?))
    });
    ours.filter(|(name, other)| !is_allowed(name, other))
        .map(|(name, _)| format!("depends on {name}, which is not on a floor below"))
        .collect()
}

#[test]
fn every_crate_names_only_crates_below_it() {
    let manifests = files(&["Cargo.toml"]);
    for folder in FLOORS.iter().copied().flatten() {
        let manifest = format!("services/{folder}/Cargo.toml");
        assert!(manifests.iter().any(|(name, _)| *name == manifest), "{manifest} has moved");
    }
    check(&manifests, upward_arrows);
}

#[test]
fn an_injected_upward_arrow_is_seen() {
    let on = |folder: &str, manifest: &str| {
        upward_arrows(&format!("services/{folder}/Cargo.toml"), manifest).len()
    };
    let manifest =
        "[dependencies]\nrecourse-kernel.workspace = true\nrecourse-claims.workspace = true\n";
    assert_eq!(on("refunds", manifest), 1, "another service");
    assert_eq!(on("runtime", manifest), 1, "a crate above");
    assert_eq!(on("claims", manifest), 1, "itself");
    assert_eq!(on("somewhere", manifest), 1, "a crate on no floor");
    assert_eq!(on("recourse", manifest), 0);
    assert!(upward_arrows("tests/Cargo.toml", manifest).is_empty());
    let support = "[dev-dependencies]\nrecourse-installation.workspace = true\n";
    assert_eq!(on("claims", support), 0);
    assert_eq!(on("claims", &support.replace("dev-", "")), 1, "test support in a release");
    let simulated = "[dependencies]\nrecourse-simulated.workspace = true\n";
    assert_eq!((on("cases", simulated), on("claims", simulated)), (0, 1));
    let in_tests = simulated.replace('[', "[dev-");
    assert_eq!(on("runtime", &in_tests), 0);
    assert_eq!(on("claims", &format!("{simulated}{in_tests}")), 1, "in tests and outside");
}

/// The crates that every service builds on, and that know no event by name.
const IGNORANT_OF_EVENTS: [&str; 5] = ["runtime", "sealing", "edge", "simulated", "wiring"];

fn names_of_events(_: &str, text: &str) -> Vec<String> {
    let prefixes =
        ["order", "policy", "claim", "job", "settlement"].map(|word| format!("\"recourse.{word}."));
    prefixes
        .into_iter()
        .filter(|prefix| text.contains(prefix.as_str()))
        .map(|prefix| format!("names an event by its type: {prefix}…\""))
        .collect()
}

#[test]
fn what_services_build_on_names_no_event_type() {
    let files: Vec<_> = files(&[".rs"])
        .into_iter()
        .filter(|(name, _)| {
            let is_in = |folder| name.starts_with(&format!("services/{folder}/src/"));
            IGNORANT_OF_EVENTS.into_iter().any(is_in) && !name.contains("test")
        })
        .collect();
    assert!(files.len() > 60, "runtime, sealing, edge or wiring has moved");
    check(&files, |name, text| names_of_events(name, before_tests(text)));
    assert_eq!(names_of_events("", "match kind { \"recourse.claim.filed.v1\" => 1 }").len(), 1);
}

/// A file's text up to its module of tests.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

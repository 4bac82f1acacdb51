//! What the checks of the layout still let pass. These lists only shrink: an exception that is no
//! longer needed fails its check.

use std::collections::BTreeMap;

/// Modules that name each other in a circle.
pub(crate) const IN_A_CIRCLE: &[&str] = &[];

/// Files of services that are elsewhere than the layout says, or missing.
pub(crate) const ANOTHER_LAYOUT: &[&str] = &[
    "services/order-intake/src/domain/locations.rs",
    "services/repair-shops/src/domain/evidence.rs",
];

pub(crate) const SEVERAL_ENDPOINTS: &[&str] = &[];

/// Functions that do not fit on a screen.
pub(crate) const LONG_FUNCTIONS: &[&str] =
    &["services/repair-shops/tests/service/main.rs a_job_is_reported_from_receipt_to_hand_over"];

/// Files with comments that are too wide.
pub(crate) const WIDE_COMMENTS: &[&str] = &[];

/// Reports what is found and not known, and what is known and no longer found.
pub(crate) fn besides(found: &BTreeMap<String, String>, known: &[&str]) -> Vec<String> {
    let new = found.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    let new = new.map(|(name, fault)| format!("{name}: {fault}"));
    let gone = known.iter().filter(|name| !found.contains_key(**name));
    let gone = gone.map(|name| format!("{name}: is in order now; remove its exception"));
    new.chain(gone).collect()
}

#[track_caller]
pub(crate) fn check_besides(found: &BTreeMap<String, String>, known: &[&str]) {
    let faults = besides(found, known);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn exceptions_only_shrink() {
    let found = BTreeMap::from([("a", "wrong"), ("b", "wrong")]);
    let found = found.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    assert!(besides(&found, &["a", "b"]).is_empty());
    assert_eq!(besides(&found, &["a"]), ["b: wrong"]);
    let gone = "c: is in order now; remove its exception";
    assert_eq!(besides(&found, &["a", "b", "c"]), [gone]);
}

//! What the checks of the layout still let pass. These lists only shrink: an exception that is no
//! longer needed fails its check.

use std::collections::BTreeMap;

/// Modules that name each other in a circle.
pub(crate) const IN_A_CIRCLE: &[&str] = &[
    "services/cases/src/expect",
    "services/cases/src/playing",
    "services/demo/src/adjusters",
    "services/demo/src/buyers",
    "services/demo/src/calendar",
    "services/demo/src/gateway",
    "services/demo/src/marketplace",
    "services/demo/src/play",
    "services/demo/src/shops",
    "services/demo/src/world",
    "services/edge/src/caller",
    "services/edge/src/keys",
    "services/edge/src/position",
    "services/edge/src/problem",
    "services/edge/tests/edge/installation",
    "services/edge/tests/edge/writer",
    "services/runtime/src/kafka",
    "services/runtime/src/kafka/follower",
    "services/runtime/src/kafka/stall_detector",
    "services/runtime/src/projector/batch",
    "services/runtime/src/projector/feed",
    "services/runtime/src/projector/model",
    "services/runtime/src/projector/outcomes",
    "services/runtime/src/projector/reader",
    "services/runtime/src/projector/rounds",
    "services/runtime/src/projector/run",
    "services/runtime/src/projector/streams",
    "services/runtime/src/settings",
];

/// Files of services that are elsewhere than the layout says, or missing.
pub(crate) const ANOTHER_LAYOUT: &[&str] = &[
    "services/order-intake/src/domain/locations.rs",
    "services/repair-shops/src/domain/evidence.rs",
    "services/warranty-sales/src/domain/catalogue/tests.rs",
];

/// Files with several endpoints.
pub(crate) const SEVERAL_ENDPOINTS: &[&str] =
    &["services/audit/src/http/deadlines.rs", "services/audit/src/http/timeline.rs"];

/// Functions that do not fit on a screen.
pub(crate) const LONG_FUNCTIONS: &[&str] = &[
    "services/audit/src/deadline.rs changes",
    "services/audit/src/sentences.rs claim",
    "services/audit/src/sentences.rs job",
    "services/audit/src/sentences.rs order",
    "services/cases/src/calls.rs call",
    "services/cases/src/schema.rs expect",
    "services/cases/src/schema.rs schema",
    "services/edge/tests/edge/installation.rs with_commands_over",
    "services/repair-shops/tests/service/main.rs a_job_is_reported_from_receipt_to_hand_over",
    "services/wiring/src/settled.rs settled",
];

/// Files with comments that are too wide.
pub(crate) const WIDE_COMMENTS: &[&str] = &[
    "services/audit/src/http/access.rs",
    "services/kernel/src/folded/mod.rs",
    "services/kernel/src/money.rs",
    "services/runtime/src/clock.rs",
    "services/runtime/src/writer/mod.rs",
];

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

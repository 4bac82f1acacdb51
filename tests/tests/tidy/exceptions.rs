//! What the checks of the layout still let pass. These lists only shrink: an exception that is no
//! longer needed fails its check.

use std::collections::BTreeMap;

/// Modules that name each other in a circle.
pub(crate) const IN_A_CIRCLE: &[&str] = &[
    "services/cases/src/expect",
    "services/cases/src/playing",
    "services/claims/src/domain/appeal",
    "services/claims/src/domain/chain",
    "services/claims/src/domain/claim",
    "services/claims/src/domain/defects",
    "services/claims/src/domain/disputes",
    "services/claims/src/domain/explanation",
    "services/claims/src/domain/facts",
    "services/claims/src/domain/failed_repair",
    "services/claims/src/domain/in_time",
    "services/claims/src/domain/inspection",
    "services/claims/src/domain/late_shipments",
    "services/claims/src/domain/lost",
    "services/claims/src/domain/negotiation",
    "services/claims/src/domain/questions",
    "services/claims/src/domain/refusals",
    "services/claims/src/domain/rejection",
    "services/claims/src/domain/remedy",
    "services/claims/src/domain/replacement",
    "services/claims/src/domain/review",
    "services/claims/src/domain/settlement",
    "services/claims/src/domain/submission",
    "services/claims/src/domain/time",
    "services/claims/src/domain/verification",
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
    "services/order-intake/src/domain/rules",
    "services/order-intake/src/domain/state",
    "services/refunds/src/domain",
    "services/refunds/src/domain/again",
    "services/refunds/src/domain/opening",
    "services/refunds/src/reactions",
    "services/repair-shops/src/domain",
    "services/repair-shops/src/domain/bench_clock",
    "services/repair-shops/src/domain/commands",
    "services/repair-shops/src/domain/events",
    "services/repair-shops/src/domain/evidence",
    "services/repair-shops/src/domain/job",
    "services/repair-shops/src/domain/rejection",
    "services/repair-shops/src/domain/rules",
    "services/repair-shops/src/foreign",
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
    "services/warranty-sales/src/domain",
    "services/warranty-sales/src/domain/coverage",
    "services/warranty-sales/src/domain/policy",
    "services/warranty-sales/src/reactions",
];

/// Files of services that are elsewhere than the layout says, or missing.
pub(crate) const ANOTHER_LAYOUT: &[&str] = &[
    "services/claims/src/domain/appeal.rs",
    "services/claims/src/domain/chain.rs",
    "services/claims/src/domain/claim.rs",
    "services/claims/src/domain/defects.rs",
    "services/claims/src/domain/disputes.rs",
    "services/claims/src/domain/explanation.rs",
    "services/claims/src/domain/facts.rs",
    "services/claims/src/domain/failed_repair.rs",
    "services/claims/src/domain/form.rs",
    "services/claims/src/domain/handle",
    "services/claims/src/domain/in_time.rs",
    "services/claims/src/domain/inspection.rs",
    "services/claims/src/domain/late_shipments.rs",
    "services/claims/src/domain/lost.rs",
    "services/claims/src/domain/negotiation.rs",
    "services/claims/src/domain/preview.rs",
    "services/claims/src/domain/questions.rs",
    "services/claims/src/domain/refusals.rs",
    "services/claims/src/domain/remedy.rs",
    "services/claims/src/domain/replacement.rs",
    "services/claims/src/domain/requester.rs",
    "services/claims/src/domain/review.rs",
    "services/claims/src/domain/settlement.rs",
    "services/claims/src/domain/state",
    "services/claims/src/domain/submission.rs",
    "services/claims/src/domain/time.rs",
    "services/claims/src/domain/verification.rs",
    "services/claims/src/reading.rs",
    "services/order-intake/src/domain/decide/delivery.rs",
    "services/order-intake/src/domain/decide/disputes.rs",
    "services/order-intake/src/domain/decide/kept.rs",
    "services/order-intake/src/domain/decide/mod.rs",
    "services/order-intake/src/domain/decide/money.rs",
    "services/order-intake/src/domain/decide/placing.rs",
    "services/order-intake/src/domain/handle",
    "services/order-intake/src/domain/locations.rs",
    "services/order-intake/src/domain/state.rs",
    "services/refunds/src/domain/again.rs",
    "services/refunds/src/domain/handle",
    "services/refunds/src/domain/mod.rs",
    "services/refunds/src/domain/opening.rs",
    "services/refunds/src/domain/overdue.rs",
    "services/refunds/src/domain/paying.rs",
    "services/refunds/src/domain/recovery.rs",
    "services/refunds/src/domain/refunds.rs",
    "services/refunds/src/domain/settlement.rs",
    "services/refunds/src/domain/state",
    "services/refunds/src/domain/story.rs",
    "services/refunds/src/domain/tests",
    "services/repair-shops/src/domain/bench.rs",
    "services/repair-shops/src/domain/bench_clock.rs",
    "services/repair-shops/src/domain/deadlines.rs",
    "services/repair-shops/src/domain/endings.rs",
    "services/repair-shops/src/domain/evidence.rs",
    "services/repair-shops/src/domain/handle",
    "services/repair-shops/src/domain/job.rs",
    "services/repair-shops/src/domain/mod.rs",
    "services/repair-shops/src/domain/moving.rs",
    "services/repair-shops/src/domain/opening.rs",
    "services/repair-shops/src/domain/shipments.rs",
    "services/repair-shops/src/domain/state",
    "services/warranty-sales/src/domain/catalogue.rs",
    "services/warranty-sales/src/domain/catalogue/tests.rs",
    "services/warranty-sales/src/domain/coverage.rs",
    "services/warranty-sales/src/domain/ending.rs",
    "services/warranty-sales/src/domain/handle",
    "services/warranty-sales/src/domain/mod.rs",
    "services/warranty-sales/src/domain/policy.rs",
    "services/warranty-sales/src/domain/sale.rs",
    "services/warranty-sales/src/domain/sales.rs",
    "services/warranty-sales/src/domain/state",
    "services/warranty-sales/src/domain/story.rs",
    "services/warranty-sales/src/domain/tests",
];

/// Files with several endpoints.
pub(crate) const SEVERAL_ENDPOINTS: &[&str] = &[
    "services/audit/src/http/deadlines.rs",
    "services/audit/src/http/timeline.rs",
    "services/claims/src/http/decisions.rs",
    "services/claims/src/http/offers.rs",
    "services/claims/src/http/photos.rs",
    "services/claims/src/http/refusal_reviews.rs",
    "services/order-intake/src/http/disputes.rs",
    "services/order-intake/src/http/missing.rs",
    "services/order-intake/src/http/orders.rs",
    "services/repair-shops/src/http/bench.rs",
    "services/repair-shops/src/http/endings.rs",
    "services/repair-shops/src/http/jobs.rs",
    "services/repair-shops/src/http/shipments.rs",
];

/// Functions that do not fit on a screen.
pub(crate) const LONG_FUNCTIONS: &[&str] = &[
    "services/audit/src/deadline.rs changes",
    "services/audit/src/sentences.rs claim",
    "services/audit/src/sentences.rs job",
    "services/audit/src/sentences.rs order",
    "services/cases/src/calls.rs call",
    "services/cases/src/schema.rs expect",
    "services/cases/src/schema.rs schema",
    "services/claims/src/domain/submission.rs file",
    "services/claims/src/domain/tests/advice.rs every_refusal",
    "services/claims/src/domain/tests/property.rs any_command",
    "services/claims/src/reactions.rs translate",
    "services/claims/tests/service/main.rs a_claim_goes_from_the_form_to_an_agreement",
    "services/edge/tests/edge/installation.rs with_commands_over",
    "services/order-intake/src/feed/native.rs read",
    "services/refunds/src/domain/story.rs m7_no_payment_is_paid_twice_and_a_closed_settlement_balances",
    "services/repair-shops/tests/service/main.rs a_job_is_reported_from_receipt_to_hand_over",
    "services/wiring/src/settled.rs settled",
];

/// Files with comments that are too wide.
pub(crate) const WIDE_COMMENTS: &[&str] = &[
    "services/audit/src/http/access.rs",
    "services/claims/src/domain/tests/property.rs",
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

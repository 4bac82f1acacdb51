//! A policy is cancelled, by its buyer or with its order (S7, S8, T1).

use chrono::TimeDelta;

use super::*;
use crate::foreign::OrderReturned;

#[test]
fn s8_an_order_cancelled_after_payment_refunds_the_price() {
    let sold = start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid());
    sold.when(&orders(), now(), &cancelled()).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::OrderCancelled, 49_380));
    });
}

#[test]
fn s7_a_price_that_was_never_paid_is_not_refunded() {
    let story = start().and(&orders(), now(), &placed());
    story.when(&orders(), now(), &cancelled()).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::OrderCancelled, 0));
    });
    // If the payment is reported later, it is refunded.
    let story = start().and(&orders(), now(), &placed()).and(&orders(), now(), &cancelled());
    let reported = story.when(&orders(), now(), &paid()).then(|events| {
        let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
        assert_eq!(
            (refused.code.as_str(), refused.price_owed.amount),
            ("policy.cancelled_before", 49_380)
        );
    });
    assert_eq!(reported.state.policy(device().policy()).unwrap().stage, Stage::Refused);
}

#[test]
fn s7_the_buyer_can_cancel_a_policy_until_coverage_starts() {
    let buyer = Principal::new(Role::Buyer, "b-1");
    let reported = covered_soon().when(&buyer, now(), &cancel()).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::CancelledBeforeCoverage, 49_380));
    });
    assert_eq!(Sales::wake_at(&reported.state), None);
    // Before it is paid, there is nothing to refund.
    let asked_for = start().and(&orders(), now(), &placed());
    asked_for.when(&buyer, now(), &cancel()).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::CancelledBeforeCoverage, 0));
    });
    // The marketplace may do it for the buyer; no one else may.
    let marketplace = Principal::new(Role::Marketplace, "market");
    covered_soon().when(&marketplace, now(), &cancel()).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::CancelledBeforeCoverage, 49_380));
    });
    for foreign_writer in [
        Principal::new(Role::Buyer, "b-2"),
        Principal::new(Role::Adjuster, "a-1"),
        Principal::new(Role::Marketplace, "agora"),
    ] {
        covered_soon()
            .when(&foreign_writer, now(), &cancel())
            .then_refused("policy.not_allowed", &["S7"]);
    }
}

#[test]
fn s7_a_started_or_ended_policy_cannot_be_cancelled() {
    let buyer = Principal::new(Role::Buyer, "b-1");
    let policy = device().policy();
    let soon = covered_soon().when(&orders(), now(), &refunded(100_000, false)).then(|_| {});
    let Stage::Scheduled(_, dates) = soon.state.policy(policy).unwrap().stage.clone() else {
        panic!("not scheduled")
    };
    // Also if the timer has not yet reported the start.
    covered_soon()
        .when(&buyer, dates.starts, &cancel())
        .then_refused("policy.coverage_has_started", &["S7"]);
    let last = dates.starts - TimeDelta::microseconds(1);
    covered_soon().when(&buyer, last, &cancel()).then(|events| {
        assert_eq!(cancellation(events).0, CancelReason::CancelledBeforeCoverage);
    });
    let twice = covered_soon().and(&buyer, now(), &cancel());
    twice.when(&buyer, now(), &cancel()).then_refused("policy.over", &["S7"]);
    start().when(&buyer, now(), &cancel()).then_refused("policy.not_known", &["S7"]);
}

#[test]
fn s7_a_refused_cancellation_lists_the_rules_that_were_tried_to_its_buyer_only() {
    let tried = |who: Principal, code| {
        let cancelled = covered_soon().and(&Principal::new(Role::Buyer, "b-1"), now(), &cancel());
        let rejection = cancelled.when(&who, now(), &cancel()).then_refused(code, &["S7"]);
        rejection.findings().iter().map(|finding| finding.passed).collect::<Vec<_>>()
    };
    assert_eq!(tried(Principal::new(Role::Buyer, "b-1"), "policy.over"), [true, false]);
    assert_eq!(tried(Principal::new(Role::Buyer, "b-2"), "policy.not_allowed"), [false]);
}

#[test]
fn t1_returning_a_device_by_day_7_cancels_its_policy() {
    let (order, devices) = (order(), vec![device()]);
    let returned_at = at("2025-03-15T00:00:00Z");
    let returned = SalesCommand::NoteReturned(OrderReturned { order, devices, returned_at });
    let reported = covered_soon().when(&orders(), now(), &returned).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::Returned, 49_380));
    });
    assert_eq!(Sales::wake_at(&reported.state), None);
}

//! Policies as given-when-then tests: the rules of sale, coverage and ending, and a property over
//! all of them.
//!
//! One long file, because all tests share the same few helpers.

use std::sync::LazyLock;

use chrono::TimeDelta;
use proptest::prelude::*;
use recourse_kernel::story::{Story, given};
use recourse_kernel::{
    Context, Decider, DeviceId, Instant, Money, OrderId, OrderKey, OrderKeys, PolicyId, Principal,
    Role,
};
use recourse_terms::{
    Category, DeviceKind, OperatingSystem, Outcome, Program, Terms, TermsBook, TermsEvent,
    TermsPublished,
};

use super::commands::CancelPolicy;
use super::events::{CancelReason, EndReason, PolicyEvent};
use super::{Sales, SalesCommand, SalesState, Stage};
use crate::foreign::{
    ChosenWarranty, ClaimClosed, DisputeDecided, DisputeEnding, LineRefunded, OrderCancelled,
    OrderDelivered, OrderPaid, OrderPlaced, OrderReturned, PlacedLine,
};

static BOOK: LazyLock<TermsBook> = LazyLock::new(|| {
    let documents = [
        include_str!("../../../../deploy/terms/wisetech-repair-1.json"),
        include_str!("../../../../deploy/terms/wisetech-repair-2.json"),
        include_str!("../../../../deploy/terms/wisetech-exchange-1.json"),
        include_str!("../../../../deploy/terms/tomrepair-repair-1.json"),
        include_str!("../../../../deploy/terms/warranty-group-exchange-1.json"),
    ];
    let mut book = TermsBook::default();
    for (offset, document) in (0..).zip(documents) {
        let terms: Terms = serde_json::from_str(document).unwrap();
        book.apply(&TermsEvent::TermsPublished(Box::new(TermsPublished::of(terms))), offset);
    }
    book
});

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn rub(amount: i64) -> Money {
    Money::new(amount, "RUB".parse().unwrap())
}

fn key() -> OrderKey {
    OrderKeys::development().key_of("market", "1001")
}

fn order() -> OrderId {
    OrderId::new(key())
}

fn device() -> DeviceId {
    order().device(1, 1)
}

fn orders() -> Principal {
    Principal::system("reactions")
}

fn phone() -> DeviceKind {
    DeviceKind {
        category: Category::Smartphone,
        operating_system: OperatingSystem::Android,
        brand: "Samsung".into(),
        model: "Galaxy A5".into(),
    }
}

/// A phone for 12,345.00 RUB with a Wisetech repair warranty at 4 %: 493.80 RUB.
fn order_with_warranty(provider: &str, program: Program, price: i64) -> OrderPlaced {
    OrderPlaced {
        order: order(),
        marketplace: Some("market".into()),
        placed_at: at("2025-03-01T09:00:00Z"),
        buyer: "b-1".into(),
        country: "RU".parse().unwrap(),
        city: Some("Perm".into()),
        lines: vec![PlacedLine {
            line: 1,
            quantity: 1,
            unit_price: rub(1_234_500),
            device: Some(phone()),
            warranty: Some(ChosenWarranty {
                program,
                provider: provider.parse().unwrap(),
                price: rub(price),
            }),
            seller: Some("s-7".into()),
        }],
    }
}

fn placed() -> SalesCommand {
    SalesCommand::NotePlaced(order_with_warranty("wisetech-service", Program::Repair, 49_380))
}

fn paid() -> SalesCommand {
    SalesCommand::NotePaid(OrderPaid { order: order(), paid_at: at("2025-03-01T10:00:00Z") })
}

fn cancelled() -> SalesCommand {
    let cancelled_at = at("2025-03-02T00:00:00Z");
    SalesCommand::NoteCancelled(OrderCancelled { order: order(), cancelled_at })
}

fn delivery(when: &str) -> OrderDelivered {
    OrderDelivered {
        order: order(),
        delivered_at: at(when),
        zone: "Asia/Yekaterinburg".into(),
        devices: vec![device()],
    }
}

fn delivered() -> SalesCommand {
    SalesCommand::NoteDelivered(delivery("2025-03-10T20:30:00Z"))
}

fn refunded(amount: i64, full: bool) -> SalesCommand {
    SalesCommand::NoteLineRefunded(LineRefunded {
        order: order(),
        devices: vec![device()],
        amount: rub(amount),
        full,
        refunded_at: at("2025-03-12T00:00:00Z"),
    })
}

fn dispute(ending: DisputeEnding) -> SalesCommand {
    SalesCommand::NoteDisputeDecided(DisputeDecided { device: device(), ending, amount: None })
}

fn start() -> Story<'static, Sales> {
    given::<Sales>(key().as_str(), &BOOK, [])
}

fn now() -> Instant {
    at("2025-03-01T12:00:00Z")
}

/// An order with a warranty, up to its delivery.
fn covered_soon() -> Story<'static, Sales> {
    start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid()).and(
        &orders(),
        at("2025-03-11T00:00:00Z"),
        &delivered(),
    )
}

#[test]
fn s1_each_unit_of_a_line_requests_a_policy_of_its_own() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].quantity = 2;
    start().when(&orders(), now(), &SalesCommand::NotePlaced(order)).then(|events| {
        let policies: Vec<PolicyId> = events.iter().map(PolicyEvent::policy).collect();
        assert_eq!(policies, [device().policy(), self::order().device(1, 2).policy()]);
    });
}

#[test]
fn s1_a_warranty_without_a_device_is_not_sold_and_its_price_is_refunded() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].device = None;
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .when(&orders(), now(), &paid())
        .then(|events| {
            let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
            assert_eq!(refused.code, "policy.no_device");
            assert_eq!(refused.rules, ["S1"]);
            assert_eq!(refused.price_owed, rub(49_380));
        });
}

#[test]
fn s1_a_line_of_absurdly_many_units_is_refused() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].quantity = u32::MAX;
    start()
        .when(&orders(), now(), &SalesCommand::NotePlaced(order))
        .then_refused("policy.too_many_units", &["S1"]);
}

#[test]
fn s5_a_sale_pins_the_terms_and_records_up_to_which_offset_they_were_known() {
    start().and(&orders(), now(), &placed()).when(&orders(), now(), &paid()).then(|events| {
        let [PolicyEvent::Sold(sold)] = events else { panic!("{events:?}") };
        assert_eq!((sold.terms.line.as_str(), sold.terms.version), ("wisetech-repair", 1));
        assert_eq!(sold.known_to, 4);
        let terms = recourse_kernel::Event::terms(&events[0]).unwrap();
        assert_eq!(terms, format!("{}@4", sold.terms.digest));
        assert_eq!(recourse_kernel::Event::happened(&events[0]), Some(sold.sold_at));
        let rules: Vec<&str> = sold.findings.iter().map(|f| f.rule.as_str()).collect();
        assert_eq!(rules, ["S1", "S2", "S3", "S4", "S5", "S6"]);
        assert!(sold.findings.iter().all(|finding| finding.passed));
    });
}

/// The refusal that the order's payment leads to: its code and the rules that refuse.
#[track_caller]
fn refusal_of(order: OrderPlaced) -> (String, Vec<String>) {
    let mut refusal = None;
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .when(&orders(), now(), &paid())
        .then(|events| {
            let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
            assert_eq!(refused.findings.len(), 6, "every rule is checked");
            refusal = Some((refused.code.clone(), refused.rules.clone()));
        });
    refusal.unwrap()
}

#[test]
fn s3_the_price_must_match_the_terms() {
    let (code, rules) =
        refusal_of(order_with_warranty("wisetech-service", Program::Repair, 49_379));
    assert_eq!((code.as_str(), rules), ("policy.wrong_price", vec!["S3".to_owned()]));
}

#[test]
fn s3_the_price_is_rounded_half_even() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 2);
    order.lines[0].unit_price = rub(62); // 4 % of 62 is 2.48
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .when(&orders(), now(), &paid())
        .then(|events| assert!(matches!(events, [PolicyEvent::Sold(_)]), "{events:?}"));
}

#[test]
fn s4_push_button_phones_cannot_be_covered() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].device.as_mut().unwrap().category = Category::PushButtonPhone;
    let (code, rules) = refusal_of(order);
    assert_eq!((code.as_str(), rules), ("policy.device_not_coverable", vec!["S4".to_owned()]));
}

#[test]
fn s5_nothing_is_sold_outside_its_countries_or_dates() {
    let mut abroad = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    abroad.country = "BY".parse().unwrap();
    assert_eq!(refusal_of(abroad).0, "policy.not_offered");
    // The exchange program is withdrawn from 1 October; what counts is when the order was placed.
    let mut late = order_with_warranty("wisetech-service", Program::Exchange, 74_070);
    late.placed_at = at("2025-10-01T00:00:00Z");
    assert_eq!(refusal_of(late.clone()).1, ["S5"]);
    late.placed_at = at("2025-09-30T23:59:59Z");
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(late))
        .when(&orders(), now(), &paid())
        .then(|events| assert!(matches!(events, [PolicyEvent::Sold(_)]), "{events:?}"));
}

#[test]
fn s6_a_refusal_names_the_providers_that_do_offer_the_program() {
    let (code, rules) = refusal_of(order_with_warranty("tomrepair", Program::Exchange, 74_070));
    assert_eq!((code.as_str(), rules), ("policy.not_offered", vec!["S5".into(), "S6".into()]));
}

#[test]
fn the_same_fact_again_changes_nothing() {
    let story = start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid());
    story.when(&orders(), now(), &paid()).then(|events| assert!(events.is_empty()));
    covered_soon().when(&orders(), now(), &delivered()).then(|events| assert!(events.is_empty()));
    covered_soon().when(&orders(), now(), &placed()).then(|events| assert!(events.is_empty()));
}

#[test]
fn t2_coverage_starts_on_day_16_at_local_midnight_and_s9_lasts_12_months() {
    let story = start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid());
    story.when(&orders(), at("2025-03-11T00:00:00Z"), &delivered()).then(|events| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        // 20:30 in London is the 11th in Yekaterinburg (+05:00), so day 16 is the 27th.
        assert_eq!(coverage.counted_from, "2025-03-11".parse().unwrap());
        assert_eq!(coverage.starts, at("2025-03-26T19:00:00Z"));
        assert_eq!(coverage.ends, at("2026-03-10T19:00:00Z"));
        assert!(!coverage.corrected);
    });
}

#[test]
fn a_device_delivered_before_its_payment_is_reported_is_still_covered() {
    let story = start().and(&orders(), now(), &placed());
    let story = story.and(&orders(), now(), &delivered());
    story.when(&orders(), now(), &paid()).then(|events| {
        assert!(
            matches!(events, [PolicyEvent::Sold(_), PolicyEvent::CoverageScheduled(_)]),
            "{events:?}"
        );
    });
}

#[test]
fn t2_the_warranty_group_counts_from_the_issue_in_the_buyers_country() {
    let order = order_with_warranty("the-warranty-group", Program::Exchange, 74_070);
    let paid = OrderPaid { order: order.order, paid_at: at("2025-03-01T22:00:00Z") };
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .and(&orders(), at("2025-03-01T23:00:00Z"), &SalesCommand::NotePaid(paid))
        .when(&orders(), at("2025-03-11T00:00:00Z"), &delivered())
        .then(|events| {
            let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
            // Paid at 22:00 in London is 2 March in Moscow, so day 16 is the 18th.
            assert_eq!(coverage.counted_from, "2025-03-02".parse().unwrap());
            assert_eq!(coverage.starts, at("2025-03-17T21:00:00Z"));
            assert_eq!(
                (coverage.zone.as_str(), coverage.ends),
                ("Europe/Moscow", at("2026-03-01T21:00:00Z"))
            );
            // The days of a dispute are still counted from the delivery, so its zone is reported
            // too.
            assert_eq!(coverage.delivery_zone, "Asia/Yekaterinburg");
        });
}

#[test]
fn a_corrected_delivery_moves_the_coverage_days() {
    let corrected = SalesCommand::NoteDeliveryCorrected(delivery("2025-03-13T08:00:00Z"));
    covered_soon().when(&orders(), now(), &corrected).then(|events| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        assert!(coverage.corrected);
        assert_eq!(coverage.starts, at("2025-03-28T19:00:00Z"));
    });
    let again = SalesCommand::NoteDeliveryCorrected(delivery("2025-03-10T20:30:00Z"));
    covered_soon().when(&orders(), now(), &again).then(|events| assert!(events.is_empty()));
}

#[test]
fn s9_a_delivery_corrected_after_the_end_moves_the_days_and_may_reopen_the_policy() {
    let expired = || covered_soon().and_the_clock_reaches(at("2026-03-12T00:00:00Z"));
    let corrected = |when: &str| SalesCommand::NoteDeliveryCorrected(delivery(when));
    let days = |events: &[PolicyEvent]| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        assert!(coverage.corrected);
        coverage.ends
    };
    // Five days later: coverage is extended to then, and ends again by itself.
    let later = corrected("2025-03-15T08:00:00Z");
    let reported = expired().when(&orders(), at("2026-03-12T00:00:00Z"), &later);
    let reported = reported.then(|events| assert_eq!(days(events), at("2026-03-14T19:00:00Z")));
    assert!(matches!(
        reported.state.policy(device().policy()).unwrap().stage,
        Stage::Scheduled(..)
    ));
    let again = expired().and(&orders(), at("2026-03-12T00:00:00Z"), &later);
    again.when_the_clock_reaches(at("2026-03-15T00:00:00Z")).then(|events| {
        assert!(events.iter().any(|event| matches!(event, PolicyEvent::Ended(_))), "{events:?}");
    });
    // Earlier: recorded, and the policy stays ended. Repeating it changes nothing.
    let earlier = corrected("2025-03-08T08:00:00Z");
    let reported = expired().when(&orders(), at("2026-03-12T00:00:00Z"), &earlier);
    let reported = reported.then(|events| assert_eq!(days(events), at("2026-03-07T19:00:00Z")));
    assert_eq!(reported.state.policy(device().policy()).unwrap().stage, Stage::Ended);
    expired()
        .and(&orders(), at("2026-03-12T00:00:00Z"), &earlier)
        .when(&orders(), at("2026-03-12T00:00:00Z"), &earlier)
        .then(|events| assert!(events.is_empty()));
    // A policy that ended with a replacement stays ended, and so does one whose device was refunded
    // in full.
    let replaced = insured().and(&orders(), now(), &replaced(Outcome::Replaced));
    let reported = replaced.when(&orders(), now(), &corrected("2025-05-15T08:00:00Z"));
    assert_eq!(reported.state.policy(device().policy()).unwrap().stage, Stage::Ended);
    let paid_back = expired().and(&orders(), now(), &refunded(1_234_500, true));
    let reported = paid_back.when(&orders(), now(), &later);
    assert_eq!(reported.state.policy(device().policy()).unwrap().stage, Stage::Ended);
}

#[test]
fn a_delivery_with_an_unknown_zone_is_refused() {
    let mut nowhere = delivery("2025-03-10T20:30:00Z");
    nowhere.zone = "Mars/Olympus".into();
    start()
        .and(&orders(), now(), &placed())
        .when(&orders(), now(), &SalesCommand::NoteDelivered(nowhere))
        .then_refused("policy.zone_not_known", &["T2"]);
}

#[test]
fn t2_s9_coverage_starts_and_ends_by_itself() {
    covered_soon().when_the_clock_reaches(at("2025-03-26T18:59:59Z")).then(|events| {
        assert!(events.is_empty());
    });
    let reported = covered_soon()
        .and_the_clock_reaches(at("2025-03-26T19:00:00Z"))
        .when_the_clock_reaches(at("2026-03-10T19:00:00Z"))
        .then(|events| {
            let [PolicyEvent::Ended(ended)] = events else { panic!("{events:?}") };
            assert_eq!(ended.reason, EndReason::Expired);
        });
    assert_eq!(Sales::wake_at(&reported.state), None);
}

#[test]
fn after_an_outage_of_a_year_a_policy_starts_and_ends_at_once() {
    covered_soon().when_the_clock_reaches(at("2027-01-01T00:00:00Z")).then(|events| {
        let [PolicyEvent::CoverageStarted(_), PolicyEvent::Ended(_)] = events else {
            panic!("{events:?}")
        };
    });
}

/// The only cancellation among the events: its reason and the amount owed.
#[track_caller]
fn cancellation(events: &[PolicyEvent]) -> (CancelReason, i64) {
    let [PolicyEvent::Cancelled(event)] = events else { panic!("{events:?}") };
    (event.reason, event.price_owed.amount)
}

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

fn cancel() -> SalesCommand {
    SalesCommand::Cancel(CancelPolicy { policy: device().policy() })
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
    let marketplace = Principal::new(Role::Marketplace, "agora");
    covered_soon().when(&marketplace, now(), &cancel()).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::CancelledBeforeCoverage, 49_380));
    });
    for foreign_writer in
        [Principal::new(Role::Buyer, "b-2"), Principal::new(Role::Adjuster, "a-1")]
    {
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
fn t1_returning_a_device_by_day_7_cancels_its_policy() {
    let (order, devices) = (order(), vec![device()]);
    let returned_at = at("2025-03-15T00:00:00Z");
    let returned = SalesCommand::NoteReturned(OrderReturned { order, devices, returned_at });
    let reported = covered_soon().when(&orders(), now(), &returned).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::Returned, 49_380));
    });
    assert_eq!(Sales::wake_at(&reported.state), None);
}

#[test]
fn a_partial_refund_lowers_the_price_paid_and_a_full_refund_ends_the_policy() {
    let story = covered_soon();
    let part = story.when(&orders(), now(), &refunded(100_000, false)).then(|events| {
        let [PolicyEvent::PricePaidChanged(changed)] = events else { panic!("{events:?}") };
        assert_eq!(changed.device_price_refunded, rub(100_000));
    });
    assert_eq!(part.state.policy(device().policy()).unwrap().device_price_refunded, rub(100_000));
    covered_soon().when(&orders(), now(), &refunded(1_234_500, true)).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 49_380));
    });
    // Partial refunds that add up to the full price are a full refund.
    covered_soon()
        .and(&orders(), now(), &refunded(1_000_000, false))
        .when(&orders(), now(), &refunded(234_500, false))
        .then(|events| {
            assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 49_380));
        });
}

#[test]
fn a_dispute_ends_the_policy_only_by_a_full_refund_or_an_exchange() {
    for (ending, reason) in [
        (DisputeEnding::FullRefund, CancelReason::RefundedInFull),
        (DisputeEnding::Exchange, CancelReason::ExchangedBySeller),
    ] {
        covered_soon().when(&orders(), now(), &dispute(ending)).then(|events| {
            assert_eq!(cancellation(events), (reason, 49_380));
        });
        // The refund that follows finds the policy already ended.
        covered_soon()
            .and(&orders(), now(), &dispute(ending))
            .when(&orders(), now(), &refunded(1_234_500, true))
            .then(|events| assert!(events.is_empty()));
    }
    for ending in
        [DisputeEnding::PartialRefund, DisputeEnding::RepairReimbursed, DisputeEnding::Nothing]
    {
        covered_soon()
            .when(&orders(), now(), &dispute(ending))
            .then(|events| assert!(events.is_empty()));
    }
}

/// A Warranty Group exchange policy, sold and delivered, with coverage started.
fn insured() -> Story<'static, Sales> {
    let order = order_with_warranty("the-warranty-group", Program::Exchange, 74_070);
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .and(&orders(), now(), &paid())
        .and(&orders(), at("2025-03-11T00:00:00Z"), &delivered())
        .and_the_clock_reaches(at("2025-04-01T00:00:00Z"))
}

fn replaced(outcome: Outcome) -> SalesCommand {
    let claim = device().policy().claim(1);
    let (policy, closed_at) = (claim.policy(), at("2025-06-01T00:00:00Z"));
    SalesCommand::NoteClaimClosed(ClaimClosed { claim, policy, outcome, closed_at })
}

#[test]
fn t7_the_original_coverage_ends_with_a_replacement_if_the_terms_say_so() {
    let reported = insured().when(&orders(), now(), &replaced(Outcome::Replaced)).then(|events| {
        let [PolicyEvent::Ended(ended)] = events else { panic!("{events:?}") };
        assert_eq!(ended.reason, EndReason::CoverageReplaced);
        assert_eq!(ended.ended_at, at("2025-06-01T00:00:00Z"));
    });
    assert_eq!(Sales::wake_at(&reported.state), None, "no timer is left");
    // A second replacement, of the replacement, finds the policy ended; nothing is refunded for it.
    insured()
        .and(&orders(), now(), &replaced(Outcome::Replaced))
        .when(&orders(), now(), &replaced(Outcome::Replaced))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn m1_m7_a_refund_after_the_end_is_recorded_and_the_policy_stays_ended() {
    let expired = || covered_soon().and_the_clock_reaches(at("2026-06-01T00:00:00Z"));
    let replaced = || insured().and(&orders(), now(), &replaced(Outcome::Replaced));
    for over in [expired, replaced] {
        for (reported, full, all) in [(100_000, false, 100_000), (1_234_500, true, 1_234_500)] {
            let reported =
                over().when(&orders(), now(), &refunded(reported, full)).then(|events| {
                    let [PolicyEvent::PricePaidChanged(changed)] = events else {
                        panic!("{events:?}")
                    };
                    assert_eq!(changed.device_price_refunded, rub(all));
                });
            let policy = reported.state.policy(device().policy()).unwrap();
            assert_eq!((&policy.stage, policy.device_price_refunded), (&Stage::Ended, rub(all)));
        }
        // Partial refunds that exceed the full price are capped at it, and a repeated full refund
        // is not news.
        let parts = || over().and(&orders(), now(), &refunded(1_000_000, false));
        parts().when(&orders(), now(), &refunded(600_000, false)).then(|events| {
            let [PolicyEvent::PricePaidChanged(changed)] = events else { panic!("{events:?}") };
            assert_eq!(changed.device_price_refunded, rub(1_234_500));
        });
        parts()
            .and(&orders(), now(), &refunded(600_000, false))
            .when(&orders(), now(), &refunded(1_234_500, true))
            .then(|events| assert!(events.is_empty()));
    }
}

#[test]
fn t7_the_original_coverage_continues_after_a_replacement_if_the_terms_say_so() {
    let reported = covered_soon().and_the_clock_reaches(at("2025-04-01T00:00:00Z")).when(
        &orders(),
        now(),
        &replaced(Outcome::Replaced),
    );
    let reported = reported.then(|events| assert!(events.is_empty()));
    assert_eq!(Sales::wake_at(&reported.state), Some(at("2026-03-10T19:00:00Z")), "until its end");
}

#[test]
fn t7_a_replacement_after_the_last_day_does_not_end_the_policy_again() {
    insured()
        .and_the_clock_reaches(at("2027-01-01T00:00:00Z"))
        .when(&orders(), now(), &replaced(Outcome::Replaced))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn a_claim_closed_without_a_replacement_does_not_affect_the_policy() {
    let record = |outcome: &str| recourse_kernel::Record {
        id: format!("claims/{}/3", key()),
        source: "/recourse/claims".into(),
        type_name: "recourse.claim.closed.v1".into(),
        subject: device().policy().claim(1).to_string(),
        time: now(),
        recorded: now(),
        key: key().to_string(),
        stream: format!("claims/{}", key()),
        version: 3,
        input: "clock".into(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: format!("claims/{}/2", key()),
        correlation_id: order().to_string(),
        principal: orders(),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: recourse_kernel::Hash::default(),
        hash: recourse_kernel::Hash::default(),
        traceparent: None,
        body: serde_json::to_vec(&serde_json::json!({
            "claim": device().policy().claim(1), "policy": device().policy(), "outcome": outcome,
            "closed_at": now(), "findings": [],
        }))
        .unwrap(),
    };
    assert_eq!(Sales::translate(&record("repaired")).unwrap(), None);
    assert!(matches!(
        Sales::translate(&record("replaced")).unwrap(),
        Some(SalesCommand::NoteClaimClosed(_))
    ));
}

#[test]
fn units_of_a_line_are_independent() {
    let mut two = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    two.lines[0].quantity = 2;
    let other = order().device(1, 2);
    let story = || {
        let mut all = delivery("2025-03-10T20:30:00Z");
        all.devices = Vec::new();
        start()
            .and(&orders(), now(), &SalesCommand::NotePlaced(two.clone()))
            .and(&orders(), now(), &paid())
            .and(&orders(), now(), &SalesCommand::NoteDelivered(all))
    };
    let reported = story().when(&orders(), now(), &refunded(1_234_500, true)).then(|events| {
        assert_eq!(cancellation(events), (CancelReason::RefundedInFull, 49_380));
    });
    assert!(matches!(reported.state.policy(other.policy()).unwrap().stage, Stage::Scheduled(..)));
    // Correcting one unit's delivery leaves the other's days unchanged.
    let corrected = SalesCommand::NoteDeliveryCorrected(delivery("2025-03-13T08:00:00Z"));
    story().when(&orders(), now(), &corrected).then(|events| {
        let policies: Vec<_> = events.iter().map(PolicyEvent::policy).collect();
        assert_eq!(policies, [device().policy()]);
    });
}

#[test]
fn s5_a_policy_keeps_the_terms_it_was_sold_under() {
    // Ordered in the last second of version 1, paid and delivered under version 2.
    let mut last = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    last.placed_at = at("2025-09-30T23:59:59Z");
    let paid = OrderPaid { order: order(), paid_at: at("2025-10-03T00:00:00Z") };
    let story = start().and(&orders(), now(), &SalesCommand::NotePlaced(last)).and(
        &orders(),
        at("2025-10-03T00:00:00Z"),
        &SalesCommand::NotePaid(paid),
    );
    let october = at("2025-10-11T00:00:00Z");
    let delivered = SalesCommand::NoteDelivered(delivery("2025-10-10T20:30:00Z"));
    story.when(&orders(), october, &delivered).then(|events| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        assert_eq!((coverage.terms.line.as_str(), coverage.terms.version), ("wisetech-repair", 1));
    });
}

/// The transitions between stages that are allowed.
fn is_allowed(before: &Stage, after: &Stage) -> bool {
    use Stage::{Cancelled, Ended, Refused, Requested, Scheduled, Sold, Started};
    let next: bool = match before {
        Requested { .. } => {
            matches!(after, Requested { .. } | Sold(_) | Refused | Cancelled { was_paid: false })
        }
        Cancelled { was_paid: false } => matches!(after, Refused),
        // A replacement may end the coverage at any stage at which it is reported.
        Sold(_) => matches!(after, Scheduled(..) | Ended | Cancelled { was_paid: true }),
        Scheduled(..) => {
            matches!(after, Scheduled(..) | Started(..) | Ended | Cancelled { was_paid: true })
        }
        // A corrected delivery reschedules, even after coverage has started.
        Started(..) => matches!(after, Scheduled(..) | Ended | Cancelled { was_paid: true }),
        // Unless a corrected delivery moves the end later (S9).
        Ended => matches!(after, Scheduled(..)),
        Refused | Cancelled { was_paid: true } => false,
    };
    next || before == after
}

fn any_fact() -> impl Strategy<Value = Option<SalesCommand>> {
    prop_oneof![
        Just(Some(placed())),
        Just(Some(SalesCommand::NotePlaced(order_with_warranty(
            "the-warranty-group",
            Program::Exchange,
            74_070
        )))),
        Just(Some(paid())),
        Just(Some(cancelled())),
        Just(Some(cancel())),
        Just(Some(delivered())),
        (1_i64..400).prop_map(|hours| {
            let mut moved = delivery("2025-03-01T00:00:00Z");
            moved.delivered_at += TimeDelta::hours(hours);
            Some(SalesCommand::NoteDeliveryCorrected(moved))
        }),
        (1_i64..700_000).prop_map(|amount| Some(refunded(amount, false))),
        Just(Some(dispute(DisputeEnding::Exchange))),
        Just(Some(replaced(Outcome::Replaced))),
        Just(None),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// In any order of facts, stages change only along allowed transitions, and the price is
    /// refunded at most once, and only if it was paid.
    #[test]
    fn stages_follow_allowed_transitions_and_a_price_is_refunded_at_most_once(
        facts in proptest::collection::vec((any_fact(), 0_i64..2_000), 1..20),
    ) {
        let mut state = SalesState::default();
        let mut now = at("2025-03-01T00:00:00Z");
        let (mut owed, mut was_paid) = (Vec::new(), false);
        for (fact, hours) in facts {
            now += TimeDelta::hours(hours);
            let is_buyers = matches!(fact, Some(SalesCommand::Cancel(_)));
            let principal = if is_buyers { Principal::new(Role::Buyer, "b-1") } else { orders() };
            let context = Context { now, principal: &principal, key: "K", reference: &*BOOK };
            was_paid |= matches!(fact, Some(SalesCommand::NotePaid(_)));
            let events = match &fact {
                Some(fact) => Sales::decide(&state, fact, &context).unwrap_or_default(),
                None if Sales::wake_at(&state).is_some_and(|due| due <= now) => {
                    Sales::wake(&state, &context)
                }
                None => Vec::new(),
            };
            for event in &events {
                let before = state.policy(event.policy()).map(|policy| policy.stage.clone());
                Sales::evolve(&mut state, event, now);
                let after = state.policy(event.policy()).map(|policy| policy.stage.clone());
                if let (Some(before), Some(after)) = (before, after) {
                    prop_assert!(is_allowed(&before, &after), "{before:?} → {after:?}");
                }
                match event {
                    PolicyEvent::Cancelled(event) => owed.push(event.price_owed.amount),
                    PolicyEvent::SaleRefused(event) => owed.push(event.price_owed.amount),
                    _ => {}
                }
            }
            if fact.is_none() {
                prop_assert!(Sales::wake_at(&state).is_none_or(|due| due > now));
            }
        }
        owed.retain(|amount| *amount > 0);
        prop_assert!(owed.len() <= usize::from(was_paid), "{owed:?}");
    }
}

//! S7, M5, M10, M11, M13: fees, goodwill, results of reviews, late couriers, and prices of
//! policies.

use recourse_kernel::Money;
use recourse_terms::{
    Direction, Means, Outcome, Party, PaymentKind, PriceRefunded, SettlementFacts, ShipmentFact,
    Verdict, payments, policy_price_refund, unused_price,
};

use crate::settlement::{between_them, facts, post_to_buyer, post_to_shop, shipment};
use crate::{day, rub, terms};

#[test]
fn m13_after_a_verdict_a_withdrawal_does_not_save_the_fee() {
    let terms = terms("tomrepair-repair", 1);
    let shipments = [post_to_shop(), post_to_buyer()];
    let found = facts(Outcome::Withdrawn, Verdict::NoFaultFound, &shipments);
    let return_shipment = (PaymentKind::PostageToBuyer, Party::Buyer, 390);
    let fee = (PaymentKind::DiagnosisFee, Party::Buyer, 600);
    assert_eq!(between_them(&terms, &found), [return_shipment, fee]);
    let not_found = SettlementFacts { verdict: None, ..found };
    assert_eq!(between_them(&terms, &not_found), [return_shipment]);
}

#[test]
fn t9_m11_who_withdraws_because_the_provider_is_late_owes_nothing() {
    let terms = terms("tomrepair-repair", 1);
    let shipments = [post_to_shop(), post_to_buyer()];
    let late = facts(Outcome::Withdrawn, Verdict::NoFaultFound, &shipments);
    let late = SettlementFacts { free_of_charge: true, ..late };
    assert_eq!(between_them(&terms, &late), [(PaymentKind::PostageToShop, Party::Provider, 380)]);
}

#[test]
fn m10_goodwill_and_results_of_reviews_are_payments_of_their_own() {
    let terms = terms("wisetech-repair", 1);
    let mut closed = facts(Outcome::Repaired, Verdict::Covered, &[]);
    closed.goodwill = vec![rub(500)];
    closed.review_results = vec![rub(200), rub(-300)];
    assert_eq!(
        between_them(&terms, &closed),
        [
            (PaymentKind::Goodwill, Party::Provider, 500),
            (PaymentKind::ReviewResult, Party::Provider, 200),
            (PaymentKind::ReviewResult, Party::Buyer, 300),
        ]
    );
}

#[test]
fn m3_m8_a_courier_that_the_buyer_booked_late_counts_as_the_providers() {
    let terms = terms("wisetech-repair", 2);
    let booked = ShipmentFact {
        counts_as: Some(Party::Provider),
        reimbursement_cap: Some(rub(790)),
        ..shipment(Direction::ToShop, Means::Courier, Party::Buyer, 900)
    };
    let covered = facts(Outcome::Repaired, Verdict::Covered, std::slice::from_ref(&booked));
    assert_eq!(
        between_them(&terms, &covered),
        [(PaymentKind::CourierToShop, Party::Provider, 790)]
    );
    let lost = ShipmentFact { lost: true, ..booked };
    let lost = facts(Outcome::Replaced, Verdict::Covered, &[lost]);
    assert_eq!(between_them(&terms, &lost), [(PaymentKind::CourierToShop, Party::Provider, 790)]);
}

#[test]
fn m5_a_fee_is_in_the_countrys_currency() {
    let terms = terms("warranty-group-exchange", 1);
    let in_germany = SettlementFacts {
        country: Some("DE".parse().unwrap()),
        ..facts(Outcome::ReturnedUnrepaired, Verdict::NoFaultFound, &[])
    };
    let owed = payments(&terms, &in_germany).unwrap();
    assert_eq!(owed[0].amount.to_string(), "6.00 EUR");
}

#[test]
fn m13_a_price_in_another_currency_than_the_cap_is_not_reimbursed() {
    let terms = terms("wisetech-repair", 1);
    let dollars = ShipmentFact {
        price: Money::zero("USD".parse().unwrap()),
        reimbursement_cap: Some(rub(440)),
        ..post_to_shop()
    };
    let covered = facts(Outcome::Repaired, Verdict::Covered, &[dollars]);
    assert_eq!(between_them(&terms, &covered), []);
}

#[test]
fn s7_the_unused_days_of_a_policy_are_refunded() {
    let days = (day("2025-01-10"), day("2026-01-10"));
    let unused = |on| unused_price(rub(800), days, day(on)).unwrap();
    assert_eq!(unused("2025-01-01"), rub(800));
    assert_eq!(unused("2025-07-11").amount, 40_110);
    assert_eq!(unused("2026-03-01"), rub(0));
}

#[test]
fn s7_the_price_of_a_policy_is_refunded_in_full() {
    let payment = policy_price_refund(rub(400), PriceRefunded::CancelledBeforeCoverage);
    assert_eq!(
        (payment.from, payment.to, payment.amount),
        (Party::Provider, Party::Buyer, rub(400))
    );
    assert_eq!((payment.kind, payment.rule.as_str()), (PaymentKind::PolicyPrice, "S7"));
}

//! The seller refunds a device that the provider has paid cash for (M7).

use recourse_terms::PriceRefunded;

use super::*;
use crate::foreign::PolicyPriceOwed;

fn paid_in_cash() -> Story<'static, Refunds> {
    start().and(&claims(), opened_at(), &cash()).and(
        &gateway(),
        reported_at(),
        &pay(payment(1), 900_000, "pay-1"),
    )
}

fn seller_refunded_all() -> RefundsCommand {
    RefundsCommand::OpenForPolicy(PolicyPriceOwed {
        policy: policy(),
        provider: WISETECH.provider.clone(),
        buyer: "b-1".into(),
        price_owed: rub(49_380),
        request: 1,
        because: PriceRefunded::RefundedBySeller,
        terms: Some(WISETECH.reference()),
        country: None,
    })
}

#[track_caller]
fn recovered(event: &SettlementEvent) -> (PaymentId, Money) {
    let SettlementEvent::PaymentAdded(added) = event else { panic!("{event:?}") };
    assert_eq!((added.payment.from, added.payment.to), (Party::Buyer, Party::Provider));
    assert_eq!((added.payment.kind, added.payment.rule.as_str()), (PaymentKind::Recovery, "M7"));
    (added.payment.payment, added.payment.amount)
}

#[test]
fn m7_a_seller_refund_after_the_providers_payment_leads_to_a_recovery() {
    // 90 % of a price reduced by 2,000.00 RUB is 1,800.00 RUB less.
    let reported = paid_in_cash().when(&claims(), opened_at(), &seller_refunded(200_000));
    let reported =
        reported.then(|events| assert_eq!(recovered(&events[0]), (payment(2), rub(180_000))));
    assert!(!reported.state.settlement(settlement()).unwrap().is_closed, "open again");
    paid_in_cash()
        .and(&claims(), opened_at(), &seller_refunded(200_000))
        .when(&gateway(), reported_at(), &pay(payment(2), 180_000, "pay-2"))
        .then(|events| {
            let [_, SettlementEvent::Closed(closed)] = events else { panic!("{events:?}") };
            assert_eq!(closed.paid, [rub(1_080_000)]);
        });
}

#[test]
fn m7_a_recovered_amount_is_not_recovered_again() {
    let once = || paid_in_cash().and(&claims(), opened_at(), &seller_refunded(200_000));
    once()
        .when(&claims(), opened_at(), &seller_refunded(200_000))
        .then(|events| assert!(events.is_empty()));
    once()
        .when(&claims(), opened_at(), &seller_refunded(500_000))
        .then(|events| assert_eq!(recovered(&events[0]), (payment(3), rub(270_000))));
    // The full price: the policy's price is refunded, and the rest of the cash is recovered.
    once().when(&claims(), opened_at(), &seller_refunded_all()).then(|events| {
        assert!(matches!(&events[0], SettlementEvent::Opened(_)));
        assert_eq!(recovered(&events[1]), (payment(3), rub(720_000)));
    });
}

#[test]
fn m7_cash_is_recovered_also_if_nothing_is_owed_of_the_policys_price() {
    let RefundsCommand::OpenForPolicy(fact) = seller_refunded_all() else { unreachable!() };
    let nothing = RefundsCommand::OpenForPolicy(PolicyPriceOwed { price_owed: rub(0), ..fact });
    paid_in_cash().when(&claims(), opened_at(), &nothing).then(|events| {
        assert_eq!(recovered(&events[0]), (payment(2), rub(900_000)));
        assert_eq!(events.len(), 1);
    });
    // The price is owed once, and so is the recovery.
    paid_in_cash()
        .and(&claims(), opened_at(), &nothing)
        .when(&claims(), opened_at(), &nothing)
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn m7_a_seller_refund_that_was_already_deducted_leads_to_no_recovery() {
    let mut fact = started(Outcome::Refunded, Some(Verdict::Covered));
    fact.facts.refunded_by_seller = Some(rub(200_000));
    start()
        .and(&claims(), opened_at(), &RefundsCommand::OpenForClaim(Box::new(fact)))
        .when(&claims(), opened_at(), &seller_refunded(200_000))
        .then(|events| assert!(events.is_empty()));
    // Nor is there a recovery if the claim ended without cash.
    start()
        .and(&claims(), opened_at(), &repaired())
        .when(&claims(), opened_at(), &seller_refunded(200_000))
        .then(|events| assert!(events.is_empty()));
}

/// The claim is settled again, with what the seller has refunded so far.
fn settled_with(refunded: i64) -> RefundsCommand {
    let mut fact = started(Outcome::Refunded, Some(Verdict::Covered));
    fact.facts.first_filed = "2025-09-20".parse().unwrap();
    fact.facts.refunded_by_seller = Some(rub(refunded));
    extended(fact, None)
}

#[test]
fn m7_each_refund_of_the_seller_is_recovered_once_whoever_reports_it_first() {
    let steps = [
        seller_refunded(200_000),
        settled_with(200_000),
        seller_refunded(500_000),
        settled_with(500_000),
    ];
    // The policy reports each refund first, or the claim does; each total comes in either order.
    for order in [[0, 1, 2, 3], [1, 0, 3, 2], [0, 1, 3, 2], [1, 0, 2, 3]] {
        let mut story = paid_in_cash();
        for step in order {
            story = story.and(&claims(), reported_at(), &steps[step]);
        }
        let reported = story.when(&claims(), reported_at(), &settled_with(500_000));
        let reported = reported.then(|events| assert!(events.is_empty(), "{order:?}: {events:?}"));
        let known = reported.state.settlement(settlement()).unwrap();
        let from_buyer = known
            .payments
            .values()
            .filter(|payment| payment.is_owed_or_paid() && payment.owed.from == Party::Buyer);
        let back: i64 = from_buyer.map(|payment| payment.owed.amount.amount).sum();
        assert_eq!(back, 450_000, "{order:?}");
    }
}

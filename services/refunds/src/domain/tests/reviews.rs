//! What becomes owed after a claim was settled: goodwill, results of reviews, shipments that were
//! cancelled (M3, M7, M10).

use super::*;

/// A covered repair, settled and paid, with these results of reviews and goodwill.
fn extended_by(review_results: &[i64], goodwill: &[i64]) -> RefundsCommand {
    let mut fact = started(Outcome::Repaired, Some(Verdict::Covered));
    fact.facts.shipments = vec![post_to_shop(35_000)];
    fact.facts.review_results = review_results.iter().map(|amount| rub(*amount)).collect();
    fact.facts.goodwill = goodwill.iter().map(|amount| rub(*amount)).collect();
    extended(fact, None)
}

fn paid() -> Story<'static, Refunds> {
    start().and(&claims(), opened_at(), &repaired()).and(
        &gateway(),
        reported_at(),
        &pay(payment(1), 35_000, "p-1"),
    )
}

#[track_caller]
fn added(events: &[SettlementEvent]) -> Vec<(PaymentKind, Party, i64)> {
    let added = events.iter().map(|event| match event {
        SettlementEvent::PaymentAdded(added) => &added.payment,
        other => panic!("{other:?}"),
    });
    added.map(|added| (added.kind, added.from, added.amount.amount)).collect()
}

#[test]
fn m10_goodwill_is_owed_once_for_each_time_it_was_granted() {
    let granted = paid().when(&claims(), reported_at(), &extended_by(&[], &[50_000]));
    granted.then(|events| {
        assert_eq!(added(events), [(PaymentKind::Goodwill, Party::Provider, 50_000)]);
    });
    let once = || paid().and(&claims(), reported_at(), &extended_by(&[], &[50_000]));
    once()
        .when(&claims(), reported_at(), &extended_by(&[], &[50_000]))
        .then(|events| assert!(events.is_empty()));
    once().when(&claims(), reported_at(), &extended_by(&[], &[50_000, 50_000])).then(|events| {
        assert_eq!(added(events), [(PaymentKind::Goodwill, Party::Provider, 50_000)]);
    });
}

#[test]
fn m10_the_result_of_a_review_is_paid_or_claimed_back() {
    paid().when(&claims(), reported_at(), &extended_by(&[70_000], &[])).then(|events| {
        assert_eq!(added(events), [(PaymentKind::ReviewResult, Party::Provider, 70_000)]);
    });
    // No device is held for what is claimed back.
    let back = paid().when(&claims(), reported_at(), &extended_by(&[-70_000], &[]));
    let back = back.then(|events| {
        assert_eq!(added(events), [(PaymentKind::ReviewResult, Party::Buyer, 70_000)]);
        let SettlementEvent::PaymentAdded(added) = &events[0] else { panic!() };
        assert_eq!((added.notice_at, added.payment.remind_at.is_some()), (None, true));
    });
    let waits = Refunds::waits(&back.state);
    assert_eq!(waits[0].what, recourse_kernel::WaitKind::Recovery);
}

#[test]
fn m10_m7_facts_that_change_the_amounts_lead_to_the_difference_only() {
    // Cash of 100 % was paid, and the review finds that 90 % were due.
    let refunded = |first_filed: &str| {
        let mut fact = started(Outcome::Refunded, Some(Verdict::Covered));
        fact.facts.first_filed = first_filed.parse().unwrap();
        fact
    };
    let paid = || {
        start()
            .and(
                &claims(),
                opened_at(),
                &RefundsCommand::OpenForClaim(Box::new(refunded("2025-05-10"))),
            )
            .and(&gateway(), reported_at(), &pay(payment(1), 1_000_000, "p-1"))
    };
    let less = extended(refunded("2025-09-20"), None);
    paid().when(&claims(), reported_at(), &less).then(|events| {
        assert_eq!(added(events), [(PaymentKind::DeviceCash, Party::Buyer, 100_000)]);
    });
    // Settling again by itself never costs the buyer more.
    let again = RefundsCommand::OpenForClaim(Box::new(refunded("2025-09-20")));
    paid().when(&claims(), reported_at(), &again).then(|events| assert!(events.is_empty()));
    // What the seller refunded meanwhile was recovered already, and does not count twice (M7).
    let mut with_refund = refunded("2025-05-10");
    with_refund.facts.refunded_by_seller = Some(rub(200_000));
    paid()
        .and(&claims(), reported_at(), &seller_refunded(200_000))
        .when(&claims(), reported_at(), &extended(with_refund, None))
        .then(|events| assert!(events.is_empty(), "{events:?}"));
}

#[test]
fn m3_a_courier_that_was_missed_and_booked_again_is_charged_once() {
    let facts = |shipments: &[ShipmentFact]| {
        let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
        fact.facts.shipments = shipments.to_vec();
        fact
    };
    let again = ShipmentFact { carrier: "other-post".into(), ..post_to_buyer(40_000) };
    let first = facts(&[post_to_buyer(38_000)]);
    let second = extended(facts(std::slice::from_ref(&again)), Some(again));
    let settled = || {
        start().and(&claims(), opened_at(), &RefundsCommand::OpenForClaim(Box::new(first.clone())))
    };
    settled().when(&claims(), reported_at(), &second).then(|events| {
        let [SettlementEvent::WrittenOff(off), rest @ ..] = events else { panic!("{events:?}") };
        assert_eq!(off.payments, [payment(1), payment(2)]);
        assert_eq!(
            added(rest),
            [
                (PaymentKind::PostageToBuyer, Party::Provider, 40_000),
                (PaymentKind::PostageToBuyer, Party::Buyer, 40_000),
            ]
        );
    });
    // If the first one was paid already, the carrier returns it, and the buyer pays the rest.
    settled()
        .and(&gateway(), reported_at(), &pay(payment(1), 38_000, "p-1"))
        .and(&gateway(), reported_at(), &pay(payment(2), 38_000, "p-2"))
        .when(&claims(), reported_at(), &second)
        .then(|events| {
            let mut parties = added(events);
            parties.sort_unstable();
            assert_eq!(
                parties,
                [
                    (PaymentKind::PostageToBuyer, Party::Buyer, 2_000),
                    (PaymentKind::PostageToBuyer, Party::Provider, 40_000),
                    (PaymentKind::PostageToBuyer, Party::Carrier, 38_000),
                ]
            );
        });
}

#[test]
fn a_claim_that_is_settled_again_without_a_payment_has_its_new_outcome() {
    let withdrawn = started(Outcome::Withdrawn, None);
    let returned = started(Outcome::ReturnedUnrepaired, None);
    start()
        .and(&claims(), opened_at(), &RefundsCommand::OpenForClaim(Box::new(withdrawn)))
        .when(&claims(), reported_at(), &RefundsCommand::OpenForClaim(Box::new(returned)))
        .then(|events| {
            let [SettlementEvent::OutcomeChanged(changed)] = events else { panic!("{events:?}") };
            let outcomes = (changed.was, changed.outcome);
            assert_eq!(outcomes, (Outcome::Withdrawn, Outcome::ReturnedUnrepaired));
        });
}

#[test]
fn payments_between_provider_and_carrier_do_not_keep_the_claim_open() {
    let mut fact = started(Outcome::Repaired, Some(Verdict::Covered));
    fact.facts.shipments = vec![post_to_buyer(38_000)];
    start().when(&claims(), opened_at(), &RefundsCommand::OpenForClaim(Box::new(fact))).then(
        |events| {
            let [SettlementEvent::Opened(opened)] = events else { panic!("{events:?}") };
            assert_eq!(opened.payments[0].to, Party::Carrier);
            assert!(opened.buyer_is_settled);
        },
    );
    start().when(&claims(), opened_at(), &repaired()).then(|events| {
        let [SettlementEvent::Opened(opened)] = events else { panic!("{events:?}") };
        assert!(!opened.buyer_is_settled, "the postage is owed to the buyer");
    });
}

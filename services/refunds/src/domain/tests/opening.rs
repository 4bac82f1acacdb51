//! What is owed when a claim or a policy ends (M1, M3, S7, S8, T1).

use recourse_terms::PriceRefunded;

use super::*;
use crate::foreign::PolicyPriceOwed;

#[test]
fn m3_a_covered_repair_reimburses_the_buyers_post() {
    start().when(&claims(), opened_at(), &repaired()).then(|events| {
        let [SettlementEvent::Opened(opened)] = events else { panic!("{events:?}") };
        let [owed] = opened.payments.as_slice() else { panic!("{:?}", opened.payments) };
        assert_eq!(owed.payment, payment(1));
        assert_eq!((owed.from, owed.to), (Party::Provider, Party::Buyer));
        assert_eq!((owed.kind, owed.amount), (PaymentKind::PostageToShop, rub(35_000)));
        assert_eq!((owed.rule.as_str(), opened.findings[0].rule.as_str()), ("M3", "M3"));
        assert_eq!(opened.notice_at, None, "the buyer owes nothing");
    });
}

#[test]
fn m3_c5_an_overpriced_shipment_is_reimbursed_in_part_and_the_finding_says_why() {
    let opened = |at_most: i64| {
        let mut fact = started(Outcome::Repaired, Some(Verdict::Covered));
        fact.facts.shipments =
            vec![ShipmentFact { reimbursement_cap: Some(rub(at_most)), ..post_to_shop(79_000) }];
        let command = RefundsCommand::OpenForClaim(Box::new(fact));
        let mut reported = Vec::new();
        start().when(&claims(), opened_at(), &command).then(|events| {
            let SettlementEvent::Opened(opened) = &events[0] else { panic!("{events:?}") };
            reported = opened.findings.iter().map(|finding| finding.rule.clone()).collect();
            let paid: i64 = opened.payments.iter().map(|payment| payment.amount.amount).sum();
            assert_eq!(paid, at_most);
        });
        reported
    };
    assert_eq!(opened(38_000), ["M3", "C5"]);
    assert_eq!(opened(0), ["M6", "C5"]);
}

#[test]
fn m1_cash_is_calculated_from_the_pinned_terms() {
    let refunded = started(Outcome::Refunded, Some(Verdict::Covered));
    let command = RefundsCommand::OpenForClaim(Box::new(refunded));
    start().when(&claims(), opened_at(), &command).then(|events| {
        let [SettlementEvent::Opened(opened)] = events else { panic!("{events:?}") };
        assert_eq!(opened.payments[0].kind, PaymentKind::DeviceCash);
        assert_eq!(opened.payments[0].amount, rub(1_000_000), "100 % in the second month");
    });
}

#[test]
fn a_settlement_without_payments_is_closed_at_once() {
    let withdrawn = started(Outcome::Withdrawn, None);
    let command = RefundsCommand::OpenForClaim(Box::new(withdrawn));
    start().when(&claims(), opened_at(), &command).then(|events| {
        let [SettlementEvent::Opened(_), SettlementEvent::Closed(closed)] = events else {
            panic!("{events:?}")
        };
        assert!(closed.paid.is_empty());
    });
}

#[test]
fn m7_a_settlement_is_opened_once() {
    start()
        .and(&claims(), opened_at(), &repaired())
        .when(&claims(), opened_at(), &repaired())
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn a_settlement_waits_for_terms_that_were_not_read_yet() {
    let book = TermsBook::default();
    let rejection = given::<Refunds>(key().as_str(), &book, [])
        .when(&claims(), opened_at(), &repaired())
        .then_refused("settlement.terms_not_known", &[]);
    assert!(rejection.reason().not_known_yet);
}

#[test]
fn m6_a_claim_whose_amounts_cannot_be_calculated_is_refused() {
    let mut fact = started(Outcome::RepairedAtBuyersCost, Some(Verdict::NoFaultFound));
    fact.facts.paid_repair = None;
    let command = RefundsCommand::OpenForClaim(Box::new(fact));
    let rejection = start()
        .when(&claims(), opened_at(), &command)
        .then_refused("settlement.not_calculable", &["M6"]);
    assert!(!rejection.reason().not_known_yet, "waiting would not help");
}

#[test]
fn m8_a_debt_that_is_due_beyond_the_calendar_is_refused_with_the_reason_for_the_debt() {
    let rejection = start()
        .when(&claims(), Instant::MAX_UTC, &paid_repair())
        .then_refused("settlement.beyond_calendar", &["M8"]);
    let tried = rejection.findings();
    let passed: Vec<bool> = tried.iter().map(|finding| finding.passed).collect();
    assert_eq!(passed, [true, false], "{tried:?}");
    assert_eq!(tried[0].facts["kind"], "paid_repair");
    // What the provider owes is due at the end of the calendar.
    start()
        .when(&claims(), Instant::MAX_UTC, &repaired())
        .then(|events| assert!(matches!(events, [SettlementEvent::Opened(_)])));
}

#[test]
fn s7_s8_t1_a_policys_price_is_refunded_once() {
    let command = |because| {
        RefundsCommand::OpenForPolicy(PolicyPriceOwed {
            policy: policy(),
            provider: WISETECH.provider.clone(),
            buyer: "b-1".into(),
            price_owed: rub(49_380),
            request: 1,
            because,
            terms: Some(WISETECH.reference()),
            country: None,
        })
    };
    for (because, rule) in [
        (PriceRefunded::CancelledBeforeCoverage, "S7"),
        (PriceRefunded::OrderCancelled, "S8"),
        (PriceRefunded::Returned, "T1"),
        (PriceRefunded::ExchangedBySeller, "S7"),
        (PriceRefunded::SaleRefused, "S5"),
        (PriceRefunded::CancelledProRata, "S7"),
    ] {
        let reported = start().when(&claims(), opened_at(), &command(because)).then(|events| {
            let [SettlementEvent::Opened(opened)] = events else { panic!("{events:?}") };
            assert_eq!((opened.settlement.claim, opened.claim), (0, None));
            assert_eq!(
                (opened.payments[0].kind, opened.payments[0].amount),
                (PaymentKind::PolicyPrice, rub(49_380))
            );
            assert_eq!(opened.payments[0].rule, rule);
        });
        assert_eq!(reported.state.settlements().count(), 1);
        start()
            .and(&claims(), opened_at(), &command(because))
            .when(&claims(), opened_at(), &command(because))
            .then(|events| assert!(events.is_empty()));
    }
}

/// The sale of a warranty is refused; so is that of the one that the buyer chose instead.
#[test]
fn m7_each_request_of_a_warranty_owes_its_price_once() {
    let owed = |request, amount, provider: &str| {
        RefundsCommand::OpenForPolicy(PolicyPriceOwed {
            policy: policy(),
            provider: provider.parse().unwrap(),
            buyer: "b-1".into(),
            price_owed: rub(amount),
            request,
            because: PriceRefunded::SaleRefused,
            terms: None,
            country: None,
        })
    };
    let own = WISETECH.provider.as_str();
    let price = policy().device().settlement(0);
    let first = || {
        start().and(&claims(), opened_at(), &owed(1, 49_380, own)).and(
            &gateway(),
            reported_at(),
            &pay(price.payment(1), 49_380, "p-1"),
        )
    };
    for (provider, other) in [(own, None), ("tomrepair", Some("tomrepair"))] {
        first().when(&claims(), opened_at(), &owed(2, 49_380, provider)).then(|events| {
            let [SettlementEvent::PaymentAdded(added)] = events else { panic!("{events:?}") };
            assert_eq!((added.settlement, added.payment.payment), (price, price.payment(2)));
            assert_eq!(
                (added.payment.kind, added.payment.amount),
                (PaymentKind::PolicyPrice, rub(49_380))
            );
            assert_eq!(added.provider.as_ref().map(recourse_terms::Provider::as_str), other);
        });
    }
    let both = || first().and(&claims(), opened_at(), &owed(2, 49_380, own));
    for request in [1, 2] {
        both()
            .when(&claims(), opened_at(), &owed(request, 49_380, own))
            .then(|events| assert!(events.is_empty()));
    }
    // It is open again until that is paid as well.
    both().when(&gateway(), reported_at(), &pay(price.payment(2), 49_380, "p-2")).then(|events| {
        let [SettlementEvent::PaymentPaid(_), SettlementEvent::Closed(closed)] = events else {
            panic!("{events:?}")
        };
        assert_eq!(closed.paid, [rub(98_760)]);
    });
    // The first of them may owe nothing.
    start().when(&claims(), opened_at(), &owed(3, 1, own)).then(|events| {
        let [SettlementEvent::Opened(opened)] = events else { panic!("{events:?}") };
        assert_eq!(opened.payments[0].payment, price.payment(3));
    });
}

#[test]
fn a_started_settlement_is_read_from_the_claims_event() {
    let body = serde_json::json!({
        "claim": claim(), "settlement": settlement(), "policy": policy(), "provider": "tomrepair",
        "buyer": "b-1", "terms": WISETECH.reference(), "zone": "Europe/Moscow",
        "first_filed_at": "2025-05-10T10:00:00Z", "outcome": "repaired",
        "device_price": rub(1), "counted_from": "2025-03-11", "first_filed": "2025-05-10",
        "filed": "2025-05-10", "findings": [], "something_new": {"a": 1},
    });
    let fact: SettlementStarted = serde_json::from_value(body).unwrap();
    assert_eq!(fact.facts.outcome, Outcome::Repaired);
}

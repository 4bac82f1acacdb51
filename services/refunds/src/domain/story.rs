//! Settlements as given/when/then stories: who owes what, that it is paid once, and what happens if
//! it is not.
//!
//! One long file, because all stories share the same few steps.

use std::sync::LazyLock;

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use recourse_kernel::story::{Story, given};
use recourse_kernel::{
    ClaimId, Context, Decider, Instant, Money, OrderId, OrderKey, OrderKeys, PaymentId, PolicyId,
    Principal, Role, SettlementId,
};
use recourse_terms::{
    Direction, Means, Outcome, Party, PaymentKind, PriceRefunded, SettlementFacts, ShipmentFact,
    Terms, TermsBook, TermsEvent, TermsPublished, Verdict,
};

use super::events::{Deadline, SettlementEvent};
use super::settlement::sums;
use super::{ConfirmPayment, FailPayment, Refunds, RefundsCommand, RefundsState};
use crate::foreign::{PolicyPriceOwed, PricePaidChanged, SettlementExtended, SettlementStarted};

static WISETECH: LazyLock<Terms> = LazyLock::new(|| {
    let text = include_str!("../../../../deploy/terms/wisetech-repair-1.json");
    serde_json::from_str(text).unwrap()
});

static WISETECH_2: LazyLock<Terms> = LazyLock::new(|| {
    let text = include_str!("../../../../deploy/terms/wisetech-repair-2.json");
    serde_json::from_str(text).unwrap()
});

static BOOK: LazyLock<TermsBook> = LazyLock::new(|| {
    let mut book = TermsBook::default();
    for (offset, terms) in (0..).zip([&WISETECH, &WISETECH_2]) {
        let published = TermsPublished::of(Terms::clone(terms));
        book.apply(&TermsEvent::TermsPublished(Box::new(published)), offset);
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

fn policy() -> PolicyId {
    OrderId::new(key()).device(1, 1).policy()
}

fn claim() -> ClaimId {
    policy().claim(1)
}

fn settlement() -> SettlementId {
    claim().settlement()
}

fn gateway() -> Principal {
    Principal::new(Role::Gateway, "g-1")
}

fn claims() -> Principal {
    Principal::system("reactions")
}

fn opened_at() -> Instant {
    at("2025-06-01T12:00:00Z")
}

fn started(outcome: Outcome, verdict: Option<Verdict>) -> SettlementStarted {
    let day: NaiveDate = "2025-03-11".parse().unwrap();
    let filed: NaiveDate = "2025-05-10".parse().unwrap();
    SettlementStarted {
        claim: claim(),
        settlement: settlement(),
        policy: policy(),
        provider: WISETECH.provider.clone(),
        buyer: "b-1".into(),
        terms: WISETECH.reference(),
        facts: SettlementFacts {
            verdict,
            ..SettlementFacts::new(outcome, rub(1_000_000), day, filed)
        },
    }
}

fn post_to_shop(price: i64) -> ShipmentFact {
    ShipmentFact {
        direction: Direction::ToShop,
        means: Means::Post,
        booked_by: Party::Buyer,
        carrier: "post".into(),
        price: rub(price),
        lost: false,
        reimbursement_cap: None,
    }
}

/// A repair that was covered; the buyer's post is reimbursed (M3).
fn repaired() -> RefundsCommand {
    let mut fact = started(Outcome::Repaired, Some(Verdict::Covered));
    fact.facts.shipments = vec![post_to_shop(35_000)];
    RefundsCommand::OpenForClaim(Box::new(fact))
}

/// A repair that the buyer pays, 2,000.00 RUB.
fn paid_repair() -> RefundsCommand {
    let mut fact = started(Outcome::RepairedAtBuyersCost, Some(Verdict::NoFaultFound));
    fact.facts.paid_repair = Some(rub(200_000));
    RefundsCommand::OpenForClaim(Box::new(fact))
}

fn payment(number: u32) -> PaymentId {
    settlement().payment(number)
}

fn pay(payment: PaymentId, amount: i64, reference: &str) -> RefundsCommand {
    let paid_at = at("2025-06-02T00:00:00Z");
    let (amount, reference) = (rub(amount), reference.to_owned());
    RefundsCommand::ConfirmPayment(ConfirmPayment { payment, amount, reference, paid_at })
}

fn fail(payment: PaymentId, when: &str) -> RefundsCommand {
    RefundsCommand::FailPayment(FailPayment {
        payment,
        reason: "card_expired".into(),
        failed_at: at(when),
    })
}

fn start() -> Story<'static, Refunds> {
    given::<Refunds>(key().as_str(), &BOOK, [])
}

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
    assert!(recourse_kernel::Rejection::not_known_yet(&rejection));
}

#[test]
fn s7_s8_t1_a_policys_price_is_refunded_once() {
    let command = |because| {
        RefundsCommand::OpenForPolicy(PolicyPriceOwed {
            policy: policy(),
            provider: WISETECH.provider.clone(),
            buyer: "b-1".into(),
            price_owed: rub(49_380),
            because,
        })
    };
    for (because, rule) in [
        (PriceRefunded::CancelledBeforeCoverage, "S7"),
        (PriceRefunded::OrderCancelled, "S8"),
        (PriceRefunded::Returned, "T1"),
        (PriceRefunded::ExchangedBySeller, "S7"),
        (PriceRefunded::SaleRefused, "S5"),
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

#[test]
fn m7_a_payment_is_made_once_and_the_last_one_closes_the_settlement() {
    let story = start().and(&claims(), opened_at(), &repaired());
    story.when(&gateway(), opened_at(), &pay(payment(1), 35_000, "pay-1")).then(|events| {
        let [SettlementEvent::PaymentPaid(paid), SettlementEvent::Closed(closed)] = events else {
            panic!("{events:?}")
        };
        assert_eq!((paid.reference.as_str(), paid.amount), ("pay-1", rub(35_000)));
        assert_eq!(
            (closed.claim, closed.paid.as_slice()),
            (Some(claim()), [rub(35_000)].as_slice())
        );
    });
    let paid = || {
        start().and(&claims(), opened_at(), &repaired()).and(
            &gateway(),
            opened_at(),
            &pay(payment(1), 35_000, "pay-1"),
        )
    };
    paid()
        .when(&gateway(), opened_at(), &pay(payment(1), 35_000, "pay-1"))
        .then(|events| assert!(events.is_empty(), "the same payment again"));
    paid()
        .when(&gateway(), opened_at(), &pay(payment(1), 35_000, "pay-2"))
        .then_refused("payment.paid_already", &["M7"]);
    paid()
        .when(&gateway(), opened_at(), &fail(payment(1), "2025-06-03T00:00:00Z"))
        .then_refused("payment.paid_already", &["M7"]);
}

#[test]
fn m6_a_payment_is_paid_in_full_and_in_its_currency() {
    let story = || start().and(&claims(), opened_at(), &repaired());
    for amount in [34_999, 35_001, 0, -35_000] {
        story()
            .when(&gateway(), opened_at(), &pay(payment(1), amount, "pay-1"))
            .then_refused("payment.amount_differs", &["M6"]);
    }
    let mut dollars = pay(payment(1), 35_000, "pay-1");
    if let RefundsCommand::ConfirmPayment(command) = &mut dollars {
        command.amount.currency = "USD".parse().unwrap();
    }
    story().when(&gateway(), opened_at(), &dollars).then_refused("payment.amount_differs", &["M6"]);
}

#[test]
fn m7_a_payment_without_a_reference_is_refused() {
    for reference in ["", "two words", &"x".repeat(201)] {
        start()
            .and(&claims(), opened_at(), &repaired())
            .when(&gateway(), opened_at(), &pay(payment(1), 35_000, reference))
            .then_refused("payment.no_reference", &["M7"]);
    }
}

#[test]
fn a_confirmation_waits_for_a_payment_that_is_not_known_yet() {
    let rejection = start()
        .when(&gateway(), opened_at(), &pay(payment(1), 35_000, "pay-1"))
        .then_refused("payment.not_known", &[]);
    assert!(recourse_kernel::Rejection::not_known_yet(&rejection));
}

#[test]
fn a_failed_attempt_is_recorded_and_the_payment_stays_owed() {
    let story = start()
        .and(&claims(), opened_at(), &repaired())
        .and(&gateway(), opened_at(), &fail(payment(1), "2025-06-02T00:00:00Z"))
        .and(&gateway(), opened_at(), &fail(payment(1), "2025-06-02T00:00:00Z"));
    let reported = story.when(&gateway(), opened_at(), &fail(payment(1), "2025-06-03T00:00:00Z"));
    let reported = reported.then(|events| {
        let [SettlementEvent::PaymentFailed(failed)] = events else { panic!("{events:?}") };
        assert_eq!(failed.attempt, 2, "the same failure reported twice counts once");
    });
    assert!(!reported.state.payment(payment(1)).unwrap().1.is_over());
}

#[test]
fn m8_a_buyer_who_does_not_pay_gets_a_notice_and_then_the_device_is_abandoned() {
    let story = || start().and(&claims(), opened_at(), &paid_repair());
    story().when_the_clock_reaches(at("2025-07-01T11:59:59Z")).then(|events| {
        assert!(events.is_empty());
    });
    story().when_the_clock_reaches(at("2025-07-01T12:00:00Z")).then(|events| {
        let [SettlementEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!((passed.payment, passed.deadline), (payment(1), Deadline::Notice));
        assert_eq!(passed.due, at("2025-07-01T12:00:00Z"));
    });
    let reported = story()
        .and_the_clock_reaches(at("2025-07-01T12:00:00Z"))
        .when_the_clock_reaches(at("2025-07-31T12:00:00Z"))
        .then(|events| {
            let [SettlementEvent::DeadlinePassed(passed), ..] = events else {
                panic!("{events:?}")
            };
            assert_eq!(passed.deadline, Deadline::Abandoned);
        });
    assert_eq!(Refunds::wake_at(&reported.state), None);
    // After an outage both are reported, each once and in order.
    story().when_the_clock_reaches(at("2026-01-01T00:00:00Z")).then(|events| {
        let deadlines: Vec<Deadline> = events
            .iter()
            .filter_map(|event| match event {
                SettlementEvent::DeadlinePassed(passed) => Some(passed.deadline),
                _ => None,
            })
            .collect();
        assert_eq!(deadlines, [Deadline::Notice, Deadline::Abandoned]);
    });
}

#[test]
fn m8_a_payment_in_time_or_after_the_notice_ends_the_deadlines() {
    let reported = start().and(&claims(), opened_at(), &paid_repair()).when(
        &gateway(),
        opened_at(),
        &pay(payment(1), 200_000, "pay-1"),
    );
    assert_eq!(Refunds::wake_at(&reported.state), None);
    start()
        .and(&claims(), opened_at(), &paid_repair())
        .and_the_clock_reaches(at("2025-07-15T00:00:00Z"))
        .when(&gateway(), at("2025-07-16T00:00:00Z"), &pay(payment(1), 200_000, "pay-1"))
        .then(|events| {
            assert!(matches!(
                events,
                [SettlementEvent::PaymentPaid(_), SettlementEvent::Closed(_)]
            ));
        });
}

#[test]
fn m8_an_unpaid_debt_is_written_off_and_the_settlement_closes() {
    let abandoned = || {
        start()
            .and(&claims(), opened_at(), &paid_repair())
            .and_the_clock_reaches(at("2026-01-01T00:00:00Z"))
    };
    let reported = start()
        .and(&claims(), opened_at(), &paid_repair())
        .when_the_clock_reaches(at("2026-01-01T00:00:00Z"))
        .then(|events| {
            let [_, _, SettlementEvent::WrittenOff(off), SettlementEvent::Closed(closed)] = events
            else {
                panic!("{events:?}")
            };
            assert_eq!(
                (off.payments.as_slice(), off.amounts.as_slice()),
                (&[payment(1)][..], &[rub(200_000)][..])
            );
            assert!(closed.paid.is_empty(), "nothing was paid");
        });
    assert_eq!(Refunds::wake_at(&reported.state), None);
    for late in [pay(payment(1), 200_000, "pay-1"), fail(payment(1), "2026-01-02T00:00:00Z")] {
        abandoned()
            .when(&gateway(), at("2026-01-02T00:00:00Z"), &late)
            .then_refused("payment.written_off", &["M8"]);
    }
}

#[test]
fn m8_what_the_provider_owes_its_carrier_outlives_the_buyers_debt() {
    let reported = start()
        .and(&claims(), opened_at(), &both_shipments())
        .when_the_clock_reaches(at("2026-01-01T00:00:00Z"))
        .then(|events| {
            assert!(matches!(events.last(), Some(SettlementEvent::WrittenOff(_))), "{events:?}");
        });
    let owed = &reported.state.settlement(settlement()).unwrap().payments;
    let carriers: Vec<_> = owed.values().filter(|payment| !payment.is_over()).collect();
    assert!(
        carriers.len() == 2 && carriers.iter().all(|payment| payment.owed.to == Party::Carrier)
    );
    let mut paid = start()
        .and(&claims(), opened_at(), &both_shipments())
        .and_the_clock_reaches(at("2026-01-01T00:00:00Z"));
    let (last, first) = (carriers[1].owed.clone(), carriers[0].owed.clone());
    paid = paid.and(
        &gateway(),
        at("2026-01-02T00:00:00Z"),
        &pay(first.payment, first.amount.amount, "p-1"),
    );
    paid.when(
        &gateway(),
        at("2026-01-02T00:00:00Z"),
        &pay(last.payment, last.amount.amount, "p-2"),
    )
    .then(|events| {
        let [SettlementEvent::PaymentPaid(_), SettlementEvent::Closed(closed)] = events else {
            panic!("{events:?}")
        };
        assert_eq!(
            closed.paid,
            [rub(159_000)],
            "both shipments, paid to the carriers, and nothing else"
        );
    });
}

/// The repair that the buyer was to pay for failed: the claim is settled again, without it.
fn failed_repair() -> RefundsCommand {
    let fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    RefundsCommand::OpenForClaim(Box::new(fact))
}

#[test]
fn stage_4_the_price_of_a_failed_repair_is_returned() {
    let paid = || {
        start().and(&claims(), opened_at(), &paid_repair()).and(
            &gateway(),
            opened_at(),
            &pay(payment(1), 200_000, "p-1"),
        )
    };
    paid().when(&claims(), opened_at(), &failed_repair()).then(|events| {
        let [SettlementEvent::PaymentAdded(back)] = events else { panic!("{events:?}") };
        assert_eq!((back.payment.from, back.payment.to), (Party::Provider, Party::Buyer));
        assert_eq!(
            (back.payment.kind, back.payment.amount),
            (PaymentKind::PaidRepair, rub(200_000))
        );
        assert_eq!(back.outcome, Some(Outcome::ReturnedUnrepaired));
    });
    let recheck_settlement = || paid().and(&claims(), opened_at(), &failed_repair());
    // M7: once, however often it is reported.
    recheck_settlement()
        .when(&claims(), opened_at(), &failed_repair())
        .then(|events| assert!(events.is_empty()));
    recheck_settlement().when(&gateway(), opened_at(), &pay(payment(2), 200_000, "p-2")).then(
        |events| {
            assert!(matches!(
                events,
                [SettlementEvent::PaymentPaid(_), SettlementEvent::Closed(_)]
            ));
        },
    );
}

#[test]
fn stage_4_the_unpaid_price_of_a_failed_repair_is_written_off() {
    let owed = start().and(&claims(), opened_at(), &paid_repair());
    owed.when(&claims(), opened_at(), &failed_repair()).then(|events| {
        let [SettlementEvent::WrittenOff(fallen), SettlementEvent::Closed(closed)] = events else {
            panic!("{events:?}")
        };
        assert_eq!((fallen.payments.as_slice(), closed.paid.len()), ([payment(1)].as_slice(), 0));
        assert_eq!(closed.written_off, [rub(200_000)]);
    });
    start()
        .and(&claims(), opened_at(), &paid_repair())
        .and(&claims(), opened_at(), &failed_repair())
        .when(&gateway(), opened_at(), &pay(payment(1), 200_000, "p-1"))
        .then_refused("payment.written_off", &["M8"]);
}

#[test]
fn m3_the_buyers_last_payment_says_that_the_buyer_owes_nothing() {
    let back = ShipmentFact {
        direction: Direction::ToBuyer,
        booked_by: Party::Provider,
        ..post_to_shop(38_000)
    };
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    fact.facts.shipments = vec![back];
    let opened = || {
        start().and(&claims(), opened_at(), &RefundsCommand::OpenForClaim(Box::new(fact.clone())))
    };
    for (number, buyers) in [(1, false), (2, true)] {
        opened().when(&gateway(), opened_at(), &pay(payment(number), 38_000, "p-1")).then(
            |events| {
                let [SettlementEvent::PaymentPaid(paid)] = events else { panic!("{events:?}") };
                assert_eq!((paid.from == Party::Buyer, paid.buyer_owes_nothing), (buyers, buyers));
            },
        );
    }
}

#[test]
fn m8_what_was_lost_on_return_is_reimbursed_in_the_same_settlement() {
    let back = |lost| ShipmentFact {
        direction: Direction::ToBuyer,
        booked_by: Party::Provider,
        lost,
        ..post_to_shop(38_000)
    };
    let settled = |outcome, shipments: Vec<ShipmentFact>| {
        let mut fact = started(outcome, Some(Verdict::NoFaultFound));
        fact.facts.shipments = shipments;
        RefundsCommand::OpenForClaim(Box::new(fact))
    };
    // The buyer had paid for the shipment on which the provider lost the device.
    let returned = start()
        .and(&claims(), opened_at(), &settled(Outcome::ReturnedUnrepaired, vec![back(false)]))
        .and(&gateway(), opened_at(), &pay(payment(1), 38_000, "p-1"))
        .and(&gateway(), opened_at(), &pay(payment(2), 38_000, "p-2"));
    returned.when(&claims(), opened_at(), &settled(Outcome::Refunded, vec![back(true)])).then(
        |events| {
            let [SettlementEvent::PaymentAdded(cash), SettlementEvent::PaymentAdded(shipment)] =
                events
            else {
                panic!("{events:?}")
            };
            assert_eq!(
                (cash.payment.kind, cash.payment.amount),
                (PaymentKind::DeviceCash, rub(1_000_000))
            );
            assert!(
                cash.cash.is_some(),
                "needed to count a later refund by the seller against it (M7)"
            );
            assert_eq!(
                (shipment.payment.from, shipment.payment.amount),
                (Party::Provider, rub(38_000))
            );
        },
    );
}

fn late_shipment(price: i64) -> RefundsCommand {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    let shipment = ShipmentFact {
        direction: Direction::ToBuyer,
        booked_by: Party::Provider,
        ..post_to_shop(price)
    };
    fact.facts.shipments = vec![post_to_shop(35_000), shipment.clone()];
    RefundsCommand::AddLateShipment(Box::new(SettlementExtended {
        settlement: settlement(),
        terms: WISETECH.reference(),
        shipment,
        facts: fact.facts,
    }))
}

fn returned() -> RefundsCommand {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    fact.facts.shipments = vec![post_to_shop(35_000)];
    RefundsCommand::OpenForClaim(Box::new(fact))
}

#[test]
fn m3_a_shipment_booked_after_the_settlement_is_added_to_it() {
    let story = || start().and(&claims(), opened_at(), &returned());
    let nothing_owed = story().when(&claims(), opened_at(), &returned());
    assert!(nothing_owed.state.settlement(settlement()).unwrap().is_closed);
    let reported = story().when(&claims(), opened_at(), &late_shipment(38_000)).then(|events| {
        let [SettlementEvent::PaymentAdded(carrier), SettlementEvent::PaymentAdded(buyers)] =
            events
        else {
            panic!("{events:?}")
        };
        assert_eq!((carrier.payment.payment, carrier.payment.to), (payment(1), Party::Carrier));
        assert_eq!((buyers.payment.payment, buyers.payment.from), (payment(2), Party::Buyer));
        assert_eq!((buyers.payment.amount, buyers.payment.rule.as_str()), (rub(38_000), "M3"));
        assert_eq!(carrier.notice_at, None);
        assert_eq!(buyers.notice_at, Some(opened_at() + TimeDelta::days(30)));
    });
    assert!(!reported.state.settlement(settlement()).unwrap().is_closed, "open until it is paid");
    // M8: it has the same deadlines as any other payment.
    story()
        .and(&claims(), opened_at(), &late_shipment(38_000))
        .and(&gateway(), opened_at(), &pay(payment(1), 38_000, "p-1"))
        .when_the_clock_reaches(at("2026-01-01T00:00:00Z"))
        .then(|events| assert!(matches!(events.last(), Some(SettlementEvent::Closed(_)))));
}

#[test]
fn m8_a_device_that_goes_back_before_payment_is_never_abandoned() {
    let mut unpaid = Terms::clone(&WISETECH);
    unpaid.line = "pays-later".to_owned();
    unpaid.shipments.paid_before_dispatch = false;
    let published = TermsPublished::of(unpaid.clone());
    let mut book = TermsBook::default();
    book.apply(&TermsEvent::TermsPublished(Box::new(published)), 0);
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    let back = ShipmentFact {
        direction: Direction::ToBuyer,
        booked_by: Party::Provider,
        ..post_to_shop(1)
    };
    fact.facts.shipments = vec![back];
    fact.terms = unpaid.reference();
    let opened = RefundsCommand::OpenForClaim(Box::new(fact));
    let story = given::<Refunds>("K", &book, []).and(&claims(), opened_at(), &opened);
    story.when_the_clock_reaches(at("2026-01-01T00:00:00Z")).then(|events| {
        let [SettlementEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!(passed.deadline, Deadline::Notice, "the debt remains");
    });
}

#[test]
fn a_shipment_that_moves_no_money_adds_no_payment() {
    start()
        .and(&claims(), opened_at(), &returned())
        .when(&claims(), opened_at(), &late_shipment(0))
        .then(|events| assert!(events.is_empty()));
    // A settlement that was never opened cannot be extended.
    start()
        .when(&claims(), opened_at(), &late_shipment(1))
        .then(|events| assert!(events.is_empty()));
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

/// Cash of 90 % of 10,000.00 RUB, in the seventh month.
fn cash() -> RefundsCommand {
    let mut fact = started(Outcome::Refunded, Some(Verdict::Covered));
    fact.facts.first_filed = "2025-09-20".parse().unwrap();
    RefundsCommand::OpenForClaim(Box::new(fact))
}

fn paid_in_cash() -> Story<'static, Refunds> {
    start().and(&claims(), opened_at(), &cash()).and(
        &gateway(),
        opened_at(),
        &pay(payment(1), 900_000, "pay-1"),
    )
}

fn seller_refunded(so_far: i64) -> RefundsCommand {
    let (policy, device_price_refunded) = (policy(), rub(so_far));
    RefundsCommand::NoteSellerRefund(PricePaidChanged { policy, device_price_refunded })
}

fn seller_refunded_all() -> RefundsCommand {
    RefundsCommand::OpenForPolicy(PolicyPriceOwed {
        policy: policy(),
        provider: WISETECH.provider.clone(),
        buyer: "b-1".into(),
        price_owed: rub(49_380),
        because: PriceRefunded::RefundedBySeller,
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
        .when(&gateway(), opened_at(), &pay(payment(2), 180_000, "pay-2"))
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

#[test]
fn m7_a_payout_whose_answer_was_lost_is_reported_again_and_paid_once() {
    // The gateway paid but lost the response, so it reports the same payment again, even after
    // failed attempts.
    let paid = pay(payment(1), 35_000, "pay-1");
    start()
        .and(&claims(), opened_at(), &repaired())
        .and(&gateway(), opened_at(), &paid)
        .when(&gateway(), at("2025-06-09T00:00:00Z"), &paid)
        .then(|events| assert!(events.is_empty()));
    start()
        .and(&claims(), opened_at(), &repaired())
        .and(&gateway(), opened_at(), &fail(payment(1), "2025-06-02T00:00:00Z"))
        .and(&gateway(), opened_at(), &fail(payment(1), "2025-06-03T00:00:00Z"))
        .when(&gateway(), opened_at(), &paid)
        .then(|events| {
            assert!(matches!(
                events,
                [SettlementEvent::PaymentPaid(_), SettlementEvent::Closed(_)]
            ));
        });
}

/// Both shipments of version 2, 790.00 and 800.00 RUB, owed by a buyer who is at fault.
fn both_shipments() -> RefundsCommand {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    let provider = |direction, price| ShipmentFact {
        direction,
        means: Means::Courier,
        booked_by: Party::Provider,
        ..post_to_shop(price)
    };
    fact.facts.shipments =
        vec![provider(Direction::ToShop, 79_000), provider(Direction::ToBuyer, 80_000)];
    fact.terms = WISETECH_2.reference();
    RefundsCommand::OpenForClaim(Box::new(fact))
}

#[test]
fn m3_m8_paying_one_of_two_shipments_is_not_enough() {
    let story = || start().and(&claims(), opened_at(), &both_shipments());
    let reported = story().when(&claims(), opened_at(), &both_shipments());
    let owed: Vec<_> =
        reported.state.settlement(settlement()).unwrap().payments.values().cloned().collect();
    let of_buyer: Vec<_> = owed
        .iter()
        .filter(|payment| payment.is_awaited_from_buyer())
        .map(|payment| payment.owed.payment)
        .collect();
    assert_eq!(of_buyer.len(), 2);
    // One of them is paid, and so are the carriers: still open, and the deadlines are those of the
    // other.
    let mut half = story();
    for payment in owed.iter().filter(|payment| payment.owed.payment != of_buyer[1]) {
        let reference = format!("pay-{}", payment.owed.payment.payment);
        half = half.and(
            &gateway(),
            opened_at(),
            &pay(payment.owed.payment, payment.owed.amount.amount, &reference),
        );
    }
    half.when_the_clock_reaches(at("2025-08-01T00:00:00Z")).then(|events| {
        let passed: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                SettlementEvent::DeadlinePassed(passed) => Some((passed.payment, passed.deadline)),
                _ => None,
            })
            .collect();
        assert_eq!(passed, [(of_buyer[1], Deadline::Notice), (of_buyer[1], Deadline::Abandoned)]);
    });
}

/// What the gateway and the clock can do to a settlement with several payments.
#[derive(Debug, Clone)]
enum Step {
    Open,
    OpenCash,
    BookLate { price: i64 },
    SellerRefunds { so_far: i64 },
    Pay { payment: u32, amount_off: i64, reference: u8 },
    Fail { payment: u32 },
    Wait { days: i64 },
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Open),
        Just(Step::OpenCash),
        (0_i64..90_000).prop_map(|price| Step::BookLate { price }),
        (0_i64..1_100_000).prop_map(|so_far| Step::SellerRefunds { so_far }),
        (1_u32..5, prop_oneof![4 => Just(0_i64), 1 => -5_i64..5], 0_u8..6).prop_map(
            |(payment, amount_off, reference)| Step::Pay { payment, amount_off, reference }
        ),
        (1_u32..5).prop_map(|payment| Step::Fail { payment }),
        (0_i64..40).prop_map(|days| Step::Wait { days }),
    ]
}

/// A repair at the buyer's cost with shipments booked by both sides: payments in every direction.
fn many_payments() -> RefundsCommand {
    let mut fact = started(Outcome::RepairedAtBuyersCost, Some(Verdict::NoFaultFound));
    fact.facts.paid_repair = Some(rub(200_000));
    let back = ShipmentFact {
        direction: Direction::ToBuyer,
        booked_by: Party::Provider,
        ..post_to_shop(25_000)
    };
    fact.facts.shipments = vec![post_to_shop(35_000), back];
    RefundsCommand::OpenForClaim(Box::new(fact))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// M7: no payment is made twice, whatever the gateway reports and however often; and a
    /// settlement is closed exactly when the amount paid equals the amount owed, to the last unit
    /// of each currency (M6).
    #[test]
    fn m7_no_payment_is_paid_twice_and_a_closed_settlement_balances(
        steps in proptest::collection::vec(any_step(), 1..40),
    ) {
        let mut state = RefundsState::default();
        let mut now = opened_at();
        let (mut owed, mut fallen) = (Vec::new(), Vec::new());
        let (mut paid, mut closed) = (Vec::new(), Vec::new());
        for step in steps {
            let principal = gateway();
            let command = match step {
                Step::Open => Some(many_payments()),
                Step::OpenCash => Some(cash()),
                Step::BookLate { price } => Some(late_shipment(price)),
                Step::SellerRefunds { so_far } => Some(seller_refunded(so_far)),
                Step::Pay { payment: number, amount_off, reference } => {
                    let payment = payment(number);
                    let amount = state.payment(payment).map_or(1, |(_, payment)| payment.owed.amount.amount);
                    Some(pay(payment, amount + amount_off, &format!("pay-{reference}")))
                }
                Step::Fail { payment: number } => Some(RefundsCommand::FailPayment(FailPayment {
                    payment: payment(number), reason: "no".into(), failed_at: now,
                })),
                Step::Wait { days } => {
                    now += TimeDelta::days(days);
                    None
                }
            };
            let context = Context { now, principal: &principal, key: "K", reference: &*BOOK };
            let events = match &command {
                Some(command) => Refunds::decide(&state, command, &context).unwrap_or_default(),
                None if Refunds::wake_at(&state).is_some_and(|due| due <= now) => {
                    Refunds::wake(&state, &context)
                }
                None => Vec::new(),
            };
            for event in &events {
                Refunds::evolve(&mut state, event, now);
                match event {
                    SettlementEvent::Opened(opened) => {
                        owed.extend(opened.payments.iter().map(|payment| payment.amount));
                    }
                    SettlementEvent::PaymentAdded(added) => owed.push(added.payment.amount),
                    SettlementEvent::WrittenOff(off) => fallen.extend(off.amounts.clone()),
                    SettlementEvent::PaymentPaid(event) => paid.push((event.payment, event.amount)),
                    SettlementEvent::Closed(event) => closed.push(event.paid.clone()),
                    _ => {}
                }
            }
            if command.is_none() {
                prop_assert!(Refunds::wake_at(&state).is_none_or(|due| due > now));
            }
        }
        let mut payments: Vec<PaymentId> = paid.iter().map(|(payment, _)| *payment).collect();
        payments.sort_unstable();
        payments.dedup();
        prop_assert_eq!(payments.len(), paid.len(), "a payment was made twice");
        let paid = sums(paid.into_iter().map(|(_, amount)| amount));
        // What was written off is no longer owed (M8).
        let fallen = fallen.into_iter().map(|money: Money| Money { amount: -money.amount, ..money });
        let owed: Vec<_> = sums(owed.into_iter().chain(fallen));
        let owed: Vec<_> = owed.into_iter().filter(|sum| sum.amount != 0).collect();
        let is_closed = state.settlement(settlement()).is_some_and(|settlement| settlement.is_closed);
        let was_opened = state.settlement(settlement()).is_some();
        prop_assert_eq!(is_closed, was_opened && paid == owed);
        prop_assert!(!is_closed || closed.last() == Some(&owed));
    }
}

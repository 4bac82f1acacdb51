//! What happens if a buyer does not pay (M8).

use super::super::events::Deadline;
use super::*;

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
        reported_at(),
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
            // The claim and its settlement have one outcome.
            let outcomes = (off.outcome, closed.outcome);
            assert_eq!(outcomes, (Some(Outcome::Withdrawn), Some(Outcome::Withdrawn)));
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
            let Some(SettlementEvent::WrittenOff(off)) = events.last() else {
                panic!("{events:?}")
            };
            assert_eq!(off.outcome, Some(Outcome::ReturnedUnrepaired));
            assert!(off.buyer_is_settled, "the claim does not wait for carriers");
        });
    let owed = &reported.state.settlement(settlement()).unwrap().payments;
    let carriers: Vec<_> = owed.values().filter(|payment| payment.is_owed()).collect();
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

#[test]
fn m8_a_device_that_goes_back_before_payment_is_never_abandoned() {
    let mut unpaid = Terms::clone(&WISETECH);
    unpaid.line = "pays-later".parse().unwrap();
    unpaid.shipments.paid_before_dispatch = false;
    let published = TermsPublished::of(unpaid.clone());
    let mut book = TermsBook::default();
    book.apply(&TermsEvent::TermsPublished(Box::new(published)), 0);
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    fact.facts.shipments = vec![post_to_buyer(1)];
    fact.terms = unpaid.reference();
    let opened = RefundsCommand::OpenForClaim(Box::new(fact));
    let story = given::<Refunds>("K", &book, []).and(&claims(), opened_at(), &opened);
    story.when_the_clock_reaches(at("2026-01-01T00:00:00Z")).then(|events| {
        let reported: Vec<_> = events.iter().filter_map(deadline_of).collect();
        assert_eq!(reported, [Deadline::ProviderPayment, Deadline::Recovery], "{events:?}");
        let handed_over = |event: &&SettlementEvent| {
            matches!(event, SettlementEvent::CollectionStarted(started)
                if started.payment == payment(2) && started.buyer_is_settled)
        };
        assert!(events.iter().any(|event| handed_over(&event)), "the debt remains: {events:?}");
    });
}

#[test]
fn m3_m8_paying_one_of_two_shipments_is_not_enough() {
    let story = || start().and(&claims(), opened_at(), &both_shipments());
    let reported = story().when(&claims(), opened_at(), &both_shipments());
    let opened = reported.state.settlement(settlement()).unwrap();
    let owed: Vec<_> = opened.payments.values().map(|payment| &payment.owed).collect();
    let of_buyer: Vec<_> = opened.awaited_from_buyer().map(|(payment, _)| payment).collect();
    assert_eq!(of_buyer.len(), 2);
    // One of them is paid, and so are the carriers: still open, and the deadlines are those of the
    // other.
    let mut half = story();
    for owed in owed.into_iter().filter(|owed| owed.payment != of_buyer[1]) {
        let reference = format!("pay-{}", owed.payment.payment);
        let paid = pay(owed.payment, owed.amount.amount, &reference);
        half = half.and(&gateway(), reported_at(), &paid);
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

fn deadline_of(event: &SettlementEvent) -> Option<Deadline> {
    match event {
        SettlementEvent::DeadlinePassed(passed) => Some(passed.deadline),
        _ => None,
    }
}

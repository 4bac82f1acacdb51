//! What the payment gateway reports: a payment is made in full (M6) and once (M7).

use recourse_kernel::Wire as _;

use super::*;

#[test]
fn m7_a_payment_is_made_once_and_the_last_one_closes_the_settlement() {
    let story = start().and(&claims(), opened_at(), &repaired());
    story.when(&gateway(), reported_at(), &pay(payment(1), 35_000, "pay-1")).then(|events| {
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
            reported_at(),
            &pay(payment(1), 35_000, "pay-1"),
        )
    };
    paid()
        .when(&gateway(), reported_at(), &pay(payment(1), 35_000, "pay-1"))
        .then(|events| assert!(events.is_empty(), "the same payment again"));
    paid()
        .when(&gateway(), reported_at(), &pay(payment(1), 35_000, "pay-2"))
        .then_refused("payment.paid_already", &["M7"]);
    paid()
        .when(&gateway(), reported_at(), &fail(payment(1), "2025-06-03T00:00:00Z"))
        .then_refused("payment.paid_already", &["M7"]);
}

#[test]
fn m6_a_payment_is_paid_in_full_and_in_its_currency() {
    let story = || start().and(&claims(), opened_at(), &repaired());
    for amount in [34_999, 35_001, 0, -35_000] {
        story()
            .when(&gateway(), reported_at(), &pay(payment(1), amount, "pay-1"))
            .then_refused("payment.amount_differs", &["M6"]);
    }
    let mut dollars = pay(payment(1), 35_000, "pay-1");
    if let RefundsCommand::ConfirmPayment(command) = &mut dollars {
        command.amount.currency = "USD".parse().unwrap();
    }
    story()
        .when(&gateway(), reported_at(), &dollars)
        .then_refused("payment.amount_differs", &["M6"]);
}

#[test]
fn m7_a_payment_without_a_reference_is_refused() {
    for reference in ["", "two words", &"x".repeat(201)] {
        start()
            .and(&claims(), opened_at(), &repaired())
            .when(&gateway(), reported_at(), &pay(payment(1), 35_000, reference))
            .then_refused("payment.no_reference", &["M7"]);
    }
}

/// The rules of a refusal, each with whether it passed.
fn tried(rejection: &impl Rejection) -> Vec<(String, bool)> {
    rejection.findings().into_iter().map(|finding| (finding.rule, finding.passed)).collect()
}

#[test]
fn a_refused_payment_lists_every_rule_that_was_tried() {
    let paid = || {
        start().and(&claims(), opened_at(), &repaired()).and(
            &gateway(),
            reported_at(),
            &pay(payment(1), 35_000, "pay-1"),
        )
    };
    // Three rules refuse it; the first is the reason.
    let rejection = paid()
        .when(&gateway(), reported_at(), &pay(payment(1), 34_999, "two words"))
        .then_refused("payment.no_reference", &["M7"]);
    let expected = [
        ("M7", false),
        ("M6", false),
        ("M7", false),
        ("M7", true),
        ("M8", true),
        ("command", true),
    ];
    assert_eq!(tried(&rejection), expected.map(|(rule, passed)| (rule.to_owned(), passed)));
    let codes: Vec<_> =
        rejection.findings().iter().map(|tried| tried.facts.get("code").cloned()).collect();
    assert_eq!(codes[1], Some("payment.amount_differs".into()));
    assert_eq!(codes[2], Some("payment.paid_already".into()));
    // A failure that is reported for a paid payment, without a code.
    let RefundsCommand::FailPayment(failed) = fail(payment(1), "2025-06-03T00:00:00Z") else {
        unreachable!()
    };
    let failed = RefundsCommand::FailPayment(FailPayment { code: String::new(), ..failed });
    let rejection =
        paid().when(&gateway(), reported_at(), &failed).then_refused("payment.no_code", &[]);
    let expected =
        [("command", false), ("command", true), ("M7", false), ("M8", true), ("command", true)];
    assert_eq!(tried(&rejection), expected.map(|(rule, passed)| (rule.to_owned(), passed)));
}

#[test]
fn a_failure_has_a_code() {
    let failed = |code: &str| {
        let RefundsCommand::FailPayment(failed) = fail(payment(1), "2025-06-02T00:00:00Z") else {
            unreachable!()
        };
        RefundsCommand::FailPayment(FailPayment { code: code.to_owned(), ..failed })
    };
    let story = || start().and(&claims(), opened_at(), &repaired());
    for code in ["card_declined", "AC04", "R-03.1"] {
        story().when(&gateway(), reported_at(), &failed(code)).then(|events| {
            let [SettlementEvent::PaymentFailed(failed)] = events else { panic!("{events:?}") };
            assert_eq!(failed.code.as_deref(), Some(code));
        });
    }
    for code in ["", "the card was declined", "é", &"x".repeat(65)] {
        story().when(&gateway(), reported_at(), &failed(code)).then_refused("payment.no_code", &[]);
    }
}

#[test]
fn what_the_gateway_reports_has_happened() {
    let story = || start().and(&claims(), opened_at(), &repaired());
    // Reported as paid on 2 June, when it was 1 June here.
    story()
        .when(&gateway(), opened_at(), &pay(payment(1), 35_000, "pay-1"))
        .then_refused("payment.in_the_future", &[]);
    story()
        .when(&gateway(), opened_at(), &fail(payment(1), "2025-06-01T12:05:01Z"))
        .then_refused("payment.in_the_future", &[]);
    // The gateway's clock may be five minutes ahead.
    story()
        .when(&gateway(), opened_at(), &fail(payment(1), "2025-06-01T12:05:00Z"))
        .then(|events| assert_eq!(events.len(), 1));
}

#[test]
fn a_payment_names_its_payee_and_the_order() {
    start().when(&claims(), opened_at(), &repaired()).then(|events| {
        let [SettlementEvent::Opened(opened)] = events else { panic!("{events:?}") };
        let payee = opened.payments[0].payee.as_ref().unwrap();
        let known = (payee.reference.as_deref(), payee.order);
        assert_eq!(
            (opened.payments[0].to, known),
            (Party::Buyer, (Some("b-1"), OrderId::new(key())))
        );
    });
    // A shipment that was booked later is paid to its carrier, whose name is not known here.
    start()
        .and(&claims(), opened_at(), &returned())
        .when(&claims(), reported_at(), &late_shipment(38_000))
        .then(|events| {
            let mut to_carrier = events.iter().filter_map(|event| match event {
                SettlementEvent::PaymentAdded(added) => Some(&added.payment),
                _ => None,
            });
            assert!(to_carrier.all(|payment| {
                let reference = payment.payee.as_ref().unwrap().reference.as_deref();
                reference
                    == match payment.to {
                        Party::Buyer => Some("b-1"),
                        Party::Provider => Some("wisetech-service"),
                        _ => None,
                    }
            }));
        });
}

#[test]
fn the_reason_of_a_failure_is_short_or_left_out() {
    for reason in [String::new(), "x".repeat(501)] {
        let failed_at = at("2025-06-02T00:00:00Z");
        let (code, reason) = ("AC04".to_owned(), Some(reason));
        let failed = FailPayment { payment: payment(1), code, reason, failed_at };
        start()
            .and(&claims(), opened_at(), &repaired())
            .when(&gateway(), reported_at(), &RefundsCommand::FailPayment(failed))
            .then_refused("payment.no_reason", &[]);
    }
}

#[test]
fn a_confirmation_waits_for_a_payment_that_is_not_known_yet() {
    let rejection = start()
        .when(&gateway(), reported_at(), &pay(payment(1), 35_000, "pay-1"))
        .then_refused("payment.not_known", &[]);
    assert!(rejection.reason().not_known_yet);
}

#[test]
fn a_failed_attempt_is_recorded_and_the_payment_stays_owed() {
    let story = start()
        .and(&claims(), opened_at(), &repaired())
        .and(&gateway(), reported_at(), &fail(payment(1), "2025-06-02T00:00:00Z"))
        .and(&gateway(), reported_at(), &fail(payment(1), "2025-06-02T00:00:00Z"));
    let reported = story.when(&gateway(), reported_at(), &fail(payment(1), "2025-06-03T00:00:00Z"));
    let reported = reported.then(|events| {
        let [SettlementEvent::PaymentFailed(failed)] = events else { panic!("{events:?}") };
        assert_eq!(failed.attempt, 2, "the same failure reported twice counts once");
    });
    assert!(!reported.state.payment(payment(1)).unwrap().1.is_paid());
}

/// A failure at this time, with this code and reason.
fn failed(failed_at: &str, code: &str, reason: Option<&str>) -> RefundsCommand {
    RefundsCommand::FailPayment(FailPayment {
        payment: payment(1),
        code: code.to_owned(),
        reason: reason.map(str::to_owned),
        failed_at: at(failed_at),
    })
}

#[test]
fn a_failure_that_is_reported_with_another_code_or_reason_is_corrected() {
    let (first, second) = ("2025-06-02T00:00:00Z", "2025-06-03T00:00:00Z");
    let story = || {
        start()
            .and(&claims(), opened_at(), &repaired())
            .and(&gateway(), reported_at(), &failed(first, "AC04", None))
            .and(&gateway(), reported_at(), &failed(second, "AC04", None))
    };
    let corrections = [
        (first, "AC06", None, 1),
        (second, "AC06", None, 2),
        (second, "AC04", Some("the account is closed"), 2),
    ];
    for (when, code, reason, attempt) in corrections {
        story().when(&gateway(), reported_at(), &failed(when, code, reason)).then(|events| {
            let [SettlementEvent::PaymentFailed(failed)] = events else { panic!("{events:?}") };
            let corrected = (failed.attempt, failed.code.as_deref(), failed.reason.as_deref());
            assert_eq!(corrected, (attempt, Some(code), reason));
        });
        // The correction again, and any failure as it was reported last, change nothing.
        let corrected = || story().and(&gateway(), reported_at(), &failed(when, code, reason));
        let other = if when == first { second } else { first };
        for known in [failed(when, code, reason), failed(other, "AC04", None)] {
            corrected()
                .when(&gateway(), reported_at(), &known)
                .then(|events| assert!(events.is_empty(), "{events:?}"));
        }
        // The next failure has the next number.
        corrected()
            .when(&gateway(), reported_at(), &failed("2025-06-01T00:00:00Z", "AC04", None))
            .then(|events| {
                let [SettlementEvent::PaymentFailed(failed)] = events else { panic!("{events:?}") };
                assert_eq!(failed.attempt, 3);
            });
    }
}

#[test]
fn m7_a_failure_after_the_payment_is_refused_with_what_to_do() {
    let paid = pay(payment(1), 35_000, "pay-1");
    for when in ["2025-06-01T00:00:00Z", "2025-06-03T00:00:00Z"] {
        let rejection = start()
            .and(&claims(), opened_at(), &repaired())
            .and(&gateway(), reported_at(), &fail(payment(1), "2025-06-01T00:00:00Z"))
            .and(&gateway(), reported_at(), &paid)
            .when(&gateway(), reported_at(), &fail(payment(1), when))
            .then_refused("payment.paid_already", &["M7"]);
        let instead = rejection.reason().instead.unwrap_or_default();
        assert!(!instead.contains("Return"), "there is no second payment: {instead}");
    }
    // The payment as it was reported stays so, also when it is reported with another time.
    let RefundsCommand::ConfirmPayment(again) = paid.clone() else { unreachable!() };
    let again = ConfirmPayment { paid_at: at("2025-06-01T00:00:00Z"), ..again };
    start()
        .and(&claims(), opened_at(), &repaired())
        .and(&gateway(), reported_at(), &paid)
        .when(&gateway(), reported_at(), &RefundsCommand::ConfirmPayment(again))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn m7_a_payout_whose_answer_was_lost_is_reported_again_and_paid_once() {
    // The gateway paid but lost the response, so it reports the same payment again, even after
    // failed attempts.
    let paid = pay(payment(1), 35_000, "pay-1");
    start()
        .and(&claims(), opened_at(), &repaired())
        .and(&gateway(), reported_at(), &paid)
        .when(&gateway(), at("2025-06-09T00:00:00Z"), &paid)
        .then(|events| assert!(events.is_empty()));
    start()
        .and(&claims(), opened_at(), &repaired())
        .and(&gateway(), reported_at(), &fail(payment(1), "2025-06-02T00:00:00Z"))
        .and(&gateway(), reported_at(), &fail(payment(1), "2025-06-03T00:00:00Z"))
        .when(&gateway(), reported_at(), &paid)
        .then(|events| {
            assert!(matches!(
                events,
                [SettlementEvent::PaymentPaid(_), SettlementEvent::Closed(_)]
            ));
        });
}

#[test]
fn m3_the_buyers_last_payment_says_that_the_buyer_owes_nothing() {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    fact.facts.shipments = vec![post_to_buyer(38_000)];
    let opened = || {
        start().and(&claims(), opened_at(), &RefundsCommand::OpenForClaim(Box::new(fact.clone())))
    };
    for (number, buyers) in [(1, false), (2, true)] {
        opened().when(&gateway(), reported_at(), &pay(payment(number), 38_000, "p-1")).then(
            |events| {
                let [SettlementEvent::PaymentPaid(paid)] = events else { panic!("{events:?}") };
                assert_eq!((paid.from == Party::Buyer, paid.buyer_owes_nothing), (buyers, buyers));
            },
        );
    }
}

#[test]
fn a_command_on_the_topic_may_have_fields_that_are_not_known() {
    let body = serde_json::json!({
        "payment": payment(1), "code": "AC04", "failed_at": "2025-06-02T00:00:00Z", "later": true,
    });
    let type_name = "recourse.settlement.fail_payment.v1";
    let read = RefundsCommand::decode(type_name, body.to_string().as_bytes()).unwrap();
    assert!(matches!(read, RefundsCommand::FailPayment(failed) if failed.code == "AC04"));
}

//! The gateway takes a payment back: it is owed again (M12).

use chrono::TimeDelta;
use recourse_kernel::WaitKind;

use super::*;

fn paid() -> Story<'static, Refunds> {
    start().and(&claims(), opened_at(), &repaired()).and(
        &gateway(),
        reported_at(),
        &pay(payment(1), 35_000, "p-1"),
    )
}

const REVERSED: &str = "2025-06-03T00:00:00Z";

fn reversed() -> Story<'static, Refunds> {
    paid().and(&gateway(), reported_at(), &reverse(payment(1), REVERSED))
}

#[test]
fn m12_a_reversed_payment_is_owed_again_with_a_deadline_of_its_own() {
    let reported = paid().when(&gateway(), reported_at(), &reverse(payment(1), REVERSED));
    let reported = reported.then(|events| {
        let [SettlementEvent::PaymentReversed(reversed)] = events else { panic!("{events:?}") };
        assert_eq!((reversed.reference.as_str(), reversed.amount), ("p-1", rub(35_000)));
        assert_eq!(reversed.pay_by, reported_at() + TimeDelta::days(10));
    });
    let known = reported.state.settlement(settlement()).unwrap();
    let totals = known.totals()[0];
    assert!(!known.is_closed);
    assert_eq!((totals.owed, totals.paid), (35_000, 35_000));
    assert_eq!((totals.reversed, totals.due), (35_000, 35_000));
    assert_eq!(Refunds::waits(&reported.state)[0].what, WaitKind::ProviderPayment);
    reversed().when(&gateway(), reported_at(), &pay(payment(1), 35_000, "p-2")).then(|events| {
        let [SettlementEvent::PaymentPaid(_), SettlementEvent::Closed(closed)] = events else {
            panic!("{events:?}")
        };
        assert_eq!(
            (closed.paid.as_slice(), closed.totals[0].paid),
            ([rub(35_000)].as_slice(), 70_000)
        );
        assert_eq!((closed.totals[0].reversed, closed.totals[0].due), (35_000, 0));
    });
}

#[test]
fn m7_a_reversal_reported_again_changes_nothing() {
    reversed()
        .when(&gateway(), reported_at(), &reverse(payment(1), REVERSED))
        .then(|events| assert!(events.is_empty()));
    // Nor does it undo the payment that was made after it.
    reversed()
        .and(&gateway(), reported_at(), &pay(payment(1), 35_000, "p-2"))
        .when(&gateway(), reported_at(), &reverse(payment(1), REVERSED))
        .then(|events| assert!(events.is_empty()));
    // A late repeat of the first confirmation does not pay it again.
    reversed()
        .when(&gateway(), reported_at(), &pay(payment(1), 35_000, "p-1"))
        .then_refused("payment.was_reversed", &["M7", "M12"]);
}

#[test]
fn m12_only_what_was_paid_can_be_reversed_and_only_after_that() {
    start()
        .and(&claims(), opened_at(), &repaired())
        .when(&gateway(), reported_at(), &reverse(payment(1), REVERSED))
        .then_refused("payment.not_paid", &["M12"]);
    paid()
        .when(&gateway(), reported_at(), &reverse(payment(1), "2025-06-01T00:00:00Z"))
        .then_refused("payment.reversed_before_paid", &["M12"]);
    paid()
        .when(&gateway(), reported_at(), &reverse(payment(1), "2025-07-01T00:00:00Z"))
        .then_refused("payment.in_the_future", &[]);
    paid()
        .when(&gateway(), reported_at(), &reverse(payment(9), REVERSED))
        .then_refused("payment.not_known", &[]);
}

#[test]
fn m12_m8_a_device_whose_repair_is_not_done_is_held_until_it_is_paid_for_again() {
    let paid = || {
        start().and(&claims(), opened_at(), &paid_repair()).and(
            &gateway(),
            reported_at(),
            &pay(payment(1), 200_000, "p-1"),
        )
    };
    let reported = paid().when(&gateway(), reported_at(), &reverse(payment(1), REVERSED));
    let reported = reported.then(|events| {
        let [SettlementEvent::PaymentReversed(reversed)] = events else { panic!("{events:?}") };
        assert_eq!(reversed.notice_at, Some(reported_at() + TimeDelta::days(30)));
        assert_eq!(reversed.abandoned_at, Some(reported_at() + TimeDelta::days(60)));
    });
    let waits = Refunds::waits(&reported.state);
    assert_eq!((waits.len(), waits[0].what), (1, WaitKind::BuyerPayment));
    // Once it is done, the device may be gone: the debt is recovered.
    let done = RefundsCommand::NoteRepair(crate::foreign::JobRepaired {
        claim: claim(),
        repaired_at: reported_at(),
    });
    let reported = paid().and(&claims(), reported_at(), &done).when(
        &gateway(),
        reported_at(),
        &reverse(payment(1), REVERSED),
    );
    let waits = Refunds::waits(&reported.state);
    assert_eq!((waits.len(), waits[0].what), (1, WaitKind::Recovery));
}

/// The buyer paid for a repair that is cancelled, so the provider owes the price back.
fn cancelled_repair() -> Story<'static, Refunds> {
    let fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    start()
        .and(&claims(), opened_at(), &paid_repair())
        .and(&gateway(), reported_at(), &pay(payment(1), 200_000, "p-1"))
        .and(&claims(), reported_at(), &RefundsCommand::OpenForClaim(Box::new(fact)))
}

#[test]
fn m12_what_both_sides_owe_after_a_reversal_is_offset() {
    let reported =
        cancelled_repair().when(&gateway(), reported_at(), &reverse(payment(1), REVERSED));
    let reported = reported.then(|events| {
        let [
            SettlementEvent::PaymentReversed(_),
            SettlementEvent::WrittenOff(off),
            SettlementEvent::Closed(closed),
        ] = events
        else {
            panic!("{events:?}")
        };
        assert_eq!(off.payments, [payment(1), payment(2)]);
        assert_eq!(off.findings[0].rule, "M12");
        let totals = closed.totals[0];
        assert_eq!((totals.owed, totals.paid, totals.reversed), (400_000, 200_000, 200_000));
        assert_eq!((totals.due, totals.written_off), (0, 400_000));
    });
    assert!(Refunds::waits(&reported.state).is_empty());
    // What was returned already is owed by the buyer again.
    cancelled_repair()
        .and(&gateway(), reported_at(), &pay(payment(2), 200_000, "p-2"))
        .when(&gateway(), reported_at(), &reverse(payment(1), REVERSED))
        .then(|events| assert_eq!(events.len(), 1));
}

#[test]
fn m12_only_the_difference_is_owed_after_a_reversal() {
    // The seller refunded a part; the cash itself came back before the buyer returned it.
    start()
        .and(&claims(), opened_at(), &cash())
        .and(&gateway(), reported_at(), &pay(payment(1), 900_000, "p-1"))
        .and(&claims(), reported_at(), &seller_refunded(200_000))
        .when(&gateway(), reported_at(), &reverse(payment(1), REVERSED))
        .then(|events| {
            let [_, SettlementEvent::WrittenOff(off), SettlementEvent::PaymentAdded(rest)] = events
            else {
                panic!("{events:?}")
            };
            assert_eq!(off.payments, [payment(1), payment(2)]);
            assert_eq!((rest.payment.from, rest.payment.to), (Party::Provider, Party::Buyer));
            assert_eq!(rest.payment.kind, PaymentKind::DeviceCash);
            assert_eq!(rest.payment.amount, rub(720_000));
        });
}

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
fn m12_what_a_buyer_charged_back_is_recovered_because_the_device_may_be_gone() {
    let reported = start()
        .and(&claims(), opened_at(), &paid_repair())
        .and(&gateway(), reported_at(), &pay(payment(1), 200_000, "p-1"))
        .when(&gateway(), reported_at(), &reverse(payment(1), REVERSED));
    let waits = Refunds::waits(&reported.state);
    assert_eq!((waits.len(), waits[0].what), (1, WaitKind::Recovery));
}

//! Shipments that are booked after the claim was settled (M3).

use chrono::TimeDelta;

use super::*;

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
        .and(&gateway(), reported_at(), &pay(payment(1), 38_000, "p-1"))
        .when_the_clock_reaches(at("2026-01-01T00:00:00Z"))
        .then(|events| assert!(matches!(events.last(), Some(SettlementEvent::Closed(_)))));
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

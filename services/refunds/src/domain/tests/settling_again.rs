//! A claim that is settled again: only the difference is paid (M7).

use super::*;

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
            reported_at(),
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
    recheck_settlement().when(&gateway(), reported_at(), &pay(payment(2), 200_000, "p-2")).then(
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
        .when(&gateway(), reported_at(), &pay(payment(1), 200_000, "p-1"))
        .then_refused("payment.written_off", &["M8"]);
}

#[test]
fn m8_what_was_lost_on_return_is_reimbursed_in_the_same_settlement() {
    let back = |lost| ShipmentFact { lost, ..post_to_buyer(38_000) };
    let settled = |outcome, shipments: Vec<ShipmentFact>| {
        let mut fact = started(outcome, Some(Verdict::NoFaultFound));
        fact.facts.shipments = shipments;
        RefundsCommand::OpenForClaim(Box::new(fact))
    };
    // The buyer had paid for the shipment on which the provider lost the device.
    let returned = start()
        .and(&claims(), opened_at(), &settled(Outcome::ReturnedUnrepaired, vec![back(false)]))
        .and(&gateway(), reported_at(), &pay(payment(1), 38_000, "p-1"))
        .and(&gateway(), reported_at(), &pay(payment(2), 38_000, "p-2"));
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

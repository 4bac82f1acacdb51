//! A repair that was paid for: while the shop owes it, nothing is abandoned (M11).

use chrono::TimeDelta;
use recourse_kernel::{Owner, WaitKind};

use super::super::events::Deadline;
use super::*;
use crate::foreign::JobRepaired;

/// The buyer has paid for the repair, but not for the return shipment that the shop has booked.
fn forgotten() -> Story<'static, Refunds> {
    start()
        .and(&claims(), opened_at(), &paid_repair())
        .and(&gateway(), reported_at(), &pay(payment(1), 200_000, "p-1"))
        .and(&claims(), reported_at(), &return_booked())
}

fn return_booked() -> RefundsCommand {
    let mut fact = started(Outcome::RepairedAtBuyersCost, Some(Verdict::NoFaultFound));
    fact.facts.paid_repair = Some(rub(200_000));
    fact.facts.shipments = vec![post_to_buyer(38_000)];
    extended(fact, Some(post_to_buyer(38_000)))
}

fn repaired_on(when: &str) -> RefundsCommand {
    RefundsCommand::NoteRepair(JobRepaired { claim: claim(), repaired_at: at(when) })
}

#[test]
fn m11_a_payment_for_a_repair_says_by_when_it_is_to_be_done() {
    start()
        .and(&claims(), opened_at(), &paid_repair())
        .when(&gateway(), reported_at(), &pay(payment(1), 200_000, "p-1"))
        .then(|events| {
            let SettlementEvent::PaymentPaid(paid) = &events[0] else { panic!("{events:?}") };
            assert_eq!(paid.work_by, Some(paid.paid_at + TimeDelta::days(20)));
            assert!(paid.buyer_owes_nothing);
        });
}

#[test]
fn m11_no_device_is_abandoned_while_the_shop_owes_work_that_was_paid_for() {
    let reported = forgotten().when_the_clock_reaches(at("2026-01-01T00:00:00Z"));
    let reported = reported.then(|events| {
        let deadlines: Vec<_> = events
            .iter()
            .map(|event| match event {
                SettlementEvent::DeadlinePassed(passed) => (passed.deadline, passed.owner),
                other => panic!("{other:?}"),
            })
            .collect();
        let carrier = (Deadline::ProviderPayment, Owner::Provider);
        assert_eq!(deadlines, [carrier, (Deadline::PaidRepair, Owner::Shop)]);
    });
    let waits = Refunds::waits(&reported.state);
    let shop = waits.iter().find(|wait| wait.what == WaitKind::PaidRepair).unwrap();
    assert!(shop.is_late && shop.owner == Owner::Shop, "{waits:?}");
}

#[test]
fn m11_m8_the_buyers_time_starts_when_the_work_is_done() {
    let late = at("2025-09-01T00:00:00Z");
    let done = || {
        forgotten().and_the_clock_reaches(late).and(
            &claims(),
            late,
            &repaired_on("2025-09-01T00:00:00Z"),
        )
    };
    forgotten().when(&claims(), late, &repaired_on("2025-09-01T00:00:00Z")).then(|events| {
        let [SettlementEvent::WorkNoted(noted)] = events else { panic!("{events:?}") };
        assert_eq!(noted.payments, [payment(3)]);
        assert_eq!(noted.notice_at, Some(late + TimeDelta::days(30)));
        assert_eq!(noted.abandoned_at, Some(late + TimeDelta::days(60)));
    });
    done()
        .when(&claims(), late, &repaired_on("2025-09-01T00:00:00Z"))
        .then(|events| assert!(events.is_empty(), "once"));
    done().when_the_clock_reaches(at("2026-01-01T00:00:00Z")).then(|events| {
        let Some(SettlementEvent::WrittenOff(off)) = events.last() else { panic!("{events:?}") };
        // The repair was paid for and done: the claim ends with it.
        assert_eq!(off.outcome, Some(Outcome::RepairedAtBuyersCost));
        assert_eq!(off.amounts, [rub(38_000)]);
    });
}

#[test]
fn m11_a_repair_that_was_cancelled_is_refunded_and_the_shop_owes_it_no_longer() {
    let fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
    let mut fact = RefundsCommand::OpenForClaim(Box::new(fact));
    if let RefundsCommand::OpenForClaim(fact) = &mut fact {
        fact.facts.shipments = vec![post_to_buyer(38_000)];
        fact.facts.free_of_charge = true;
    }
    let reported = forgotten().when(&claims(), at("2025-09-01T00:00:00Z"), &fact);
    let reported = reported.then(|events| {
        let back = events.iter().find_map(|event| match event {
            SettlementEvent::PaymentAdded(back) => Some(&back.payment),
            _ => None,
        });
        let back = back.unwrap();
        assert_eq!((back.from, back.amount), (Party::Provider, rub(200_000)));
        let fallen = events.iter().find_map(|event| match event {
            SettlementEvent::WrittenOff(off) => Some(off.payments.clone()),
            _ => None,
        });
        assert_eq!(fallen, Some(vec![payment(3)]), "the device goes back free of charge");
    });
    let known = reported.state.settlement(settlement()).unwrap();
    assert_eq!((known.work, known.outcome), (None, Some(Outcome::ReturnedUnrepaired)));
}

#[test]
fn a_covered_repair_is_not_noted() {
    start()
        .and(&claims(), opened_at(), &repaired())
        .when(&claims(), reported_at(), &repaired_on("2025-06-02T00:00:00Z"))
        .then(|events| assert!(events.is_empty()));
    start()
        .when(&claims(), reported_at(), &repaired_on("2025-06-02T00:00:00Z"))
        .then(|events| assert!(events.is_empty()));
}

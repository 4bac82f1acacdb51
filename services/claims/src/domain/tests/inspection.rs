use recourse_kernel::WaitKind;
use recourse_terms::{Party, Verdict};

use super::super::events::ClaimEvent;
use super::*;

fn exchange() -> Tale {
    covered(WISETECH_EXCHANGE).and(&buyer(), day(20), &file(for_replacement)).and(
        &ann(),
        day(21),
        &accept(1),
    )
}

fn due(tale: Tale) -> Option<Instant> {
    claim_in(tale, 1).clock.unwrap().due()
}

#[test]
fn t3_an_exchange_claim_says_by_when_it_is_decided_and_a_repair_does_not() {
    for (line, decide_by) in [(WISETECH_EXCHANGE, Some(day(40))), (WISETECH_REPAIR, None)] {
        covered(line).when(&buyer(), day(20), &file(for_replacement)).then(|events| {
            let [ClaimEvent::Filed(filed)] = events else { panic!() };
            assert_eq!(filed.decide_by, decide_by);
        });
    }
}

#[test]
fn t12_the_clock_is_paused_until_the_device_is_handed_over() {
    assert_eq!(due(exchange()), None);
    let received = exchange().and(&fact(), day(24), &noted(1, Progress::Received, day(24)));
    assert_eq!(due(received), Some(day(43)), "paused for three days");
    let late = exchange().and(&fact(), day(37), &noted(1, Progress::Received, day(37)));
    assert_eq!(due(late), Some(day(56)), "paused for sixteen days");
}

#[test]
fn t3_a_device_that_the_carrier_has_is_handed_over() {
    let in_transit = exchange()
        .and(&fact(), day(22), &shipment_booked(Party::Provider, day(22)))
        .and(&fact(), day(23), &shipment_fact(Progress::ShipmentPickedUp, day(23)));
    assert_eq!(due(in_transit), Some(day(42)));
}

#[test]
fn t8_a_late_decision_is_recorded_once() {
    let received = || exchange().and(&fact(), day(21), &noted(1, Progress::Received, day(21)));
    let reported = received().when_the_clock_reaches(day(41)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((passed.deadline, passed.due), (WaitKind::Decision, day(40)));
        assert_eq!(passed.escalated_to.as_str(), "wisetech-service");
    });
    assert!(the_claim(&reported, 1).escalated);
    received()
        .and_the_clock_reaches(day(41))
        .when_the_clock_reaches(day(60))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn t3_a_decision_in_time_stops_the_clock() {
    exchange()
        .and(&fact(), day(22), &noted(1, Progress::Received, day(22)))
        .and(&fact(), day(23), &verdict(1, Verdict::Covered, day(23)))
        .and(&ann(), day(24), &choose(1, Remedy::Replacement))
        .when_the_clock_reaches(day(90))
        .then(|events| assert!(events.is_empty(), "{:?}", names(events)));
}

#[test]
fn the_shops_verdict_opens_the_remedy() {
    let reported = accepted(WISETECH_REPAIR)
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .when(&fact(), day(24), &verdict(1, MISUSE, day(24)))
        .then(|events| {
            let [ClaimEvent::VerdictRecorded(recorded)] = events else { panic!() };
            assert_eq!((recorded.verdict, &recorded.by), (MISUSE, &shop()));
        });
    assert_eq!(stage_of(&reported), "remedy");
}

#[test]
fn a_verdict_after_the_withdrawal_changes_nothing() {
    accepted(WISETECH_REPAIR)
        .and(&buyer(), day(22), &withdraw())
        .when(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)))
        .then(|events| assert!(events.is_empty()));
    nothing()
        .when(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)))
        .then(|events| assert!(events.is_empty()));
}

fn lost(booked_by: Party) -> Tale {
    accepted(WISETECH_REPAIR)
        .and(&fact(), day(22), &shipment_booked(booked_by, day(22)))
        .and(&fact(), day(23), &shipment_fact(Progress::ShipmentPickedUp, day(23)))
        .and(&fact(), day(30), &shipment_fact(Progress::ShipmentLost, day(30)))
}

#[test]
fn m8_a_device_lost_on_the_providers_shipment_is_the_providers_loss() {
    lost(Party::Provider).when(&ann(), day(31), &choose(1, Remedy::Cash)).then(|events| {
        let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
        assert_eq!(started.facts.outcome, Outcome::Refunded);
        assert!(started.facts.shipments[0].lost);
    });
    // The buyer is liable, and there is nothing to return: the claim closes.
    let reported = lost(Party::Buyer).when(&fact(), day(31), &completed());
    is_closed_as(&reported, Outcome::Withdrawn);
    assert!(the_claim(&reported, 1).settled_as.is_none());
}

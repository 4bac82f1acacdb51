//! A fact that arrives late lists the decisions that would differ now, and changes none of them.

use chrono::Days;
use recourse_terms::Verdict;

use super::super::commands::{CloseReview, CoverageDates, CoverageFact, NoteDispute, ResultKind};
use super::super::events::{
    ClaimEvent, CoverageEnd, DisputeEnding, DisputeState, LateFact, ReviewOpened,
};
use super::*;

/// The delivery was so many days later (or, if negative, earlier) than reported.
pub(super) fn corrected(line: &str, by: i64) -> ClaimCommand {
    let days = days_under(line);
    let later = TimeDelta::days(by);
    // The end is the end of a month, so it is derived from the day of delivery.
    let (counted_from, starts) = (days.counted_from + later, days.starts + later);
    let (ends, delivered_at) = (days.ends + later, days.delivered_at.map(|at| at + later));
    let days = CoverageDates { counted_from, starts, ends, delivered_at, ..days };
    note_coverage(CoverageFact::Scheduled { days, corrected: true })
}

pub(super) fn dispute(state: DisputeState, at: Instant) -> ClaimCommand {
    let (device, dispute) = (device(), device().dispute(1));
    ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at })
}

fn over(ending: DisputeEnding) -> DisputeState {
    DisputeState::Decided { ending, amount: None }
}

pub(super) fn close_review(review: u32, result: ResultKind, amount: Option<Money>) -> ClaimCommand {
    let (claim, as_of, note) = (claim(1), None, None);
    ClaimCommand::CloseReview(CloseReview { claim, review, result, amount, as_of, note })
}

pub(super) fn performed(ending: DisputeEnding) -> DisputeState {
    DisputeState::Performed { ending, amount: None }
}

/// The one review that followed the fact.
#[track_caller]
pub(super) fn the_review(events: &[ClaimEvent]) -> &ReviewOpened {
    let [_, ClaimEvent::ReviewOpened(opened)] = events else { panic!("{:?}", names(events)) };
    opened
}

/// Cash was chosen on day 195, in month 7 of the policy, and paid.
pub(super) fn paid_in_cash() -> Tale {
    covered(WISETECH_EXCHANGE)
        .and(&buyer(), day(190), &file(for_replacement))
        .and(&ann(), day(191), &accept(1))
        .and(&fact(), day(193), &noted(1, Progress::Received, day(193)))
        .and(&fact(), day(194), &verdict(1, Verdict::Covered, day(194)))
        .and(&ann(), day(195), &choose(1, Remedy::Cash))
        .and(&fact(), day(196), &money(1, MoneyProgress::Closed, day(196)))
}

#[test]
fn a_correction_that_changes_no_decision_opens_no_review() {
    filed(WISETECH_REPAIR)
        .when(&fact(), day(22), &corrected(WISETECH_REPAIR, 2))
        .then(|events| assert_eq!(names(events), ["coverage_noted"]));
    covered(WISETECH_REPAIR)
        .when(&fact(), day(22), &corrected(WISETECH_REPAIR, 10))
        .then(|events| assert_eq!(names(events), ["coverage_noted"], "nothing was decided yet"));
}

#[test]
fn c1_a_later_delivery_lists_a_claim_that_was_filed_too_early() {
    let reported = filed(WISETECH_REPAIR)
        .when(&fact(), day(22), &corrected(WISETECH_REPAIR, 6))
        .then(|events| {
            let opened = the_review(events);
            assert_eq!((opened.claim, opened.review), (claim(1), 1));
            assert_eq!(opened.because, LateFact::DeliveryCorrected);
            let [differs] = &opened.decisions[..] else { panic!() };
            assert_eq!((differs.decision, differs.event.as_str()), (1, "filed"));
            assert_eq!(differs.rule, "C1");
            assert!(differs.would_be.contains("23 March 2025"), "{}", differs.would_be);
        });
    let claim = the_claim(&reported, 1);
    assert_eq!(claim.stage, Stage::Verification, "no decision changed");
    assert_eq!(claim.open_reviews().count(), 1);
}

#[test]
fn c1_an_earlier_delivery_lists_a_claim_that_was_filed_too_late() {
    covered(WISETECH_REPAIR)
        .and(&buyer(), day(363), &file(as_it_is))
        .when(&fact(), day(370), &corrected(WISETECH_REPAIR, -10))
        .then(|events| {
            let opened = the_review(events);
            assert_eq!(opened.decisions[0].rule, "C1");
            assert!(opened.decisions[0].would_be.contains("`expired`"));
        });
}

#[test]
fn m1_a_later_delivery_lists_cash_of_another_month() {
    // Twenty days later, day 190 is in month 6: all of the price, not 90 %.
    let reported =
        paid_in_cash().when(&fact(), day(200), &corrected(WISETECH_EXCHANGE, 20)).then(|events| {
            let opened = the_review(events);
            let [differs] = &opened.decisions[..] else { panic!("{:?}", opened.decisions) };
            assert_eq!(
                (differs.rule.as_str(), differs.event.as_str()),
                ("M1", "settlement_started")
            );
            // Filed, accepted, verdict, remedy, settlement.
            assert_eq!(differs.decision, 5);
            assert!(differs.was.contains("9000.00 RUB"), "{}", differs.was);
            assert!(differs.would_be.contains("10000.00 RUB for"), "{}", differs.would_be);
            let later = days_under(WISETECH_EXCHANGE).counted_from + Days::new(20);
            assert_eq!(differs.facts["counted_from"], serde_json::json!(later));
        });
    assert_eq!(the_claim(&reported, 1).outcome(), Some(Outcome::Refunded), "no decision changed");
}

#[test]
fn m7_a_seller_paying_after_the_provider_opens_a_review_and_nothing_is_paid_again() {
    let part = note_coverage(CoverageFact::Refunded(rubles(4_000)));
    paid_in_cash().when(&fact(), day(200), &part).then(|events| {
        let opened = the_review(events);
        assert_eq!(opened.because, LateFact::SellerRefunded);
        assert!(opened.decisions[0].would_be.contains("5400.00 RUB"), "90 % of what is left");
    });
    let whole = note_coverage(CoverageFact::Cancelled(CoverageEnd::RefundedInFull));
    paid_in_cash().when(&fact(), day(200), &whole).then(|events| {
        let opened = the_review(events);
        assert_eq!(opened.because, LateFact::PolicyCancelled);
        let settled = opened.decisions.iter().find(|one| one.event == "settlement_started");
        assert_eq!(settled.unwrap().would_be, "nothing is owed");
        assert!(opened.decisions.iter().any(|one| one.event == "accepted"));
    });
}

#[test]
fn m7_a_refund_by_the_seller_after_a_replacement_opens_a_review() {
    let whole = note_coverage(CoverageFact::Cancelled(CoverageEnd::RefundedInFull));
    inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Replacement))
        .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
        .and(&fact(), day(27), &replacement_sent(1, day(27)))
        .when(&fact(), day(30), &whole)
        .then(|events| {
            let opened = the_review(events);
            let settled = opened.decisions.iter().find(|one| one.event == "settlement_started");
            assert_eq!(settled.unwrap().rule, "M7");
        });
}

#[test]
fn m7_what_the_seller_gave_back_while_the_claim_was_open_is_not_paid_again() {
    let whole = || note_coverage(CoverageFact::Cancelled(CoverageEnd::RefundedInFull));
    let found = || inspected(WISETECH_EXCHANGE, Verdict::Covered);
    for remedy in [Remedy::Repair, Remedy::Replacement, Remedy::Cash] {
        found()
            .and(&fact(), day(25), &whole())
            .when(&ann(), day(26), &choose(1, remedy))
            .then_refused("claim.already_compensated", &["M7"]);
    }
    found()
        .and(&fact(), day(25), &whole())
        .when(&ann(), day(26), &choose(1, Remedy::ReturnUnrepaired))
        .then(|events| assert_eq!(names(events), ["remedy_chosen", "settlement_started"]));
}

#[test]
fn c8_a_dispute_reported_after_the_documents_were_accepted_opens_a_review() {
    let late = || accepted(WISETECH_REPAIR);
    late().when(&fact(), day(25), &dispute(DisputeState::Open, day(15))).then(|events| {
        let opened = the_review(events);
        assert_eq!((opened.because, opened.decisions[0].decision), (LateFact::Dispute, 2));
        assert_eq!(opened.decisions[0].event, "accepted");
    });
    late()
        .when(&fact(), day(25), &dispute(over(DisputeEnding::FullRefund), day(18)))
        .then(|events| assert_eq!(names(events), ["dispute_noted"], "D2: only a promise"));
    late()
        .when(&fact(), day(25), &dispute(performed(DisputeEnding::FullRefund), day(24)))
        .then(|events| assert_eq!(the_review(events).decisions[0].rule, "C8"));
    late()
        .when(&fact(), day(25), &dispute(over(DisputeEnding::Nothing), day(18)))
        .then(|events| assert_eq!(names(events), ["dispute_noted"]));
}

fn return_shipment(booked_by: Party) -> ClaimCommand {
    let shipment = ShipmentFact {
        counts_as: None,
        never_picked_up: false,
        direction: Direction::ToBuyer,
        means: Means::Courier,
        booked_by,
        carrier: "cse".to_owned(),
        price: rubles(400),
        lost: false,
        reimbursement_cap: None,
    };
    a_shipment_booked(1, shipment, day(28))
}

/// A paid-for repair whose device is on its return shipment, with the claim closed.
fn in_return_transit(booked_by: Party) -> Tale {
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .and(&fact(), day(26), &noted(1, Progress::Repaired, day(26)))
        .and(&fact(), day(28), &return_shipment(booked_by))
        .and(&fact(), day(28), &money(1, MoneyProgress::Closed, day(28)))
        .and(&fact(), day(28), &noted(1, Progress::HandedOver, day(28)))
}

#[test]
fn m8_a_device_lost_on_the_providers_return_shipment_opens_a_review() {
    let lost = |booked_by| {
        in_return_transit(booked_by).when(
            &fact(),
            day(35),
            &shipment_fact(Progress::ShipmentLost, day(35)),
        )
    };
    lost(Party::Provider).then(|events| {
        let opened = the_review(events);
        assert_eq!(opened.because, LateFact::LostOnReturn);
        assert_eq!(opened.decisions[0].rule, "M8");
    });
    lost(Party::Buyer).then(|events| assert_eq!(names(events), ["job_noted"]));
}

#[test]
fn m8_what_the_provider_lost_on_return_is_reimbursed_after_closing() {
    let lost = || {
        let shipment_lost = shipment_fact(Progress::ShipmentLost, day(35));
        in_return_transit(Party::Provider).and(&fact(), day(35), &shipment_lost)
    };
    for (remedy, outcome) in
        [(Remedy::Cash, Outcome::Refunded), (Remedy::Replacement, Outcome::Replaced)]
    {
        let reported = lost().when(&ann(), day(36), &choose(1, remedy)).then(|events| {
            let [
                ClaimEvent::ReviewClosed(_),
                ClaimEvent::RemedyChosen(_),
                ClaimEvent::SettlementStarted(again),
                ClaimEvent::Closed(closed),
            ] = events
            else {
                panic!("{:?}", names(events))
            };
            assert_eq!((again.facts.outcome, closed.outcome), (outcome, outcome));
            assert!(again.facts.shipments[0].lost, "the party that booked it is liable");
            assert_eq!(closed.findings[0].rule, "M8");
        });
        is_closed_as(&reported, outcome);
    }
    lost()
        .when(&buyer(), day(36), &choose(1, Remedy::Cash))
        .then_refused("claim.cash_not_on_demand", &["M2"]);
    lost()
        .when(&ann(), day(36), &choose(1, Remedy::Repair))
        .then_refused("claim.loss_is_reimbursed", &["M8"]);
    // Only once, and not for what a buyer lost.
    lost()
        .and(&ann(), day(36), &choose(1, Remedy::Cash))
        .when(&ann(), day(37), &choose(1, Remedy::Replacement))
        .then_refused("claim.wrong_stage", &[]);
    in_return_transit(Party::Buyer)
        .and(&fact(), day(35), &shipment_fact(Progress::ShipmentLost, day(35)))
        .when(&ann(), day(36), &choose(1, Remedy::Cash))
        .then_refused("claim.wrong_stage", &[]);
}

#[test]
fn m8_a_replacement_that_the_provider_lost_opens_a_review_and_does_not_count() {
    let sent = |number: u32, at: Instant| {
        let shipment = Some(Shipment { id: job(1).shipment(1), fact: None });
        let serial = Some(format!("SN-NEW-{number}").parse().unwrap());
        let sent = NoteJob { shipment, serial, ..job_fact(1, Progress::ReplacementSent, at) };
        ClaimCommand::NoteJob(Box::new(sent))
    };
    let lost = inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Replacement))
        .and(&fact(), day(26), &return_shipment(Party::Provider))
        .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
        .and(&fact(), day(27), &sent(1, day(27)))
        .when(&fact(), day(35), &shipment_fact(Progress::ShipmentLost, day(35)));
    let lost = lost.then(|events| {
        assert_eq!(the_review(events).because, LateFact::LostOnReturn);
    });
    assert_eq!(the_claim(&lost, 1).visit.unwrap().replacement, None);
}

#[test]
fn the_same_review_is_opened_once_and_the_staff_close_it() {
    let opened = || filed(WISETECH_REPAIR).and(&fact(), day(22), &corrected(WISETECH_REPAIR, 6));
    opened()
        .when(&fact(), day(23), &corrected(WISETECH_REPAIR, 6))
        .then(|events| assert_eq!(names(events), ["coverage_noted"]));
    let close = |review| close_review(review, ResultKind::Nothing, None);
    opened().when(&buyer(), day(23), &close(1)).then_refused("claim.not_allowed", &[]);
    opened().when(&ann(), day(23), &close(2)).then_refused("claim.review.not_known", &[]);
    let reported = opened().when(&ann(), day(23), &close(1)).then(|events| {
        let [ClaimEvent::ReviewClosed(closed)] = events else { panic!() };
        assert_eq!((closed.review, &closed.by), (1, &ann()));
    });
    assert_eq!(the_claim(&reported, 1).open_reviews().count(), 0);
    opened()
        .and(&ann(), day(23), &close(1))
        .when(&ann(), day(24), &close(1))
        .then_refused("claim.review_not_open", &[]);
}

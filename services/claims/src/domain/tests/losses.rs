//! M8: what the provider loses is compensated, in whatever stage the claim is.

use recourse_kernel::{Decider as _, Owner, WaitKind};
use recourse_terms::Verdict;

use super::super::commands::{CloseReview, ResultKind};
use super::super::events::{CoverageEnd, LateFact, ReviewClosed, ShipmentEnd};
use super::*;

fn forwarded(at: Instant) -> ClaimCommand {
    shipment_booked(Party::Provider, at)
}

/// The shop passed the device on, and the parcel was lost a week later.
fn forwarded_and_lost(tale: Tale, from: i64) -> Tale {
    tale.and(&fact(), day(from), &forwarded(day(from)))
        .and(&fact(), day(from), &picked_up(1, day(from)))
        .and(&fact(), day(from + 7), &shipment_fact(Progress::ShipmentLost, day(from + 7)))
}

fn close(result: ResultKind) -> ClaimCommand {
    let (claim, review, amount, as_of, note) = (claim(1), 1, None, None, None);
    ClaimCommand::CloseReview(CloseReview { claim, review, result, amount, as_of, note })
}

fn found_after_all(at: Instant) -> ClaimCommand {
    let ClaimCommand::NoteJob(mut noted) = shipment_fact(Progress::ShipmentCorrected, at) else {
        panic!()
    };
    noted.now = Some(ShipmentEnd::Arrived);
    ClaimCommand::NoteJob(noted)
}

/// The owners and kinds of what the first claim waits for.
fn waits_of(reported: &Reported<Claims>) -> Vec<WaitKind> {
    Claims::waits(&reported.state).iter().map(|wait| wait.what).collect()
}

#[track_caller]
fn started(events: &[ClaimEvent]) -> &recourse_terms::SettlementFacts {
    let started = events.iter().find_map(|event| match event {
        ClaimEvent::SettlementStarted(started) => Some(&started.facts),
        _ => None,
    });
    started.unwrap_or_else(|| panic!("{:?}", names(events)))
}

#[test]
fn m8_a_covered_device_that_is_lost_before_its_repair_is_compensated() {
    let repairing = || {
        let chosen = inspected(WISETECH_REPAIR, Verdict::Covered);
        forwarded_and_lost(chosen.and(&ann(), day(25), &choose(1, Remedy::Repair)), 26)
    };
    let reported = repairing().when(&fact(), day(33), &completed());
    assert_eq!(waits_of(&reported), [WaitKind::LossCompensation]);
    assert_eq!(Claims::waits(&reported.state)[0].owner, Owner::Provider);
    repairing().when(&ann(), day(34), &choose(1, Remedy::Replacement)).then(|events| {
        assert_eq!(names(events), ["remedy_chosen", "settlement_started"]);
    });
    repairing()
        .when(&ann(), day(34), &choose(1, Remedy::Repair))
        .then_refused("claim.no_verdict_yet", &["M8"]);
    let demand = choose(1, Remedy::Replacement);
    repairing().and_the_clock_reaches(day(39)).when(&buyer(), day(40), &demand).then(|events| {
        assert_eq!(started(events).outcome, Outcome::Replaced);
    });
    // It arrives after all: the provider chooses again.
    let reported = repairing().when(&fact(), day(36), &found_after_all(day(36)));
    assert_eq!(waits_of(&reported), [WaitKind::RemedyChoice]);
}

#[test]
fn m8_a_device_that_is_not_covered_is_compensated_if_the_provider_loses_it() {
    let lost = || forwarded_and_lost(inspected(WISETECH_REPAIR, MISUSE), 26);
    let reported = lost().when(&fact(), day(33), &completed());
    assert_eq!(waits_of(&reported), [WaitKind::LossCompensation]);
    // It never goes back, whatever passes.
    let reported = lost().when_the_clock_reaches(day(90));
    assert_eq!(stage_of(&reported), "remedy");
    lost().when(&buyer(), day(34), &withdraw()).then_refused("claim.provider_lost_it", &["M8"]);
    lost().when(&buyer(), day(34), &consent()).then_refused("claim.provider_lost_it", &["M8"]);
    lost()
        .when(&ann(), day(34), &offer(OfferKind::PaidRepair, rubles(1)))
        .then_refused("claim.provider_lost_it", &["M8"]);
    lost().when(&ann(), day(34), &choose(1, Remedy::Cash)).then(|events| {
        let facts = started(events);
        assert_eq!((facts.outcome, facts.verdict), (Outcome::Refunded, Some(MISUSE)));
    });
}

#[test]
fn m8_a_paid_repair_that_was_not_done_comes_back_with_the_compensation() {
    let paid = || {
        inspected(WISETECH_REPAIR, MISUSE)
            .and(&ann(), day(25), &offer(OfferKind::PaidRepair, rubles(7_000)))
            .and(&buyer(), day(26), &accept_offer(1))
            .and(&fact(), day(27), &money(1, MoneyProgress::BuyerSettled, day(27)))
    };
    let booked = paid().and(&fact(), day(28), &forwarded(day(28)));
    let lost = booked.and(&fact(), day(28), &picked_up(1, day(28)));
    lost.when(&fact(), day(35), &shipment_fact(Progress::ShipmentLost, day(35))).then(|events| {
        let opened = events.iter().find_map(|event| match event {
            ClaimEvent::ReviewOpened(opened) => Some(opened.because),
            _ => None,
        });
        assert_eq!(opened, Some(LateFact::LostByProvider));
    });
    let lost = || forwarded_and_lost(paid(), 28);
    let waits = waits_of(&lost().when(&fact(), day(35), &completed()));
    assert!(waits.contains(&WaitKind::LossCompensation) && !waits.contains(&WaitKind::Job));
    for (remedy, outcome) in
        [(Remedy::Replacement, Outcome::Replaced), (Remedy::Cash, Outcome::Refunded)]
    {
        lost().when(&ann(), day(36), &choose(1, remedy)).then(|events| {
            let facts = started(events);
            assert_eq!((facts.outcome, facts.paid_repair), (outcome, None));
        });
    }
    // A repair that was done stays paid.
    let done = paid().and(&fact(), day(27), &noted(1, Progress::Repaired, day(27)));
    forwarded_and_lost(done, 28).when(&ann(), day(36), &choose(1, Remedy::Cash)).then(|events| {
        assert_eq!(started(events).paid_repair, Some(rubles(7_000)));
    });
    // M8: a device that the provider lost is not abandoned.
    let reported = lost().when(&fact(), day(130), &money(1, MoneyProgress::Abandoned, day(130)));
    let reported = reported.then(|events| assert_eq!(names(events), ["settlement_noted"]));
    assert_eq!(stage_of(&reported), "settlement");
}

#[test]
fn m8_withdrawn_or_silent_the_buyer_is_compensated_and_pays_no_carrier() {
    let collected = || {
        accepted(WISETECH_REPAIR)
            .and(&fact(), day(22), &shipment_booked(Party::Provider, day(22)))
            .and(&fact(), day(23), &shipment_fact(Progress::ShipmentPickedUp, day(23)))
    };
    let lost =
        |tale: Tale| tale.and(&fact(), day(40), &shipment_fact(Progress::ShipmentLost, day(40)));
    let withdrawn = || collected().and(&buyer(), day(24), &withdraw());
    lost(withdrawn()).when(&ann(), day(41), &choose(1, Remedy::Cash)).then(|events| {
        assert_eq!(names(events), ["review_closed", "remedy_chosen", "settlement_started"]);
        assert!(started(events).shipments[0].lost);
    });
    // At once, before anything is chosen, the buyer owes nothing for the parcel.
    withdrawn().when(&fact(), day(40), &shipment_fact(Progress::ShipmentLost, day(40))).then(
        |events| {
            let [.., ClaimEvent::SettlementExtended(extended)] = events else {
                panic!("{:?}", names(events))
            };
            assert!(extended.facts.shipments[0].lost && extended.concerns_the_buyer);
        },
    );
    // A question that is not answered does not end a claim whose device is lost.
    let asked = || lost(collected()).and(&ann(), day(41), &ask());
    asked().when_the_clock_reaches(day(60)).then(|events| {
        assert!(names(events).contains(&"question_lapsed"), "{:?}", names(events));
        assert!(!names(events).contains(&"withdrawn"));
    });
    asked()
        .and_the_clock_reaches(day(60))
        .when(&buyer(), day(61), &choose(1, Remedy::Replacement))
        .then(|events| assert_eq!(started(events).outcome, Outcome::Replaced));
}

#[test]
fn m8_a_claim_that_ended_before_the_collection_is_settled_for_the_first_time() {
    let lost = || {
        accepted(WISETECH_REPAIR)
            .and(&fact(), day(22), &shipment_booked(Party::Provider, day(22)))
            .and(&buyer(), day(22), &withdraw())
            .and(&fact(), day(23), &shipment_fact(Progress::ShipmentPickedUp, day(23)))
            .and(&fact(), day(40), &shipment_fact(Progress::ShipmentLost, day(40)))
    };
    let reported = lost().when(&fact(), day(40), &completed());
    assert_eq!(waits_of(&reported), [WaitKind::LossCompensation, WaitKind::Review]);
    let reported = lost().when(&ann(), day(41), &choose(1, Remedy::Cash)).then(|events| {
        let expected = ["review_closed", "remedy_chosen", "settlement_started", "closed"];
        assert_eq!(names(events), expected);
    });
    is_closed_as(&reported, Outcome::Refunded);
}

#[test]
fn m8_the_review_of_a_loss_ends_with_compensation_or_arrival_only() {
    let lost = || {
        let settled = inspected(WISETECH_REPAIR, MISUSE).and(
            &buyer(),
            day(25),
            &choose(1, Remedy::ReturnUnrepaired),
        );
        forwarded_and_lost(settled, 26)
    };
    lost()
        .when(&ann(), day(34), &close(ResultKind::Nothing))
        .then_refused("claim.loss_is_reimbursed", &["M8"]);
    lost().when(&fact(), day(34), &found_after_all(day(34))).then(|events| {
        let closed = events.iter().find_map(|event| match event {
            ClaimEvent::ReviewClosed(ReviewClosed { by, .. }) => Some(by),
            _ => None,
        });
        assert_eq!(closed, Some(&fact()));
    });
    // M7: what the seller has compensated meanwhile is not compensated again.
    let whole = note_coverage(CoverageFact::Cancelled(CoverageEnd::RefundedInFull));
    lost()
        .and(&fact(), day(34), &whole)
        .when(&ann(), day(35), &close(ResultKind::Nothing))
        .then(|events| assert_eq!(names(events)[0], "review_closed"));
}

#[test]
fn m9_the_loss_of_the_providers_own_device_is_not_compensated() {
    let replaced = inspected(WISETECH_EXCHANGE, Verdict::Covered).and(
        &ann(),
        day(25),
        &choose(1, Remedy::Replacement),
    );
    let booked = replaced.and(&fact(), day(26), &forwarded(day(26)));
    booked
        .and(&fact(), day(26), &picked_up(1, day(26)))
        .when(&fact(), day(33), &shipment_fact(Progress::ShipmentLost, day(33)))
        .then(|events| assert_eq!(names(events)[0], "job_noted"));
}

#[test]
fn t9_an_overdue_part_frees_a_withdrawal_and_nothing_else() {
    let overdue = || {
        accepted(TOMREPAIR_REPAIR)
            .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
            .and(&fact(), day(26), &noted(1, Progress::PartsOverdue, day(26)))
    };
    overdue().when(&buyer(), day(27), &withdraw()).then(|events| {
        assert!(started(events).free_of_charge);
    });
    let refused = || overdue().and(&fact(), day(28), &verdict(1, MISUSE, day(28)));
    for command in [choose(1, Remedy::ReturnUnrepaired), withdraw()] {
        refused().when(&buyer(), day(29), &command).then(|events| {
            assert!(!started(events).free_of_charge, "the verdict is not the part's fault");
        });
    }
}

#[test]
fn t12_a_pick_up_that_the_buyer_reports_late_does_not_shorten_the_providers_days() {
    let decide_by = |counts_from: Option<Instant>| {
        let ClaimCommand::NoteJob(moved) = picked_up(1, day(22)) else { panic!() };
        let reported = covered(WISETECH_EXCHANGE)
            .and(&buyer(), day(20), &file(for_replacement))
            .and(&ann(), day(21), &accept(1))
            .and(&fact(), day(21), &shipment_booked(Party::Buyer, day(21)))
            .when(
                &fact(),
                day(30),
                &ClaimCommand::NoteJob(Box::new(NoteJob { counts_from, ..*moved })),
            );
        let waits = Claims::waits(&reported.state);
        waits.into_iter().find(|wait| wait.what == WaitKind::Decision).unwrap().until
    };
    assert_eq!(decide_by(None), Some(day(41)), "a report of the shop");
    assert_eq!(decide_by(Some(day(30))), Some(day(49)), "a report of the buyer");
}

#[test]
fn t12_an_early_inspection_that_is_recorded_late_does_not_erase_the_days_between() {
    let recorded = |found_at: Instant| {
        let found = covered(WISETECH_EXCHANGE)
            .and(&buyer(), day(20), &file(for_replacement))
            .and(&ann(), day(21), &accept(1))
            .and(&fact(), day(22), &noted(1, Progress::Received, day(22)))
            .and(&fact(), day(38), &verdict(1, MISUSE, found_at))
            .and(&buyer(), day(39), &appeal());
        let reported = found.when(&bob(), day(40), &decide_appeal(true));
        let waits = Claims::waits(&reported.state);
        waits.into_iter().find(|wait| wait.what == WaitKind::Decision).unwrap().until
    };
    assert_eq!(recorded(day(22)), recorded(day(38)));
}

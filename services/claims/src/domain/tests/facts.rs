use recourse_kernel::DisputeId;
use recourse_terms::Verdict;

use super::super::commands::{CoverageDates, CoverageFact, NoteDispute};
use super::super::events::{ClaimEvent, CoverageEnd, DisputeEnding, DisputeState};
use super::*;

fn dispute_id() -> DisputeId {
    device().dispute(1)
}

fn dispute(state: DisputeState, at: Instant) -> ClaimCommand {
    let (dispute, device) = (dispute_id(), device());
    ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at })
}

fn decided(ending: DisputeEnding) -> DisputeState {
    DisputeState::Decided { ending, amount: None }
}

fn performed(ending: DisputeEnding) -> DisputeState {
    DisputeState::Performed { ending, amount: None }
}

fn in_dispute(line: &str) -> Tale {
    covered(line).and(&fact(), day(14), &dispute(DisputeState::Open, day(14))).and(
        &buyer(),
        day(17),
        &file(for_replacement),
    )
}

#[test]
fn c8_a_claim_can_be_filed_during_a_dispute_and_its_verification_waits() {
    let claim = claim_in(in_dispute(WISETECH_EXCHANGE), 1);
    assert_eq!(claim.stage, Stage::Submission);
    assert_eq!(claim.clock.unwrap().due(), None, "the clock is paused");
    for command in [accept(1), reject()] {
        in_dispute(WISETECH_EXCHANGE)
            .when(&ann(), day(18), &command)
            .then_refused("claim.dispute_is_open", &["C8"]);
    }
}

#[test]
fn c8_verification_begins_when_the_dispute_is_decided() {
    let reported = in_dispute(WISETECH_EXCHANGE)
        .when(&fact(), day(20), &dispute(decided(DisputeEnding::Nothing), day(20)))
        .then(|events| {
            let [ClaimEvent::DisputeNoted(noted)] = events else { panic!() };
            assert_eq!(noted.claims, [claim(1)]);
        });
    let claim = the_claim(&reported, 1);
    assert_eq!(claim.stage, Stage::Verification);
    assert_eq!(claim.clock.unwrap().due(), Some(day(40)), "filed on day 17, paused for three days");
}

#[test]
fn c8_a_dispute_that_is_reported_late_pauses_the_verification_too() {
    filed(WISETECH_REPAIR)
        .and(&fact(), day(21), &dispute(DisputeState::Open, day(15)))
        .when(&ann(), day(22), &accept(1))
        .then_refused("claim.dispute_is_open", &["C8"]);
}

#[test]
fn what_the_seller_compensated_in_full_is_not_accepted() {
    for ending in [DisputeEnding::FullRefund, DisputeEnding::Exchange] {
        in_dispute(WISETECH_EXCHANGE)
            .and(&fact(), day(20), &dispute(performed(ending), day(20)))
            .when(&ann(), day(21), &accept(1))
            .then_refused("claim.seller_compensated", &["C8"]);
    }
    in_dispute(WISETECH_EXCHANGE)
        .and(&fact(), day(20), &dispute(decided(DisputeEnding::RepairReimbursed), day(20)))
        .when(&ann(), day(21), &accept(1))
        .then(|_| {});
}

fn corrected() -> ClaimCommand {
    let days = days_under(WISETECH_REPAIR);
    let later = TimeDelta::days(2);
    let days = CoverageDates {
        counted_from: days.counted_from + later,
        starts: days.starts + later,
        ends: days.ends + later,
        ..days
    };
    note_coverage(CoverageFact::Scheduled { days, corrected: true })
}

#[test]
fn a_corrected_delivery_counts_until_the_claim_is_settled() {
    let reported = inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .and(&fact(), day(25), &corrected())
        .when(&fact(), day(26), &noted(1, Progress::Repaired, day(26)));
    reported.then(|events| {
        let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
        assert_eq!(started.facts.counted_from.to_string(), "2025-03-03");
    });
}

#[test]
fn a_policy_that_was_never_sold_leaves_no_trace() {
    let note = note_coverage(CoverageFact::Started);
    nothing().when(&fact(), day(5), &note).then(|events| assert!(events.is_empty()));
}

#[test]
fn c8_verification_no_longer_waits_for_a_dispute_that_is_withdrawn_or_not_decided_in_time() {
    for state in [DisputeState::Withdrawn, DisputeState::Overdue] {
        let reported = in_dispute(WISETECH_EXCHANGE)
            .and(&fact(), day(20), &dispute(state, day(20)))
            .when(&ann(), day(21), &accept(1));
        assert_eq!(stage_of(&reported), "inspection");
    }
    let late_report = in_dispute(WISETECH_EXCHANGE).and(
        &fact(),
        day(20),
        &dispute(decided(DisputeEnding::Nothing), day(20)),
    );
    late_report
        .when(&fact(), day(21), &dispute(DisputeState::Overdue, day(19)))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn d2_what_the_seller_only_promised_does_not_count() {
    in_dispute(WISETECH_EXCHANGE)
        .and(&fact(), day(20), &dispute(decided(DisputeEnding::FullRefund), day(20)))
        .when(&ann(), day(21), &accept(1))
        .then(|_| {});
}

#[test]
fn s7_a_policy_that_was_cancelled_pro_rata_covers_nothing_any_more_but_an_open_claim_is_decided() {
    let cancelled = || note_coverage(CoverageFact::Cancelled(CoverageEnd::ProRata));
    covered(WISETECH_REPAIR)
        .and(&fact(), day(100), &cancelled())
        .when(&buyer(), day(101), &file(as_it_is))
        .then_refused("claim.coverage_cancelled", &["S7", "S8", "T1"]);
    filed(WISETECH_REPAIR)
        .and(&fact(), day(21), &cancelled())
        .when(&ann(), day(22), &accept(1))
        .then(|events| assert_eq!(names(events), ["accepted"]));
}

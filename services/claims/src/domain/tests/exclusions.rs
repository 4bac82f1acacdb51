//! Every exclusion of the rulebook: by rejection or by the shop's verdict; `expired` only at the
//! filing.

use recourse_terms::{Exclusion, Verdict};

use super::super::commands::{CoverageFact, NoteDispute};
use super::super::events::{ClaimEvent, CoverageEnd, DisputeEnding, DisputeState};
use super::*;

fn rejection(exclusion: Exclusion) -> ClaimCommand {
    let (exclusion, explanation) = (Some(exclusion), Some(sealed("look at photo 1")));
    let code = Ground::Excluded;
    ClaimCommand::Reject(Reject { claim: claim(1), code, exclusion, explanation })
}

fn judged_by_people() -> impl Iterator<Item = Exclusion> {
    Exclusion::ALL.into_iter().filter(|exclusion| *exclusion != Exclusion::Expired)
}

#[test]
fn every_exclusion_can_be_the_ground_of_a_rejection() {
    for exclusion in judged_by_people() {
        filed(WISETECH_REPAIR).when(&ann(), day(21), &rejection(exclusion)).then(|events| {
            let [ClaimEvent::Rejected(rejected)] = events else { panic!() };
            assert_eq!(rejected.exclusion, Some(exclusion));
            let said = rejected.findings.iter().any(|found| found.outcome == exclusion.reason());
            assert!(said, "{exclusion}: the reason is given");
            assert!(events[0].decided().unwrap().contains(exclusion.reason()));
        });
    }
}

#[test]
fn every_exclusion_can_be_what_the_shop_found() {
    for exclusion in judged_by_people() {
        let found = Verdict::NotCovered { exclusion };
        let reported = accepted(WISETECH_REPAIR)
            .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
            .when(&fact(), day(24), &verdict(1, found, day(24)))
            .then(|events| {
                let [ClaimEvent::VerdictRecorded(recorded)] = events else { panic!() };
                assert_eq!(recorded.findings[0].facts["exclusion"], exclusion.code());
            });
        assert_eq!(the_claim(&reported, 1).verdict(), Some(found));
    }
}

#[test]
fn outside_coverage_a_fault_that_is_neither_electrical_nor_mechanical_goes_back_unrepaired() {
    let found = Verdict::NotCovered { exclusion: Exclusion::OutsideCoverage };
    let reported = inspected(WISETECH_REPAIR, found)
        .and(&buyer(), day(25), &choose(1, Remedy::ReturnUnrepaired))
        .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
        .when(&fact(), day(27), &noted(1, Progress::HandedOver, day(27)));
    is_closed_as(&reported, Outcome::ReturnedUnrepaired);
}

#[test]
fn c9_expired_is_judged_when_the_claim_is_filed() {
    let end = days_under(WISETECH_REPAIR).ends;
    let refused = covered(WISETECH_REPAIR)
        .when(&buyer(), end, &file(as_it_is))
        .then_refused("claim.expired", &["C1", "S9"]);
    assert_eq!(recourse_kernel::Rejection::reason(&refused).facts["exclusion"], "expired");
    let last_minute = end - TimeDelta::minutes(1);
    covered(WISETECH_REPAIR)
        .and(&buyer(), last_minute, &file(as_it_is))
        .and(&fact(), end, &note_coverage(CoverageFact::Ended(CoverageEnd::Expired)))
        .when(&ann(), end + TimeDelta::days(1), &rejection(Exclusion::Expired))
        .then_refused("claim.expired_is_judged_at_filing", &["C9"]);
}

#[test]
fn force_majeure_must_say_which_event() {
    let unnamed = ClaimCommand::Reject(Reject {
        claim: claim(1),
        code: Ground::Excluded,
        exclusion: Some(Exclusion::ForceMajeure),
        explanation: None,
    });
    filed(WISETECH_REPAIR)
        .when(&ann(), day(21), &unnamed)
        .then_refused("claim.event_not_named", &[]);
}

fn ended(ending: DisputeEnding, on: i64) -> ClaimCommand {
    let state = DisputeState::Decided { ending, amount: Some(rubles(2_000)) };
    let (device, dispute) = (device(), device().dispute(1));
    ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at: day(on) })
}

#[test]
fn a_repair_that_the_seller_agreed_to_is_not_unauthorized() {
    covered(WISETECH_REPAIR)
        .and(&fact(), day(14), &ended(DisputeEnding::RepairReimbursed, 14))
        .and(&buyer(), day(20), &file(as_it_is))
        .when(&ann(), day(21), &rejection(Exclusion::UnauthorizedRepair))
        .then_refused("claim.repair_was_agreed_to", &[]);
    covered(WISETECH_REPAIR)
        .and(&fact(), day(14), &ended(DisputeEnding::PartialRefund, 14))
        .and(&buyer(), day(20), &file(as_it_is))
        .when(&ann(), day(21), &rejection(Exclusion::UnauthorizedRepair))
        .then(|_| {});
}

#[test]
fn compensated_by_seller_is_judged_at_the_filing_and_at_the_documents() {
    for reason in [CoverageEnd::RefundedInFull, CoverageEnd::ExchangedBySeller] {
        covered(WISETECH_REPAIR)
            .and(&fact(), day(18), &note_coverage(CoverageFact::Cancelled(reason)))
            .when(&buyer(), day(20), &file(as_it_is))
            .then_refused("claim.compensated_by_seller", &["C1"]);
        filed(WISETECH_REPAIR)
            .and(&fact(), day(21), &note_coverage(CoverageFact::Cancelled(reason)))
            .when(&ann(), day(22), &accept(1))
            .then_refused("claim.seller_compensated", &["C8"]);
    }
    // What the seller paid for one defect does not end the policy; the staff judge whether it is
    // this one.
    covered(WISETECH_REPAIR)
        .and(&fact(), day(14), &ended(DisputeEnding::RepairReimbursed, 14))
        .and(&buyer(), day(20), &file(as_it_is))
        .when(&ann(), day(21), &rejection(Exclusion::CompensatedBySeller))
        .then(|_| {});
}

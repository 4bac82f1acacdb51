//! Appeals of several decisions at once, of single defects, and after the settlement (C11, C4).

use recourse_kernel::WaitKind;

use super::super::commands::{ChangeChain, ContestChain};
use super::super::events::{ClaimEvent, DefectVerdict};
use super::super::handle::waits::of_claim;
use super::*;

fn ann() -> Principal {
    super::ann().of_provider("wisetech-service")
}

fn contest(characters: u32) -> ClaimCommand {
    let grounds = sealed("another fault");
    ClaimCommand::ContestChain(ContestChain { claim: claim(2), grounds, characters })
}

fn decide(number: u32, of: Option<AppealOf>, upheld: bool) -> ClaimCommand {
    let (claim, explanation) = (claim(number), None);
    ClaimCommand::DecideAppeal(DecideAppeal { claim, of, upheld, explanation })
}

fn appeal_of_second() -> ClaimCommand {
    let grounds = sealed("it was never dropped");
    ClaimCommand::Appeal(Appeal { claim: claim(2), grounds, characters: 20 })
}

/// The second claim was put into a chain with the first, and accepted.
fn chained() -> Tale {
    let reason = sealed("the same defect");
    let change = ClaimCommand::ChangeChain(ChangeChain {
        claim: claim(2),
        continues: Some(claim(1)),
        reason,
    });
    repaired(covered(WISETECH_REPAIR), 1, 20)
        .and(&buyer(), day(60), &file(as_it_is))
        .and(&ann(), day(61), &accept(2))
        .and(&ann(), day(62), &change)
}

fn found(verdict_of_it: Verdict) -> Tale {
    chained()
        .and(&buyer(), day(63), &contest(20))
        .and(&fact(), day(64), &noted(2, Progress::Received, day(64)))
        .and(&fact(), day(65), &verdict(2, verdict_of_it, day(65)))
}

#[test]
fn c12_grounds_that_are_too_short_do_not_use_up_the_contest() {
    chained()
        .and_refused(&buyer(), day(63), &contest(2))
        .when(&buyer(), day(64), &contest(20))
        .then(|events| assert_eq!(names(events), ["chain_contested"]));
}

#[test]
fn c11_a_contested_chain_blocks_no_other_appeal_and_the_decision_is_named() {
    let both = || found(MISUSE).and(&buyer(), day(66), &appeal_of_second());
    both()
        .when(&bob(), day(67), &decide(2, None, true))
        .then_refused("claim.appeal_not_named", &["C11"]);
    both().when(&bob(), day(67), &decide(2, Some(AppealOf::Chain), false)).then(|events| {
        let [ClaimEvent::AppealDecided(decided)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((decided.of, decided.act_by), (AppealOf::Chain, None));
    });
    both()
        .and(&bob(), day(67), &decide(2, Some(AppealOf::Verdict), true))
        .when(&bob(), day(68), &decide(2, None, true))
        .then(|events| assert_eq!(names(events)[0], "appeal_decided"));
}

#[test]
fn t12_a_contested_chain_pauses_the_choice_and_renews_the_turn() {
    let contested = || found(Verdict::Covered);
    contested()
        .when(&ann(), day(66), &choose(2, Remedy::Repair))
        .then_refused("claim.appeal_is_open", &[]);
    let choice = |tale: Tale| {
        let waits = of_claim(&claim_in(tale, 2));
        waits.into_iter().find(|wait| wait.what == WaitKind::RemedyChoice).unwrap().until
    };
    assert_eq!(choice(contested().and_the_clock_reaches(day(80))), None, "with the marketplace");
    let decided = contested().and(&bob(), day(70), &decide(2, None, false));
    assert_eq!(choice(decided), Some(day(73)), "three days again");
}

/// The first defect is covered, the second is not, and the covered repair was chosen.
fn covered_in_part() -> Tale {
    let single = DefectVerdict { defect: 2, cause: None, verdict: MISUSE };
    let found = ClaimCommand::RecordVerdict(Box::new(RecordVerdict {
        job: job(1),
        verdict: Verdict::Covered,
        cause: "the battery".parse().unwrap(),
        by: shop(),
        found_at: day(24),
        also_found: vec!["the glass".parse().unwrap()],
        defects: vec![single],
    }));
    accepted(WISETECH_REPAIR)
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(24), &found)
        .and(&ann(), day(24), &choose(1, Remedy::Repair))
}

#[test]
fn c11_c4_one_of_two_defects_is_appealed_although_the_repair_was_chosen() {
    let is_upheld = covered_in_part()
        .and(&buyer(), day(25), &appeal())
        .when(&bob(), day(26), &decide_appeal(true))
        .then(|events| assert_eq!(names(events), ["appeal_decided", "verdict_recorded"]));
    let claim = the_claim(&is_upheld, 1);
    assert!(matches!(&claim.stage, Stage::Remedy(found) if found.defects.is_empty()));
}

#[test]
fn c11_c4_a_finished_repair_waits_for_the_appeal_about_the_other_defect() {
    let done = || covered_in_part().and(&fact(), day(26), &noted(1, Progress::Repaired, day(26)));
    assert!(matches!(claim_in(done(), 1).stage, Stage::Remedy(_)), "not settled yet");
    let settled = ["settlement_started"];
    done().when_the_clock_reaches(day(38)).then(|events| assert_eq!(names(events), settled));
    done()
        .when(&buyer(), day(27), &consent())
        .then(|events| assert_eq!(names(events), ["consented", "settlement_started"]));
    done()
        .and(&buyer(), day(27), &appeal())
        .when(&bob(), day(28), &decide_appeal(false))
        .then(|events| assert_eq!(names(events), ["appeal_decided", "settlement_started"]));
    done()
        .when(&fact(), day(27), &noted(1, Progress::HandedOver, day(27)))
        .then(|events| assert_eq!(names(events), ["job_noted", "settlement_started"]));
}

fn returned(line: &str) -> Tale {
    inspected(line, Verdict::NoFaultFound)
        .and(&buyer(), day(25), &choose(1, Remedy::ReturnUnrepaired))
        .and(&buyer(), day(26), &appeal())
}

fn cid() -> Principal {
    Principal::new(Role::Adjuster, "a-cid").of_provider("tomrepair")
}

#[test]
fn c11_m13_an_upheld_appeal_settles_the_fee_again() {
    let settled_again = ["appeal_decided", "settlement_extended", "verdict_recorded"];
    returned(TOMREPAIR_REPAIR)
        .when(&cid(), day(27), &decide_appeal(true))
        .then(|events| assert_eq!(names(events), settled_again));
}

#[test]
fn c11_a_device_that_has_left_comes_again_after_an_upheld_appeal() {
    let left = || {
        returned(TOMREPAIR_REPAIR)
            .and(&fact(), day(26), &noted(1, Progress::HandedOver, day(26)))
            .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
    };
    let upheld = left().when(&cid(), day(27), &decide_appeal(true)).then(|events| {
        let [_, _, ClaimEvent::Accepted(next)] = events else { panic!("{:?}", names(events)) };
        assert_eq!(next.visit, 2);
    });
    assert_eq!(stage_of(&upheld), "inspection");
    let confirmed = left().when(&cid(), day(27), &decide_appeal(false));
    is_closed_as(&confirmed, Outcome::ReturnedUnrepaired);
}

#[test]
fn c11_a_withdrawal_ends_the_appeal() {
    inspected(WISETECH_REPAIR, MISUSE)
        .and(&buyer(), day(25), &appeal())
        .and(&buyer(), day(26), &withdraw())
        .when(&bob(), day(27), &decide_appeal(true))
        .then_refused("claim.no_open_appeal", &[]);
}

#[test]
fn c10_a_rejected_claim_that_is_withdrawn_remains_rejected() {
    let other_photo = |form: &mut File| form.photos = vec![photo(2)];
    let withdrawn = || {
        filed(WISETECH_REPAIR).and(&ann(), day(21), &reject()).and(&buyer(), day(22), &withdraw())
    };
    assert_eq!(claim_in(withdrawn(), 1).outcome(), Some(Outcome::Rejected));
    withdrawn()
        .when(&buyer(), day(23), &file(as_it_is))
        .then_refused("claim.nothing_new", &["C10"]);
    let second = ClaimCommand::Withdraw(Withdraw { claim: claim(2) });
    withdrawn()
        .and(&buyer(), day(23), &file(other_photo))
        .and(&buyer(), day(24), &second)
        .when(&buyer(), day(25), &file(as_it_is))
        .then_refused("claim.nothing_new", &["C10"]);
}

#[test]
fn t3_what_was_delivered_or_is_in_quarantine_was_handed_over() {
    let due = |what: ClaimCommand| {
        let accepted = covered(WISETECH_EXCHANGE)
            .and(&buyer(), day(20), &file(for_replacement))
            .and(&ann(), day(21), &accept(1))
            .and(&fact(), day(22), &shipment_booked(Party::Buyer, day(22)));
        claim_in(accepted.and(&fact(), day(25), &what), 1).clock.unwrap().due()
    };
    assert_eq!(due(shipment_fact(Progress::ShipmentDelivered, day(25))), Some(day(44)));
    assert_eq!(due(noted(1, Progress::SerialMismatch, day(25))), Some(day(44)));
}

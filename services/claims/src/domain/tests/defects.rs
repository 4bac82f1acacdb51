use recourse_terms::Verdict;

use super::super::ClaimEvent;
use super::super::defects::{AddDefect, FoundBy, NoteDefect};
use super::*;

fn another() -> ClaimCommand {
    ClaimCommand::AddDefect(AddDefect { claim: claim(1), text: sealed("the camera is blind, too") })
}

fn on_the_bench() -> ClaimCommand {
    let cause = "the loudspeaker is silent".parse().unwrap();
    ClaimCommand::NoteDefect(NoteDefect { job: job(1), cause, at: day(24) })
}

#[test]
fn c4_a_second_defect_joins_the_open_claim_until_a_remedy_is_under_way() {
    for tale in [
        filed(WISETECH_REPAIR),
        accepted(WISETECH_REPAIR),
        inspected(WISETECH_REPAIR, Verdict::Covered),
    ] {
        let told = tale.when(&buyer(), day(25), &another()).then(|events| {
            let [ClaimEvent::DefectAdded(added)] = events else { panic!() };
            assert_eq!((added.defect, added.by), (2, FoundBy::Buyer));
            assert_eq!(added.findings[0].rule, "C4");
        });
        assert_eq!((told.state.claims.len(), the_claim(&told, 1).defects), (1, 2));
    }
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .when(&buyer(), day(26), &another())
        .then_refused("claim.remedy_is_chosen", &[]);
    filed(WISETECH_REPAIR)
        .and(&buyer(), day(21), &withdraw())
        .when(&buyer(), day(22), &another())
        .then_refused("claim.wrong_stage", &[]);
}

#[test]
fn c4_a_second_defect_found_on_the_bench_joins_it_too() {
    let told = inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&buyer(), day(24), &another())
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .when(&fact(), day(26), &on_the_bench())
        .then(|events| {
            let [ClaimEvent::DefectAdded(added)] = events else { panic!() };
            assert_eq!((added.defect, added.by, added.at), (3, FoundBy::Shop, day(24)));
        });
    assert_eq!(the_claim(&told, 1).defects, 3);
    repaired(covered(WISETECH_REPAIR), 1, 20)
        .when(&fact(), day(40), &on_the_bench())
        .then(|events| assert!(events.is_empty(), "nobody works on it any more"));
}

#[test]
fn c4_only_the_buyer_of_the_claim_adds_a_defect() {
    for other in [stranger(), ann(), shop()] {
        filed(WISETECH_REPAIR)
            .when(&other, day(21), &another())
            .then_refused("claim.not_allowed", &[]);
    }
}

use recourse_terms::Verdict;

use super::super::commands::AddDefect;
use super::super::events::{ClaimEvent, FoundBy};
use super::*;

fn another() -> ClaimCommand {
    ClaimCommand::AddDefect(AddDefect { claim: claim(1), text: sealed("the camera is black, too") })
}

#[test]
fn c4_a_second_defect_joins_the_open_claim_until_a_remedy_is_in_progress() {
    for tale in [
        filed(WISETECH_REPAIR),
        accepted(WISETECH_REPAIR),
        inspected(WISETECH_REPAIR, Verdict::Covered),
    ] {
        let reported = tale.when(&buyer(), day(25), &another()).then(|events| {
            let [ClaimEvent::DefectAdded(added)] = events else { panic!() };
            assert_eq!((added.defect, added.by), (2, FoundBy::Buyer));
            assert_eq!(added.findings[0].rule, "C4");
        });
        assert_eq!((reported.state.claims.len(), the_claim(&reported, 1).defects), (1, 2));
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
    let found = ClaimCommand::RecordVerdict(Box::new(RecordVerdict {
        job: job(1),
        verdict: Verdict::Covered,
        cause: "the battery".parse().unwrap(),
        by: shop(),
        found_at: day(24),
        also_found: vec!["the loudspeaker is silent".parse().unwrap()],
    }));
    let reported = accepted(WISETECH_REPAIR)
        .and(&buyer(), day(22), &another())
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .when(&fact(), day(25), &found)
        .then(|events| {
            let [ClaimEvent::DefectAdded(added), ClaimEvent::VerdictRecorded(_)] = events else {
                panic!("{:?}", names(events))
            };
            assert_eq!((added.defect, added.by, added.at), (3, FoundBy::Shop, day(24)));
        });
    assert_eq!((stage_of(&reported), the_claim(&reported, 1).defects), ("remedy", 3));
}

#[test]
fn c4_only_the_buyer_of_the_claim_adds_a_defect() {
    for other in [foreign_writer(), ann(), shop()] {
        filed(WISETECH_REPAIR)
            .when(&other, day(21), &another())
            .then_refused("claim.not_allowed", &[]);
    }
}

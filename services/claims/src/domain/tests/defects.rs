use recourse_terms::Verdict;

use super::super::commands::AddDefect;
use super::super::events::{AppealOf, ClaimEvent, DefectVerdict, FoundBy};
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
        defects: Vec::new(),
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

/// The battery is covered, the cracked camera, which is defect 2, is not.
fn covered_in_part() -> Tale {
    let ClaimCommand::RecordVerdict(mut found) = verdict(1, Verdict::Covered, day(24)) else {
        panic!()
    };
    found.defects = vec![
        DefectVerdict { defect: 2, cause: None, verdict: MISUSE },
        DefectVerdict { defect: 7, cause: None, verdict: MISUSE },
    ];
    accepted(WISETECH_REPAIR)
        .and(&buyer(), day(22), &another())
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(24), &ClaimCommand::RecordVerdict(found))
}

#[test]
fn c4_several_defects_are_decided_separately_and_the_most_favourable_verdict_counts() {
    let reported = covered_in_part().when(&ann(), day(25), &choose(1, Remedy::Repair));
    let found = the_claim(&reported, 1).found.unwrap();
    assert_eq!(found.verdict, Verdict::Covered);
    let numbers: Vec<u32> = found.defects.iter().map(|single| single.defect).collect();
    assert_eq!(numbers, [2], "there is no defect 7");
    // Found the other one covered, the defect on the form is the one that is not covered.
    let ClaimCommand::RecordVerdict(mut found) = verdict(1, MISUSE, day(24)) else { panic!() };
    found.defects = vec![DefectVerdict { defect: 2, cause: None, verdict: Verdict::Covered }];
    accepted(WISETECH_REPAIR)
        .and(&buyer(), day(22), &another())
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .when(&fact(), day(24), &ClaimCommand::RecordVerdict(found))
        .then(|events| {
            let [ClaimEvent::VerdictRecorded(recorded)] = events else { panic!() };
            assert_eq!(recorded.verdict, Verdict::Covered);
            assert_eq!((recorded.defects[0].defect, recorded.defects[0].verdict), (1, MISUSE));
        });
}

#[test]
fn c4_the_rest_is_offered_at_a_price_next_to_the_covered_repair() {
    let offered =
        || covered_in_part().and(&ann(), day(25), &offer(OfferKind::PaidRepair, rubles(2_000)));
    offered()
        .when(&ann(), day(25), &choose(1, Remedy::Repair))
        .then_refused("claim.offer_is_open", &[]);
    offered()
        .and(&buyer(), day(26), &accept_offer(1))
        .and(&ann(), day(27), &choose(1, Remedy::Repair))
        .when(&fact(), day(28), &noted(1, Progress::Repaired, day(28)))
        .then(|events| {
            let Some(ClaimEvent::SettlementStarted(started)) = events.last() else { panic!() };
            assert_eq!(started.facts.outcome, Outcome::Repaired);
            assert_eq!(started.facts.paid_repair, Some(rubles(2_000)));
            let terms = &BOOK.version(WISETECH_REPAIR, 1).unwrap().terms;
            let owed = recourse_terms::payments(terms, &started.facts).unwrap();
            let kind = recourse_terms::PaymentKind::PaidRepair;
            assert!(owed.iter().any(|payment| payment.kind == kind), "{owed:?}");
        });
    covered_in_part()
        .when(&ann(), day(25), &offer(OfferKind::Agreement, rubles(2_000)))
        .then_refused("claim.covered_is_reimbursed", &[]);
    // Silence: the covered repair goes ahead without the rest.
    let silent = offered().and_the_clock_reaches(day(45));
    silent.when(&ann(), day(46), &choose(1, Remedy::Repair)).then(|events| {
        assert_eq!(names(events), ["remedy_chosen"]);
    });
}

#[test]
fn c4_c11_a_defect_that_is_not_covered_can_be_appealed_next_to_one_that_is() {
    let appealed = || covered_in_part().and(&buyer(), day(25), &appeal());
    appealed()
        .when(&ann(), day(26), &choose(1, Remedy::Repair))
        .then_refused("claim.appeal_is_open", &[]);
    let reported = appealed().when(&bob(), day(27), &decide_appeal(true)).then(|events| {
        let Some(ClaimEvent::AppealDecided(decided)) = events.first() else { panic!() };
        assert_eq!(decided.of, AppealOf::Verdict);
    });
    assert!(the_claim(&reported, 1).found.unwrap().defects.is_empty());
}

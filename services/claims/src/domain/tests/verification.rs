use recourse_kernel::Wire as _;
use recourse_terms::Exclusion;

use super::super::commands::CoverageFact;
use super::super::events::{ClaimEvent, CoverageEnd};
use super::*;

#[test]
fn accepted_documents_open_the_first_visit() {
    let reported = filed(WISETECH_REPAIR).when(&ann(), day(21), &accept(1)).then(|events| {
        let [ClaimEvent::Accepted(accepted)] = events else { panic!() };
        assert_eq!((accepted.job, accepted.visit), (job(1), 1));
        assert!(accepted.findings.iter().all(|finding| finding.passed));
    });
    assert_eq!(stage_of(&reported), "inspection");
}

/// The shop reads them while it holds the job; they stay sealed with the buyer's key.
#[test]
fn a2_what_the_buyer_wrote_goes_to_the_shop_of_each_visit() {
    let is_carried = |events: &[ClaimEvent]| {
        let accepted = events.iter().find_map(|event| match event {
            ClaimEvent::Accepted(accepted) => Some(accepted),
            _ => None,
        });
        let (accepted, form) = (accepted.expect("accepted"), form());
        assert_eq!((&accepted.defect, &accepted.contact), (&form.defect, &form.contact));
        assert_eq!(accepted.photos, form.photos);
        assert!(!accepted.photos.is_empty());
    };
    filed(WISETECH_REPAIR).when(&ann(), day(21), &accept(1)).then(is_carried);
}

#[test]
fn c6_the_accepted_form_is_the_registration_where_one_is_demanded() {
    let finding = |line| {
        let mut outcome = String::new();
        let tale = covered(line).and(&buyer(), day(20), &file(as_it_is));
        tale.when(&ann(), day(21), &accept(1)).then(|events| {
            let [ClaimEvent::Accepted(accepted)] = events else { panic!() };
            let c6 = accepted.findings.iter().find(|finding| finding.rule == "C6").unwrap();
            outcome.clone_from(&c6.outcome);
        });
        outcome
    };
    assert_eq!(finding(WISETECH_REPAIR), "the accepted form registers the serial");
    assert_eq!(finding(TOMREPAIR_REPAIR), "the terms require no registration");
}

#[test]
fn c9_the_end_of_the_policy_during_a_claim_changes_nothing() {
    let reported = covered(WISETECH_REPAIR)
        .and(&buyer(), day(364), &file(as_it_is))
        .and(&fact(), day(366), &note_coverage(CoverageFact::Ended(CoverageEnd::Expired)))
        .when(&ann(), day(367), &accept(1));
    assert_eq!(stage_of(&reported.then(|_| {})), "inspection");
}

#[test]
fn c9_expired_never_applies_after_the_filing() {
    let reject = ClaimCommand::Reject(Reject {
        claim: claim(1),
        code: Ground::Excluded,
        exclusion: Some(Exclusion::Expired),
        explanation: None,
    });
    filed(WISETECH_REPAIR)
        .when(&ann(), day(21), &reject)
        .then_refused("claim.expired_is_judged_at_filing", &["C9"]);
}

#[test]
fn a_rejection_names_its_ground_and_until_when_to_appeal() {
    let reported = filed(WISETECH_REPAIR).when(&ann(), day(21), &reject()).then(|events| {
        let [ClaimEvent::Rejected(rejected)] = events else { panic!() };
        assert_eq!(rejected.appeal_until, Some(day(35)));
        assert_eq!(rejected.by, ann());
    });
    assert_eq!(stage_of(&reported), "verification");
    let unnamed = ClaimCommand::Reject(Reject {
        claim: claim(1),
        code: Ground::Excluded,
        exclusion: None,
        explanation: None,
    });
    filed(WISETECH_REPAIR)
        .when(&ann(), day(21), &unnamed)
        .then_refused("claim.exclusion_not_named", &[]);
}

#[test]
fn only_the_provider_judges_documents_and_only_once() {
    for command in [accept(1), reject()] {
        filed(WISETECH_REPAIR)
            .when(&buyer(), day(21), &command)
            .then_refused("claim.not_allowed", &[]);
        accepted(WISETECH_REPAIR)
            .when(&ann(), day(22), &command)
            .then_refused("claim.wrong_stage", &[]);
    }
}

#[test]
fn every_event_names_the_terms_that_decided_it() {
    use recourse_kernel::Event as _;
    filed(WISETECH_REPAIR).when(&ann(), day(21), &accept(1)).then(|events| {
        let digest = coverage_under(WISETECH_REPAIR).terms.digest.to_string();
        assert_eq!(events[0].terms(), Some(digest));
        assert_eq!(events[0].subject(), claim(1).to_string());
        let read = ClaimEvent::decode(events[0].type_name(), &events[0].encode().unwrap());
        assert_eq!(read.as_ref(), Ok(&events[0]));
    });
}

#[test]
fn c3_documents_are_incomplete_only_after_asking() {
    let incomplete = ClaimCommand::Reject(Reject {
        claim: claim(1),
        code: Ground::DocumentsIncomplete,
        exclusion: None,
        explanation: None,
    });
    filed(WISETECH_REPAIR)
        .when(&ann(), day(21), &incomplete)
        .then_refused("claim.not_asked", &["C3"]);
    // Any question is not enough, nor a call that the staff record themselves.
    filed(WISETECH_REPAIR)
        .and(&ann(), day(21), &ask())
        .and(&buyer(), day(22), &answer(1))
        .when(&ann(), day(23), &incomplete)
        .then_refused("claim.not_asked", &["C3"]);
    let asked = || filed(WISETECH_REPAIR).and(&ann(), day(21), &ask_for_a_document());
    asked()
        .when(&ann(), day(22), &answer(1))
        .then_refused("claim.documents_are_in_writing", &["C3"]);
    asked()
        .and(&buyer(), day(22), &answer(1))
        .when(&ann(), day(23), &incomplete)
        .then(|events| assert_eq!(names(events), ["rejected"]));
}

#[test]
fn c3_what_was_sent_is_not_missing_without_a_reason() {
    let incomplete = |explanation| {
        ClaimCommand::Reject(Reject {
            claim: claim(1),
            code: Ground::DocumentsIncomplete,
            exclusion: None,
            explanation,
        })
    };
    let sent = || {
        filed(WISETECH_REPAIR).and(&ann(), day(21), &ask_for_a_document()).and(
            &buyer(),
            day(22),
            &answer_with(1, vec![photo(7)]),
        )
    };
    sent()
        .when(&ann(), day(23), &incomplete(None))
        .then_refused("claim.sent_what_was_asked_for", &["C3"]);
    sent()
        .when(&ann(), day(23), &incomplete(Some(sealed("the photo shows another receipt"))))
        .then(|events| assert_eq!(names(events), ["rejected"]));
    let accepted = sent().when(&ann(), day(23), &accept(1));
    assert_eq!(the_claim(&accepted, 1).photos.len(), 2, "the shop sees it as well");
}

#[test]
fn c6_a_mismatch_resolved_before_the_appeal_is_upheld_needs_no_second_visit() {
    let serial_does_not_match = ClaimCommand::Reject(Reject {
        claim: claim(1),
        code: Ground::SerialDoesNotMatch,
        exclusion: None,
        explanation: None,
    });
    let ann = ann().of_provider("wisetech-service");
    let resolved = accepted(WISETECH_REPAIR)
        .and(&fact(), day(23), &noted(1, Progress::SerialMismatch, day(23)))
        .and(&ann, day(24), &serial_does_not_match)
        .and(&buyer(), day(25), &appeal())
        .and(&fact(), day(26), &noted(1, Progress::Received, day(26)));
    let upheld = resolved.when(&bob(), day(27), &decide_appeal(true)).then(|events| {
        let [_, ClaimEvent::Accepted(accepted)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((accepted.visit, accepted.job), (1, job(1)));
    });
    assert!(the_claim(&upheld, 1).is_at_the_shop());
}

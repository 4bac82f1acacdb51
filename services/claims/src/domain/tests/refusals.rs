//! A filing that was refused for its date is reviewed by a person if that date is corrected later.

use recourse_kernel::Role;

use super::super::commands::{CloseRefusalReview, CoverageDates, CoverageFact, ResultKind};
use super::super::events::{ClaimEvent, LateFact};
use super::*;

/// The delivery was so many days later (or, if negative, earlier) than reported.
fn corrected(by: i64) -> ClaimCommand {
    let days = days_under(WISETECH_REPAIR);
    let later = TimeDelta::days(by);
    let days = CoverageDates {
        counted_from: days.counted_from + later,
        starts: days.starts + later,
        ends: days.ends + later,
        delivered_at: days.delivered_at.map(|at| at + later),
        ..days
    };
    note_coverage(CoverageFact::Scheduled { days, corrected: true })
}

/// A claim was filed and refused on this day.
fn refused_on(n: i64) -> Tale {
    covered(WISETECH_REPAIR).and_refused(&buyer(), day(n), &file(as_it_is))
}

fn close(review: u32) -> ClaimCommand {
    let policy = policy();
    ClaimCommand::CloseRefusalReview(CloseRefusalReview {
        policy,
        review,
        result: ResultKind::Nothing,
        note: None,
    })
}

#[test]
fn c1_t2_a_delivery_that_was_earlier_reviews_a_filing_that_was_refused_as_too_early() {
    let reported = refused_on(10).when(&fact(), day(12), &corrected(-7)).then(|events| {
        let [_, ClaimEvent::RefusalReviewOpened(opened)] = events else {
            panic!("{:?}", names(events))
        };
        assert_eq!((opened.review, opened.because), (1, LateFact::DeliveryCorrected));
        assert_eq!((opened.refused_at, opened.code.as_str()), (day(10), "claim.before_coverage"));
        assert!(opened.was.contains("coverage starts on"), "{}", opened.was);
        assert!(opened.findings.iter().all(|finding| finding.passed));
    });
    assert!(reported.state.claims.is_empty(), "nothing is filed automatically");
    // A repeated report does not open it again.
    refused_on(10)
        .and(&fact(), day(12), &corrected(-7))
        .when(&fact(), day(13), &corrected(-8))
        .then(|events| assert_eq!(names(events), ["coverage_noted"]));
}

#[test]
fn c1_s9_a_delivery_that_was_later_reviews_a_filing_that_was_refused_as_too_late() {
    refused_on(368).when(&fact(), day(370), &corrected(10)).then(|events| {
        let [_, ClaimEvent::RefusalReviewOpened(opened)] = events else { panic!() };
        assert_eq!(opened.code, "claim.expired");
    });
}

#[test]
fn a_refusal_that_the_correction_does_not_change_is_not_reviewed() {
    refused_on(10)
        .when(&fact(), day(12), &corrected(-3))
        .then(|events| assert_eq!(names(events), ["coverage_noted"]));
    // A refusal for another reason has nothing to do with the dates.
    covered(WISETECH_REPAIR)
        .and_refused(&foreign_writer(), day(20), &file(as_it_is))
        .when(&fact(), day(21), &corrected(-3))
        .then(|events| assert_eq!(names(events), ["coverage_noted"]));
}

#[test]
fn a_review_of_a_refusal_is_closed_once_and_by_the_staff() {
    let open = || refused_on(10).and(&fact(), day(12), &corrected(-7));
    open().when(&buyer(), day(13), &close(1)).then_refused("claim.not_allowed", &[]);
    open().when(&ann(), day(13), &close(2)).then_refused("claim.review.not_known", &[]);
    open().when(&ann(), day(13), &close(1)).then(|events| {
        let [ClaimEvent::RefusalReviewClosed(closed)] = events else { panic!() };
        assert_eq!((closed.review, closed.by.role), (1, Role::Adjuster));
    });
    open()
        .and(&ann(), day(13), &close(1))
        .when(&ann(), day(14), &close(1))
        .then_refused("claim.review_not_open", &[]);
}

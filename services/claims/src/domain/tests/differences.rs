//! M10, M7: a review comes to at most the difference by the facts known now, and once.

use chrono::Days;
use recourse_terms::Verdict;

use super::super::commands::{CoverageFact, ResultKind};
use super::super::events::{ClaimEvent, CoverageEnd, DisputeEnding, DisputeState};
use super::review::{close_review, corrected, dispute, paid_in_cash, performed, the_review};
use super::*;

fn carried_out(events: &[ClaimEvent]) -> &recourse_terms::SettlementFacts {
    let [ClaimEvent::ReviewClosed(_), ClaimEvent::SettlementExtended(extended)] = events else {
        panic!("{:?}", names(events))
    };
    &extended.facts
}

#[test]
fn m10_what_a_review_paid_is_not_found_again() {
    let later = |days| corrected(WISETECH_EXCHANGE, days);
    let pay = |review| close_review(review, ResultKind::Pay, None);
    let once = || paid_in_cash().and(&fact(), day(200), &later(20));
    once().when(&ann(), day(201), &pay(1)).then(|events| {
        let facts = carried_out(events);
        // The facts known now explain the whole amount.
        assert!(facts.review_results.is_empty(), "{:?}", facts.review_results);
        assert_eq!(facts.counted_from, days_under(WISETECH_EXCHANGE).counted_from + Days::new(20));
    });
    // A part of it: the rest is the result of the review.
    let part = close_review(1, ResultKind::Pay, Some(rubles(300)));
    once().when(&ann(), day(201), &part).then(|events| {
        assert_eq!(carried_out(events).review_results, [rubles(-700)]);
    });
    let paid = || once().and(&ann(), day(201), &pay(1));
    paid().when(&fact(), day(202), &later(21)).then(|events| {
        assert_eq!(the_review(events).difference, None, "the days differ, the amount does not");
    });
    paid()
        .and(&fact(), day(202), &later(21))
        .when(&ann(), day(203), &pay(2))
        .then_refused("claim.no_difference", &["M10"]);
    // Two reviews of the same money: the second has nothing left.
    let twice = || once().and(&fact(), day(201), &later(25)).and(&ann(), day(202), &pay(1));
    twice().when(&ann(), day(203), &pay(2)).then_refused("claim.no_difference", &["M10"]);
    // What would be above the difference is goodwill.
    let more = close_review(1, ResultKind::Pay, Some(rubles(1_001)));
    once().when(&ann(), day(201), &more).then_refused("claim.more_than_the_difference", &["M10"]);
}

#[test]
fn m7_what_refunds_recovers_is_not_claimed_back_again() {
    let refunded = |amount| note_coverage(CoverageFact::Refunded(rubles(amount)));
    let back = |review| close_review(review, ResultKind::ClaimBack, None);
    let once = || paid_in_cash().and(&fact(), day(200), &refunded(4_000));
    paid_in_cash().when(&fact(), day(200), &refunded(4_000)).then(|events| {
        assert_eq!(the_review(events).difference, None);
    });
    once().when(&ann(), day(201), &back(1)).then_refused("claim.no_difference", &["M10"]);
    once()
        .and(&fact(), day(202), &refunded(6_000))
        .when(&ann(), day(203), &back(2))
        .then_refused("claim.no_difference", &["M10"]);
    // A device that the seller takes back is not recovered there: the review has the amount.
    let returned = note_coverage(CoverageFact::Cancelled(CoverageEnd::Returned));
    paid_in_cash().when(&fact(), day(200), &returned).then(|events| {
        assert_eq!(the_review(events).difference, Some(rubles(-9_000)));
    });
    paid_in_cash()
        .and(&fact(), day(200), &returned)
        .when(&ann(), day(201), &back(1))
        .then(|events| assert!(carried_out(events).review_results.is_empty()));
}

#[test]
fn d2_a_refund_after_a_replacement_is_offset_once() {
    let replaced = || {
        inspected(WISETECH_EXCHANGE, Verdict::Covered)
            .and(&ann(), day(25), &choose(1, Remedy::Replacement))
            .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
            .and(&fact(), day(27), &replacement_sent(1, day(27)))
    };
    let paid = dispute(performed(DisputeEnding::FullRefund), day(40));
    let whole = note_coverage(CoverageFact::Cancelled(CoverageEnd::RefundedInFull));
    replaced().when(&fact(), day(40), &paid).then(|events| {
        assert_eq!(the_review(events).difference, Some(rubles(-10_000)));
    });
    let late = || replaced().and(&fact(), day(40), &paid);
    // The same money, reported by the policy as well, opens no second review.
    late()
        .when(&fact(), day(40), &whole)
        .then(|events| assert_eq!(names(events), ["coverage_noted"]));
    let back = |amount| close_review(1, ResultKind::ClaimBack, amount);
    late()
        .when(&ann(), day(41), &back(Some(rubles(10_001))))
        .then_refused("claim.more_than_was_paid", &["M12"]);
    late().when(&ann(), day(41), &back(None)).then(|events| {
        assert_eq!(carried_out(events).review_results, [rubles(-10_000)]);
    });
    // A part that the seller paid is offset as a part.
    let part = DisputeState::Performed {
        ending: DisputeEnding::PartialRefund,
        amount: Some(rubles(3_000)),
    };
    replaced().when(&fact(), day(40), &dispute(part, day(40))).then(|events| {
        assert_eq!(the_review(events).difference, Some(rubles(-3_000)));
    });
}

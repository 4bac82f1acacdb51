//! M10, M11, M13: goodwill, results of reviews, work that was not done, and shipments that count.

use recourse_kernel::Money;
use recourse_terms::Verdict;

use super::super::commands::{
    ApproveGoodwill, CloseReview, DeclineGoodwill, GrantGoodwill, ResultKind,
};
use super::super::events::{ClaimEvent, LateFact, ReviewResult, SettlementExtended, ShipmentEnd};
use super::*;

fn grant(amount: Money) -> ClaimCommand {
    ClaimCommand::GrantGoodwill(GrantGoodwill { claim: claim(1), amount, reason: None })
}

fn approve(goodwill: u32) -> ClaimCommand {
    ClaimCommand::ApproveGoodwill(ApproveGoodwill { claim: claim(1), goodwill })
}

fn close(result: ResultKind, amount: Option<Money>) -> ClaimCommand {
    let (claim, review, as_of, note) = (claim(1), 1, None, None);
    ClaimCommand::CloseReview(CloseReview { claim, review, result, amount, as_of, note })
}

#[track_caller]
fn extended(events: &[ClaimEvent]) -> &SettlementExtended {
    let Some(ClaimEvent::SettlementExtended(extended)) = events.last() else {
        panic!("{:?}", names(events))
    };
    extended
}

fn paid_in_cash() -> Tale {
    inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Cash))
        .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
}

/// The delivery was ten days later than reported, so the claim was filed too early.
fn under_review() -> Tale {
    let days = days_under(WISETECH_EXCHANGE);
    let (starts, delivered_at) =
        (days.starts + TimeDelta::days(10), days.delivered_at.map(|at| at + TimeDelta::days(10)));
    let days = CoverageDates { starts, delivered_at, ..days };
    let corrected = note_coverage(CoverageFact::Scheduled { days, corrected: true });
    paid_in_cash().and(&fact(), day(30), &corrected)
}

#[test]
fn m10_goodwill_is_settled_by_the_same_function() {
    paid_in_cash().when(&ann(), day(30), &grant(rubles(100))).then(|events| {
        assert_eq!(names(events), ["goodwill_granted", "settlement_extended"]);
        let extended = extended(events);
        assert_eq!(extended.facts.goodwill, [rubles(100)]);
        assert!(extended.concerns_the_buyer);
    });
    // Before the settlement it is among its facts.
    inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&ann(), day(24), &grant(rubles(100)))
        .when(&ann(), day(25), &choose(1, Remedy::Replacement))
        .then(|events| {
            let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
            assert_eq!(started.facts.goodwill, [rubles(100)]);
        });
    // A closed claim that never had a settlement gets one.
    filed(WISETECH_REPAIR)
        .and(&buyer(), day(21), &withdraw())
        .when(&ann(), day(22), &grant(rubles(100)))
        .then(|events| assert_eq!(names(events), ["goodwill_granted", "settlement_started"]));
    paid_in_cash()
        .when(&ann(), day(30), &grant(rubles(0)))
        .then_refused("claim.not_a_price", &["M6"]);
    paid_in_cash()
        .when(&buyer(), day(30), &grant(rubles(1)))
        .then_refused("claim.not_allowed", &[]);
}

#[test]
fn m10_above_the_limit_another_person_approves_goodwill() {
    let granted = || paid_in_cash().and(&ann(), day(30), &grant(rubles(1_000_000)));
    granted().when(&ann(), day(31), &approve(1)).then_refused("claim.same_reviewer", &["M10"]);
    // What was granted before counts as well.
    let four = (0..4).fold(paid_in_cash(), |tale, hour| {
        tale.and(&ann(), day(30) + TimeDelta::hours(hour), &grant(rubles(1_400)))
    });
    four.when(&ann(), day(31), &grant(rubles(1_400))).then(|events| {
        let [ClaimEvent::GoodwillGranted(granted)] = events else { panic!("{:?}", names(events)) };
        assert!(granted.needs_approval);
    });
    granted().when(&bob(), day(31), &approve(2)).then_refused("claim.goodwill.not_known", &["M10"]);
    granted().when(&bob(), day(31), &approve(1)).then(|events| {
        assert_eq!(extended(events).facts.goodwill, [rubles(1_000_000)]);
    });
    let decline = ClaimCommand::DeclineGoodwill(DeclineGoodwill { claim: claim(1), goodwill: 1 });
    granted()
        .and(&bob(), day(31), &decline)
        .when(&bob(), day(32), &approve(1))
        .then_refused("claim.goodwill_not_open", &["M10"]);
    granted().when_the_clock_reaches(day(60)).then(|events| {
        assert_eq!(names(events), ["deadline_passed"], "no decision");
    });
}

#[test]
fn m10_a_review_pays_the_difference_or_claims_it_back() {
    let back = close(ResultKind::ClaimBack, Some(rubles(500)));
    under_review().when(&ann(), day(35), &back).then(|events| {
        let [ClaimEvent::ReviewClosed(closed), _] = events else { panic!("{:?}", names(events)) };
        assert_eq!(closed.result, ReviewResult::ClaimBack { amount: rubles(500) });
        assert_eq!(extended(events).facts.review_results, [rubles(-500)]);
    });
    // The claim would have been refused, so nothing was owed.
    under_review().when(&ann(), day(35), &close(ResultKind::ClaimBack, None)).then(|events| {
        assert_eq!(extended(events).facts.review_results, [rubles(-10_000)]);
    });
    under_review()
        .when(&ann(), day(35), &close(ResultKind::ClaimBack, Some(rubles(10_001))))
        .then_refused("claim.more_than_was_paid", &["M12"]);
    under_review()
        .when(&ann(), day(35), &close(ResultKind::Pay, None))
        .then_refused("claim.no_difference", &["M10"]);
    under_review()
        .when(&ann(), day(35), &close(ResultKind::Nothing, None))
        .then(|events| assert_eq!(names(events), ["review_closed"]));
}

#[test]
fn t11_a_review_that_is_not_closed_is_missed_and_stays_open() {
    let reported = under_review().when_the_clock_reaches(day(60)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((passed.due, passed.number), (day(40), 1));
    });
    assert_eq!(the_claim(&reported, 1).open_reviews().count(), 1);
}

/// A repair at the buyer's cost, accepted on day 26.
fn paid_repair() -> Tale {
    inspected(WISETECH_REPAIR, MISUSE)
        .and(&ann(), day(25), &offer(OfferKind::PaidRepair, rubles(7_000)))
        .and(&buyer(), day(26), &accept_offer(1))
}

#[test]
fn m11_a_paid_repair_that_was_never_done_is_refunded_with_one_outcome() {
    let settled =
        || paid_repair().and(&fact(), day(27), &money(1, MoneyProgress::BuyerSettled, day(27)));
    // No abandonment while the shop owes work.
    let reported = settled().when(&fact(), day(130), &money(1, MoneyProgress::Abandoned, day(130)));
    let reported = reported.then(|events| assert_eq!(names(events), ["settlement_noted"]));
    assert!(the_claim(&reported, 1).abandoned.is_none());
    for what in [Progress::RepairCancelled, Progress::HandedOver] {
        settled().when(&fact(), day(67), &noted(1, what, day(67))).then(|events| {
            let Some(ClaimEvent::SettlementStarted(again)) = events.last() else {
                panic!("{:?}", names(events))
            };
            assert_eq!(again.facts.outcome, Outcome::ReturnedUnrepaired);
            assert_eq!((again.facts.paid_repair, again.facts.free_of_charge), (None, true));
        });
    }
}

#[test]
fn m11_a_repaired_claim_whose_buyer_does_not_pay_stays_repaired() {
    let reported = inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .and(&fact(), day(26), &noted(1, Progress::Repaired, day(26)))
        .when(&fact(), day(90), &money(1, MoneyProgress::Abandoned, day(90)));
    is_closed_as(&reported, Outcome::Repaired);
    let reported =
        paid_repair().when(&fact(), day(90), &money(1, MoneyProgress::Abandoned, day(90)));
    is_closed_as(&reported, Outcome::Withdrawn);
}

#[test]
fn m13_a_fee_is_owed_once_there_is_a_verdict() {
    inspected(TOMREPAIR_REPAIR, Verdict::NoFaultFound).when(&buyer(), day(25), &withdraw()).then(
        |events| {
            let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
            assert_eq!(started.facts.verdict, Some(Verdict::NoFaultFound));
            let terms = &BOOK.version(TOMREPAIR_REPAIR, 1).unwrap().terms;
            let owed = recourse_terms::payments(terms, &started.facts).unwrap();
            let fee = recourse_terms::PaymentKind::DiagnosisFee;
            assert!(owed.iter().any(|payment| payment.kind == fee), "{owed:?}");
        },
    );
}

#[test]
fn m13_a_shipment_to_the_shop_counts_once_it_was_picked_up() {
    let settled = |steps: &[Progress]| {
        let booked = accepted(WISETECH_REPAIR).and(
            &fact(),
            day(22),
            &shipment_booked(Party::Buyer, day(22)),
        );
        let tale = steps
            .iter()
            .fold(booked, |tale, step| tale.and(&fact(), day(22), &shipment_fact(*step, day(22))));
        let mut counts = None;
        tale.and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
            .and(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)))
            .and(&ann(), day(25), &choose(1, Remedy::Repair))
            .when(&fact(), day(26), &noted(1, Progress::Repaired, day(26)))
            .then(|events| {
                let Some(ClaimEvent::SettlementStarted(started)) = events.last() else { panic!() };
                counts = Some(!started.facts.shipments[0].never_picked_up);
            });
        counts.unwrap()
    };
    assert!(!settled(&[]), "brought in person after all");
    assert!(!settled(&[Progress::ShipmentCancelled]));
    assert!(settled(&[Progress::ShipmentPickedUp]));
    assert!(settled(&[Progress::ShipmentDelivered]));
}

#[test]
fn a_claim_closes_although_others_still_owe_each_other() {
    let reported = inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Replacement))
        .and(&fact(), day(25), &money(1, MoneyProgress::BuyerSettled, day(25)))
        .when(&fact(), day(27), &replacement_sent(1, day(27)));
    is_closed_as(&reported, Outcome::Replaced);
}

fn corrected(now: ShipmentEnd, at: Instant) -> ClaimCommand {
    let ClaimCommand::NoteJob(mut noted) = shipment_fact(Progress::ShipmentCorrected, at) else {
        panic!()
    };
    noted.now = Some(now);
    ClaimCommand::NoteJob(noted)
}

#[test]
fn t11_m8_a_device_that_counted_as_lost_and_arrives_opens_a_review_of_both_amounts() {
    let lost = || {
        accepted(WISETECH_EXCHANGE)
            .and(&fact(), day(22), &shipment_booked(Party::Provider, day(22)))
            .and(&fact(), day(23), &shipment_fact(Progress::ShipmentPickedUp, day(23)))
            .and(&fact(), day(53), &shipment_fact(Progress::ShipmentLost, day(53)))
    };
    lost()
        .and(&ann(), day(54), &choose(1, Remedy::Cash))
        .and(&fact(), day(55), &money(1, MoneyProgress::Closed, day(55)))
        .when(&fact(), day(70), &corrected(ShipmentEnd::Delivered, day(70)))
        .then(|events| {
            let [_, ClaimEvent::ReviewOpened(opened)] = events else {
                panic!("{:?}", names(events))
            };
            assert_eq!(opened.because, LateFact::AfterPresumed);
            assert_eq!(opened.difference, Some(rubles(-10_000)), "the cash was paid");
        });
    // Nothing was decided yet: the claim continues.
    let reported = lost().when(&fact(), day(54), &corrected(ShipmentEnd::Delivered, day(54)));
    let reported = reported.then(|events| assert_eq!(names(events), ["job_noted"]));
    let claim = the_claim(&reported, 1);
    assert_eq!((claim.visit.unwrap().lost, claim.compensate_by), (None, None));
}

#[test]
fn t11_m8_a_return_that_counted_as_delivered_and_was_lost_is_compensated() {
    let fact_of_it = recourse_terms::ShipmentFact {
        direction: Direction::ToBuyer,
        means: Means::Courier,
        booked_by: Party::Provider,
        counts_as: None,
        carrier: "cse".to_owned(),
        price: rubles(400),
        lost: false,
        never_picked_up: false,
        reimbursement_cap: None,
    };
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .and(&fact(), day(26), &noted(1, Progress::Repaired, day(26)))
        .and(&fact(), day(28), &a_shipment_booked(1, fact_of_it, day(28)))
        .and(&fact(), day(28), &money(1, MoneyProgress::Closed, day(28)))
        .and(&fact(), day(28), &noted(1, Progress::HandedOver, day(28)))
        .and(&fact(), day(65), &shipment_fact(Progress::ShipmentDelivered, day(65)))
        .and(&fact(), day(80), &corrected(ShipmentEnd::Lost, day(80)))
        .when(&ann(), day(81), &choose(1, Remedy::Cash))
        .then(|events| assert_eq!(names(events)[0], "review_closed"));
}

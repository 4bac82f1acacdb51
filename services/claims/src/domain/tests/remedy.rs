use recourse_terms::Verdict;

use super::super::events::{ClaimEvent, CoverageEnd};
use super::book::LIMITED;
use super::*;

/// A device that the shop declares beyond repair on day 27.
fn beyond_repair(line: &str) -> Tale {
    inspected(line, Verdict::Covered).and(&ann(), day(25), &choose(1, Remedy::Repair)).and(
        &fact(),
        day(27),
        &noted(1, Progress::BeyondRepair, day(27)),
    )
}

/// The defect returned after three repairs, and the shop found it again.
fn after_three_repairs(line: &str) -> Tale {
    let three = (1..=3)
        .fold(covered(line), |tale, number| repaired(tale, number, 10 + 10 * i64::from(number)));
    three
        .and(&buyer(), day(60), &file(|form| form.continues = Some(claim(3))))
        .and(&ann(), day(61), &accept(4))
        .and(&fact(), day(62), &noted(4, Progress::Received, day(62)))
        .and(&fact(), day(63), &verdict(4, Verdict::Covered, day(63)))
}

#[test]
fn a_covered_defect_under_a_repair_policy_is_repaired() {
    let chosen = inspected(WISETECH_REPAIR, Verdict::Covered)
        .when(&ann(), day(25), &choose(1, Remedy::Repair))
        .then(|events| assert_eq!(names(events), ["remedy_chosen"]));
    assert_eq!(stage_of(&chosen), "remedy");
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .when(&ann(), day(25), &choose(1, Remedy::Replacement))
        .then_refused("claim.not_beyond_repair", &["T6", "M2"]);
}

#[test]
fn s2_an_exchange_policy_swaps_or_repairs_where_the_buyer_asked_for_it() {
    // This buyer asked for a repair.
    for remedy in [Remedy::Repair, Remedy::Replacement, Remedy::Cash] {
        inspected(WISETECH_EXCHANGE, Verdict::Covered)
            .when(&ann(), day(25), &choose(1, remedy))
            .then(|_| {});
    }
    covered(WISETECH_EXCHANGE)
        .and(&buyer(), day(20), &file(for_replacement))
        .and(&ann(), day(21), &accept(1))
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)))
        .when(&ann(), day(25), &choose(1, Remedy::Repair))
        .then_refused("claim.repair_not_asked_for", &["S2"]);
}

#[test]
fn t5_a_device_beyond_repair_is_replaced_or_paid_for() {
    for (remedy, outcome) in
        [(Remedy::Replacement, Outcome::Replaced), (Remedy::Cash, Outcome::Refunded)]
    {
        beyond_repair(WISETECH_REPAIR).when(&ann(), day(28), &choose(1, remedy)).then(|events| {
            let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
            assert_eq!(started.facts.outcome, outcome);
        });
    }
    beyond_repair(WISETECH_REPAIR)
        .when(&ann(), day(28), &choose(1, Remedy::Repair))
        .then_refused("claim.beyond_repair", &["T5", "T6"]);
}

#[test]
fn t6_the_buyer_may_demand_a_replacement_of_a_device_beyond_repair() {
    beyond_repair(WISETECH_REPAIR)
        .when(&buyer(), day(28), &choose(1, Remedy::Replacement))
        .then(|_| {});
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .when(&buyer(), day(25), &choose(1, Remedy::Replacement))
        .then_refused("claim.not_beyond_repair", &["T6", "M2"]);
}

#[test]
fn m2_cash_is_not_owed_on_demand() {
    beyond_repair(WISETECH_REPAIR)
        .when(&buyer(), day(28), &choose(1, Remedy::Cash))
        .then_refused("claim.cash_not_on_demand", &["M2"]);
}

#[test]
fn t6_the_third_unsuccessful_repair_puts_the_device_beyond_repair() {
    let four = claim_in(after_three_repairs(WISETECH_REPAIR), 4);
    assert_eq!((four.chain.position, four.chain.unsuccessful_repairs), (4, 3));
    after_three_repairs(WISETECH_REPAIR)
        .when(&ann(), day(64), &choose(4, Remedy::Repair))
        .then_refused("claim.beyond_repair", &["T5", "T6"]);
    after_three_repairs(WISETECH_REPAIR)
        .when(&buyer(), day(64), &choose(4, Remedy::Replacement))
        .then(|events| {
            let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
            assert!(started.facts.third_unsuccessful);
            assert_eq!(started.first_filed_at, day(20), "M1: the first filing counts");
        });
}

#[test]
fn m4_tomrepair_pays_cash_only_after_the_third_unsuccessful_repair() {
    beyond_repair(TOMREPAIR_REPAIR)
        .when(&ann(), day(28), &choose(1, Remedy::Cash))
        .then_refused("claim.cash_only_after_repairs", &["M4"]);
    after_three_repairs(TOMREPAIR_REPAIR)
        .when(&ann(), day(64), &choose(4, Remedy::Cash))
        .then(|_| {});
}

#[test]
fn an_uncovered_device_is_returned_unrepaired_or_negotiated_about() {
    for found in [MISUSE, Verdict::NoFaultFound] {
        // C11: the buyer's own choice is the consent.
        for (requester, on) in [(buyer(), 25), (ann(), 40)] {
            inspected(WISETECH_REPAIR, found)
                .when(&requester, day(on), &choose(1, Remedy::ReturnUnrepaired))
                .then(|events| assert_eq!(names(events), ["remedy_chosen", "settlement_started"]));
        }
        inspected(WISETECH_REPAIR, found)
            .when(&ann(), day(25), &choose(1, Remedy::Repair))
            .then_refused("claim.nothing_is_owed", &[]);
        inspected(WISETECH_REPAIR, found)
            .when(&ann(), day(25), &choose(1, Remedy::PaidRepair))
            .then_refused("claim.paid_repair_needs_an_offer", &[]);
    }
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .when(&ann(), day(25), &choose(1, Remedy::ReturnUnrepaired))
        .then_refused("claim.covered_is_reimbursed", &[]);
}

#[test]
fn a_remedy_is_chosen_once() {
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .when(&ann(), day(26), &choose(1, Remedy::Repair))
        .then_refused("claim.remedy_is_chosen", &[]);
    filed(WISETECH_REPAIR)
        .when(&ann(), day(25), &choose(1, Remedy::Repair))
        .then_refused("claim.wrong_stage", &[]);
}

#[test]
fn t7_a_replacement_that_fails_in_its_warranty_is_replaced_again() {
    let again = file(|form| form.serial = "SN-NEW-1".parse().unwrap());
    let failed = inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Replacement))
        .and(&fact(), day(26), &replacement_sent(1, day(26)))
        .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
        .and(&buyer(), day(35), &again)
        .and(&ann(), day(36), &accept(2))
        .and(&fact(), day(37), &noted(2, Progress::Received, day(37)))
        .and(&fact(), day(38), &verdict(2, Verdict::Covered, day(38)));
    failed
        .when(&ann(), day(39), &choose(2, Remedy::Repair))
        .then_refused("claim.another_replacement_is_due", &["T7"]);
}

#[test]
fn m7_c9_what_the_seller_refunds_in_full_after_the_policys_end_is_reimbursed_all_the_same() {
    let ended = note_coverage(CoverageFact::Ended(CoverageEnd::Expired));
    let refunded = |amount| note_coverage(CoverageFact::Refunded(rubles(amount)));
    let over = || inspected(WISETECH_EXCHANGE, Verdict::Covered).and(&fact(), day(24), &ended);
    let whole = || over().and(&fact(), day(24), &refunded(10_000));
    for remedy in [Remedy::Repair, Remedy::Replacement, Remedy::Cash] {
        whole()
            .when(&ann(), day(25), &choose(1, remedy))
            .then_refused("claim.already_compensated", &["M7"]);
    }
    whole().when(&ann(), day(25), &choose(1, Remedy::ReturnUnrepaired)).then(|_| {});
    // No further claim can be filed either.
    let closed = whole().and(&ann(), day(25), &choose(1, Remedy::ReturnUnrepaired));
    closed
        .and(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)))
        .and(&fact(), day(27), &noted(1, Progress::HandedOver, day(27)))
        .when(&buyer(), day(28), &file(for_replacement))
        .then_refused("claim.compensated_by_seller", &["C1"]);
    // A partial refund lowers the amount from which cash is calculated (M1).
    let part = over().and(&fact(), day(24), &refunded(4_000));
    part.when(&ann(), day(25), &choose(1, Remedy::Cash)).then(|events| {
        let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
        assert_eq!(started.facts.refunded_by_seller, Some(rubles(4_000)));
    });
}

#[test]
fn m7_m8_a_lost_device_that_the_seller_compensated_is_not_compensated_again() {
    let lost = || {
        accepted(WISETECH_EXCHANGE)
            .and(&fact(), day(22), &shipment_booked(Party::Provider, day(22)))
            .and(&fact(), day(23), &shipment_fact(Progress::ShipmentPickedUp, day(23)))
            .and(&fact(), day(30), &shipment_fact(Progress::ShipmentLost, day(30)))
    };
    lost()
        .when(&ann(), day(32), &choose(1, Remedy::ReturnUnrepaired))
        .then_refused("claim.no_verdict_yet", &["M8"]);
    let cancelled = note_coverage(CoverageFact::Cancelled(CoverageEnd::RefundedInFull));
    let reimbursed = || lost().and(&fact(), day(31), &cancelled);
    for remedy in [Remedy::Replacement, Remedy::Cash] {
        reimbursed()
            .when(&ann(), day(32), &choose(1, remedy))
            .then_refused("claim.already_compensated", &["M7"]);
    }
    // It ends without a remedy.
    let reported = reimbursed().and(&ann(), day(32), &choose(1, Remedy::ReturnUnrepaired)).when(
        &fact(),
        day(33),
        &money(1, MoneyProgress::Closed, day(33)),
    );
    is_closed_as(&reported, Outcome::ReturnedUnrepaired);
}

#[test]
fn m1_cash_is_refused_if_the_amount_is_zero() {
    // The delivery is corrected by a year: the claim was filed in month 13 of the corrected dates.
    let mut days = days_under(WISETECH_EXCHANGE);
    days.counted_from = days.counted_from - chrono::Months::new(12);
    let corrected = note_coverage(CoverageFact::Scheduled { days, corrected: true });
    inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&fact(), day(24), &corrected)
        .when(&ann(), day(25), &choose(1, Remedy::Cash))
        .then_refused("claim.cash_is_of_nothing", &["M1"]);
}

#[test]
fn t6_a_replacement_is_demanded_only_where_the_terms_say_so() {
    beyond_repair(LIMITED)
        .when(&buyer(), day(28), &choose(1, Remedy::Replacement))
        .then_refused("claim.no_replacement_on_demand", &["T6", "M2"]);
    beyond_repair(LIMITED).when(&ann(), day(28), &choose(1, Remedy::Replacement)).then(|_| {});
}

#[test]
fn m2_the_provider_chooses_only_what_the_terms_offer() {
    beyond_repair(LIMITED)
        .when(&ann(), day(28), &choose(1, Remedy::Cash))
        .then_refused("claim.remedy_not_in_the_terms", &["M2"]);
}

#[test]
fn a_policy_that_is_not_known_is_refused_as_such_and_not_as_compensated() {
    let mut reported =
        inspected(WISETECH_REPAIR, Verdict::Covered).when(&fact(), day(24), &completed());
    reported.state.coverages.clear();
    reported
        .again(KEY.as_str(), &*BOOK)
        .when(&ann(), day(25), &choose(1, Remedy::Repair))
        .then_refused("policy.not_known", &["S1"]);
}

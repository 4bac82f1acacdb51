use recourse_terms::Verdict;

use super::super::commands::CoverageFact;
use super::super::events::{ClaimEvent, CoverageEnd};
use super::*;

fn paid(tale: Tale, on: i64) -> Tale {
    tale.and(&fact(), day(on), &money(1, MoneyProgress::Closed, day(on)))
}

fn handed_over(on: i64) -> ClaimCommand {
    noted(1, Progress::HandedOver, day(on))
}

fn under_repair() -> Tale {
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .and(&fact(), day(28), &noted(1, Progress::Repaired, day(28)))
}

#[test]
fn repaired_closes_when_the_money_has_moved_and_the_device_has_left_in_any_order() {
    let money_first = paid(under_repair(), 29).when(&fact(), day(30), &handed_over(30));
    is_closed_as(&money_first, Outcome::Repaired);
    let device_first = under_repair().and(&fact(), day(29), &handed_over(29)).when(
        &fact(),
        day(30),
        &money(1, MoneyProgress::Closed, day(30)),
    );
    is_closed_as(&device_first, Outcome::Repaired);
    assert_eq!(claim_in(paid(under_repair(), 29), 1).stage.name(), "settlement");
}

#[test]
fn replaced_closes_when_the_other_device_is_sent() {
    let chosen = inspected(WISETECH_EXCHANGE, Verdict::Covered).and(
        &ann(),
        day(25),
        &choose(1, Remedy::Replacement),
    );
    let reported = paid(chosen, 26).when(&fact(), day(27), &replacement_sent(1, day(27)));
    is_closed_as(&reported, Outcome::Replaced);
}

#[test]
fn m9_refunded_closes_with_the_payment_and_the_provider_keeps_the_device() {
    let reported = inspected(WISETECH_EXCHANGE, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Cash))
        .when(&fact(), day(26), &money(1, MoneyProgress::Closed, day(26)));
    is_closed_as(&reported, Outcome::Refunded);
}

#[test]
fn repaired_at_the_buyers_cost_closes_when_it_is_paid_and_handed_over() {
    let agreed = inspected(WISETECH_REPAIR, MISUSE)
        .and(&ann(), day(25), &offer(OfferKind::PaidRepair, rubles(3_000)))
        .and(&buyer(), day(26), &accept_offer(1));
    let reported = paid(agreed, 27)
        .and(&fact(), day(29), &noted(1, Progress::Repaired, day(29)))
        .when(&fact(), day(30), &handed_over(30));
    is_closed_as(&reported, Outcome::RepairedAtBuyersCost);
}

#[test]
fn settled_by_agreement_closes_when_it_is_paid_and_handed_over() {
    let agreed = inspected(WISETECH_REPAIR, MISUSE)
        .and(&buyer(), day(25), &offer(OfferKind::Agreement, rubles(-500)))
        .and(&ann(), day(26), &accept_offer(1));
    let reported = paid(agreed, 27).when(&fact(), day(30), &handed_over(30));
    is_closed_as(&reported, Outcome::SettledByAgreement);
}

#[test]
fn returned_unrepaired_closes_when_it_is_paid_and_handed_over() {
    let chosen = inspected(WISETECH_REPAIR, Verdict::NoFaultFound).and(
        &buyer(),
        day(25),
        &choose(1, Remedy::ReturnUnrepaired),
    );
    let reported = paid(chosen, 27).when(&fact(), day(30), &handed_over(30));
    is_closed_as(&reported, Outcome::ReturnedUnrepaired);
}

#[test]
fn rejected_closes_when_the_appeal_period_is_over() {
    let rejected = || filed(WISETECH_REPAIR).and(&ann(), day(21), &reject());
    let reported = rejected().when_the_clock_reaches(day(35));
    is_closed_as(&reported, Outcome::Rejected);
    rejected().when_the_clock_reaches(day(34)).then(|events| assert!(events.is_empty()));
}

#[test]
fn withdrawn_closes_at_once_unless_the_device_is_with_the_provider() {
    for tale in [filed(WISETECH_REPAIR), accepted(WISETECH_REPAIR)] {
        is_closed_as(&tale.when(&buyer(), day(22), &withdraw()), Outcome::Withdrawn);
    }
    let at_the_shop =
        || accepted(WISETECH_REPAIR).and(&fact(), day(23), &noted(1, Progress::Received, day(23)));
    let reported = at_the_shop().when(&buyer(), day(24), &withdraw());
    assert_eq!(stage_of(&reported), "settlement");
    let reported = paid(at_the_shop().and(&buyer(), day(24), &withdraw()), 25).when(
        &fact(),
        day(26),
        &handed_over(26),
    );
    is_closed_as(&reported, Outcome::Withdrawn);
}

#[test]
fn a_claim_is_withdrawn_by_its_buyer_and_not_once_a_remedy_is_in_progress() {
    filed(WISETECH_REPAIR)
        .when(&ann(), day(22), &withdraw())
        .then_refused("claim.not_allowed", &[]);
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .when(&buyer(), day(26), &withdraw())
        .then_refused("claim.remedy_is_chosen", &[]);
    under_repair().when(&buyer(), day(29), &withdraw()).then_refused("claim.wrong_stage", &[]);
}

#[test]
fn m8_a_device_that_is_never_paid_for_counts_as_abandoned() {
    let reported = inspected(WISETECH_REPAIR, MISUSE)
        .and(&buyer(), day(25), &choose(1, Remedy::ReturnUnrepaired))
        .and(&fact(), day(55), &money(1, MoneyProgress::Notice, day(55)))
        .when(&fact(), day(85), &money(1, MoneyProgress::Abandoned, day(85)));
    let reported = reported.then(|events| {
        let [_, ClaimEvent::Closed(closed)] = events else { panic!() };
        assert_eq!(closed.findings[0].rule, "M8");
    });
    is_closed_as(&reported, Outcome::ReturnedUnrepaired);
    assert!(the_claim(&reported, 1).abandoned.is_some());
}

#[test]
fn the_settlement_carries_every_fact_that_money_is_calculated_from() {
    accepted(WISETECH_EXCHANGE)
        .and(&fact(), day(22), &shipment_booked(recourse_terms::Party::Buyer, day(22)))
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)))
        .and(&fact(), day(24), &note_coverage(CoverageFact::Refunded(rubles(1_000))))
        .when(&ann(), day(25), &choose(1, Remedy::Cash))
        .then(|events| {
            let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
            let facts = &started.facts;
            assert_eq!(facts.verdict, Some(Verdict::Covered));
            assert_eq!(facts.device_price, rubles(10_000));
            assert_eq!(facts.refunded_by_seller, Some(rubles(1_000)));
            assert_eq!(facts.counted_from.to_string(), "2025-03-01");
            assert_eq!(facts.first_filed.to_string(), "2025-03-21");
            assert_eq!(facts.shipments.len(), 1);
            assert!(facts.provider_keeps_device);
            assert_eq!(started.settlement, device().settlement(1));
            let terms = &BOOK.version(WISETECH_EXCHANGE, 1).unwrap().terms;
            let payments = recourse_terms::payments(terms, facts).unwrap();
            assert_eq!(payments[0].amount, rubles(9_000), "M1: the full price paid, in month 1");
        });
}

/// Another device arrived at the shop, and is in quarantine there.
fn quarantined() -> Tale {
    let mismatch = noted(1, Progress::SerialMismatch, day(23));
    accepted(WISETECH_REPAIR).and(&fact(), day(23), &mismatch)
}

#[test]
fn c6_a_device_in_quarantine_goes_back_before_a_withdrawn_claim_closes() {
    assert_eq!(stage_of(&quarantined().when(&buyer(), day(24), &withdraw())), "settlement");
    let reported = paid(quarantined().and(&buyer(), day(24), &withdraw()), 25).when(
        &fact(),
        day(26),
        &handed_over(26),
    );
    is_closed_as(&reported, Outcome::Withdrawn);
}

#[test]
fn c9_an_order_cancelled_with_a_claim_open_leaves_the_claim_to_be_decided() {
    let cancelled = note_coverage(CoverageFact::Cancelled(CoverageEnd::OrderCancelled));
    let reported = filed(WISETECH_REPAIR).and(&fact(), day(21), &cancelled);
    assert_eq!(claim_in(reported, 1).stage, Stage::Verification);
}

#[test]
fn m8_a_shipment_on_which_the_device_was_damaged_is_the_bookers() {
    let reported = accepted(WISETECH_REPAIR)
        .and(&fact(), day(22), &shipment_booked(recourse_terms::Party::Provider, day(22)))
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(23), &shipment_fact(Progress::ShipmentDamaged, day(23)))
        .and(&fact(), day(24), &verdict(1, MISUSE, day(24)))
        .when(&buyer(), day(25), &choose(1, Remedy::ReturnUnrepaired));
    reported.then(|events| {
        let [_, ClaimEvent::SettlementStarted(started)] = events else { panic!() };
        assert!(started.facts.shipments[0].lost);
        let terms = &BOOK.version(WISETECH_REPAIR, 1).unwrap().terms;
        let payments = recourse_terms::payments(terms, &started.facts).unwrap();
        assert!(
            payments.iter().all(|payment| payment.from != recourse_terms::Party::Buyer),
            "{payments:?}"
        );
    });
}

fn return_shipment(price: recourse_kernel::Money) -> recourse_terms::ShipmentFact {
    recourse_terms::ShipmentFact {
        counts_as: None,
        never_picked_up: false,
        direction: Direction::ToBuyer,
        means: recourse_terms::Means::Post,
        booked_by: recourse_terms::Party::Provider,
        carrier: "post-ru".to_owned(),
        price,
        lost: false,
        reimbursement_cap: None,
    }
}

#[test]
fn m3_a_shipment_booked_after_the_settlement_started_is_settled_as_well() {
    let returned = || {
        inspected(WISETECH_REPAIR, MISUSE)
            .and(&buyer(), day(25), &choose(1, Remedy::ReturnUnrepaired))
            .and(&fact(), day(25), &money(1, MoneyProgress::Closed, day(25)))
    };
    let reported = returned()
        .when(&fact(), day(26), &a_shipment_booked(2, return_shipment(rubles(380)), day(26)))
        .then(|events| {
            let [_, ClaimEvent::SettlementExtended(extended)] = events else {
                panic!("{:?}", names(events))
            };
            assert_eq!(extended.facts.shipments, [return_shipment(rubles(380))]);
            assert_eq!(extended.findings[0].rule, "M3");
            // Settled with the others from the start, it would have cost the same.
            let terms = &BOOK.version(WISETECH_REPAIR, 1).unwrap().terms;
            let all = recourse_terms::payments(terms, &extended.facts).unwrap();
            let late = recourse_terms::payments_of_shipment(
                terms,
                &extended.facts,
                extended.shipment.as_ref().unwrap(),
            )
            .unwrap();
            assert_eq!(all, late);
        });
    let claim = the_claim(&reported, 1);
    assert!(matches!(&claim.stage, Stage::Settlement(settling) if !settling.all_payments_made));
    // The device leaves before that is paid: the claim remains open until it is.
    let left = returned()
        .and(&fact(), day(26), &a_shipment_booked(2, return_shipment(rubles(380)), day(26)))
        .and(&fact(), day(27), &handed_over(27));
    assert_eq!(claim_in(left, 1).stage.name(), "settlement");
    // A shipment that costs nothing changes no payment.
    returned()
        .when(&fact(), day(26), &a_shipment_booked(2, return_shipment(rubles(0)), day(26)))
        .then(|events| assert_eq!(names(events), ["job_noted"]));
}

#[test]
fn m3_c5_the_settlement_says_when_less_counts_than_the_buyer_paid_for_a_shipment() {
    let dearer = recourse_terms::ShipmentFact {
        direction: Direction::ToShop,
        booked_by: recourse_terms::Party::Buyer,
        reimbursement_cap: Some(rubles(380)),
        ..return_shipment(rubles(790))
    };
    let story = covered(WISETECH_EXCHANGE)
        .and(&buyer(), day(20), &file(for_replacement))
        .and(&ann(), day(21), &accept(1))
        .and(&fact(), day(22), &a_shipment_booked(1, dearer, day(22)))
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(24), &verdict(1, Verdict::Covered, day(24)));
    story.when(&ann(), day(25), &choose(1, Remedy::Replacement)).then(|events| {
        let Some(ClaimEvent::SettlementStarted(started)) = events.last() else { panic!() };
        let reduced = started.findings.last().unwrap();
        assert_eq!((reduced.rule.as_str(), reduced.passed), ("C5", false));
        assert_eq!(reduced.facts["reimbursement_cap"]["amount"], 38_000);
    });
}

#[test]
fn c6_if_another_device_arrived_the_claim_is_rejected_and_the_device_returned() {
    let rejection = |code| {
        let (exclusion, explanation) = (None, None);
        ClaimCommand::Reject(Reject { claim: claim(1), code, exclusion, explanation })
    };
    let other_device = rejection(Ground::SerialDoesNotMatch);
    // Only on that ground, and only while it is in quarantine.
    quarantined()
        .when(&ann(), day(24), &rejection(Ground::DocumentsIncomplete))
        .then_refused("claim.wrong_stage", &[]);
    accepted(WISETECH_REPAIR)
        .when(&ann(), day(24), &other_device)
        .then_refused("claim.wrong_stage", &[]);
    quarantined()
        .and(&fact(), day(24), &noted(1, Progress::Received, day(24)))
        .when(&ann(), day(25), &other_device)
        .then_refused("claim.wrong_stage", &[]);

    let rejected = || quarantined().and(&ann(), day(24), &other_device);
    assert!(matches!(claim_in(rejected(), 1).stage, Stage::Rejected { .. }));
    // When the appeal period is over, the device is returned first.
    let after_appeal = rejected().and_the_clock_reaches(day(38));
    assert_eq!(claim_in(after_appeal, 1).stage.name(), "settlement");
    let reported = paid(rejected().and_the_clock_reaches(day(38)), 39).when(
        &fact(),
        day(40),
        &handed_over(40),
    );
    is_closed_as(&reported, Outcome::Rejected);

    // An appeal that is upheld leaves the mismatch to the shop, in the same visit.
    let upheld =
        rejected().and(&buyer(), day(25), &appeal()).when(&bob(), day(26), &decide_appeal(true));
    let again = the_claim(&upheld, 1);
    assert_eq!(again.stage, Stage::Inspection);
    assert_eq!(again.visit.map(|visit| visit.job), Some(job(1)));
}

#[test]
fn c3_a_device_that_arrives_after_the_withdrawal_is_returned_at_the_buyers_cost() {
    let withdrawn = || {
        accepted(WISETECH_REPAIR)
            .and(&fact(), day(22), &shipment_booked(recourse_terms::Party::Provider, day(22)))
            .and(&buyer(), day(23), &withdraw())
    };
    let reported = withdrawn().when(&fact(), day(26), &noted(1, Progress::Received, day(26)));
    let reported = reported.then(|events| {
        let [_, ClaimEvent::SettlementStarted(started)] = events else {
            panic!("{:?}", names(events))
        };
        assert_eq!(started.facts.outcome, Outcome::Withdrawn);
        assert_eq!((started.facts.shipments.len(), started.findings[0].rule.as_str()), (1, "C3"));
    });
    is_closed_as(&reported, Outcome::Withdrawn);
    // Only once; a return shipment booked after that is settled as well.
    withdrawn()
        .and(&fact(), day(26), &noted(1, Progress::Received, day(26)))
        .when(&fact(), day(27), &noted(1, Progress::Received, day(27)))
        .then(|events| assert_eq!(names(events), ["job_noted"]));
    withdrawn()
        .and(&fact(), day(26), &noted(1, Progress::Received, day(26)))
        .when(&fact(), day(27), &a_shipment_booked(2, return_shipment(rubles(380)), day(27)))
        .then(|events| assert_eq!(names(events), ["job_noted", "settlement_extended"]));
}

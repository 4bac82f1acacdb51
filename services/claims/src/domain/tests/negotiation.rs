use recourse_kernel::{Owner, WaitKind};
use recourse_terms::Verdict;

use super::super::commands::DeclineOffer;
use super::super::events::ClaimEvent;
use super::*;

fn blamed() -> Tale {
    inspected(WISETECH_REPAIR, MISUSE)
}

fn decline(number: u32) -> ClaimCommand {
    ClaimCommand::DeclineOffer(DeclineOffer { claim: claim(1), offer: number })
}

fn paid_repair() -> ClaimCommand {
    offer(OfferKind::PaidRepair, rubles(3_000))
}

fn agreement(price: i64) -> ClaimCommand {
    offer(OfferKind::Agreement, rubles(price))
}

#[test]
fn an_accepted_paid_repair_is_settled_at_the_buyers_cost() {
    let reported = blamed()
        .and(&ann(), day(25), &paid_repair())
        .when(&buyer(), day(26), &accept_offer(1))
        .then(|events| {
            let [
                ClaimEvent::OfferAccepted(_),
                ClaimEvent::RemedyChosen(chosen),
                ClaimEvent::SettlementStarted(started),
            ] = events
            else {
                panic!("{:?}", names(events))
            };
            assert_eq!(chosen.remedy, Remedy::PaidRepair);
            assert_eq!(chosen.paid_repair_price, Some(rubles(3_000)));
            assert_eq!(started.facts.outcome, Outcome::RepairedAtBuyersCost);
            assert_eq!(started.facts.paid_repair, Some(rubles(3_000)));
        });
    assert_eq!(stage_of(&reported), "settlement");
}

#[test]
fn offer_and_counter_offer_until_one_is_accepted() {
    blamed()
        .and(&ann(), day(25), &paid_repair())
        .and(&buyer(), day(26), &agreement(1_000))
        .and(&ann(), day(27), &decline(2))
        .and(&ann(), day(27), &agreement(-500))
        .when(&buyer(), day(28), &accept_offer(3))
        .then(|events| {
            let [_, ClaimEvent::RemedyChosen(chosen), ClaimEvent::SettlementStarted(started)] =
                events
            else {
                panic!("{:?}", names(events))
            };
            assert_eq!(chosen.remedy, Remedy::ReturnUnrepaired);
            assert_eq!(started.facts.outcome, Outcome::SettledByAgreement);
            assert_eq!(started.facts.agreed, Some(rubles(-500)));
        });
}

#[test]
fn only_the_other_side_can_answer_an_offer_and_only_the_last_one_is_open() {
    let offered = || blamed().and(&ann(), day(25), &paid_repair());
    offered().when(&ann(), day(26), &accept_offer(1)).then_refused("claim.own_offer", &[]);
    offered().when(&buyer(), day(26), &accept_offer(2)).then_refused("claim.offer.not_known", &[]);
    offered()
        .and(&buyer(), day(26), &agreement(1_000))
        .when(&buyer(), day(27), &accept_offer(1))
        .then_refused("claim.offer_not_open", &[]);
    offered()
        .and(&buyer(), day(26), &decline(1))
        .when(&buyer(), day(27), &accept_offer(1))
        .then_refused("claim.offer_not_open", &[]);
}

#[test]
fn t11_a_device_whose_buyer_never_answers_an_offer_goes_back_unrepaired() {
    let offered = || blamed().and(&ann(), day(25), &paid_repair());
    offered()
        .when_the_clock_reaches(day(32))
        .then(|events| assert_eq!(names(events), ["reminder_sent"]));
    offered().and_the_clock_reaches(day(32)).when_the_clock_reaches(day(39)).then(|events| {
        assert_eq!(names(events), ["deadline_passed", "remedy_chosen", "settlement_started"]);
        let [ClaimEvent::DeadlinePassed(passed), _, ClaimEvent::SettlementStarted(started)] =
            events
        else {
            panic!("{:?}", names(events))
        };
        assert_eq!((passed.deadline, passed.owner), (WaitKind::OfferAnswer, Owner::Buyer));
        assert_eq!(started.facts.outcome, Outcome::ReturnedUnrepaired);
    });
    offered()
        .when(&buyer(), day(39), &accept_offer(1))
        .then_refused("claim.too_late_to_answer", &["C3"]);
}

#[test]
fn a_paid_repair_is_offered_if_the_terms_allow_it_and_the_buyer_is_at_fault() {
    covered(WARRANTY_GROUP)
        .and(&buyer(), day(20), &file(for_replacement))
        .and(&ann(), day(21), &accept(1))
        .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
        .and(&fact(), day(24), &verdict(1, MISUSE, day(24)))
        .when(&ann(), day(25), &paid_repair())
        .then_refused("claim.no_paid_repair", &[]);
    inspected(WISETECH_REPAIR, Verdict::NoFaultFound)
        .when(&ann(), day(25), &paid_repair())
        .then_refused("claim.no_paid_repair", &[]);
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .when(&ann(), day(25), &paid_repair())
        .then_refused("claim.covered_is_reimbursed", &[]);
    blamed().when(&buyer(), day(25), &paid_repair()).then_refused("claim.not_allowed", &[]);
}

#[test]
fn m6_an_offer_is_in_the_devices_currency() {
    let dollars = Money::new(3_000, "USD".parse().unwrap());
    for price in [dollars, rubles(0), rubles(-1)] {
        blamed()
            .when(&ann(), day(25), &offer(OfferKind::PaidRepair, price))
            .then_refused("claim.not_a_price", &["M6"]);
    }
    let least = Money { amount: i64::MIN, ..rubles(0) };
    blamed()
        .when(&ann(), day(25), &offer(OfferKind::Agreement, least))
        .then_refused("claim.not_a_price", &["M6"]);
}

#[test]
fn without_an_agreement_the_device_is_returned_unrepaired() {
    let reported = blamed()
        .and(&ann(), day(25), &paid_repair())
        .and(&buyer(), day(26), &agreement(1_000))
        .and(&ann(), day(27), &decline(2))
        .and(&buyer(), day(28), &choose(1, Remedy::ReturnUnrepaired))
        .and(&fact(), day(29), &money(1, MoneyProgress::Closed, day(29)))
        .when(&fact(), day(30), &noted(1, Progress::HandedOver, day(30)));
    is_closed_as(&reported, Outcome::ReturnedUnrepaired);
}

/// The shop finds that it cannot make the repair that the buyer was to pay for.
fn fails(agreed: Tale) -> recourse_kernel::story::Reported<Claims> {
    agreed.when(&fact(), day(28), &noted(1, Progress::BeyondRepair, day(28)))
}

#[test]
fn stage_4_a_paid_repair_that_fails_returns_the_device_and_the_money() {
    let agreed =
        || blamed().and(&ann(), day(25), &paid_repair()).and(&buyer(), day(26), &accept_offer(1));
    let paid = || agreed().and(&fact(), day(27), &money(1, MoneyProgress::Closed, day(27)));
    let reported = fails(paid()).then(|events| {
        let [_, ClaimEvent::RemedyChosen(chosen), ClaimEvent::SettlementStarted(again)] = events
        else {
            panic!("{:?}", names(events))
        };
        assert_eq!(chosen.remedy, Remedy::ReturnUnrepaired);
        assert_eq!(again.facts.outcome, Outcome::ReturnedUnrepaired);
        assert_eq!((again.facts.paid_repair, again.findings[0].passed), (None, false));
    });
    assert_eq!(stage_of(&reported), "settlement");
    // The claim closes when the payment is refunded and the device returned.
    let gone = paid().and(&fact(), day(28), &noted(1, Progress::BeyondRepair, day(28))).and(
        &fact(),
        day(29),
        &noted(1, Progress::HandedOver, day(29)),
    );
    assert_eq!(claim_in(gone, 1).stage.name(), "settlement");
    let reported = paid()
        .and(&fact(), day(28), &noted(1, Progress::BeyondRepair, day(28)))
        .and(&fact(), day(29), &noted(1, Progress::HandedOver, day(29)))
        .when(&fact(), day(30), &money(1, MoneyProgress::Closed, day(30)));
    is_closed_as(&reported, Outcome::ReturnedUnrepaired);
}

#[test]
fn stage_4_an_agreed_repair_that_fails_costs_the_buyer_nothing() {
    let agreed = |price: i64, repair: bool| {
        let offer = MakeOffer {
            claim: claim(1),
            kind: OfferKind::Agreement,
            price: rubles(price),
            repair,
            valid_until: None,
            text: None,
        };
        let offer = ClaimCommand::MakeOffer(offer);
        blamed().and(&ann(), day(25), &offer).and(&buyer(), day(26), &accept_offer(1))
    };
    for (price, stays) in [(1_000, 0), (-500, -500)] {
        fails(agreed(price, true)).then(|events| {
            let [_, ClaimEvent::RemedyChosen(_), ClaimEvent::SettlementStarted(again)] = events
            else {
                panic!("{:?}", names(events))
            };
            assert_eq!(again.facts.outcome, Outcome::SettledByAgreement);
            assert_eq!(again.facts.agreed, Some(rubles(stays)));
        });
    }
    // If no repair was agreed on, none can fail.
    fails(agreed(1_000, false)).then(|events| assert_eq!(names(events), ["job_noted"]));
}

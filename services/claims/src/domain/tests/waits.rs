//! T11: every wait of a claim has an owner and a deadline, and what happens when it passes.

use recourse_kernel::{Decider as _, Owner, PauseReason, Wait, WaitKind};
use recourse_terms::{Party, Verdict};

use super::super::commands::DeclineOffer;
use super::super::events::ClaimEvent;
use super::*;

/// What the claim waits for, without the waits that are not asked for.
fn wait(tale: Tale, what: WaitKind) -> Option<Wait> {
    let reported = tale.when(&fact(), day(0), &completed());
    Claims::waits(&reported.state).into_iter().find(|wait| wait.what == what)
}

#[track_caller]
fn waits(tale: Tale, what: WaitKind, owner: Owner, until: i64) {
    let wait = wait(tale, what).unwrap();
    assert_eq!((wait.owner, wait.until, wait.is_late), (owner, Some(day(until)), false));
}

fn agreed(price: i64) -> ClaimCommand {
    offer(OfferKind::Agreement, rubles(price))
}

fn paid_repair() -> ClaimCommand {
    offer(OfferKind::PaidRepair, rubles(3_000))
}

#[test]
fn t8_documents_are_missed_after_five_days_and_accepted_by_the_clock_after_fourteen() {
    let filed = || filed(WISETECH_REPAIR);
    waits(filed(), WaitKind::Documents, Owner::Provider, 25);
    filed().when_the_clock_reaches(day(25)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((passed.deadline, passed.due), (WaitKind::Documents, day(25)));
    });
    assert!(wait(filed().and_the_clock_reaches(day(30)), WaitKind::Documents).unwrap().is_late);
    let reported = filed().and_the_clock_reaches(day(33)).when_the_clock_reaches(day(34));
    let reported = reported.then(|events| {
        let [ClaimEvent::Accepted(accepted)] = events else { panic!("{:?}", names(events)) };
        assert!(accepted.by_clock && accepted.findings.iter().any(|why| why.rule == "T8"));
    });
    assert_eq!(stage_of(&reported), "inspection");
}

#[test]
fn t12_an_answer_that_is_awaited_does_not_count_for_the_documents() {
    let asked = || filed(WISETECH_REPAIR).and(&ann(), day(22), &ask());
    let paused = wait(asked(), WaitKind::Documents).unwrap();
    assert_eq!((paused.until, paused.paused), (None, Some(PauseReason::Answer)));
    let answered = || asked().and(&buyer(), day(30), &answer(1));
    waits(answered(), WaitKind::Documents, Owner::Provider, 33);
    waits(answered(), WaitKind::DocumentsAcceptance, Owner::Provider, 42);
}

#[test]
fn t11_the_remedy_of_a_covered_defect_is_chosen_within_three_days() {
    let found = || inspected(WISETECH_REPAIR, Verdict::Covered);
    waits(found(), WaitKind::RemedyChoice, Owner::Provider, 27);
    found().when_the_clock_reaches(day(27)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((passed.deadline, passed.owner), (WaitKind::RemedyChoice, Owner::Provider));
    });
}

#[test]
fn t12_a_question_after_the_verdict_lapses_and_never_withdraws_the_claim() {
    let asked = || inspected(WISETECH_REPAIR, Verdict::Covered).and(&ann(), day(25), &ask());
    let choice = wait(asked(), WaitKind::RemedyChoice).unwrap();
    assert_eq!(choice.paused, Some(PauseReason::Answer));
    let lapsed = asked().and_the_clock_reaches(day(32));
    let reported = lapsed.when_the_clock_reaches(day(39)).then(|events| {
        let [ClaimEvent::QuestionLapsed(lapsed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((lapsed.at, lapsed.act_by), (day(39), Some(day(42))));
    });
    assert_eq!(the_claim(&reported, 1).open_questions().count(), 0);
    let repairing = inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .and(&ann(), day(26), &ask())
        .and_the_clock_reaches(day(45))
        .when(&fact(), day(46), &noted(1, Progress::Repaired, day(46)));
    assert_eq!(stage_of(&repairing), "settlement");
}

#[test]
fn t11_without_an_offer_the_device_goes_back_once_the_appeal_period_is_over() {
    let found = || inspected(WISETECH_REPAIR, MISUSE);
    waits(found(), WaitKind::Offer, Owner::Provider, 29);
    waits(found(), WaitKind::Appeal, Owner::Buyer, 38);
    found().when_the_clock_reaches(day(37)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((passed.deadline, passed.due), (WaitKind::Offer, day(29)));
    });
    let gone = found().and_the_clock_reaches(day(37)).when_the_clock_reaches(day(38));
    gone.then(|events| assert_eq!(names(events), ["remedy_chosen", "settlement_started"]));
}

#[test]
fn t11_a_provider_that_declines_to_make_an_offer_is_not_late() {
    let none = ClaimCommand::DeclineOffer(DeclineOffer { claim: claim(1), offer: 0 });
    let declined = || inspected(WISETECH_REPAIR, MISUSE).and(&ann(), day(25), &none);
    declined().when_the_clock_reaches(day(37)).then(|events| assert!(events.is_empty()));
    declined().when_the_clock_reaches(day(38)).then(|events| {
        assert_eq!(names(events), ["remedy_chosen", "settlement_started"]);
    });
    inspected(WISETECH_REPAIR, MISUSE)
        .and(&ann(), day(25), &paid_repair())
        .when(&ann(), day(26), &none)
        .then_refused("claim.offer_is_open", &[]);
}

#[test]
fn t11_an_offer_that_is_declined_after_the_appeal_period_leaves_five_days_for_another() {
    let decline = ClaimCommand::DeclineOffer(DeclineOffer { claim: claim(1), offer: 1 });
    let declined = || {
        inspected(WISETECH_REPAIR, MISUSE).and(&ann(), day(28), &paid_repair()).and(
            &buyer(),
            day(40),
            &decline,
        )
    };
    waits(declined(), WaitKind::Offer, Owner::Provider, 45);
    declined().when_the_clock_reaches(day(45)).then(|events| {
        let expected = ["deadline_passed", "remedy_chosen", "settlement_started"];
        assert_eq!(names(events), expected);
    });
}

#[test]
fn t11_a_counter_offer_without_an_answer_opens_the_providers_last_offer_again() {
    let countered = || {
        inspected(WISETECH_REPAIR, MISUSE).and(&ann(), day(25), &paid_repair()).and(
            &buyer(),
            day(26),
            &agreed(1_000),
        )
    };
    waits(countered(), WaitKind::OfferAnswer, Owner::Provider, 31);
    countered().when_the_clock_reaches(day(31)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed), ClaimEvent::OfferReopened(reopened)] = events
        else {
            panic!("{:?}", names(events))
        };
        assert_eq!((passed.deadline, passed.owner), (WaitKind::OfferAnswer, Owner::Provider));
        assert_eq!((reopened.offer, reopened.awaited.answer_by), (1, day(45)));
    });
    let reopened = || countered().and_the_clock_reaches(day(31));
    let reported = reopened().when(&buyer(), day(44), &accept_offer(1));
    assert_eq!(stage_of(&reported), "settlement");
}

#[test]
fn t11_a_device_that_is_not_handed_over_ends_the_claim_as_withdrawn_and_nothing_is_owed() {
    let reported = accepted(WISETECH_REPAIR)
        .when(&fact(), day(51), &noted(1, Progress::NotHandedOver, day(51)))
        .then(|events| assert_eq!(names(events), ["job_noted", "withdrawn", "closed"]));
    is_closed_as(&reported, Outcome::Withdrawn);
    accepted(WISETECH_REPAIR)
        .and(&fact(), day(50), &noted(1, Progress::Received, day(50)))
        .and(&fact(), day(51), &verdict(1, MISUSE, day(51)))
        .when(&fact(), day(51), &noted(1, Progress::NotHandedOver, day(51)))
        .then(|events| assert_eq!(names(events), ["job_noted"]));
}

#[test]
fn m8_a_loss_that_the_provider_does_not_compensate_entitles_the_buyer_to_a_replacement() {
    let lost = || {
        accepted(WISETECH_REPAIR)
            .and(&fact(), day(22), &shipment_booked(Party::Provider, day(22)))
            .and(&fact(), day(23), &shipment_fact(Progress::ShipmentPickedUp, day(23)))
            .and(&fact(), day(26), &shipment_fact(Progress::ShipmentLost, day(26)))
    };
    waits(lost(), WaitKind::LossCompensation, Owner::Provider, 31);
    let demand = choose(1, Remedy::Replacement);
    lost().when(&buyer(), day(28), &demand).then_refused("claim.not_beyond_repair", &["T6", "M2"]);
    lost().and_the_clock_reaches(day(31)).when(&buyer(), day(32), &demand).then(|events| {
        assert_eq!(names(events), ["remedy_chosen", "settlement_started"]);
    });
}

#[test]
fn t9_once_a_part_is_overdue_the_buyer_may_withdraw_free_of_charge() {
    let repairing = || {
        inspected(WISETECH_REPAIR, Verdict::Covered).and(
            &ann(),
            day(25),
            &choose(1, Remedy::Repair),
        )
    };
    repairing().when(&buyer(), day(30), &withdraw()).then_refused("claim.remedy_is_chosen", &[]);
    repairing()
        .and(&fact(), day(30), &noted(1, Progress::PartsOverdue, day(30)))
        .when(&buyer(), day(31), &withdraw())
        .then(|events| {
            let [_, ClaimEvent::SettlementStarted(started)] = events else {
                panic!("{:?}", names(events))
            };
            assert!(started.facts.free_of_charge);
        });
}

#[test]
fn t11_a_job_or_a_settlement_of_which_nothing_is_reported_is_recorded_as_late() {
    let tale = accepted(WISETECH_REPAIR);
    let job = wait(tale, WaitKind::Job).unwrap();
    assert_eq!(job.owner, Owner::Buyer, "who has to hand the device over");
    let reported = accepted(WISETECH_REPAIR).when_the_clock_reaches(day(400));
    let late = Claims::waits(&reported.state);
    assert!(late.iter().any(|wait| wait.what == WaitKind::Job && wait.is_late));
    let settling = inspected(WISETECH_REPAIR, Verdict::Covered)
        .and(&ann(), day(25), &choose(1, Remedy::Repair))
        .and(&fact(), day(26), &noted(1, Progress::Repaired, day(26)));
    let reported = settling.when_the_clock_reaches(day(400));
    let late = Claims::waits(&reported.state);
    assert!(late.iter().any(|wait| wait.what == WaitKind::Settlement && wait.is_late));
}

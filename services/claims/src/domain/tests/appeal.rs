use recourse_kernel::{Rejection as _, WaitKind};
use recourse_terms::Verdict;

use super::super::events::ClaimEvent;
use super::book::LIMITED;
use super::*;

fn ann() -> Principal {
    super::ann().of_provider("wisetech-service")
}

fn rejected() -> Tale {
    filed(WISETECH_REPAIR).and(&ann(), day(21), &reject())
}

#[test]
fn an_overturned_rejection_accepts_the_documents() {
    let reported = rejected()
        .and(&buyer(), day(25), &appeal())
        .when(&bob(), day(26), &decide_appeal(true))
        .then(|events| assert_eq!(names(events), ["appeal_decided", "accepted"]));
    assert_eq!(stage_of(&reported), "inspection");
}

#[test]
fn a_confirmed_rejection_closes_the_claim() {
    let reported =
        rejected().and(&buyer(), day(25), &appeal()).when(&bob(), day(26), &decide_appeal(false));
    is_closed_as(&reported, Outcome::Rejected);
}

#[test]
fn an_appeal_goes_to_another_reviewer() {
    let appealed = || rejected().and(&buyer(), day(25), &appeal());
    appealed()
        .when(&ann(), day(26), &decide_appeal(true))
        .then_refused("claim.same_reviewer", &["C11"]);
    let same_person_in_another_role =
        Principal::new(Role::Provider, "a-ann").of_provider("wisetech-service");
    appealed()
        .when(&same_person_in_another_role, day(26), &decide_appeal(true))
        .then_refused("claim.same_reviewer", &["C11"]);
}

#[test]
fn an_appeal_is_decided_by_the_providers_own_staff_only() {
    let appealed = || rejected().and(&buyer(), day(25), &appeal());
    let of_another = Principal::new(Role::Adjuster, "a-eve").of_provider("tomrepair");
    let refused = appealed()
        .when(&of_another, day(26), &decide_appeal(false))
        .then_refused("claim.provider.not_allowed", &[]);
    assert_eq!(refused.reason().facts["provider"], "wisetech-service");
    // An appeal needs a token that names the provider, even in development.
    appealed()
        .when(&Principal::new(Role::Adjuster, "a-eve"), day(26), &decide_appeal(false))
        .then_refused("claim.unnamed_provider.not_allowed", &[]);
    appealed().when(&bob(), day(26), &decide_appeal(false)).then(|_| {});
}

#[test]
fn another_providers_staff_cannot_act_on_a_claim() {
    let of_another = Principal::new(Role::Adjuster, "a-eve").of_provider("tomrepair");
    for command in [accept(1), reject(), ask()] {
        filed(WISETECH_REPAIR)
            .when(&of_another, day(21), &command)
            .then_refused("claim.provider.not_allowed", &[]);
    }
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .when(&of_another, day(25), &choose(1, Remedy::Repair))
        .then_refused("claim.provider.not_allowed", &[]);
}

#[test]
fn the_end_of_the_appeal_period_does_not_close_an_appealed_claim() {
    let reported = rejected()
        .and(&buyer(), day(34), &appeal())
        .when_the_clock_reaches(day(60))
        .then(|events| {
            assert_eq!(names(events), ["deadline_passed", "appeal_escalated", "deadline_passed"]);
        });
    assert!(the_claim(&reported, 1).is_open());
    rejected().when(&buyer(), day(35), &appeal()).then_refused("claim.too_late_to_appeal", &[]);
}

#[test]
fn an_overturned_verdict_becomes_covered() {
    let reported = inspected(WISETECH_REPAIR, MISUSE)
        .and(&buyer(), day(25), &appeal())
        .when(&bob(), day(26), &decide_appeal(true))
        .then(|events| {
            let [_, ClaimEvent::VerdictRecorded(recorded)] = events else { panic!() };
            assert_eq!((recorded.verdict, &recorded.by), (Verdict::Covered, &bob()));
        });
    assert_eq!(the_claim(&reported, 1).verdict(), Some(Verdict::Covered));
}

#[test]
fn only_a_verdict_against_the_buyer_can_be_appealed_and_only_for_fourteen_days() {
    inspected(WISETECH_REPAIR, MISUSE)
        .when(&buyer(), day(38), &appeal())
        .then_refused("claim.too_late_to_appeal", &[]);
    inspected(WISETECH_REPAIR, Verdict::Covered)
        .when(&buyer(), day(25), &appeal())
        .then_refused("claim.nothing_to_appeal", &[]);
    filed(WISETECH_REPAIR)
        .when(&buyer(), day(25), &appeal())
        .then_refused("claim.nothing_to_appeal", &[]);
}

#[test]
fn c11_each_decision_can_be_appealed_once() {
    let found = || {
        rejected()
            .and(&buyer(), day(25), &appeal())
            .and(&bob(), day(26), &decide_appeal(true))
            .and(&fact(), day(27), &noted(1, Progress::Received, day(27)))
            .and(&fact(), day(28), &verdict(1, MISUSE, day(28)))
    };
    found()
        .and(&buyer(), day(29), &appeal())
        .and(&bob(), day(30), &decide_appeal(false))
        .when(&buyer(), day(31), &appeal())
        .then_refused("claim.appealed_already", &["C11"]);
}

#[test]
fn no_remedy_is_chosen_while_the_verdict_is_under_appeal() {
    let appealed = || inspected(WISETECH_REPAIR, MISUSE).and(&buyer(), day(25), &appeal());
    let offer = offer(OfferKind::Agreement, rubles(100));
    for command in [choose(1, Remedy::ReturnUnrepaired), offer] {
        appealed().when(&ann(), day(26), &command).then_refused("claim.appeal_is_open", &[]);
    }
    appealed()
        .and(&bob(), day(27), &decide_appeal(false))
        .when(&buyer(), day(28), &choose(1, Remedy::ReturnUnrepaired))
        .then(|_| {});
}

#[test]
fn an_appeal_of_the_verdict_cancels_an_open_offer() {
    inspected(WISETECH_REPAIR, MISUSE)
        .and(&ann(), day(25), &offer(OfferKind::PaidRepair, rubles(3_000)))
        .and(&buyer(), day(26), &appeal())
        .when_the_clock_reaches(day(39))
        .then(|events| assert!(events.is_empty(), "a missing answer does not end the claim"));
}

#[test]
fn c11_an_appeal_that_the_provider_does_not_decide_goes_to_the_marketplace() {
    // The provider has one adjuster.
    let appealed = || rejected().and(&buyer(), day(25), &appeal());
    let marketplace = Principal::new(Role::Marketplace, "market");
    appealed()
        .when(&ann(), day(26), &decide_appeal(false))
        .then_refused("claim.same_reviewer", &["C11"]);
    appealed()
        .when(&marketplace, day(26), &decide_appeal(true))
        .then_refused("claim.appeal_not_escalated", &["C11"]);
    let reported = appealed().when_the_clock_reaches(day(39)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed), ClaimEvent::AppealEscalated(escalated)] = events
        else {
            panic!("{:?}", names(events))
        };
        assert_eq!((passed.deadline, passed.due), (WaitKind::AppealDecision, day(39)));
        assert_eq!(passed.escalated_to, "wisetech-service");
        assert_eq!(escalated.decide_by, day(49));
    });
    let claim = the_claim(&reported, 1);
    assert!(claim.escalated && claim.open_appeals().next().is_some());
    let escalated = || appealed().and_the_clock_reaches(day(39));
    escalated()
        .when(&bob(), day(40), &decide_appeal(false))
        .then_refused("claim.appeal_escalated", &["C11"]);
    let another = Principal::new(Role::Marketplace, "bazaar");
    escalated()
        .when(&another, day(40), &decide_appeal(true))
        .then_refused("claim.not_allowed", &[]);
    let reported = escalated().when(&marketplace, day(40), &decide_appeal(true));
    assert_eq!(stage_of(&reported), "inspection");
    escalated().when_the_clock_reaches(day(90)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((passed.deadline, passed.due), (WaitKind::MarketplaceAppeal, day(49)));
        assert_eq!(passed.escalated_to, "marketplace");
    });
}

#[test]
fn c11_grounds_that_are_too_short_do_not_use_up_the_appeal() {
    let grounds = sealed("no");
    let short = ClaimCommand::Appeal(Appeal { claim: claim(1), grounds, characters: 2 });
    rejected()
        .and_refused(&buyer(), day(25), &short)
        .when(&buyer(), day(26), &appeal())
        .then(|events| assert_eq!(names(events), ["appealed"]));
    rejected().when(&buyer(), day(25), &short).then_refused("claim.grounds_too_short", &["C11"]);
}

#[test]
fn c11_nothing_against_the_buyer_is_carried_out_before_the_appeal_period_ends() {
    let found = || inspected(WISETECH_REPAIR, MISUSE);
    found()
        .when(&ann(), day(25), &choose(1, Remedy::ReturnUnrepaired))
        .then_refused("claim.appeal_is_possible", &["C11"]);
    found().when(&buyer(), day(25), &consent()).then(|events| {
        assert_eq!(names(events), ["consented", "remedy_chosen", "settlement_started"]);
    });
    found()
        .and(&buyer(), day(25), &consent())
        .when(&buyer(), day(26), &appeal())
        .then_refused("claim.nothing_to_appeal", &[]);
    let closed = rejected().when(&buyer(), day(22), &consent());
    is_closed_as(&closed, Outcome::Rejected);
    found().when(&ann(), day(25), &consent()).then_refused("claim.not_allowed", &[]);
    filed(WISETECH_REPAIR)
        .when(&buyer(), day(25), &consent())
        .then_refused("claim.nothing_to_appeal", &[]);
}

#[test]
fn c11_a_verdict_can_still_be_appealed_while_the_device_is_being_returned() {
    let returned = || {
        inspected(WISETECH_REPAIR, MISUSE).and(
            &buyer(),
            day(25),
            &choose(1, Remedy::ReturnUnrepaired),
        )
    };
    let reported = returned()
        .and(&buyer(), day(26), &appeal())
        .when(&bob(), day(27), &decide_appeal(true))
        .then(|events| assert_eq!(names(events), ["appeal_decided", "verdict_recorded"]));
    assert_eq!(stage_of(&reported), "remedy");
    returned()
        .and(&fact(), day(26), &noted(1, Progress::HandedOver, day(26)))
        .when(&buyer(), day(27), &appeal())
        .then_refused("claim.nothing_to_appeal", &[]);
}

#[test]
fn t12_after_an_upheld_appeal_the_count_continues_where_it_stopped() {
    let found = || {
        covered(WISETECH_EXCHANGE)
            .and(&buyer(), day(20), &file(for_replacement))
            .and(&ann(), day(21), &accept(1))
            .and(&fact(), day(21), &noted(1, Progress::Received, day(21)))
            .and(&fact(), day(32), &verdict(1, MISUSE, day(32)))
    };
    let due = |tale: Tale| claim_in(tale, 1).clock.unwrap().due();
    let upheld =
        found().and(&buyer(), day(40), &appeal()).and(&bob(), day(50), &decide_appeal(true));
    assert_eq!(
        due(upheld),
        Some(day(58)),
        "twelve days before the verdict, eight after the appeal"
    );
    // While the buyer can appeal, and then while an offer is open, nothing counts.
    let offered = found().and(&ann(), day(40), &offer(OfferKind::PaidRepair, rubles(3_000)));
    assert_eq!(due(offered), None);
}

#[test]
fn only_the_buyer_appeals_and_only_the_provider_decides() {
    rejected().when(&foreign_writer(), day(25), &appeal()).then_refused("claim.not_allowed", &[]);
    rejected()
        .and(&buyer(), day(25), &appeal())
        .when(&buyer(), day(26), &decide_appeal(true))
        .then_refused("claim.not_allowed", &[]);
    rejected()
        .when(&bob(), day(26), &decide_appeal(true))
        .then_refused("claim.no_open_appeal", &[]);
}

#[test]
fn a_verdict_reported_late_can_be_appealed_for_fourteen_days_after_the_report() {
    // Found on day 24, reported on day 40.
    let reported =
        || {
            accepted(WISETECH_REPAIR)
                .and(&fact(), day(23), &noted(1, Progress::Received, day(23)))
                .and(&fact(), day(40), &verdict(1, MISUSE, day(24)))
        };
    reported()
        .when(&buyer(), day(53), &appeal())
        .then(|events| assert_eq!(names(events), ["appealed"]));
    reported().when(&buyer(), day(54), &appeal()).then_refused("claim.too_late_to_appeal", &[]);
}

#[test]
fn terms_without_an_appeal_leave_a_rejection_and_a_verdict_as_they_are() {
    inspected(LIMITED, MISUSE)
        .when(&buyer(), day(25), &appeal())
        .then_refused("claim.no_appeal", &[]);
    let reported = filed(LIMITED)
        .when(&ann(), day(21), &reject())
        .then(|events| assert_eq!(names(events), ["rejected", "closed"]));
    is_closed_as(&reported, Outcome::Rejected);
}

use recourse_kernel::Rejection as _;
use recourse_terms::Verdict;

use super::super::events::{ClaimEvent, Deadline};
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
    appealed().when(&ann(), day(26), &decide_appeal(true)).then_refused("claim.same_reviewer", &[]);
    let same_person_in_another_role =
        Principal::new(Role::Provider, "a-ann").of_provider("wisetech-service");
    appealed()
        .when(&same_person_in_another_role, day(26), &decide_appeal(true))
        .then_refused("claim.same_reviewer", &[]);
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
        .then(|events| assert_eq!(names(events), ["deadline_passed"]));
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
fn a_claim_can_be_appealed_once() {
    let turned =
        || rejected().and(&buyer(), day(25), &appeal()).and(&bob(), day(26), &decide_appeal(true));
    turned()
        .and(&fact(), day(27), &noted(1, Progress::Received, day(27)))
        .and(&fact(), day(28), &verdict(1, MISUSE, day(28)))
        .when(&buyer(), day(29), &appeal())
        .then_refused("claim.appealed_already", &[]);
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
        .then(|events| assert!(events.is_empty(), "a missing answer does not withdraw the claim"));
}

#[test]
fn t8_an_appeal_that_only_its_first_decider_could_decide_is_blocked_and_escalated() {
    // The provider has one adjuster.
    let appealed = || rejected().and(&buyer(), day(25), &appeal());
    appealed()
        .when(&ann(), day(26), &decide_appeal(false))
        .then_refused("claim.same_reviewer", &[]);
    let reported = appealed().when_the_clock_reaches(day(39)).then(|events| {
        let [ClaimEvent::DeadlinePassed(passed)] = events else { panic!("{:?}", names(events)) };
        assert_eq!((passed.deadline, passed.due), (Deadline::Appeal, day(39)));
        assert_eq!(passed.escalated_to.as_str(), "wisetech-service");
    });
    let claim = the_claim(&reported, 1);
    assert!(claim.escalated && claim.open_appeal().is_some());
    let escalated = || appealed().and_the_clock_reaches(day(39));
    escalated().when_the_clock_reaches(day(90)).then(|events| assert!(events.is_empty(), "once"));
    escalated()
        .when(&ann(), day(91), &decide_appeal(false))
        .then_refused("claim.same_reviewer", &[]);
    let reported = escalated().when(&bob(), day(91), &decide_appeal(false));
    is_closed_as(&reported, Outcome::Rejected);
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

//! T3, T8: the chosen remedy is carried out and sent in time, or its deadline is missed.

use recourse_kernel::Decider;
use recourse_kernel::WaitKind;

use super::endings::{hand_over, replace, to_be_replaced};
use super::*;
use crate::domain::commands::NoteQuestion;
use crate::domain::events::HandedTo;

const ANOTHER: &str = "356938035643809";

/// A repair under an exchange policy, chosen on day 4.
fn repair_under_exchange(chosen: Remedy) -> Story<'static, RepairShops> {
    let opened = JobCommand::Open(Box::new(accepted_under("wisetech-exchange-1", claim(1))));
    nothing()
        .and(&reactions(), day(0), &opened)
        .and(&moscow(), day(2), &receive(job(), IMEI))
        .and(&moscow(), day(3), &inspect(job(), Verdict::Covered))
        .and(&reactions(), day(4), &remedy(1, chosen))
}

#[track_caller]
fn missed(events: &[JobEvent], deadline: WaitKind, due: Instant) {
    let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
    assert_eq!((passed.deadline, passed.due), (deadline, due));
    assert_eq!(passed.escalated_to.as_str(), "wisetech-service");
}

#[track_caller]
fn nothing_is_missed(story: Story<'static, RepairShops>) {
    let reported = story.when_the_clock_reaches(day(90));
    reported.then(|events| assert!(events.is_empty(), "{events:?}"));
}

#[test]
fn t3_choosing_a_replacement_sets_its_dispatch_deadline() {
    let reported = found_covered().when(&reactions(), day(4), &remedy(1, Remedy::Replacement));
    reported.then(|events| {
        let [JobEvent::RemedyNoted(noted)] = events else { panic!("{events:?}") };
        assert_eq!((noted.chosen_at, noted.send_by), (Some(day(4)), Some(day(7))));
        assert_eq!(noted.repair_by, None);
    });
}

#[test]
fn t3_the_days_count_from_the_choice_and_not_from_when_it_was_read() {
    let (claim, remedy) = (claim(1), Remedy::Replacement);
    let noted = JobCommand::NoteRemedy(NoteRemedy { claim, remedy, at: Some(day(4)) });
    let reported = found_covered().and(&reactions(), day(6), &noted).when_the_clock_reaches(day(8));
    reported.then(|events| missed(events, WaitKind::ReplacementDispatch, day(7)));
}

#[test]
fn t3_t8_a_replacement_is_sent_in_time() {
    nothing_is_missed(to_be_replaced().and(&moscow(), day(6), &replace(ANOTHER, None)));
    let reported = to_be_replaced().when_the_clock_reaches(day(7) - TimeDelta::microseconds(1));
    reported.then(|events| assert!(events.is_empty(), "{events:?}"));
}

#[test]
fn t3_t8_a_replacement_that_is_not_sent_in_time_is_a_missed_deadline() {
    let reported = to_be_replaced().when_the_clock_reaches(day(8));
    let reported = reported.then(|events| missed(events, WaitKind::ReplacementDispatch, day(7)));
    assert_eq!(RepairShops::wake_at(&reported.state), None, "reported once");
    let sent = to_be_replaced().and_the_clock_reaches(day(8));
    let reported = sent.when(&moscow(), day(9), &replace(ANOTHER, None));
    reported.then(|events| assert_eq!(names(events), ["replacement_sent", "closed"]));
}

#[test]
fn t3_a_replacement_settled_in_cash_instead_is_not_sent() {
    nothing_is_missed(to_be_replaced().and(&reactions(), day(5), &remedy(1, Remedy::Cash)));
}

#[test]
fn t3_m8_a_lost_replacement_gets_a_new_dispatch_deadline() {
    let lost = || {
        let lost = to_be_replaced()
            .and(&moscow(), day(5), &courier_to_buyer())
            .and(&moscow(), day(5), &replace(ANOTHER, Some(1)))
            .and(&moscow(), day(12), &JobCommand::LoseShipment(moved(1)));
        lost.and(&reactions(), day(14), &remedy(1, Remedy::Replacement))
    };
    let reported = lost().when_the_clock_reaches(day(20));
    reported.then(|events| missed(events, WaitKind::ReplacementDispatch, day(17)));
    // The settlement reports the same remedy again.
    let reported = lost().when(&reactions(), day(14), &remedy(1, Remedy::Replacement));
    reported.then(|events| assert!(events.is_empty(), "{events:?}"));
    nothing_is_missed(lost().and(&moscow(), day(15), &replace("356938035643817", None)));
}

#[test]
fn t3_t8_a_repair_under_an_exchange_policy_has_its_days_from_the_choice() {
    let reported = repair_under_exchange(Remedy::Repair).when_the_clock_reaches(day(30));
    reported.then(|events| missed(events, WaitKind::Repair, day(24)));
}

#[test]
fn t3_c3_it_is_paused_for_what_the_terms_name() {
    let request = |at| NoteQuestion { claim: claim(1), question: 1, at, lapsed: false };
    let story = repair_under_exchange(Remedy::Repair)
        .and(&reactions(), day(10), &JobCommand::NoteQuestion(request(day(10))))
        .and(&reactions(), day(13), &JobCommand::NoteAnswer(request(day(13))));
    let reported = story.when_the_clock_reaches(day(30));
    reported.then(|events| missed(events, WaitKind::Repair, day(27)));
}

#[test]
fn t3_t8_a_device_repaired_under_an_exchange_policy_has_a_dispatch_deadline() {
    let repaired = || repair_under_exchange(Remedy::Repair).and(&moscow(), day(10), &repair(job()));
    let reported = repaired().when_the_clock_reaches(day(30));
    reported.then(|events| missed(events, WaitKind::ReplacementDispatch, day(13)));
    nothing_is_missed(repaired().and(&moscow(), day(12), &hand_over(HandedTo::Buyer, None)));
}

#[test]
fn t3_m3_what_waits_for_the_buyers_payment_is_dispatched_after_it() {
    nothing_is_missed(repair_under_exchange(Remedy::PaidRepair));
    let paid = repair_under_exchange(Remedy::PaidRepair)
        .and(&reactions(), day(5), &payment(1))
        .and(&moscow(), day(6), &repair(job()));
    let reported = paid.when_the_clock_reaches(day(90));
    reported.then(|events| missed(events, WaitKind::Dispatch, day(9)));
}

#[test]
fn t4_under_a_repair_policy_the_days_count_from_the_receipt_alone() {
    let reported = found_covered().when(&reactions(), day(4), &remedy(1, Remedy::Repair));
    reported.then(|events| {
        let [JobEvent::RemedyNoted(noted)] = events else { panic!("{events:?}") };
        assert_eq!((noted.send_by, noted.repair_by), (None, None));
    });
    let reported = repaired().when_the_clock_reaches(day(90));
    reported.then(|events| missed(events, WaitKind::Dispatch, day(8)));
}

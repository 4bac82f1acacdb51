//! T5, T6, T8: when the provider must declare a device beyond repair.

use super::*;
use crate::domain::commands::{DeclareBeyondRepair, NoteChain};
use crate::domain::events::BeyondRepairBecause;
use recourse_kernel::WaitKind;

fn declare(because: BeyondRepairBecause) -> JobCommand {
    let job = claim(4).job(1);
    JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job, because, at: None })
}

/// A fourth claim about a defect that three repairs did not cure.
fn three_times_without_success() -> Story<'static, RepairShops> {
    let mut story = nothing();
    for number in 1..=3 {
        let start = i64::from(number) * 10;
        if number > 1 {
            story = story.and(&reactions(), day(start), &chain(number));
        }
        let job = claim(number).job(1);
        story = opened_again(story, claim(number), day(start))
            .and(&moscow(), day(start + 1), &receive(job, IMEI))
            .and(&moscow(), day(start + 2), &inspect(job, Verdict::Covered))
            .and(&reactions(), day(start + 2), &remedy(number, Remedy::Repair))
            .and(&moscow(), day(start + 3), &repair(job));
    }
    let story = story.and(&reactions(), day(40), &chain(4));
    opened_again(story, claim(4), day(40)).and(&moscow(), day(41), &receive(claim(4).job(1), IMEI))
}

#[test]
fn t6_the_third_repair_that_did_not_cure_raises_the_duty() {
    let reported = three_times_without_success().when(
        &moscow(),
        day(42),
        &inspect(claim(4).job(1), Verdict::Covered),
    );
    reported.then(|events| {
        assert_eq!(names(events), ["inspected", "duty_raised"]);
        let JobEvent::DutyRaised(raised) = &events[1] else { panic!("{events:?}") };
        assert_eq!(raised.rule, "T6");
    });
}

#[test]
fn t6_a_visit_that_finds_no_fault_raises_nothing() {
    let reported = three_times_without_success().when(
        &moscow(),
        day(42),
        &inspect(claim(4).job(1), Verdict::NoFaultFound),
    );
    reported.then(|events| assert_eq!(names(events), ["inspected"]));
}

#[test]
fn t6_a_declaration_after_the_third_repair_is_checked_against_the_log() {
    let story = three_times_without_success().and(
        &moscow(),
        day(42),
        &inspect(claim(4).job(1), Verdict::Covered),
    );
    let reported = story.when(&adjuster(), day(43), &declare(BeyondRepairBecause::ThirdRepair));
    reported.then(|events| assert_eq!(names(events), ["declared_beyond_repair"]));
    let because = BeyondRepairBecause::ThirdRepair;
    let first =
        JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job: job(), because, at: None });
    let reported = found_covered().when(&adjuster(), day(4), &first);
    reported.then_refused("job.not_third_repair", &["T6"]);
}

#[test]
fn t6_repairs_are_counted_as_the_claims_service_counts_them() {
    let noted = |claim_number, repairs| {
        let (claim, first, position) = (claim(claim_number), claim(1), claim_number);
        JobCommand::NoteChain(NoteChain { claim, first, position, repairs: Some(repairs) })
    };
    // Three repairs elsewhere, with evidence, before the first claim.
    let elsewhere = nothing().and(&reactions(), day(0), &noted(1, 3));
    let reported = opened_again(elsewhere, claim(1), day(0))
        .and(&moscow(), day(2), &receive(job(), IMEI))
        .when(&moscow(), day(3), &inspect(job(), Verdict::Covered));
    reported.then(|events| assert_eq!(names(events), ["inspected", "duty_raised"]));
    // After three repairs here the device was replaced, which starts a new count.
    let replaced = three_times_without_success().and(&reactions(), day(41), &noted(4, 0));
    let reported = replaced.when(&moscow(), day(42), &inspect(claim(4).job(1), Verdict::Covered));
    reported.then(|events| assert_eq!(names(events), ["inspected"]));
}

#[test]
fn t6_claims_outside_a_chain_are_not_counted_together() {
    let story = opened_again(repaired(), claim(2), day(30));
    let state = story.and(&moscow(), day(31), &receive(claim(2).job(1), IMEI));
    let reported = state.when(&moscow(), day(32), &inspect(claim(2).job(1), Verdict::Covered));
    assert_eq!(reported.state.repairs_before(claim(2)), 0);
}

#[test]
fn t5_t8_the_duty_to_declare_is_fulfilled_in_time_or_missed() {
    // 20 counted days are exceeded on day 22; three days to declare, up to the end of day 25 in
    // Moscow.
    let owed = || to_be_repaired().and_the_clock_reaches(day(23));
    let reported = owed().when_the_clock_reaches(day(26)).then(|events| {
        let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!(passed.deadline, WaitKind::Declaration);
        assert_eq!(passed.due.to_rfc3339(), "2025-03-26T21:00:00+00:00");
    });
    assert_eq!(
        <RepairShops as recourse_kernel::Decider>::wake_at(&reported.state),
        None,
        "reported once"
    );
    let because = BeyondRepairBecause::CountedDays;
    let declared =
        JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job: job(), because, at: None });
    let kept = owed().and(&moscow(), day(24), &declared);
    kept.when_the_clock_reaches(day(60)).then(|events| assert!(events.is_empty(), "{events:?}"));
    // Repaired after all, or replaced at once: no declaration is due.
    let repaired = owed().and(&moscow(), day(24), &repair(job()));
    repaired.when_the_clock_reaches(day(60)).then(|events| {
        let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!(passed.deadline, WaitKind::Dispatch, "it is sent back instead");
    });
    let replaced = owed().and(&reactions(), day(24), &remedy(1, Remedy::Replacement));
    replaced.when_the_clock_reaches(day(60)).then(|events| {
        let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!(
            passed.deadline,
            WaitKind::ReplacementDispatch,
            "the replacement is due instead"
        );
    });
}

#[test]
fn t8_after_an_outage_everything_missed_is_reported_at_once_and_in_order() {
    let reported = to_be_repaired().when_the_clock_reaches(day(90)).then(|events| {
        assert_eq!(names(events), ["deadline_passed", "duty_raised", "deadline_passed"]);
    });
    assert_eq!(<RepairShops as recourse_kernel::Decider>::wake_at(&reported.state), None);
}

#[test]
fn t6_t8_silence_after_the_third_repair_is_a_missed_deadline_too() {
    let story = three_times_without_success().and(
        &moscow(),
        day(42),
        &inspect(claim(4).job(1), Verdict::Covered),
    );
    story.when_the_clock_reaches(day(46)).then(|events| {
        let of_this_visit = events.iter().filter(|event| event.job() == Some(claim(4).job(1)));
        let of_this_visit: Vec<_> = of_this_visit.collect();
        let [JobEvent::DeadlinePassed(passed)] = of_this_visit[..] else { panic!("{events:?}") };
        assert_eq!(passed.deadline, WaitKind::Declaration);
    });
}

//! Repairs that the buyer cancels, free of charge (M11, T9).

use super::bench::await_part;
use super::*;
use crate::domain::commands::{AwaitParts, CancelRepair, NoteAbandonment};
use crate::domain::events::{CancelledBecause, RepairCancelled};
use recourse_kernel::WaitKind;
use recourse_terms::Exclusion;

fn cancel() -> JobCommand {
    JobCommand::CancelRepair(CancelRepair { job: job() })
}

/// Received on day 2, found not covered on day 3; the repair is paid for on day 10.
fn paid_for() -> Story<'static, RepairShops> {
    let not_covered = Verdict::NotCovered { exclusion: Exclusion::MechanicalDamage };
    received()
        .and(&moscow(), day(3), &inspect(job(), not_covered))
        .and(&reactions(), day(5), &remedy(1, Remedy::PaidRepair))
        .and(
            &reactions(),
            day(10),
            &JobCommand::NotePayment(OfClaim { claim: claim(1), at: day(10) }),
        )
}

#[track_caller]
fn cancelled(events: &[JobEvent]) -> CancelledBecause {
    let [JobEvent::RepairCancelled(RepairCancelled { because, .. })] = events else {
        panic!("{events:?}")
    };
    *because
}

#[test]
fn m11_work_that_was_paid_for_and_not_done_is_cancelled_after_twice_its_days() {
    let early = paid_for().when(&buyer(), day(49), &cancel());
    early.then_refused("job.repair_not_overdue_enough", &["M11"]);
    let late = paid_for().and_the_clock_reaches(day(50));
    late.when(&buyer(), day(50), &cancel()).then(|events| {
        assert_eq!(cancelled(events), CancelledBecause::LatePaidRepair);
    });
}

#[test]
fn m11_what_was_done_is_not_cancelled() {
    let done = paid_for().and(&moscow(), day(49), &repair(job()));
    done.when(&buyer(), day(60), &cancel()).then_refused("job.already_repaired", &[]);
}

#[test]
fn t9_a_part_that_is_promised_again_and_again_is_overdue_after_its_first_day() {
    let again = |expected: i64| {
        let JobCommand::AwaitParts(part) = await_part(4, expected) else { panic!("a part") };
        JobCommand::AwaitParts(AwaitParts { reason: Some("Not yet.".to_owned()), ..part })
    };
    let promised = || {
        to_be_repaired()
            .and(&moscow(), day(4), &await_part(4, 10))
            .and(&moscow(), day(9), &again(15))
            .and(&moscow(), day(10), &again(20))
    };
    promised().when_the_clock_reaches(day(11)).then(|events| {
        let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!(passed.deadline, WaitKind::Parts);
    });
    // The later promise is missed as well.
    promised().and_the_clock_reaches(day(11)).when_the_clock_reaches(day(22)).then(|events| {
        assert_eq!(names(events), ["deadline_passed"]);
    });
    promised().when(&buyer(), day(11), &cancel()).then(|events| {
        assert_eq!(cancelled(events), CancelledBecause::LateParts);
    });
}

#[test]
fn t9_after_the_days_that_pause_the_clock_a_part_is_overdue() {
    let promised = || to_be_repaired().and(&moscow(), day(4), &await_part(4, 300));
    let early = promised().when(&buyer(), day(48), &cancel());
    early.then_refused("job.parts_not_overdue", &["T9"]);
    promised().when_the_clock_reaches(day(49)).then(|events| {
        assert_eq!(names(events), ["deadline_passed", "reminder_sent"]);
    });
    promised().when(&buyer(), day(49), &cancel()).then(|events| {
        assert_eq!(cancelled(events), CancelledBecause::LateParts);
    });
}

#[test]
fn m11_only_the_buyer_cancels_a_repair() {
    paid_for().when(&moscow(), day(60), &cancel()).then_refused("job.not_allowed", &[]);
}

#[test]
fn m11_a_device_is_not_abandoned_while_the_shop_owes_work() {
    let claim = claim(1);
    let noted = JobCommand::NoteAbandonment(NoteAbandonment { claim, at: day(100) });
    let reported = paid_for().when(&reactions(), day(100), &noted);
    reported.then(|events| assert!(events.is_empty(), "{events:?}"));
}

#[test]
fn t9_once_a_part_is_overdue_the_repair_can_be_cancelled() {
    let waiting = || {
        received()
            .and(&moscow(), day(3), &inspect(job(), Verdict::Covered))
            .and(&reactions(), day(3), &remedy(1, Remedy::Repair))
            .and(&moscow(), day(4), &await_part(3, 10))
    };
    let early = waiting().when(&buyer(), day(9), &cancel());
    early.then_refused("job.parts_not_overdue", &["T9"]);
    waiting().when(&buyer(), day(11), &cancel()).then(|events| {
        assert_eq!(cancelled(events), CancelledBecause::LateParts);
    });
}

//! Money that is paid back, or taken back by the bank (M3, M11, M12).

use super::*;
use crate::domain::commands::{DeclareBeyondRepair, NoteReversal};
use crate::domain::events::{BeyondRepairBecause, GoesBack};
use recourse_kernel::{Decider, PauseReason, Wait, WaitKind};
use recourse_terms::Exclusion;

fn paid(at: i64) -> JobCommand {
    JobCommand::NotePayment(OfClaim { claim: claim(1), at: day(at) })
}

fn reversed(at: i64) -> JobCommand {
    let (claim, at) = (claim(1), day(at));
    JobCommand::NoteReversal(NoteReversal { claim, for_the_repair: true, at })
}

/// Received on day 2, found not covered on day 3; the repair is paid for on day 10.
fn paid_for() -> Story<'static, RepairShops> {
    let not_covered = Verdict::NotCovered { exclusion: Exclusion::MechanicalDamage };
    received()
        .and(&moscow(), day(3), &inspect(job(), not_covered))
        .and(&reactions(), day(5), &remedy(1, Remedy::PaidRepair))
        .and(&reactions(), day(10), &paid(10))
}

fn awaited(story: Story<'static, RepairShops>, at: i64, what: WaitKind) -> Option<Wait> {
    let state = story.when(&reactions(), day(at), &chain(1)).state;
    RepairShops::waits(&state).into_iter().find(|wait| wait.what == what)
}

#[test]
fn m11_money_back_for_a_repair_that_is_impossible_gives_the_device_back_in_time() {
    let declared = JobCommand::DeclareBeyondRepair(DeclareBeyondRepair {
        job: job(),
        because: BeyondRepairBecause::FoundSo,
        at: None,
    });
    let story = paid_for().and(&adjuster(), day(12), &declared);
    story.when(&reactions(), day(12), &remedy(1, Remedy::ReturnUnrepaired)).then(|events| {
        let [JobEvent::RemedyNoted(noted)] = events else { panic!("{events:?}") };
        assert_eq!(noted.goes_back, Some(GoesBack::Sent { by: day(15) }));
    });
}

#[test]
fn m12_a_payment_taken_back_buys_no_work() {
    let story = paid_for().and(&reactions(), day(12), &reversed(12));
    story.when(&moscow(), day(13), &repair(job())).then_refused("job.not_paid", &["M3"]);
    let story = || paid_for().and(&reactions(), day(12), &reversed(12));
    let wait = awaited(story(), 13, WaitKind::PaidRepair).unwrap();
    assert_eq!((wait.paused, wait.is_late), (Some(PauseReason::Payment), false));
    assert!(awaited(story(), 13, WaitKind::BuyerPayment).is_some());
    story().when_the_clock_reaches(day(200)).then(|events| {
        assert!(events.is_empty(), "{events:?}");
    });
}

#[test]
fn m11_paid_again_the_count_continues() {
    let story =
        paid_for().and(&reactions(), day(12), &reversed(12)).and(&reactions(), day(30), &paid(30));
    let wait = awaited(story, 31, WaitKind::PaidRepair).unwrap();
    // 2 of the 20 days had passed.
    assert_eq!((wait.paused, wait.until), (None, Some(day(48))));
}

#[test]
fn m12_a_shop_that_was_late_is_not_named_for_a_repair_that_is_unpaid() {
    let story = paid_for().and_the_clock_reaches(day(31));
    let story = story.and(&reactions(), day(32), &reversed(32));
    let wait = awaited(story, 33, WaitKind::PaidRepair).unwrap();
    assert_eq!((wait.paused, wait.is_late), (Some(PauseReason::Payment), false));
}

#[test]
fn t11_a_device_of_a_second_visit_waits_for_no_payment_that_is_not_owed() {
    let second = claim(1).job(2);
    let again = ClaimAccepted { job: second, ..accepted(claim(1)) };
    let story = || {
        received()
            .and(&moscow(), day(3), &inspect(job(), Verdict::NoFaultFound))
            .and(&reactions(), day(4), &remedy(1, Remedy::ReturnUnrepaired))
            .and(&reactions(), day(5), &paid(5))
            .and(&reactions(), day(9), &JobCommand::Open(Box::new(again.clone())))
            .and(&moscow(), day(12), &receive(second, IMEI))
    };
    let noted = story().when(&reactions(), day(13), &remedy(1, Remedy::ReturnUnrepaired));
    noted.then(|events| {
        let [JobEvent::RemedyNoted(noted)] = events else { panic!("{events:?}") };
        assert_eq!(noted.goes_back, Some(GoesBack::Sent { by: day(16) }));
    });
    // Cash is not paid yet, so the job is not over.
    story().when(&reactions(), day(13), &remedy(1, Remedy::Cash)).then(|events| {
        assert_eq!(names(events), ["remedy_noted"]);
    });
}

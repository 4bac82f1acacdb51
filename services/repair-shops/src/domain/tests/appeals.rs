//! Appeals and offers: what they pause, and what they keep at the shop (C11, T12).

use super::*;
use crate::domain::commands::{HandOver, NoteAbandonment, NoteAppeal, NoteOffer, NoteOverturned};
use crate::domain::events::{AppealOf, GoesBack, HandedTo};
use crate::domain::rules::bench_clock::counted;
use crate::domain::state::Jobs;
use recourse_kernel::{Decider, PauseReason, Wait, WaitKind};
use recourse_terms::Exclusion;

const AGAINST: Verdict = Verdict::NotCovered { exclusion: Exclusion::Misuse };

fn appeal(of: AppealOf, open: bool, at: i64) -> JobCommand {
    JobCommand::NoteAppeal(NoteAppeal { claim: claim(1), of, open, at: day(at) })
}

fn offer(awaited: bool, at: i64) -> JobCommand {
    JobCommand::NoteOffer(NoteOffer { claim: claim(1), awaited, at: day(at) })
}

fn overturned(at: i64) -> JobCommand {
    JobCommand::NoteOverturned(NoteOverturned { claim: claim(1), at: day(at) })
}

fn hand_over() -> JobCommand {
    JobCommand::HandOver(HandOver {
        job: job(),
        to: HandedTo::Buyer,
        shipment: None,
        at: None,
        photos: Vec::new(),
        acknowledged: None,
    })
}

fn awaited(jobs: &Jobs, what: WaitKind) -> Option<Wait> {
    RepairShops::waits(jobs).into_iter().find(|wait| wait.what == what)
}

fn days_counted(jobs: &Jobs, at: i64) -> i64 {
    counted(&jobs.jobs[&job()], &jobs.notes(job()), day(at)).num_days()
}

/// Found against the buyer on day 3; it goes back on day 5, and the buyer appeals on day 6.
fn appealed() -> Story<'static, RepairShops> {
    received()
        .and(&moscow(), day(3), &inspect(job(), AGAINST))
        .and(&reactions(), day(5), &remedy(1, Remedy::ReturnUnrepaired))
        .and(&reactions(), day(5), &payment(1))
        .and(&reactions(), day(6), &appeal(AppealOf::Verdict, true, 6))
}

#[test]
fn t12_an_appeal_ends_the_offer_and_its_pause() {
    let state = received()
        .and(&moscow(), day(3), &inspect(job(), AGAINST))
        .and(&reactions(), day(4), &offer(true, 4))
        .and(&reactions(), day(5), &appeal(AppealOf::Verdict, true, 5))
        .and(&reactions(), day(10), &overturned(10))
        .when(&reactions(), day(11), &remedy(1, Remedy::Repair))
        .state;
    let wait = awaited(&state, WaitKind::Repair).unwrap();
    // One day before the verdict, 19 more after the decision.
    assert_eq!((wait.paused, wait.until), (None, Some(day(29))));
}

#[test]
fn t12_a_decision_ends_an_offer_that_was_not_answered() {
    let state = received()
        .and(&moscow(), day(3), &inspect(job(), Verdict::Covered))
        .and(&reactions(), day(4), &offer(true, 4))
        .when(&reactions(), day(8), &remedy(1, Remedy::Repair))
        .state;
    assert_eq!(days_counted(&state, 10), 4 + 0);
    assert!(!state.notes(job()).has_an_offer());
}

#[test]
fn c11_while_an_appeal_is_open_the_device_stays() {
    appealed()
        .when(&moscow(), day(7), &hand_over())
        .then_refused("job.appeal_is_open", &["C11", "T12"]);
    let booked = appealed().when(&moscow(), day(7), &courier_to_buyer());
    booked.then_refused("job.appeal_is_open", &["C11", "T12"]);
    let abandoned = NoteAbandonment { claim: claim(1), at: day(7) };
    let noted = appealed().when(&reactions(), day(7), &JobCommand::NoteAbandonment(abandoned));
    noted.then(|events| assert!(events.is_empty(), "{events:?}"));
    let state = appealed().when(&reactions(), day(7), &chain(1)).state;
    let wait = awaited(&state, WaitKind::Dispatch).unwrap();
    assert_eq!((wait.paused, wait.until), (Some(PauseReason::Appeal), None));
}

#[test]
fn c11_decided_against_the_buyer_the_dates_count_from_the_decision() {
    let decided = || appealed().and(&reactions(), day(16), &appeal(AppealOf::Verdict, false, 16));
    let state = decided().when(&reactions(), day(16), &chain(1)).state;
    let wait = awaited(&state, WaitKind::Dispatch).unwrap();
    assert_eq!((wait.paused, wait.until, wait.is_late), (None, Some(day(19)), false));
    decided().when(&moscow(), day(17), &hand_over()).then(|events| {
        assert_eq!(names(events), ["handed_over", "closed"]);
    });
}

#[test]
fn c11_upheld_what_was_decided_no_longer_applies() {
    let upheld = || appealed().and(&reactions(), day(16), &overturned(16));
    let state = upheld().when(&reactions(), day(16), &chain(1)).state;
    assert_eq!(state.notes(job()).remedy, None);
    assert!(awaited(&state, WaitKind::Dispatch).is_none());
    // One day until the verdict, and on from the decision.
    assert_eq!(days_counted(&state, 18), 3);
    let refused = upheld().when(&moscow(), day(17), &hand_over());
    refused.then_refused("job.remedy_not_chosen", &[]);
}

#[test]
fn t12_an_appeal_against_a_part_of_a_covered_verdict_pauses_the_clock() {
    let state = found_covered()
        .and(&reactions(), day(4), &appeal(AppealOf::Verdict, true, 4))
        .when_the_clock_reaches(day(60));
    state.then(|events| assert!(events.is_empty(), "{events:?}"));
    let state = found_covered()
        .and(&reactions(), day(4), &appeal(AppealOf::Verdict, true, 4))
        .when(&reactions(), day(14), &appeal(AppealOf::Verdict, false, 14))
        .state;
    assert_eq!(days_counted(&state, 20), 8);
}

#[test]
fn c12_a_contested_chain_pauses_the_clock_from_the_verdict_on_and_keeps_nothing() {
    let contested = || {
        received().and(&reactions(), day(3), &appeal(AppealOf::Chain, true, 3)).and(
            &moscow(),
            day(5),
            &inspect(job(), Verdict::Covered),
        )
    };
    let state = contested().when(&reactions(), day(9), &appeal(AppealOf::Chain, false, 9)).state;
    assert_eq!(days_counted(&state, 10), 4);
    contested().when(&moscow(), day(7), &courier_to_buyer()).then(|_| {});
}

#[test]
fn c11_what_was_repaired_in_part_is_repaired_again() {
    let state = repaired()
        .and(&reactions(), day(6), &appeal(AppealOf::Verdict, true, 6))
        .and(&reactions(), day(12), &overturned(12))
        .and(&reactions(), day(12), &remedy(1, Remedy::Repair))
        .when(&reactions(), day(12), &chain(1))
        .state;
    // Received on day 2, repaired on day 5; on from day 12.
    assert_eq!(days_counted(&state, 14), 5);
    let again = repaired()
        .and(&reactions(), day(6), &appeal(AppealOf::Verdict, true, 6))
        .and(&reactions(), day(12), &overturned(12))
        .and(&reactions(), day(12), &remedy(1, Remedy::Repair));
    again.when(&moscow(), day(13), &repair(job())).then(|events| {
        assert_eq!(names(events), ["repaired"]);
    });
}

#[test]
fn c3_a_withdrawal_ends_the_appeal() {
    let withdrawn = JobCommand::NoteWithdrawal(OfClaim { claim: claim(1), at: day(8) });
    appealed().when(&reactions(), day(8), &withdrawn).then(|events| {
        let JobEvent::AppealNoted(noted) = &events[0] else { panic!("{events:?}") };
        assert!(!noted.open);
        assert_eq!(noted.goes_back, Some(GoesBack::Sent { by: day(11) }));
    });
}

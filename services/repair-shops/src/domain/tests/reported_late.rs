//! What is reported late does not shorten the time of the other side, nor lengthen that of the
//! side that reports it (T11).

use super::*;
use crate::domain::commands::{DeclareBeyondRepair, Move, NoteOverturned};
use crate::domain::events::{BeyondRepairBecause, GoesBack, MovedBecause};
use crate::domain::rules::bench_clock::counted;
use recourse_terms::Exclusion;

fn noon_of(at: i64) -> Option<Instant> {
    Some(day(at))
}

#[test]
fn t11_the_provider_has_its_days_to_answer_an_early_declaration() {
    let kazan = Principal::new(Role::Shop, "wisetech-ru-kazan");
    let in_kazan = ClaimAccepted { city: "Kazan".to_owned(), ..accepted(claim(1)) };
    let declared = JobCommand::DeclareBeyondRepair(DeclareBeyondRepair {
        job: job(),
        because: BeyondRepairBecause::FoundSo,
        at: noon_of(4),
    });
    let story = nothing()
        .and(&reactions(), day(0), &JobCommand::Open(Box::new(in_kazan)))
        .and(&kazan, day(2), &receive(job(), IMEI))
        .and(&kazan, day(3), &inspect(job(), Verdict::Covered))
        .and(&reactions(), day(3), &remedy(1, Remedy::Repair));
    story.when(&kazan, day(10), &declared).then(|events| {
        let [JobEvent::BeyondRepairProposed(proposed)] = events else { panic!("{events:?}") };
        assert_eq!((proposed.at, proposed.approve_by), (day(4), day(13)));
    });
}

#[test]
fn t12_an_early_verdict_pauses_the_clock_from_its_report_on() {
    let verdict = Verdict::NotCovered { exclusion: Exclusion::Misuse };
    let JobCommand::Inspect(found) = inspect(job(), verdict) else { panic!("an inspection") };
    let found = JobCommand::Inspect(Inspect { inspected_at: noon_of(2), ..found });
    let overturned = NoteOverturned { claim: claim(1), at: day(20) };
    let state = received()
        .and(&moscow(), day(18), &found)
        .when(&reactions(), day(20), &JobCommand::NoteOverturned(overturned))
        .state;
    let counted = counted(&state.jobs[&job()], &state.notes(job()), day(21));
    assert_eq!(counted, TimeDelta::days(17));
}

#[test]
fn t4_an_early_move_pauses_the_clock_from_its_report_on() {
    let moved = JobCommand::Move(Move {
        job: job(),
        because: MovedBecause::ShopCloses,
        to: Some("wisetech-ru-kazan".to_owned()),
        note: None,
        moved_at: noon_of(4),
    });
    let kazan = Principal::new(Role::Shop, "wisetech-ru-kazan");
    let JobCommand::Receive(there) = receive(job(), IMEI) else { panic!("a receipt") };
    let there = JobCommand::Receive(Receive { received_at: noon_of(8), ..there });
    let state = received().and(&moscow(), day(10), &moved).when(&kazan, day(11), &there).state;
    let counted = counted(&state.jobs[&job()], &state.notes(job()), day(12));
    assert_eq!(counted, TimeDelta::days(10));
}

#[test]
fn t11_the_buyer_has_all_days_to_collect_what_was_repaired_earlier() {
    let local = ClaimAccepted { city: "Moscow".to_owned(), ..accepted(claim(1)) };
    let done = Repair { job: job(), repaired_at: noon_of(4), work: None };
    let story = nothing()
        .and(&reactions(), day(0), &JobCommand::Open(Box::new(local)))
        .and(&moscow(), day(2), &receive(job(), IMEI))
        .and(&moscow(), day(3), &inspect(job(), Verdict::Covered))
        .and(&reactions(), day(3), &remedy(1, Remedy::Repair));
    story.when(&moscow(), day(20), &JobCommand::Repair(done)).then(|events| {
        let [JobEvent::Repaired(repaired)] = events else { panic!("{events:?}") };
        let Some(GoesBack::Collected { by, .. }) = repaired.goes_back else { panic!() };
        assert_eq!(by, day(50));
    });
}

use super::bench::{await_part, part_arrived, part_arrived_late};
use super::*;
use crate::domain::commands::{DeclareBeyondRepair, NoteOffer, NoteOverturned, NoteQuestion};
use crate::domain::events::BeyondRepairBecause;
use crate::domain::rules::bench_clock::{bench_clock, counted, counted_with_all_parts};
use crate::domain::state::{Device, Jobs, Part};
use proptest::prelude::*;
use recourse_kernel::WaitKind;
use recourse_terms::{Exclusion, Pause, PauseReason};

fn request(at: i64) -> JobCommand {
    JobCommand::NoteQuestion(NoteQuestion {
        claim: claim(1),
        question: 1,
        at: day(at),
        lapsed: false,
    })
}

fn answered(at: i64) -> JobCommand {
    JobCommand::NoteAnswer(NoteQuestion {
        claim: claim(1),
        question: 1,
        at: day(at),
        lapsed: false,
    })
}

fn days_counted(jobs: &Jobs, at: i64) -> i64 {
    counted(&jobs.jobs[&job()], &jobs.notes(job()), day(at)).num_days()
}

#[test]
fn t4_days_spent_waiting_for_parts_do_not_count() {
    let story = to_be_repaired().and(&moscow(), day(3), &await_part(3, 14)).and(
        &moscow(),
        day(15),
        &part_arrived_late(15),
    );
    story.when(&moscow(), day(18), &repair(job())).then(|events| {
        let [JobEvent::Repaired(repaired)] = events else { panic!("{events:?}") };
        // Received on day 2; the clock was paused for 12 of the 16 days.
        assert_eq!(repaired.counted_seconds, 4 * 86_400);
    });
}

#[test]
fn t4_waits_that_overlap_count_once() {
    let state = to_be_repaired()
        .and(&moscow(), day(4), &await_part(4, 30))
        .and(&reactions(), day(6), &request(6))
        .and(&reactions(), day(12), &answered(12))
        .when(&moscow(), day(10), &part_arrived(10))
        .state;
    // Paused on days 4 to 12, of days 2 to 20.
    assert_eq!(days_counted(&state, 20), 10);
}

#[test]
fn t4_exceeding_the_promised_days_is_a_missed_deadline_and_raises_t5() {
    let reported = to_be_repaired().when_the_clock_reaches(day(23));
    reported.then(|events| {
        assert_eq!(names(events), ["deadline_passed", "duty_raised"]);
        let JobEvent::DeadlinePassed(passed) = &events[0] else { panic!("{events:?}") };
        assert_eq!((passed.deadline, passed.due), (WaitKind::Repair, day(22)));
        let JobEvent::DutyRaised(raised) = &events[1] else { panic!("{events:?}") };
        assert_eq!(raised.rule, "T5");
        assert!(raised.at > day(22), "after 20 days, not at 20 days");
    });
}

#[test]
fn t4_until_the_promised_days_are_over_nothing_is_missed() {
    let before = day(22) - TimeDelta::microseconds(1);
    to_be_repaired().when_the_clock_reaches(before).then(|events| assert!(events.is_empty()));
}

#[test]
fn t9_the_pause_starts_with_the_report_and_ends_after_45_days_in_all() {
    let state = to_be_repaired().when(&moscow(), day(4), &await_part(3, 60)).state;
    // The part was ordered on day 3, but that was reported on day 4.
    assert_eq!(days_counted(&state, 4), 2);
    assert_eq!(days_counted(&state, 49), 2);
    assert_eq!(days_counted(&state, 50), 3);
    // T5 needs all parts, so its duty waits for this one.
    let (job, notes) = (&state.jobs[&job()], state.notes(job()));
    assert_eq!(counted_with_all_parts(job, &notes, day(90)), TimeDelta::days(2));
}

#[test]
fn t12_offers_and_verdicts_against_the_buyer_pause_the_clock() {
    let offer =
        |awaited, at| JobCommand::NoteOffer(NoteOffer { claim: claim(1), awaited, at: day(at) });
    let overturned = JobCommand::NoteOverturned(NoteOverturned { claim: claim(1), at: day(30) });
    let not_covered = Verdict::NotCovered { exclusion: Exclusion::MechanicalDamage };
    let state = received()
        .and(&moscow(), day(4), &inspect(job(), not_covered))
        .and(&reactions(), day(5), &offer(true, 5))
        .and(&reactions(), day(8), &offer(false, 8))
        .when(&reactions(), day(30), &overturned)
        .state;
    // Received on day 2, found against the buyer on day 4, overturned on day 30.
    assert_eq!(days_counted(&state, 29), 2);
    assert_eq!(days_counted(&state, 33), 5);
}

#[test]
fn t9_a_part_that_was_there_before_its_report_pauses_nothing() {
    let state = to_be_repaired()
        .and(&moscow(), day(20), &await_part(3, 30))
        .and(&moscow(), day(20), &part_arrived(4))
        .when(&moscow(), day(21), &await_part(3, 300))
        .state;
    assert_eq!(days_counted(&state, 66), 19);
    assert_eq!(days_counted(&state, 67), 20);
}

#[test]
fn t12_a_lapsed_question_no_longer_pauses_the_clock() {
    let lapsed = NoteQuestion { claim: claim(1), question: 1, at: day(10), lapsed: true };
    let state = to_be_repaired()
        .and(&reactions(), day(6), &request(6))
        .when(&reactions(), day(10), &JobCommand::NoteAnswer(lapsed))
        .state;
    assert_eq!(days_counted(&state, 20), 14);
}

#[test]
fn t4_while_a_part_is_awaited_the_deadline_moves() {
    let story = to_be_repaired().and(&moscow(), day(4), &await_part(4, 12)).and(
        &moscow(),
        day(12),
        &part_arrived(12),
    );
    story.when_the_clock_reaches(day(29)).then(|events| assert!(events.is_empty()));
    let story = to_be_repaired().and(&moscow(), day(4), &await_part(4, 12)).and(
        &moscow(),
        day(12),
        &part_arrived(12),
    );
    let reported = story.when_the_clock_reaches(day(31));
    reported.then(|events| assert_eq!(names(events), ["deadline_passed", "duty_raised"]));
}

#[test]
fn t4_a_verdict_that_is_not_covered_ends_the_repair_deadline() {
    let story = received().and(&moscow(), day(3), &inspect(job(), Verdict::NoFaultFound));
    story.when_the_clock_reaches(day(60)).then(|events| assert!(events.is_empty()));
}

#[test]
fn t5_the_declaration_for_counted_days_is_checked_against_the_clock() {
    let because = BeyondRepairBecause::CountedDays;
    let declare =
        JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job: job(), because, at: None });
    let early = to_be_repaired().when(&moscow(), day(22), &declare);
    early.then_refused("job.bench_days_not_over", &["T5"]);
    let story = to_be_repaired().and_the_clock_reaches(day(23));
    story.when(&moscow(), day(24), &declare).then(|events| {
        let [JobEvent::DeclaredBeyondRepair(declared)] = events else { panic!("{events:?}") };
        assert_eq!(declared.findings[0].rule, "T5");
    });
}

#[test]
fn t5_20_counted_days_must_be_exceeded_and_without_a_limit_in_the_terms_none_are() {
    let because = BeyondRepairBecause::CountedDays;
    let declare =
        JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job: job(), because, at: None });
    let after = |days| day(2) + TimeDelta::days(days);
    to_be_repaired()
        .when(&moscow(), after(20), &declare)
        .then_refused("job.bench_days_not_over", &["T5"]);
    to_be_repaired().when(&moscow(), after(20) + TimeDelta::seconds(1), &declare).then(|_| {});
    let terms: Terms = shipped("terms/tomrepair-repair-1.json");
    let unlimited = ClaimAccepted {
        provider: terms.provider.clone(),
        terms: terms.reference(),
        ..accepted(claim(1))
    };
    let shop = Principal::new(Role::Shop, "tomrepair-ru-moscow");
    nothing()
        .and(&reactions(), day(0), &JobCommand::Open(Box::new(unlimited)))
        .and(&shop, day(2), &receive(job(), IMEI))
        .and(&shop, day(3), &inspect(job(), Verdict::Covered))
        .and(&reactions(), day(3), &remedy(1, Remedy::Repair))
        .when(&shop, after(99), &declare)
        .then_refused("job.bench_days_not_over", &["T5"]);
}

proptest! {
    /// T4: whatever is awaited, and when: the counted time never decreases, never exceeds the
    /// elapsed time and never grows faster than it; and the deadline is exactly when it reaches the
    /// limit.
    #[test]
    fn t4_counted_time_is_sound(waits in proptest::collection::vec((0_i64..60, 0_i64..30), 0..6)) {
        let mut jobs = received().when(&reactions(), day(3), &chain(1)).state;
        let job_id = job();
        let known = jobs.jobs.get_mut(&job_id).unwrap();
        known.parts = waits.iter().enumerate().map(|(number, (from, length))| Part {
            part: format!("part {number}"),
            ordered_at: day(2 + from),
            reported_at: day(2 + from),
            expected_on: date(100),
            first_expected_on: date(100),
            arrived_at: Some(day(2 + from + length)),
            late: None,
        }).collect();
        prop_assert!(matches!(known.device, Device::OnBench(_)));
        let known = &jobs.jobs[&job_id];
        let notes = jobs.notes(job_id);
        let mut before = TimeDelta::zero();
        for at in 2..120 {
            let now = counted(known, &notes, day(at));
            prop_assert!(now >= before && now - before <= TimeDelta::days(1));
            prop_assert!(now <= day(at) - day(2));
            before = now;
        }
        let clock = bench_clock(known, &notes).unwrap();
        if let Some(due) = clock.due(&known.opened.clock_stops, TimeDelta::days(20)) {
            prop_assert_eq!(counted(known, &notes, due), TimeDelta::days(20));
        }
    }

    /// T9: whatever is reported, and however late, parts never pause the clock for longer than the
    /// terms allow, nor for less than nothing.
    #[test]
    fn t9_parts_pause_the_clock_for_at_most_their_days(
        waits in proptest::collection::vec((0_i64..60, -40_i64..60), 0..6),
    ) {
        let mut jobs = received().when(&reactions(), day(3), &chain(1)).state;
        let known = jobs.jobs.get_mut(&job()).unwrap();
        known.parts = waits.iter().enumerate().map(|(number, (from, length))| Part {
            part: format!("part {number}"),
            ordered_at: day(2),
            reported_at: day(2 + from),
            expected_on: date(100),
            first_expected_on: date(100),
            arrived_at: (*length < 50).then(|| day((2 + from + length).max(2))),
            late: None,
        }).collect();
        let clock = bench_clock(&jobs.jobs[&job()], &jobs.notes(job())).unwrap();
        let lasted = |pause: &Pause| pause.until.map(|until| until - pause.from);
        let mut sum = TimeDelta::zero();
        for pause in clock.pauses.iter().filter(|pause| pause.reason == PauseReason::Parts) {
            let lasted = lasted(pause).unwrap();
            prop_assert!(lasted >= TimeDelta::zero());
            sum += lasted;
        }
        prop_assert!(sum <= TimeDelta::days(45), "{sum}");
    }
}

//! Properties that hold whatever shops, buyers, claims and the clock do to a job, in any order.

use proptest::prelude::*;
use recourse_kernel::{Context, Decider};
use recourse_terms::{Exclusion, Party};

use super::*;
use crate::domain::commands::{
    AwaitParts, DeclareBeyondRepair, HandOver, Move, NoteAbandonment, NoteQuestion, SendReplacement,
};
use crate::domain::events::{BeyondRepairBecause, HandedTo, MovedBecause, PartsArrived};
use crate::domain::rules::bench_clock::{bench_clock, counted};
use crate::domain::state::{Job, Jobs};

fn any_verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(vec![
        Verdict::Covered,
        Verdict::NoFaultFound,
        Verdict::NotCovered { exclusion: Exclusion::MechanicalDamage },
    ])
}

fn any_remedy() -> impl Strategy<Value = Remedy> {
    prop::sample::select(vec![
        Remedy::Repair,
        Remedy::Replacement,
        Remedy::Cash,
        Remedy::PaidRepair,
        Remedy::ReturnUnrepaired,
    ])
}

fn any_receipt() -> impl Strategy<Value = JobCommand> {
    (prop::bool::weighted(0.8), prop::option::of(1_u32..3)).prop_map(|(is_claimed, damaged)| {
        let text = if is_claimed { IMEI } else { "SN-12345" };
        let damaged_on = damaged.map(|number| job().shipment(number));
        let condition = damaged_on.map(|_| "crushed".to_owned());
        JobCommand::Receive(Receive { condition, damaged_on, ..a_receipt(job(), serial(text)) })
    })
}

fn any_part() -> impl Strategy<Value = JobCommand> {
    (0_i64..40, any::<bool>(), any::<bool>()).prop_map(|(on, arrives, has_reason)| {
        let part = "display".to_owned();
        if arrives {
            let reason = has_reason.then(|| "late".to_owned());
            let arrived_at = day(on);
            return JobCommand::PartsArrived(PartsArrived { job: job(), part, arrived_at, reason });
        }
        let (ordered_at, expected_on) = (None, date(on));
        JobCommand::AwaitParts(AwaitParts {
            job: job(),
            part,
            ordered_at,
            expected_on,
            reason: None,
        })
    })
}

fn any_shipment() -> impl Strategy<Value = JobCommand> {
    (any::<bool>(), any::<bool>(), 0_u8..4, 1_u32..4).prop_map(|(there, by_buyer, step, number)| {
        let direction = if there { Direction::ToShop } else { Direction::ToBuyer };
        match step {
            0 if by_buyer => JobCommand::BookShipment(BookShipment {
                booked_by: Some(Party::Buyer),
                price: Some(rubles(300)),
                ..shipment(direction, "post")
            }),
            0 => JobCommand::BookShipment(shipment(direction, "swift")),
            1 => JobCommand::PickUpShipment(moved(number)),
            2 => JobCommand::DeliverShipment(moved(number)),
            _ => JobCommand::LoseShipment(moved(number)),
        }
    })
}

fn any_ending() -> impl Strategy<Value = JobCommand> {
    (0_u8..4, prop::option::of(1_u32..4)).prop_map(|(which, shipment)| {
        let shipment = shipment.map(|number| job().shipment(number));
        match which {
            0 => JobCommand::HandOver(HandOver {
                job: job(),
                to: HandedTo::Buyer,
                shipment,
                at: None,
                photos: Vec::new(),
                acknowledged: None,
            }),
            1 => JobCommand::HandOver(HandOver {
                job: job(),
                to: HandedTo::Carrier,
                shipment,
                at: None,
                photos: Vec::new(),
                acknowledged: None,
            }),
            2 => JobCommand::SendReplacement(SendReplacement {
                job: job(),
                serial: serial("SN-99999"),
                kind: None,
                likeness: None,
                shipment,
                sent_at: None,
            }),
            _ => JobCommand::NoteAbandonment(NoteAbandonment { claim: claim(1), at: day(1) }),
        }
    })
}

fn anything() -> impl Strategy<Value = Option<JobCommand>> {
    let moves =
        prop::sample::select(vec![None, Some("wisetech-ru-kazan"), Some("wisetech-ru-omsk")]);
    let moves = moves.prop_map(|to| {
        let (because, to) = (MovedBecause::Refused, to.map(str::to_owned));
        JobCommand::Move(Move { job: job(), because, to, note: None, moved_at: None })
    });
    let because = prop::sample::select(vec![
        BeyondRepairBecause::CountedDays,
        BeyondRepairBecause::ThirdRepair,
        BeyondRepairBecause::FoundSo,
    ]);
    let declared = because.prop_map(|because| {
        JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job: job(), because, at: None })
    });
    let request = (0_i64..40, any::<bool>()).prop_map(|(at, answered)| {
        let question = NoteQuestion { claim: claim(1), question: 1, at: day(at), lapsed: false };
        if answered { JobCommand::NoteAnswer(question) } else { JobCommand::NoteQuestion(question) }
    });
    prop_oneof![
        3 => Just(Some(JobCommand::Open(Box::new(accepted(claim(1)))))),
        3 => any_receipt().prop_map(Some),
        3 => any_verdict().prop_map(|verdict| Some(inspect(job(), verdict))),
        2 => any_part().prop_map(Some),
        3 => any_shipment().prop_map(Some),
        2 => any_remedy().prop_map(|what| Some(remedy(1, what))),
        1 => Just(Some(payment(1))),
        2 => Just(Some(repair(job()))),
        1 => declared.prop_map(Some),
        2 => any_ending().prop_map(Some),
        1 => moves.prop_map(Some),
        1 => request.prop_map(Some),
        3 => Just(None),
    ]
}

/// What must hold for a job at all times.
fn is_sound(job: &Job, jobs: &Jobs, now: Instant) -> Result<(), TestCaseError> {
    let notes = jobs.notes(job.opened.job);
    if let Some(clock) = bench_clock(job, &notes) {
        let time = counted(job, &notes, now.max(clock.started));
        prop_assert!(time >= TimeDelta::zero(), "T4: counted time below zero");
        prop_assert!(
            time <= now.max(clock.started) - clock.started,
            "T4: more than the elapsed time"
        );
    }
    prop_assert!(job.abandoned.is_none() || job.ending.is_none(), "M8: abandoned and handed over");
    prop_assert!(job.forwarded_from.is_none() || job.receipt().is_none(), "in two places");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_job_stays_sound_and_a_replay_gives_the_same_state(
        reported in proptest::collection::vec((anything(), 0_i64..72), 1..40),
    ) {
        let principal = adjuster();
        let (mut jobs, mut log, mut now) = (Jobs::default(), Vec::new(), day(0));
        let mut missed = Vec::new();
        for (command, hours) in reported {
            now += TimeDelta::hours(hours);
            let context = Context { now, principal: &principal, key: KEY, reference: &*BOOK };
            let events = match &command {
                Some(command) => RepairShops::decide(&jobs, command, &context).unwrap_or_default(),
                None if RepairShops::wake_at(&jobs).is_some_and(|due| due <= now) => {
                    RepairShops::wake(&jobs, &context)
                }
                None => Vec::new(),
            };
            for event in events {
                RepairShops::evolve(&mut jobs, &event, now);
                if let JobEvent::DeadlinePassed(passed) = &event {
                    let one = (passed.deadline, passed.part.clone(), passed.due);
                    prop_assert!(!missed.contains(&one), "T8: reported twice: {one:?}");
                    missed.push(one);
                }
                log.push((event.type_name(), event.encode().unwrap()));
            }
            if command.is_none() {
                prop_assert!(RepairShops::wake_at(&jobs).is_none_or(|due| due > now), "still due");
            }
            for job in jobs.jobs.values() {
                is_sound(job, &jobs, now)?;
            }
        }
        let mut replayed = Jobs::default();
        for (name, body) in &log {
            replayed.evolve(&JobEvent::decode(name, body).unwrap());
        }
        prop_assert_eq!(&replayed, &jobs);
        let cached: Jobs = serde_json::from_value(serde_json::to_value(&jobs).unwrap()).unwrap();
        prop_assert_eq!(&cached, &jobs);
    }
}

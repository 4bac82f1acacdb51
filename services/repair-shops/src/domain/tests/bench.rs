use super::*;
use crate::domain::commands::{AwaitParts, ResolveSerial};
use crate::domain::events::{Nature, PartsArrived, RepairAgreed};
use crate::domain::state::Device;
use recourse_terms::{Exclusion, Party};

const ANOTHER: &str = "SN-12345";

pub(super) fn await_part(ordered: i64, expected: i64) -> JobCommand {
    JobCommand::AwaitParts(AwaitParts {
        job: job(),
        part: "display".to_owned(),
        ordered_at: Some(day(ordered)),
        expected_on: date(expected),
        reason: None,
    })
}

pub(super) fn part_arrived(on: i64) -> JobCommand {
    JobCommand::PartsArrived(an_arrival(on))
}

fn an_arrival(on: i64) -> PartsArrived {
    PartsArrived { job: job(), part: "display".to_owned(), arrived_at: day(on), reason: None }
}

pub(super) fn part_arrived_late(on: i64) -> JobCommand {
    let reason = Some("delayed at customs".to_owned());
    JobCommand::PartsArrived(PartsArrived { reason, ..an_arrival(on) })
}

#[test]
fn c6_the_claimed_device_goes_to_the_bench() {
    opened().when(&moscow(), day(2), &receive(job(), IMEI)).then(|events| {
        let [JobEvent::Received(received)] = events else { panic!("{events:?}") };
        assert!(received.serial_matches);
        assert_eq!(received.repair_by, Some(day(22)));
    });
}

#[test]
fn c6_another_device_is_quarantined_and_gets_no_verdict() {
    let story = opened().and(&moscow(), day(2), &receive(job(), ANOTHER));
    let reported = story.when(&moscow(), day(3), &inspect(job(), Verdict::Covered));
    assert!(matches!(reported.state.jobs[&job()].device, Device::Quarantined(_)));
    reported.then_refused("job.quarantined", &["C6"]);
}

#[test]
fn c6_once_the_serial_is_resolved_the_verdict_is_taken() {
    let resolve = JobCommand::ResolveSerial(ResolveSerial {
        job: job(),
        serial: serial(IMEI),
        note: "misread: the sticker belonged to the box".to_owned(),
    });
    let story = opened().and(&moscow(), day(2), &receive(job(), ANOTHER)).and(
        &adjuster(),
        day(3),
        &resolve,
    );
    let reported = story.when(&moscow(), day(3), &inspect(job(), Verdict::Covered));
    reported.then(|events| assert_eq!(names(events), ["inspected"]));
    let again = received().when(&adjuster(), day(3), &resolve);
    again.then_refused("job.serial_not_in_question", &["C6"]);
}

#[test]
fn a_device_is_received_once_and_by_its_own_shop() {
    let again = received().when(&moscow(), day(3), &receive(job(), IMEI));
    again.then_refused("job.already_received", &[]);
    let kazan = Principal::new(Role::Shop, "wisetech-ru-kazan");
    let other = opened().when(&kazan, day(2), &receive(job(), IMEI));
    other.then_refused("job.not_allowed", &[]);
}

#[test]
fn a_verdict_needs_the_device_and_is_given_once() {
    let early = opened().when(&moscow(), day(2), &inspect(job(), Verdict::Covered));
    early.then_refused("job.not_received", &[]);
    let again = found_covered().when(&moscow(), day(4), &inspect(job(), Verdict::NoFaultFound));
    again.then_refused("job.already_inspected", &[]);
}

#[test]
fn c9_a_shop_cannot_decide_that_a_policy_had_expired() {
    let expired = Verdict::NotCovered { exclusion: Exclusion::Expired };
    let reported = received().when(&moscow(), day(3), &inspect(job(), expired));
    reported.then_refused("job.expiry_is_judged_at_filing", &["C9"]);
}

#[test]
fn a_verdict_explains_itself() {
    received().when(&moscow(), day(3), &inspect(job(), Verdict::Covered)).then(|events| {
        let [JobEvent::Inspected(inspected)] = events else { panic!("{events:?}") };
        let rules: Vec<_> = inspected.findings.iter().map(|finding| &finding.rule).collect();
        assert_eq!(rules, ["C6", "C9"]);
    });
}

#[test]
fn t9_a_wait_names_the_part_and_its_days() {
    to_be_repaired().when(&moscow(), day(4), &await_part(3, 10)).then(|events| {
        let [JobEvent::PartsAwaited(awaited)] = events else { panic!("{events:?}") };
        assert_eq!((awaited.ordered_at, awaited.expected_on), (day(3), date(10)));
    });
    let reported = to_be_repaired().when(&moscow(), day(4), &await_part(3, 2));
    reported.then_refused("job.expected_before_ordered", &["T9"]);
}

#[test]
fn t9_an_expected_day_that_passes_is_a_missed_deadline_and_a_new_day_may_pass_again() {
    let story = to_be_repaired().and(&moscow(), day(4), &await_part(3, 10));
    let late = story.and_the_clock_reaches(day(11));
    let silent = late.when_the_clock_reaches(day(12));
    silent.then(|events| assert!(events.is_empty(), "reported once: {events:?}"));

    let story = to_be_repaired().and(&moscow(), day(4), &await_part(3, 10));
    story.when_the_clock_reaches(day(11)).then(|events| {
        let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!(passed.part.as_deref(), Some("display"));
        // The end of the day in Moscow.
        assert_eq!(passed.due.to_rfc3339(), "2025-03-11T21:00:00+00:00");
    });

    let promised_again = to_be_repaired()
        .and(&moscow(), day(4), &await_part(3, 10))
        .and_the_clock_reaches(day(11))
        .and(&moscow(), day(11), &promised_again(15, Some("the parcel is at customs")));
    let reported = promised_again.when_the_clock_reaches(day(16));
    reported.then(|events| assert_eq!(names(events), ["deadline_passed"]));
}

/// The same part is expected on another day.
fn promised_again(expected: i64, reason: Option<&str>) -> JobCommand {
    let JobCommand::AwaitParts(awaited) = await_part(3, expected) else { unreachable!() };
    JobCommand::AwaitParts(AwaitParts { reason: reason.map(str::to_owned), ..awaited })
}

#[test]
fn t9_a_new_date_needs_a_reason_and_leaves_the_first_promise_visible() {
    let story = || to_be_repaired().and(&moscow(), day(4), &await_part(3, 10));
    let silent = story().when(&moscow(), day(9), &promised_again(15, None));
    silent.then_refused("job.reason_missing", &["T9"]);
    let explained = story().when(&moscow(), day(9), &promised_again(15, Some("out of stock")));
    explained.then(|events| {
        let [JobEvent::PartsAwaited(awaited)] = events else { panic!("{events:?}") };
        assert_eq!((awaited.first_expected_on, awaited.expected_on), (date(10), date(15)));
        assert_eq!(awaited.reason.as_deref(), Some("out of stock"));
    });
}

#[test]
fn t9_a_part_is_ordered_between_the_receipt_and_now() {
    let early = to_be_repaired().when(&moscow(), day(4), &await_part(1, 10));
    early.then_refused("job.ordered_before_receipt", &["T9"]);
    let late = to_be_repaired().when(&moscow(), day(4), &await_part(5, 10));
    late.then_refused("job.in_the_future", &[]);
}

#[test]
fn t9_a_part_that_arrives_on_its_expected_day_is_not_late() {
    let story = to_be_repaired().and(&moscow(), day(4), &await_part(3, 10)).and(
        &moscow(),
        day(10),
        &part_arrived(10),
    );
    story.when_the_clock_reaches(day(12)).then(|events| assert!(events.is_empty()));
    let reported = to_be_repaired().when(&moscow(), day(4), &part_arrived(4));
    reported.then_refused("job.part_not_awaited", &["T9"]);
}

#[test]
fn t9_nothing_is_repaired_while_its_part_is_awaited() {
    let story = to_be_repaired().and(&moscow(), day(4), &await_part(3, 10));
    story.when(&moscow(), day(5), &repair(job())).then_refused("job.part_still_awaited", &["T9"]);
}

#[test]
fn a_repair_waits_for_the_remedy() {
    let reported = found_covered().when(&moscow(), day(4), &repair(job()));
    let rejection = reported.then_refused("job.remedy_not_chosen", &[]);
    assert!(recourse_kernel::Rejection::reason(&rejection).not_known_yet);
    let replaced = found_covered().and(&reactions(), day(4), &remedy(1, Remedy::Replacement));
    let reported = replaced.when(&moscow(), day(4), &repair(job()));
    reported.then_refused("job.remedy_is_another", &["M2"]);
}

#[test]
fn m3_a_paid_repair_waits_for_the_payment() {
    let offered = received().and(&moscow(), day(3), &inspect(job(), Verdict::NoFaultFound)).and(
        &reactions(),
        day(4),
        &remedy(1, Remedy::PaidRepair),
    );
    offered.when(&moscow(), day(5), &repair(job())).then_refused("job.not_paid", &["M3"]);
    let paid = received()
        .and(&moscow(), day(3), &inspect(job(), Verdict::NoFaultFound))
        .and(&reactions(), day(4), &remedy(1, Remedy::PaidRepair))
        .and(&reactions(), day(5), &payment(1));
    let reported = paid.when(&moscow(), day(5), &repair(job()));
    reported.then(|events| assert_eq!(names(events), ["repaired"]));
}

#[test]
fn c6_a_device_with_two_imeis_is_recognised_by_either_and_by_its_imeisv() {
    let receipt = |first: &str, second: Option<&str>| {
        JobCommand::Receive(Receive {
            second_serial: second.map(serial),
            ..a_receipt(job(), serial(first))
        })
    };
    for reported in [
        receipt("352099001761481", Some(IMEI)),
        receipt(IMEI, Some("352099001761481")),
        receipt("4901542032375107", None),
        receipt("49015420323751", None),
        receipt("IMEI: 490154/20/323751/8", None),
        receipt("490154203237518 / 01", None),
    ] {
        opened().when(&moscow(), day(2), &reported).then(|events| {
            let [JobEvent::Received(received)] = events else { panic!("{events:?}") };
            assert!(received.serial_matches, "{received:?}");
        });
    }
    opened().when(&moscow(), day(2), &receipt("352099001761481", Some("SN-1234"))).then(|events| {
        let [JobEvent::Received(received)] = events else { panic!("{events:?}") };
        assert!(!received.serial_matches);
    });
}

#[test]
fn t9_a_part_that_arrives_after_its_expected_day_needs_a_reason() {
    let story = || to_be_repaired().and(&moscow(), day(4), &await_part(4, 10));
    // Arrived on the promised day but reported a week later: no reason is needed, and the actual
    // day counts.
    story().when(&moscow(), day(17), &part_arrived(10)).then(|events| {
        let [JobEvent::PartsArrived(arrived)] = events else { panic!("{events:?}") };
        assert_eq!(arrived.arrived_at, day(10));
    });
    let reported = story().when(&moscow(), day(11), &part_arrived(11));
    reported.then_refused("job.reason_missing", &["T9"]);
    story().when(&moscow(), day(11), &part_arrived_late(11)).then(|events| {
        let [JobEvent::PartsArrived(arrived)] = events else { panic!("{events:?}") };
        assert_eq!(arrived.reason.as_deref(), Some("delayed at customs"));
    });
}

#[test]
fn c4_a_second_defect_found_on_the_bench_is_reported_with_the_verdict() {
    let JobCommand::Inspect(first) = inspect(job(), Verdict::Covered) else { panic!() };
    let also_found = vec!["loudspeaker".parse().unwrap()];
    let both = JobCommand::Inspect(Inspect { also_found, ..first });
    received().when(&moscow(), day(3), &both).then(|events| {
        let [JobEvent::Inspected(inspected)] = events else { panic!("{events:?}") };
        assert_eq!(inspected.also_found.len(), 1);
    });
}

/// The device arrived damaged, on a shipment of this booker.
fn damaged(booked_by: Party) -> Story<'static, RepairShops> {
    let booked = match booked_by {
        Party::Provider => (moscow(), shipment(Direction::ToShop, "swift")),
        _ => (
            buyer(),
            BookShipment { price: Some(rubles(320)), ..shipment(Direction::ToShop, "post") },
        ),
    };
    let receipt = JobCommand::Receive(Receive {
        condition: Some("one corner is crushed; undamaged on the buyer's photos".to_owned()),
        damaged_on: Some(job().shipment(1)),
        ..a_receipt(job(), serial(IMEI))
    });
    opened().and(&booked.0, day(1), &JobCommand::BookShipment(booked.1)).and(
        &moscow(),
        day(2),
        &receipt,
    )
}

#[test]
fn m8_the_booker_of_the_shipment_is_liable_for_damage_in_transit() {
    let crushed = Verdict::NotCovered { exclusion: Exclusion::MechanicalDamage };
    let misused = Verdict::NotCovered { exclusion: Exclusion::Misuse };
    for verdict in [crushed, misused, Verdict::NoFaultFound] {
        let reported = damaged(Party::Provider).when(&moscow(), day(3), &inspect(job(), verdict));
        reported.then_refused("job.damage_is_the_providers", &["M8"]);
    }
    damaged(Party::Provider).when(&moscow(), day(3), &inspect(job(), Verdict::Covered)).then(
        |events| {
            let [JobEvent::Inspected(inspected)] = events else { panic!("{events:?}") };
            let m8 = inspected.findings.iter().find(|finding| finding.rule == "M8").unwrap();
            assert_eq!(m8.facts["falls_on"], "provider");
        },
    );
    damaged(Party::Buyer).when(&moscow(), day(3), &inspect(job(), crushed)).then(|events| {
        assert_eq!(names(events), ["inspected"]);
    });
}

#[test]
fn m8_reported_damage_names_its_shipment_and_its_condition() {
    let booked = opened().and(
        &moscow(),
        day(1),
        &JobCommand::BookShipment(shipment(Direction::ToShop, "swift")),
    );
    let unspoken =
        Receive { damaged_on: Some(job().shipment(1)), ..a_receipt(job(), serial(IMEI)) };
    let reported = booked.when(&moscow(), day(2), &JobCommand::Receive(unspoken.clone()));
    reported.then_refused("job.damage_without_condition", &["M8"]);
    let unknown = Receive { condition: Some("crushed".to_owned()), ..unspoken };
    let reported = opened().when(&moscow(), day(2), &JobCommand::Receive(unknown.clone()));
    reported.then_refused("shipment.does_not_fit", &[]);
    let booked = opened().and(
        &moscow(),
        day(1),
        &JobCommand::BookShipment(shipment(Direction::ToShop, "swift")),
    );
    booked.when(&moscow(), day(2), &JobCommand::Receive(unknown)).then(|events| {
        assert_eq!(names(events), ["received", "shipment_damaged"]);
    });
}

#[test]
fn a_repair_that_the_seller_had_agreed_to_does_not_exclude_the_device() {
    let device = claim(1).policy().device();
    let agreed = JobCommand::NoteAgreedRepair(RepairAgreed { dispute: device.dispute(1), device });
    let elsewhere = Verdict::NotCovered { exclusion: Exclusion::UnauthorizedRepair };
    let known = nothing().and(&reactions(), day(0), &agreed);
    let story = || {
        let known = nothing().and(&reactions(), day(0), &agreed);
        opened_again(known, claim(1), day(0)).and(&moscow(), day(2), &receive(job(), IMEI))
    };
    story()
        .when(&moscow(), day(3), &inspect(job(), elsewhere))
        .then_refused("job.repair_was_agreed", &[]);
    let covered = inspect(job(), Verdict::Covered);
    story().when(&moscow(), day(3), &covered).then(|events| assert_eq!(events.len(), 1));
    // Reported twice it counts once; and without the seller's agreement the exclusion applies.
    known.when(&reactions(), day(1), &agreed).then(|events| assert!(events.is_empty()));
    received().when(&moscow(), day(3), &inspect(job(), elsewhere)).then(|events| {
        assert_eq!(names(events), ["inspected"]);
    });
}

#[test]
fn outside_coverage_is_neither_electrical_nor_mechanical_nor_visible_where_the_terms_say_so() {
    let found = |nature, verdict| {
        let JobCommand::Inspect(plain) = inspect(job(), verdict) else { panic!() };
        received().when(&moscow(), day(3), &JobCommand::Inspect(Inspect { nature, ..plain }))
    };
    let outside = Verdict::NotCovered { exclusion: Exclusion::OutsideCoverage };
    for nature in [Nature::Electrical, Nature::Mechanical] {
        found(Some(nature), Verdict::Covered).then(|_| {});
        found(Some(nature), outside).then_refused("job.nature_is_covered", &[]);
    }
    // Wisetech's terms do not cover visible defects.
    for nature in [Nature::Visible, Nature::Other] {
        found(Some(nature), Verdict::Covered).then_refused("job.nature_is_not_covered", &[]);
        found(Some(nature), outside).then(|events| {
            let [JobEvent::Inspected(inspected)] = events else { panic!("{events:?}") };
            assert_eq!(inspected.nature, Some(nature));
        });
    }
    // Any other exclusion applies to every kind of defect.
    let dropped = Verdict::NotCovered { exclusion: Exclusion::MechanicalDamage };
    found(Some(Nature::Electrical), dropped).then(|_| {});
}

#[test]
fn t4_a_device_is_not_received_before_its_claim_was_accepted() {
    let early = Receive { received_at: Some(day(-30)), ..a_receipt(job(), serial(IMEI)) };
    let reported = opened().when(&moscow(), day(2), &JobCommand::Receive(early));
    reported.then_refused("job.out_of_order", &[]);
}

#[test]
fn t4_t9_a_device_is_not_repaired_before_its_part_arrived() {
    use crate::domain::commands::AwaitParts;
    use crate::domain::events::PartsArrived;

    let part = || "display".to_owned();
    let awaited = AwaitParts {
        job: job(),
        part: part(),
        ordered_at: None,
        expected_on: date(20),
        reason: None,
    };
    let arrived = PartsArrived { job: job(), part: part(), arrived_at: day(12), reason: None };
    let repaired = |at: i64| {
        let repair = Repair { job: job(), repaired_at: Some(day(at)), work: None };
        to_be_repaired()
            .and(&moscow(), day(4), &JobCommand::AwaitParts(awaited.clone()))
            .and(&moscow(), day(13), &JobCommand::PartsArrived(arrived.clone()))
            .when(&moscow(), day(14), &JobCommand::Repair(repair))
    };
    repaired(6).then_refused("job.out_of_order", &[]);
    repaired(12).then(|events| assert_eq!(names(events), ["repaired"]));
}

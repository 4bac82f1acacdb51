//! The shop that holds the job reads what the buyer wrote, and each access is recorded (A2).

use recourse_kernel::Rejection as _;

use super::endings::{hand_over, replace, to_be_replaced};
use super::*;
use crate::domain::commands::{Disclose, Move, NoteAbandonment, NoteDefect};
use crate::domain::events::{HandedTo, MovedBecause, Personal};
use crate::domain::state::Jobs;

fn kazan() -> Principal {
    Principal::new(Role::Shop, "wisetech-ru-kazan")
}

fn disclose() -> JobCommand {
    JobCommand::Disclose(Disclose { job: job(), photo: None })
}

fn see(sha256: &str) -> JobCommand {
    JobCommand::Disclose(Disclose { job: job(), photo: Some(sha256.to_owned()) })
}

fn add_defect(defect: u32) -> JobCommand {
    let (claim, text) = (claim(1), sealed("the camera, too"));
    JobCommand::NoteDefect(NoteDefect { claim, defect, text, at: day(1) })
}

/// The job was moved to Kazan on day 1.
fn moved_to_kazan() -> Story<'static, RepairShops> {
    let to_kazan = JobCommand::Move(Move {
        job: job(),
        because: MovedBecause::Refused,
        to: Some("wisetech-ru-kazan".to_owned()),
        note: None,
        moved_at: None,
    });
    opened().and(&moscow(), day(1), &to_kazan)
}

#[test]
fn a2_the_job_keeps_what_its_shop_may_read_sealed() {
    nothing().when(&reactions(), day(0), &JobCommand::Open(Box::new(accepted(claim(1))))).then(
        |events| {
            let [JobEvent::Opened(opened)] = events else { panic!("{events:?}") };
            assert_eq!(opened.defect, sealed("defect"));
            assert_eq!(opened.contact, sealed("contact"));
            assert_eq!(opened.photos[0].sha256, photo().sha256);
        },
    );
}

#[test]
fn a2_each_access_is_recorded_with_who_read_what_and_when() {
    let before = || opened().and(&moscow(), day(1), &disclose());
    before().when(&moscow(), day(2), &disclose()).then(|events| {
        let [JobEvent::Disclosed(disclosed)] = events else { panic!("{events:?}") };
        assert_eq!((&disclosed.by, disclosed.at), (&moscow(), day(2)));
        assert_eq!((disclosed.job, disclosed.claim), (job(), claim(1)));
        assert_eq!(disclosed.what, [Personal::Defect, Personal::Contact]);
        assert_eq!(disclosed.photo, None);
    });
    before().when(&moscow(), day(2), &see(&photo().sha256)).then(|events| {
        let [JobEvent::Disclosed(disclosed)] = events else { panic!("{events:?}") };
        assert_eq!(disclosed.what, [Personal::Photo]);
        assert_eq!(disclosed.photo, Some(photo().sha256));
    });
    let other = see(&"b2".repeat(32));
    before().when(&moscow(), day(2), &other).then_refused("photo.not_known", &[]);
}

#[test]
fn a2_only_the_shop_of_the_job_reads_them() {
    let provider = Principal::new(Role::Provider, moscow().subject);
    for other in [kazan(), adjuster(), buyer(), provider] {
        for command in [disclose(), see(&photo().sha256)] {
            let refused = opened().when(&other, day(1), &command);
            let findings = refused.then_refused("job.disclosure.not_allowed", &[]).findings();
            assert_eq!(findings.first().map(|finding| finding.rule.as_str()), Some("A2"));
        }
    }
    let refused = nothing().when(&moscow(), day(1), &disclose());
    refused.then_refused("job.not_known", &[]);
}

#[test]
fn a2_after_a_move_the_new_shop_reads_them_and_the_old_one_no_longer() {
    moved_to_kazan()
        .when(&kazan(), day(2), &disclose())
        .then(|events| assert_eq!(names(events), ["disclosed"]));
    let old = moved_to_kazan().when(&moscow(), day(2), &disclose());
    old.then_refused("job.disclosure.not_allowed", &[]);
}

#[test]
fn a2_once_the_job_is_over_or_the_device_has_left_they_are_not_shown() {
    let closed = repaired().and(&moscow(), day(6), &hand_over(HandedTo::Buyer, None));
    closed.when(&moscow(), day(7), &disclose()).then_refused("job.closed", &[]);
    let left = repaired().and(&moscow(), day(6), &courier_to_buyer()).and(
        &moscow(),
        day(6),
        &hand_over(HandedTo::Carrier, Some(1)),
    );
    left.when(&moscow(), day(7), &see(&photo().sha256))
        .then_refused("job.already_handed_over", &[]);
    let abandoned = found_covered().and(
        &reactions(),
        day(90),
        &JobCommand::NoteAbandonment(NoteAbandonment { claim: claim(1), at: day(90) }),
    );
    abandoned.when(&moscow(), day(91), &disclose()).then_refused("job.abandoned", &["M8"]);
}

#[test]
fn a2_a_replacement_lost_in_transit_is_addressed_again() {
    let sent = to_be_replaced().and(&moscow(), day(5), &courier_to_buyer()).and(
        &moscow(),
        day(5),
        &replace("SN-99999", Some(1)),
    );
    let lost = sent.and(&moscow(), day(7), &JobCommand::LoseShipment(moved(1)));
    lost.when(&moscow(), day(8), &disclose())
        .then(|events| assert_eq!(names(events), ["disclosed"]));
}

#[test]
fn c4_a_further_defect_is_noted_once_even_before_the_claim_has_a_job() {
    nothing().when(&reactions(), day(0), &add_defect(2)).then(|events| {
        let [JobEvent::DefectNoted(noted)] = events else { panic!("{events:?}") };
        assert_eq!((noted.claim, noted.defect, noted.at), (claim(1), 2, day(1)));
        let mut jobs = Jobs::default();
        jobs.evolve(&events[0]);
        assert_eq!(jobs.notes(job()).defects.get(&2), Some(&sealed("the camera, too")));
    });
    let noted = || nothing().and(&reactions(), day(0), &add_defect(2));
    noted().when(&reactions(), day(0), &add_defect(2)).then(|events| assert!(events.is_empty()));
    noted()
        .when(&reactions(), day(0), &add_defect(3))
        .then(|events| assert_eq!(names(events), ["defect_noted"]));
}

//! A refusal lists every rule that was tried, and every code has a story.

use recourse_kernel::{Finding, Rejection as _};

use super::bench::await_part;
use super::endings::hand_over;
use super::*;
use crate::domain::commands::{DeclareBeyondRepair, ResolveSerial};
use crate::domain::events::PhotoReference;
use crate::domain::events::{BeyondRepairBecause, HandedTo};

/// … and was handed over to its buyer on day 6, which closes the job.
fn handed_over() -> Story<'static, RepairShops> {
    repaired().and(&moscow(), day(6), &hand_over(HandedTo::Buyer, None))
}

fn outcomes(findings: &[Finding]) -> Vec<(&str, bool)> {
    findings.iter().map(|finding| (finding.rule.as_str(), finding.passed)).collect()
}

#[test]
fn a_refusal_lists_every_rule_that_was_tried() {
    let unpaid = received()
        .and(&moscow(), day(3), &inspect(job(), Verdict::NoFaultFound))
        .and(&reactions(), day(4), &remedy(1, Remedy::PaidRepair))
        .and(&moscow(), day(4), &await_part(4, 10));
    let refused = unpaid.when(&moscow(), day(5), &repair(job()));
    let findings = refused.then_refused("job.not_paid", &["M3"]).findings();
    let expected = [("C6", true), ("M2", true), ("M3", false), ("T9", false)];
    assert_eq!(outcomes(&findings), expected);
    assert_eq!(findings[2].facts["code"], "job.not_paid");
    assert_eq!(findings[3].facts["code"], "job.part_still_awaited");
}

#[test]
fn a_refused_booking_lists_who_is_liable_and_that_no_price_is_known() {
    let request = JobCommand::BookShipment(shipment(Direction::ToShop, "unknown"));
    let refused = opened().when(&moscow(), day(1), &request);
    let findings = refused.then_refused("shipment.no_tariff", &["C5"]).findings();
    assert_eq!(outcomes(&findings), [("M8", true), ("C5", false)]);
}

#[test]
fn a1_staff_of_another_provider_may_not_act() {
    let other = adjuster().of_provider("tomrepair");
    let refused = opened().when(&other, day(1), &courier_to_buyer());
    let findings = refused.then_refused("job.provider.not_allowed", &[]).findings();
    assert_eq!(outcomes(&findings), [("A1", false)]);
}

#[test]
fn a_job_that_is_not_known_may_not_have_been_read_yet() {
    let refused = nothing().when(&moscow(), day(1), &receive(job(), IMEI));
    assert!(refused.then_refused("job.not_known", &[]).reason().not_known_yet);
}

#[test]
fn a_device_is_handed_over_once_and_ends_the_job() {
    let again = handed_over().when(&moscow(), day(7), &hand_over(HandedTo::Buyer, None));
    again.then_refused("job.already_handed_over", &[]);
    let late = handed_over().when(&moscow(), day(7), &courier_to_buyer());
    late.then_refused("job.closed", &[]);
}

#[test]
fn a_device_is_repaired_after_its_inspection_and_not_once_it_is_beyond_repair() {
    let early = received().and(&reactions(), day(3), &remedy(1, Remedy::Repair));
    early.when(&moscow(), day(4), &repair(job())).then_refused("job.not_inspected", &[]);
    let (because, at) = (BeyondRepairBecause::FoundSo, None);
    let declare = JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job: job(), because, at });
    let beyond = to_be_repaired().and(&moscow(), day(4), &declare);
    beyond.when(&moscow(), day(5), &repair(job())).then_refused("job.beyond_repair", &[]);
}

#[test]
fn a_note_has_words_and_a_list_has_an_end() {
    let quarantined = opened().and(&moscow(), day(2), &receive(job(), "SN-12345"));
    let (serial_of, note) = (serial(IMEI), " ".to_owned());
    let silent = ResolveSerial { job: job(), serial: serial_of, note };
    let refused = quarantined.when(&adjuster(), day(3), &JobCommand::ResolveSerial(silent));
    let findings = refused.then_refused("job.text_out_of_bounds", &[]).findings();
    assert_eq!(outcomes(&findings), [("C6", true), ("command", false)]);

    let photo =
        PhotoReference { sha256: "0".repeat(64), size: 1_000, media_type: "image/jpeg".to_owned() };
    let many = Receive { photos: vec![photo; 51], ..a_receipt(job(), serial(IMEI)) };
    let refused = opened().when(&moscow(), day(2), &JobCommand::Receive(many));
    refused.then_refused("job.too_many_entries", &[]);
}

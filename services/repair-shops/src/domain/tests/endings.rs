use super::*;
use crate::domain::commands::{HandOver, SendReplacement};
use crate::domain::events::HandedTo;
use recourse_terms::Exclusion;

fn hand_over(to: HandedTo, way: Option<u32>) -> JobCommand {
    let way = way.map(|number| job().way(number));
    JobCommand::HandOver(HandOver { job: job(), to, way, at: None })
}

fn replace(serial_text: &str, way: Option<u32>) -> JobCommand {
    let way = way.map(|number| job().way(number));
    let serial = serial(serial_text);
    JobCommand::SendReplacement(SendReplacement { job: job(), serial, way, sent_at: None })
}

fn to_be_returned() -> Story<'static, RepairShops> {
    let verdict = Verdict::NotCovered { exclusion: Exclusion::LiquidOrDirt };
    received().and(&moscow(), day(3), &inspect(job(), verdict)).and(
        &reactions(),
        day(4),
        &remedy(1, Remedy::ReturnUnrepaired),
    )
}

fn to_be_replaced() -> Story<'static, RepairShops> {
    found_covered().and(&reactions(), day(4), &remedy(1, Remedy::Replacement))
}

#[test]
fn a_mended_device_given_to_its_buyer_ends_the_job() {
    let told = repaired().when(&moscow(), day(6), &hand_over(HandedTo::Buyer, None));
    told.then(|events| assert_eq!(names(events), ["handed_over", "closed"]));
}

#[test]
fn with_a_carrier_the_job_ends_when_the_way_does() {
    let story = repaired().and(&moscow(), day(6), &courier_back());
    let told = story.when(&moscow(), day(6), &hand_over(HandedTo::Carrier, Some(1)));
    told.then(|events| assert_eq!(names(events), ["handed_over"]));
    let story = repaired().and(&moscow(), day(6), &courier_back()).and(
        &moscow(),
        day(6),
        &hand_over(HandedTo::Carrier, Some(1)),
    );
    let told = story.when(&moscow(), day(8), &JobCommand::DeliverWay(moved(1)));
    told.then(|events| assert_eq!(names(events), ["way_delivered", "closed"]));
}

#[test]
fn what_goes_with_a_carrier_needs_a_way_back() {
    let told = repaired().when(&moscow(), day(6), &hand_over(HandedTo::Carrier, None));
    told.then_refused("way.missing", &[]);
    let there = JobCommand::BookWay(way(Direction::There, "swift"));
    let story = repaired().and(&moscow(), day(6), &there);
    let told = story.when(&moscow(), day(6), &hand_over(HandedTo::Carrier, Some(1)));
    told.then_refused("way.does_not_fit", &[]);
}

#[test]
fn a_device_to_be_mended_is_not_handed_over_before() {
    let told = to_be_repaired().when(&moscow(), day(6), &hand_over(HandedTo::Buyer, None));
    told.then_refused("job.not_repaired", &[]);
}

#[test]
fn m3_a_device_goes_back_only_when_what_the_buyer_owes_is_paid() {
    let told = to_be_returned().when(&moscow(), day(5), &hand_over(HandedTo::Buyer, None));
    told.then_refused("job.not_paid", &["M3"]);
    let paid = to_be_returned().and(&reactions(), day(5), &payment(1));
    let told = paid.when(&moscow(), day(5), &hand_over(HandedTo::Buyer, None));
    told.then(|events| assert_eq!(names(events), ["handed_over", "closed"]));
}

#[test]
fn s2_a_replacement_is_another_device() {
    let told = to_be_replaced().when(&moscow(), day(5), &replace(IMEI, None));
    told.then_refused("job.same_device", &["S2"]);
    let told = to_be_replaced().when(&moscow(), day(5), &replace("SN-99999", None));
    told.then(|events| assert_eq!(names(events), ["replacement_sent", "closed"]));
}

#[test]
fn a_replacement_needs_that_remedy() {
    let told = to_be_repaired().when(&moscow(), day(5), &replace("SN-99999", None));
    told.then_refused("job.remedy_is_another", &["M2"]);
}

#[test]
fn m8_a_replacement_lost_on_the_way_is_sent_again() {
    let sent = || {
        to_be_replaced().and(&moscow(), day(5), &courier_back()).and(
            &moscow(),
            day(5),
            &replace("SN-99999", Some(1)),
        )
    };
    let told = sent().when(&moscow(), day(6), &replace("SN-88888", None));
    told.then_refused("job.already_replaced", &[]);
    let lost = sent().and(&moscow(), day(7), &JobCommand::LoseWay(moved(1)));
    let told = lost.when(&moscow(), day(8), &replace("SN-88888", None));
    told.then(|events| assert_eq!(names(events), ["replacement_sent", "closed"]));
}

#[test]
fn m9_after_a_replacement_or_cash_the_device_stays() {
    let told = to_be_replaced().when(&moscow(), day(5), &hand_over(HandedTo::Buyer, None));
    told.then_refused("job.device_is_the_providers", &["M9"]);
    let cash = found_covered().and(&reactions(), day(4), &remedy(1, Remedy::Cash));
    let told = cash.when(&reactions(), day(5), &payment(1));
    told.then(|events| assert_eq!(names(events), ["payment_noted", "closed"]));
}

//! M3, M13, T11: the provider's courier that does not come, is cancelled, or finds nothing to pick
//! up; receipts of what the buyer paid.

use recourse_kernel::{Decider, Owner, Wait, WaitKind};
use recourse_terms::Party;

use super::*;
use crate::domain::commands::{AddReceipt, CancelShipment, RequestCourier};
use crate::domain::events::{PhotoReference, PostageReceipt, Scan};
use crate::domain::state::Jobs;

fn under_courier_terms() -> Story<'static, RepairShops> {
    let open = JobCommand::Open(Box::new(accepted_under("wisetech-repair-2", claim(1))));
    nothing().and(&reactions(), day(0), &open)
}

fn request() -> JobCommand {
    JobCommand::RequestCourier(RequestCourier { job: job() })
}

fn courier() -> JobCommand {
    JobCommand::BookShipment(shipment(Direction::ToShop, "swift"))
}

fn own(carrier: &str) -> JobCommand {
    let price = Some(rubles(700));
    JobCommand::BookShipment(BookShipment { price, ..shipment(Direction::ToShop, carrier) })
}

fn cancel(number: u32, scans: Vec<Scan>) -> JobCommand {
    JobCommand::CancelShipment(CancelShipment { shipment: job().shipment(number), scans })
}

fn scanned() -> Vec<Scan> {
    let scan = r#"[{"at": "2025-03-02T09:00:00Z", "code": "no_one_home"}]"#;
    serde_json::from_str(scan).unwrap()
}

/// The courier was requested on day 1, and booked on day 2.
fn booked() -> Story<'static, RepairShops> {
    under_courier_terms().and(&buyer(), day(1), &request()).and(&moscow(), day(2), &courier())
}

fn waits(jobs: &Jobs) -> Vec<(WaitKind, Owner, Option<Instant>, bool)> {
    let named = |wait: Wait| (wait.what, wait.owner, wait.until, wait.paused.is_some());
    RepairShops::waits(jobs).into_iter().map(named).collect()
}

const COURIER: (WaitKind, Owner) = (WaitKind::CourierBooking, Owner::Provider);

#[track_caller]
fn the_provider_is_waited_for(story: Story<'static, RepairShops>, until: Instant) {
    let state = story.when_the_clock_reaches(day(2)).then(|_| {}).state;
    let paused = (WaitKind::HandOver, Owner::Buyer, None, true);
    let (what, owner) = COURIER;
    assert_eq!(waits(&state), [(what, owner, Some(until), false), paused]);
}

#[test]
fn t11_a_courier_that_was_booked_has_to_come() {
    the_provider_is_waited_for(booked(), day(5));
    let late = booked().and_the_clock_reaches(day(100));
    let state = late.when_the_clock_reaches(day(101)).then(|events| assert!(events.is_empty()));
    let wait = RepairShops::waits(&state.state).remove(0);
    assert_eq!((wait.what, wait.owner, wait.is_late), (COURIER.0, COURIER.1, true));
}

#[test]
fn t11_a_courier_that_the_provider_cancels_is_due_again() {
    the_provider_is_waited_for(booked().and(&moscow(), day(2), &cancel(1, Vec::new())), day(5));
}

#[test]
fn t11_a_courier_that_came_leaves_the_hand_over_to_the_buyer() {
    let cancelled = booked().and(&moscow(), day(3), &cancel(1, scanned()));
    let state = cancelled.when_the_clock_reaches(day(3)).then(|_| {}).state;
    assert_eq!(waits(&state), [(WaitKind::HandOver, Owner::Buyer, Some(day(33)), false)]);
}

#[test]
fn m3_the_buyer_replaces_a_courier_that_did_not_come() {
    booked().when(&buyer(), day(7), &own("post-ru")).then_refused("job.another_shipment", &["M13"]);
    booked()
        .when(&buyer(), day(7), &cancel(1, Vec::new()))
        .then_refused("shipment.booker_not_allowed", &["M8"]);
    let late = || booked().and_the_clock_reaches(day(8));
    late().when(&buyer(), day(8), &own("post-ru")).then(|events| {
        let [JobEvent::ShipmentCancelled(_), JobEvent::ShipmentBooked(booked)] = events else {
            panic!("{events:?}")
        };
        assert_eq!((booked.booked_by, booked.counts_as), (Party::Buyer, Some(Party::Provider)));
    });
    late()
        .when(&buyer(), day(8), &cancel(1, Vec::new()))
        .then(|events| assert_eq!(names(events), ["shipment_cancelled"]));
}

#[test]
fn m3_another_booking_of_the_buyer_still_counts_as_the_providers() {
    let requested = under_courier_terms().and(&buyer(), day(1), &request());
    let again = requested.and_the_clock_reaches(day(8)).and(&buyer(), day(8), &own("post-ru")).and(
        &buyer(),
        day(9),
        &cancel(1, Vec::new()),
    );
    again.when(&buyer(), day(9), &own("swift")).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!(booked.counts_as, Some(Party::Provider));
    });
}

#[test]
fn t11_a_courier_that_picked_the_device_up_is_no_longer_awaited() {
    let picked_up = booked().and(&moscow(), day(4), &JobCommand::PickUpShipment(moved(1)));
    let state = picked_up.when_the_clock_reaches(day(5)).then(|_| {}).state;
    assert_eq!(waits(&state), [(WaitKind::ShipmentToShop, Owner::Carrier, Some(day(34)), false)]);
}

fn a_receipt_of(amount: Money) -> PostageReceipt {
    let (sha256, media_type) = ("a1".repeat(32), "image/jpeg".to_owned());
    PostageReceipt { amount, photo: PhotoReference { sha256, size: 600, media_type } }
}

fn add(amount: Money) -> JobCommand {
    let shipment = job().shipment(1);
    JobCommand::AddReceipt(AddReceipt { shipment, receipt: a_receipt_of(amount) })
}

#[test]
fn m13_a_receipt_comes_with_the_booking_or_later_once() {
    let with = BookShipment {
        price: Some(rubles(700)),
        receipt: Some(a_receipt_of(rubles(700))),
        ..shipment(Direction::ToShop, "post-ru")
    };
    let with = opened().and(&buyer(), day(1), &JobCommand::BookShipment(with));
    with.when(&buyer(), day(2), &add(rubles(700))).then_refused("shipment.receipt_known", &["M13"]);
    let without = || opened().and(&buyer(), day(1), &own("post-ru"));
    without()
        .when(&buyer(), day(2), &add(rubles(700)))
        .then(|events| assert_eq!(names(events), ["receipt_added"]));
    let euros = Money::new(700, "EUR".parse().unwrap());
    without().when(&buyer(), day(2), &add(euros)).then_refused("job.another_currency", &["M13"]);
    let providers = opened().and(&moscow(), day(1), &courier());
    providers
        .when(&moscow(), day(2), &add(rubles(700)))
        .then_refused("shipment.receipt_misplaced", &["M13"]);
}

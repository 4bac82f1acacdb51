//! M8, T11: whose statement about a shipment counts, and which ones a later report corrects.

use super::endings::{hand_over, replace, to_be_replaced};
use super::*;
use crate::domain::commands::Move;
use crate::domain::events::{EndReported, HandedTo, MovedBecause, Scan};

fn scanned(number: u32) -> MoveShipment {
    let scan = r#"[{"at": "2025-03-02T09:00:00Z", "code": "event"}]"#;
    let scans: Vec<Scan> = serde_json::from_str(scan).unwrap();
    MoveShipment { scans, ..moved(number) }
}

fn pick_up(number: u32) -> JobCommand {
    JobCommand::PickUpShipment(moved(number))
}

fn deliver(number: u32) -> JobCommand {
    JobCommand::DeliverShipment(moved(number))
}

fn lose(number: u32) -> JobCommand {
    JobCommand::LoseShipment(moved(number))
}

/// A courier of the provider, booked on day 1.
fn providers() -> Story<'static, RepairShops> {
    let courier = JobCommand::BookShipment(shipment(Direction::ToShop, "swift"));
    opened().and(&moscow(), day(1), &courier)
}

/// The buyer's own parcel, picked up on day 2.
fn buyers() -> Story<'static, RepairShops> {
    let price = Some(rubles(380));
    let own = BookShipment { price, ..shipment(Direction::ToShop, "post-ru") };
    opened().and(&buyer(), day(1), &JobCommand::BookShipment(own)).and(
        &buyer(),
        day(2),
        &pick_up(1),
    )
}

const REFUSED: (&str, &[&str]) = ("job.not_yours_to_state", &["M8", "T11"]);

#[test]
fn m8_the_buyer_states_neither_pick_up_nor_loss_of_the_providers_shipment() {
    for command in [pick_up(1), deliver(1)] {
        providers().when(&buyer(), day(3), &command).then_refused(REFUSED.0, REFUSED.1);
    }
    let lost = |who: &Principal| providers().when(who, day(3), &lose(1));
    lost(&buyer()).then_refused("shipment.not_picked_up", &["M8"]);
    lost(&moscow()).then_refused("shipment.not_picked_up", &["M8"]);
    let picked_up = || providers().and(&moscow(), day(2), &pick_up(1));
    picked_up().when(&buyer(), day(3), &lose(1)).then_refused(REFUSED.0, REFUSED.1);
    picked_up()
        .when(&buyer(), day(3), &JobCommand::LoseShipment(scanned(1)))
        .then(|events| assert_eq!(names(events), ["shipment_lost"]));
    picked_up()
        .when(&moscow(), day(3), &lose(1))
        .then(|events| assert_eq!(names(events), ["shipment_lost"]));
}

#[test]
fn m8_the_shop_does_not_lose_the_buyers_parcel_without_scans() {
    buyers().when(&moscow(), day(4), &lose(1)).then_refused(REFUSED.0, REFUSED.1);
    buyers().when(&moscow(), day(4), &JobCommand::LoseShipment(scanned(1))).then(|events| {
        let [JobEvent::ShipmentLost(lost)] = events else { panic!("{events:?}") };
        assert!(!lost.presumed);
    });
    buyers()
        .when(&buyer(), day(4), &lose(1))
        .then(|events| assert_eq!(names(events), ["shipment_lost"]));
}

#[test]
fn t11_a_lost_parcel_that_arrives_is_corrected_whoever_reported_the_loss() {
    let lost = || buyers().and(&buyer(), day(4), &lose(1));
    lost().when(&moscow(), day(5), &receive(job(), IMEI)).then(|events| {
        let [JobEvent::ShipmentCorrected(corrected), JobEvent::Received(_)] = events else {
            panic!("{events:?}")
        };
        assert_eq!((corrected.was, corrected.now), (EndReported::Lost, EndReported::Arrived));
    });
    lost().when(&moscow(), day(5), &deliver(1)).then(|events| {
        let [JobEvent::ShipmentCorrected(corrected)] = events else { panic!("{events:?}") };
        assert!(!corrected.presumed);
    });
    // The buyer's statement about the shop can be corrected in turn.
    lost().when(&buyer(), day(5), &deliver(1)).then(|events| {
        let [JobEvent::ShipmentCorrected(corrected)] = events else { panic!("{events:?}") };
        assert!(corrected.presumed);
    });
}

/// A repaired device that was sent on day 6.
fn sent() -> Story<'static, RepairShops> {
    let story = repaired().and(&moscow(), day(6), &courier_to_buyer());
    story.and(&moscow(), day(6), &hand_over(HandedTo::Carrier, Some(1)))
}

#[test]
fn t11_what_the_shop_says_was_delivered_is_presumed_until_the_buyer_denies_it() {
    sent().when(&moscow(), day(7), &deliver(1)).then(|events| {
        let JobEvent::ShipmentDelivered(delivered) = &events[0] else { panic!("{events:?}") };
        assert!(delivered.presumed);
    });
    let delivered = || sent().and(&moscow(), day(7), &deliver(1));
    let denied = || delivered().and(&buyer(), day(8), &lose(1));
    delivered().when(&buyer(), day(8), &lose(1)).then(|events| {
        let [JobEvent::ShipmentCorrected(corrected)] = events else { panic!("{events:?}") };
        assert_eq!((corrected.now, corrected.presumed), (EndReported::Lost, false));
    });
    denied().when(&moscow(), day(9), &deliver(1)).then_refused(REFUSED.0, REFUSED.1);
    denied()
        .when(&moscow(), day(9), &JobCommand::DeliverShipment(scanned(1)))
        .then(|events| assert_eq!(names(events), ["shipment_corrected", "closed"]));
    // What the buyer or the carrier said is not for the shop to change.
    let confirmed = || sent().and(&buyer(), day(7), &deliver(1));
    confirmed().when(&moscow(), day(8), &lose(1)).then_refused("shipment.over", &[]);
    confirmed().when(&buyer(), day(8), &lose(1)).then_refused("shipment.over", &[]);
}

#[test]
fn m8_a_replacement_is_sent_again_although_the_job_had_ended() {
    const ANOTHER: &str = "356938035643809";
    let sent = || {
        to_be_replaced()
            .and(&moscow(), day(5), &courier_to_buyer())
            .and(&moscow(), day(5), &replace(ANOTHER, Some(1)))
            .and(&moscow(), day(6), &deliver(1))
    };
    let lost = || sent().and(&buyer(), day(8), &lose(1));
    let chosen = || lost().and(&reactions(), day(9), &remedy(1, Remedy::Replacement));
    chosen().when_the_clock_reaches(day(20)).then(|events| {
        assert_eq!(names(events), ["deadline_passed"]);
    });
    let again = chosen().and(&moscow(), day(10), &courier_to_buyer());
    let again = again.and(&moscow(), day(10), &replace("868932036356090", Some(2)));
    again
        .when(&buyer(), day(13), &deliver(2))
        .then(|events| assert_eq!(names(events), ["shipment_delivered", "closed"]));
}

#[test]
fn m13_one_return_at_a_time_and_none_that_was_not_used() {
    let booked = || repaired().and(&moscow(), day(6), &courier_to_buyer());
    booked()
        .when(&moscow(), day(6), &courier_to_buyer())
        .then_refused("job.another_shipment", &["M13"]);
    booked().when(&moscow(), day(7), &hand_over(HandedTo::Buyer, None)).then(|events| {
        assert_eq!(names(events), ["shipment_cancelled", "handed_over", "closed"]);
    });
    // What the carrier has is not cancelled, and what was cancelled carries nothing.
    let cancel = |number| {
        JobCommand::CancelShipment(crate::domain::commands::CancelShipment {
            shipment: job().shipment(number),
            scans: Vec::new(),
        })
    };
    sent().when(&moscow(), day(7), &cancel(1)).then_refused("job.shipment_picked_up", &["M13"]);
    booked()
        .and(&moscow(), day(6), &cancel(1))
        .when(&moscow(), day(7), &hand_over(HandedTo::Carrier, Some(1)))
        .then_refused("shipment.does_not_fit", &[]);
}

#[test]
fn t11_a_pick_up_that_is_reported_late_leaves_the_carrier_and_the_buyer_their_days() {
    let late = MoveShipment { at: Some(day(2)), ..moved(1) };
    providers().when(&moscow(), day(40), &JobCommand::PickUpShipment(late)).then(|events| {
        let [JobEvent::ShipmentPickedUp(moved)] = events else { panic!("{events:?}") };
        assert_eq!((moved.at, moved.deliver_by), (day(2), Some(day(70))));
    });
}

fn kazan() -> Principal {
    Principal::new(Role::Shop, "wisetech-ru-kazan")
}

/// Received in Moscow on day 2, and to be forwarded to Kazan from day 4 on.
fn forwarded() -> Story<'static, RepairShops> {
    let (because, to) = (MovedBecause::ShopCloses, Some("wisetech-ru-kazan".to_owned()));
    let to_kazan = JobCommand::Move(Move { job: job(), because, to, note: None, moved_at: None });
    found_covered().and(&moscow(), day(4), &to_kazan)
}

fn withdrawn() -> JobCommand {
    JobCommand::NoteWithdrawal(OfClaim { claim: claim(1), at: day(5) })
}

#[test]
fn t11_a_device_between_two_shops_keeps_the_job_open_after_a_withdrawal() {
    let withdrawn = || forwarded().and(&reactions(), day(5), &withdrawn());
    withdrawn().when_the_clock_reaches(day(30)).then(|events| {
        let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        assert_eq!(passed.deadline, recourse_kernel::WaitKind::Dispatch);
    });
    withdrawn().when(&kazan(), day(8), &receive(job(), IMEI)).then(|events| {
        assert_eq!(names(events), ["received"]);
    });
}

#[test]
fn t11_a_booking_that_was_not_picked_up_does_not_keep_a_withdrawn_job_open() {
    for story in [providers(), opened()] {
        story.when(&reactions(), day(5), &withdrawn()).then(|events| {
            assert_eq!(names(events).last(), Some(&"closed"), "{events:?}");
        });
    }
    let picked_up = providers().and(&moscow(), day(2), &pick_up(1));
    picked_up.when(&reactions(), day(5), &withdrawn()).then(|events| {
        assert!(!names(events).contains(&"closed"), "{events:?}");
    });
}

#[test]
fn t11_what_was_forwarded_and_delivered_is_received_by_the_next_shop() {
    let there = JobCommand::BookShipment(shipment(Direction::ToShop, "swift"));
    let delivered = forwarded()
        .and(&kazan(), day(5), &there)
        .and(&kazan(), day(5), &pick_up(1))
        .and(&kazan(), day(8), &deliver(1));
    delivered.when_the_clock_reaches(day(30)).then(|events| {
        let [JobEvent::DeadlinePassed(passed)] = events else { panic!("{events:?}") };
        let inspection = recourse_kernel::WaitKind::Inspection;
        assert_eq!((passed.deadline, passed.due), (inspection, day(13)));
    });
}

#[test]
fn t11_a_job_with_a_declaration_to_approve_is_not_moved() {
    use crate::domain::commands::DeclareBeyondRepair;
    use crate::domain::events::BeyondRepairBecause;
    let kazan_is_first = ClaimAccepted { city: "Казань".to_owned(), ..accepted(claim(1)) };
    let because = BeyondRepairBecause::FoundSo;
    let declared =
        JobCommand::DeclareBeyondRepair(DeclareBeyondRepair { job: job(), because, at: None });
    let proposed = nothing()
        .and(&reactions(), day(0), &JobCommand::Open(Box::new(kazan_is_first)))
        .and(&kazan(), day(2), &receive(job(), IMEI))
        .and(&kazan(), day(3), &inspect(job(), Verdict::Covered))
        .and(&kazan(), day(4), &declared);
    let (because, to) = (MovedBecause::ShopCloses, None);
    let elsewhere = JobCommand::Move(Move { job: job(), because, to, note: None, moved_at: None });
    proposed.when(&kazan(), day(5), &elsewhere).then_refused("job.waits_for_approval", &["T11"]);
}

//! A shop refuses a job or closes: another one takes it, at no cost to the buyer.

use super::*;
use crate::domain::commands::Move;
use crate::domain::events::MovedBecause;
use recourse_terms::Party;

fn kazan() -> Principal {
    Principal::new(Role::Shop, "wisetech-ru-kazan")
}

fn moved_to(to: Option<&str>) -> JobCommand {
    JobCommand::Move(Move {
        job: job(),
        because: MovedBecause::ShopCloses,
        to: to.map(str::to_owned),
        note: Some("closed for good".to_owned()),
        moved_at: None,
    })
}

#[test]
fn c7_a_shop_that_refuses_passes_the_job_to_another_listed_one() {
    opened().when(&moscow(), day(1), &moved_to(Some("wisetech-ru-kazan"))).then(|events| {
        let [JobEvent::Moved(moved)] = events else { panic!("{events:?}") };
        assert_eq!(
            (moved.from.as_str(), moved.shop.city.as_str()),
            ("wisetech-ru-moscow", "Kazan")
        );
        assert_eq!(moved.device_in, None, "the buyer still has it");
        assert_eq!(moved.findings[0].facts["at_whose_cost"], "provider");
    });
    // The job now belongs to the other shop only.
    let story = || opened().and(&moscow(), day(1), &moved_to(Some("wisetech-ru-kazan")));
    story().when(&moscow(), day(2), &receive(job(), IMEI)).then_refused("job.not_allowed", &[]);
    story()
        .when(&kazan(), day(2), &receive(job(), IMEI))
        .then(|events| assert_eq!(names(events), ["received"]));
}

#[test]
fn c7_a_branch_that_closes_passes_to_the_main_centre_and_the_main_centre_to_a_branch() {
    let in_kazan = ClaimAccepted { city: "Казань".to_owned(), ..accepted(claim(1)) };
    let opened_there = nothing().and(&reactions(), day(0), &JobCommand::Open(Box::new(in_kazan)));
    opened_there.when(&kazan(), day(1), &moved_to(None)).then(|events| {
        let [JobEvent::Moved(moved)] = events else { panic!("{events:?}") };
        assert_eq!(moved.shop.id, "wisetech-ru-moscow");
    });
    opened().when(&moscow(), day(1), &moved_to(None)).then(|events| {
        let [JobEvent::Moved(moved)] = events else { panic!("{events:?}") };
        assert!(!moved.shop.main_centre);
    });
}

#[test]
fn c7_only_listed_shops_of_the_provider_in_the_country_can_take_a_job() {
    for elsewhere in ["wisetech-ru-moscow", "wisetech-by-minsk", "tomrepair-ru-moscow", "garage"] {
        let reported = opened().when(&adjuster(), day(1), &moved_to(Some(elsewhere)));
        reported.then_refused("job.no_other_shop", &["C7"]);
    }
    // Tomrepair has only one shop.
    let terms: Terms = shipped("terms/tomrepair-repair-1.json");
    let only = ClaimAccepted {
        provider: terms.provider.clone(),
        terms: terms.reference(),
        ..accepted(claim(1))
    };
    nothing()
        .and(&reactions(), day(0), &JobCommand::Open(Box::new(only)))
        .when(&adjuster(), day(1), &moved_to(None))
        .then_refused("job.no_other_shop", &["C7"]);
}

/// Received on day 2 and found covered on day 3 in Moscow; the shop closes on day 4.
fn forwarded() -> Story<'static, RepairShops> {
    found_covered().and(&moscow(), day(4), &moved_to(Some("wisetech-ru-kazan")))
}

#[test]
fn m8_between_shops_the_provider_books_and_pays_for_the_shipment() {
    let there = JobCommand::BookShipment(shipment(Direction::ToShop, "swift"));
    forwarded().when(&kazan(), day(4), &there).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!((booked.from.as_str(), booked.to.as_str()), ("Moscow", "Kazan"));
        assert_eq!(booked.booked_by, Party::Provider);
        assert_eq!((booked.price, booked.between_shops), (rubles(0), Some(rubles(450))));
    });
    let by_buyer = BookShipment { price: Some(rubles(320)), ..shipment(Direction::ToShop, "post") };
    let reported = forwarded().when(&buyer(), day(4), &JobCommand::BookShipment(by_buyer));
    reported.then_refused("shipment.booker_not_allowed", &["M8"]);
}

#[test]
fn t4_the_clock_starts_with_the_first_receipt_and_is_paused_between_shops() {
    let state = forwarded()
        .and(&kazan(), day(9), &receive(job(), IMEI))
        .and(&reactions(), day(9), &remedy(1, Remedy::Repair))
        .when(&kazan(), day(11), &repair(job()))
        .then(|events| {
            let [JobEvent::Repaired(repaired)] = events else { panic!("{events:?}") };
            // Days 2 to 4 in Moscow and 9 to 11 in Kazan.
            assert_eq!(repaired.counted_seconds, 4 * 86_400);
        })
        .state;
    assert_eq!(state.jobs[&job()].opened.shop.id, "wisetech-ru-kazan");
}

#[test]
fn the_first_shops_verdict_remains_valid_at_the_next() {
    let there = || forwarded().and(&kazan(), day(9), &receive(job(), IMEI));
    let reported = there().when(&kazan(), day(10), &inspect(job(), Verdict::NoFaultFound));
    reported.then_refused("job.already_inspected", &[]);
    let early = JobCommand::Receive(Receive {
        received_at: Some(day(3)),
        ..a_receipt(job(), serial(IMEI))
    });
    forwarded().when(&kazan(), day(9), &early).then_refused("job.out_of_order", &[]);
}

#[test]
fn a_job_with_a_finished_repair_cannot_be_moved() {
    let reported = repaired().when(&moscow(), day(6), &moved_to(None));
    reported.then_refused("job.already_repaired", &[]);
}

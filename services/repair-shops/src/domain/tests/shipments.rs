use super::*;
use recourse_terms::Party;

#[test]
fn c5_the_providers_shipment_has_the_tariff_of_the_day() {
    opened().when(&adjuster(), day(1), &courier_to_buyer()).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!(booked.booked_by, Party::Provider);
        assert_eq!((booked.price, booked.tariff.as_deref()), (rubles(450), Some("swift-ru")));
        assert_eq!((booked.from.as_str(), booked.to.as_str()), ("Moscow", "Tver"));
    });
}

#[test]
fn c5_a_carrier_without_a_tariff_is_refused() {
    let request = JobCommand::BookShipment(shipment(Direction::ToShop, "unknown"));
    opened().when(&moscow(), day(1), &request).then_refused("shipment.no_tariff", &["C5"]);
}

#[test]
fn m8_the_buyers_shipment_has_the_price_that_was_paid() {
    let request = BookShipment { price: Some(rubles(320)), ..shipment(Direction::ToShop, "post") };
    opened().when(&buyer(), day(1), &JobCommand::BookShipment(request)).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!((booked.booked_by, booked.price), (Party::Buyer, rubles(320)));
        assert_eq!((booked.from.as_str(), booked.to.as_str()), ("Tver", "Moscow"));
    });
    let without = JobCommand::BookShipment(shipment(Direction::ToShop, "post"));
    opened().when(&buyer(), day(1), &without).then_refused("shipment.price_missing", &["M8"]);
}

#[test]
fn m8_a_buyer_books_only_for_themselves() {
    let request =
        BookShipment { booked_by: Some(Party::Provider), ..shipment(Direction::ToShop, "swift") };
    let reported = opened().when(&buyer(), day(1), &JobCommand::BookShipment(request));
    reported.then_refused("shipment.booker_not_allowed", &["M8"]);
}

#[test]
fn another_buyer_or_shop_may_not_act() {
    for foreign_writer in [
        Principal::new(Role::Buyer, "b-82"),
        Principal::new(Role::Shop, "wisetech-ru-kazan"),
        Principal::new(Role::Auditor, "wisetech-ru-moscow"),
    ] {
        opened()
            .when(&foreign_writer, day(1), &courier_to_buyer())
            .then_refused("job.not_allowed", &[]);
    }
}

#[test]
fn a_shipment_is_picked_up_and_delivered_once() {
    let story = opened()
        .and(&moscow(), day(1), &courier_to_buyer())
        .and(&moscow(), day(2), &JobCommand::PickUpShipment(moved(1)))
        .and(&buyer(), day(4), &JobCommand::DeliverShipment(moved(1)));
    let reported = story.when(&moscow(), day(5), &JobCommand::LoseShipment(moved(1)));
    reported.then_refused("shipment.over", &[]);
}

#[test]
fn m8_a_buyer_cannot_declare_a_shipment_lost() {
    let story = || opened().and(&moscow(), day(1), &courier_to_buyer());
    let lost = JobCommand::LoseShipment(moved(1));
    story().when(&buyer(), day(5), &lost).then_refused("shipment.not_picked_up", &["M8"]);
    let picked_up = story().and(&moscow(), day(2), &JobCommand::PickUpShipment(moved(1)));
    picked_up.when(&buyer(), day(5), &lost).then_refused("job.not_yours_to_state", &["M8", "T11"]);
}

#[test]
fn a_fact_reported_late_carries_its_own_time() {
    let story = opened().and(&moscow(), day(1), &courier_to_buyer());
    let late = MoveShipment { at: Some(day(3)), ..moved(1) };
    story.when(&moscow(), day(9), &JobCommand::DeliverShipment(late)).then(|events| {
        assert_eq!(events[0].happened(), Some(day(3)));
    });
}

#[test]
fn a_fact_in_the_future_is_refused() {
    let story = opened().and(&moscow(), day(1), &courier_to_buyer());
    let early = MoveShipment { at: Some(day(10)), ..moved(1) };
    let reported = story.when(&moscow(), day(9), &JobCommand::DeliverShipment(early));
    reported.then_refused("job.in_the_future", &[]);
}

#[test]
fn a_pick_up_cannot_be_before_the_booking() {
    let story = opened().and(&moscow(), day(5), &courier_to_buyer());
    let early = MoveShipment { at: Some(day(4)), ..moved(1) };
    let reported = story.when(&moscow(), day(9), &JobCommand::PickUpShipment(early));
    reported.then_refused("job.out_of_order", &[]);
}

#[test]
fn an_unknown_shipment_may_not_have_been_read_yet() {
    let reported = opened().when(&moscow(), day(1), &JobCommand::PickUpShipment(moved(7)));
    let rejection = reported.then_refused("shipment.not_known", &[]);
    assert!(recourse_kernel::Rejection::reason(&rejection).not_known_yet);
}

#[test]
fn m4_tomrepairs_courier_within_moscow_has_the_price_in_the_terms() {
    let terms: Terms = shipped("terms/tomrepair-repair-1.json");
    let in_city = |city: &str| {
        let accepted = ClaimAccepted {
            provider: terms.provider.clone(),
            city: city.to_owned(),
            terms: terms.reference(),
            ..accepted(claim(1))
        };
        nothing().and(&reactions(), day(0), &JobCommand::Open(Box::new(accepted)))
    };
    let shop = Principal::new(Role::Shop, "tomrepair-ru-moscow");
    let courier = JobCommand::BookShipment(shipment(Direction::ToShop, "tomrepair-courier"));
    in_city("МОСКВА").when(&shop, day(1), &courier).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!((booked.price, booked.tariff.as_deref()), (rubles(400), None));
        assert_eq!(booked.means, Some(recourse_terms::Means::Courier));
    });
    in_city("Tver").when(&shop, day(1), &courier).then_refused("shipment.no_tariff", &["C5"]);
}

#[test]
fn m3_a_buyer_cannot_book_a_shipment_for_a_device_already_received() {
    let request =
        BookShipment { price: Some(rubles(99_380)), ..shipment(Direction::ToShop, "post") };
    let reported = received().when(&buyer(), day(3), &JobCommand::BookShipment(request.clone()));
    reported.then_refused("job.already_received", &[]);
    // Nor can a shop book one in the buyer's name; a return shipment is allowed.
    let in_the_buyers_name = BookShipment { booked_by: Some(Party::Buyer), ..request.clone() };
    let reported =
        received().when(&moscow(), day(3), &JobCommand::BookShipment(in_the_buyers_name));
    reported.then_refused("job.already_received", &[]);
    let back = BookShipment { direction: Direction::ToBuyer, ..request };
    received()
        .when(&buyer(), day(3), &JobCommand::BookShipment(back))
        .then(|events| assert_eq!(names(events), ["shipment_booked"]));
}

/// The reimbursement cap of a buyer's own shipment, reported on day 30.
fn own_shipment(carrier: &str, paid: i64, booked: i64) -> Option<Money> {
    let price = Some(rubles(paid));
    let request = BookShipment {
        price,
        booked_at: Some(day(booked)),
        ..shipment(Direction::ToShop, carrier)
    };
    let mut most = None;
    opened().when(&buyer(), day(30), &JobCommand::BookShipment(request)).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!((booked.price, booked.findings.len()), (rubles(paid), 1));
        most = booked.reimbursement_cap;
    });
    most
}

#[test]
fn m3_c5_a_buyers_shipment_is_reimbursed_up_to_the_tariff_of_its_day() {
    assert_eq!(own_shipment("post-ru", 900, 12), Some(rubles(380)));
    assert_eq!(own_shipment("post-ru", 900, 25), Some(rubles(420)), "more expensive by then");
    assert_eq!(own_shipment("swift", 900, 12), Some(rubles(380)), "the terms name the post");
    assert_eq!(own_shipment("post-ru", 900, 5), None, "no tariff yet: the receipt counts");
}

#[test]
fn m3_a_buyers_return_shipment_is_not_reimbursed_if_the_provider_books_it() {
    let request =
        BookShipment { price: Some(rubles(300)), ..shipment(Direction::ToBuyer, "post-ru") };
    opened().when(&buyer(), day(12), &JobCommand::BookShipment(request)).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!(booked.reimbursement_cap, Some(rubles(0)));
        assert!(!booked.findings[0].passed);
    });
}

#[test]
fn m3_the_cap_is_calculated_from_the_claims_city_whatever_is_reported() {
    let (price, from) = (Some(rubles(900)), Some("Vladivostok".to_owned()));
    let request = BookShipment { price, from, ..shipment(Direction::ToShop, "post-ru") };
    opened().when(&buyer(), day(12), &JobCommand::BookShipment(request)).then(|events| {
        let [JobEvent::ShipmentBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!(booked.from, "Vladivostok");
        assert_eq!(booked.findings[0].facts["counts"], "post-ru");
    });
}

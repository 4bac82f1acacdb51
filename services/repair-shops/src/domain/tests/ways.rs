use super::*;
use recourse_terms::Party;

#[test]
fn c5_the_providers_way_has_the_tariff_of_the_day() {
    opened().when(&adjuster(), day(1), &courier_back()).then(|events| {
        let [JobEvent::WayBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!(booked.booked_by, Party::Provider);
        assert_eq!((booked.price, booked.tariff.as_deref()), (rubles(450), Some("swift-ru")));
        assert_eq!((booked.from.as_str(), booked.to.as_str()), ("Moscow", "Tver"));
    });
}

#[test]
fn c5_a_carrier_without_a_tariff_is_refused() {
    let asked = JobCommand::BookWay(way(Direction::There, "nobody"));
    opened().when(&moscow(), day(1), &asked).then_refused("way.no_tariff", &["C5"]);
}

#[test]
fn m8_the_buyers_way_has_the_price_that_was_paid() {
    let asked = BookWay { price: Some(rubles(320)), ..way(Direction::There, "post") };
    opened().when(&buyer(), day(1), &JobCommand::BookWay(asked)).then(|events| {
        let [JobEvent::WayBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!((booked.booked_by, booked.price), (Party::Buyer, rubles(320)));
        assert_eq!((booked.from.as_str(), booked.to.as_str()), ("Tver", "Moscow"));
    });
    let without = JobCommand::BookWay(way(Direction::There, "post"));
    opened().when(&buyer(), day(1), &without).then_refused("way.price_missing", &["M8"]);
}

#[test]
fn m8_a_buyer_books_only_for_themselves() {
    let asked = BookWay { booked_by: Some(Party::Provider), ..way(Direction::There, "swift") };
    let told = opened().when(&buyer(), day(1), &JobCommand::BookWay(asked));
    told.then_refused("way.booker_not_allowed", &["M8"]);
}

#[test]
fn another_buyer_or_shop_may_not_act() {
    for stranger in [
        Principal::new(Role::Buyer, "b-82"),
        Principal::new(Role::Shop, "wisetech-ru-kazan"),
        Principal::new(Role::Auditor, "wisetech-ru-moscow"),
    ] {
        opened().when(&stranger, day(1), &courier_back()).then_refused("job.not_allowed", &[]);
    }
}

#[test]
fn a_way_is_picked_up_and_delivered_once() {
    let story = opened()
        .and(&moscow(), day(1), &courier_back())
        .and(&moscow(), day(2), &JobCommand::PickUpWay(moved(1)))
        .and(&buyer(), day(4), &JobCommand::DeliverWay(moved(1)));
    let told = story.when(&moscow(), day(5), &JobCommand::LoseWay(moved(1)));
    told.then_refused("way.over", &[]);
}

#[test]
fn m8_a_buyer_cannot_declare_a_way_lost() {
    let story = opened().and(&moscow(), day(1), &courier_back());
    let told = story.when(&buyer(), day(5), &JobCommand::LoseWay(moved(1)));
    told.then_refused("job.not_allowed", &[]);
}

#[test]
fn a_fact_told_late_carries_its_own_moment() {
    let story = opened().and(&moscow(), day(1), &courier_back());
    let late = MoveWay { at: Some(day(3)), ..moved(1) };
    story.when(&moscow(), day(9), &JobCommand::DeliverWay(late)).then(|events| {
        assert_eq!(events[0].happened(), Some(day(3)));
    });
}

#[test]
fn what_is_still_to_come_is_refused() {
    let story = opened().and(&moscow(), day(1), &courier_back());
    let early = MoveWay { at: Some(day(10)), ..moved(1) };
    let told = story.when(&moscow(), day(9), &JobCommand::DeliverWay(early));
    told.then_refused("job.in_the_future", &[]);
}

#[test]
fn what_follows_the_booking_is_not_before_it() {
    let story = opened().and(&moscow(), day(5), &courier_back());
    let early = MoveWay { at: Some(day(4)), ..moved(1) };
    let told = story.when(&moscow(), day(9), &JobCommand::PickUpWay(early));
    told.then_refused("job.out_of_order", &[]);
}

#[test]
fn an_unknown_way_may_merely_not_have_been_read() {
    let told = opened().when(&moscow(), day(1), &JobCommand::PickUpWay(moved(7)));
    let rejection = told.then_refused("way.not_known", &[]);
    assert!(recourse_kernel::Rejection::not_known_yet(&rejection));
}

#[test]
fn m4_tomrepairs_courier_inside_moscow_has_the_price_of_the_terms() {
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
    let courier = JobCommand::BookWay(way(Direction::There, "tomrepair-courier"));
    in_city("МОСКВА").when(&shop, day(1), &courier).then(|events| {
        let [JobEvent::WayBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!((booked.price, booked.tariff.as_deref()), (rubles(400), None));
        assert_eq!(booked.means, Some(recourse_terms::Means::Courier));
    });
    in_city("Tver").when(&shop, day(1), &courier).then_refused("way.no_tariff", &["C5"]);
}

#[test]
fn m3_a_buyer_books_no_way_there_for_a_device_that_is_here() {
    let asked = BookWay { price: Some(rubles(99_380)), ..way(Direction::There, "post") };
    let told = received().when(&buyer(), day(3), &JobCommand::BookWay(asked.clone()));
    told.then_refused("job.already_received", &[]);
    // Nor does a shop book one in the buyer's name; the way back is another thing.
    let in_the_buyers_name = BookWay { booked_by: Some(Party::Buyer), ..asked.clone() };
    let told = received().when(&moscow(), day(3), &JobCommand::BookWay(in_the_buyers_name));
    told.then_refused("job.already_received", &[]);
    let back = BookWay { direction: Direction::Back, ..asked };
    received()
        .when(&buyer(), day(3), &JobCommand::BookWay(back))
        .then(|events| assert_eq!(names(events), ["way_booked"]));
}

/// What the booking of a buyer's own way says of it, told on day 30.
fn own_way(carrier: &str, paid: i64, booked: i64) -> Option<Money> {
    let price = Some(rubles(paid));
    let asked = BookWay { price, booked_at: Some(day(booked)), ..way(Direction::There, carrier) };
    let mut most = None;
    opened().when(&buyer(), day(30), &JobCommand::BookWay(asked)).then(|events| {
        let [JobEvent::WayBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!((booked.price, booked.findings.len()), (rubles(paid), 1));
        most = booked.made_good_at_most;
    });
    most
}

#[test]
fn m3_c5_of_the_buyers_way_the_tariff_of_its_day_is_made_good() {
    assert_eq!(own_way("post-ru", 900, 12), Some(rubles(380)));
    assert_eq!(own_way("post-ru", 900, 25), Some(rubles(420)), "dearer since");
    assert_eq!(own_way("swift", 900, 12), Some(rubles(380)), "the terms name the post");
    assert_eq!(own_way("post-ru", 900, 5), None, "no tariff yet: the receipt stands");
}

#[test]
fn m3_of_a_way_back_that_the_provider_books_nothing_is_made_good() {
    let asked = BookWay { price: Some(rubles(300)), ..way(Direction::Back, "post-ru") };
    opened().when(&buyer(), day(12), &JobCommand::BookWay(asked)).then(|events| {
        let [JobEvent::WayBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!(booked.made_good_at_most, Some(rubles(0)));
        assert!(!booked.findings[0].passed);
    });
}

#[test]
fn m3_it_counts_from_the_claims_city_whatever_is_told() {
    let (price, from) = (Some(rubles(900)), Some("Vladivostok".to_owned()));
    let asked = BookWay { price, from, ..way(Direction::There, "post-ru") };
    opened().when(&buyer(), day(12), &JobCommand::BookWay(asked)).then(|events| {
        let [JobEvent::WayBooked(booked)] = events else { panic!("{events:?}") };
        assert_eq!(booked.from, "Vladivostok");
        assert_eq!(booked.findings[0].facts["counts"], "post-ru");
    });
}

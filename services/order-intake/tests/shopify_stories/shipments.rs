//! Shipments: when and where something is delivered, and what comes back (T1, T2).

use recourse_order_intake::domain::OrderEvent;
use serde_json::{Value, json};

use crate::{Played, a_shop, json_of};

/// The zone and the local time of the first delivery.
fn delivered_in(played: &Played) -> (String, String) {
    let delivered = played.events.iter().find_map(|event| match event {
        OrderEvent::Delivered(delivered) => Some(delivered),
        _ => None,
    });
    let delivered = delivered.expect("a delivery");
    let local = delivered.delivered_at.with_timezone(&delivered.zone);
    (delivered.zone.name().to_owned(), local.format("%d %H:%M").to_string())
}

#[test]
fn the_region_of_the_orders_address_decides_the_zone_of_an_embedded_shipment() {
    for (file, zone, at) in [
        ("hawaii/hawaii.json", "Pacific/Honolulu", "09 13:00"),
        ("hawaii/hawaii-evening.json", "Pacific/Honolulu", "09 21:30"),
        ("hawaii/fresno.json", "America/Los_Angeles", "09 23:30"),
    ] {
        let delivered = a_shop().import(file);
        assert_eq!(delivered_in(&delivered), (zone.to_owned(), at.to_owned()), "{file}");
    }
    let returned = a_shop().import("hawaii/hawaii.json").import("hawaii/return.json");
    let [.., OrderEvent::Returned(back)] = &returned.events[..] else { panic!() };
    assert_eq!((back.findings[0].passed, &back.findings[0].facts["day"]), (true, &json!(7)));
}

#[test]
fn the_region_decides_between_cities_of_one_name() {
    for (region, zone) in [("ME", "America/New_York"), ("OR", "America/Los_Angeles")] {
        let mut order = json_of("hawaii/hawaii.json");
        order["shipping_address"]["province_code"] = json!(region);
        order["shipping_address"]["city"] = json!("Portland");
        let delivered = a_shop().webhook_of("orders/updated", &order.to_string());
        assert_eq!(delivered_in(&delivered).0, zone, "{region}");
    }
}

#[test]
fn countries_without_an_iso_code_of_their_own_have_a_zone() {
    for (country, zone) in
        [("XK", "Europe/Belgrade"), ("AC", "Atlantic/St_Helena"), ("TA", "Atlantic/St_Helena")]
    {
        let (mut order, mut shipment) =
            (json_of("kosovo/order.json"), json_of("kosovo/delivered.json"));
        order["shipping_address"]["country_code"] = json!(country);
        shipment["destination"] = Value::Null;
        let delivered = a_shop()
            .webhook_of("orders/create", &order.to_string())
            .webhook_of("fulfillments/update", &shipment.to_string());
        assert_eq!(delivered_in(&delivered).0, zone);
    }
    let delivered = a_shop()
        .webhook("orders/create", "kosovo/order.json")
        .webhook("fulfillments/update", "kosovo/delivered.json");
    assert_eq!(delivered_in(&delivered).0, "Europe/Belgrade");
}

#[test]
fn picked_up_is_delivered() {
    let picked_up = a_shop()
        .webhook("orders/create", "picked-up/order.json")
        .webhook("fulfillments/update", "picked-up/picked-up.json");
    assert_eq!(picked_up.names(), ["placed", "delivered"]);
}

/// A parcel shop: the carrier leaves it there, and the buyer fetches it.
#[test]
fn a_parcel_that_waits_to_be_picked_up_is_not_delivered_yet() {
    let state = |status: &str, at: &str| {
        let mut parcel = json_of("completed/delivered.json");
        parcel["shipment_status"] = json!(status);
        parcel["updated_at"] = json!(at);
        parcel.to_string()
    };
    let waiting = || {
        a_shop()
            .webhook("orders/create", "completed/order.json")
            .webhook_of("fulfillments/update", &state("confirmed", "2025-03-06T08:00:00-06:00"))
            .webhook_of(
                "fulfillments/update",
                &state("out_for_delivery", "2025-03-07T08:00:00-06:00"),
            )
            .webhook_of(
                "fulfillments/update",
                &state("ready_for_pickup", "2025-03-07T12:00:00-06:00"),
            )
    };
    let delivered =
        |played: &Played| played.names().iter().filter(|name| **name == "delivered").count();
    assert_eq!(delivered(&waiting()), 0);
    let fetched = waiting()
        .webhook_of("fulfillment_events/create", &event("picked_up", "2025-03-09T17:30:00-05:00"))
        .webhook_of("fulfillments/update", &state("picked_up", "2025-03-09T17:31:00-05:00"));
    assert_eq!(delivered(&fetched), 1);
    assert_eq!(delivered_in(&fetched).1, "09 17:30");
    // It was never fetched, and went back.
    let back =
        waiting().webhook_of("fulfillments/update", &state("failure", "2025-03-20T17:31:00-05:00"));
    assert_eq!(delivered(&back), 0);
}

fn event(status: &str, at: &str) -> String {
    json!({
        "id": 1, "order_id": 5_100_000_000_001_i64,
        "fulfillment_id": json_of("completed/delivered.json")["id"],
        "status": status, "happened_at": at, "created_at": "2025-04-01T00:00:00Z",
    })
    .to_string()
}

#[test]
fn the_carriers_own_time_of_the_delivery_replaces_that_of_the_last_change() {
    let delivered = a_shop()
        .webhook("orders/create", "completed/order.json")
        .webhook("fulfillments/update", "completed/delivered.json")
        .webhook_of("fulfillment_events/create", &event("delivered", "2025-03-09T14:00:00-05:00"));
    let [.., OrderEvent::DeliveryCorrected(corrected)] = &delivered.events[..] else {
        panic!("{:?}", delivered.names())
    };
    assert_eq!(corrected.delivered_at.to_rfc3339(), "2025-03-09T19:00:00+00:00");
    let again = delivered.webhook("fulfillments/update", "completed/delivered.json");
    assert_eq!(again.names(), ["placed", "delivered", "delivery_corrected"]);
    let unmoved =
        again.webhook_of("fulfillment_events/create", &event("in_transit", "2025-03-10T00:00:00Z"));
    assert_eq!(unmoved.names().len(), 3);
}

#[test]
fn a_parcel_that_was_delivered_by_mistake_comes_again() {
    let mut later = json_of("completed/delivered.json");
    later["updated_at"] = json!("2025-03-20T18:00:00-05:00");
    let delivered = a_shop()
        .webhook("orders/create", "completed/order.json")
        .webhook("fulfillments/update", "completed/delivered.json")
        .webhook_of("fulfillment_events/create", &event("failure", "2025-03-15T14:00:00-05:00"))
        .webhook_of("fulfillments/update", &later.to_string());
    let names = ["placed", "delivered", "delivery_withdrawn", "delivery_corrected"];
    assert_eq!(delivered.names(), names);
    delivered.order();
}

#[test]
fn several_parcels_deliver_their_own_units() {
    let mut order = json_of("completed/order.json");
    order["line_items"][0]["quantity"] = json!(2);
    order["line_items"][0]["current_quantity"] = json!(2);
    let parcel = |id: u64| {
        let mut parcel = json_of("completed/delivered.json");
        parcel["id"] = json!(id);
        parcel["line_items"][0]["quantity"] = json!(1);
        parcel.to_string()
    };
    let delivered = a_shop()
        .webhook_of("orders/create", &order.to_string())
        .webhook_of("fulfillments/update", &parcel(1))
        .webhook_of("fulfillments/update", &parcel(1))
        .webhook_of("fulfillments/update", &parcel(2));
    assert_eq!(delivered.names(), ["placed", "delivered", "delivered"]);
    let devices = delivered.events.iter().filter_map(|event| match event {
        OrderEvent::Delivered(delivered) => Some(delivered.devices[0]),
        _ => None,
    });
    assert_eq!(devices.collect::<Vec<_>>(), [delivered.unit(1, 1), delivered.unit(1, 2)]);
}

#[test]
fn days_until_a_return_are_counted_at_the_buyers_place() {
    // Delivered on 4 March at 23:30 in Auckland, which is 4 March 10:30 UTC.
    let order = |at: &str| {
        let mut order = json_of("late-return/order.json");
        order["shipping_address"]["country_code"] = json!("NZ");
        order["shipping_address"]["province_code"] = json!("AUK");
        order["shipping_address"]["city"] = json!("Auckland");
        order["created_at"] = json!("2025-02-28T08:00:00+13:00");
        order["processed_at"] = json!("2025-02-28T08:00:00+13:00");
        let mut parcel = json_of("late-return/delivered.json");
        parcel["destination"] = Value::Null;
        parcel["updated_at"] = json!("2025-03-04T23:30:00+13:00");
        let mut back = json_of("late-return/return-day-20.json");
        back["created_at"] = json!(at);
        back["processed_at"] = json!(at);
        a_shop()
            .webhook_of("orders/create", &order.to_string())
            .webhook_of("fulfillments/update", &parcel.to_string())
            .webhook_of("refunds/create", &back.to_string())
    };
    for (at, in_time, day) in [
        ("2025-03-11T23:59:59+13:00", true, 7),
        ("2025-03-12T00:00:00+13:00", false, 8),
        ("2025-09-01T00:00:00+13:00", false, 180),
    ] {
        let returned = order(at);
        let Some(OrderEvent::Returned(back)) = returned.events.last() else { panic!("{at}") };
        let finding = &back.findings[0];
        assert_eq!((finding.passed, &finding.facts["day"]), (in_time, &json!(day)), "{at}");
    }
}

#[test]
fn a_device_that_is_back_after_day_7_is_recorded_as_late() {
    for (file, full) in [("return-day-20.json", true), ("return-partial-day-20.json", false)] {
        let returned = a_shop()
            .webhook("orders/create", "late-return/order.json")
            .webhook("fulfillments/update", "late-return/delivered.json")
            .webhook("refunds/create", &format!("late-return/{file}"));
        let names = ["placed", "delivered", "line_refunded", "returned"];
        assert_eq!(returned.names(), names);
        let OrderEvent::LineRefunded(line) = &returned.events[2] else { panic!() };
        assert_eq!(line.full, full, "{file}");
        let OrderEvent::Returned(back) = &returned.events[3] else { panic!() };
        assert!(!back.findings[0].passed);
    }
}

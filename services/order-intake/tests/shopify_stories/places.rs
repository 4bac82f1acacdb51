//! Where something is delivered or handed over: its country, and the zone of its days (T2).

use recourse_order_intake::domain::OrderEvent;
use serde_json::{Value, json};

use crate::{Played, a_shop, json_of, shop};

/// An order without shipments that is sent there.
fn order_to(country: &str, code: Option<&str>, province: &str, city: &str) -> String {
    let mut order = json_of("hawaii/hawaii.json");
    order["fulfillments"] = json!([]);
    let address = &mut order["shipping_address"];
    address["country_code"] = json!(country);
    address["province_code"] = json!(code);
    address["province"] = json!(province);
    address["city"] = json!(city);
    order.to_string()
}

/// What the carrier reports of its only parcel.
fn event(country: &str, province: Option<&str>, city: Option<&str>, at: &str) -> String {
    json!({
        "id": 1, "order_id": 5_100_000_000_016_i64, "fulfillment_id": 4_100_000_000_016_i64,
        "status": "delivered", "happened_at": at, "created_at": at, "address1": null, "zip": null,
        "country": country, "province": province, "city": city,
    })
    .to_string()
}

/// The shop's own shipment, delivered, with this destination.
fn parcel(destination: &Value) -> String {
    let mut parcel = json_of("hawaii/hawaii.json")["fulfillments"][0].take();
    parcel["destination"] = destination.clone();
    parcel.to_string()
}

/// The zones of all deliveries and of their corrections.
fn zones(played: &Played) -> Vec<&'static str> {
    let zones = played.events.iter().filter_map(|event| match event {
        OrderEvent::Delivered(delivered) => Some(delivered.zone.name()),
        OrderEvent::DeliveryCorrected(corrected) => Some(corrected.zone.name()),
        _ => None,
    });
    zones.collect()
}

const AT: &str = "2025-03-09T23:00:00Z";
const HONOLULU: &str = "Pacific/Honolulu";

#[test]
fn t2_an_event_that_names_only_a_country_leaves_the_zone_of_the_orders_address() {
    for (country, region, name, city, zone) in [
        ("US", "HI", "Hawaii", "Kailua", HONOLULU),
        ("CA", "BC", "British Columbia", "Victoria", "America/Vancouver"),
        ("US", "TX", "Texas", "El Paso", "America/Denver"),
        ("US", "ME", "Maine", "Portland", "America/New_York"),
        ("AU", "WA", "Western Australia", "Perth", "Australia/Perth"),
    ] {
        for (province, of_event) in [
            (None, None),
            (Some(""), Some("")),
            (Some("Unknown"), Some("Springfield")),
            (None, Some(city).filter(|city| *city == "Portland")),
            (Some(name), Some(city)),
            (Some(name), None),
            (Some(region), None),
        ] {
            let delivered = a_shop()
                .webhook_of("orders/create", &order_to(country, Some(region), name, city))
                .webhook_of("fulfillment_events/create", &event(country, province, of_event, AT));
            assert_eq!(zones(&delivered), [zone], "{name} {province:?} {of_event:?}");
        }
    }
}

#[test]
fn t2_an_event_at_another_place_that_is_known_has_the_zone_of_that_place() {
    for (country, province, city, zone) in [
        ("US", Some("CA"), None, "America/Los_Angeles"),
        ("US", Some("Colorado"), None, "America/Denver"),
        ("US", None, Some("Chicago"), "America/Chicago"),
        ("CA", Some("Ontario"), Some("Ottawa"), "America/Toronto"),
        ("DE", None, None, "Europe/Berlin"),
    ] {
        let delivered = a_shop()
            .webhook_of("orders/create", &order_to("US", Some("HI"), "Hawaii", "Kailua"))
            .webhook_of("fulfillment_events/create", &event(country, province, city, AT));
        assert_eq!(zones(&delivered), [zone], "{country} {province:?} {city:?}");
    }
}

#[test]
fn t2_a_region_without_its_code_is_known_by_its_name() {
    let by_name = || order_to("US", None, "Hawaii", "Hilo");
    let delivered = a_shop()
        .webhook_of("orders/create", &by_name())
        .webhook_of("fulfillment_events/create", &event("US", None, None, AT));
    assert_eq!(zones(&delivered), [HONOLULU]);
    assert_eq!(delivered.order().placed.region.as_deref(), Some("HI"));
    for destination in [
        json!({"country_code": "US", "province_code": null, "province": "Hawaii", "city": "Hilo"}),
        json!({"country_code": "US", "province_code": null, "province": null, "city": "Hilo"}),
        json!({"country_code": "US", "province_code": "", "city": null}),
        json!({"country": "United States", "province": "Hawaii"}),
    ] {
        let delivered = a_shop()
            .webhook_of("orders/create", &by_name())
            .webhook_of("fulfillments/update", &parcel(&destination));
        assert_eq!(zones(&delivered), [HONOLULU], "{destination}");
    }
}

#[test]
fn t2_a_correction_of_the_time_keeps_the_zone_that_is_known() {
    // The order has no region, but its parcel does.
    let hawaii = json!({"country_code": "US", "province_code": "HI", "city": "Kailua"});
    let delivered = || {
        a_shop()
            .webhook_of("orders/create", &order_to("US", None, "", ""))
            .webhook_of("fulfillments/update", &parcel(&hawaii))
    };
    let earlier = event("US", None, None, "2025-03-09T20:00:00Z");
    let corrected = delivered().webhook_of("fulfillment_events/create", &earlier);
    assert_eq!(zones(&corrected), [HONOLULU, HONOLULU]);
    let same = event("US", None, None, AT);
    assert_eq!(zones(&delivered().webhook_of("fulfillment_events/create", &same)), [HONOLULU]);
    // It went back, and was then delivered after all.
    let mut failed: Value = serde_json::from_str(&earlier).unwrap();
    failed["status"] = json!("failure");
    failed["happened_at"] = json!("2025-03-10T20:00:00Z");
    let later = event("US", None, None, "2025-03-12T20:00:00Z");
    let again = delivered()
        .webhook_of("fulfillment_events/create", &failed.to_string())
        .webhook_of("fulfillment_events/create", &later);
    assert_eq!(again.names()[1..], ["delivered", "delivery_withdrawn", "delivery_corrected"]);
    assert_eq!(zones(&again), [HONOLULU, HONOLULU]);
}

/// What was sold at the counter of location 371291.
fn sold_at_the_counter(settings: Value, change: impl Fn(&mut Value)) -> Played {
    let mut order = json_of("counter/pos.json");
    order["location_id"] = json!(371_291);
    change(&mut order);
    shop(settings).webhook_of("orders/create", &order.to_string())
}

#[test]
fn t2_what_is_sold_at_a_counter_is_in_the_country_of_its_location() {
    let berlin = json!({"country_code": "DE", "province_code": "BE", "city": "Berlin"});
    let at_home = |order: &mut Value| {
        order["customer"] = json!({"id": 7, "default_address": berlin});
    };
    let billed = |order: &mut Value| order["billing_address"] = berlin.clone();
    let location = || json!({"locations": {"371291": "US"}, "default_country": "CA"});
    let sold = [
        sold_at_the_counter(location(), at_home),
        sold_at_the_counter(location(), billed),
        sold_at_the_counter(json!({"default_country": "US"}), billed),
    ];
    for sold in sold {
        let placed = &sold.order().placed;
        assert_eq!((placed.country.as_str(), &placed.region, &placed.city), ("US", &None, &None));
        assert_eq!(zones(&sold), ["America/New_York"]);
    }
    let unknown = sold_at_the_counter(json!({}), billed);
    assert_eq!(unknown.order().placed.country.as_str(), "DE", "nothing else is known");
    let sent = sold_at_the_counter(location(), |order| order["shipping_address"] = berlin.clone());
    assert_eq!(sent.order_so_far().placed.country.as_str(), "DE");
    let online = sold_at_the_counter(location(), |order| {
        order["source_name"] = json!("web");
        order["billing_address"] = berlin.clone();
    });
    assert_eq!(online.order_so_far().placed.country.as_str(), "DE");
    let neighbour = json!({"country_code": "US", "province_code": "TX", "city": "Austin"});
    let at_home =
        sold_at_the_counter(location(), |order| order["billing_address"] = neighbour.clone());
    assert_eq!(zones(&at_home), ["America/Chicago"]);
}

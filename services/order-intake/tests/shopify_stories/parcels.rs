//! Several parcels of one order: each delivers its own units, in whatever order the webhooks arrive
//! (T1). What a carrier reports names no lines.

use recourse_kernel::{DeviceId, Instant};
use recourse_order_intake::domain::events::MissingFact;
use serde_json::{Value, json};

use crate::queries::not_queried;
use crate::{Played, a_shop, json_of};

const ORDER: u64 = 5_100_000_000_001;
const PHONE: u64 = 9_100_000_000_001;
const TABLET: u64 = 9_100_000_000_002;

/// An order with a phone and a tablet, as of this day in March, with these parcels.
fn an_order(day: u32, parcels: &[Value]) -> String {
    let mut order = json_of("completed/order.json");
    let mut tablet = order["line_items"][0].clone();
    tablet["id"] = json!(TABLET);
    tablet["sku"] = json!("TAB");
    order["line_items"].as_array_mut().unwrap().push(tablet);
    order["updated_at"] = json!(format!("2025-03-{day:02}T12:00:00Z"));
    order["fulfillments"] = json!(parcels);
    order.to_string()
}

/// A parcel with one unit of this line, as the shop knows it on this day.
fn parcel(id: u64, line: u64, status: Option<&str>, day: u32) -> Value {
    json!({
        "id": id, "order_id": ORDER, "status": "success", "shipment_status": status,
        "created_at": "2025-03-06T12:00:00Z",
        "updated_at": format!("2025-03-{day:02}T12:00:00Z"),
        "line_items": [{"id": line, "quantity": 1}],
    })
}

/// What a carrier reports about a parcel.
fn event(parcel: u64, status: &str, day: u32) -> String {
    json!({
        "id": day, "order_id": ORDER, "fulfillment_id": parcel, "status": status,
        "happened_at": format!("2025-03-{day:02}T08:00:00Z"), "created_at": "2025-04-01T00:00:00Z",
    })
    .to_string()
}

fn placed() -> Played {
    a_shop().webhook_of("orders/create", &an_order(5, &[]))
}

/// The day on which each device was delivered.
#[track_caller]
fn days(played: &Played) -> Vec<(DeviceId, String)> {
    assert_eq!(played.waiting(), []);
    let day = |at: Instant| at.format("%d").to_string();
    let units = played.order().units.iter();
    units.filter_map(|(id, unit)| Some((*id, day(unit.delivery?.delivered_at)))).collect()
}

/// The phone came on one day, and the tablet on another.
#[track_caller]
fn came_on(played: &Played, phone: &str, tablet: &str) {
    let expected = [(played.unit(1, 1), phone.to_owned()), (played.unit(2, 1), tablet.to_owned())];
    assert_eq!(days(played), expected);
}

#[test]
fn parcels_that_were_sent_are_delivered_by_the_carriers_events_alone() {
    let delivered = placed()
        .webhook_of("fulfillments/create", &parcel(1, PHONE, None, 6).to_string())
        .webhook_of("fulfillments/create", &parcel(2, TABLET, None, 6).to_string())
        .webhook_of("fulfillments/update", &parcel(2, TABLET, Some("in_transit"), 7).to_string())
        .webhook_of("fulfillment_events/create", &event(2, "delivered", 9))
        .webhook_of("fulfillment_events/create", &event(1, "delivered", 11));
    let names = ["placed", "shipment_noted", "shipment_noted", "delivered", "delivered"];
    assert_eq!(delivered.names(), names);
    came_on(&delivered, "11", "09");
}

#[test]
fn events_before_their_parcels_wait_for_them() {
    let waits = || {
        placed()
            .webhook_of("fulfillment_events/create", &event(1, "delivered", 9))
            .webhook_of("fulfillment_events/create", &event(2, "delivered", 11))
            .webhook_of("fulfillment_events/create", &event(2, "delivered", 11))
    };
    assert_eq!(waits().waiting(), [MissingFact::Shipped; 2]);
    assert_eq!(waits().names(), ["placed", "fact_kept", "fact_kept"]);

    let created = waits()
        .webhook_of("fulfillments/create", &parcel(2, TABLET, None, 6).to_string())
        .webhook_of("fulfillments/create", &parcel(1, PHONE, None, 6).to_string());
    came_on(&created, "09", "11");

    // The shop's own time is later than the carrier's.
    let updated = waits()
        .webhook_of("fulfillments/update", &parcel(1, PHONE, Some("delivered"), 12).to_string())
        .webhook_of("fulfillments/update", &parcel(2, TABLET, Some("delivered"), 13).to_string());
    came_on(&updated, "09", "11");

    for status in [None, Some("in_transit"), Some("delivered")] {
        let parcels = [parcel(1, PHONE, status, 12), parcel(2, TABLET, status, 13)];
        let listed = waits().webhook_of("orders/updated", &an_order(13, &parcels));
        came_on(&listed, "09", "11");
    }
}

#[test]
fn one_parcel_of_two_delivers_nothing_of_the_other() {
    let parcels = [parcel(1, PHONE, None, 6), parcel(2, TABLET, None, 6)];
    let half = placed()
        .webhook_of("fulfillment_events/create", &event(1, "delivered", 9))
        .webhook_of("orders/updated", &an_order(7, &parcels));
    assert_eq!(days(&half), [(half.unit(1, 1), "09".to_owned())]);
}

#[test]
fn a_later_event_corrects_the_day_of_its_own_parcel() {
    let parcels = [parcel(1, PHONE, None, 6), parcel(2, TABLET, None, 6)];
    let corrected = placed()
        .webhook_of("fulfillment_events/create", &event(1, "delivered", 9))
        .webhook_of("fulfillment_events/create", &event(1, "delivered", 8))
        .webhook_of("orders/updated", &an_order(7, &parcels))
        .webhook_of("fulfillment_events/create", &event(2, "delivered", 11))
        .webhook_of("fulfillment_events/create", &event(2, "delivered", 10));
    came_on(&corrected, "08", "10");
}

#[test]
fn a_failure_that_overtakes_the_delivery_before_it_undoes_it() {
    let undone = placed()
        .webhook_of("fulfillments/create", &parcel(1, PHONE, None, 6).to_string())
        .webhook_of("fulfillment_events/create", &event(1, "failure", 10))
        .webhook_of("fulfillment_events/create", &event(1, "delivered", 9));
    assert_eq!(days(&undone), []);
    let before = placed()
        .webhook_of("fulfillment_events/create", &event(1, "delivered", 9))
        .webhook_of("fulfillment_events/create", &event(1, "failure", 10))
        .webhook_of("fulfillments/create", &parcel(1, PHONE, None, 6).to_string());
    assert_eq!(days(&before), []);
    let again = before.webhook_of("fulfillment_events/create", &event(1, "delivered", 14));
    assert_eq!(days(&again), [(again.unit(1, 1), "14".to_owned())]);
}

#[test]
fn a_parcel_that_replaces_a_cancelled_one_has_its_own_day() {
    let mut cancelled = parcel(1, PHONE, None, 8);
    cancelled["status"] = json!("cancelled");
    let replaced = placed()
        .webhook_of("fulfillment_events/create", &event(1, "delivered", 7))
        .webhook_of("fulfillments/update", &cancelled.to_string())
        .webhook_of("fulfillments/create", &parcel(3, PHONE, None, 8).to_string())
        .webhook_of("fulfillment_events/create", &event(3, "delivered", 12));
    assert_eq!(days(&replaced), [(replaced.unit(1, 1), "12".to_owned())]);
}

#[test]
fn a_parcel_that_does_not_say_its_lines_is_not_taken_for_all_of_the_order() {
    let mut silent = parcel(1, PHONE, Some("delivered"), 9);
    for lines in [Value::Null, json!([]), json!([{"id": PHONE}]), json!([{"quantity": 1}])] {
        silent["line_items"] = lines;
        let waits = placed().webhook_of("fulfillments/update", &silent.to_string());
        assert_eq!(waits.waiting(), [MissingFact::Shipped], "{silent}");
        let known = waits.webhook_of("fulfillments/update", &parcel(1, PHONE, None, 6).to_string());
        assert_eq!(days(&known), [(known.unit(1, 1), "09".to_owned())]);
    }
    // Unless it is the only one, and everything was sent.
    silent["line_items"] = Value::Null;
    let mut order: Value = serde_json::from_str(&an_order(9, &[silent.clone()])).unwrap();
    order["fulfillment_status"] = json!("fulfilled");
    came_on(&a_shop().webhook_of("orders/updated", &order.to_string()), "09", "09");
    order["fulfillments"] = json!([silent, parcel(2, TABLET, None, 6)]);
    let two = a_shop().webhook_of("orders/updated", &order.to_string());
    assert_eq!(two.waiting(), [MissingFact::Shipped]);
}

#[test]
fn nodes_of_the_api_say_which_lines_a_parcel_has() {
    let gid = |kind: &str, id: u64| format!("gid://shopify/{kind}/{id}");
    let node = |lines: Value| {
        json!({
            "id": gid("Fulfillment", 1), "order": {"id": gid("Order", ORDER)},
            "status": "SUCCESS", "displayStatus": "DELIVERED", "createdAt": "2025-03-06T12:00:00Z",
            "updatedAt": "2025-03-10T12:00:00Z", "deliveredAt": "2025-03-09T08:00:00Z",
            "fulfillmentLineItems": lines,
        })
    };
    let line = json!({"id": gid("FulfillmentLineItem", 7), "quantity": 1,
        "lineItem": {"id": gid("LineItem", TABLET)}});
    let known = placed().import_value(node(json!({"nodes": [line]})));
    assert_eq!(days(&known), [(known.unit(2, 1), "09".to_owned())]);
    let without = json!({"nodes": [{"id": gid("FulfillmentLineItem", 7), "quantity": 1}]});
    // What was not asked for is named, so that it can be asked for.
    for (lines, field) in
        [(Value::Null, "fulfillmentLineItems"), (without, "fulfillmentLineItems.lineItem.id")]
    {
        assert_eq!(placed().import_value(node(lines)).unusable, [not_queried(&[field])]);
    }
}

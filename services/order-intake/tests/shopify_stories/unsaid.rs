//! What a query did not ask for corrects nothing, and nothing is guessed instead.

use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::domain::state::Order;
use recourse_order_intake::feed::Unusable;
use serde_json::{Value, json};

use crate::exports::import;
use crate::queries::{an_order, not_queried, without};
use crate::{Played, a_shop, json_of, shop};

/// An order to Hawaii, with a warranty, of which the webhook says everything.
fn to_hawaii() -> Played {
    let mut order = json_of("hawaii/hawaii.json");
    order["fulfillments"] = json!([]);
    order["fulfillment_status"] = Value::Null;
    a_shop().webhook_of("orders/create", &order.to_string())
}

/// The same order in an answer of GraphQL, changed a day later.
fn queried(change: impl Fn(&mut Value)) -> Value {
    let mut order = json_of("graphql/few-fields.json")["data"]["orders"]["edges"][0]["node"].take();
    order["id"] = json!("gid://shopify/Order/5100000000016");
    order["createdAt"] = json!("2025-03-05T16:00:00Z");
    order["updatedAt"] = json!("2025-03-06T16:00:00Z");
    order["totalPriceSet"]["shopMoney"]["amount"] = json!("530.00");
    order["shippingAddress"] =
        json!({"countryCodeV2": "US", "provinceCode": "HI", "city": "Kailua"});
    let line = &mut order["lineItems"]["edges"][0]["node"];
    line["id"] = json!("gid://shopify/LineItem/9100000000161");
    line["originalUnitPriceSet"]["shopMoney"]["amount"] = json!("500.00");
    line["customAttributes"][0]["value"] = json!("exchange:the-warranty-group:30.00");
    change(&mut order);
    order
}

fn where_it_goes(order: &Order) -> (&str, Option<&str>, Option<&str>) {
    let placed = &order.placed;
    (placed.country.as_str(), placed.region.as_deref(), placed.city.as_deref())
}

const HAWAII: (&str, Option<&str>, Option<&str>) = ("US", Some("HI"), Some("Kailua"));

#[test]
fn an_answer_without_the_contact_leaves_the_one_that_is_known() {
    let mark = to_hawaii().order().placed.contact_mark.clone();
    assert!(mark.is_some());
    for asked in [
        json!({}),
        json!({"email": "other@example.com"}),
        json!({"customer": {"defaultEmailAddress": {"emailAddress": "other@example.com"}}}),
    ] {
        let again = import(
            to_hawaii(),
            queried(|order| {
                for (name, value) in asked.as_object().unwrap() {
                    order[name] = value.clone();
                }
            }),
        );
        assert_eq!(again.names(), ["placed", "paid"], "{asked}");
        assert_eq!(again.order().placed.contact_mark, mark, "{asked}");
        assert_eq!(where_it_goes(again.order()), HAWAII);
    }
}

#[test]
fn an_answer_with_all_of_the_contact_corrects_it() {
    let whole = |order: &mut Value| {
        order["email"] = json!("other@example.com");
        order["phone"] = Value::Null;
        order["shippingAddress"]["name"] = json!("Pat Example");
        order["shippingAddress"]["address1"] = json!("2 Sample Street");
    };
    let corrected = import(to_hawaii(), queried(whole));
    assert_eq!(corrected.names(), ["placed", "contact_corrected", "paid"]);
    // An order that is first known by a part of its contact gets the rest later.
    let mut first = json_of("hawaii/hawaii.json");
    first["updated_at"] = json!("2025-03-07T16:00:00Z");
    first["fulfillments"] = json!([]);
    let part = import(a_shop(), queried(|order| order["email"] = json!("pat@example.com")));
    assert_eq!(part.order().placed.contact_mark, None);
    let then = part.webhook_of("orders/updated", &first.to_string());
    assert_eq!(then.names(), ["placed", "paid", "contact_corrected"]);
    assert!(then.order().placed.contact_mark.is_some());
}

/// Some fields of the REST API (`?fields=`).
#[test]
fn a_body_without_address_or_e_mail_leaves_the_contact() {
    for lacking in
        [&["email", "contact_email", "customer"][..], &["shipping_address", "billing_address"]]
    {
        let mut order = json_of("hawaii/hawaii.json");
        order["updated_at"] = json!("2025-03-07T16:00:00Z");
        order["fulfillments"] = json!([]);
        for field in lacking {
            order.as_object_mut().unwrap().remove(*field);
        }
        let us = shop(json!({"default_country": "CA"}));
        let again =
            to_hawaii().with_settings_of(&us).webhook_of("orders/updated", &order.to_string());
        assert_eq!(again.names(), ["placed"], "{lacking:?}");
        assert_eq!(where_it_goes(again.order()), HAWAII);
    }
}

#[test]
fn t2_a_country_needs_its_region_and_city() {
    let names_none = |order: &mut Value| order["shippingAddress"] = json!({"countryCodeV2": "US"});
    let needed = not_queried(&["shippingAddress.provinceCode", "shippingAddress.city"]);
    let played = import(to_hawaii(), queried(names_none));
    assert_eq!((played.names(), &played.unusable[..]), (vec!["placed"], &[needed.clone()][..]));
    // Without a warranty the order is read, and what is known of it stays.
    let sells_none = |order: &mut Value| {
        names_none(order);
        order["lineItems"]["edges"][0]["node"]["customAttributes"] = json!([]);
    };
    let mut plain = json_of("hawaii/hawaii.json");
    plain["line_items"][0]["properties"] = json!([]);
    plain["fulfillments"] = json!([]);
    let plain = || a_shop().webhook_of("orders/create", &plain.to_string());
    let read = import(plain(), queried(sells_none));
    assert_eq!(where_it_goes(read.order_so_far()), HAWAII);
    assert_eq!(read.names(), ["placed", "paid"]);
    let [Unusable::NotQueried(fields)] = &read.unusable[..] else { panic!("{:?}", read.unusable) };
    assert!(fields.contains(&"shippingAddress.city".to_owned()), "{fields:?}");
    // Nor is it where the shop is.
    for settings in [json!({}), json!({"default_country": "CA"})] {
        let played = import(
            plain().with_settings_of(&shop(settings)),
            queried(|order| {
                sells_none(order);
                without(order, "shippingAddress");
            }),
        );
        assert_eq!(where_it_goes(played.order_so_far()), HAWAII);
        assert_eq!(played.names(), ["placed", "paid"]);
    }
}

/// An order in which money was paid back for no line.
fn partially_refunded(status: &str) -> Value {
    let mut order = an_order();
    order["displayFinancialStatus"] = json!(status);
    order["lineItems"]["nodes"][0]["currentQuantity"] = json!(2);
    order
}

#[test]
fn m7_a_refunded_order_needs_its_refunds() {
    for status in ["PARTIALLY_REFUNDED", "REFUNDED"] {
        let mut order = partially_refunded(status);
        assert_eq!(import(a_shop(), order.clone()).refunded(), 20_500);
        without(&mut order, "refunds");
        let played = import(a_shop(), order);
        assert_eq!((played.names(), played.unusable), (vec![], vec![not_queried(&["refunds"])]));
    }
    let mut paid = partially_refunded("PAID");
    without(&mut paid, "refunds");
    assert!(import(a_shop(), paid).unusable.is_empty());
    // A body of the REST API has them, unless only some fields were asked for.
    for status in ["partially_refunded", "refunded"] {
        let mut order = json_of("completed/order.json");
        order["financial_status"] = json!(status);
        order["refunds"] = json!([]);
        assert!(import(a_shop(), order.clone()).unusable.is_empty());
        order.as_object_mut().unwrap().remove("refunds");
        let missing = Unusable::Missing { field: "refunds".to_owned() };
        assert_eq!(import(a_shop(), order).unusable, [missing]);
    }
}

#[test]
fn t1_a_shipment_that_arrived_needs_the_time_of_it() {
    for status in ["DELIVERED", "PICKED_UP"] {
        let arrived = |change: &dyn Fn(&mut Value)| {
            let mut order = an_order();
            let shipment = &mut order["fulfillments"][0];
            shipment["displayStatus"] = json!(status);
            shipment["events"]["nodes"][0]["status"] = json!(status);
            change(shipment);
            import(a_shop(), order)
        };
        let delivered = |played: &Played| played.names().contains(&"delivered");
        // It has the time of an event, of the shipment, or of its last change.
        assert!(delivered(&arrived(&|shipment| without(shipment, "updatedAt"))));
        assert!(delivered(&arrived(&|shipment| without(shipment, "events"))));
        assert!(delivered(&arrived(&|shipment| {
            without(shipment, "events");
            without(shipment, "updatedAt");
            shipment["deliveredAt"] = json!("2025-03-09T23:00:00Z");
        })));
        let created = arrived(&|shipment| {
            without(shipment, "events");
            without(shipment, "updatedAt");
        });
        assert!(!delivered(&created));
        assert_eq!(created.unusable, [not_queried(&["fulfillments.deliveredAt"])]);
        let not_known = arrived(&|shipment| {
            without(shipment, "events.status");
            without(shipment, "updatedAt");
            shipment["deliveredAt"] = Value::Null;
        });
        assert!(!delivered(&not_known));
        assert_eq!(not_known.unusable, [not_queried(&["updatedAt"])]);
    }
    let mut shipment = json_of("completed/delivered.json");
    shipment.as_object_mut().unwrap().remove("updated_at");
    let played = a_shop().webhook("orders/create", "completed/order.json");
    let played = played.webhook_of("fulfillments/update", &shipment.to_string());
    assert_eq!((played.names(), played.unusable[0].code()), (vec!["placed"], "missing"));
}

/// What was sold at the counter of location 371291, in an answer of GraphQL.
fn at_a_counter(settings: Value, change: impl Fn(&mut Value)) -> Played {
    let sold = queried(|order| {
        order["shippingAddress"] = Value::Null;
        order["billingAddress"] = json!({"countryCodeV2": "DE", "provinceCode": "BE", "city": "B"});
        order["sourceName"] = json!("pos");
        order["retailLocation"] = json!({"id": "gid://shopify/Location/371291"});
        order["displayFulfillmentStatus"] = json!("FULFILLED");
        order["fulfillments"] = json!([{
            "id": "gid://shopify/Fulfillment/1", "status": "SUCCESS", "displayStatus": "FULFILLED",
            "createdAt": "2025-03-05T16:00:00Z", "updatedAt": "2025-03-05T16:00:00Z",
        }]);
        change(order);
    });
    import(shop(settings), sold)
}

#[test]
fn an_order_that_is_not_sent_needs_its_source() {
    let locations = || json!({"locations": {"371291": "US"}});
    let sold = at_a_counter(locations(), |_| {});
    assert_eq!(sold.names(), ["placed", "paid", "delivered"]);
    assert_eq!(where_it_goes(sold.order()), ("US", None, None));
    let unsaid = at_a_counter(locations(), |order| without(order, "sourceName"));
    assert_eq!(unsaid.unusable, [not_queried(&["sourceName"])]);
    assert!(unsaid.events.is_empty());
    let nowhere = at_a_counter(locations(), |order| without(order, "retailLocation"));
    assert_eq!(nowhere.unusable, [not_queried(&["retailLocation.id"])]);
    // Where the shop lists no locations, and where another address is known, it decides nothing.
    let without_location = |order: &mut Value| without(order, "retailLocation");
    at_a_counter(json!({"default_country": "US"}), without_location).order();
    let online = at_a_counter(locations(), |order| {
        without_location(order);
        order["sourceName"] = json!("web");
    });
    assert_eq!(where_it_goes(online.order_so_far()).0, "DE");
    let digital = at_a_counter(locations(), |order| {
        without_location(order);
        order["sourceName"] = json!("web");
        order["billingAddress"] = Value::Null;
    });
    assert_eq!(digital.unusable, [not_queried(&["retailLocation.id"])]);
}

/// Without the address it is not known whether it was handed over or is sent.
#[test]
fn an_order_that_may_be_sent_is_not_handed_over() {
    let unsaid = at_a_counter(json!({}), |order| {
        without(order, "shippingAddress");
        order["lineItems"]["edges"][0]["node"]["customAttributes"] = json!([]);
    });
    assert_eq!(unsaid.names(), ["placed", "paid"]);
    let is_delivery = |event: &OrderEvent| matches!(event, OrderEvent::Delivered(_));
    assert!(!unsaid.events.iter().any(is_delivery));
}

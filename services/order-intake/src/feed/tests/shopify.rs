//! Shopify's webhooks and exports.

use proptest::prelude::*;
use recourse_kernel::Instant;
use recourse_terms::{Category, OperatingSystem, Program};
use serde_json::{Value, json};

use crate::domain::commands::{LineUnits, Place};
use crate::domain::{OrderCommand, OrderEvent};
use crate::feed::shop::{ShopSettings, Shops, Translated};
use crate::feed::shopify::{Export, TOPICS, Webhook, translate};
use crate::feed::{Fact, Identities, Unusable};

pub(super) fn identities() -> Identities {
    Identities::new([7; 32], recourse_kernel::OrderKeys::development())
}

/// Everything that a webhook says.
pub(super) fn read(topic: &str, body: &Value, settings: &ShopSettings) -> Translated {
    let webhook = Webhook { shop: "shop.myshopify.com", topic, is_test: false, id: "" };
    translate(webhook, body.to_string().as_bytes(), settings, &identities())
}

/// The facts of a webhook, or the first reason why there are none.
pub(super) fn webhook(topic: &str, body: &Value) -> Result<Vec<Fact>, Unusable> {
    read(topic, body, &ShopSettings::default()).into_iter().collect()
}

pub(super) fn exported(shop: &str, value: Value) -> Translated {
    let (shops, identities) = (Shops::default(), identities());
    Export { shop, shops: &shops, identities: &identities }.translate_value(value)
}

pub(super) fn an_order() -> Value {
    json!({
        "id": 820_982_911_946_154_508_i64, "name": "#9999", "currency": "USD",
        "created_at": "2025-03-05T10:00:00-05:00", "updated_at": "2025-03-05T10:01:00-05:00",
        "cancelled_at": null, "cancel_reason": null, "total_price": "1039.98",
        "email": "jon@example.com", "phone": null, "financial_status": "paid",
        "customer": {"id": 115_310, "first_name": "John", "last_name": "Smith"},
        "shipping_address": {"name": "Steve Shipper", "address1": "123 Shipping Street",
            "city": "Shippington", "zip": "40003", "province": "Kentucky",
            "province_code": "KY", "country": "United States", "country_code": "US"},
        "line_items": [
            {"id": 11, "title": "Galaxy S24", "vendor": "Samsung", "sku": "S24", "quantity": 2,
             "price": "500.00", "discount_allocations": [{"amount": "10.00"}, {"amount": "5.01"}],
             "properties": [
                {"name": "recourse_warranty", "value": "repair:wisetech-service"},
                {"name": "_recourse_warranty_price", "value": "19.99"},
                {"name": "_recourse_device", "value": "smartphone/android//"}]},
            {"id": 12, "title": "Case", "vendor": null, "quantity": 1, "price": "40.00",
             "properties": []},
        ],
    })
}

fn placed(body: &Value) -> Place {
    let facts = webhook("orders/create", body).unwrap();
    match &facts[0].command {
        OrderCommand::Place(place) => (**place).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_with_a_warranty_on_a_line() {
    let place = placed(&an_order());
    assert_eq!((place.number.as_str(), place.country.as_str()), ("820982911946154508", "US"));
    let line = &place.lines[0];
    // 2 × 500.00 minus 15.01 is 984.99, which is 492.49 and 492.50.
    let prices: Vec<_> =
        place.lines.iter().map(|line| (line.quantity, line.unit_price.amount)).collect();
    assert_eq!(prices, [(1, 49_249), (1, 49_250), (1, 4_000)]);
    assert_eq!(line.reference.as_deref(), Some("11"));
    let warranty = line.warranty.as_ref().unwrap();
    assert_eq!((warranty.program, warranty.price.amount), (Program::Repair, 1_999));
    assert_eq!(warranty.provider.as_str(), "wisetech-service");
    let device = line.device.as_ref().unwrap();
    assert_eq!(device.category, Category::Smartphone);
    assert_eq!(device.operating_system, OperatingSystem::Android);
    assert_eq!((device.brand.as_str(), device.model.as_str()), ("Samsung", "Galaxy S24"));
    assert_eq!((&place.lines[2].device, &place.lines[2].warranty), (&None, &None));
}

#[test]
fn the_contact_is_separate_and_the_buyer_has_a_pseudonym() {
    let facts = webhook("orders/create", &an_order()).unwrap();
    let contact = facts[0].contact.clone().unwrap();
    assert_eq!(contact.name.as_deref(), Some("Steve Shipper"));
    assert_eq!(contact.email.as_deref(), Some("jon@example.com"));
    let place = placed(&an_order());
    let stored = serde_json::to_string(&place).unwrap();
    assert!(place.buyer.starts_with("b-"));
    for personal in ["jon@", "Steve", "Shipping Street", "115310"] {
        assert!(!stored.contains(personal), "{personal}");
    }
}

#[test]
fn a_device_is_recognised_by_vendor_and_title_if_no_property_names_it() {
    let mut order = an_order();
    order["line_items"][0]["properties"] =
        json!({"Recourse_Warranty": "EXCHANGE:tomrepair:30", "unrelated": [1]});
    order["line_items"][0]["title"] = json!("iPad Air");
    order["line_items"][0]["vendor"] = json!("Apple");
    let line = placed(&order).lines.remove(0);
    assert_eq!(line.warranty.unwrap().price.amount, 3_000);
    let device = line.device.unwrap();
    assert_eq!(device.category, Category::Tablet);
    assert_eq!(device.operating_system, OperatingSystem::Ios);
}

#[test]
fn a_warranty_may_be_charged_on_a_line_of_its_own() {
    let mut order = an_order();
    order["line_items"][0]["properties"] =
        json!([{"name": "recourse_warranty", "value": "repair:wisetech-service"}]);
    let refused = webhook("orders/create", &order).unwrap_err();
    assert_eq!(refused.code(), "warranty");
    order["line_items"][1] = json!({"id": 13, "title": "Warranty", "quantity": 2,
        "price": "21.50", "properties": [{"name": "recourse_warranty_for", "value": "S24"}]});
    assert_eq!(placed(&order).lines[0].warranty.as_ref().unwrap().price.amount, 2_150);
}

/// An order of these titles, the last of which is a plan.
fn with_a_plan(titles: &[&str]) -> Result<Place, Unusable> {
    let mut order = an_order();
    let line = |(at, title): (usize, &&str)| {
        let mut line = json!({"id": at + 1, "title": title, "quantity": 1});
        line["price"] = json!("200.00");
        line
    };
    order["line_items"] = titles.iter().enumerate().map(line).collect();
    let plan = order["line_items"].as_array_mut().unwrap().last_mut().unwrap();
    plan["product_id"] = json!("81");
    plan["requires_shipping"] = json!(false);
    let plans = json!([{"product_id": "81", "program": "repair", "provider": "wisetech-service"}]);
    let shops = Shops::read(Some(&json!([{"domain": "s.example", "plans": plans}]))).unwrap();
    let webhook = Webhook { shop: "s.example", topic: "orders/create", is_test: false, id: "" };
    let body = order.to_string();
    let read = translate(webhook, body.as_bytes(), shops.of("s.example"), &identities());
    match read.into_iter().next().unwrap()?.command {
        OrderCommand::Place(place) => Ok(*place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_plan_without_a_line_is_for_the_only_device_of_any_brand() {
    for titles in [
        ["Case for Moto", "Motorola Edge 50 Pro 5G 256GB", "Protection plan"],
        ["USB-C charger", "Zenfone 11 Ultra", "Protection plan"],
        ["T-shirt", "Fairphone 5", "Protection plan"],
        ["Galaxy S24 case", "Galaxy S24", "Protection plan"],
    ] {
        let lines = with_a_plan(&titles).unwrap().lines;
        let sold: Vec<bool> = lines.iter().map(|line| line.warranty.is_some()).collect();
        assert_eq!(sold, [false, true, false], "{titles:?}");
    }
}

#[test]
fn a_plan_whose_device_is_not_known_says_how_to_name_it() {
    let reason = |titles: &[&str]| with_a_plan(titles).unwrap_err().to_string();
    let unknown = reason(&["Zenfone 11 Ultra", "Gift basket", "Protection plan"]);
    assert!(unknown.contains("recourse_warranty_for"), "{unknown}");
    assert!(!unknown.contains("more plans than devices"), "{unknown}");
    let several = reason(&["Fairphone 5", "Fairphone 4", "Protection plan"]);
    assert!(several.contains("several devices"), "{several}");
}

#[test]
fn paid_and_cancelled() {
    let paid = webhook("orders/paid", &an_order()).unwrap().remove(1);
    let OrderCommand::Pay(pay) = &paid.command else { panic!() };
    assert_eq!(pay.amount.amount, 103_998);
    assert_eq!(paid.reported.fact, "shopify:orders/paid");
    let mut order = an_order();
    order["cancelled_at"] = json!("2025-03-06T00:00:00Z");
    order["cancel_reason"] = json!("inventory");
    let cancelled = webhook("orders/cancelled", &order).unwrap().remove(1);
    let OrderCommand::Cancel(cancel) = &cancelled.command else { panic!() };
    assert_eq!(cancel.reason, "inventory");
    assert_eq!(paid.key(), cancelled.key());
}

#[test]
fn only_a_delivered_shipment_is_a_delivery_and_its_location_decides_the_zone() {
    let shipment = |status: Option<&str>| {
        json!({"id": 255, "order_id": 820_982_911_946_154_508_i64, "status": "success",
            "shipment_status": status, "updated_at": "2025-03-09T18:00:00-04:00",
            "destination": {"city": "Shippington", "province_code": "KY", "country_code": "US"},
            "line_items": [{"id": 11, "quantity": 1}]})
    };
    for status in [None, Some("in_transit")] {
        let noted = webhook("fulfillments/create", &shipment(status)).unwrap().remove(0);
        let OrderCommand::NoteShipment(note) = &noted.command else { panic!() };
        let lines = [LineUnits { reference: "11".to_owned(), quantity: 1 }];
        assert_eq!((note.shipment.as_str(), &note.lines[..]), ("255", &lines[..]));
    }
    let delivered = webhook("fulfillments/update", &shipment(Some("delivered"))).unwrap().remove(0);
    let OrderCommand::Deliver(deliver) = &delivered.command else { panic!() };
    assert_eq!(deliver.zone, Some(chrono_tz::America::Kentucky::Louisville));
    assert_eq!(deliver.units.lines[0].quantity, 1);
    assert_eq!(deliver.reference.as_deref(), Some("255"));
}

fn a_refund() -> Value {
    json!({"id": 509, "order_id": 820_982_911_946_154_508_i64,
    "created_at": "2025-03-12T00:00:00Z", "refund_line_items": [
        {"line_item_id": 11, "quantity": 2, "subtotal": 985.0, "restock_type": "return",
         "subtotal_set": {"shop_money": {"amount": "985.00", "currency_code": "USD"}}},
        {"line_item_id": 12, "quantity": 1, "subtotal": 0, "restock_type": "no_restock",
         "subtotal_set": {"shop_money": {"amount": "0.00", "currency_code": "USD"}}},
    ], "transactions": [
        {"kind": "refund", "status": "success", "amount": "985.00", "currency": "USD"},
    ]})
}

#[test]
fn a_refund_gives_money_back_and_may_take_devices_back() {
    let facts = webhook("refunds/create", &a_refund()).unwrap();
    let OrderCommand::RefundLine(refund) = &facts[0].command else { panic!() };
    assert_eq!(refund.refunds.len(), 1);
    assert_eq!(refund.refunds[0].amount.to_string(), "492.50 USD");
    let OrderCommand::Return(back) = &facts[1].command else { panic!() };
    assert_eq!(back.units.lines, [LineUnits { reference: "11".to_owned(), quantity: 2 }]);
    assert_ne!(facts[0].command_id(), facts[1].command_id());
    let nothing = json!({"id": 1, "order_id": 2, "created_at": "2025-03-12T00:00:00Z",
        "refund_line_items": [], "transactions": []});
    let ignored = webhook("refunds/create", &nothing).unwrap_err();
    assert!(matches!(ignored, Unusable::Ignored(_)));
}

#[test]
fn a_refund_that_does_not_say_what_was_paid_is_not_taken_for_paid() {
    for field in ["transactions", "refund_line_items"] {
        for absent in [None, Some(Value::Null)] {
            let mut refund = a_refund();
            refund.as_object_mut().unwrap().remove(field);
            if let Some(null) = absent {
                refund[field] = null;
            }
            let refused = webhook("refunds/create", &refund).unwrap_err();
            assert_eq!(refused, Unusable::missing(field));
        }
    }
}

#[test]
fn m1_tax_is_not_added_unless_the_order_says_whether_its_prices_include_it() {
    let mut order = an_order();
    order["line_items"][0]["tax_lines"] = json!([{"price": "10.00"}]);
    order.as_object_mut().unwrap().remove("taxes_included");
    let refused = webhook("orders/create", &order).unwrap_err();
    assert_eq!(refused, Unusable::missing("taxes_included"));
}

#[test]
fn an_exported_order_reports_all_that_happened_to_it() {
    let mut order = an_order();
    order["refunds"] = json!([a_refund()]);
    order["fulfillments"] = json!([{"id": 255, "order_id": 820_982_911_946_154_508_i64,
        "shipment_status": "delivered", "updated_at": "2025-03-09T18:00:00-04:00",
        "line_items": [{"id": 11, "quantity": 2}, {"id": 12, "quantity": 1}]}]);
    let facts = exported("shop", json!({"orders": [order]}));
    let objects: Vec<_> = facts.iter().map(|fact| object(fact.as_ref().unwrap())).collect();
    assert_eq!(
        objects,
        [
            "order:820982911946154508",
            "payment:820982911946154508",
            "shipment:255",
            "refund:509",
            "return:509",
        ]
    );
    let kept = json!({"topic": "orders/paid", "webhook_id": "w-9", "body": an_order()});
    let fact = exported("shop", kept).remove(1).unwrap();
    assert_eq!(fact.reported.fact, "shopify:orders/paid");
}

/// What a fact is about, without the digest of what it says.
pub(super) fn object(fact: &Fact) -> String {
    fact.reported.id.rsplit_once(':').unwrap().0.to_owned()
}

#[test]
fn an_export_made_a_day_later_repeats_what_did_not_change() {
    let mut order = an_order();
    order["processed_at"] = json!("2025-03-05T10:00:30-05:00");
    let exported_now = |order: &Value| {
        let facts = exported("shop", order.clone());
        facts.into_iter().map(|fact| fact.unwrap()).collect::<Vec<_>>()
    };
    let first = exported_now(&order);
    let OrderCommand::Pay(pay) = &first[1].command else { panic!() };
    assert_eq!(pay.paid_at, "2025-03-05T15:00:30Z".parse::<Instant>().unwrap());
    order["tags"] = json!("packed");
    order["note"] = json!("left at the door");
    assert_eq!(exported_now(&order), first);
    // A later state of the order is another command, and so never a contradiction.
    order["updated_at"] = json!("2025-03-06T09:00:00-05:00");
    order["email"] = json!("jon@example.org");
    let other = exported_now(&order);
    assert_ne!(other[0].command_id(), first[0].command_id());
    assert_eq!(other[1], first[1]);
    // In a webhook `updated_at` is the time of the payment.
    let paid = webhook("orders/paid", &order).unwrap().remove(1);
    let OrderCommand::Pay(pay) = &paid.command else { panic!() };
    assert_eq!(pay.paid_at, "2025-03-06T14:00:00Z".parse::<Instant>().unwrap());
}

#[test]
fn a_fact_is_one_command_in_every_webhook_and_never_has_the_contact_in_plaintext() {
    let id = |topic: &str| webhook(topic, &an_order()).unwrap()[0].command_id();
    assert_eq!(id("orders/create"), id("orders/updated"));
    assert_eq!(
        id("orders/create"),
        exported("shop.myshopify.com", an_order())[0].as_ref().unwrap().command_id()
    );
    let fact = webhook("orders/create", &an_order()).unwrap().remove(0);
    let content = fact.content.to_string();
    assert!(!content.contains("jon@") && !content.contains("Steve"), "{content}");
}

#[test]
fn an_exported_order_is_decided_in_full() {
    let mut order = an_order();
    order["fulfillments"] = json!([{"id": 255, "order_id": 820_982_911_946_154_508_i64,
        "shipment_status": "delivered", "updated_at": "2025-03-09T18:00:00-04:00"}]);
    order["refunds"] = json!([a_refund()]);
    let book = recourse_terms::TermsBook::default();
    let mut state = crate::domain::OrderState::default();
    let mut happened = Vec::new();
    for fact in exported("shop", order) {
        let fact = fact.unwrap();
        let (principal, key) = (fact.principal(), fact.key());
        let context = recourse_kernel::Context {
            now: "2025-04-01T00:00:00Z".parse().unwrap(),
            principal: &principal,
            key: key.as_str(),
            reference: &book,
        };
        let events =
            <crate::Orders as recourse_kernel::Decider>::decide(&state, &fact.command, &context);
        for event in events.unwrap() {
            state.evolve(&event);
            happened.push(event);
        }
    }
    assert_eq!(happened.len(), 6);
    // 985.00 for two phones of 492.49 and 492.50.
    for event in &happened[3..5] {
        assert!(matches!(event, OrderEvent::LineRefunded(refund) if refund.full), "{happened:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_body_from_a_shop_is_a_fact_or_a_reason(
        field in "id|currency|created_at|line_items|shipping_address|total_price|customer|order_id",
        value in prop_oneof![
            Just(Value::Null), Just(json!([])), Just(json!({})), Just(json!([null])),
            any::<i64>().prop_map(Value::from), "[ -~]{0,10}".prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
        ],
        price in "[0-9.\\-]{0,24}",
        quantity in any::<i64>(),
    ) {
        for topic in TOPICS {
            for mut body in [an_order(), a_refund()] {
                for lines in ["line_items", "refund_line_items"] {
                    if let Some(line) = body.get_mut(lines).and_then(|lines| lines.get_mut(0)) {
                        line["price"] = json!(price);
                        line["subtotal"] = json!(price);
                        line["quantity"] = json!(quantity);
                    }
                }
                body[field.as_str()] = value.clone();
                let _ = webhook(topic, &body);
                let _ = exported("shop", body);
            }
        }
    }
}

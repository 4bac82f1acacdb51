//! A Shopify shop.

use recourse_kernel::OrderId;
use serde_json::{Value, json};

use super::production::{Production, SECRET};
use super::{all_recorded, claims_and_gets_the_price_back, marketplace, order};

const SHOP: &str = "phones.myshopify.com";
const NUMBER: u64 = 5_100_000_000_001;
const LINE: u64 = 9_100_000_000_001;
const FULFILLMENT: u64 = 4_100_000_000_001;
/// The parcel with the case.
const OTHER_FULFILLMENT: u64 = 4_100_000_000_002;

/// One phone for 500.00 dollars with a plan for 30.00, and a case for 20.00, as the shop knows it
/// so many days ago.
fn order_body(at: &Production, updated: i64, change: impl FnOnce(&mut Value)) -> Value {
    let address = json!({
        "name": "Pat Example", "address1": "1 Sample Street", "city": "Austin", "zip": "78701",
        "province_code": "TX", "country_code": "US",
    });
    let mut order = json!({
        "id": NUMBER, "name": "#1001", "test": false, "currency": "USD",
        "created_at": at.days_ago(40), "processed_at": at.days_ago(40),
        "updated_at": at.days_ago(updated), "cancelled_at": null, "closed_at": null,
        "financial_status": "paid", "fulfillment_status": null, "source_name": "web",
        "total_price": "550.00", "email": "pat@example.com",
        "customer": { "id": 7_000_000_000_001_u64, "email": "pat@example.com" },
        "shipping_address": address,
        "line_items": [{
            "id": LINE, "title": "Galaxy S24", "sku": "S24", "vendor": "Samsung", "quantity": 1,
            "price": "500.00", "requires_shipping": true,
            "properties": [
                { "name": "_recourse_device", "value": "smartphone/android/Samsung/Galaxy S24" },
            ],
        }, {
            "id": LINE + 1, "title": "One-year plan", "sku": "PLAN-500", "vendor": "Phones",
            "quantity": 1, "price": "30.00", "requires_shipping": false,
            "properties": [
                { "name": "recourse_warranty", "value": "exchange:the-warranty-group" },
                { "name": "_recourse_warranty_for", "value": "S24" },
            ],
        }, {
            "id": LINE + 2, "title": "Case", "sku": "CASE", "vendor": "Phones", "quantity": 1,
            "price": "20.00", "requires_shipping": true, "properties": [],
        }],
        "fulfillments": [], "refunds": [],
    });
    change(&mut order);
    order
}

fn fulfillment(at: &Production, status: Option<&str>, updated: i64) -> Value {
    json!({
        "id": FULFILLMENT, "order_id": NUMBER, "status": "success", "shipment_status": status,
        "created_at": at.days_ago(38), "updated_at": at.days_ago(updated),
        "tracking_company": "UPS", "tracking_number": "1Z0000000000000000",
        "destination": { "city": "Austin", "province_code": "TX", "country_code": "US" },
        "line_items": [{ "id": LINE, "quantity": 1, "title": "Galaxy S24" }],
    })
}

/// The parcel with the case, which arrives later.
fn other_fulfillment(at: &Production, status: Option<&str>, updated: i64) -> Value {
    let mut other = fulfillment(at, status, updated);
    other["id"] = json!(OTHER_FULFILLMENT);
    other["line_items"] = json!([{ "id": LINE + 2, "quantity": 1, "title": "Case" }]);
    other
}

/// The carrier's event: a parcel was delivered so many days ago. It names no lines.
fn delivered(at: &Production, fulfillment: u64, days: i64) -> Value {
    json!({
        "id": fulfillment + 1, "order_id": NUMBER, "fulfillment_id": fulfillment,
        "status": "delivered", "happened_at": at.days_ago(days), "created_at": at.days_ago(days),
        "city": "Austin", "province": "TX", "country": "US",
    })
}

/// What the order waits for, once it is this.
async fn waits_for(at: &Production, order: &str, missing: &Value) {
    let token = at.token(&marketplace(SHOP));
    let path = format!("/v1/orders/{order}/missing-facts");
    at.until("the order waits", &token, &path, |answer| answer["missing"] == *missing).await;
}

/// The phone and the case have days of their own.
async fn came_days_ago(at: &Production, order: &str, phone: i64, case: i64) {
    let token = at.token(&marketplace(SHOP));
    let path = format!("/v1/orders/{order}");
    let line = |answer: &Value, line: usize| {
        answer["lines"][line]["units"][0]["delivered_at"].as_str().map(str::to_owned)
    };
    at.until("both parcels came", &token, &path, |answer| {
        (line(answer, 0), line(answer, 2)) == (Some(at.days_ago(phone)), Some(at.days_ago(case)))
    })
    .await;
}

async fn webhook(at: &Production, topic: &str, id: &str, body: &Value) {
    let headers =
        [("X-Shopify-Topic", topic), ("X-Shopify-Webhook-Id", id), ("X-Shopify-Shop-Domain", SHOP)];
    let path = "/v1/marketplaces/shopify/webhooks";
    at.webhook(path, "X-Shopify-Hmac-Sha256", &headers, body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhooks_of_a_shopify_shop_lead_to_a_paid_claim() {
    // The order is not completed by the days that have passed, but when it is archived.
    let shop = json!({ "domain": SHOP, "secrets": [SECRET], "complete_after_days": 90 });
    let at = Production::open(shop).await;

    webhook(&at, "orders/create", "w-1", &order_body(&at, 40, |_| {})).await;
    webhook(&at, "orders/paid", "w-2", &order_body(&at, 40, |_| {})).await;
    // Two parcels. The carrier's event about the case overtakes the webhook about its parcel.
    let event = delivered(&at, OTHER_FULFILLMENT, 33);
    webhook(&at, "fulfillment_events/create", "w-3", &event).await;
    webhook(&at, "fulfillments/create", "w-4", &fulfillment(&at, None, 38)).await;
    let event = delivered(&at, FULFILLMENT, 35);
    webhook(&at, "fulfillment_events/create", "w-5", &event).await;
    let phone_came = order(&at, SHOP, &NUMBER.to_string(), "delivered").await;
    let id = phone_came["order"].as_str().unwrap();
    waits_for(&at, id, &json!(["order.shipped"])).await;
    webhook(&at, "fulfillments/create", "w-6", &other_fulfillment(&at, None, 38)).await;
    waits_for(&at, id, &json!([])).await;
    webhook(&at, "fulfillments/update", "w-7", &fulfillment(&at, Some("delivered"), 34)).await;
    came_days_ago(&at, id, 35, 33).await;

    // The shop archives the order: it is completed (T10).
    let archived = order_body(&at, 30, |order| {
        order["fulfillment_status"] = json!("fulfilled");
        let delivered = Some("delivered");
        let parcels = [fulfillment(&at, delivered, 34), other_fulfillment(&at, delivered, 32)];
        order["fulfillments"] = json!(parcels);
        order["closed_at"] = json!(at.days_ago(30));
    });
    webhook(&at, "orders/updated", "w-8", &archived).await;
    let completed = order(&at, SHOP, &NUMBER.to_string(), "completed").await;
    let order: OrderId = completed["order"].as_str().unwrap().parse().unwrap();
    all_recorded(&at, SHOP, order).await;

    claims_and_gets_the_price_back(&at, SHOP, order).await;
    at.end().await;
}

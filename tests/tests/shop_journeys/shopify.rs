//! A Shopify shop.

use recourse_kernel::OrderId;
use serde_json::{Value, json};

use super::production::{Production, SECRET};
use super::{all_recorded, claims_and_gets_the_price_back, order};

const SHOP: &str = "phones.myshopify.com";
const NUMBER: u64 = 5_100_000_000_001;
const LINE: u64 = 9_100_000_000_001;
const FULFILLMENT: u64 = 4_100_000_000_001;

/// One phone for 500.00 dollars with a plan for 30.00, as the shop knows it so many days ago.
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
        "total_price": "530.00", "email": "pat@example.com",
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
        }],
        "fulfillments": [], "refunds": [],
    });
    change(&mut order);
    order
}

fn fulfillment(at: &Production, status: &str, updated: i64) -> Value {
    json!({
        "id": FULFILLMENT, "order_id": NUMBER, "status": "success", "shipment_status": status,
        "created_at": at.days_ago(38), "updated_at": at.days_ago(updated),
        "tracking_company": "UPS", "tracking_number": "1Z0000000000000000",
        "destination": { "city": "Austin", "province_code": "TX", "country_code": "US" },
        "line_items": [{ "id": LINE, "quantity": 1, "title": "Galaxy S24" }],
    })
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
    let event = json!({
        "id": 1, "order_id": NUMBER, "fulfillment_id": FULFILLMENT, "status": "delivered",
        "happened_at": at.days_ago(35), "created_at": at.days_ago(34),
        "city": "Austin", "province": "TX", "country": "US",
    });
    webhook(&at, "fulfillment_events/create", "w-4", &event).await;
    order(&at, SHOP, &NUMBER.to_string(), "delivered").await;
    webhook(&at, "fulfillments/update", "w-5", &fulfillment(&at, "delivered", 34)).await;

    // The shop archives the order: it is completed (T10).
    let archived = order_body(&at, 30, |order| {
        order["fulfillment_status"] = json!("fulfilled");
        order["fulfillments"] = json!([fulfillment(&at, "delivered", 34)]);
        order["closed_at"] = json!(at.days_ago(30));
    });
    webhook(&at, "orders/updated", "w-6", &archived).await;
    let completed = order(&at, SHOP, &NUMBER.to_string(), "completed").await;
    let order: OrderId = completed["order"].as_str().unwrap().parse().unwrap();
    all_recorded(&at, SHOP, order).await;

    claims_and_gets_the_price_back(&at, SHOP, order).await;
    at.end().await;
}

//! A WooCommerce shop.

use recourse_kernel::OrderId;
use serde_json::{Value, json};

use super::production::{Production, SECRET};
use super::{all_recorded, claims_and_gets_the_price_back, order};

const SHOP: &str = "phones.example";
const NUMBER: u64 = 727;

/// A time as WooCommerce writes it: in UTC, without a zone.
fn gmt(at: &Production, days: i64) -> Value {
    json!(at.days_ago(days).trim_end_matches('Z'))
}

/// One phone for 500.00 dollars with a plan for 30.00, in this status so many days ago.
fn order_body(
    at: &Production,
    status: &str,
    modified: i64,
    change: impl FnOnce(&mut Value),
) -> Value {
    let address = json!({
        "first_name": "Pat", "last_name": "Example", "address_1": "1 Sample Street",
        "city": "Austin", "state": "TX", "postcode": "78701", "country": "US",
    });
    let mut billing = address.clone();
    billing["email"] = json!("pat@example.com");
    billing["phone"] = json!("(202) 555-0123");
    let device = json!({
        "id": 1, "key": "_recourse_device", "value": "smartphone/android/Samsung/Galaxy S24",
    });
    let mut order = json!({
        "id": NUMBER, "parent_id": 0, "number": "727", "status": status, "currency": "USD",
        "prices_include_tax": false, "customer_id": 26,
        "date_created_gmt": gmt(at, 40), "date_modified_gmt": gmt(at, modified),
        "date_paid_gmt": null, "date_completed_gmt": null,
        "total": "530.00", "total_tax": "0.00", "shipping_total": "0.00", "shipping_tax": "0.00",
        "discount_total": "0.00", "discount_tax": "0.00", "cart_tax": "0.00",
        "billing": billing, "shipping": address, "meta_data": [],
        "line_items": [{
            "id": 315, "name": "Galaxy S24", "product_id": 93, "variation_id": 0, "quantity": 1,
            "sku": "S24", "subtotal": "500.00", "subtotal_tax": "0.00", "total": "500.00",
            "total_tax": "0.00", "taxes": [], "price": 500.0,
            "meta_data": [device],
        }, {
            "id": 316, "name": "One-year plan", "product_id": 94, "variation_id": 0, "quantity": 1,
            "sku": "PLAN-500", "subtotal": "30.00", "subtotal_tax": "0.00", "total": "30.00",
            "total_tax": "0.00", "taxes": [], "price": 30.0, "meta_data": [],
        }],
        "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "refunds": [],
    });
    change(&mut order);
    order
}

async fn webhook(at: &Production, topic: &str, id: &str, body: &Value) {
    let headers = [
        ("X-WC-Webhook-Topic", topic),
        ("X-WC-Webhook-Delivery-ID", id),
        ("X-WC-Webhook-Source", "https://phones.example/"),
    ];
    let path = "/v1/marketplaces/woocommerce/webhooks";
    at.webhook(path, "X-WC-Webhook-Signature", &headers, body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhooks_of_a_woocommerce_shop_lead_to_a_paid_claim() {
    let plan = json!({
        "sku": "PLAN-500", "program": "exchange", "provider": "the-warranty-group",
    });
    let shop = json!({ "domain": SHOP, "secrets": [SECRET], "currency": "USD", "plans": [plan] });
    let at = Production::open(shop).await;

    webhook(&at, "order.created", "d-1", &order_body(&at, "on-hold", 40, |_| {})).await;
    let paid = |order: &mut Value| order["date_paid_gmt"] = gmt(&at, 39);
    webhook(&at, "order.updated", "d-2", &order_body(&at, "processing", 39, paid)).await;
    order(&at, SHOP, &NUMBER.to_string(), "paid").await;

    // The shop completes the order, which says that it was delivered as well (T10).
    let completed = order_body(&at, "completed", 35, |order| {
        order["date_paid_gmt"] = gmt(&at, 39);
        order["date_completed_gmt"] = gmt(&at, 35);
    });
    webhook(&at, "order.updated", "d-3", &completed).await;
    let completed = order(&at, SHOP, &NUMBER.to_string(), "completed").await;
    let order: OrderId = completed["order"].as_str().unwrap().parse().unwrap();
    all_recorded(&at, SHOP, order).await;

    claims_and_gets_the_price_back(&at, SHOP, order).await;
    at.end().await;
}

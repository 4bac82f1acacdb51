//! The service over a real Kafka and PostgreSQL. Facts from a marketplace, a shop and a file become
//! orders, once each; unusable ones are dead-lettered, sealed; buyer and seller settle a dispute
//! over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod burst;
mod buyers;
mod leaks;
mod market;
mod privacy;
mod slow_senders;
mod tokens;

use chrono::TimeDelta;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use market::{Market, SECRET};
use recourse_installation::{Answer, Installation, PATIENCE};
use recourse_kernel::{DeviceId, Instant, OrderId, OrderKeys, Role};
use recourse_order_intake::import::{Files, Format, Import, import};
use recourse_order_intake::intake::Intake;
use recourse_runtime::dead_letter::DeadLetter;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

const MARKET: (Role, &str) = (Role::Marketplace, "bazaar");
const BUYER: (Role, &str) = (Role::Buyer, "b-81");
const SELLER: (Role, &str) = (Role::Seller, "s-1");

fn order(number: &str) -> OrderId {
    OrderId::new(OrderKeys::development().key_of("bazaar", number))
}

fn placed(number: &str, at: Instant) -> Value {
    json!({
        "order": number, "placed_at": at, "buyer": "b-81", "country": "RU", "city": "Moscow",
        "contact": {"name": "Ivan Petrov", "email": "ivan@example.com", "phone": "+7 900"},
        "lines": [{
            "title": "Phone", "quantity": 1, "seller": "s-1",
            "unit_price": {"amount": 1_000_000, "currency": "RUB"},
            "device": {"category": "smartphone", "operating_system": "android",
                       "brand": "Samsung", "model": "S24"},
            "warranty": {"program": "repair", "provider": "wisetech-service",
                         "price": {"amount": 40_000, "currency": "RUB"}},
        }],
    })
}

fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([120, 80, 40]))
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

fn is_stage(stage: &'static str) -> impl Fn(&Answer) -> bool {
    move |answer| answer.body["stage"] == stage
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_become_orders_once_and_unusable_records_are_dead_lettered_sealed() {
    let service = Market::open().await;
    let now = service.node.clock.now();
    let paid = json!({"order": "1001", "paid_at": now - TimeDelta::days(3),
                      "amount": {"amount": 1_040_000, "currency": "RUB"}});
    // Out of order, twice, and mixed with unusable records.
    service.reports("e-2", "paid", &paid);
    let path = format!("/v1/orders/{}", order("1001"));
    let waits = format!("{path}/missing-facts");
    let missing = service.get_until(MARKET, &waits, |it| it.status == StatusCode::OK).await;
    assert_eq!(missing.body["missing"], json!(["order.placed"]), "{missing:?}");
    assert_eq!(missing.body["kept"][0]["id"], "e-2");

    service.publish(&[], "{\"name\": \"Ivan Petrov\"");
    service.reports("e-0", "eaten", &json!({"order": "1001"}));
    let placed = placed("1001", now - TimeDelta::days(3));
    service.reports("e-1", "placed", &placed);
    service.reports("e-1", "placed", &placed);
    service.reports("e-2", "paid", &paid);
    service.publish(
        &[],
        &json!({"specversion": "1.0", "id": "e-3", "source": "bazaar", "type":
            "marketplace.order.delivered", "time": now - TimeDelta::days(1),
            "data": {"order": "1001", "zone": "Europe/Moscow"}})
        .to_string(),
    );
    let seen = service.get_until(BUYER, &path, is_stage("delivered")).await;
    assert_eq!(seen.body["paid"]["amount"]["amount"], 1_040_000, "{seen:?}");
    assert_eq!(seen.body["contact"]["email"], "ivan@example.com");
    let auditor = service.get((Role::Auditor, "a-1"), &path, "").await;
    assert_eq!((auditor.status, &auditor.body["contact"]), (StatusCode::OK, &Value::Null));
    let other = service.get((Role::Buyer, "b-82"), &path, "").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let list = service.get(MARKET, "/v1/orders?stage=delivered&number=1001", "").await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1, "{list:?}");
    assert_eq!(service.get(MARKET, &waits, "").await.body["missing"], json!([]));

    let topics = &service.node.topics;
    // kept, placed, paid, delivered; the repeats of e-1 and e-2 left nothing.
    assert_eq!(service.on(&topics.events("orders")).len(), 4);
    let dead_letter = service.on(&topics.dead_letters("orders"));
    assert_eq!(dead_letter.len(), 2);
    for record in &dead_letter {
        let fact: DeadLetter = serde_json::from_slice(record.value.as_ref().unwrap()).unwrap();
        assert!(fact.position.contains("marketplace.orders.v1/"), "{fact:?}");
        let raw = Intake::of(&service.node).unwrap().content(&fact).await.unwrap();
        assert!(contains(&raw.body().unwrap(), "order") || contains(&raw.body().unwrap(), "Ivan"));
        // The cause was not fixed, so it is dead-lettered again, under the same position.
        let again = Intake::of(&service.node).unwrap().again(&fact).await.unwrap();
        assert_eq!((again.commands, again.dead_letter), (0, 1));
    }
    assert_eq!(service.on(&topics.dead_letters("orders")).len(), 4);
    for topic in [topics.events("orders"), topics.commands("orders"), topics.dead_letters("orders")]
    {
        for record in service.on(&topic) {
            assert!(!contains(record.value.as_ref().unwrap(), "Ivan"), "{topic}");
        }
    }
    service.end().await;
}

/// D1: a dispute with an uploaded photo, and the photo's hash. Without one it is refused.
async fn complaint(service: &Market, device: DeviceId, open: &str) -> (Value, String) {
    let with = |photos: Value| {
        json!({
            "reason": "The screen is dark", "requested_remedy": "refund", "photos": photos,
        })
    };
    for (key, photos, code) in [
        ("k-p", json!([]), "dispute.photo_required"),
        ("k-u", json!(["0".repeat(64)]), "dispute.photo_missing"),
    ] {
        let refused = service.post(BUYER, open, key, &with(photos)).await;
        assert_eq!(refused.body["code"], code, "{refused:?}");
    }
    let photos = format!("/v1/devices/{device}/photos");
    let refused = service.post_photo((Role::Buyer, "b-82"), &photos, jpeg()).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{refused:?}");
    let photo = service.post_photo(BUYER, &photos, jpeg()).await;
    let read = service.get(BUYER, &photo.location, "").await;
    assert_eq!((photo.status, read.status), (StatusCode::CREATED, StatusCode::OK), "{photo:?}");
    let sha256 = photo.body["sha256"].as_str().unwrap().to_owned();
    (with(json!([photo.body])), sha256)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_and_a_seller_settle_a_dispute() {
    let service = Market::open().await;
    let now = service.node.clock.now();
    service.reports("e-1", "placed", &placed("7", now - TimeDelta::days(3)));
    service.reports("e-2", "delivered", &json!({"order": "7", "at": now - TimeDelta::days(1)}));
    let path = format!("/v1/orders/{}", order("7"));
    service.get_until(BUYER, &path, is_stage("delivered")).await;

    let device = order("7").device(1, 1);
    let open = format!("/v1/devices/{device}/disputes");
    let (body, photo) = complaint(&service, device, &open).await;
    let refused = service.post((Role::Buyer, "b-82"), &open, "k-0", &body).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    assert_eq!(refused.body["code"], "dispute.not_allowed");
    let opened = service.post(BUYER, &open, "k-1", &body).await;
    let read = service.get_created(BUYER, &opened).await;
    assert_eq!(read.body["dispute"], opened.body["id"], "{read:?}");
    let again = service.post(BUYER, &open, "k-1", &body).await;
    assert_eq!((again.status, &again.body), (opened.status, &opened.body));
    let second = service.post(BUYER, &open, "k-2", &body).await;
    assert_eq!(
        (second.status, &second.body["code"]),
        (StatusCode::CONFLICT, &json!("dispute.already_open"))
    );

    let dispute = format!("/v1/disputes/{}", device.dispute(1));
    let seen = service.get(SELLER, &dispute, &opened.position).await;
    assert_eq!(seen.body["reason"], "The screen is dark", "{seen:?}");
    assert_eq!(seen.body["waits_for"][0]["what"], "dispute_answer", "{seen:?}");
    let shown = format!("{dispute}/photos/{photo}");
    let other = (Role::Seller, "s-2");
    for (who, status) in [(SELLER, StatusCode::OK), (other, StatusCode::FORBIDDEN)] {
        assert_eq!(service.get(who, &shown, &opened.position).await.status, status);
    }
    let counter = json!({"answer": "counter", "offer": {"amount": 100_000, "currency": "RUB"}});
    let answered = service.post(SELLER, &format!("{dispute}/answer"), "k-3", &counter).await;
    assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
    let part =
        json!({"ending": "partial_refund", "amount": {"amount": 300_000, "currency": "RUB"}});
    let decided = service.post(MARKET, &format!("{dispute}/decision"), "k-4", &part).await;
    assert_eq!(decided.status, StatusCode::OK, "{decided:?}");
    let seen = service.get(BUYER, &dispute, &decided.position).await;
    assert_eq!(
        (&seen.body["state"], &seen.body["decision"]["by"]),
        (&json!("decided"), &json!("marketplace"))
    );
    assert_eq!(seen.body["waits_for"][0]["who"], "seller", "{seen:?}");
    let performance = format!("{dispute}/performance");
    let performed = service.post(BUYER, &performance, "k-5", &json!({})).await;
    assert_eq!(performed.status, StatusCode::OK, "{performed:?}");
    let whole = service.get(BUYER, &path, &performed.position).await;
    assert_eq!(whole.body["disputes"][0]["state"], "performed", "{whole:?}");
    assert_eq!(whole.body["lines"][0]["units"][0]["refunded"]["amount"], 300_000, "{whole:?}");
    service.end().await;
}

fn signature(body: &str) -> String {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    BASE64.encode(&mac.chain_update(body).finalize().into_bytes())
}

fn shopify_order(id: u64) -> Value {
    json!({
        "id": id, "currency": "USD", "created_at": "2025-03-05T10:00:00-05:00",
        "updated_at": "2025-03-05T10:00:00-05:00", "total_price": "519.99",
        "financial_status": "paid", "email": "jon@example.com",
        "shipping_address": {"name": "Jon", "city": "Austin", "country_code": "US",
                             "province_code": "TX"},
        "line_items": [{"id": 11, "title": "Galaxy S24", "vendor": "Samsung", "quantity": 1,
            "price": "500.00", "properties": [
                {"name": "recourse_warranty", "value": "exchange:the-warranty-group:19.99"}]}],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_webhooks_are_verified_by_their_signature_and_taken_once() {
    let service = Market::open().await;
    let body = shopify_order(450_789_469).to_string();
    let shop = "jsmith.myshopify.com";
    let signed = signature(&body);
    let headers = |topic, id| {
        [
            ("X-Shopify-Topic", topic),
            ("X-Shopify-Webhook-Id", id),
            ("X-Shopify-Shop-Domain", shop),
            ("X-Shopify-Hmac-Sha256", signed.as_str()),
        ]
    };
    let forged = service.webhook(&headers("orders/create", "w-1"), &format!("{body} ")).await;
    assert_eq!(forged.status, StatusCode::UNAUTHORIZED, "{forged:?}");
    for _ in 0..2 {
        let taken = service.webhook(&headers("orders/create", "w-1"), &body).await;
        assert_eq!((taken.status, &taken.body["commands"]), (StatusCode::OK, &json!(1)));
    }
    let taken = service.webhook(&headers("orders/paid", "w-2"), &body).await;
    assert_eq!(taken.status, StatusCode::OK, "{taken:?}");
    let dead_letter = service.webhook(&headers("products/create", "w-3"), &body).await;
    assert_eq!((dead_letter.status, &dead_letter.body["dead_letter"]), (StatusCode::OK, &json!(1)));

    let id = OrderId::new(OrderKeys::development().key_of(shop, "450789469"));
    let who = (Role::Marketplace, shop);
    let seen = service.get_until(who, &format!("/v1/orders/{id}"), is_stage("paid")).await;
    assert_eq!(seen.body["lines"][0]["warranty"]["provider"], "the-warranty-group", "{seen:?}");
    assert_eq!(service.on(&service.node.topics.events("orders")).len(), 2);
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feed_members_without_a_partition_are_ready() {
    let service = Market::open().await;
    let mut members = Vec::new();
    // With two partitions, the third member gets none.
    for number in 2..=3 {
        let mut settings = (*service.node.settings).clone();
        settings.instance = format!("feed-{number}");
        let node = Installation::node(settings).await;
        let intake = Intake::of(&node).unwrap();
        recourse_order_intake::intake::marketplace::start(&node, intake).unwrap();
        let deadline = std::time::Instant::now() + PATIENCE;
        while !node.health.is_ready() {
            assert!(std::time::Instant::now() < deadline, "{:?}", node.health.checks());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        members.push(node);
    }
    for node in members {
        node.shutdown.cancel();
    }
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_import_duplicates_nothing() {
    let service = Market::open().await;
    let now = service.node.clock.now();
    let event = |id: String, kind: &str, data: Value| {
        json!({"specversion": "1.0", "id": id, "source": "bazaar", "time": now,
               "type": format!("marketplace.order.{kind}"), "data": data})
        .to_string()
    };
    let mut lines = Vec::new();
    for number in 0..300 {
        let number = number.to_string();
        let placed = placed(&number, now - TimeDelta::days(3));
        lines.push(event(format!("p-{number}"), "placed", placed));
        lines.push(event(format!("c-{number}"), "completed", json!({"order": number})));
    }
    lines.push("{ this is not a fact".to_owned());
    let native = Import {
        format: Format::Native,
        shop: String::new(),
        files: Files::look_at(vec![service.file("orders.jsonl", &lines.join("\n"))]),
        history: false,
    };
    let (intake, never) = (Intake::of(&service.node).unwrap(), CancellationToken::new());
    let mut reported = Vec::new();
    let taken = import(&intake, &native, &never, |it| reported.push(it.bytes_done)).await.unwrap();
    assert_eq!((taken.taken.commands, taken.taken.dead_letter), (600, 1));
    assert!(reported.len() >= 3 && reported.is_sorted(), "{reported:?}");
    import(&intake, &native, &never, |_| {}).await.unwrap();

    let orders = json!({"orders": [shopify_order(1), shopify_order(2)]}).to_string();
    let shopify = Import {
        format: Format::SHOPIFY,
        shop: "shop.example".to_owned(),
        files: Files::look_at(vec![service.file("shopify.json", &orders)]),
        history: false,
    };
    for _ in 0..2 {
        let taken = import(&intake, &shopify, &never, |_| {}).await.unwrap();
        assert_eq!(taken.taken.commands, 4);
    }
    let last = OrderId::new(OrderKeys::development().key_of("shop.example", "2"));
    let who = (Role::Operator, "o-1");
    service.get_until(who, &format!("/v1/orders/{last}"), is_stage("paid")).await;
    let last = format!("/v1/orders/{}", order("299"));
    service.get_until(who, &last, is_stage("completed")).await;
    // Each command is there as often as it was sent, but was decided once.
    let topics = &service.node.topics;
    assert_eq!(service.on(&topics.commands("orders")).len(), 1208);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while service.on(&topics.events("orders")).len() < 604 {
        assert!(std::time::Instant::now() < deadline);
    }
    assert_eq!(service.on(&topics.events("orders")).len(), 604);
    service.end().await;
}

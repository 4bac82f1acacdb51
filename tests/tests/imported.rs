//! `recourse import orders` on a real broker: interrupted and restarted, it decides each fact once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use recourse_audit::verification::log::count;
use recourse_installation::command_line::recourse;
use recourse_kernel::{OrderId, OrderKeys, Role};
use recourse_process::ServiceName;
use recourse_runtime::settings::Settings;
use recourse_tests::test_marketplace::{self, TestMarketplace, purchase};
use serde_json::json;

const DAY: &str = "2025-02-01T09:00:00Z";
const ORDERS: u64 = 1_500;

/// A file of orders, each placed and paid, and one line that is not a fact.
fn native_file(settings: &Settings) -> PathBuf {
    let mut lines = String::new();
    for number in 0..ORDERS {
        for fact in purchase(&number.to_string(), "repair", "wisetech-service", DAY) {
            lines += &fact.to_string();
            lines.push('\n');
        }
    }
    lines += "{ this is not a fact\n";
    written(settings, "orders.jsonl", &lines)
}

fn shopify_file(settings: &Settings) -> PathBuf {
    let order = json!({
        "id": 450_789_469, "currency": "USD", "created_at": "2025-01-05T10:00:00-05:00",
        "updated_at": "2025-01-05T10:00:00-05:00", "total_price": "519.99",
        "financial_status": "paid", "email": "jon@example.com",
        "shipping_address": {
            "name": "Jon", "city": "Austin", "country_code": "US", "province_code": "TX",
        },
        "line_items": [{
            "id": 11, "title": "Galaxy S24", "vendor": "Samsung", "quantity": 1, "price": "500.00",
            "properties": [
                {"name": "recourse_warranty", "value": "exchange:the-warranty-group:19.99"},
            ],
        }],
    });
    written(settings, "shopify.json", &json!({ "orders": [order] }).to_string())
}

fn written(settings: &Settings, name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("{}{name}", settings.topic_prefix));
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_and_restarted_decides_each_fact_once() {
    let settings = test_marketplace::settings();
    let opened = TestMarketplace::with(settings.clone(), &[ServiceName::OrderIntake]).await;
    opened.move_clock(DAY).await;
    let node = &opened.process.node;
    let on = |topic: String| {
        let connection = node.connection.clone();
        tokio::task::spawn_blocking(move || count(&connection, &topic).unwrap())
    };
    let file = native_file(&settings);
    let arguments = ["import", "orders", "--format", "native", file.to_str().unwrap()];

    let mut first = recourse(&settings, &arguments).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + test_marketplace::PATIENCE;
    while on(node.topics.commands("orders")).await.unwrap() < ORDERS / 10 {
        assert!(Instant::now() < deadline, "nothing is imported");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let sent_before = on(node.topics.commands("orders")).await.unwrap();
    assert!(sent_before < 2 * ORDERS, "it was killed too late to prove anything");

    let second = recourse(&settings, &arguments).output().unwrap();
    let reported = String::from_utf8(second.stdout).unwrap();
    assert!(
        second.status.code() == Some(2) && reported.starts_with("3000 facts sent, 1 dead-lettered"),
        "{reported}"
    );
    opened.settled().await;
    assert_eq!(on(node.topics.commands("orders")).await.unwrap(), sent_before + 2 * ORDERS);
    assert_eq!(on(node.topics.events("orders")).await.unwrap(), 2 * ORDERS);

    // A shop's export, imported twice.
    let shop = "shop.example";
    let file = shopify_file(&settings);
    let arguments =
        ["import", "orders", "--format", "shopify", "--shop", shop, file.to_str().unwrap()];
    for _ in 0..2 {
        let output = recourse(&settings, &arguments).output().unwrap();
        let reported = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && reported.starts_with("2 facts sent, 0 dead-lettered"),
            "{reported}"
        );
    }
    opened.settled().await;
    assert_eq!(on(node.topics.events("orders")).await.unwrap(), 2 * ORDERS + 2);
    let path =
        format!("/v1/orders/{}", OrderId::new(OrderKeys::development().key_of(shop, "450789469")));
    let seen = opened.get(Role::Marketplace, shop, &path).await.expect(200);
    assert_eq!(seen.body["stage"], "paid", "{:#}", seen.body);

    unusable_orders_say_why(&settings, shop);
    let no_shop = ["import", "orders", "--format", "shopify", file.to_str().unwrap()];
    let output = recourse(&settings, &no_shop).output().unwrap();
    let reported = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && reported.contains("--shop <DOMAIN>"), "{reported}");
    opened.end().await;
}

/// Two orders of one page that cannot be used.
fn unusable_orders_say_why(settings: &Settings, shop: &str) {
    let import = |file: &Path| {
        let arguments = ["import", "orders", "--format", "shopify", "--shop", shop];
        let output = recourse(settings, &arguments).arg(file).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let order = |id: u64| json!({ "id": id, "line_items": [] });
    let page = json!({ "orders": [order(1), order(2)] }).to_string();
    let (code, reported, why) = import(&written(settings, "page.json", &page));
    assert_eq!(code, Some(2), "{why}");
    assert!(reported.starts_with("0 facts sent, 2 dead-lettered"), "{reported}");
    assert!(why.contains("2 × `currency` is missing"), "{why}");
}

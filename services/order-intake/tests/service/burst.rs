//! Many webhooks at once, while other senders trickle.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use recourse_installation::PATIENCE;
use recourse_kernel::{OrderId, OrderKeys, Role};
use recourse_order_intake::intake::RawRecord;
use recourse_runtime::dead_letter::DeadLetter;
use reqwest::StatusCode;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::market::Market;
use crate::{contains, shopify_order, signature};

const SHOP: &str = "burst.example";
const WEBHOOKS: u64 = 500;
/// More than there are places for webhooks that are being sent on.
const TRICKLING: usize = 40;

/// Announces a long body, and sends a byte of it now and then.
async fn trickle(address: SocketAddr, signature: String) {
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    let head = format!(
        "POST /v1/marketplaces/shopify/webhooks HTTP/1.1\r\nhost: here\r\n\
         content-length: 4000000\r\nx-shopify-topic: orders/paid\r\nx-shopify-webhook-id: w\r\n\
         x-shopify-shop-domain: {SHOP}\r\nx-shopify-hmac-sha256: {signature}\r\n\r\n"
    );
    let mut sent = stream.write_all(head.as_bytes()).await;
    while sent.is_ok() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        sent = stream.write_all(b" ").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_loses_no_webhook_while_others_trickle() {
    let service = Market::open().await;
    let mut slow = JoinSet::new();
    for _ in 0..TRICKLING {
        slow.spawn(trickle(service.address(), signature("{}")));
    }
    tokio::time::sleep(Duration::from_millis(300)).await;

    let began = Instant::now();
    let mut waiting: Vec<u64> = (1..=WEBHOOKS).collect();
    // As Shopify does, a webhook that is not answered with 200 is sent again.
    while !waiting.is_empty() {
        assert!(began.elapsed() < PATIENCE, "{} are left", waiting.len());
        let mut sending = JoinSet::new();
        for &number in &waiting {
            let body = shopify_order(number).to_string();
            let signed = signature(&body);
            let answer = service.order_webhook(number, &signed, body);
            sending.spawn(async move { (number, answer.await) });
        }
        let answers = sending.join_all().await;
        let is_known =
            |status: StatusCode| matches!(status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE);
        assert!(answers.iter().all(|(_, status)| is_known(*status)), "{answers:?}");
        let refused = answers.into_iter().filter(|(_, status)| *status != StatusCode::OK);
        waiting = refused.map(|(number, _)| number).collect();
    }
    slow.abort_all();

    let events = service.node.topics.events("orders");
    let deadline = Instant::now() + PATIENCE;
    while service.on(&events).len() < usize::try_from(WEBHOOKS).unwrap() {
        assert!(Instant::now() < deadline, "only {} orders", service.on(&events).len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let last = OrderId::new(OrderKeys::development().key_of(SHOP, &WEBHOOKS.to_string()));
    let who = (Role::Marketplace, SHOP);
    let seen = service
        .get_until(who, &format!("/v1/orders/{last}"), |answer| answer.status == StatusCode::OK)
        .await;
    assert_eq!(seen.body["number"], json!(WEBHOOKS.to_string()), "{seen:?}");
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redacted_buyer_is_a_task_that_an_operator_resolves() {
    const OPERATOR: (Role, &str) = (Role::Operator, "o-1");
    let service = Market::open().await;
    let send = async |topic: &str, id: &str, body: &str| {
        let signed = signature(body);
        let headers = [
            ("X-Shopify-Topic", topic),
            ("X-Shopify-Webhook-Id", id),
            ("X-Shopify-Shop-Domain", SHOP),
            ("X-Shopify-Hmac-Sha256", &signed),
        ];
        let taken = service.webhook(&headers, body).await;
        assert_eq!(taken.status, StatusCode::OK, "{taken:?}");
        taken
    };
    send("orders/create", "w-1", &shopify_order(1).to_string()).await;
    let customer = json!({"id": null, "email": "jon@example.com"});
    let redact = json!({"customer": customer, "orders_to_redact": [1]}).to_string();
    send("customers/redact", "w-2", &redact).await;
    let broken = json!({"customer": "jon@example.com"}).to_string();
    let unusable = send("customers/redact", "w-3", &broken).await;
    assert_eq!(unusable.body["dead_letter"], json!(1));

    let open = "/v1/privacy-requests?state=open";
    let has_one = |answer: &recourse_installation::Answer| {
        answer.body["items"].as_array().is_some_and(|items| items.len() == 1)
    };
    let listed = service.get_until(OPERATOR, open, has_one).await;
    let request = listed.body["items"][0]["request"].as_str().unwrap().to_owned();
    let path = format!("/v1/privacy-requests/{request}/resolution");
    let erased = service.post(OPERATOR, &path, "k-1", &json!({"outcome": "erased"})).await;
    assert_eq!(erased.status, StatusCode::OK, "{erased:?}");
    let left = service.get(OPERATOR, open, &erased.position).await;
    assert_eq!(left.body["items"], json!([]), "{left:?}");

    let order = OrderId::new(OrderKeys::development().key_of(SHOP, "1"));
    let seen = service.get((Role::Marketplace, SHOP), &format!("/v1/orders/{order}"), "").await;
    assert!(!seen.body.to_string().contains("Jon"), "{seen:?}");
    let topics = &service.node.topics;
    for topic in [topics.events("orders"), topics.commands("orders"), topics.dead_letters("orders")]
    {
        for record in service.on(&topic) {
            let value = String::from_utf8_lossy(record.value.as_ref().unwrap()).into_owned();
            assert!(!value.contains("jon@example.com"), "{topic}: {value}");
        }
    }
    let kept = service.on(&topics.dead_letters("orders"));
    let kept: DeadLetter = serde_json::from_slice(kept[0].value.as_ref().unwrap()).unwrap();
    let opened = service.node.sealer.open(kept.record.as_ref().unwrap()).await.unwrap();
    let body = RawRecord::decoded(&opened).unwrap().body().unwrap();
    assert!(!contains(&body, "jon@example.com"), "not even sealed");
    service.end().await;
}

//! Many webhooks at once, while other senders trickle.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use recourse_installation::PATIENCE;
use recourse_kernel::{OrderId, OrderKeys, Role};
use reqwest::StatusCode;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::market::Market;
use crate::{shopify_order, signature};

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

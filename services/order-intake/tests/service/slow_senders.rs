//! Senders that announce a body and do not send it, at the endpoint of each shop system.

use std::net::SocketAddr;
use std::time::Instant;

use recourse_installation::Answer;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::market::{Market, SECRET};
use crate::{shopify_order, signature};

/// More than there are places for webhooks that are being sent on.
const SLOW: usize = 40;

/// The endpoint of a shop system, and the headers of a webhook except for its signature.
struct Endpoint {
    path: &'static str,
    signature: &'static str,
    headers: [(&'static str, &'static str); 3],
}

const SHOPIFY: Endpoint = Endpoint {
    path: "/v1/marketplaces/shopify/webhooks",
    signature: "x-shopify-hmac-sha256",
    headers: [
        ("x-shopify-topic", "orders/create"),
        ("x-shopify-webhook-id", "w-1"),
        ("x-shopify-shop-domain", "s.example"),
    ],
};

const WOOCOMMERCE: Endpoint = Endpoint {
    path: "/v1/marketplaces/woocommerce/webhooks",
    signature: "x-wc-webhook-signature",
    headers: [
        ("x-wc-webhook-topic", "order.created"),
        ("x-wc-webhook-delivery-id", "d-1"),
        ("x-wc-webhook-source", "https://woo.example/"),
    ],
};

/// The status line of the answer to a webhook that announces a long body and sends this much of it.
async fn answer_to_a_start(
    address: SocketAddr,
    endpoint: &'static Endpoint,
    signed: String,
    start: &'static str,
) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let headers = endpoint.headers.into_iter().chain([(endpoint.signature, signed.as_str())]);
    let headers = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: 4000000\r\n\
         {}\r\n{start}",
        endpoint.path,
        headers.concat()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.unwrap();
    line
}

/// The answer to a webhook that is sent at once.
async fn answer_to(service: &Market, endpoint: &Endpoint, body: String) -> Answer {
    let mut request = service.request(Method::POST, endpoint.path);
    for (name, value) in endpoint.headers {
        request = request.header(name, value);
    }
    Answer::to(request.header(endpoint.signature, signature(&body)).body(body)).await
}

async fn slow_senders_do_not_block_webhooks(endpoint: &'static Endpoint, body: String) {
    let shop = json!({ "domain": "woo.example", "secrets": [SECRET], "currency": "USD" });
    let service = Market::of_shops(json!([shop])).await;
    let address = service.address();
    let began = Instant::now();
    let refused = answer_to_a_start(address, endpoint, "none".to_owned(), "").await;
    assert!(refused.contains("401"), "{refused}");
    assert!(began.elapsed().as_secs() < 4, "it is refused before its body");

    let slow: JoinSet<_> = ["", "{\"id\": 1,"]
        .into_iter()
        .cycle()
        .take(SLOW)
        .map(|start| answer_to_a_start(address, endpoint, signature("{}"), start))
        .collect();
    let meanwhile = answer_to(&service, endpoint, body).await;
    assert_eq!(meanwhile.status, StatusCode::OK, "{meanwhile:?}");
    assert!(began.elapsed().as_secs() < 4, "it does not wait for the slow ones");
    for answer in slow.join_all().await {
        assert!(answer.contains("408"), "{answer}");
    }
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    service.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_do_not_block_the_webhooks_of_shopify() {
    slow_senders_do_not_block_webhooks(&SHOPIFY, shopify_order(1).to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_do_not_block_the_webhooks_of_woocommerce() {
    let order = json!({ "id": 1, "number": "1", "status": "pending" }).to_string();
    slow_senders_do_not_block_webhooks(&WOOCOMMERCE, order).await;
}

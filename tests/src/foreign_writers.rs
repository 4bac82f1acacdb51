//! Who writes bad records, and what they write.

#![allow(clippy::unwrap_used, reason = "tests give up where something is amiss")]

use crate::test_marketplace::{self, TestMarketplace, purchase};
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse::audit::log::{entry, read_whole};
use recourse_kernel::Record;
use recourse_kernel::record::Header as RecordHeader;
use recourse_runtime::kafka::owned;
use serde_json::json;

/// More than any of ours is.
pub const TEN_MEGABYTES: usize = 10 * 1024 * 1024;
/// The day on which it happens.
pub const DAY: &str = "2025-02-01T09:00:00Z";

/// Someone who writes what they please.
pub struct ForeignWriter(BaseProducer);

/// A record as a stranger writes it.
#[derive(Clone, Default)]
pub struct Written {
    /// Where it is put; by its key, where this is none.
    pub partition: Option<i32>,
    /// The Kafka key.
    pub key: Option<Vec<u8>>,
    /// In their order.
    pub headers: Vec<RecordHeader>,
    /// The body.
    pub value: Option<Vec<u8>>,
}

impl Written {
    /// The same with another value of a header; without it, where there is none.
    #[must_use]
    pub fn header(mut self, name: &str, value: Option<&[u8]>) -> Self {
        self.headers.retain(|(header, _)| header != name);
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_vec())));
        self
    }

    /// The same with another body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.value = Some(body.into());
        self
    }
}

impl ForeignWriter {
    /// Who may write to this town's topics, and longer records than anyone else.
    pub async fn in_market(market: &TestMarketplace) -> Self {
        let node = &market.process.node;
        let admin: AdminClient<DefaultClientContext> = node.connection.client().create().unwrap();
        for topic in [node.topics.marketplace(), node.topics.commands("orders")] {
            let longer = AlterConfig::new(ResourceSpecifier::Topic(&topic))
                .set("max.message.bytes", "20000000")
                .set("retention.ms", "-1");
            for answer in admin.alter_configs(&[longer], &AdminOptions::new()).await.unwrap() {
                answer.unwrap();
            }
        }
        let mut config = node.connection.producer();
        config.set("message.max.bytes", "20000000").set("compression.type", "none");
        Self(config.create().unwrap())
    }

    /// Puts a record on a topic, and waits until the broker has it.
    pub fn writes(&self, topic: &str, written: &Written) {
        let headers = owned(&written.headers);
        let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(topic).headers(headers);
        record.key = written.key.as_deref();
        record.payload = written.value.as_deref();
        record.partition = written.partition;
        self.0.send(record).map_err(|(error, _)| error).unwrap();
        self.0.flush(test_marketplace::PATIENCE).unwrap();
    }
}

fn text(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.to_owned(), value.as_bytes().to_vec())
}

/// A fact that would be understood, in binary mode.
pub fn paid(number: &str) -> Written {
    let body = json!({"order": number, "at": DAY, "amount": {"amount": 100, "currency": "RUB"}});
    Written {
        partition: None,
        key: Some(number.as_bytes().to_vec()),
        headers: vec![
            text("ce_specversion", "1.0"),
            text("ce_id", &format!("{number}-bad")),
            text("ce_source", "bazaar"),
            text("ce_type", "marketplace.order.paid"),
            text("ce_time", DAY),
        ],
        value: Some(body.to_string().into_bytes()),
    }
}

/// An order of one telephone is placed and paid.
pub fn buys(market: &TestMarketplace, number: &str) {
    for fact in purchase(number, "repair", "wisetech-service", DAY) {
        market.publishes(number, &fact.to_string());
    }
}

/// An order is placed, and nothing else.
pub fn places(market: &TestMarketplace, number: &str) {
    let [placed, _] = purchase(number, "repair", "wisetech-service", DAY);
    market.publishes(number, &placed.to_string());
}

/// It is paid, which moves it on unless it is held.
pub fn pays(market: &TestMarketplace, number: &str) {
    let [_, paid] = purchase(number, "repair", "wisetech-service", DAY);
    market.publishes(number, &paid.to_string());
}

/// The events of an order at order-intake, as the log has them.
pub fn events_of(market: &TestMarketplace, number: &str) -> Vec<Record> {
    let (node, key) = (&market.process.node, TestMarketplace::order(number).key.to_string());
    let mut events = Vec::new();
    read_whole(&node.connection, &node.topics.events("orders"), None, |fetched| {
        let read = entry("orders", &fetched).ok().flatten();
        events.extend(read.map(|entry| entry.record).filter(|record| record.key == key));
    })
    .unwrap();
    events
}

/// The stage of an order, as its buyer sees it; empty where there is none.
pub async fn stage(market: &TestMarketplace, number: &str) -> String {
    let path = format!("/v1/orders/{}", TestMarketplace::order(number));
    market.get(recourse_kernel::Role::Buyer, "b-1", &path).await.text("stage").to_owned()
}

/// A body of so many bytes within, after what is said before it in an object.
pub fn padded(object: &str, bytes: usize) -> Vec<u8> {
    let open = object.trim_end().trim_end_matches('}');
    format!("{open}, \"padding\": \"{}\"}}", "x".repeat(bytes)).into_bytes()
}

/// A body with a value that is nested this deep.
pub fn nested(object: &str, depth: usize) -> Vec<u8> {
    let open = object.trim_end().trim_end_matches('}');
    format!("{open}, \"deep\": {}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
}

//! Foreign writers, and the bad records that they write.

#![allow(clippy::unwrap_used, reason = "tests fail on unexpected errors")]

use crate::test_marketplace::{self, TestMarketplace, purchase};
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_audit::verification::log::{entry, read_whole};
use recourse_kernel::Record;
use recourse_kernel::record::Header as RecordHeader;
use recourse_runtime::kafka::owned;
use serde_json::json;

/// Larger than any record of Recourse's own.
pub const TEN_MEGABYTES: usize = 10 * 1024 * 1024;
/// The day on which the tests take place.
pub const DAY: &str = "2025-02-01T09:00:00Z";

/// A producer that may write anything to any topic.
pub struct ForeignWriter(BaseProducer);

/// A record as a foreign writer writes it.
#[derive(Clone, Default)]
pub struct Written {
    /// The partition; if `None`, chosen by the key.
    pub partition: Option<i32>,
    pub key: Option<Vec<u8>>,
    pub headers: Vec<RecordHeader>,
    pub value: Option<Vec<u8>>,
}

impl Written {
    /// The same record with another value of a header; without the header if `None`.
    #[must_use]
    pub fn header(mut self, name: &str, value: Option<&[u8]>) -> Self {
        self.headers.retain(|(header, _)| header != name);
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_vec())));
        self
    }

    /// The same record with another body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.value = Some(body.into());
        self
    }
}

impl ForeignWriter {
    /// A producer for the topics of this test marketplace, which allows longer records than any
    /// other.
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

    /// Writes a record to a topic, and waits for the broker's acknowledgement.
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

/// A valid fact, in binary mode.
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

/// An order of one phone is placed and paid.
pub fn buys(market: &TestMarketplace, number: &str) {
    for fact in purchase(number, "repair", "wisetech-service", DAY) {
        market.publishes(number, &fact.to_string());
    }
}

/// An order is placed, but not paid.
pub fn places(market: &TestMarketplace, number: &str) {
    let [placed, _] = purchase(number, "repair", "wisetech-service", DAY);
    market.publishes(number, &placed.to_string());
}

/// The order is paid, which advances it unless it is blocked.
pub fn pays(market: &TestMarketplace, number: &str) {
    let [_, paid] = purchase(number, "repair", "wisetech-service", DAY);
    market.publishes(number, &paid.to_string());
}

/// The events of an order at order-intake, as they are on the log.
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

/// The stage of an order, as its buyer sees it; empty if there is none.
pub async fn stage(market: &TestMarketplace, number: &str) -> String {
    let path = format!("/v1/orders/{}", TestMarketplace::order(number));
    market.get(recourse_kernel::Role::Buyer, "b-1", &path).await.text("stage").to_owned()
}

/// A body with this many bytes of padding, appended to an object.
pub fn padded(object: &str, bytes: usize) -> Vec<u8> {
    let open = object.trim_end().trim_end_matches('}');
    format!("{open}, \"padding\": \"{}\"}}", "x".repeat(bytes)).into_bytes()
}

/// A body with a value nested this deep.
pub fn nested(object: &str, depth: usize) -> Vec<u8> {
    let open = object.trim_end().trim_end_matches('}');
    format!("{open}, \"deep\": {}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
}

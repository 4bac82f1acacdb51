//! The service with a marketplace and a shop.

use std::ops::Deref;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::Offset;
use recourse_installation::{Answer, Installation, PATIENCE, settings};
use recourse_runtime::kafka::poll::{Fetched, Polled, poll};
use recourse_runtime::topics::is_genesis;
use reqwest::Method;
use serde_json::{Value, json};

/// The secret for the signatures of the tests' webhooks.
pub(crate) const SECRET: &str = "hush";

pub(crate) struct Market {
    service: Installation,
    producer: BaseProducer,
}

impl Deref for Market {
    type Target = Installation;

    fn deref(&self) -> &Installation {
        &self.service
    }
}

impl Market {
    pub(crate) async fn open() -> Self {
        Self::of_shops(json!([])).await
    }

    /// With these `[[service.shops]]`.
    pub(crate) async fn of_shops(shops: Value) -> Self {
        let mut settings = settings("orders");
        settings.service.insert("shopify_secret".to_owned(), json!(SECRET));
        settings.service.insert("shops".to_owned(), shops);
        let node = Installation::node(settings).await;
        let running = recourse_order_intake::start(&node).await.unwrap();
        let producer = node.connection.producer().create().unwrap();
        Self { service: Installation::serving(node, running).await, producer }
    }

    pub(crate) async fn end(self) {
        self.service.end().await;
    }

    /// Publishes a record as the marketplace, unchanged.
    pub(crate) fn publish(&self, headers: &[(&str, &str)], value: &str) {
        let headers = headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| {
            all.insert(Header { key, value: Some(*value) })
        });
        let topic = self.node.topics.marketplace();
        let record = BaseRecord::<str, str>::to(&topic).key("any").payload(value).headers(headers);
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.flush(PATIENCE).unwrap();
    }

    /// Reports a fact as the marketplace, in binary mode.
    pub(crate) fn reports(&self, id: &str, kind: &str, data: &Value) {
        let kind = format!("marketplace.order.{kind}");
        let headers = [
            ("ce_specversion", "1.0"),
            ("ce_id", id),
            ("ce_source", "bazaar"),
            ("ce_type", &kind),
            ("ce_time", "2025-03-05T00:00:00Z"),
        ];
        self.publish(&headers, &data.to_string());
    }

    /// Sends a webhook as the shop `burst.example`, and returns how it was answered.
    pub(crate) fn order_webhook(
        &self,
        number: u64,
        signature: &str,
        body: String,
    ) -> impl Future<Output = reqwest::StatusCode> + Send + use<> {
        let request = self
            .request(Method::POST, "/v1/marketplaces/shopify/webhooks")
            .header("Shopify-Topic", "orders/create")
            .header("Shopify-Webhook-Id", format!("w-{number}"))
            .header("Shopify-Shop-Domain", "burst.example")
            .header("Shopify-Hmac-Sha256", signature)
            .body(body);
        async move { request.send().await.unwrap().status() }
    }

    /// Sends a webhook as Shopify.
    pub(crate) async fn webhook(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request =
            self.request(Method::POST, "/v1/marketplaces/shopify/webhooks").body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::to(request).await
    }

    /// All records that are on a topic now, without genesis records.
    pub(crate) fn on(&self, topic: &str) -> Vec<Fetched> {
        let consumer: BaseConsumer = self.node.connection.reader().create().unwrap();
        let mut list = TopicPartitionList::new();
        for partition in 0..2 {
            list.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
        }
        consumer.assign(&list).unwrap();
        let (mut records, mut ends) = (Vec::new(), 0);
        let deadline = std::time::Instant::now() + PATIENCE;
        while ends < 2 {
            assert!(std::time::Instant::now() < deadline, "{topic} has no end");
            match poll(&consumer, std::time::Duration::from_millis(100)).unwrap() {
                Polled::Record(record) => records.push(record),
                Polled::End { .. } => ends += 1,
                Polled::Nothing => {}
            }
        }
        records.retain(|record| !is_genesis(&record.headers));
        records
    }
}

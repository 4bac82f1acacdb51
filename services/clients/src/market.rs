//! The marketplace's plain producer.

use std::time::Duration;

use anyhow::Context as _;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::record::schema_url;
use recourse_runtime::kafka::Connection;
use recourse_runtime::topics::Topics;
use serde_json::{Value, json};

const FLUSH_WITHIN: Duration = Duration::from_secs(30);

/// The producer of a marketplace.
pub struct Market {
    producer: BaseProducer,
    topic: String,
    name: &'static str,
}

impl Market {
    /// Opens the producer of the marketplace with this name.
    pub fn open(
        connection: &Connection,
        topics: &Topics,
        name: &'static str,
    ) -> anyhow::Result<Self> {
        let producer = connection
            .client()
            .set("acks", "all")
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "0")
            .create()?;
        Ok(Self { producer, topic: topics.marketplace(), name })
    }

    /// Waits until the broker has acknowledged everything.
    pub fn flush(&self) -> anyhow::Result<()> {
        self.producer.flush(FLUSH_WITHIN).context("the marketplace's facts were not delivered")
    }

    /// Publishes a `CloudEvents` record in binary or structured mode.
    pub fn publish(
        &self,
        order: &str,
        fact: &str,
        id: &str,
        data: &Value,
        structured: bool,
    ) -> anyhow::Result<()> {
        let kind = format!("marketplace.order.{fact}");
        let schema = schema_url(&kind);
        if structured {
            let mut event = json!({
                "specversion": "1.0",
                "id": id,
                "source": self.name,
                "type": kind,
                "datacontenttype": "application/json",
                "dataschema": schema,
                "data": data,
            });
            if let Some(at) = data.get("at") {
                event["time"] = at.clone();
            }
            let headers = [("content-type", "application/cloudevents+json")];
            return self.send(order, &headers, event.to_string().as_bytes());
        }
        let headers = [
            ("content-type", "application/json"),
            ("ce_specversion", "1.0"),
            ("ce_id", id),
            ("ce_source", self.name),
            ("ce_type", &kind),
            ("ce_dataschema", &schema),
        ];
        self.send(order, &headers, data.to_string().as_bytes())
    }

    /// Sends a record as given, valid or not.
    pub fn send(&self, key: &str, headers: &[(&str, &str)], value: &[u8]) -> anyhow::Result<()> {
        let headers = headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| {
            all.insert(Header { key, value: Some(*value) })
        });
        let record = BaseRecord::to(&self.topic).key(key).payload(value).headers(headers);
        self.producer.send(record).map_err(|(error, _)| error)?;
        Ok(())
    }
}

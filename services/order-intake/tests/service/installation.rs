//! The service in a process of its own making, with topics, schemas and keys of its own.

use std::net::SocketAddr;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::Offset;
use recourse_kernel::Role;
use recourse_runtime::edge::{self, DevelopmentIssuer};
use recourse_runtime::kafka::poll::{Fetched, Polled, poll};
use recourse_runtime::service::{Node, Running};
use recourse_runtime::settings::Settings;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// The secret that the installation's webhooks are signed with.
pub(crate) const SECRET: &str = "hush";
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Installation {
    pub(crate) node: Node,
    running: Option<Running>,
    client: reqwest::Client,
    address: SocketAddr,
    issuer: DevelopmentIssuer,
    folder: std::path::PathBuf,
    marketplace: BaseProducer,
}

/// An answer as its caller sees it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) position: String,
}

fn from_environment(name: &str) -> String {
    std::env::var(name).expect("run it as: deploy/local/with-stack cargo test")
}

impl Installation {
    pub(crate) async fn new() -> Self {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap();
        let name = format!("orders_{}_{}", std::process::id(), since.as_micros());
        let folder = std::env::temp_dir().join(&name);
        let mut settings = Settings {
            topic_prefix: format!("{name}."),
            schema_prefix: format!("{name}_"),
            partitions: 2,
            database_url: from_environment("DATABASE_URL"),
            ..Settings::default()
        };
        settings.kafka.brokers = from_environment("KAFKA_BROKERS");
        settings.jwt.dev_keys = folder.join("keys");
        settings.photos.folder = folder.join("photos");
        settings.service.insert("shopify_secret".to_owned(), json!(SECRET));
        let node = Node::open(settings, CancellationToken::new()).await.unwrap();
        let running = recourse_order_intake::start(&node).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(edge::serve(
            listener,
            running.router.clone(),
            node.shutdown.clone().cancelled_owned(),
        ));
        let issuer = DevelopmentIssuer::open(&node.settings).unwrap();
        let marketplace = node.connection.producer().create().unwrap();
        let client = reqwest::Client::new();
        std::fs::create_dir_all(&folder).unwrap();
        Self { node, running: Some(running), client, address, issuer, folder, marketplace }
    }

    pub(crate) async fn end(mut self) {
        self.node.shutdown.cancel();
        if let Some(running) = self.running.take() {
            running.ended().await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    /// A file of its own.
    pub(crate) fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The marketplace publishes a record as it stands.
    pub(crate) fn publish(&self, headers: &[(&str, &str)], value: &str) {
        let headers = headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| {
            all.insert(Header { key, value: Some(*value) })
        });
        let topic = self.node.topics.marketplace();
        let record = BaseRecord::<str, str>::to(&topic).key("any").payload(value).headers(headers);
        self.marketplace.send(record).map_err(|(error, _)| error).unwrap();
        self.marketplace.flush(PATIENCE).unwrap();
    }

    /// The marketplace tells a fact, in binary mode.
    pub(crate) fn tells(&self, id: &str, kind: &str, data: &Value) {
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

    /// Reads until the answer is as wanted.
    pub(crate) async fn get_until(
        &self,
        who: (Role, &str),
        path: &str,
        wanted: impl Fn(&Answer) -> bool,
    ) -> Answer {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let answer = self.get(who, path, "").await;
            if wanted(&answer) {
                return answer;
            }
            assert!(tokio::time::Instant::now() < deadline, "{path} stayed {answer:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Everything that stands on a topic now, without genesis records.
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
            match poll(&consumer, Duration::from_millis(100)).unwrap() {
                Polled::Record(record) => records.push(record),
                Polled::End { .. } => ends += 1,
                Polled::Nothing => {}
            }
        }
        records.retain(|record| record.value.is_some());
        records
    }

    pub(crate) async fn post(
        &self,
        (role, subject): (Role, &str),
        path: &str,
        idempotency_key: &str,
        body: &Value,
    ) -> Answer {
        let request = self.request(Method::POST, role, subject, path);
        Self::answer(request.header("Idempotency-Key", idempotency_key).json(body)).await
    }

    /// Shopify sends a webhook.
    pub(crate) async fn webhook(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let url = format!("http://{}/v1/marketplaces/shopify/webhooks", self.address);
        let mut request = self.client.post(url).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::answer(request).await
    }

    pub(crate) async fn get(
        &self,
        (role, subject): (Role, &str),
        path: &str,
        position: &str,
    ) -> Answer {
        let request = self.request(Method::GET, role, subject, path);
        let at = !position.is_empty();
        let request = if at { request.header("recourse-position", position) } else { request };
        Self::answer(request).await
    }

    fn request(
        &self,
        method: Method,
        role: Role,
        subject: &str,
        path: &str,
    ) -> reqwest::RequestBuilder {
        let token = self.issuer.issue(role, subject, Duration::from_secs(600)).unwrap();
        let url = format!("http://{}{path}", self.address);
        self.client.request(method, url).bearer_auth(token)
    }

    async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let status = response.status();
        let position = response.headers().get("recourse-position").cloned();
        let position = position.map_or(String::new(), |at| at.to_str().unwrap().to_owned());
        Answer { status, body: response.json().await.unwrap_or(Value::Null), position }
    }
}

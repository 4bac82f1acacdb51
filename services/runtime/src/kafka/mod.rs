//! Kafka clients, configured in one place, with the reason for each setting.

pub mod background_drop;
mod compression;
pub(crate) mod ends;
pub(crate) mod errors;
pub mod follower;
pub mod partition_reader;
pub mod poll;
pub mod recovering_producer;
pub mod stall_detector;

use std::collections::BTreeMap;

use rdkafka::config::ClientConfig;
use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _, OwnedHeaders};
use recourse_kernel::record;

pub use compression::Compression;

/// The time without a heartbeat after which a group member counts as dead: as short as a broker
/// allows by default.
pub const SESSION_TIMEOUT_MS: u64 = 6_000;
pub(crate) const SESSION_TIMEOUT: &str = "session.timeout.ms";

/// Headers as a producer takes them.
pub fn owned(headers: &[record::Header]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |all, (key, value)| {
        all.insert(Header { key, value: Some(value) })
    })
}

/// A header without a value becomes one with an empty value.
pub(crate) fn headers(message: &BorrowedMessage<'_>) -> Vec<record::Header> {
    message.headers().map_or_else(Vec::new, |headers| {
        headers
            .iter()
            .map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec()))
            .collect()
    })
}

/// How to connect to Kafka.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The bootstrap servers: `host:port`, separated by commas.
    pub brokers: String,
    /// Further client properties, as librdkafka names them: security, SASL, TLS.
    pub properties: BTreeMap<String, String>,
    /// The time without a heartbeat after which a group member counts as dead, in milliseconds;
    /// [`SESSION_TIMEOUT_MS`] if `None`.
    pub session_timeout_ms: Option<u64>,
    /// Used by producers only.
    pub compression: Compression,
}

impl Connection {
    /// Settings shared by all clients.
    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "recourse")
            // Notice soon when a topic's partitions or leaders change.
            .set("topic.metadata.refresh.interval.ms", "30000")
            .set("socket.nagle.disable", "true")
            // A frozen broker accepts connections only until its backlog is full. The system
            // retries the others after 1, 3, 7 and 15 s, and keeps doing so after the broker
            // resumes; a new connection gets through sooner.
            .set("socket.connection.setup.timeout.ms", "3000")
            .set("reconnect.backoff.ms", "20")
            .set("reconnect.backoff.max.ms", "1000");
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }

    /// Settings shared by a projector's clients.
    pub fn projecting(&self) -> ClientConfig {
        let mut config = self.client();
        config.set(SESSION_TIMEOUT, self.session_timeout());
        config
    }

    fn session_timeout(&self) -> String {
        self.session_timeout_ms.unwrap_or(SESSION_TIMEOUT_MS).to_string()
    }

    /// An idempotent producer, whose retries cause no duplicates: for commands, replies and feeds.
    pub fn producer(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // Java clients must map a key to the same partition.
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "0")
            .set("compression.type", self.compression.name())
            // For gzip: a third of the default level's time, for records a tenth larger.
            .set("compression.level", self.compression.level())
            .set("message.timeout.ms", "30000");
        config
    }

    /// A transactional producer with a stable id, so that a restart aborts what its predecessor
    /// left open.
    pub fn transactional(&self, id: &str) -> ClientConfig {
        let mut config = self.producer();
        config
            .set("transactional.id", id)
            // An open transaction blocks every reader of its partitions.
            .set("transaction.timeout.ms", "5000")
            .set("message.timeout.ms", "4500")
            // With back-to-back transactions the offsets call waits this long (the default is 100
            // ms).
            .set("retry.backoff.ms", "2")
            .set("retry.backoff.max.ms", "100");
        // The operator's settings win: a process paused for longer than the timeout would find its
        // transactions aborted and itself fenced.
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }

    /// A manually assigned consumer that reads only committed records and never skips any.
    pub fn reader(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("group.id", "recourse.unused")
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            // The end of a partition is reported only after an empty fetch, which waits this long.
            .set("fetch.wait.max.ms", "20")
            .set("fetch.queue.backoff.ms", "5")
            .set("fetch.error.backoff.ms", "50")
            .set("queued.max.messages.kbytes", "16384")
            .set("queued.min.messages", "20000");
        config
    }

    /// A consumer group member that reads only committed records.
    pub fn member(&self, group: &str) -> ClientConfig {
        let mut config = self.reader();
        config
            .set("group.id", group)
            .set("enable.partition.eof", "false")
            // A seek always sets the starting offset; records fetched before it are dropped.
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "range")
            .set("fetch.wait.max.ms", "100")
            .set(SESSION_TIMEOUT, self.session_timeout())
            .set("heartbeat.interval.ms", "500")
            .set("max.poll.interval.ms", "60000");
        config
    }
}

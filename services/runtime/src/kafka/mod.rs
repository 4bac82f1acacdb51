//! Clients of Kafka, configured in one place. The reasons behind each setting stand beside it.

pub mod background_drop;
pub(crate) mod ends;
pub(crate) mod errors;
pub(crate) mod follower;
pub mod poll;
pub mod recovering_producer;
pub mod stall_detector;

use std::collections::BTreeMap;

use rdkafka::config::ClientConfig;
use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _, OwnedHeaders};
use recourse_kernel::record;

use crate::settings::Compression;

/// After how long without a word a member of a group counts as dead: as early as a broker allows by itself.
pub const SESSION_TIMEOUT_MS: u64 = 6_000;
/// The name of that in a client's settings.
pub(crate) const SESSION_TIMEOUT: &str = "session.timeout.ms";

/// Headers as a producer takes them.
pub fn owned(headers: &[record::Header]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |all, (key, value)| {
        all.insert(Header { key, value: Some(value) })
    })
}

/// The headers of a message.
pub(crate) fn headers(message: &BorrowedMessage<'_>) -> Vec<record::Header> {
    message.headers().map_or_else(Vec::new, |headers| {
        headers
            .iter()
            .map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec()))
            .collect()
    })
}

/// How to reach Kafka.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// `host:port`, comma separated.
    pub brokers: String,
    /// Further client properties as librdkafka names them: security, SASL, TLS.
    pub properties: BTreeMap<String, String>,
    /// After how long without a word a member of a group counts as dead, in milliseconds; [`SESSION_TIMEOUT_MS`] if not said.
    pub session_timeout_ms: Option<u64>,
    /// How records are compressed.
    pub compression: Compression,
}

impl Connection {
    /// What every client shares.
    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "recourse")
            // Java clients must agree with us on a key's partition.
            .set("topic.metadata.refresh.interval.ms", "30000")
            .set("socket.nagle.disable", "true")
            // A broker that stands still takes up so many connections, and no more: the others are tried again after 1,
            // 3, 7, 15 s by the system, and so long after it goes on. A new one comes sooner.
            .set("socket.connection.setup.timeout.ms", "3000")
            .set("reconnect.backoff.ms", "20")
            .set("reconnect.backoff.max.ms", "1000");
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }

    /// What a projector's clients share.
    pub fn projecting(&self) -> ClientConfig {
        let mut config = self.client();
        config.set(SESSION_TIMEOUT, self.session_timeout());
        config
    }

    fn session_timeout(&self) -> String {
        self.session_timeout_ms.unwrap_or(SESSION_TIMEOUT_MS).to_string()
    }

    /// A producer that survives retries without doubling, for commands, replies and feeds.
    pub fn producer(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "0")
            .set("compression.type", self.compression.name())
            // For gzip: a third of the default level's time, for records a tenth larger.
            .set("compression.level", self.compression.level())
            .set("message.timeout.ms", "30000");
        config
    }

    /// A producer of transactions under a stable name, so that a restart ends what its forerunner left open.
    pub fn transactional(&self, id: &str) -> ClientConfig {
        let mut config = self.producer();
        config
            .set("transactional.id", id)
            // An open transaction holds back every reader of its partitions.
            .set("transaction.timeout.ms", "5000")
            .set("message.timeout.ms", "4500")
            // The offsets call after a back-to-back transaction waits this long (the default is 100 ms).
            .set("retry.backoff.ms", "2")
            .set("retry.backoff.max.ms", "100");
        // What an operator sets counts: a machine that stands still for longer than the time-out would find
        // its transactions ended, and itself fenced.
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }

    /// A consumer that sees only what was committed, assigned by hand, and never skips.
    pub fn reader(&self) -> ClientConfig {
        let mut config = self.client();
        config
            .set("group.id", "recourse.unused")
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "true")
            // The end of a partition is only announced by an empty answer, which waits this long.
            .set("fetch.wait.max.ms", "20")
            .set("fetch.queue.backoff.ms", "5")
            .set("fetch.error.backoff.ms", "50")
            .set("queued.max.messages.kbytes", "16384")
            .set("queued.min.messages", "20000");
        config
    }

    /// A member of a consumer group that reads only what was committed.
    pub fn member(&self, group: &str) -> ClientConfig {
        let mut config = self.reader();
        config
            .set("group.id", group)
            .set("enable.partition.eof", "false")
            // Where to begin is always said by a seek; what is fetched before that is dropped.
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "range")
            .set("fetch.wait.max.ms", "100")
            .set(SESSION_TIMEOUT, self.session_timeout())
            .set("heartbeat.interval.ms", "500")
            .set("max.poll.interval.ms", "60000");
        config
    }
}

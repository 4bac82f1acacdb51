//! The topics: their names, their creation, and the genesis record that reveals a recreated topic.

mod genesis;

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::{Client, ClientContext, DefaultClientContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::types::RDKafkaErrorCode;
use recourse_kernel::record::{self, Header as RecordHeader};
use recourse_kernel::{Instant, OrderKeys};

pub use genesis::TopicCreated;

use crate::kafka::Connection;

/// The contexts whose topics are keyed by purchase, in the order of a purchase's lifecycle.
pub const PURCHASE_CONTEXTS: [&str; 5] = ["orders", "policies", "claims", "jobs", "settlements"];

/// The context of terms, tariffs and shops: one partition, read in full by every process.
pub const TERMS_CONTEXT: &str = "terms";

/// The type of a topic's first record; its `ce_id` is the log's id.
pub const TOPIC_CREATED: &str = "recourse.topic.created.v1";

/// Marks the first record of a log from before the first release, whose formats are not read.
const OLD_GENESIS_HEADER: &str = "recourse_genesis";

const TIMEOUT: Duration = Duration::from_secs(15);
const ONE_HOUR_MS: &str = "3600000";
const TEN_MINUTES_MS: &str = "600000";

/// Topic names, all with one prefix (empty in production; each test has its own).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Topics {
    prefix: String,
}

impl Topics {
    /// Names that start with `prefix`, such as `t81.`.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// The commands to a service: `recourse.claims.commands.v1`.
    pub fn commands(&self, context: &str) -> String {
        format!("{}recourse.{context}.commands.v1", self.prefix)
    }

    /// The events of a service: `recourse.claims.events.v1`.
    pub fn events(&self, context: &str) -> String {
        format!("{}recourse.{context}.events.v1", self.prefix)
    }

    /// The dead letters of a service, which it could not read or decide: `recourse.claims.dlq.v1`.
    pub fn dead_letters(&self, context: &str) -> String {
        format!("{}recourse.{context}.dlq.v1", self.prefix)
    }

    /// Hints from writers to the edges that sent the commands.
    pub fn replies(&self) -> String {
        format!("{}recourse.replies.v1", self.prefix)
    }

    /// The clock of development mode, moved by a player.
    pub fn clock(&self) -> String {
        format!("{}recourse.clock.v1", self.prefix)
    }

    /// The orders that the marketplace publishes.
    pub fn marketplace(&self) -> String {
        format!("{}marketplace.orders.v1", self.prefix)
    }

    /// A consumer group or transactional id with the same prefix.
    pub fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The context of a topic named by [`Topics::events`], [`Topics::commands`] or
    /// [`Topics::dead_letters`].
    pub fn context_of<'a>(&self, topic: &'a str) -> Option<&'a str> {
        topic.strip_prefix(&self.prefix)?.strip_prefix("recourse.")?.split('.').next()
    }
}

/// Whether these are the headers of a topic's first record.
pub fn is_genesis(headers: &[RecordHeader]) -> bool {
    record::header(headers, "ce_type") == Some(TOPIC_CREATED)
}

/// The log's id, where these are the headers of a topic's first record.
pub fn log_id(headers: &[RecordHeader]) -> Option<&str> {
    if is_genesis(headers) { record::header(headers, "ce_id") } else { None }
}

/// What goes into the first record of a topic that is created now.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The installation's order keys; an existing topic must have been created under the same.
    pub order_keys: OrderKeys,
    /// The record's `ce_time`, from the system clock: the clock's topic may not exist yet.
    pub now: Instant,
}

/// Why the topics could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TopicError {
    /// Kafka did not answer, or refused the request.
    #[error("cannot set up the topics: {0}")]
    Kafka(#[from] KafkaError),
    /// Kafka refused to create a topic, for example because it has fewer brokers than replicas.
    #[error("cannot create the topic {topic}: {code}")]
    NotMade {
        /// The full name, with the prefix: `recourse.claims.events.v1`.
        topic: String,
        /// Such as `InvalidReplicationFactor` or `TopicAuthorizationFailed`.
        code: RDKafkaErrorCode,
    },
    /// A topic has another number of partitions than configured. All keyed topics need the same
    /// number, or a purchase would not stay in one partition.
    #[error(
        "the topic {topic} has {found} partitions but {wanted} are configured; keyed topics must \
         all have the same number: set `partitions = {found}`, or recreate the topics"
    )]
    PartitionsDiffer {
        /// The full name, with the prefix.
        topic: String,
        /// How many partitions it has; 0 if Kafka does not report it in time.
        found: usize,
        /// The setting `partitions`; 1 for the topics of the terms and of the clock.
        wanted: usize,
    },
    /// Another secret would give the same order another key.
    #[error(
        "the topic {topic} was created under another order key secret (fingerprint {found}, ours \
         is {ours}); set `order_keys` (RECOURSE__ORDER_KEYS) to the secret of this log, from the \
         backup"
    )]
    OtherOrderKeys {
        /// The full name, with the prefix.
        topic: String,
        /// The fingerprint in its first record, or `missing`.
        found: String,
        /// The fingerprint of the configured secret.
        ours: String,
    },
    /// A log from before the formats were settled.
    #[error(
        "the topic {topic} was written by a version before the first release, whose formats are no \
         longer read; delete its topics and databases, or, for a local stack, run \
         `deploy/local/stack wipe`"
    )]
    OlderFormat {
        /// The full name, with the prefix.
        topic: String,
    },
    /// Another program's records are on it, or its first records are gone.
    #[error(
        "the first record of the topic {topic} is not a `recourse.topic.created.v1`: another \
         program writes to it, or its first records were deleted; use another `topic_prefix`, or \
         restore it"
    )]
    NoGenesis {
        /// The full name, with the prefix.
        topic: String,
    },
}

struct Plan {
    partitions: i32,
    settings: &'static [(&'static str, &'static str)],
    genesis: bool,
    is_keyed_by_purchase: bool,
}

const PERMANENTLY: &[(&str, &str)] = &[("cleanup.policy", "delete"), ("retention.ms", "-1")];
const HINTS: &[(&str, &str)] =
    &[("cleanup.policy", "delete"), ("retention.ms", ONE_HOUR_MS), ("segment.ms", TEN_MINUTES_MS)];

/// Creates every missing topic, checks the partition count of existing ones, and writes the genesis
/// record of empty ones. Safe to run from many processes at once.
pub async fn ensure(
    connection: &Connection,
    topics: &Topics,
    partitions: i32,
    replication: i32,
    origin: Origin,
) -> Result<(), TopicError> {
    let plans = plans(topics, partitions);
    let admin: AdminClient<DefaultClientContext> = connection.client().create()?;
    let new: Vec<NewTopic<'_>> = plans
        .iter()
        .map(|(name, plan)| {
            plan.settings.iter().fold(
                NewTopic::new(name, plan.partitions, TopicReplication::Fixed(replication)),
                |topic, (key, value)| topic.set(key, value),
            )
        })
        .collect();
    let options = AdminOptions::new().operation_timeout(Some(TIMEOUT));
    let mut made = Vec::new();
    for answer in admin.create_topics(&new, &options).await? {
        match answer {
            Ok(topic) => made.push(topic),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, code)) => return Err(TopicError::NotMade { topic, code }),
        }
    }
    let connection = connection.clone();
    tokio::task::spawn_blocking(move || check(&connection, &plans, &made, &origin))
        .await
        .unwrap_or_else(|_| Err(KafkaError::Canceled.into()))
}

fn plans(topics: &Topics, partitions: i32) -> BTreeMap<String, Plan> {
    let kept = |partitions, is_keyed_by_purchase| Plan {
        partitions,
        settings: PERMANENTLY,
        genesis: true,
        is_keyed_by_purchase,
    };
    let plain = |partitions, settings| Plan {
        partitions,
        settings,
        genesis: false,
        is_keyed_by_purchase: false,
    };
    let mut plans = BTreeMap::new();
    for (context, partitions) in
        PURCHASE_CONTEXTS.iter().map(|context| (*context, partitions)).chain([(TERMS_CONTEXT, 1)])
    {
        let is_keyed = context != TERMS_CONTEXT;
        plans.insert(topics.commands(context), kept(partitions, is_keyed));
        plans.insert(topics.events(context), kept(partitions, is_keyed));
        plans.insert(topics.dead_letters(context), kept(partitions, is_keyed));
    }
    plans.insert(topics.replies(), plain(partitions, HINTS));
    plans.insert(topics.clock(), kept(1, false));
    plans.insert(topics.marketplace(), plain(partitions, PERMANENTLY));
    plans
}

fn check(
    connection: &Connection,
    plans: &BTreeMap<String, Plan>,
    made: &[String],
    origin: &Origin,
) -> Result<(), TopicError> {
    let producer: BaseProducer = connection.producer().create()?;
    for (topic, plan) in plans {
        let found = wait_for_topic(&producer, topic)?;
        // The marketplace chooses its own partitioning.
        let wanted = usize::try_from(plan.partitions).unwrap_or_default();
        if found != wanted && plan.genesis {
            return Err(TopicError::PartitionsDiffer { topic: topic.clone(), found, wanted });
        }
    }
    let kept = plans.iter().filter(|(_, plan)| plan.genesis);
    let kept = kept.map(|(topic, plan)| genesis::Wanted {
        topic,
        partitions: plan.partitions,
        is_keyed_by_purchase: plan.is_keyed_by_purchase,
    });
    genesis::ensure(connection, &producer, &kept.collect::<Vec<_>>(), made, origin)
}

/// A topic created just now may be missing from some answers; returns 0 if it stays missing.
fn wait_for_topic(producer: &BaseProducer, topic: &str) -> Result<usize, TopicError> {
    let deadline = std::time::Instant::now() + TIMEOUT;
    loop {
        let metadata = producer.client().fetch_metadata(Some(topic), TIMEOUT)?;
        let found = metadata.topics().first().map_or(0, |topic| {
            let led = topic.partitions().iter().filter(|partition| partition.leader() >= 0).count();
            if topic.error().is_none() && led == topic.partitions().len() { led } else { 0 }
        });
        if found > 0 || std::time::Instant::now() > deadline {
            return Ok(found);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The first and the next offset of a partition. A leader may not know a partition that was created
/// just now; retries until it does.
pub fn watermarks<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    partition: i32,
) -> KafkaResult<(i64, i64)> {
    let deadline = std::time::Instant::now() + TIMEOUT;
    loop {
        let answer = client.fetch_watermarks(topic, partition, TIMEOUT);
        let too_early =
            answer.as_ref().err().and_then(KafkaError::rdkafka_error_code).is_some_and(|code| {
                matches!(
                    code,
                    RDKafkaErrorCode::NotLeaderForPartition
                        | RDKafkaErrorCode::LeaderNotAvailable
                        | RDKafkaErrorCode::UnknownTopicOrPartition
                        | RDKafkaErrorCode::UnknownPartition
                        | RDKafkaErrorCode::UnknownTopic
                )
            });
        if !too_early || std::time::Instant::now() > deadline {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Parses the key of a purchase or a line of terms. It becomes part of streams, ids and row keys.
pub(crate) fn readable_key(key: &[u8]) -> Option<&str> {
    let fits = (1..=128).contains(&key.len())
        && key.iter().all(|byte| (b' '..=b'~').contains(byte) && *byte != b'/');
    std::str::from_utf8(key).ok().filter(|_| fits)
}

/// The partition of a key among `count`: Kafka's murmur2, as computed by Java clients and
/// `murmur2_random`.
pub fn partition_of(key: &[u8], count: i32) -> i32 {
    let hash = murmur2(key) & 0x7fff_ffff;
    i32::try_from(hash % u32::try_from(count.max(1)).unwrap_or(1)).unwrap_or_default()
}

fn murmur2(bytes: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut hash = 0x9747_b28c ^ length;
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        for (position, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * position);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_map_to_the_same_partition_as_in_java_clients() {
        // From Kafka's own UtilsTest.testMurmur2.
        for (key, hash) in [
            ("21", -973_932_308_i32),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ] {
            assert_eq!(murmur2(key.as_bytes()), hash.cast_unsigned(), "{key}");
        }
    }

    #[test]
    fn a_topic_name_contains_its_context() {
        let topics = Topics::new("t1.");
        assert_eq!(topics.events("claims"), "t1.recourse.claims.events.v1");
        assert_eq!(topics.context_of("t1.recourse.claims.events.v1"), Some("claims"));
        assert_eq!(topics.context_of("recourse.claims.events.v1"), None);
    }
}

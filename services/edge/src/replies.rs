//! The reply consumer: one per process, on its own thread, assigned to one partition of
//! `recourse.replies.v1` from its end. Replies are only hints: if one is lost, the command's
//! projected outcome takes its place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::Offset;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::background_drop::BackgroundDrop;
use recourse_runtime::kafka::partition_reader::read;
use recourse_runtime::kafka::stall_detector::StallDetector;
use recourse_runtime::reply::Reply;
use recourse_runtime::topics::{Topics, partition_of, watermarks};
use tokio::sync::oneshot;

/// How often the thread checks whether any [`Replies`] is left; a reply ends a poll at once.
const POLL_TIMEOUT: Duration = Duration::from_millis(250);
/// The interval between log messages about the same outage.
const REPORT_AGAIN: Duration = Duration::from_secs(10);
const START_WITHIN: Duration = Duration::from_secs(15);

/// Receives the replies to this process. Cheap to clone; clones share their state.
#[derive(Clone)]
pub struct Replies(Arc<Inner>);

struct Inner {
    partition: i32,
    awaited: Mutex<Awaited>,
}

/// The waiters of each command. Several may wait for one: identical calls made at once.
#[derive(Default)]
struct Awaited {
    by_command: HashMap<String, Vec<Waiter>>,
    last: u64,
}

struct Waiter {
    number: u64,
    mac: String,
    teller: oneshot::Sender<Reply>,
}

/// A pending reply. Dropping it ends the wait.
pub(super) struct Expected {
    inner: Arc<Inner>,
    command_id: String,
    number: u64,
    reply: oneshot::Receiver<Reply>,
}

impl Replies {
    /// Starts listening. The instance's name determines the partition, so processes spread over
    /// them. Once this returns, the reply to any command sent afterwards will be received.
    pub async fn listen(
        connection: &Connection,
        topics: &Topics,
        instance: &str,
    ) -> Result<Self, KafkaError> {
        let mut config = connection.client();
        config
            // The client requires a group; nothing is committed under it.
            .set("group.id", topics.named("recourse.unused"))
            .set("enable.auto.commit", "false")
            // Replies are sent outside transactions.
            .set("isolation.level", "read_uncommitted")
            // Old hints are useless.
            .set("auto.offset.reset", "latest")
            // The broker answers a fetch as soon as there is data, so a long wait adds no latency.
            .set("fetch.wait.max.ms", "500")
            .set("fetch.queue.backoff.ms", "1")
            .set("fetch.error.backoff.ms", "50")
            .set("queued.max.messages.kbytes", "4096");
        let (topic, instance) = (topics.replies(), instance.to_owned());
        let started = tokio::task::spawn_blocking(move || Listener::new(config, topic, &instance));
        let listener = started.await.map_err(|_| KafkaError::Canceled)??;
        let partition = listener.partition;
        let inner = Arc::new(Inner { partition, awaited: Mutex::default() });
        let weak = Arc::downgrade(&inner);
        std::thread::Builder::new()
            .name("replies".to_owned())
            .spawn(move || listener.listen(&weak))
            .map_err(|error| KafkaError::ClientCreation(error.to_string()))?;
        Ok(Self(inner))
    }

    /// The partition of the reply topic that commands must request replies on.
    pub fn partition(&self) -> i32 {
        self.0.partition
    }

    /// Registers for the reply to a command. Call it before sending the command.
    pub(super) fn expect(&self, command_id: &str, mac: &str) -> Expected {
        let (teller, reply) = oneshot::channel();
        let mut awaited = self.0.awaited();
        awaited.last += 1;
        let number = awaited.last;
        let waiter = Waiter { number, mac: mac.to_owned(), teller };
        awaited.by_command.entry(command_id.to_owned()).or_default().push(waiter);
        Expected { inner: self.0.clone(), command_id: command_id.to_owned(), number, reply }
    }

    #[cfg(test)]
    fn silent() -> Self {
        Self(Arc::new(Inner { partition: 0, awaited: Mutex::default() }))
    }
}

impl Inner {
    fn awaited(&self) -> std::sync::MutexGuard<'_, Awaited> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_awaited(&self, command_id: &str) -> bool {
        self.awaited().by_command.contains_key(command_id)
    }

    /// Passes a reply to all waiters with the same request; a waiter with the same id but a
    /// different request keeps waiting for its own.
    fn report(&self, reply: &Reply) {
        let mut awaited = self.awaited();
        let Entry::Occupied(mut entry) = awaited.by_command.entry(reply.command_id.clone()) else {
            return;
        };
        for waiter in entry.get_mut().extract_if(.., |waiter| waiter.mac == reply.mac) {
            let _ = waiter.teller.send(reply.clone());
        }
        if entry.get().is_empty() {
            entry.remove();
        }
    }
}

impl Expected {
    pub(super) async fn reply(&mut self) -> Option<Reply> {
        (&mut self.reply).await.ok()
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        let mut awaited = self.inner.awaited();
        if let Some(waiters) = awaited.by_command.get_mut(&self.command_id) {
            waiters.retain(|waiter| waiter.number != self.number);
            if waiters.is_empty() {
                awaited.by_command.remove(&self.command_id);
            }
        }
    }
}

/// Reads one partition of the reply topic.
struct Listener {
    config: ClientConfig,
    topic: String,
    partition: i32,
    next: i64,
    consumer: BackgroundDrop<BaseConsumer>,
    stall_detector: StallDetector,
}

impl Listener {
    /// Listens from the current end offset. Kafka would resolve the logical end only later and miss
    /// a reply sent before that.
    fn new(config: ClientConfig, topic: String, instance: &str) -> Result<Self, KafkaError> {
        let asking: BaseConsumer = config.create()?;
        let count = partitions_of(&asking, &topic)?;
        let partition = partition_of(instance.as_bytes(), count);
        let (_, next) = watermarks(asking.client(), &topic, partition)?;
        let consumer = read(&config, &topic, partition, Offset::Offset(next))?;
        let stall_detector = StallDetector::new(config.clone());
        Ok(Self { config, topic, partition, next, consumer, stall_detector })
    }

    /// Runs until every [`Replies`] has been dropped.
    fn listen(mut self, replies: &Weak<Inner>) {
        let mut reported = None;
        loop {
            let polled = self.consumer.poll(POLL_TIMEOUT);
            let Some(inner) = replies.upgrade() else { return };
            let message = match polled {
                None => {
                    self.check_for_stall();
                    continue;
                }
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    // An unreachable broker causes an error many times a second.
                    if reported.is_none_or(|reported: Instant| reported.elapsed() > REPORT_AGAIN) {
                        reported = Some(Instant::now());
                        tracing::warn!(
                            %error, "cannot read replies; answering from projected outcomes"
                        );
                    }
                    continue;
                }
            };
            self.next = message.offset() + 1;
            // Other processes share this partition: check the key before parsing the rest.
            let id = message.key().and_then(|key| std::str::from_utf8(key).ok());
            if !id.is_some_and(|id| inner.is_awaited(id)) {
                continue;
            }
            match serde_json::from_slice::<Reply>(message.payload().unwrap_or_default()) {
                Ok(reply) => inner.report(&reply),
                Err(error) => tracing::warn!(%error, "a reply could not be parsed"),
            }
        }
    }

    /// Replaces the consumer if it has stopped fetching.
    fn check_for_stall(&mut self) {
        let (topic, partition, next) = (&self.topic, self.partition, self.next);
        let Some(lost) = self.stall_detector.lost(|| vec![(topic.clone(), partition, next)]) else {
            return;
        };
        tracing::warn!(lost, "the reader of replies stopped fetching; replacing it");
        match read(&self.config, topic, partition, Offset::Offset(next)) {
            Ok(consumer) => self.consumer = consumer,
            Err(error) => tracing::warn!(%error, "a new reader of replies could not be created"),
        }
    }
}

/// The number of partitions of a topic. A topic created just now may be missing from the first
/// answer.
fn partitions_of(consumer: &BaseConsumer, topic: &str) -> Result<i32, KafkaError> {
    let deadline = Instant::now() + START_WITHIN;
    loop {
        let metadata = consumer.fetch_metadata(Some(topic), START_WITHIN)?;
        let count = metadata.topics().first().map_or(0, |topic| topic.partitions().len());
        match i32::try_from(count) {
            Ok(count) if count > 0 => return Ok(count),
            _ if Instant::now() > deadline => {
                return Err(KafkaError::ClientCreation(format!(
                    "the topic {topic} does not exist"
                )));
            }
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use recourse_runtime::reply::ReplyKind;

    fn reply(mac: &str, kind: ReplyKind) -> Reply {
        Reply {
            command_id: "c".to_owned(),
            mac: mac.to_owned(),
            kind,
            subject: "clm_1".to_owned(),
            version: 1,
            position: None,
            refusal: None,
        }
    }

    #[tokio::test]
    async fn all_waiters_of_the_same_request_get_the_reply() {
        let replies = Replies::silent();
        let mut waiting: Vec<_> = (0..50).map(|_| replies.expect("c", "m")).collect();
        replies.0.report(&reply("m", ReplyKind::Accepted));
        for expected in &mut waiting {
            assert_eq!(expected.reply().await, Some(reply("m", ReplyKind::Accepted)));
        }
        assert!(replies.0.awaited().by_command.is_empty());
    }

    #[tokio::test]
    async fn a_different_request_under_the_same_key_waits_for_the_conflict() {
        let replies = Replies::silent();
        let (mut first, mut second) = (replies.expect("c", "m"), replies.expect("c", "n"));
        replies.0.report(&reply("m", ReplyKind::Accepted));
        replies.0.report(&reply("n", ReplyKind::Conflict));
        assert_eq!(first.reply().await.unwrap().kind, ReplyKind::Accepted);
        assert_eq!(second.reply().await.unwrap().kind, ReplyKind::Conflict);
    }

    #[tokio::test]
    async fn a_dropped_waiter_is_forgotten() {
        let replies = Replies::silent();
        let (first, second) = (replies.expect("c", "m"), replies.expect("c", "m"));
        drop(first);
        assert!(replies.0.is_awaited("c"));
        drop(second);
        assert!(!replies.0.is_awaited("c"));
    }
}

//! Whether all input has been decided and projected: a player moves the clock only then, so that
//! the same seed produces the same run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::MetadataPartition;
use recourse_kernel::Instant;
use recourse_runtime::topics::TERMS_CONTEXT;

use super::{Node, Running};

const CALL: Duration = Duration::from_secs(5);

/// How far a service has read an external topic and passed on its records.
#[derive(Debug, Clone)]
pub struct FeedPositions {
    /// The external topic's name.
    pub topic: String,
    reached: Arc<Mutex<BTreeMap<i32, i64>>>,
}

impl FeedPositions {
    /// Starts at the beginning of the topic.
    pub fn new(topic: &str) -> Self {
        Self { topic: topic.to_owned(), reached: Arc::default() }
    }

    /// Records that everything before this offset has been passed on.
    pub fn advance(&self, partition: i32, offset: i64) {
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.insert(partition, offset);
    }

    /// The next offset to read in a partition; 0 if nothing was read.
    pub fn reached(&self, partition: i32) -> i64 {
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.get(&partition).copied().unwrap_or(0)
    }
}

/// The partitions of an external topic, whose owner decides how many there are.
fn partitions_of(reader: &BaseConsumer, topic: &str) -> anyhow::Result<Vec<i32>> {
    let metadata = reader.fetch_metadata(Some(topic), CALL)?;
    let described = metadata.topics().iter().find(|described| described.name() == topic);
    let partitions: Vec<i32> = described
        .into_iter()
        .flat_map(|described| described.partitions().iter().map(MetadataPartition::id))
        .collect();
    anyhow::ensure!(!partitions.is_empty(), "the topic {topic} does not exist");
    Ok(partitions)
}

/// What is not settled yet, as a sentence for logs.
pub type Unsettled = String;

/// Whether these services have reached the ends of their topics with the clock at `instant` or
/// later; if not, what they still wait for. Pass all services; they must all run in this process.
/// Blocks for some calls to Kafka.
pub fn settled(
    node: &Node,
    watermarks: &BaseConsumer,
    services: &[Running],
    instant: Instant,
) -> anyhow::Result<Option<Unsettled>> {
    let high = |topic: &str, partition| -> anyhow::Result<i64> {
        Ok(watermarks.fetch_watermarks(topic, partition, CALL)?.1)
    };
    let mut ends: BTreeMap<(&str, i32), i64> = BTreeMap::new();
    let writers = || services.iter().flat_map(|service| &service.writers);
    let reports: Vec<_> = writers().map(|writer| (writer, writer.status.report())).collect();
    for (writer, report) in &reports {
        let partitions = if writer.context == TERMS_CONTEXT { 1 } else { node.settings.partitions };
        if report.clock.is_none_or(|clock| clock < instant) {
            return Ok(Some(format!("{} has not seen the clock move", writer.context)));
        }
        for partition in 0..partitions {
            let Some(status) = report.partitions.get(&partition) else {
                return Ok(Some(format!("{}/{partition} has no writer", writer.context)));
            };
            if status.waiting {
                return Ok(Some(format!(
                    "{}/{partition} has a due deadline to process",
                    writer.context
                )));
            }
            ends.insert((writer.context, partition), status.next_event);
        }
    }
    for (writer, report) in &reports {
        for (partition, status) in &report.partitions {
            for (context, reached) in writer.foreign.iter().zip(status.reached.iter().skip(1)) {
                if ends.get(&(*context, *partition)).is_some_and(|end| reached < end) {
                    let name = writer.context;
                    return Ok(Some(format!("{name}/{partition} has events of {context} to read")));
                }
            }
        }
    }
    for service in services {
        for context in &service.projected {
            for (&(of, partition), &end) in &ends {
                // `reached` is the next offset; an empty partition has nothing to project.
                if of == *context && end > 0 && service.progress.reached(context, partition) < end {
                    return Ok(Some(format!("{} has events of {of} to project", service.name)));
                }
            }
        }
    }
    let terms = ends.get(&(TERMS_CONTEXT, 0)).copied().unwrap_or(0);
    if node.terms.reached() < terms {
        return Ok(Some("the terms topic is not read to its end".to_owned()));
    }
    // Query Kafka last, because that costs most: first the feeds, then the commands that they
    // passed on, and check both against the reports taken before.
    for feed in services.iter().flat_map(|service| &service.feeds) {
        for partition in partitions_of(watermarks, &feed.topic)? {
            if feed.reached(partition) < high(&feed.topic, partition)? {
                return Ok(Some(format!("{} is not read to its end", feed.topic)));
            }
        }
    }
    for (writer, report) in &reports {
        for (partition, status) in &report.partitions {
            let commands = high(&node.topics.commands(writer.context), *partition)?;
            if status.reached.first().is_none_or(|reached| *reached < commands) {
                return Ok(Some(format!("{}/{partition} has commands to read", writer.context)));
            }
        }
    }
    Ok(None)
}

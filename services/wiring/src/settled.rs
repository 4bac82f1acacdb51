//! Whether all input has been decided and projected: a player moves the clock only then, so that
//! the same seed produces the same run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::MetadataPartition;
use recourse_kernel::Instant;
use recourse_runtime::topics::TERMS_CONTEXT;
use recourse_runtime::writer::status::{PartitionStatus, Report};

use super::{Node, Running, WriterHandle};

const CALL: Duration = Duration::from_secs(5);

/// How far a service has read an external topic and passed on its records.
#[derive(Debug, Clone)]
pub struct FeedPositions {
    /// With the installation's prefix, as Kafka knows it.
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

/// A writer with its state at the beginning of the check.
type Reported<'a> = (&'a WriterHandle, Report);

/// The offset after the last event of each partition, by context.
type Ends = BTreeMap<(&'static str, i32), i64>;

/// Whether these services have reached the ends of their topics with the clock at `instant` or
/// later; if not, what they still wait for. Pass all services; they must all run in this process.
/// Blocks for some calls to Kafka.
pub fn settled(
    node: &Node,
    watermarks: &BaseConsumer,
    services: &[Running],
    instant: Instant,
) -> anyhow::Result<Option<Unsettled>> {
    let writers = services.iter().flat_map(|service| &service.writers);
    let reports: Vec<Reported<'_>> =
        writers.map(|writer| (writer, writer.status.report())).collect();
    if let Some(waits) = reports.iter().find_map(|report| waits(node, report, instant)) {
        return Ok(Some(waits));
    }
    let ends = ends(&reports);
    let unread = unread_events(&reports, &ends)
        .or_else(|| unprojected_events(services, &ends))
        .or_else(|| unread_terms(node, &ends));
    if unread.is_some() {
        return Ok(unread);
    }
    // Query Kafka last, because that costs most: first the feeds, then the commands that they
    // passed on, and check both against the reports taken before.
    if let Some(unread) = unread_feed(watermarks, services)? {
        return Ok(Some(unread));
    }
    unread_commands(node, watermarks, &reports)
}

/// Whether a writer waits for the clock, for a partition, or for a deadline.
fn waits(node: &Node, (writer, report): &Reported<'_>, instant: Instant) -> Option<Unsettled> {
    let context = writer.context;
    let partitions = if context == TERMS_CONTEXT { 1 } else { node.settings.partitions };
    if report.clock.is_none_or(|clock| clock < instant) {
        return Some(format!("{context} has not seen the clock move"));
    }
    (0..partitions).find_map(|partition| match report.partitions.get(&partition) {
        None => Some(format!("{context}/{partition} has no writer")),
        Some(status) if status.waiting => {
            Some(format!("{context}/{partition} has a due deadline to process"))
        }
        Some(_) => None,
    })
}

fn ends(reports: &[Reported<'_>]) -> Ends {
    let of_writer = |(writer, report): &Reported<'_>| {
        let context = writer.context;
        let end = move |(partition, status): (&i32, &PartitionStatus)| {
            ((context, *partition), status.next_event)
        };
        report.partitions.iter().map(end).collect::<Vec<_>>()
    };
    reports.iter().flat_map(of_writer).collect()
}

/// Events of one service that another one's writer has not read.
fn unread_events(reports: &[Reported<'_>], ends: &Ends) -> Option<Unsettled> {
    for (writer, report) in reports {
        for (partition, status) in &report.partitions {
            for (context, reached) in writer.foreign.iter().zip(status.reached.iter().skip(1)) {
                if ends.get(&(*context, *partition)).is_some_and(|end| reached < end) {
                    let name = writer.context;
                    return Some(format!("{name}/{partition} has events of {context} to read"));
                }
            }
        }
    }
    None
}

fn unprojected_events(services: &[Running], ends: &Ends) -> Option<Unsettled> {
    for service in services {
        for context in &service.projected {
            for (&(of, partition), &end) in ends {
                // `reached` is the next offset; an empty partition has nothing to project.
                if of == *context && end > 0 && service.progress.reached(context, partition) < end {
                    return Some(format!("{} has events of {of} to project", service.name));
                }
            }
        }
    }
    None
}

fn unread_terms(node: &Node, ends: &Ends) -> Option<Unsettled> {
    let terms = ends.get(&(TERMS_CONTEXT, 0)).copied().unwrap_or(0);
    (node.terms.reached() < terms).then(|| "the terms topic is not read to its end".to_owned())
}

fn unread_feed(
    watermarks: &BaseConsumer,
    services: &[Running],
) -> anyhow::Result<Option<Unsettled>> {
    for feed in services.iter().flat_map(|service| &service.feeds) {
        for partition in partitions_of(watermarks, &feed.topic)? {
            if feed.reached(partition) < end_of(watermarks, &feed.topic, partition)? {
                return Ok(Some(format!("{} is not read to its end", feed.topic)));
            }
        }
    }
    Ok(None)
}

fn unread_commands(
    node: &Node,
    watermarks: &BaseConsumer,
    reports: &[Reported<'_>],
) -> anyhow::Result<Option<Unsettled>> {
    for (writer, report) in reports {
        for (partition, status) in &report.partitions {
            let commands = end_of(watermarks, &node.topics.commands(writer.context), *partition)?;
            if status.reached.first().is_none_or(|reached| *reached < commands) {
                return Ok(Some(format!("{}/{partition} has commands to read", writer.context)));
            }
        }
    }
    Ok(None)
}

fn end_of(watermarks: &BaseConsumer, topic: &str, partition: i32) -> anyhow::Result<i64> {
    Ok(watermarks.fetch_watermarks(topic, partition, CALL)?.1)
}

//! Reads topics from their first record to their end.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use recourse_kernel::Record;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::poll::{Fetched, Polled, poll};
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::{PURCHASE_CONTEXTS, TERMS_CONTEXT, Topics, is_genesis};

use super::readmodels::connection;
use super::{Break, Check, Entry, Tally, Verifier};

const PAUSE: Duration = Duration::from_millis(200);
/// Longer than any transaction may stay open.
const STALLED_AFTER: Duration = Duration::from_secs(60);
const CALL: Duration = Duration::from_secs(60);

/// Passes on every committed record of a topic, each partition in order, and returns at its end.
/// `only` selects one partition.
pub fn read_whole(
    connection: &Connection,
    topic: &str,
    only: Option<i32>,
    each: impl FnMut(Fetched),
) -> anyhow::Result<()> {
    read_all(connection, &[topic.to_owned()], only, each)
}

/// Passes on every committed record of some topics, each partition in order, and returns at the end
/// of all.
pub fn read_all(
    connection: &Connection,
    topics: &[String],
    only: Option<i32>,
    each: impl FnMut(Fetched),
) -> anyhow::Result<()> {
    read_as(&connection.reader(), topics, only, each).map(|_| ())
}

/// The same with the reader's own isolation level; returns the end offset of each partition.
pub(super) fn read_as(
    client: &ClientConfig,
    topics: &[String],
    only: Option<i32>,
    mut each: impl FnMut(Fetched),
) -> anyhow::Result<HashMap<(String, i32), i64>> {
    // An audit verifies checksums, too.
    let reader: BaseConsumer = client.clone().set("check.crcs", "true").create()?;
    let mut list = TopicPartitionList::new();
    let mut unread = HashSet::new();
    for topic in topics {
        let metadata = reader.fetch_metadata(Some(topic), CALL)?;
        let found = metadata.topics().iter().flat_map(MetadataTopic::partitions);
        let found = found.map(MetadataPartition::id);
        let found = found.filter(|partition| only.is_none_or(|only| only == *partition));
        let before = unread.len();
        for partition in found {
            list.add_partition_offset(topic, partition, Offset::Beginning)?;
            unread.insert((topic.clone(), partition));
        }
        anyhow::ensure!(
            unread.len() > before,
            "topic {topic} does not exist, or has no such partition: `recourse serve` creates it; \
             if that runs already, check the settings `topic_prefix` and `partitions`"
        );
    }
    reader.assign(&list)?;
    let mut ends = HashMap::new();
    let mut moved = Instant::now();
    while !unread.is_empty() {
        match poll(&reader, PAUSE)? {
            Polled::Record(record) => each(record),
            Polled::End { topic, partition, offset } => {
                let topic_partition = (topic, partition);
                if unread.remove(&topic_partition) {
                    ends.insert(topic_partition, offset);
                }
            }
            Polled::Nothing => {
                anyhow::ensure!(
                    moved.elapsed() < STALLED_AFTER,
                    "reading the log makes no progress"
                );
                continue;
            }
        }
        moved = Instant::now();
    }
    Ok(ends)
}

/// The contexts, in the order in which a purchase reaches them, with terms first.
pub fn contexts() -> impl Iterator<Item = &'static str> {
    std::iter::once(TERMS_CONTEXT).chain(PURCHASE_CONTEXTS)
}

/// A record as an event; `None` for a topic's genesis record.
pub fn entry(context: &str, fetched: &Fetched) -> Result<Option<Entry>, Break> {
    if is_genesis(&fetched.headers) {
        return Ok(None);
    }
    let Fetched { topic, partition, offset, .. } = fetched;
    let location = format!("{topic}/{partition}/{offset}");
    let (key, body) =
        (fetched.key.as_deref().unwrap_or_default(), fetched.value.as_deref().unwrap_or_default());
    match Record::read(key, &fetched.headers, body) {
        Ok(record) => {
            Ok(Some(Entry { context: context.to_owned(), partition: *partition, location, record }))
        }
        Err(error) => Err(Break { check: Check::Reading, location, why: error.to_string() }),
    }
}

/// Number of records on a topic, without its genesis record.
pub fn count(connection: &Connection, topic: &str) -> anyhow::Result<u64> {
    let mut records = 0;
    read_whole(connection, topic, None, |fetched| {
        records += u64::from(!is_genesis(&fetched.headers));
    })?;
    Ok(records)
}

/// Passes on every event of every service, topic by topic, the last ones in a purchase's life
/// first: even on a running system, no event is read without those that caused it.
pub fn read_events(
    connection: &Connection,
    topics: &Topics,
    mut each: impl FnMut(Result<Entry, Break>),
) -> anyhow::Result<()> {
    let contexts: Vec<_> = contexts().collect();
    for &context in contexts.iter().rev() {
        read_whole(connection, &topics.events(context), None, |fetched| {
            match entry(context, &fetched) {
                Ok(None) => {}
                Ok(Some(entry)) => each(Ok(entry)),
                Err(found) => each(Err(found)),
            }
        })?;
    }
    Ok(())
}

/// Runs every check of the log: returns all violations, or only those of the first record that has
/// any.
pub fn verify(settings: &Settings, all: bool) -> anyhow::Result<(Vec<Break>, Tally)> {
    let topics = Topics::new(&settings.topic_prefix);
    let mut verifier = Verifier::new(settings.partitions);
    let mut breaks = Vec::new();
    read_events(&connection(settings), &topics, |read| {
        if !breaks.is_empty() && !all {
            return;
        }
        match read {
            Ok(entry) => breaks.extend(verifier.take(&entry)),
            Err(found) => breaks.push(found),
        }
    })?;
    if all || breaks.is_empty() {
        breaks.extend(verifier.finish());
    }
    Ok((breaks, verifier.tally()))
}

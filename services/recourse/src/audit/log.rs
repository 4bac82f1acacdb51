//! Topics as they stand in Kafka, from their first record to their end.

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

/// Hands out every committed record of a topic, each partition in order, and ends at its end. `only` names
/// one partition.
pub fn read_whole(
    connection: &Connection,
    topic: &str,
    only: Option<i32>,
    each: impl FnMut(Fetched),
) -> anyhow::Result<()> {
    read_all(connection, &[topic.to_owned()], only, each)
}

/// Hands out every committed record of some topics, each partition in order, and ends at the end of all.
pub fn read_all(
    connection: &Connection,
    topics: &[String],
    only: Option<i32>,
    each: impl FnMut(Fetched),
) -> anyhow::Result<()> {
    read_as(&connection.reader(), topics, only, each).map(|_| ())
}

/// The same, with the reader's own isolation, and where each partition ended for it.
pub(super) fn read_as(
    client: &ClientConfig,
    topics: &[String],
    only: Option<i32>,
    mut each: impl FnMut(Fetched),
) -> anyhow::Result<HashMap<(String, i32), i64>> {
    // Auditors believe no byte unseen.
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
        anyhow::ensure!(unread.len() > before, "there is no topic {topic}, or no such partition");
    }
    reader.assign(&list)?;
    let mut ends = HashMap::new();
    let mut moved = Instant::now();
    while !unread.is_empty() {
        match poll(&reader, PAUSE)? {
            Polled::Record(record) => each(record),
            Polled::End { topic, partition, offset } => {
                let place = (topic, partition);
                if unread.remove(&place) {
                    ends.insert(place, offset);
                }
            }
            Polled::Nothing => {
                anyhow::ensure!(moved.elapsed() < STALLED_AFTER, "the log gives nothing more");
                continue;
            }
        }
        moved = Instant::now();
    }
    Ok(ends)
}

/// The contexts, in the order in which a purchase meets them, with terms first.
pub fn contexts() -> impl Iterator<Item = &'static str> {
    std::iter::once(TERMS_CONTEXT).chain(PURCHASE_CONTEXTS)
}

/// A record as an event; nothing for a topic's genesis record.
pub fn entry(context: &str, fetched: &Fetched) -> Result<Option<Entry>, Break> {
    if is_genesis(&fetched.headers) {
        return Ok(None);
    }
    let Fetched { topic, partition, offset, .. } = fetched;
    let place = format!("{topic}/{partition}/{offset}");
    let (key, body) =
        (fetched.key.as_deref().unwrap_or_default(), fetched.value.as_deref().unwrap_or_default());
    match Record::read(key, &fetched.headers, body) {
        Ok(record) => {
            Ok(Some(Entry { context: context.to_owned(), partition: *partition, place, record }))
        }
        Err(error) => Err(Break { check: Check::Reading, place, why: error.to_string() }),
    }
}

/// How many records a topic holds, its genesis record not counted.
pub fn count(connection: &Connection, topic: &str) -> anyhow::Result<u64> {
    let mut records = 0;
    read_whole(connection, topic, None, |fetched| {
        records += u64::from(!is_genesis(&fetched.headers));
    })?;
    Ok(records)
}

/// Hands out every event of every service, topic by topic: what a purchase meets last comes first, so that also on a
/// running system nothing is read without what led to it.
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

/// Runs every check that looks at the log alone: all breaks, or the first record's that has any.
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

//! Resolving a dead letter: show it, redrive it, discard it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::Offset;
use recourse_audit::verification::{log, readmodels};
use recourse_kernel::record::Header as RecordHeader;
use recourse_kernel::{CommandRecord, Hash, Principal, Role};
use recourse_runtime::clock::Clock;
use recourse_runtime::dead_letter::{DISCARD, DeadLetter, Discard, Resolution, ResolutionOutcome};
use recourse_runtime::kafka::poll::{Fetched, Polled, poll};
use recourse_runtime::kafka::{Connection, owned};
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::{TERMS_CONTEXT, Topics, partition_of};
use recourse_runtime::writer::{DISCARD_HEADER, ORIGIN_HEADER, REDRIVE_HEADER};
use serde_json::Value;

use super::shelf::{Shelf, Shelved, State};
use super::shown::Shown;
use super::{Resolved, because};

const FLUSH_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait for the service to answer before reporting that it has not.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
const REPLY_HEADER: &str = "recourse_replyto";

pub(super) struct Desk {
    connection: Connection,
    topics: Topics,
    partitions: i32,
}

pub(super) enum Redriven {
    /// Done; the lines to print.
    Reported(Vec<String>),
    /// Resolved, or not yet.
    Resolved(Resolved),
    /// The record came from a feed: order-intake has to reprocess it, for this reason.
    FromFeed(Box<DeadLetter>, String),
}

impl Desk {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            connection: readmodels::connection(settings),
            topics: Topics::new(&settings.topic_prefix),
            partitions: settings.partitions,
        }
    }

    pub(super) fn shelf(&self) -> anyhow::Result<Shelf> {
        Shelf::read(&self.connection, &self.topics)
    }

    pub(super) fn show(&self, position: &str) -> anyhow::Result<Shown> {
        let all = self.shelf()?;
        let dead_letter = found(&all, position)?;
        let Shelved { context, record, .. } = dead_letter;
        let state = all.state(dead_letter);
        let to_do = match state {
            State::First | State::Aside => format!(
                "fix the cause, then `recourse dead-letters redrive {position}`; or drop it: \
                 `recourse dead-letters discard {position} --reason …`"
            ),
            State::Waits => {
                format!("resolve {} first", all.first_before(dead_letter).unwrap_or("the first"))
            }
            State::Resolved => all.resolved_by(dead_letter).unwrap_or("nothing").to_owned(),
        };
        let original = if is_ours(position) { Some(self.original(position)?) } else { None };
        Ok(Shown {
            position: position.to_owned(),
            service: context,
            state: state.name(),
            type_name: record.type_name.clone(),
            since: record.dead_lettered_at,
            reason: record.reason.clone(),
            to_do,
            original,
        })
    }

    /// Sends the original record again, to the service that could not process it.
    pub(super) fn redrive(&self, position: &str, why: &str) -> anyhow::Result<Redriven> {
        let all = self.shelf()?;
        let dead_letter = found(&all, position)?;
        may_be_resolved(&all, dead_letter)?;
        if !is_ours(position) {
            let fact =
                serde_json::from_slice(&dead_letter.written).context("reading the dead letter")?;
            return Ok(Redriven::FromFeed(Box::new(fact), why.to_owned()));
        }
        let blocks_nothing = "it blocks no purchase, so it cannot be redriven; discard it instead";
        ensure!(all.state(dead_letter) == State::First, "{position}: {blocks_nothing}");
        let original = self.original(position)?;
        let mut headers: Vec<RecordHeader> =
            original.headers.iter().filter(|(name, _)| name != REPLY_HEADER).cloned().collect();
        headers.push((REDRIVE_HEADER.to_owned(), position.as_bytes().to_vec()));
        if let Some((context, "events")) = context_and_kind(position) {
            headers.push((ORIGIN_HEADER.to_owned(), context.as_bytes().to_vec()));
        }
        let key = original.key.context("the record has no key, so it cannot block a purchase")?;
        let value = original.value.unwrap_or_default();
        let answer = self.send_and_await(dead_letter.context, &key, &headers, &value, position)?;
        let is_done = answer.is_some();
        let says = match answer {
            Some(led_to) => {
                self.note(dead_letter, ResolutionOutcome::Redriven, why.to_owned())?;
                format!("{position} was decided: {led_to}")
            }
            None => format!(
                "{position} was sent again, but {} has not decided it: the cause is not fixed, or \
                 the service is not running",
                dead_letter.context
            ),
        };
        Ok(Redriven::Resolved(Resolved { position: position.to_owned(), is_done, says }))
    }

    pub(super) fn discard(
        &self,
        position: &str,
        reason: &str,
        subject: &str,
    ) -> anyhow::Result<Resolved> {
        let resolved = |is_done, says| Resolved { position: position.to_owned(), is_done, says };
        let all = self.shelf()?;
        let dead_letter = found(&all, position)?;
        may_be_resolved(&all, dead_letter)?;
        if all.state(dead_letter) == State::Aside {
            self.note(dead_letter, ResolutionOutcome::Discarded, because(reason, subject))?;
            return Ok(resolved(true, format!("{position} is discarded; it blocked no purchase")));
        }
        let original = self.original(position)?;
        let key = original.key.context("the record has no key, so it cannot block a purchase")?;
        let order = CommandRecord {
            id: Hash::of_bytes(format!("discard {position}").as_bytes()).to_string(),
            source: "/recourse/operator".to_owned(),
            type_name: DISCARD.to_owned(),
            time: Clock::system().now(),
            key: String::from_utf8_lossy(&key).into_owned(),
            mac: Hash::of_bytes(reason.as_bytes()).to_string(),
            principal: Principal::new(Role::Operator, subject),
            causation_id: position.to_owned(),
            reply_to: None,
            traceparent: None,
            body: serde_json::to_vec(&Discard { reason: reason.to_owned() })?,
        };
        let mut headers = order.headers();
        headers.push((DISCARD_HEADER.to_owned(), position.as_bytes().to_vec()));
        let answer =
            self.send_and_await(dead_letter.context, &key, &headers, &order.body, position)?;
        if answer.is_some() {
            return Ok(resolved(true, format!("{position} is discarded")));
        }
        let service = dead_letter.context;
        let says = format!("the discard of {position} was sent; {service} has not applied it yet");
        Ok(resolved(false, says))
    }

    /// Notes that a feed's record, unusable before, has been processed.
    pub(super) fn note_reprocessed(&self, position: &str, why: String) -> anyhow::Result<()> {
        let all = self.shelf()?;
        let dead_letter = found(&all, position)?;
        self.note(dead_letter, ResolutionOutcome::Redriven, why)
    }

    /// Writes to the dead-letter topic that a dead letter was resolved.
    fn note(
        &self,
        dead_letter: &Shelved,
        outcome: ResolutionOutcome,
        reason: String,
    ) -> anyhow::Result<()> {
        let (context, position) = (dead_letter.context, dead_letter.record.position.clone());
        let resolved_at = Clock::system().now();
        let resolution = Resolution { position, outcome, reason, resolved_at };
        let (topic, key) = (self.topics.dead_letters(context), resolution.position.as_bytes());
        let body = serde_json::to_vec(&resolution)?;
        self.send(&topic, key, &resolution.headers(context), &body)
    }

    /// The record as it was received.
    fn original(&self, position: &str) -> anyhow::Result<Fetched> {
        let mut parts = position.rsplitn(3, '/');
        let (offset, partition, topic) = (parts.next(), parts.next(), parts.next());
        let (Some(offset), Some(partition), Some(topic)) = (offset, partition, topic) else {
            bail!("{position} is not a position of the form topic/partition/offset");
        };
        let (offset, partition): (i64, i32) = (offset.parse()?, partition.parse()?);
        let reader =
            self.reader_at(&self.topics.named(topic), partition, Offset::Offset(offset))?;
        let deadline = Instant::now() + FLUSH_WITHIN;
        while Instant::now() < deadline {
            match poll(&reader, Duration::from_millis(100))? {
                Polled::Record(record) if record.offset == offset => return Ok(record),
                Polled::Nothing => {}
                Polled::Record(_) | Polled::End { .. } => break,
            }
        }
        bail!("{position} is no longer on the topic")
    }

    fn reader_at(&self, topic: &str, partition: i32, at: Offset) -> anyhow::Result<BaseConsumer> {
        let reader: BaseConsumer = self.connection.reader().create()?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, at)?;
        reader.assign(&list)?;
        Ok(reader)
    }

    /// Sends a record to a service, and waits for the events that resolve the dead letter. Returns
    /// the types of the events that it led to.
    fn send_and_await(
        &self,
        context: &str,
        key: &[u8],
        headers: &[RecordHeader],
        value: &[u8],
        position: &str,
    ) -> anyhow::Result<Option<String>> {
        let partitions = if context == TERMS_CONTEXT { 1 } else { self.partitions };
        let (topic, partition) = (self.topics.events(context), partition_of(key, partitions));
        let reader: BaseConsumer = self.connection.reader().create()?;
        let (_, end) = reader.fetch_watermarks(&topic, partition, FLUSH_WITHIN)?;
        drop(reader);
        let events = self.reader_at(&topic, partition, Offset::Offset(end))?;
        self.send(&self.topics.commands(context), key, headers, value)?;
        let deadline = Instant::now() + ANSWERED_WITHIN;
        let mut heard: Option<(String, Vec<String>)> = None;
        while Instant::now() < deadline {
            let entry = match poll(&events, Duration::from_millis(100))? {
                Polled::Record(record) => log::entry(context, &record).ok().flatten(),
                Polled::End { .. } | Polled::Nothing if heard.is_some() => break,
                Polled::End { .. } | Polled::Nothing => None,
            };
            let Some(entry) = entry else { continue };
            let record = entry.record;
            let body: Value = serde_json::from_slice(&record.body).unwrap_or_default();
            match &mut heard {
                // Events that result from one input carry its position.
                Some((input, led_to)) if *input == record.input => led_to.push(record.type_name),
                Some(_) => break,
                None if body["dead_letter"] == position => heard = Some((record.input, Vec::new())),
                None => {}
            }
        }
        Ok(heard.map(|(_, led_to)| {
            if led_to.is_empty() { "no further events".to_owned() } else { led_to.join(", ") }
        }))
    }

    fn send(
        &self,
        topic: &str,
        key: &[u8],
        headers: &[RecordHeader],
        value: &[u8],
    ) -> anyhow::Result<()> {
        let producer: BaseProducer = self.connection.producer().create()?;
        let headers = owned(headers);
        let record = BaseRecord::to(topic).key(key).payload(value).headers(headers);
        producer.send(record).map_err(|(error, _)| error)?;
        producer.flush(FLUSH_WITHIN).context("the record is not delivered")
    }
}

fn found<'a>(shelf: &'a Shelf, position: &str) -> anyhow::Result<&'a Shelved> {
    shelf.find(position).with_context(|| shelf.has_none_at(position))
}

fn may_be_resolved(shelf: &Shelf, dead_letter: &Shelved) -> anyhow::Result<()> {
    let position = &dead_letter.record.position;
    match (shelf.state(dead_letter), shelf.first_before(dead_letter)) {
        (State::Resolved, _) => bail!("{position} is already resolved"),
        (State::Waits, Some(first)) => bail!("{position} waits after {first}; resolve it first"),
        _ => Ok(()),
    }
}

/// Whether a record was received on one of Recourse's own topics, where it still is.
fn is_ours(position: &str) -> bool {
    context_and_kind(position).is_some()
}

/// `claims` and `commands` of `recourse.claims.commands.v1/3/17`. A file name may begin like a
/// topic's: `recourse.orders.jsonl/17/9f86d081884c`.
fn context_and_kind(position: &str) -> Option<(&str, &str)> {
    let mut parts = position.split('/');
    let (topic, partition, offset) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |part: &str| part.parse::<u64>().is_ok();
    if parts.next().is_some() || !is_number(partition) || !is_number(offset) {
        return None;
    }
    let mut words = topic.strip_prefix("recourse.")?.split('.');
    let (context, kind, version) = (words.next()?, words.next()?, words.next()?);
    let is_topic = words.next().is_none()
        && matches!(kind, "events" | "commands")
        && version.strip_prefix('v').is_some_and(is_number);
    is_topic.then_some((context, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_names_its_service() {
        let found = context_and_kind("recourse.claims.events.v1/3/17");
        assert_eq!(found, Some(("claims", "events")));
        assert_eq!(context_and_kind("marketplace.orders.v1/0/1"), None);
        assert!(!is_ours("orders.jsonl/17") && !is_ours("t1.marketplace.orders.v1/0/1"));
        for file in ["orders.jsonl", "recourse.orders.jsonl", "recourse.orders.events.v1.json"] {
            for digest in ["9f86d081884c", "123456789012"] {
                assert!(!is_ours(&format!("{file}/17/{digest}")), "{file}");
            }
        }
    }
}

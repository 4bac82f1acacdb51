//! Takes inputs: commands from the group's consumer, foreign facts from the manually assigned one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{Consumer, ConsumerGroupMetadata};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers as _, Message as _};
use rdkafka::topic_partition_list::Offset;

use super::KafkaLog;
use super::errors::reconnects;
use super::membership::Change;
use crate::kafka::poll::{Polled, poll};
use crate::writer::log::{Incoming, LogError, Source, Taken};

/// One take stops after this many bytes, so it exceeds them by one record at most.
const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;
/// How long to sleep between polls when there is no input.
const IDLE_PAUSE: Duration = Duration::from_millis(1);

impl KafkaLog {
    /// Waits up to `wait` for input or a change of the group.
    pub(super) fn take_inputs(
        &mut self,
        wait: Duration,
        limit: usize,
    ) -> Result<Taken<Arc<ConsumerGroupMetadata>>, LogError> {
        let deadline = Instant::now() + wait;
        let mut records = Vec::new();
        // Alternate, so that of two full topics neither starves the other: commands wait for facts.
        let facts_first = self.facts_first;
        self.facts_first = !facts_first;
        loop {
            if facts_first {
                self.take_foreign(limit, &mut records)?;
            }
            self.take_commands(limit, &mut records)?;
            self.take_foreign(limit, &mut records)?;
            if records.len() < limit {
                self.check_for_stall()?;
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            if !records.is_empty() || self.group.context().has_changes() || rest.is_zero() {
                return self.with_changes(records);
            }
            std::thread::sleep(rest.min(IDLE_PAUSE));
        }
    }

    /// Adds the changes of the group. Records of revoked partitions are dropped.
    fn with_changes(
        &mut self,
        mut records: Vec<Incoming>,
    ) -> Result<Taken<Arc<ConsumerGroupMetadata>>, LogError> {
        // Read here: later it could be a membership under which these records were not handed out.
        let membership = self.group.group_metadata();
        let (mut assigned, mut revoked) = (Vec::new(), Vec::new());
        for change in self.group.context().changes() {
            match change {
                Change::Settled => self.is_member = true,
                Change::Unsettled => self.is_member = false,
                Change::Assigned(partition) => assigned.push(partition),
                Change::Revoked(partition) => {
                    self.let_go(partition);
                    assigned.retain(|other| *other != partition);
                    revoked.push(partition);
                }
                Change::Failed(reason) => return Err(LogError(reason)),
            }
        }
        records.retain(|record| self.reached.contains_key(&(record.source, record.partition)));
        let membership = membership.filter(|_| self.is_member).map(Arc::new);
        Ok(Taken { assigned, revoked, records, membership })
    }

    /// Reads what the group's consumer has.
    fn take_commands(&mut self, limit: usize, records: &mut Vec<Incoming>) -> Result<(), LogError> {
        let mut bytes = 0;
        while records.len() < limit && bytes < MAX_BATCH_BYTES {
            let Some(polled) = self.group.poll(Duration::ZERO) else { break };
            let message = match polled {
                Ok(message) => message,
                Err(KafkaError::PartitionEOF(partition)) => {
                    self.reached_the_end(partition)?;
                    continue;
                }
                Err(error) if reconnects(&error) => {
                    tracing::debug!(%error, "the commands consumer reconnects by itself");
                    break;
                }
                Err(error) => return Err(LogError(format!("reading commands: {error}"))),
            };
            let incoming = Incoming {
                source: Source::Commands,
                partition: message.partition(),
                offset: message.offset(),
                key: message.key().map(<[u8]>::to_vec),
                headers: message.headers().map_or_else(Vec::new, |headers| {
                    headers
                        .iter()
                        .map(|header| {
                            let value = header.value.map(<[u8]>::to_vec).unwrap_or_default();
                            (header.key.to_owned(), value)
                        })
                        .collect()
                }),
                value: message.payload().map(<[u8]>::to_vec),
            };
            if self.advance(incoming.source, incoming.partition, incoming.offset) {
                bytes += incoming.value.as_ref().map_or(0, Vec::len);
                records.push(incoming);
            }
        }
        Ok(())
    }

    /// Everything of a commands partition was handed out, including markers.
    fn reached_the_end(&mut self, partition: i32) -> Result<(), LogError> {
        let positions = self.group.position();
        let positions =
            positions.map_err(|error| LogError(format!("reading a consumer position: {error}")))?;
        if let Some(position) = positions.find_partition(&self.topics.commands, partition)
            && let Offset::Offset(offset) = position.offset()
            && let Some(reached) = self.reached.get_mut(&(Source::Commands, partition))
        {
            *reached = offset.max(*reached);
        }
        Ok(())
    }

    fn take_foreign(&mut self, limit: usize, records: &mut Vec<Incoming>) -> Result<(), LogError> {
        let mut bytes = 0;
        while records.len() < limit && bytes < MAX_BATCH_BYTES {
            let polled = match poll(&self.foreign, Duration::ZERO) {
                Err(error) if reconnects(&error) => break,
                polled => polled,
            };
            match polled.map_err(|error| LogError(format!("reading foreign facts: {error}")))? {
                Polled::Nothing => break,
                Polled::End { topic, partition, offset } => {
                    if let Some(source) = self.source_of(&topic)
                        && let Some(reached) = self.reached.get_mut(&(source, partition))
                    {
                        *reached = offset.max(*reached);
                    }
                }
                Polled::Record(record) => {
                    let Some(source) = self.source_of(&record.topic) else { continue };
                    if self.advance(source, record.partition, record.offset) {
                        bytes += record.value.as_ref().map_or(0, Vec::len);
                        records.push(Incoming {
                            source,
                            partition: record.partition,
                            offset: record.offset,
                            key: record.key,
                            headers: record.headers,
                            value: record.value,
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a record is the next of a resumed partition, and not left over from before a seek or
    /// revocation.
    fn advance(&mut self, source: Source, partition: i32, offset: i64) -> bool {
        match self.reached.get_mut(&(source, partition)) {
            Some(reached) if offset >= *reached => {
                *reached = offset + 1;
                true
            }
            _ => false,
        }
    }

    fn source_of(&self, topic: &str) -> Option<Source> {
        self.topics.foreign.iter().position(|foreign| foreign == topic).map(Source::Foreign)
    }

    /// Fails if a consumer has lost a partition: it and this log cannot be used any more.
    fn check_for_stall(&mut self) -> Result<(), LogError> {
        let (topics, reached, paused) = (&self.topics, &self.reached, &self.paused);
        let lost = self.stall_detector.lost(|| {
            reached
                .iter()
                .filter(|(input, _)| !paused.contains(input))
                .map(|(&(source, partition), &offset)| {
                    (topics.of(source).to_owned(), partition, offset)
                })
                .collect()
        });
        lost.map_or(Ok(()), |lost| Err(LogError(lost)))
    }
}

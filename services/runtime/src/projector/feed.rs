//! The source of a projector's records: Kafka, or the in-memory log of a simulation.

use std::collections::HashMap;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};

use super::gathered::Gathered;
use super::reader::{Reader, Surveyor};
use super::table::Decoders;
use super::taken::{Source, TopicPartition};
use crate::kafka::stall_detector::StallDetector;

/// One member of the projector's group: delivers committed records from the requested offsets on.
pub trait Feed {
    /// Waits up to `wait` for a record, then returns everything available, up to `most` records.
    fn gather(&mut self, decoders: &Decoders, most: usize, wait: Duration)
    -> KafkaResult<Gathered>;

    /// The partitions assigned by the group, if they changed since the last call.
    fn rebalanced(&mut self) -> Option<Vec<TopicPartition>>;

    /// Reads these partitions from these offsets, and no others.
    fn read_from(&mut self, positions: Vec<(TopicPartition, i64)>) -> KafkaResult<()>;

    /// Stops reading a partition, because its topic was replaced by another log.
    fn pause(&mut self, topic_partition: TopicPartition) -> KafkaResult<()>;

    /// The next offset of each partition from which anything was read, past any commit markers.
    fn positions(&mut self) -> KafkaResult<HashMap<TopicPartition, i64>>;

    /// The high watermark, including open transactions.
    fn end(&mut self, topic_partition: TopicPartition) -> KafkaResult<i64>;
}

/// A member of the group on Kafka.
pub(super) struct KafkaFeed {
    sources: Vec<Source>,
    reader: Reader,
    surveyor: Surveyor,
    stall_detector: StallDetector,
    /// The start offset of each partition that is being read.
    going: HashMap<TopicPartition, i64>,
}

impl KafkaFeed {
    pub(super) fn new(
        client: &ClientConfig,
        sources: Vec<Source>,
        reader: Reader,
        surveyor: Surveyor,
    ) -> Self {
        let mut config = client.clone();
        config
            .set("group.id", "recourse.unused")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "error");
        let stall_detector = StallDetector::new(config);
        Self { sources, reader, surveyor, stall_detector, going: HashMap::new() }
    }

    /// Fails if the reader has lost a partition: it cannot be used any more, and the projector
    /// restarts.
    fn check_for_stall(&mut self) -> KafkaResult<()> {
        let (sources, reader, going) = (&self.sources, &self.reader, &self.going);
        let lost = self.stall_detector.lost(|| {
            let positions = reader.positions().unwrap_or_default();
            let reached = |(topic_partition, from): (&TopicPartition, &i64)| {
                let topic = &sources.get(topic_partition.0)?.topic;
                Some((
                    topic.clone(),
                    topic_partition.1,
                    positions.get(topic_partition).copied().unwrap_or(*from),
                ))
            };
            going.iter().filter_map(reached).collect()
        });
        lost.map_or(Ok(()), |lost| {
            tracing::warn!(lost, "the projector's reader has stalled; replacing it");
            Err(KafkaError::MessageConsumption(RDKafkaErrorCode::AllBrokersDown))
        })
    }
}

impl Feed for KafkaFeed {
    fn gather(
        &mut self,
        decoders: &Decoders,
        most: usize,
        wait: Duration,
    ) -> KafkaResult<Gathered> {
        let gathered = self.reader.gather(decoders, most, wait)?;
        if gathered.records.len() + gathered.unreadable.len() < most {
            self.check_for_stall()?;
        }
        Ok(gathered)
    }

    fn rebalanced(&mut self) -> Option<Vec<TopicPartition>> {
        self.reader.rebalanced()
    }

    fn read_from(&mut self, positions: Vec<(TopicPartition, i64)>) -> KafkaResult<()> {
        for &((source, partition), _) in &positions {
            if let Some(source) = self.sources.get(source) {
                self.stall_detector.repositioned(&source.topic, partition);
            }
        }
        self.going = positions.iter().copied().collect();
        self.reader.read_from(positions)
    }

    fn pause(&mut self, topic_partition: TopicPartition) -> KafkaResult<()> {
        self.going.remove(&topic_partition);
        self.reader.pause(topic_partition)
    }

    fn positions(&mut self) -> KafkaResult<HashMap<TopicPartition, i64>> {
        self.reader.positions()
    }

    fn end(&mut self, (source, partition): TopicPartition) -> KafkaResult<i64> {
        self.sources.get(source).map_or(Ok(0), |source| self.surveyor.end(&source.topic, partition))
    }
}

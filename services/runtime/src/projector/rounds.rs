//! A projector's rounds: read records, write them, report progress. The same over Kafka and
//! PostgreSQL as over the in-memory log and read model.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::error::KafkaError;
use sqlx::PgConnection;

use super::batch::Target;
use super::feed::Feed;
use super::gathered::Gathered;
use super::model::Model;
use super::sink::{Sink, Trouble};
use super::taken::{Taken, TopicPartition, Unreadable};
use super::view::{ProjectorState, View};
use crate::telemetry;

/// How long a round waits for the first record.
const ROUND: Duration = Duration::from_millis(100);
/// How often positions and lag are measured.
const COUNTED_EVERY: Duration = Duration::from_secs(5);
/// How often positions are stored that only moved past commit markers.
const MARKERS_EVERY: Duration = Duration::from_millis(500);

/// Why an attempt to project ended.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The log cannot be read.
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
    /// The read model cannot be read or written.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// One membership of the group, with one connection, until either fails.
pub struct Rounds<F, M = PgConnection> {
    view: Arc<View<M>>,
    feed: F,
    model: M,
    sink: Sink<M>,
    /// The ends of the partitions at assignment, for those that have not caught up.
    ends: Option<HashMap<TopicPartition, i64>>,
    /// When positions were last stored, by [`crate::clock::Clock::elapsed`].
    markers_stored: Duration,
    counted: Duration,
}

impl<F: Feed, M: Model> Rounds<F, M> {
    /// Rounds of one member that reads from `feed` and writes to `model`.
    pub fn new(view: Arc<View<M>>, feed: F, model: M, target: Target<M>) -> Self {
        let now = view.clock.elapsed();
        let sink = Sink::new(target);
        Self { view, feed, model, sink, ends: None, markers_stored: now, counted: now }
    }

    /// Reads and writes one batch; or, after a rebalance, takes over the assigned partitions.
    pub async fn round(&mut self) -> Result<(), Ended> {
        let gathered = self.feed.gather(self.view.tables.decoders(), self.view.batch, ROUND)?;
        if let Some(given) = self.feed.rebalanced() {
            return self.take_on(&given).await;
        }
        self.write(gathered).await?;
        self.report();
        self.count();
        Ok(())
    }

    /// Starts reading the assigned partitions at their stored positions.
    async fn take_on(&mut self, given: &[TopicPartition]) -> Result<(), Ended> {
        let stored = self.sink.target.positions(&mut self.model, given).await?;
        for (topic_partition, stored) in &stored {
            let log_id = &self.sink.target.log_ids[topic_partition.0];
            if !stored.log_id.is_empty() && stored.log_id != *log_id {
                let why = "the topic was recreated since it was projected: run `recourse rebuild`";
                let (topic_partition, offset) = (*topic_partition, stored.offset);
                let (stream, why) = (String::new(), why.to_owned());
                self.sink.stop(Unreadable { topic_partition, offset, stream, why });
            }
        }
        let mut ends = HashMap::new();
        for topic_partition in given {
            ends.insert(*topic_partition, self.feed.end(*topic_partition)?);
        }
        self.ends = Some(ends);
        self.sink.own(
            stored
                .into_iter()
                .map(|(topic_partition, stored)| (topic_partition, stored.offset))
                .collect(),
        );
        self.read_on()
    }

    /// Reads from the stored positions, except in stopped partitions.
    fn read_on(&mut self) -> Result<(), Ended> {
        let positions = self
            .sink
            .positions()
            .iter()
            .map(|(topic_partition, offset)| (*topic_partition, *offset));
        let going = positions
            .filter(|(topic_partition, _)| !self.sink.is_stopped(*topic_partition))
            .collect();
        Ok(self.feed.read_from(going)?)
    }

    async fn write(&mut self, gathered: Gathered) -> Result<(), Ended> {
        for unreadable in gathered.unreadable {
            self.sink.set_aside(unreadable);
        }
        let records: Vec<Taken> = gathered.records;
        let reached = self.feed.positions()?;
        let began = self.view.clock.elapsed();
        let due = began.saturating_sub(self.markers_stored) >= MARKERS_EVERY;
        if !records.is_empty() || due {
            self.markers_stored = began;
            let sources = &self.view.sources;
            let _traced = telemetry::processing_together(records.iter().filter_map(|taken| {
                Some((
                    sources.get(taken.topic_partition.0)?.topic.as_str(),
                    taken.record.traceparent.as_deref(),
                ))
            }));
            match self.sink.write(&mut self.model, &records, &reached).await {
                Ok(()) if records.is_empty() => {}
                Ok(()) => {
                    let took = self.view.clock.elapsed().saturating_sub(began);
                    self.view.metrics.projected(records.len() as u64, took);
                }
                Err(Trouble::Moved) => return self.read_positions_again().await,
                Err(Trouble::Unavailable(error)) => return Err(error.into()),
            }
            for stop in self.sink.stopped() {
                self.feed.pause(stop.topic_partition)?;
            }
        }
        if self.sink.has_set_aside() {
            self.view.report_aside.send_replace(self.model.paused_streams().await?);
        }
        self.advance(&reached);
        Ok(())
    }

    /// Another process has projected here, or the database lost recent commits.
    async fn read_positions_again(&mut self) -> Result<(), Ended> {
        tracing::info!("the stored positions have changed; continuing from them");
        let topic_partitions: Vec<_> = self.sink.positions().keys().copied().collect();
        self.take_on(&topic_partitions).await
    }

    /// Reports what is written, and the markers after it, as projected.
    fn advance(&self, reached: &HashMap<TopicPartition, i64>) {
        for (topic_partition, stored) in self.sink.positions() {
            let stopped = self.sink.is_stopped(*topic_partition);
            let to = reached
                .get(topic_partition)
                .filter(|_| !stopped)
                .map_or(*stored, |to| *to.max(stored));
            self.note(*topic_partition, to);
        }
    }

    fn note(&self, (source, partition): TopicPartition, offset: i64) {
        if let Some(source) = self.view.sources.get(source) {
            self.view.progress.advance(&source.context, partition, offset);
        }
    }

    /// Updates the metrics of position and lag at intervals.
    fn count(&mut self) {
        let now = self.view.clock.elapsed();
        if now.saturating_sub(self.counted) < COUNTED_EVERY {
            return;
        }
        self.counted = now;
        for (&topic_partition, offset) in self.sink.positions() {
            let (source, partition) = topic_partition;
            let context = &self.view.sources[source].context;
            let reached = self.view.progress.reached(context, partition).max(*offset);
            // Only metrics: if Kafka does not answer, the next round tries again.
            let Ok(end) = self.feed.end(topic_partition) else { return };
            self.view.metrics.position(context, partition, reached, (end - reached).max(0));
        }
    }

    fn report(&mut self) {
        if let Some(Unreadable { topic_partition, offset, why, .. }) = self.sink.stopped().next() {
            let topic = &self.view.sources[topic_partition.0].topic;
            let partition = topic_partition.1;
            self.view
                .change_to(ProjectorState::Stopped(format!("{topic}/{partition}/{offset}: {why}")));
            return;
        }
        let Some(ends) = &mut self.ends else { return };
        let (progress, sources) = (&self.view.progress, &self.view.sources);
        ends.retain(|(source, partition), end| {
            progress.reached(&sources[*source].context, *partition) < *end
        });
        // A member without partitions is caught up.
        let caught_up = ends.is_empty();
        self.view.change_to(if caught_up {
            ProjectorState::CaughtUp
        } else {
            ProjectorState::CatchingUp
        });
    }
}

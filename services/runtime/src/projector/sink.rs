//! Writes batches. A record that cannot be projected is set aside and reported, and its purchase is
//! paused; all others continue.

use std::collections::{BTreeMap, HashMap};

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::batch::{Advance, Failure, Target};
use super::model::Model;
use super::taken::{Taken, TopicPartition, Unreadable};

/// Why nothing can be written at present.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The stored positions are not the expected ones: read them again.
    Moved,
    Unavailable(sqlx::Error),
}

pub(crate) struct Sink<M = PgConnection> {
    pub(crate) target: Target<M>,
    /// The next offset to write, as stored.
    positions: HashMap<TopicPartition, i64>,
    /// Partitions that have stopped because they belong to another log, and where.
    stopped: BTreeMap<TopicPartition, Unreadable>,
    /// Records that cannot be projected, until they are stored as set aside.
    unreadable: BTreeMap<(TopicPartition, i64), Unreadable>,
    /// Whether any were stored since the last call of [`Sink::has_set_aside`].
    has_set_aside: bool,
}

impl<M: Model> Sink<M> {
    pub(crate) fn new(target: Target<M>) -> Self {
        Self {
            target,
            positions: HashMap::new(),
            stopped: BTreeMap::new(),
            unreadable: BTreeMap::new(),
            has_set_aside: true,
        }
    }

    /// Replaces the owned partitions, with the next offset of each.
    pub(crate) fn own(&mut self, positions: HashMap<TopicPartition, i64>) {
        self.unreadable.retain(|(topic_partition, offset), _| {
            positions.get(topic_partition).is_some_and(|next| offset >= next)
        });
        self.positions = positions;
    }

    pub(crate) fn positions(&self) -> &HashMap<TopicPartition, i64> {
        &self.positions
    }

    /// The owned partitions that have stopped.
    pub(crate) fn stopped(&self) -> impl Iterator<Item = &Unreadable> {
        self.stopped.values().filter(|stop| self.positions.contains_key(&stop.topic_partition))
    }

    pub(crate) fn is_stopped(&self, topic_partition: TopicPartition) -> bool {
        self.stopped.contains_key(&topic_partition)
    }

    /// Whether records were set aside since the last call.
    pub(crate) fn has_set_aside(&mut self) -> bool {
        std::mem::take(&mut self.has_set_aside)
    }

    /// Adds a record that cannot be projected. It is stored with the batch that contains its
    /// offset.
    pub(crate) fn set_aside(&mut self, unreadable: Unreadable) {
        self.unreadable.insert((unreadable.topic_partition, unreadable.offset), unreadable);
    }

    /// Logs the records that were set aside, and forgets them.
    fn report(&mut self, aside: Vec<Unreadable>) {
        for Unreadable { topic_partition, offset, stream, why } in aside {
            let topic =
                self.target.sources.get(topic_partition.0).map(|source| source.topic.as_str());
            let partition = topic_partition.1;
            tracing::error!(topic, partition, offset, stream, why, "a record is not projected");
            self.unreadable.remove(&(topic_partition, offset));
            self.has_set_aside = true;
        }
    }

    /// Stops a partition at a record, and logs it once.
    pub(crate) fn stop(&mut self, stop: Unreadable) {
        let topic =
            self.target.sources.get(stop.topic_partition.0).map(|source| source.topic.as_str());
        if self
            .stopped
            .get(&stop.topic_partition)
            .is_some_and(|earlier| earlier.offset <= stop.offset)
        {
            return;
        }
        tracing::error!(
            topic,
            partition = stop.topic_partition.1,
            offset = stop.offset,
            why = stop.why,
            "the projector has stopped at a record; nothing after it is projected"
        );
        self.stopped.insert(stop.topic_partition, stop);
    }

    /// Writes records, and the positions after them.
    pub(crate) fn write<'b>(
        &'b mut self,
        model: &'b mut M,
        records: &'b [Taken],
        reached: &'b HashMap<TopicPartition, i64>,
    ) -> BoxFuture<'b, Result<(), Trouble>> {
        Box::pin(async move {
            loop {
                let advances = self.advances(reached);
                if advances.is_empty() {
                    return Ok(());
                }
                let unreadable = |topic_partition, offset| {
                    self.unreadable.contains_key(&(topic_partition, offset))
                };
                let records_now: Vec<_> = records
                    .iter()
                    .filter(|taken| is_next(taken.topic_partition, taken.offset, &advances))
                    .filter(|taken| !unreadable(taken.topic_partition, taken.offset))
                    .collect();
                let aside: Vec<_> = self
                    .unreadable
                    .values()
                    .filter(|aside| is_next(aside.topic_partition, aside.offset, &advances))
                    .cloned()
                    .collect();
                match self.target.write(model, &advances, &records_now, aside).await {
                    Ok(aside) => {
                        self.positions
                            .extend(advances.iter().map(|to| (to.topic_partition, to.to)));
                        self.report(aside);
                        return Ok(());
                    }
                    Err(Failure::Moved) => return Err(Trouble::Moved),
                    Err(Failure::Unavailable(error)) => return Err(Trouble::Unavailable(error)),
                    Err(Failure::Refused(error)) => match records_now.as_slice() {
                        [] => return Err(Trouble::Unavailable(error)),
                        [taken] => self.set_aside(taken.set_aside(error.to_string())),
                        // One of them is at fault: bisect until it is found.
                        _ => {
                            let (first, second) = records.split_at(records.len() / 2);
                            self.write(model, first, &ends(first)).await?;
                            return self.write(model, second, reached).await;
                        }
                    },
                }
            }
        })
    }

    fn advances(&self, reached: &HashMap<TopicPartition, i64>) -> Vec<Advance> {
        let mut advances: Vec<_> = reached
            .iter()
            .filter_map(|(topic_partition, to)| {
                let from = *self.positions.get(topic_partition)?;
                let to = self.stopped.get(topic_partition).map_or(*to, |stop| stop.offset.min(*to));
                (to > from).then_some(Advance { topic_partition: *topic_partition, from, to })
            })
            .collect();
        advances.sort_unstable_by_key(|advance| advance.topic_partition);
        advances
    }
}

fn is_next(topic_partition: TopicPartition, offset: i64, advances: &[Advance]) -> bool {
    advances.iter().any(|advance| {
        advance.topic_partition == topic_partition && (advance.from..advance.to).contains(&offset)
    })
}

/// The offsets after these records.
fn ends(records: &[Taken]) -> HashMap<TopicPartition, i64> {
    records.iter().map(|taken| (taken.topic_partition, taken.offset + 1)).collect()
}

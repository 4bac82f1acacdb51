//! Where batches go, and what is done with a record that cannot be projected: it is set aside, loudly, and its
//! purchase stands still; all others go on.

use std::collections::{BTreeMap, HashMap};

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::batch::{Advance, Failure, Target};
use super::model::Model;
use super::reader::{Taken, TopicPartition, Unreadable};

/// Why nothing can be written for now.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The stored positions are others than ours: read them anew.
    Moved,
    /// The database does not answer.
    Unavailable(sqlx::Error),
}

pub(crate) struct Sink<M = PgConnection> {
    pub(crate) target: Target<M>,
    /// The next offset to write, as stored.
    positions: HashMap<TopicPartition, i64>,
    /// Partitions that have stopped, and where: their log is another.
    stopped: BTreeMap<TopicPartition, Unreadable>,
    /// Records that cannot be projected, until that is written down.
    unreadable: BTreeMap<(TopicPartition, i64), Unreadable>,
    /// Whether any was written down since this was asked last.
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

    /// These partitions are ours now, from here on; no others are.
    pub(crate) fn own(&mut self, positions: HashMap<TopicPartition, i64>) {
        self.unreadable
            .retain(|(place, offset), _| positions.get(place).is_some_and(|next| offset >= next));
        self.positions = positions;
    }

    pub(crate) fn positions(&self) -> &HashMap<TopicPartition, i64> {
        &self.positions
    }

    /// Of what we own, the partitions that have stopped.
    pub(crate) fn stopped(&self) -> impl Iterator<Item = &Unreadable> {
        self.stopped.values().filter(|stop| self.positions.contains_key(&stop.place))
    }

    pub(crate) fn is_stopped(&self, place: TopicPartition) -> bool {
        self.stopped.contains_key(&place)
    }

    /// Whether records were set aside since this was asked last.
    pub(crate) fn has_set_aside(&mut self) -> bool {
        std::mem::take(&mut self.has_set_aside)
    }

    /// Takes a record that cannot be projected. It is written down with the batch that its place is in.
    pub(crate) fn set_aside(&mut self, unreadable: Unreadable) {
        self.unreadable.insert((unreadable.place, unreadable.offset), unreadable);
    }

    /// Says what was written down as not projected, and forgets it.
    fn report(&mut self, aside: Vec<Unreadable>) {
        for Unreadable { place, offset, stream, why } in aside {
            let topic = self.target.sources.get(place.0).map(|source| source.topic.as_str());
            let partition = place.1;
            tracing::error!(topic, partition, offset, stream, why, "a record is not projected");
            self.unreadable.remove(&(place, offset));
            self.has_set_aside = true;
        }
    }

    /// Stops a partition at a record, and says so, once.
    pub(crate) fn stop(&mut self, stop: Unreadable) {
        let topic = self.target.sources.get(stop.place.0).map(|source| source.topic.as_str());
        if self.stopped.get(&stop.place).is_some_and(|earlier| earlier.offset <= stop.offset) {
            return;
        }
        tracing::error!(
            topic,
            partition = stop.place.1,
            offset = stop.offset,
            why = stop.why,
            "the projector has stopped at a record; nothing behind it is projected"
        );
        self.stopped.insert(stop.place, stop);
    }

    /// Writes records, and the positions behind them.
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
                let unreadable = |place, offset| self.unreadable.contains_key(&(place, offset));
                let records_now: Vec<_> = records
                    .iter()
                    .filter(|taken| is_next(taken.place, taken.offset, &advances))
                    .filter(|taken| !unreadable(taken.place, taken.offset))
                    .collect();
                let aside: Vec<_> = self
                    .unreadable
                    .values()
                    .filter(|aside| is_next(aside.place, aside.offset, &advances))
                    .cloned()
                    .collect();
                match self.target.write(model, &advances, &records_now, aside).await {
                    Ok(aside) => {
                        self.positions.extend(advances.iter().map(|to| (to.place, to.to)));
                        self.report(aside);
                        return Ok(());
                    }
                    Err(Failure::Moved) => return Err(Trouble::Moved),
                    Err(Failure::Unavailable(error)) => return Err(Trouble::Unavailable(error)),
                    Err(Failure::Refused(error)) => match records_now.as_slice() {
                        [] => return Err(Trouble::Unavailable(error)),
                        [taken] => self.set_aside(taken.set_aside(error.to_string())),
                        // One of them is at fault: halve until it stands alone.
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
            .filter_map(|(place, to)| {
                let from = *self.positions.get(place)?;
                let to = self.stopped.get(place).map_or(*to, |stop| stop.offset.min(*to));
                (to > from).then_some(Advance { place: *place, from, to })
            })
            .collect();
        advances.sort_unstable_by_key(|advance| advance.place);
        advances
    }
}

fn is_next(place: TopicPartition, offset: i64, advances: &[Advance]) -> bool {
    advances
        .iter()
        .any(|advance| advance.place == place && (advance.from..advance.to).contains(&offset))
}

/// The offsets behind these records.
fn ends(records: &[Taken]) -> HashMap<TopicPartition, i64> {
    records.iter().map(|taken| (taken.place, taken.offset + 1)).collect()
}

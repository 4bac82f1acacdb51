//! Where batches go, and what is done with one that cannot be written: a record at fault stops its partition,
//! loudly, and all others go on.

use std::collections::{BTreeMap, HashMap};

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::batch::{Advance, Failure, Target};
use super::model::Model;
use super::reader::{Place, Taken, Unreadable};

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
    positions: HashMap<Place, i64>,
    /// Partitions that have stopped, and at which record.
    stopped: BTreeMap<Place, Unreadable>,
}

impl<M: Model> Sink<M> {
    pub(crate) fn new(target: Target<M>) -> Self {
        Self { target, positions: HashMap::new(), stopped: BTreeMap::new() }
    }

    /// These partitions are ours now, from here on; no others are.
    pub(crate) fn own(&mut self, positions: HashMap<Place, i64>) {
        self.positions = positions;
    }

    pub(crate) fn positions(&self) -> &HashMap<Place, i64> {
        &self.positions
    }

    /// Of what we own, the partitions that have stopped.
    pub(crate) fn stopped(&self) -> impl Iterator<Item = &Unreadable> {
        self.stopped.values().filter(|stop| self.positions.contains_key(&stop.place))
    }

    pub(crate) fn is_stopped(&self, place: Place) -> bool {
        self.stopped.contains_key(&place)
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
        reached: &'b HashMap<Place, i64>,
    ) -> BoxFuture<'b, Result<(), Trouble>> {
        Box::pin(async move {
            loop {
                let advances = self.advances(reached);
                if advances.is_empty() {
                    return Ok(());
                }
                let records_now: Vec<_> =
                    records.iter().filter(|taken| is_next(taken, &advances)).collect();
                let at_fault = match self.target.write(model, &advances, &records_now).await {
                    Ok(()) => {
                        self.positions.extend(advances.iter().map(|to| (to.place, to.to)));
                        return Ok(());
                    }
                    Err(Failure::Moved) => return Err(Trouble::Moved),
                    Err(Failure::Unavailable(error)) => return Err(Trouble::Unavailable(error)),
                    Err(Failure::Unreadable(stop)) => stop,
                    Err(Failure::Refused(error)) => match records_now.as_slice() {
                        [] => return Err(Trouble::Unavailable(error)),
                        [taken] => {
                            let (place, offset) = (taken.place, taken.offset);
                            Unreadable { place, offset, why: error.to_string() }
                        }
                        // One of them is at fault: halve until it stands alone.
                        _ => {
                            let (first, second) = records.split_at(records.len() / 2);
                            self.write(model, first, &ends(first)).await?;
                            return self.write(model, second, reached).await;
                        }
                    },
                };
                self.stop(at_fault);
            }
        })
    }

    fn advances(&self, reached: &HashMap<Place, i64>) -> Vec<Advance> {
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

fn is_next(taken: &Taken, advances: &[Advance]) -> bool {
    advances.iter().any(|advance| {
        advance.place == taken.place && (advance.from..advance.to).contains(&taken.offset)
    })
}

/// The offsets behind these records.
fn ends(records: &[Taken]) -> HashMap<Place, i64> {
    records.iter().map(|taken| (taken.place, taken.offset + 1)).collect()
}

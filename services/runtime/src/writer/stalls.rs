//! The inputs of a partition that wait because they refer to something unknown.

use std::collections::{BTreeMap, VecDeque};

use super::log::{Incoming, Source};
use super::watermarks::Watermarks;

/// The waiting inputs of a partition, by source.
#[derive(Default)]
pub(super) struct Stalls(BTreeMap<Source, Stall>);

/// An input that refers to something unknown, and the later ones of its source.
struct Stall {
    /// How far the other topics must be read before it may be refused.
    until: Watermarks,
    /// The inputs, the waiting one first.
    queue: VecDeque<Incoming>,
}

impl Stalls {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Makes an input wait, and everything of its source after it.
    pub(super) fn begin(&mut self, waiting: Incoming, until: Watermarks) {
        self.0.insert(waiting.source, Stall { until, queue: [waiting].into() });
    }

    /// The queue of a source, if an input of it waits.
    pub(super) fn queue_of(&mut self, source: Source) -> Option<&mut VecDeque<Incoming>> {
        self.0.get_mut(&source).map(|stall| &mut stall.queue)
    }

    /// The offset of the waiting input of this source, if any.
    pub(super) fn at(&self, source: Source) -> Option<i64> {
        self.0.get(&source)?.queue.front().map(|waiting| waiting.offset)
    }

    /// The sources whose waiting input need not wait any longer: everything that it may refer to
    /// has been read, and decided. `reached` is the next offset of a source.
    pub(super) fn ready(&self, reached: impl Fn(Source) -> i64) -> Vec<Source> {
        let is_ready = |(&stalled, stall): (&Source, &Stall)| {
            let is_ready = stall.until.are_reached(|source| {
                // Commands wait until facts are decided; facts of two sources do not wait for each
                // other's queues.
                let waits = self.at(source).filter(|_| stalled == Source::Commands);
                reached(source).min(waits.unwrap_or(i64::MAX))
            });
            is_ready.then_some(stalled)
        };
        self.0.iter().filter_map(is_ready).collect()
    }

    /// Ends the wait of a source, and returns its queue.
    pub(super) fn end(&mut self, source: Source) -> VecDeque<Incoming> {
        self.0.remove(&source).map(|stall| stall.queue).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOBS: Source = Source::Foreign(0);
    const CLAIMS: Source = Source::Foreign(1);

    fn input(source: Source, offset: i64) -> Incoming {
        Incoming { source, partition: 0, offset, key: None, headers: Vec::new(), value: None }
    }

    #[test]
    fn a_command_waits_until_the_facts_are_read() {
        let mut stalls = Stalls::default();
        stalls.begin(input(Source::Commands, 3), Watermarks::at(5, &[Source::Terms, JOBS]));
        assert_eq!(stalls.at(Source::Commands), Some(3));
        assert!(stalls.ready(|_| 4).is_empty());
        assert_eq!(stalls.ready(|_| 5), [Source::Commands]);
    }

    #[test]
    fn a_command_waits_for_facts_that_wait_themselves() {
        let mut stalls = Stalls::default();
        stalls.begin(input(Source::Commands, 3), Watermarks::at(5, &[JOBS, CLAIMS]));
        stalls.begin(input(JOBS, 4), Watermarks::at(9, &[CLAIMS]));
        // The jobs are read to their end, but the one at offset 4 is not decided.
        assert!(stalls.ready(|_| 5).is_empty());
        assert_eq!(stalls.ready(|_| 9), [JOBS]);
        stalls.end(JOBS);
        assert_eq!(stalls.ready(|_| 5), [Source::Commands]);
    }

    #[test]
    fn facts_of_two_sources_do_not_wait_for_each_others_queues() {
        let mut stalls = Stalls::default();
        stalls.begin(input(JOBS, 4), Watermarks::at(5, &[CLAIMS]));
        stalls.begin(input(CLAIMS, 4), Watermarks::at(5, &[JOBS]));
        assert_eq!(stalls.ready(|_| 5), [JOBS, CLAIMS]);
    }

    #[test]
    fn later_inputs_of_a_waiting_source_leave_in_order() {
        let mut stalls = Stalls::default();
        assert!(stalls.queue_of(JOBS).is_none());
        stalls.begin(input(JOBS, 4), Watermarks::at(5, &[CLAIMS]));
        stalls.queue_of(JOBS).expect("it waits").push_back(input(JOBS, 6));
        let offsets: Vec<i64> = stalls.end(JOBS).iter().map(|waiting| waiting.offset).collect();
        assert_eq!(offsets, [4, 6]);
        assert!(stalls.is_empty() && stalls.end(JOBS).is_empty());
    }
}

//! Waiting for what an input may refer to: it is decided, or refused, only once every other topic
//! has been read up to the end that it had when the input was first decided.

use recourse_kernel::Decider;
use recourse_terms::TermsBook;

use super::batch::Batch;
use super::log::{Incoming, Log, Source};
use super::watermarks::Watermarks;
use super::{Writer, WriterError};
use crate::store::Store;

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Answers one input, or queues it after a stalled one of the same source.
    pub(super) fn answer(
        &mut self,
        incoming: Incoming,
        terms: &TermsBook,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let Some(owned) = self.owned.get_mut(&incoming.partition) else { return Ok(()) };
        if let Some(queue) = owned.stalls.queue_of(incoming.source) {
            let (source, partition) = (incoming.source, incoming.partition);
            queue.push_back(incoming);
            // Queued inputs are in memory, so their number is limited.
            if queue.len() == self.limits.batch {
                self.log.pause(source, partition, true)?;
            }
            return Ok(());
        }
        if let Some(waiting) = self.decide(incoming, terms, false, batch)? {
            self.stall(waiting)?;
        }
        Ok(())
    }

    /// Answers stalled inputs once everything that they may refer to has been read.
    pub(super) fn answer_stalled(
        &mut self,
        terms: &TermsBook,
        terms_read: i64,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let mut ready = Vec::new();
        for (&partition, owned) in &self.owned {
            let sources = owned.stalls.ready(|source| match source {
                Source::Terms => terms_read,
                source => self.log.reached(source, partition),
            });
            ready.extend(sources.into_iter().map(|source| (partition, source)));
        }
        for (partition, source) in ready {
            let owned = self.owned.get_mut(&partition);
            let queue = owned.map(|owned| owned.stalls.end(source)).unwrap_or_default();
            let queue: Vec<Incoming> = queue.into();
            if queue.len() >= self.limits.batch {
                self.log.pause(source, partition, false)?;
            }
            self.load_states(&queue)?;
            let mut queue = queue.into_iter();
            if let Some(first) = queue.next() {
                self.decide(first, terms, true, batch)?;
            }
            for incoming in queue {
                self.answer(incoming, terms, batch)?;
            }
        }
        Ok(())
    }

    /// Makes an input wait until every other topic has been read up to its current end.
    fn stall(&mut self, waiting: Incoming) -> Result<(), WriterError> {
        let others = (0..D::FOREIGN.len()).map(Source::Foreign);
        let others = others.filter(|other| *other != waiting.source);
        let sources = std::iter::once(Source::Terms).chain(others);
        let until = Watermarks::now(&mut self.log, waiting.partition, sources)?;
        if let Some(owned) = self.owned.get_mut(&waiting.partition) {
            owned.stalls.begin(waiting, until);
        }
        Ok(())
    }
}

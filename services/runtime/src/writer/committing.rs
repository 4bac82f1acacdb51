//! Commits a batch: events and the offsets of the inputs that they answer, in one transaction.
//! Then its states become current, and its replies are sent.

use std::collections::HashSet;
use std::time::Duration;

use recourse_kernel::Decider;
use recourse_kernel::record::header;
use recourse_terms::TermsBook;

use super::batch::{Batch, Promised};
use super::log::{Log, LogError, Offsets, Outgoing, Source, Target};
use super::{Writer, WriterError};
use crate::failpoint::failpoint;
use crate::store::Store;

/// Offsets that moved without a decision are committed this often.
const IDLE: Duration = Duration::from_secs(1);

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Commits a batch, or recovers if that fails. Returns how many events were committed.
    pub(super) fn commit(
        &mut self,
        batch: Batch<D::State>,
        membership: &L::Membership,
    ) -> Result<usize, WriterError> {
        let offsets = self.offsets(&batch);
        let is_idle = self.since(self.last_commit) > IDLE;
        if offsets.is_empty() || (batch.is_empty() && !is_idle) {
            return Ok(0);
        }
        if let Some(rest) = self.limits.gap.checked_sub(self.since(self.last_commit)) {
            std::thread::sleep(rest);
        }
        failpoint!("writer.before_transaction");
        let outcome = self.log.transact(&batch.outgoing, &offsets, membership);
        self.last_commit = self.clock.elapsed();
        match outcome {
            Ok(written) => {
                self.bisection.committed(&batch.inputs);
                for (source, partition, offset) in offsets {
                    if let Some(owned) = self.owned.get_mut(&partition) {
                        owned.committed.insert(source, offset);
                    }
                }
                self.check_is_further(&batch.outgoing, &written)?;
                Ok(self.promote(batch, &written))
            }
            Err(error) => self.recover(error, &batch).map(|()| 0),
        }
    }

    fn since(&self, instant: Duration) -> Duration {
        self.clock.elapsed().saturating_sub(instant)
    }

    /// The next offset of each input, where it has changed; a stalled input does not count as
    /// consumed.
    fn offsets(&self, batch: &Batch<D::State>) -> Offsets {
        let mut offsets = Vec::new();
        for (&partition, owned) in &self.owned {
            let touched = batch.touches(partition);
            for source in Source::inputs(D::FOREIGN.len()) {
                let stalled = owned.stalls.at(source);
                let next = stalled.unwrap_or_else(|| self.log.reached(source, partition));
                let moved = owned.committed.get(&source).is_none_or(|committed| *committed != next);
                // Every transaction commits offsets, even one that only wakes purchases: they fence
                // it.
                if moved || (touched && source == Source::Commands) {
                    offsets.push((source, partition, next));
                }
            }
        }
        offsets
    }

    /// Fails if events landed where others were read before.
    fn check_is_further(&self, outgoing: &[Outgoing], written: &[i64]) -> Result<(), WriterError> {
        let is_further = |(record, offset): (&Outgoing, &i64)| {
            let owned = self.owned.get(&record.partition);
            record.target != Target::Events || owned.is_none_or(|owned| *offset >= owned.next_event)
        };
        if outgoing.iter().zip(written).all(is_further) {
            return Ok(());
        }
        let why = "events landed at offsets already read: the topic was recreated";
        Err(LogError(why.to_owned()).into())
    }

    /// Makes the staged states current, after the commit.
    fn promote(&mut self, batch: Batch<D::State>, written: &[i64]) -> usize {
        let mut events = 0;
        let mut begun = HashSet::new();
        for (record, &offset) in batch.outgoing.iter().zip(written) {
            if record.target == Target::Events
                && let Some(owned) = self.owned.get_mut(&record.partition)
            {
                let head = header(&record.headers, "ce_hash").unwrap_or_default();
                owned.wrote(offset, head, begun.insert(record.partition));
                events += 1;
            }
        }
        for ((partition, key), fold) in batch.staged {
            if let Some(owned) = self.owned.get_mut(&partition) {
                owned.promote::<D>(key, fold);
            }
        }
        for owned in self.owned.values_mut() {
            owned.strays.clear();
        }
        failpoint!("writer.before_answering" if !batch.replies.is_empty());
        self.send(batch.replies, written);
        failpoint!("writer.after_answering");
        self.status.committed(events, batch.outgoing.len() - events);
        events
    }

    /// Sends the promised replies, with the positions at which the answers can be read.
    fn send(&mut self, replies: Vec<Promised>, written: &[i64]) {
        let now = self.clock.now();
        for promised in replies {
            let position = promised.position(written, |partition| {
                self.owned.get(&partition).map_or(0, |owned| owned.next_event - 1)
            });
            let mut reply = promised.reply;
            reply.position =
                position.map(|(partition, offset)| format!("{}/{partition}/{offset}", D::CONTEXT));
            self.log.reply(promised.to, &reply, now);
        }
    }
}

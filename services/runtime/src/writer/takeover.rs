//! Claims partitions: bumps the epoch, replays events past the stored position, resumes inputs.

use recourse_kernel::Decider;
use recourse_terms::TermsBook;

use super::flushing::FLUSH_WAIT;
use super::log::Log;
use super::owned::Owned;
use super::{Writer, WriterError};
use crate::failpoint::failpoint;
use crate::store::Store;

/// What the store knows of a partition that is claimed: how far it was folded by any release, and
/// from which log.
///
/// Of any fold version: a new release starts at zero, and must not do so on a log that has lost
/// events.
struct Claimed {
    context: &'static str,
    partition: i32,
    /// The id of the log that was folded furthest, and up to which offset.
    furthest: Option<(String, i64)>,
}

impl Claimed {
    fn folded(&self) -> i64 {
        self.furthest.as_ref().map_or(0, |(_, folded)| *folded)
    }

    /// Fails if another log was folded: the topic was recreated.
    fn is_of(&self, log_id: &str) -> Result<(), WriterError> {
        if self.furthest.as_ref().is_some_and(|(id, _)| id != log_id) {
            let (context, partition, folded) = (self.context, self.partition, self.folded());
            return Err(WriterError::AnotherLog { context, partition, folded });
        }
        Ok(())
    }

    /// Fails if the log ends before what was folded of it: it has lost events.
    fn is_within(&self, end: i64) -> Result<(), WriterError> {
        let (context, partition, folded) = (self.context, self.partition, self.folded());
        if end < folded {
            return Err(WriterError::LogTooShort { context, partition, end, folded });
        }
        Ok(())
    }
}

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Claims partitions: bumps the epoch, replays events past the stored position, resumes inputs.
    pub(super) fn take_over(&mut self, partitions: &[i32]) -> Result<(), WriterError> {
        // Read each time: a topic can be recreated while a writer runs.
        let log_id = self.log.log_id()?;
        self.store.wait_flushed(FLUSH_WAIT);
        self.store.flushed();
        let mut from = Vec::new();
        for &partition in partitions {
            let owned = self.claim(partition, &log_id)?;
            from.push((partition, owned.next_event));
            self.owned.insert(partition, owned);
        }
        self.restore(&from)?;
        for &partition in partitions {
            self.resume(partition)?;
        }
        Ok(())
    }

    /// Bumps the epoch of a partition, so that flushes of earlier owners are rejected.
    fn claim(&mut self, partition: i32, log_id: &str) -> Result<Owned<D::State>, WriterError> {
        let mut position = self.store.take_over(partition, D::FOLD_VERSION)?;
        failpoint!("writer.take_over");
        let furthest = self.store.furthest(partition)?;
        let claimed = Claimed { context: D::CONTEXT, partition, furthest };
        claimed.is_of(log_id)?;
        if position.log_id != log_id {
            let epoch = position.epoch;
            position = self.store.reset(partition, D::FOLD_VERSION, epoch, log_id)?;
        }
        claimed.is_within(self.log.end(partition)?)?;
        Ok(Owned::new(partition, position, self.clock.elapsed()))
    }

    /// Resets a damaged partition in the store, to be folded from offset zero: the log has
    /// everything.
    pub(super) fn forget(&mut self, partition: i32) -> Result<(), WriterError> {
        let Some(owned) = self.owned.get(&partition) else { return Ok(()) };
        let stored = owned.cache.stored().clone();
        self.store.wait_flushed(FLUSH_WAIT);
        self.store.reset(partition, D::FOLD_VERSION, stored.epoch, &stored.log_id)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(furthest: Option<(&str, i64)>) -> Claimed {
        let furthest = furthest.map(|(id, offset)| (id.to_owned(), offset));
        Claimed { context: "claims", partition: 2, furthest }
    }

    #[test]
    fn a_partition_that_was_never_folded_can_be_claimed_on_any_log() {
        let new = folded(None);
        assert!(new.is_of("log").is_ok() && new.is_within(0).is_ok());
    }

    #[test]
    fn a_recreated_topic_is_another_log() {
        let known = folded(Some(("log", 9)));
        assert!(known.is_of("log").is_ok());
        let failed = known.is_of("another log");
        assert!(matches!(failed, Err(WriterError::AnotherLog { partition: 2, folded: 9, .. })));
    }

    #[test]
    fn a_log_that_ends_before_what_was_folded_has_lost_events() {
        let known = folded(Some(("log", 9)));
        assert!(known.is_within(9).is_ok());
        let failed = known.is_within(8);
        assert!(matches!(failed, Err(WriterError::LogTooShort { end: 8, folded: 9, .. })));
    }
}

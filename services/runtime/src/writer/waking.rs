//! Deadlines: time is an input.
//!
//! A deadline D fires only after the inputs have been read to watermarks taken after D, so that
//! even after an outage a deadline never beats an answer that was given in time.

use chrono::TimeDelta;
use recourse_kernel::decider::Cause;
use recourse_kernel::{Decider, Folded, Input, Instant, Principal};
use recourse_terms::TermsBook;

use super::batch::Batch;
use super::guarded::guarded;
use super::log::{Log, Source};
use super::staging::Staging;
use super::watermarks::Watermarks;
use super::without::Safeguard;
use super::{Writer, WriterError};
use crate::store::Store;

/// How far ahead wakes are kept in memory.
const HORIZON_DAYS: i64 = 7;
const MOST_WAKES: usize = 10_000;

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Wakes the purchases whose deadline has passed and whose inputs have been read far enough.
    pub(super) fn wake_due(
        &mut self,
        terms: &TermsBook,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let now = self.clock.now();
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        // The search for a record that Kafka rejects halves deadlines, too, down to one. A full
        // batch of inputs leaves some room for them.
        let limit = self.bisection.limit();
        let most = limit.saturating_sub(batch.inputs.len()).max(limit / 4);
        for partition in partitions {
            self.look_ahead(partition, now)?;
            let left = most.saturating_sub(batch.woken.len());
            if left == 0 {
                break;
            }
            if let Some(passed) = self.opened_gate(partition, now)? {
                self.wake_partition(partition, (passed, left), terms, batch)?;
            }
        }
        Ok(())
    }

    /// Loads the wakes of the next days into memory. Requires that the store has every change.
    fn look_ahead(&mut self, partition: i32, now: Instant) -> Result<(), WriterError> {
        let horizon = self.owned.get(&partition).map_or(now, |owned| owned.wakes.horizon());
        if horizon > now || !self.store_everything(partition)? {
            return Ok(());
        }
        let Some(owned) = self.owned.get_mut(&partition) else { return Ok(()) };
        let until = now + TimeDelta::days(HORIZON_DAYS);
        let due = self.store.due(partition, D::FOLD_VERSION, until, MOST_WAKES)?;
        owned.wakes.add_stored(until, due, MOST_WAKES);
        Ok(())
    }

    /// The time up to which deadlines may fire now, if any is due.
    fn opened_gate(
        &mut self,
        partition: i32,
        now: Instant,
    ) -> Result<Option<Instant>, WriterError> {
        let Some(owned) = self.owned.get_mut(&partition) else { return Ok(None) };
        if !owned.stalls.is_empty() || !owned.wakes.is_due(now) {
            return Ok(None);
        }
        if !owned.wakes.has_gate() {
            let inputs = Source::inputs(D::FOREIGN.len());
            owned.wakes.set_gate(now, Watermarks::now(&mut self.log, partition, inputs)?);
        }
        let is_ungated = self.without.is_without(Safeguard::DeadlineGate);
        let reached = |source| self.log.reached(source, partition);
        Ok(owned.wakes.open_gate(|until| is_ungated || until.are_reached(reached)))
    }

    fn wake_partition(
        &mut self,
        partition: i32,
        (passed, most): (Instant, usize),
        terms: &TermsBook,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let Some(owned) = self.owned.get_mut(&partition) else { return Ok(()) };
        let due = owned.wakes.due(passed, most);
        owned.cache.load::<D, S>(&mut self.store, due.iter().map(String::as_str))?;
        for key in due {
            batch.woken.push((partition, key.clone()));
            let mut staging = Staging::<D> {
                batch: &mut *batch,
                terms,
                partition,
                recorded: self.clock.now(),
                position: "clock".to_owned(),
            };
            let fold = staging.staged(&key).cloned().unwrap_or_else(|| owned.cache.fold(&key));
            if !staging.wake(&key, fold, passed) {
                // A defect in a rule. The purchase is not woken until its next input; others
                // are unaffected.
                owned.wakes.set(&key, None);
            }
        }
        Ok(())
    }
}

impl<D: Decider<Reference = TermsBook>> Staging<'_, D> {
    /// Wakes a purchase for each of its deadlines up to `passed`; false if its rules fail.
    fn wake(&mut self, key: &str, mut fold: Folded<D::State>, passed: Instant) -> bool {
        loop {
            if fold.must_be_blocked() {
                self.block_for_unread(key, fold);
                return true;
            }
            // An input in this batch may have moved the deadline.
            let Some(at) = fold.wake_at::<D>().filter(|at| *at <= passed) else { return true };
            let input = Input {
                cause: Cause::Wake,
                at,
                principal: Principal::system("clock"),
                position: self.position.clone(),
                traceparent: None,
                command: None,
            };
            let context = self.context(&input, key);
            let mut records = Vec::new();
            let answered = guarded(|| {
                fold.answer::<D>(&input, &context, self.recorded, None, true, &mut records)
            });
            if let Err(reason) = answered {
                let context = D::CONTEXT;
                tracing::error!(context, key, reason, "a deadline could not be decided");
                return false;
            }
            self.write(key, fold.clone(), &records);
        }
    }
}

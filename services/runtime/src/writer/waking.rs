//! Deadlines: time is an input.
//!
//! A deadline D fires only after the inputs have been read to watermarks that were taken after D, so that
//! an answer given in time is never beaten by its own deadline after an outage.

use std::time::Duration;

use chrono::TimeDelta;
use recourse_kernel::decider::Cause;
use recourse_kernel::{Context, Decider, Input, Instant, Principal};

use super::answering::Answering;
use super::batch::Batch;
use super::log::{Log, Source};
use super::without::Safeguard;
use super::{Writer, WriterError};
use crate::store::Store;

/// How far ahead wakes are kept in memory.
const HORIZON_DAYS: i64 = 7;
const MOST_WAKES: usize = 10_000;
/// How long a step waits for the store: with the next one it is asked again, and the group is heard in between.
const STORED_WITHIN: Duration = Duration::from_millis(500);

impl<D: Decider, L: Log, S: Store> Writer<D, L, S> {
    /// Wakes the purchases whose time has come and whose inputs have been read far enough.
    pub(super) fn wake_due(
        &mut self,
        reference: &D::Reference,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let now = self.clock.now();
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        // What is searched for a record that Kafka does not take is searched among deadlines, too, down to one. A full
        // batch of inputs leaves them some room.
        let most = self.batch_limit.saturating_sub(batch.inputs.len()).max(self.batch_limit / 4);
        for partition in partitions {
            self.look_ahead(partition, now)?;
            let left = most.saturating_sub(batch.woken.len());
            if left == 0 {
                break;
            }
            if let Some(instant) = self.opened_gate(partition, now)? {
                self.wake_partition(partition, (instant, left), reference, batch)?;
            }
        }
        Ok(())
    }

    /// Brings the wakes of the coming days into memory. The store must have every change first.
    fn look_ahead(&mut self, partition: i32, now: Instant) -> Result<(), WriterError> {
        let horizon = self.owned.get(&partition).map_or(now, |owned| owned.wakes.horizon);
        if horizon > now || !self.store_everything(partition)? {
            return Ok(());
        }
        let Some(owned) = self.owned.get_mut(&partition) else { return Ok(()) };
        let until = now + TimeDelta::days(HORIZON_DAYS);
        let due = self.store.due(partition, D::FOLD_VERSION, until, MOST_WAKES)?;
        owned.wakes.horizon = match due.last() {
            Some((_, last)) if due.len() == MOST_WAKES => *last,
            _ => until,
        };
        for (key, at) in due {
            owned.wakes.set(&key, Some(at));
        }
        Ok(())
    }

    /// Waits until the store has every change of a partition; false when it does not answer.
    fn store_everything(&mut self, partition: i32) -> Result<bool, WriterError> {
        // One flush may be under way, and another be needed behind it.
        for _ in 0..2 {
            let Some(owned) = self.owned.get_mut(&partition) else { return Ok(false) };
            if owned.unflushed() == 0 {
                break;
            }
            if let Some(flush) = owned.flush::<D>(partition, self.clock.elapsed()) {
                self.store.flush(flush)?;
            }
            if !self.store.wait_flushed(STORED_WITHIN) {
                return Ok(false);
            }
            self.settle_flushes()?;
        }
        Ok(self.owned.get(&partition).is_some_and(|owned| owned.unflushed() == 0))
    }

    /// The moment up to which deadlines may fire now, if any is due.
    fn opened_gate(
        &mut self,
        partition: i32,
        now: Instant,
    ) -> Result<Option<Instant>, WriterError> {
        let Some(owned) = self.owned.get_mut(&partition) else { return Ok(None) };
        if !owned.stalls.is_empty() || owned.wakes.first().is_none_or(|first| first > now) {
            return Ok(None);
        }
        if owned.wakes.gate.is_none() {
            let mut until = Vec::new();
            for source in Source::inputs(D::FOREIGN.len()) {
                until.push((source, self.log.watermark(source, partition)?));
            }
            owned.wakes.gate = Some((now, until));
        }
        let ungated = self.without.is_without(Safeguard::DeadlineGate);
        let open = owned.wakes.gate.as_ref().is_some_and(|(_, until)| {
            ungated
                || until.iter().all(|(source, end)| self.log.reached(*source, partition) >= *end)
        });
        Ok(if open { owned.wakes.gate.take().map(|(instant, _)| instant) } else { None })
    }

    fn wake_partition(
        &mut self,
        partition: i32,
        (instant, most): (Instant, usize),
        reference: &D::Reference,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let Some(owned) = self.owned.get_mut(&partition) else { return Ok(()) };
        let due: Vec<String> = owned
            .wakes
            .by_time
            .iter()
            .take_while(|(at, _)| *at <= instant)
            .map(|(_, key)| key.clone())
            .take(most)
            .collect();
        owned.load::<D, S>(partition, &mut self.store, due.iter().map(String::as_str))?;
        let principal = Principal::system("clock");
        for key in due {
            batch.woken.push((partition, key.clone()));
            loop {
                let fold = match batch.staged.get(&(partition, key.clone())) {
                    Some(staged) => staged.clone(),
                    None => owned.fold(&key),
                };
                if fold.must_be_blocked() {
                    let recorded = self.clock.now();
                    let mut event_writer = Answering {
                        batch,
                        context: D::CONTEXT,
                        partition,
                        recorded,
                        position: "clock".to_owned(),
                    };
                    event_writer.block_for_unread::<D>(&key, fold, reference);
                    break;
                }
                // An input in this very batch may have moved the deadline.
                let Some(at) = fold.wake_at::<D>().filter(|at| *at <= instant) else { break };
                let context = Context { now: at, principal: &principal, key: &key, reference };
                let input = Input {
                    cause: Cause::Wake,
                    at,
                    principal: principal.clone(),
                    position: "clock".to_owned(),
                    traceparent: None,
                    command: None,
                };
                if !Self::staged(partition, &key, fold, &input, &context, self.clock.now(), batch) {
                    // A defect in a rule. The purchase sleeps until its next input; the others go on.
                    owned.wakes.set(&key, None);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Wakes one purchase on a staged copy; false when its rules fail.
    fn staged(
        partition: i32,
        key: &str,
        mut fold: recourse_kernel::Folded<D::State>,
        input: &Input<D::Command>,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        batch: &mut Batch<D::State>,
    ) -> bool {
        let mut records = Vec::new();
        let answered = super::answering::guarded(|| {
            fold.answer::<D>(input, context, recorded, None, true, &mut records)
        });
        match answered {
            Ok(_) => {
                batch.outgoing.extend(
                    records.iter().map(|record| super::answering::outgoing(partition, record)),
                );
                batch.staged.insert((partition, key.to_owned()), fold);
                true
            }
            Err(reason) => {
                tracing::error!(
                    context = D::CONTEXT,
                    key,
                    reason,
                    "a deadline could not be decided"
                );
                false
            }
        }
    }
}

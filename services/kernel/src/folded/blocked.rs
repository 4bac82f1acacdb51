//! A blocked stream: the queue of dead letters that must be resolved first, and the records of the
//! service's own topic that could not be folded.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::generic::{self, DeadLetter};
use super::stream::{EventWriter, FoldError};
use super::{Folded, Outcome};
use crate::decider::Cause;
use crate::{Context, Decider, Input, Instant, Record, WireError};

/// The dead letters of a stream that is blocked until an operator resolves them, because an input
/// could not be read or decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The positions of the dead-lettered inputs, in order. Only the first may be redriven.
    pub queue: VecDeque<String>,
}

/// A record under a stream's key on its service's topic that does not belong to the stream, or that
/// this release cannot read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unread {
    /// The record's `topic/partition/offset`.
    pub position: String,
    /// The record's declared type.
    pub type_name: String,
    /// Why it could not be folded.
    pub reason: String,
    /// Whether the stream has an event that says it is blocked for this record.
    pub is_blocked: bool,
}

impl<S> Folded<S> {
    /// Whether a record could not be folded and the stream has no event that says so yet.
    pub fn must_be_blocked(&self) -> bool {
        self.unread.iter().any(|unread| !unread.is_blocked)
    }

    /// Notes a record of the service's own topic that [`Folded::replay`] rejected. If it is the
    /// next record of the stream and only its body is unreadable, its attributes are folded, so
    /// that the hash chain continues after it.
    pub fn set_aside(&mut self, record: Option<&Record>, unread: Unread) {
        if let Some(record) = record.filter(|record| self.follows(record).is_ok()) {
            self.fold_attributes(record, None);
        }
        self.unread.push(unread);
    }

    pub(super) fn is_head(&self, dead_letter: &str) -> bool {
        self.blocked
            .as_ref()
            .and_then(|block| block.queue.front())
            .is_some_and(|head| head == dead_letter)
    }

    /// Whether the stream is blocked although its queue is empty: it can be released.
    pub(super) fn can_be_released(&self) -> bool {
        self.blocked.as_ref().is_some_and(|block| block.queue.is_empty())
    }

    /// Folds what a generic event changes in the queue.
    pub(super) fn fold_generic(&mut self, kind: &str, body: &[u8]) -> Result<(), WireError> {
        let dead_letter = || crate::wire::decode_body::<DeadLetter>(kind, body);
        match kind {
            generic::PURCHASE_BLOCKED | generic::INPUT_DEAD_LETTERED => {
                let dead_letter = dead_letter()?.dead_letter;
                for unread in &mut self.unread {
                    unread.is_blocked |= unread.position == dead_letter;
                }
                self.blocked.get_or_insert_default().queue.push_back(dead_letter);
            }
            generic::INPUT_REDRIVEN | generic::INPUT_DISCARDED => {
                let dead_letter = dead_letter()?.dead_letter;
                if let Some(block) = &mut self.blocked {
                    block.queue.retain(|waiting| *waiting != dead_letter);
                }
                self.unread.retain(|unread| unread.position != dead_letter);
            }
            generic::PURCHASE_RELEASED => self.blocked = None,
            _ => {}
        }
        Ok(())
    }
}

impl<S: Default + Clone> Folded<S> {
    /// Records that an input was dead-lettered; the first dead letter blocks the stream. The
    /// input's `position` identifies it.
    pub fn dead_letter<D: Decider<State = S>>(
        &mut self,
        input: &Input<D::Command>,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        reason: &str,
        records: &mut Vec<Record>,
    ) -> Result<(), FoldError> {
        let kind = if self.blocked.is_some() {
            generic::INPUT_DEAD_LETTERED
        } else {
            generic::PURCHASE_BLOCKED
        };
        let body = DeadLetter::new(&input.position, reason);
        EventWriter::<D>::new(input, context, recorded, records).write_generic(self, kind, &body)
    }

    /// Records that the stream is blocked for the records that could not be folded, and returns
    /// them to be dead-lettered.
    pub fn block_for_unread<D: Decider<State = S>>(
        &mut self,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        records: &mut Vec<Record>,
    ) -> Result<Vec<Unread>, FoldError> {
        let found: Vec<Unread> =
            self.unread.iter().filter(|unread| !unread.is_blocked).cloned().collect();
        for unread in &found {
            let input = Input::<D::Command> {
                cause: Cause::Wake,
                at: recorded,
                principal: context.principal.clone(),
                position: unread.position.clone(),
                traceparent: None,
                command: None,
            };
            self.dead_letter::<D>(&input, context, recorded, &unread.reason, records)?;
        }
        Ok(found)
    }

    /// Records that an operator discarded the head of the queue, and why.
    pub fn discard<D: Decider<State = S>>(
        &mut self,
        input: &Input<D::Command>,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        dead_letter: &str,
        reason: &str,
        records: &mut Vec<Record>,
    ) -> Result<Outcome, FoldError> {
        let body = DeadLetter::new(dead_letter, reason);
        let mut event_writer = EventWriter::<D>::new(input, context, recorded, records);
        self.resolve(&mut event_writer, generic::INPUT_DISCARDED, &body)
    }

    /// Records that an event of this stream that blocked it has been folded by now, by a release
    /// that can read it. Returns [`Outcome::Blocked`] if it is still unreadable.
    pub fn redrive_own<D: Decider<State = S>>(
        &mut self,
        input: &Input<D::Command>,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        dead_letter: &str,
        records: &mut Vec<Record>,
    ) -> Result<Outcome, FoldError> {
        if self.unread.iter().any(|unread| unread.position == dead_letter) {
            return Ok(Outcome::Blocked);
        }
        let body = DeadLetter::new(dead_letter, "");
        let mut event_writer = EventWriter::<D>::new(input, context, recorded, records);
        self.resolve(&mut event_writer, generic::INPUT_REDRIVEN, &body)
    }

    /// Removes a duplicate from the queue: an input that arrived twice while the stream was blocked
    /// leaves the queue once its first copy is answered. The record names no command, so the stored
    /// answer stays unchanged.
    pub(super) fn leave_queue<D: Decider<State = S>>(
        &mut self,
        input: &Input<D::Command>,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        dead_letter: &str,
        records: &mut Vec<Record>,
    ) -> Result<(), FoldError> {
        let input = Input::<D::Command> {
            cause: Cause::Wake,
            at: input.at,
            principal: input.principal.clone(),
            position: input.position.clone(),
            traceparent: input.traceparent.clone(),
            command: None,
        };
        let body = DeadLetter::new(dead_letter, "");
        let mut event_writer = EventWriter::<D>::new(&input, context, recorded, records);
        self.resolve(&mut event_writer, generic::INPUT_REDRIVEN, &body)?;
        Ok(())
    }

    /// Takes the head out of the queue, and releases the stream if that was the last.
    fn resolve<D: Decider<State = S>>(
        &mut self,
        event_writer: &mut EventWriter<'_, D>,
        kind: &'static str,
        body: &DeadLetter,
    ) -> Result<Outcome, FoldError> {
        if !self.is_head(&body.dead_letter) {
            return Ok(Outcome::NotTheHead);
        }
        event_writer.write_generic(self, kind, body)?;
        if self.can_be_released() {
            event_writer.write_generic(self, generic::PURCHASE_RELEASED, &generic::Released {})?;
        }
        Ok(Outcome::Decided(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued(fold: &mut Folded<()>, kind: &str, position: &str) {
        let body = serde_json::to_vec(&DeadLetter::new(position, "")).expect("a body");
        fold.fold_generic(kind, &body).expect("it is read");
    }

    #[test]
    fn dead_letters_queue_in_order_and_leave_one_at_a_time() {
        let mut fold = Folded::<()>::default();
        queued(&mut fold, generic::PURCHASE_BLOCKED, "commands/0/1");
        queued(&mut fold, generic::INPUT_DEAD_LETTERED, "commands/0/2");
        assert!(fold.is_head("commands/0/1") && !fold.is_head("commands/0/2"));
        queued(&mut fold, generic::INPUT_DISCARDED, "commands/0/1");
        assert!(fold.is_head("commands/0/2") && !fold.can_be_released());
        queued(&mut fold, generic::INPUT_REDRIVEN, "commands/0/2");
        assert!(fold.can_be_released());
        fold.fold_generic(generic::PURCHASE_RELEASED, b"{}").expect("it is read");
        assert_eq!(fold.blocked, None);
    }

    #[test]
    fn a_record_that_could_not_be_folded_blocks_until_it_is_resolved() {
        let mut fold = Folded::<()>::default();
        let unread = Unread {
            position: "events/0/7".to_owned(),
            type_name: "recourse.claim.unknown.v1".to_owned(),
            reason: "an unknown type".to_owned(),
            is_blocked: false,
        };
        fold.set_aside(None, unread);
        assert!(fold.must_be_blocked());
        queued(&mut fold, generic::PURCHASE_BLOCKED, "events/0/7");
        assert!(!fold.must_be_blocked() && !fold.unread.is_empty());
        queued(&mut fold, generic::INPUT_REDRIVEN, "events/0/7");
        assert!(fold.unread.is_empty());
    }
}

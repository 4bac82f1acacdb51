//! Answering one input: read it, decide it on a staged copy, and dead-letter it when that fails.

use recourse_kernel::folded::Outcome;
use recourse_kernel::{Decider, Folded};
use recourse_terms::TermsBook;

use super::batch::Batch;
use super::guarded::guarded;
use super::log::{Incoming, Log};
use super::positions::position_of;
use super::reading::{self, Read, Request};
use super::staging::Staging;
use super::without::Safeguard;
use super::{Writer, WriterError};
use crate::reply::ReplyKind;
use crate::store::Store;
use crate::telemetry::{processing, traceparent_of};
use crate::topics::readable_key;

/// The result of deciding an input.
enum Answered {
    Done,
    /// Wait until foreign facts have been read.
    MustWait,
    /// No event can record the outcome; the purchase must be blocked.
    Undecidable(String),
}

/// What became of an input.
enum Handled {
    Answered,
    /// It asks for nothing.
    Skipped,
    /// It must wait, and was not answered.
    Waits,
}

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Decides one input; returns it if it must wait. With `is_final`, a reference to something
    /// unknown is refused instead of waited for.
    pub(super) fn decide(
        &mut self,
        incoming: Incoming,
        terms: &TermsBook,
        is_final: bool,
        batch: &mut Batch<D::State>,
    ) -> Result<Option<Incoming>, WriterError> {
        let position = position_of::<D>(&incoming);
        let read = self.read(&incoming, &position);
        let mut staging = Staging::<D> {
            batch: &mut *batch,
            terms,
            partition: incoming.partition,
            recorded: self.clock.now(),
            position,
        };
        if let Some(key) = incoming.key.as_deref().and_then(readable_key) {
            self.block_if_unread(&mut staging, key)?;
        }
        match self.handle(&mut staging, &incoming, read, is_final)? {
            Handled::Answered => batch.inputs.push(incoming.id()),
            Handled::Skipped => {}
            Handled::Waits => return Ok(Some(incoming)),
        }
        Ok(None)
    }

    /// Reads an input. What depends on more than its record is looked up here: whether its
    /// transaction failed before, and whether the fact before it was read.
    fn read(&mut self, incoming: &Incoming, position: &str) -> Read<D::Command> {
        // Kept until committed: the transaction that dead-letters it may have to be retried.
        if let Some(why) = self.bisection.poison(&incoming.id()) {
            let reason = format!("its transaction failed on every attempt: {why}");
            return reading::unreadable(incoming, reason);
        }
        let found = reading::read::<D>(incoming, position, self.partitions);
        let Some(version) = found.version else { return found.read };
        // A fact whose predecessor was never read is rejected: the content of the gap is unknown,
        // and missing facts could not be taken later, as they would be older than one already
        // taken. If nothing of the stream was read before, a gap cannot be detected, and the fact
        // is accepted.
        let key = incoming.key.as_deref().and_then(readable_key).unwrap_or_default();
        let owned = self.owned.get_mut(&incoming.partition);
        let gap = owned.and_then(|owned| {
            owned.following.follow(incoming.source, key, version, incoming.offset)
        });
        gap.map_or(found.read, |last| {
            let reason = format!(
                "version {version} follows {last}: the log has a gap, its content is unknown"
            );
            reading::unreadable(incoming, reason)
        })
    }

    fn handle(
        &mut self,
        staging: &mut Staging<'_, D>,
        incoming: &Incoming,
        read: Read<D::Command>,
        is_final: bool,
    ) -> Result<Handled, WriterError> {
        match read {
            Read::Genesis | Read::NotOurs => return Ok(Handled::Skipped),
            Read::Command(request) => {
                return self.handle_request(staging, incoming, request, is_final);
            }
            Read::Stray { reason } => {
                tracing::warn!(
                    context = D::CONTEXT,
                    position = staging.position,
                    reason,
                    "an input was dead-lettered"
                );
                staging.dead_letter(incoming, &reason);
            }
            Read::Unreadable { envelope, reason } => {
                let fold = self.state(staging, &envelope.key)?;
                staging.block(incoming, &envelope, fold, &reason);
            }
            Read::Discard { key, dead_letter, reason, input } => {
                let fold = self.state(staging, &key)?;
                staging.discard(&key, fold, &input, &dead_letter, &reason);
            }
            Read::Redrive { key, dead_letter } => {
                let fold = self.state(staging, &key)?;
                staging.redrive_own(&key, fold, &dead_letter);
            }
        }
        Ok(Handled::Answered)
    }

    fn handle_request(
        &mut self,
        staging: &mut Staging<'_, D>,
        incoming: &Incoming,
        mut request: Request<D::Command>,
        is_final: bool,
    ) -> Result<Handled, WriterError> {
        // The events continue the trace of their input.
        let span = processing(&staging.position, request.input.traceparent.as_deref());
        let _entered = span.enter();
        request.input.traceparent = traceparent_of(&span).or(request.input.traceparent);
        let fold = self.state(staging, &request.envelope.key)?;
        let fold = self.unprotected(fold);
        let is_final = is_final || self.without.is_without(Safeguard::WaitForFacts);
        match staging.answer(incoming, &request, fold, is_final) {
            Answered::Done => Ok(Handled::Answered),
            Answered::MustWait => Ok(Handled::Waits),
            Answered::Undecidable(reason) => {
                // Drop whatever the failed rule did to the state.
                let fold = self.state(staging, &request.envelope.key)?;
                staging.block(incoming, &request.envelope, fold, &reason);
                Ok(Handled::Answered)
            }
        }
    }

    /// The state of a purchase: the staged one of this batch, or the one in memory.
    pub(super) fn state(
        &mut self,
        staging: &Staging<'_, D>,
        key: &str,
    ) -> Result<Folded<D::State>, WriterError> {
        if let Some(staged) = staging.staged(key) {
            return Ok(staged.clone());
        }
        let Some(owned) = self.owned.get_mut(&staging.partition) else {
            return Ok(Folded::default());
        };
        owned.cache.load::<D, S>(&mut self.store, [key])?;
        Ok(owned.cache.fold(key))
    }

    /// The state without the safeguards that a simulation disables.
    fn unprotected(&self, mut fold: Folded<D::State>) -> Folded<D::State> {
        if self.without.is_without(Safeguard::Answered) {
            fold.answered.clear();
            fold.seen.clear();
        }
        if self.without.is_without(Safeguard::BlockedQueue) {
            fold.blocked = None;
        }
        fold
    }
}

impl<D: Decider<Reference = TermsBook>> Staging<'_, D> {
    fn answer(
        &mut self,
        incoming: &Incoming,
        request: &Request<D::Command>,
        mut fold: Folded<D::State>,
        is_final: bool,
    ) -> Answered {
        let Request { envelope, input } = request;
        let context = self.context(input, &envelope.key);
        let redrives = envelope.redrives.as_deref();
        let mut records = Vec::new();
        let outcome = guarded(|| {
            fold.answer::<D>(input, &context, self.recorded, redrives, is_final, &mut records)
        });
        let reply = |staging: &mut Self, kind, answer, is_new| {
            staging.reply(envelope.reply_to, &input.cause, kind, answer, is_new);
        };
        match outcome {
            Err(reason) => return Answered::Undecidable(reason),
            Ok(Outcome::NotKnownYet(_)) => return Answered::MustWait,
            Ok(Outcome::Blocked) => {
                return Answered::Undecidable("its purchase is blocked".to_owned());
            }
            Ok(Outcome::Decided(answer)) => {
                self.write(&envelope.key, fold, &records);
                reply(self, ReplyKind::Accepted, answer, !records.is_empty());
            }
            Ok(Outcome::Repeated(answer)) => {
                // A duplicate in a blocked purchase's queue leaves the queue.
                if !records.is_empty() {
                    self.write(&envelope.key, fold, &records);
                }
                reply(self, ReplyKind::Accepted, answer, false);
            }
            Ok(Outcome::Conflict) if envelope.reply_to.is_some() => {
                reply(self, ReplyKind::Conflict, None, false);
            }
            // A feed cannot be asked which of the two is right, so do not guess.
            Ok(Outcome::Conflict) => {
                self.dead_letter(incoming, "its id was already used for a different request");
            }
            Ok(Outcome::NotTheHead) => {
                let position = &self.position;
                tracing::warn!(position, "ignored a redrive: it is not the head of its queue");
            }
        }
        Answered::Done
    }
}

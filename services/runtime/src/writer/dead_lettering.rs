//! Dead letters: blocking a purchase for an input that cannot be read or decided, and what an
//! operator does about it.

use recourse_kernel::decider::Cause;
use recourse_kernel::folded::Outcome;
use recourse_kernel::{Decider, Folded, Input};
use recourse_terms::TermsBook;

use super::batch::Batch;
use super::excerpt::{plain, shortened};
use super::log::{Incoming, Log};
use super::positions::{is_own, own_position};
use super::reading::Envelope;
use super::staging::Staging;
use super::{Writer, WriterError};
use crate::reply::ReplyKind;
use crate::store::Store;

impl<D: Decider<Reference = TermsBook>> Staging<'_, D> {
    /// Dead-letters an input and blocks its purchase. A redrive that fails again keeps its place in
    /// the queue.
    pub(super) fn block(
        &mut self,
        incoming: &Incoming,
        envelope: &Envelope,
        mut fold: Folded<D::State>,
        reason: &str,
    ) {
        let Envelope { key, reply_to, redrives } = envelope;
        tracing::warn!(
            context = D::CONTEXT,
            key,
            position = self.position,
            reason,
            "an input was dead-lettered"
        );
        let (id, mac) = match plain(incoming, "ce_id") {
            // Without an id there is nothing to hash.
            id if id.is_empty() => (id, String::new()),
            id => (id, plain(incoming, "ce_commandmac")),
        };
        let cause = Cause::Command { id, mac, causation_id: self.position.clone() };
        let reason = &shortened(reason);
        if redrives.is_none() {
            let input = self.own_input(cause.clone());
            let context = self.context(&input, key);
            let mut records = Vec::new();
            match fold.dead_letter::<D>(&input, &context, self.recorded, reason, &mut records) {
                Ok(()) => self.write(key, fold, &records),
                Err(error) => tracing::error!(%error, "could not block a purchase"),
            }
            self.dead_letter(incoming, reason);
        }
        self.reply(*reply_to, &cause, ReplyKind::Blocked, None, false);
    }

    /// Records that an operator discarded the head of a purchase's queue.
    pub(super) fn discard(
        &mut self,
        key: &str,
        mut fold: Folded<D::State>,
        input: &Input<D::Command>,
        dead_letter: &str,
        reason: &str,
    ) {
        let context = self.context(input, key);
        let mut records = Vec::new();
        match fold.discard::<D>(input, &context, self.recorded, dead_letter, reason, &mut records) {
            Ok(Outcome::Decided(_)) => self.write(key, fold, &records),
            Ok(_) => {
                tracing::warn!(dead_letter, "ignored a discard: it is not the head of its queue");
            }
            Err(error) => tracing::error!(%error, "could not discard a dead letter"),
        }
    }

    /// Unblocks a purchase if this release can read its own event.
    pub(super) fn redrive_own(&mut self, key: &str, mut fold: Folded<D::State>, dead_letter: &str) {
        if !is_own::<D>(dead_letter) {
            tracing::warn!(dead_letter, "the dead letter is not an event of this service");
            return;
        }
        let input = self.own_input(Cause::Wake);
        let context = self.context(&input, key);
        let mut records = Vec::new();
        match fold.redrive_own::<D>(&input, &context, self.recorded, dead_letter, &mut records) {
            Ok(Outcome::Decided(_)) => self.write(key, fold, &records),
            Ok(_) => {
                tracing::warn!(dead_letter, "an event of a blocked purchase still cannot be read");
            }
            Err(error) => tracing::error!(%error, "could not unblock a purchase"),
        }
    }

    /// Dead-letters the service's own events that could not be folded, and blocks their purchase.
    pub(super) fn block_for_unread(&mut self, key: &str, mut fold: Folded<D::State>) {
        let input = self.own_input(Cause::Wake);
        let context = self.context(&input, key);
        let mut records = Vec::new();
        match fold.block_for_unread::<D>(&context, self.recorded, &mut records) {
            Ok(found) => {
                self.write(key, fold, &records);
                for unread in found {
                    let (position, type_name) = (unread.position, unread.type_name);
                    self.dead_letter_at(key.as_bytes(), position, type_name, &unread.reason);
                }
            }
            Err(error) => tracing::error!(%error, "could not block a purchase"),
        }
    }
}

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Blocks the purchase first if one of its own events could not be folded: nothing may be
    /// decided on an incomplete state.
    pub(super) fn block_if_unread(
        &mut self,
        staging: &mut Staging<'_, D>,
        key: &str,
    ) -> Result<(), WriterError> {
        let owned = self.owned.get(&staging.partition);
        let now = staging.staged(key).or_else(|| owned?.cache.peek(key));
        if now.is_some_and(Folded::must_be_blocked) {
            let fold = self.state(staging, key)?;
            staging.block_for_unread(key, fold);
        }
        Ok(())
    }

    /// Dead-letters events that the restore found under no purchase's key; repeated in every batch
    /// until one is committed.
    pub(super) fn dead_letter_strays(&self, terms: &TermsBook, batch: &mut Batch<D::State>) {
        for (&partition, owned) in &self.owned {
            for (event, reason) in &owned.strays {
                let mut staging = Staging::<D> {
                    batch: &mut *batch,
                    terms,
                    partition,
                    recorded: self.clock.now(),
                    position: own_position::<D>(event),
                };
                staging.dead_letter(event, reason);
            }
        }
    }
}

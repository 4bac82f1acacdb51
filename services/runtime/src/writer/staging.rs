//! Stages the outcome of one input in the batch: events, dead letters, a reply, and the state after
//! it. Nothing of it is visible before the batch is committed.

use recourse_kernel::decider::Cause;
use recourse_kernel::{
    Answer, Context, Decider, Folded, Input, Instant, Principal, Record, Refusal,
};
use recourse_terms::TermsBook;

use super::batch::{Batch, Promised};
use super::excerpt::{plain, shortened};
use super::log::{Incoming, Outgoing, Target};
use crate::dead_letter::DeadLetter;
use crate::reply::{Reply, ReplyKind};

/// What deciding, dead-lettering and discarding an input have in common.
pub(super) struct Staging<'a, D: Decider<Reference = TermsBook>> {
    pub(super) batch: &'a mut Batch<D::State>,
    pub(super) terms: &'a TermsBook,
    pub(super) partition: i32,
    /// By the writer's clock, when the input is decided.
    pub(super) recorded: Instant,
    /// The input's position, or `clock`.
    pub(super) position: String,
}

impl<'a, D: Decider<Reference = TermsBook>> Staging<'a, D> {
    pub(super) fn context<'b>(
        &self,
        input: &'b Input<D::Command>,
        key: &'b str,
    ) -> Context<'b, TermsBook>
    where
        'a: 'b,
    {
        Context { now: input.at, principal: &input.principal, key, reference: self.terms }
    }

    /// What the writer itself does about an input.
    pub(super) fn own_input(&self, cause: Cause) -> Input<D::Command> {
        Input {
            cause,
            at: self.recorded,
            principal: Principal::system("writer"),
            position: self.position.clone(),
            traceparent: None,
            command: None,
        }
    }

    /// The staged state of a purchase, if this batch has changed it.
    pub(super) fn staged(&self, key: &str) -> Option<&Folded<D::State>> {
        self.batch.staged.get(&(self.partition, key.to_owned()))
    }

    /// Stages events, and the state after them.
    pub(super) fn write(&mut self, key: &str, fold: Folded<D::State>, records: &[Record]) {
        let outgoing = records.iter().map(|record| Outgoing {
            target: Target::Events,
            partition: self.partition,
            key: record.key.as_bytes().to_vec(),
            headers: record.headers(),
            value: record.body.clone(),
        });
        self.batch.outgoing.extend(outgoing);
        self.batch.staged.insert((self.partition, key.to_owned()), fold);
    }

    pub(super) fn dead_letter(&mut self, incoming: &Incoming, reason: &str) {
        let type_name = plain(incoming, "ce_type");
        let key = incoming.key.clone().unwrap_or_default();
        self.dead_letter_at(&key, self.position.clone(), type_name, reason);
    }

    pub(super) fn dead_letter_at(
        &mut self,
        key: &[u8],
        position: String,
        type_name: String,
        reason: &str,
    ) {
        let dead_letter = DeadLetter {
            position,
            type_name,
            reason: shortened(reason),
            code: None,
            dead_lettered_at: self.recorded,
            record: None,
        };
        self.batch.outgoing.push(Outgoing {
            target: Target::DeadLetter,
            partition: self.partition,
            key: key.to_vec(),
            headers: dead_letter.headers(D::CONTEXT),
            value: serde_json::to_vec(&dead_letter).unwrap_or_default(),
        });
    }

    /// Promises a reply to the edge that sent a command. `is_new` if this batch has its events.
    pub(super) fn reply(
        &mut self,
        to: Option<i32>,
        cause: &Cause,
        kind: ReplyKind,
        answer: Option<Answer>,
        is_new: bool,
    ) {
        let (Some(to), Cause::Command { id, mac, .. }) = (to, cause) else { return };
        let last = is_new.then(|| self.batch.outgoing.len().saturating_sub(1));
        let reply = reply(id.clone(), mac.clone(), kind, answer);
        self.batch.replies.push(Promised { to, reply, partition: self.partition, last });
    }
}

fn reply(command_id: String, mac: String, kind: ReplyKind, answer: Option<Answer>) -> Reply {
    let refusal: Option<Refusal> = answer.as_ref().and_then(|answer| answer.refusal.clone());
    Reply {
        command_id,
        mac,
        kind: if refusal.is_some() { ReplyKind::Refused } else { kind },
        subject: answer.as_ref().map(|answer| answer.subject.clone()).unwrap_or_default(),
        version: answer.map_or(0, |answer| answer.version),
        position: None,
        refusal,
    }
}

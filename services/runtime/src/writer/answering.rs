//! Answering one input: read it, decide it on a staged copy, and dead-letter it when that fails.
//!
//! Long because it covers every possible outcome of one input in one place.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use recourse_kernel::decider::Cause;
use recourse_kernel::folded::Outcome;
use recourse_kernel::record::header;
use recourse_kernel::{
    Answer, CommandRecord, Context, Decider, FoldError, Folded, Input, Instant, Principal, Record,
    Refusal, Wire, WireError,
};

use super::batch::{Batch, Promised};
use super::log::{Incoming, Log, Outgoing, Source, Target};
use super::owned::Stall;
use super::restoring::own_position;
use super::resuming::position_of;
use super::without::Safeguard;
use super::{Writer, WriterError};
use crate::dead_letter::{DeadLetter, Discard, Note};
use crate::reply::{Reply, ReplyKind};
use crate::store::Store;
use crate::telemetry::{processing, traceparent_of};
use crate::topics::{is_genesis, partition_of, readable_key};

/// Marks a redriven record; its value is the position under which it was dead-lettered.
pub const REDRIVE_HEADER: &str = "recourse_redrive";
/// Marks a request to discard a dead letter permanently; its value is the position under which it
/// was dead-lettered.
pub const DISCARD_HEADER: &str = "recourse_discard";
/// On a redriven fact: the context that published the event.
pub const ORIGIN_HEADER: &str = "recourse_origin";

/// The maximum body size of an input, in bytes: Kafka's default for a record.
const LONGEST_BODY: usize = 1024 * 1024;

/// Reasons are truncated to this many characters.
const LONGEST_REASON: usize = 300;

/// An input that was read successfully.
struct Read<D: Decider> {
    key: String,
    input: Input<D::Command>,
    reply_to: Option<i32>,
    redrives: Option<String>,
}

/// Why an input was not read.
enum Unread {
    /// Not for this service.
    Skip,
    /// It belongs to no purchase, so it blocks none.
    Stray(String),
    /// Blocks its purchase. Carries what is known of the input.
    Unreadable { key: String, reply_to: Option<i32>, redrives: Option<String>, reason: String },
    /// A person discards a dead letter.
    Discard { key: String, dead_letter: String, reason: String, command: Box<CommandRecord> },
    /// A redrive of one of the service's own events, which an older release could not read.
    ReadAfterAll { key: String, dead_letter: String },
}

impl<D: Decider, L: Log, S: Store> Writer<D, L, S> {
    /// Answers one input, or queues it after a stalled one of the same source.
    pub(super) fn answer(
        &mut self,
        incoming: Incoming,
        reference: &Arc<D::Reference>,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let Some(owned) = self.owned.get_mut(&incoming.partition) else { return Ok(()) };
        if let Some(stall) = owned.stalls.get_mut(&incoming.source) {
            let (source, partition) = (incoming.source, incoming.partition);
            stall.queue.push_back(incoming);
            // Queued inputs are in memory, so their number is limited.
            if stall.queue.len() == self.limits.batch {
                self.log.pause(source, partition, true)?;
            }
            return Ok(());
        }
        if let Some(waiting) = self.decide(incoming, reference, false, batch)? {
            self.stall(waiting)?;
        }
        Ok(())
    }

    /// Answers stalled inputs once everything that they may refer to has been read.
    pub(super) fn answer_stalled(
        &mut self,
        reference: &Arc<D::Reference>,
        terms_read: i64,
        batch: &mut Batch<D::State>,
    ) -> Result<(), WriterError> {
        let mut ready = Vec::new();
        for (&partition, owned) in &self.owned {
            for (&source, stall) in &owned.stalls {
                let is_read = |&(other, end): &(Source, i64)| match other {
                    Source::Terms => terms_read >= end,
                    other => self.is_read(source, partition, other, end),
                };
                if stall.until.iter().all(is_read) {
                    ready.push((partition, source));
                }
            }
        }
        for (partition, source) in ready {
            let stall =
                self.owned.get_mut(&partition).and_then(|owned| owned.stalls.remove(&source));
            let queue: Vec<Incoming> = stall.into_iter().flat_map(|stall| stall.queue).collect();
            if queue.len() >= self.limits.batch {
                self.log.pause(source, partition, false)?;
            }
            self.load_states(&queue)?;
            let mut queue = queue.into_iter();
            if let Some(first) = queue.next() {
                self.decide(first, reference, true, batch)?;
            }
            for incoming in queue {
                self.answer(incoming, reference, batch)?;
            }
        }
        Ok(())
    }

    /// Whether a topic that a stalled input waits for has been read, and its inputs decided, up to
    /// `end`.
    fn is_read(&self, stalled: Source, partition: i32, source: Source, end: i64) -> bool {
        // Commands wait until facts are decided; facts of two sources do not wait for each other's
        // queues.
        let waits = self.owned.get(&partition).and_then(|owned| owned.stalled_at(source));
        let waits = waits.filter(|_| stalled == Source::Commands);
        self.log.reached(source, partition).min(waits.unwrap_or(i64::MAX)) >= end
    }

    /// Makes an input wait until every other topic has been read up to its current end.
    fn stall(&mut self, waiting: Incoming) -> Result<(), WriterError> {
        let (partition, source) = (waiting.partition, waiting.source);
        let mut until = vec![(Source::Terms, self.log.watermark(Source::Terms, 0)?)];
        for other in (0..D::FOREIGN.len()).map(Source::Foreign).filter(|other| *other != source) {
            until.push((other, self.log.watermark(other, partition)?));
        }
        if let Some(owned) = self.owned.get_mut(&partition) {
            owned.stalls.insert(source, Stall { until, queue: [waiting].into() });
        }
        Ok(())
    }

    /// Decides one input; returns it if it must wait.
    fn decide(
        &mut self,
        incoming: Incoming,
        reference: &Arc<D::Reference>,
        is_final: bool,
        batch: &mut Batch<D::State>,
    ) -> Result<Option<Incoming>, WriterError> {
        let input = (incoming.source, incoming.partition, incoming.offset);
        let position = position_of::<D>(&incoming);
        // Kept until committed: the transaction that dead-letters it may have to be retried.
        let read = if let Some(why) = self.poisoned.get(&input) {
            Err(unreadable(&incoming, format!("its transaction failed on every attempt: {why}")))
        } else {
            self.read(&incoming, &position)
        };
        let recorded = self.clock.now();
        batch.inputs.push(input);
        let mut event_writer = Answering {
            batch,
            context: D::CONTEXT,
            partition: incoming.partition,
            recorded,
            position,
        };
        if let Some(key) = incoming.key.as_deref().and_then(readable_key) {
            self.blocked_for_unread(&mut event_writer, key, reference)?;
        }
        match read {
            Err(Unread::Skip) => {
                event_writer.batch.inputs.pop();
            }
            Err(Unread::Stray(reason)) => {
                tracing::warn!(
                    context = D::CONTEXT,
                    position = event_writer.position,
                    reason,
                    "an input was dead-lettered"
                );
                event_writer.dead_letter(&incoming, &reason);
            }
            Err(Unread::Unreadable { key, reply_to, redrives, reason }) => {
                let fold = self.state(&event_writer, &key)?;
                event_writer.block::<D>(
                    &incoming,
                    key,
                    fold,
                    reply_to,
                    redrives.as_deref(),
                    reference,
                    &reason,
                );
            }
            Err(Unread::Discard { key, dead_letter, reason, command }) => {
                let fold = self.state(&event_writer, &key)?;
                event_writer.discard::<D>(key, fold, &dead_letter, &reason, &command, reference);
            }
            Err(Unread::ReadAfterAll { key, dead_letter }) => {
                let fold = self.state(&event_writer, &key)?;
                event_writer.redrive_own::<D>(key, fold, &dead_letter, reference);
            }
            Ok(mut read) => {
                let fold = self.state(&event_writer, &read.key)?;
                // The events continue the trace of their input.
                let span = processing(&event_writer.position, read.input.traceparent.as_deref());
                let _entered = span.enter();
                read.input.traceparent = traceparent_of(&span).or(read.input.traceparent);
                let fold = self.unprotected(fold);
                let is_final = is_final || self.without.is_without(Safeguard::WaitForFacts);
                match event_writer.answer::<D>(&incoming, &read, fold, reference, is_final) {
                    Answered::Done => {}
                    Answered::MustWait => {
                        event_writer.batch.inputs.pop();
                        return Ok(Some(incoming));
                    }
                    Answered::Undecidable(reason) => {
                        let Read { key, reply_to, redrives, .. } = read;
                        // Drop whatever the failed rule did to the state.
                        let fold = self.state(&event_writer, &key)?;
                        let redrives = redrives.as_deref();
                        event_writer.block::<D>(
                            &incoming, key, fold, reply_to, redrives, reference, &reason,
                        );
                    }
                }
            }
        }
        Ok(None)
    }

    /// The state of a purchase: the staged one of this batch, or the one in memory.
    fn state(
        &mut self,
        event_writer: &Answering<'_, D::State>,
        key: &str,
    ) -> Result<Folded<D::State>, WriterError> {
        if let Some(staged) =
            event_writer.batch.staged.get(&(event_writer.partition, key.to_owned()))
        {
            return Ok(staged.clone());
        }
        let Some(owned) = self.owned.get_mut(&event_writer.partition) else {
            return Ok(Folded::default());
        };
        owned.load::<D, S>(event_writer.partition, &mut self.store, [key])?;
        Ok(owned.fold(key))
    }

    /// Dead-letters events that the restore found under no purchase's key; repeated in every batch
    /// until one is committed.
    pub(super) fn dead_letter_strays(&self, batch: &mut Batch<D::State>) {
        for (&partition, owned) in &self.owned {
            for (event, reason) in &owned.strays {
                let (recorded, position) = (self.clock.now(), own_position::<D>(event));
                Answering { batch, context: D::CONTEXT, partition, recorded, position }
                    .dead_letter(event, reason);
            }
        }
    }

    /// Blocks the purchase first if one of its own events could not be folded: nothing may be
    /// decided on an incomplete state.
    fn blocked_for_unread(
        &mut self,
        event_writer: &mut Answering<'_, D::State>,
        key: &str,
        reference: &D::Reference,
    ) -> Result<(), WriterError> {
        let stream = (event_writer.partition, key.to_owned());
        let staged = event_writer.batch.staged.get(&stream);
        let now = staged.or_else(|| self.owned.get(&event_writer.partition)?.peek(key));
        if now.is_some_and(Folded::must_be_blocked) {
            let fold = self.state(event_writer, key)?;
            event_writer.block_for_unread::<D>(key, fold, reference);
        }
        Ok(())
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

    fn read(&mut self, incoming: &Incoming, position: &str) -> Result<Read<D>, Unread> {
        if is_genesis(&incoming.headers) {
            return Err(Unread::Skip);
        }
        let Some(key) = incoming.key.as_deref().and_then(readable_key) else {
            return Err(Unread::Stray("the record has no readable key".to_owned()));
        };
        if partition_of(key.as_bytes(), self.partitions) != incoming.partition {
            return Err(Unread::Stray(format!("its key {key} belongs to another partition")));
        }
        let length = incoming.value.as_ref().map_or(0, Vec::len);
        if length > LONGEST_BODY {
            let reason = format!("the body has {length} bytes; the maximum is {LONGEST_BODY}");
            return Err(unreadable(incoming, reason));
        }
        let origin = header(&incoming.headers, ORIGIN_HEADER);
        match (incoming.source, origin) {
            (Source::Commands, None) => read_command::<D>(incoming, position),
            (Source::Commands, Some(context)) if context == D::CONTEXT => {
                let dead_letter = header(&incoming.headers, REDRIVE_HEADER).unwrap_or_default();
                Err(Unread::ReadAfterAll {
                    key: key.to_owned(),
                    dead_letter: dead_letter.to_owned(),
                })
            }
            (Source::Commands, Some(_)) => {
                translated::<D>(incoming, read_fact(incoming)?, position)
            }
            (Source::Foreign(_) | Source::Terms, _) => {
                let record = read_fact(incoming)?;
                self.check_gap(incoming, &record)?;
                translated::<D>(incoming, record, position)
            }
        }
    }

    /// Rejects a fact whose predecessor was never read: the content of the gap is unknown, and
    /// missing facts could not be taken later, as they would be older than one already taken. If
    /// nothing of the stream was read before, a gap cannot be detected, and the fact is accepted.
    fn check_gap(&mut self, incoming: &Incoming, record: &Record) -> Result<(), Unread> {
        let Some(owned) = self.owned.get_mut(&incoming.partition) else { return Ok(()) };
        let version = record.version;
        let gap = owned.following.follow(incoming.source, &record.key, version, incoming.offset);
        gap.map_or(Ok(()), |last| {
            let reason = format!(
                "version {version} follows {last}: the log has a gap, its content is unknown"
            );
            Err(unreadable(incoming, reason))
        })
    }
}

fn read_command<D: Decider>(incoming: &Incoming, position: &str) -> Result<Read<D>, Unread> {
    let (key, body) = parts(incoming);
    let command = CommandRecord::read(key, &incoming.headers, body)
        .map_err(|error| unreadable(incoming, error.to_string()))?;
    if let Some(dead_letter) = header(&incoming.headers, DISCARD_HEADER) {
        let reason =
            Discard::read(body).map_err(|error| unreadable(incoming, error.to_string()))?.reason;
        let (key, dead_letter) = (command.key.clone(), dead_letter.to_owned());
        return Err(Unread::Discard { key, dead_letter, reason, command: Box::new(command) });
    }
    let decoded = D::Command::decode(&command.type_name, body)
        .map_err(|error| unreadable(incoming, error.to_string()))?;
    recourse_kernel::json::check(body)
        .map_err(|error| WireError::malformed(&command.type_name, error))
        .map_err(|error| unreadable(incoming, error.to_string()))?;
    Ok(Read {
        input: command_input(&command, position, Some(decoded)),
        redrives: header(&incoming.headers, REDRIVE_HEADER).map(str::to_owned),
        reply_to: command.reply_to,
        key: command.key,
    })
}

fn command_input<C>(command: &CommandRecord, position: &str, decoded: Option<C>) -> Input<C> {
    Input {
        cause: Cause::Command {
            id: command.id.clone(),
            mac: command.mac.clone(),
            causation_id: command.causation_id.clone(),
        },
        at: command.time,
        principal: command.principal.clone(),
        position: position.to_owned(),
        traceparent: command.traceparent.clone(),
        command: decoded,
    }
}

/// Reads an event of another service and verifies its hash.
fn read_fact(incoming: &Incoming) -> Result<Record, Unread> {
    let (key, body) = parts(incoming);
    let record = Record::read(key, &incoming.headers, body)
        .map_err(|error| unreadable(incoming, error.to_string()))?;
    if record.computed_hash() != record.hash {
        let reason =
            "its hash does not match its content: it was altered, or not written by a service";
        return Err(unreadable(incoming, reason.to_owned()));
    }
    Ok(record)
}

fn translated<D: Decider>(
    incoming: &Incoming,
    record: Record,
    position: &str,
) -> Result<Read<D>, Unread> {
    let translated = guarded(|| D::translate(&record));
    let translated = translated.map_err(|reason| unreadable(incoming, reason))?;
    let Some(command) = translated else { return Err(Unread::Skip) };
    let context = record.stream.split('/').next().unwrap_or_default().to_owned();
    Ok(Read {
        input: Input {
            cause: Cause::Fact { context, version: record.version, id: record.id },
            at: record.recorded,
            principal: Principal::system("reactions"),
            position: position.to_owned(),
            traceparent: record.traceparent,
            command: Some(command),
        },
        redrives: header(&incoming.headers, REDRIVE_HEADER).map(str::to_owned),
        reply_to: None,
        key: record.key,
    })
}

fn parts(incoming: &Incoming) -> (&[u8], &[u8]) {
    (incoming.key.as_deref().unwrap_or_default(), incoming.value.as_deref().unwrap_or_default())
}

/// A header of an unreadable input, if it is fit to keep: at most 256 bytes, no control characters.
pub(super) fn plain(incoming: &Incoming, name: &str) -> String {
    let text = header(&incoming.headers, name);
    let text = text.filter(|text| text.len() <= 256 && !text.contains(char::is_control));
    text.unwrap_or_default().to_owned()
}

/// Shortens a reason: a JSON error may quote its input.
pub(super) fn shortened(reason: &str) -> String {
    let mut letters = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = letters.by_ref().take(LONGEST_REASON).collect();
    if letters.next().is_some() { short + "…" } else { short }
}

fn unreadable(incoming: &Incoming, reason: String) -> Unread {
    let key = incoming.key.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    Unread::Unreadable {
        key: key.into_owned(),
        reply_to: header(&incoming.headers, "recourse_replyto").and_then(|to| to.parse().ok()),
        redrives: header(&incoming.headers, REDRIVE_HEADER).map(str::to_owned),
        reason,
    }
}

/// The result of answering an input.
enum Answered {
    Done,
    /// Wait until foreign facts have been read.
    MustWait,
    /// No event can record the outcome; the purchase must be blocked.
    Undecidable(String),
}

/// Writes the outcome of one input into the batch.
pub(super) struct Answering<'a, S> {
    pub(super) batch: &'a mut Batch<S>,
    pub(super) context: &'static str,
    pub(super) partition: i32,
    pub(super) recorded: Instant,
    pub(super) position: String,
}

impl<S: Default + Clone> Answering<'_, S> {
    fn answer<D: Decider<State = S>>(
        &mut self,
        incoming: &Incoming,
        read: &Read<D>,
        mut fold: Folded<S>,
        reference: &D::Reference,
        is_final: bool,
    ) -> Answered {
        let input = &read.input;
        let context =
            Context { now: input.at, principal: &input.principal, key: &read.key, reference };
        let mut records = Vec::new();
        let redrives = read.redrives.as_deref();
        let outcome = guarded(|| {
            fold.answer::<D>(input, &context, self.recorded, redrives, is_final, &mut records)
        });
        match outcome {
            Err(reason) => return Answered::Undecidable(reason),
            Ok(Outcome::NotKnownYet(_)) => return Answered::MustWait,
            Ok(Outcome::Blocked) => {
                return Answered::Undecidable("its purchase is blocked".to_owned());
            }
            Ok(Outcome::Decided(answer)) => {
                self.write(read.key.clone(), fold, &records);
                self.reply(read.reply_to, input, ReplyKind::Accepted, answer, !records.is_empty());
            }
            Ok(Outcome::Repeated(answer)) => {
                // A duplicate in a blocked purchase's queue leaves the queue.
                if !records.is_empty() {
                    self.write(read.key.clone(), fold, &records);
                }
                self.reply(read.reply_to, input, ReplyKind::Accepted, answer, false);
            }
            Ok(Outcome::Conflict) if read.reply_to.is_some() => {
                self.reply(read.reply_to, input, ReplyKind::Conflict, None, false);
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

    /// Dead-letters an input and blocks its purchase. A redrive that fails again keeps its place in
    /// the queue.
    #[expect(
        clippy::too_many_arguments,
        reason = "everything about one input that cannot be decided"
    )]
    fn block<D: Decider<State = S>>(
        &mut self,
        incoming: &Incoming,
        key: String,
        mut fold: Folded<S>,
        reply_to: Option<i32>,
        redrives: Option<&str>,
        reference: &D::Reference,
        reason: &str,
    ) {
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
        let reason = &shortened(reason);
        if redrives.is_none() {
            let principal = Principal::system("writer");
            let input = Input::<D::Command> {
                cause: Cause::Command {
                    id: id.clone(),
                    mac: mac.clone(),
                    causation_id: self.position.clone(),
                },
                at: self.recorded,
                principal: principal.clone(),
                position: self.position.clone(),
                traceparent: None,
                command: None,
            };
            let context =
                Context { now: self.recorded, principal: &principal, key: &key, reference };
            let mut records = Vec::new();
            match fold.dead_letter::<D>(&input, &context, self.recorded, reason, &mut records) {
                Ok(()) => self.write(key, fold, &records),
                Err(error) => tracing::error!(%error, "could not block a purchase"),
            }
            self.dead_letter(incoming, reason);
        }
        if let Some(to) = reply_to {
            self.promise(to, reply(id, mac, ReplyKind::Blocked, None), false);
        }
    }

    fn discard<D: Decider<State = S>>(
        &mut self,
        key: String,
        mut fold: Folded<S>,
        dead_letter: &str,
        reason: &str,
        command: &CommandRecord,
        reference: &D::Reference,
    ) {
        let input = command_input::<D::Command>(command, &self.position, None);
        let context =
            Context { now: command.time, principal: &command.principal, key: &key, reference };
        let mut records = Vec::new();
        match fold.discard::<D>(&input, &context, self.recorded, dead_letter, reason, &mut records)
        {
            Ok(Outcome::Decided(_)) => self.write(key, fold, &records),
            Ok(_) => {
                tracing::warn!(dead_letter, "ignored a discard: it is not the head of its queue");
            }
            Err(error) => tracing::error!(%error, "could not discard a dead letter"),
        }
    }

    /// Unblocks a purchase if this release can read its own event.
    fn redrive_own<D: Decider<State = S>>(
        &mut self,
        key: String,
        mut fold: Folded<S>,
        dead_letter: &str,
        reference: &D::Reference,
    ) {
        let principal = Principal::system("writer");
        let input = Input::<D::Command> {
            cause: Cause::Wake,
            at: self.recorded,
            principal: principal.clone(),
            position: self.position.clone(),
            traceparent: None,
            command: None,
        };
        let context = Context { now: self.recorded, principal: &principal, key: &key, reference };
        let mut records = Vec::new();
        if !dead_letter.starts_with(&format!("recourse.{}.events.v1/", D::CONTEXT)) {
            tracing::warn!(dead_letter, "the dead letter is not an event of this service");
            return;
        }
        match fold.redrive_own::<D>(&input, &context, self.recorded, dead_letter, &mut records) {
            Ok(Outcome::Decided(_)) => self.write(key, fold, &records),
            Ok(_) => {
                tracing::warn!(dead_letter, "an event of a blocked purchase still cannot be read");
            }
            Err(error) => tracing::error!(%error, "could not unblock a purchase"),
        }
    }

    /// Dead-letters the service's own events that could not be folded, and blocks their purchase.
    pub(super) fn block_for_unread<D: Decider<State = S>>(
        &mut self,
        key: &str,
        mut fold: Folded<S>,
        reference: &D::Reference,
    ) {
        let principal = Principal::system("writer");
        let context = Context { now: self.recorded, principal: &principal, key, reference };
        let mut records = Vec::new();
        match fold.block_for_unread::<D>(&context, self.recorded, &mut records) {
            Ok(found) => {
                self.write(key.to_owned(), fold, &records);
                for unread in found {
                    self.dead_letter_as(
                        key.as_bytes(),
                        unread.position,
                        unread.type_name,
                        &unread.reason,
                    );
                }
            }
            Err(error) => tracing::error!(%error, "could not block a purchase"),
        }
    }

    fn write(&mut self, key: String, fold: Folded<S>, records: &[Record]) {
        self.batch.outgoing.extend(records.iter().map(|record| outgoing(self.partition, record)));
        self.batch.staged.insert((self.partition, key), fold);
    }

    fn dead_letter(&mut self, incoming: &Incoming, reason: &str) {
        let type_name = plain(incoming, "ce_type");
        let key = incoming.key.clone().unwrap_or_default();
        self.dead_letter_as(&key, self.position.clone(), type_name, reason);
    }

    fn dead_letter_as(&mut self, key: &[u8], position: String, type_name: String, reason: &str) {
        let reason = shortened(reason);
        let dead_letter = DeadLetter {
            position,
            type_name,
            reason,
            code: None,
            dead_lettered_at: self.recorded,
            record: None,
        };
        let headers = dead_letter.headers(self.context, Note::DeadLettered);
        self.batch.outgoing.push(Outgoing {
            target: Target::DeadLetter,
            partition: self.partition,
            key: key.to_vec(),
            headers,
            value: serde_json::to_vec(&dead_letter).unwrap_or_default(),
        });
    }

    fn reply<C>(
        &mut self,
        to: Option<i32>,
        input: &Input<C>,
        kind: ReplyKind,
        answer: Option<Answer>,
        is_new: bool,
    ) {
        if let (Some(to), Cause::Command { id, mac, .. }) = (to, &input.cause) {
            self.promise(to, reply(id.clone(), mac.clone(), kind, answer), is_new);
        }
    }

    fn promise(&mut self, to: i32, reply: Reply, is_new: bool) {
        let last = is_new.then(|| self.batch.outgoing.len().saturating_sub(1));
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

/// The event as a record of the service's events topic.
pub(super) fn outgoing(partition: i32, record: &Record) -> Outgoing {
    Outgoing {
        target: Target::Events,
        partition,
        key: record.key.as_bytes().to_vec(),
        headers: record.headers(),
        value: record.body.clone(),
    }
}

/// Runs a rule so that neither an error nor a panic in it affects other purchases.
pub(super) fn guarded<T, E: std::fmt::Display>(
    rule: impl FnOnce() -> Result<T, E>,
) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(rule)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("unknown");
            Err(format!("a rule panicked: {text}"))
        }
    }
}

/// Lets errors of folding leave the writer as [`WriterError`]s.
impl From<FoldError> for WriterError {
    fn from(error: FoldError) -> Self {
        Self::Log(super::log::LogError(error.to_string()))
    }
}

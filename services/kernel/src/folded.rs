//! A stream folded to the state that decisions need: the service's own state plus the state that
//! every stream has: its version, the head of its hash chain, the inputs already answered, and the
//! dead letters that wait while the stream is blocked.
//!
//! The writer, the replay, the simulation and the tests all decide through [`Folded::answer`];
//! there is no second implementation. The file is long because that one implementation belongs
//! together.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::decider::Cause;
use crate::ids::{ClaimId, claim_in, purchase_in};
use crate::record::{RELEASE, to_micros};
use crate::{
    Context, Decider, Event, Hash, Input, Instant, NotAllowed, Record, Refusal, Rejection, Wire,
    WireError,
};

/// A stream's state. Serialized only into the writer's cache, never published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Folded<S> {
    /// The version of the last event; 0 before the first event.
    pub version: u64,
    /// The hash of the last event, the head of the chain.
    pub head: Hash,
    /// The answer to every command so far, by command id.
    pub answered: BTreeMap<String, Answer>,
    /// The last version seen of the same purchase's stream in each other service, by context.
    pub seen: BTreeMap<String, u64>,
    /// Set while the stream is blocked: the dead letters that must be resolved first.
    pub blocked: Option<Block>,
    /// Records under the stream's key on its own topic that could not be folded, until an operator
    /// has resolved them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// The service's own fold.
    pub state: S,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The keyed hash of the command's content.
    pub mac: String,
    /// The version of the last event that answered it.
    pub version: u64,
    /// The subject of the first event that answered it.
    pub subject: String,
    /// The refusal; none if the command was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

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

/// The outcome of an input.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was decided now; the resulting records were appended to `records`.
    Decided(Option<Answer>),
    /// It was answered before, with this answer (none for a fact).
    Repeated(Option<Answer>),
    /// The command's id was used before with different content.
    Conflict,
    /// It refers to something that may not have been read yet; retry with `is_final` once that has
    /// been read.
    NotKnownYet(Refusal),
    /// The stream is blocked: dead-letter the input, then record that with [`Folded::dead_letter`].
    Blocked,
    /// The redriven or discarded dead letter is not at the head of the queue.
    NotTheHead,
}

/// Why a stream cannot be continued: always a defect, never a business outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A gap or a duplicate in the versions.
    #[error("stream {stream}: version {found} follows {last}; the log has a gap or a repeat")]
    Version {
        /// The stream's name: `claims/K`.
        stream: String,
        /// The last version that was folded.
        last: u64,
        /// The version of the next record.
        found: u64,
    },
    /// The hash chain is broken.
    #[error("stream {stream}, version {version}: the hash chain is broken")]
    Chain {
        /// The stream's name: `claims/K`.
        stream: String,
        /// The version of the record that does not match.
        version: u64,
    },
    /// An event that this release cannot read or write.
    #[error("stream {stream}, version {version}: {source}")]
    Unreadable {
        /// The stream's name: `claims/K`.
        stream: String,
        /// The version of that event.
        version: u64,
        /// The underlying error.
        source: WireError,
    },
    /// A decided event that must not follow on the state.
    #[error("stream {stream}: {source}")]
    NotAllowed {
        /// The stream's name: `claims/K`.
        stream: String,
        /// What is not allowed.
        source: NotAllowed,
    },
    /// An event under one purchase's key is about another purchase.
    #[error("`{subject}` does not belong to the purchase of the record's key, `{key}`")]
    OfAnother {
        /// The event's subject.
        subject: String,
        /// The record's key.
        key: String,
    },
    /// A rule did not move its own deadline, so the stream would be woken endlessly.
    #[error("stream {0}: a deadline was handled but is still due")]
    StillDue(String),
}

/// The events that streams of all services can have. These are stable formats.
mod common {
    use super::{Deserialize, Serialize};

    pub(super) const COMMAND_REFUSED: &str = "command_refused.v1";
    pub(super) const INPUT_NOTED: &str = "input_noted.v1";
    pub(super) const PURCHASE_BLOCKED: &str = "purchase_blocked.v1";
    pub(super) const INPUT_DEAD_LETTERED: &str = "input_dead_lettered.v1";
    pub(super) const INPUT_REDRIVEN: &str = "input_redriven.v1";
    pub(super) const INPUT_DISCARDED: &str = "input_discarded.v1";
    pub(super) const PURCHASE_RELEASED: &str = "purchase_released.v1";

    pub(super) const KINDS: [&str; 7] = [
        COMMAND_REFUSED,
        INPUT_NOTED,
        PURCHASE_BLOCKED,
        INPUT_DEAD_LETTERED,
        INPUT_REDRIVEN,
        INPUT_DISCARDED,
        PURCHASE_RELEASED,
    ];

    /// Records an input that changes nothing in this service.
    #[derive(Serialize, Deserialize)]
    pub(super) struct InputNoted {
        pub(super) input_type: String,
    }

    /// An input that was dead-lettered, redriven or discarded, identified by its position.
    #[derive(Serialize, Deserialize)]
    pub(super) struct DeadLetter {
        pub(super) dead_letter: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub(super) reason: String,
    }

    #[derive(Serialize, Deserialize)]
    pub(super) struct Released {}
}

impl<S: Default + Clone> Folded<S> {
    /// The next time at which the stream must be woken: immediately if it must be blocked for an
    /// unreadable record, never while it is blocked.
    pub fn wake_at<D: Decider<State = S>>(&self) -> Option<Instant> {
        if self.must_be_blocked() {
            Some(Instant::UNIX_EPOCH)
        } else if self.blocked.is_some() {
            None
        } else {
            D::wake_at(&self.state)
        }
    }

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

    /// Answers one input: appends the records to write to `records`, already folded into `self`.
    ///
    /// `recorded` is the writer's clock. `redrives` is the position of the dead letter that the
    /// input is redriven from, if any. With `is_final`, a reference to something unknown is refused
    /// instead of waited for. After an error the fold must be dropped.
    pub fn answer<D: Decider<State = S>>(
        &mut self,
        input: &Input<D::Command>,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        redrives: Option<&str>,
        is_final: bool,
        records: &mut Vec<Record>,
    ) -> Result<Outcome, FoldError> {
        if let Some(outcome) = self.answered_before(&input.cause) {
            if let Some(dead_letter) = redrives.filter(|dead_letter| self.is_head(dead_letter))
                && matches!(outcome, Outcome::Repeated(_))
            {
                self.leave_queue::<D>(input, context, recorded, dead_letter, records)?;
            }
            return Ok(outcome);
        }
        if self.blocked.is_some() {
            let Some(dead_letter) = redrives else { return Ok(Outcome::Blocked) };
            if !self.is_head(dead_letter) {
                return Ok(Outcome::NotTheHead);
            }
        }
        let decided = match &input.command {
            Some(command) => match D::decide(&self.state, command, context) {
                Err(rejection) if rejection.not_known_yet() && !is_final => {
                    return Ok(Outcome::NotKnownYet(Refusal::new(command, &rejection)));
                }
                decided => decided,
            },
            None => Ok(D::wake(&self.state, context)),
        };
        let mut event_writer = EventWriter::<D> {
            input,
            context,
            recorded,
            records,
            marker: std::marker::PhantomData,
        };
        if let Some(dead_letter) = redrives {
            let body =
                common::DeadLetter { dead_letter: dead_letter.to_owned(), reason: String::new() };
            event_writer.write_common(self, common::INPUT_REDRIVEN, &body)?;
        }
        match (decided, &input.command) {
            (Ok(events), _) if !events.is_empty() => {
                for event in &events {
                    event_writer.write(self, event)?;
                }
            }
            (Ok(_), Some(command)) => {
                let body = common::InputNoted { input_type: command.type_name().to_owned() };
                event_writer.write_common(self, common::INPUT_NOTED, &body)?;
            }
            (Err(rejection), Some(command)) => {
                let refusal = Refusal::new(command, &rejection);
                event_writer.write_common(self, common::COMMAND_REFUSED, &refusal)?;
            }
            (_, None) => {}
        }
        if redrives.is_some() && self.blocked.as_ref().is_some_and(|block| block.queue.is_empty()) {
            event_writer.write_common(self, common::PURCHASE_RELEASED, &common::Released {})?;
        }
        if input.command.is_none() && self.wake_at::<D>().is_some_and(|at| at <= context.now) {
            return Err(FoldError::StillDue(stream_name::<D>(context.key)));
        }
        Ok(Outcome::Decided(match &input.cause {
            Cause::Command { id, .. } => self.answered.get(id).cloned(),
            Cause::Fact { .. } | Cause::Wake => None,
        }))
    }

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
            common::INPUT_DEAD_LETTERED
        } else {
            common::PURCHASE_BLOCKED
        };
        let body =
            common::DeadLetter { dead_letter: input.position.clone(), reason: reason.to_owned() };
        let mut event_writer = EventWriter::<D> {
            input,
            context,
            recorded,
            records,
            marker: std::marker::PhantomData,
        };
        event_writer.write_common(self, kind, &body)
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
        let body =
            common::DeadLetter { dead_letter: dead_letter.to_owned(), reason: reason.to_owned() };
        self.see_to::<D>(input, context, recorded, common::INPUT_DISCARDED, &body, records)
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
        let body =
            common::DeadLetter { dead_letter: dead_letter.to_owned(), reason: String::new() };
        self.see_to::<D>(input, context, recorded, common::INPUT_REDRIVEN, &body, records)
    }

    fn see_to<D: Decider<State = S>>(
        &mut self,
        input: &Input<D::Command>,
        context: &Context<'_, D::Reference>,
        recorded: Instant,
        kind: &'static str,
        body: &common::DeadLetter,
        records: &mut Vec<Record>,
    ) -> Result<Outcome, FoldError> {
        if !self.is_head(&body.dead_letter) {
            return Ok(Outcome::NotTheHead);
        }
        let mut event_writer = EventWriter::<D> {
            input,
            context,
            recorded,
            records,
            marker: std::marker::PhantomData,
        };
        event_writer.write_common(self, kind, body)?;
        if self.blocked.as_ref().is_some_and(|block| block.queue.is_empty()) {
            event_writer.write_common(self, common::PURCHASE_RELEASED, &common::Released {})?;
        }
        Ok(Outcome::Decided(None))
    }

    /// Folds one record of the log, after checking its version and its hash chain link.
    pub fn replay<D: Decider<State = S>>(&mut self, record: &Record) -> Result<(), FoldError> {
        self.follows(record)?;
        let stream = || record.stream.clone();
        let unreadable =
            |source| FoldError::Unreadable { stream: stream(), version: record.version, source };
        if let Some(kind) = common_kind::<D>(&record.type_name) {
            self.fold_common(kind, &record.body).map_err(unreadable)?;
        } else {
            let event = D::Event::decode(&record.type_name, &record.body).map_err(unreadable)?;
            checked_subject(event.subject(), &record.key)?;
            D::evolve(&mut self.state, &event, record.time);
        }
        let refusal = common_kind::<D>(&record.type_name)
            .filter(|kind| *kind == common::COMMAND_REFUSED)
            .and_then(|_| serde_json::from_slice(&record.body).ok());
        self.fold_refusal::<D>(refusal.as_ref(), record.time);
        self.fold_attributes(record, refusal);
        Ok(())
    }

    /// Checks that the record is the next of the stream, by its version and its hash chain link.
    fn follows(&self, record: &Record) -> Result<(), FoldError> {
        let stream = || record.stream.clone();
        if record.version != self.version + 1 {
            let (last, found) = (self.version, record.version);
            return Err(FoldError::Version { stream: stream(), last, found });
        }
        if record.previous_hash != self.head || record.computed_hash() != record.hash {
            return Err(FoldError::Chain { stream: stream(), version: record.version });
        }
        Ok(())
    }

    fn fold_refusal<D: Decider<State = S>>(&mut self, refusal: Option<&Refusal>, at: Instant) {
        if let Some(refusal) = refusal {
            D::refused(&mut self.state, refusal, at);
        }
    }

    /// Whether this dead letter is at the head of the queue.
    fn is_head(&self, dead_letter: &str) -> bool {
        self.blocked
            .as_ref()
            .and_then(|block| block.queue.front())
            .is_some_and(|head| head == dead_letter)
    }

    /// Removes a duplicate from the queue: an input that arrived twice while the stream was blocked
    /// leaves the queue once its first copy is answered. The record names no command, so the stored
    /// answer stays unchanged.
    fn leave_queue<D: Decider<State = S>>(
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
        let body =
            common::DeadLetter { dead_letter: dead_letter.to_owned(), reason: String::new() };
        self.see_to::<D>(&input, context, recorded, common::INPUT_REDRIVEN, &body, records)?;
        Ok(())
    }

    fn answered_before(&self, cause: &Cause) -> Option<Outcome> {
        match cause {
            Cause::Command { id, mac, .. } => {
                let answer = self.answered.get(id)?;
                Some(if answer.mac == *mac {
                    Outcome::Repeated(Some(answer.clone()))
                } else {
                    Outcome::Conflict
                })
            }
            Cause::Fact { context, version, .. } => {
                (self.seen.get(context)? >= version).then_some(Outcome::Repeated(None))
            }
            Cause::Wake => None,
        }
    }

    fn fold_common(&mut self, kind: &str, body: &[u8]) -> Result<(), WireError> {
        let dead_letter = || crate::wire::decode_body::<common::DeadLetter>(kind, body);
        match kind {
            common::PURCHASE_BLOCKED | common::INPUT_DEAD_LETTERED => {
                let dead_letter = dead_letter()?.dead_letter;
                for unread in &mut self.unread {
                    unread.is_blocked |= unread.position == dead_letter;
                }
                self.blocked.get_or_insert_default().queue.push_back(dead_letter);
            }
            common::INPUT_REDRIVEN | common::INPUT_DISCARDED => {
                let dead_letter = dead_letter()?.dead_letter;
                if let Some(block) = &mut self.blocked {
                    block.queue.retain(|waiting| *waiting != dead_letter);
                }
                self.unread.retain(|unread| unread.position != dead_letter);
            }
            common::PURCHASE_RELEASED => self.blocked = None,
            _ => {}
        }
        Ok(())
    }

    /// Folds the attributes of a record, independent of its body: version, hash, and the input it
    /// answers.
    fn fold_attributes(&mut self, record: &Record, refusal: Option<Refusal>) {
        self.version = record.version;
        self.head = record.hash;
        // A dead-lettered input is not answered yet: it will be redriven or discarded.
        if record.type_name.ends_with(common::PURCHASE_BLOCKED)
            || record.type_name.ends_with(common::INPUT_DEAD_LETTERED)
        {
            return;
        }
        if !record.command_id.is_empty() {
            let answer = self.answered.entry(record.command_id.clone()).or_insert_with(|| Answer {
                mac: record.command_mac.clone(),
                version: 0,
                subject: record.subject.clone(),
                refusal: None,
            });
            answer.version = record.version;
            if refusal.is_some() {
                answer.refusal = refusal;
            }
        } else if let Some((context, version)) = fact_in(&record.causation_id) {
            self.seen.insert(context.to_owned(), version);
        }
    }
}

/// Returns an event's subject after checking that it belongs to the purchase of the record's key.
fn checked_subject(subject: String, key: &str) -> Result<String, FoldError> {
    if purchase_in(&subject).is_some_and(|purchase| purchase.as_str() != key) {
        return Err(FoldError::OfAnother { subject, key: key.to_owned() });
    }
    Ok(subject)
}

/// The context and version from a fact's id such as `policies/K/3`.
fn fact_in(id: &str) -> Option<(&str, u64)> {
    let mut parts = id.split('/');
    let (context, _key, version) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some((context, version))
}

fn common_kind<D: Decider>(type_name: &str) -> Option<&str> {
    let kind = type_name.strip_prefix(D::TYPE_PREFIX)?.strip_prefix('.')?;
    common::KINDS.contains(&kind).then_some(kind)
}

/// The kind of an event that streams of all services can have, such as `input_noted.v1`; none for
/// other types.
pub fn common_kind_of(type_name: &str) -> Option<&'static str> {
    common::KINDS
        .into_iter()
        .find(|kind| type_name.strip_suffix(kind).is_some_and(|prefix| prefix.ends_with('.')))
}

fn stream_name<D: Decider>(key: &str) -> String {
    format!("{}/{key}", D::CONTEXT)
}

/// Builds and folds the records of one answer.
struct EventWriter<'a, D: Decider> {
    input: &'a Input<D::Command>,
    context: &'a Context<'a, D::Reference>,
    recorded: Instant,
    records: &'a mut Vec<Record>,
    marker: std::marker::PhantomData<D>,
}

/// What a record is about.
struct About {
    subject: String,
    claim: Option<ClaimId>,
    time: Instant,
    terms: Option<String>,
}

/// The claim that a command names, directly or by one of its parts.
fn claim_of_command(command: &impl Wire) -> Option<ClaimId> {
    let body: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&command.encode().ok()?).ok()?;
    ["claim", "job", "shipment", "payment"]
        .iter()
        .find_map(|name| claim_in(body.get(*name)?.as_str()?))
}

impl<D: Decider> EventWriter<'_, D> {
    fn write(&mut self, fold: &mut Folded<D::State>, event: &D::Event) -> Result<(), FoldError> {
        let subject = checked_subject(event.subject(), self.context.key)?;
        let body = event.encode().map_err(|source| self.unwritable(fold, source))?;
        let happened = event.happened().unwrap_or(self.context.now);
        let time = to_micros(happened).min(to_micros(self.recorded));
        // First the state, so that the record says in which stage the claim is now.
        D::apply_decided(&mut fold.state, event, time).map_err(|source| FoldError::NotAllowed {
            stream: stream_name::<D>(self.context.key),
            source,
        })?;
        let claim = claim_in(&subject);
        let about = About { subject, claim, time, terms: event.terms() };
        let record = self.record(fold, event.type_name().to_owned(), about, body);
        fold.fold_attributes(&record, None);
        self.records.push(record);
        Ok(())
    }

    fn write_common<T: Serialize>(
        &mut self,
        fold: &mut Folded<D::State>,
        kind: &str,
        body: &T,
    ) -> Result<(), FoldError> {
        let claim = self.input.command.as_ref().filter(|_| kind == common::COMMAND_REFUSED);
        // A command can name a claim of another purchase, which this stream must not speak for: no reader
        // accepts a record whose claim is not of its key.
        let claim = claim.and_then(claim_of_command);
        let claim = claim.filter(|claim| claim.key.as_str() == self.context.key);
        let type_name = format!("{}.{kind}", D::TYPE_PREFIX);
        let body = crate::wire::encode_body(&type_name, body)
            .map_err(|source| self.unwritable(fold, source))?;
        let subject = stream_name::<D>(self.context.key);
        let time = to_micros(self.context.now).min(to_micros(self.recorded));
        let about = About { subject, claim, time, terms: None };
        let record = self.record(fold, type_name, about, body);
        fold.fold_common(kind, &record.body).map_err(|source| self.unwritable(fold, source))?;
        let refusal = (kind == common::COMMAND_REFUSED)
            .then(|| serde_json::from_slice(&record.body).ok())
            .flatten();
        fold.fold_refusal::<D>(refusal.as_ref(), record.time);
        fold.fold_attributes(&record, refusal);
        self.records.push(record);
        Ok(())
    }

    fn record(
        &self,
        fold: &Folded<D::State>,
        type_name: String,
        about: About,
        body: Vec<u8>,
    ) -> Record {
        let About { subject, claim, time, terms } = about;
        let stage = claim.and_then(|claim| D::stage_of(&fold.state, claim));
        let stream = stream_name::<D>(self.context.key);
        let version = fold.version + 1;
        let recorded = to_micros(self.recorded);
        let (command_id, command_mac, causation_id) = match &self.input.cause {
            Cause::Command { id, mac, causation_id } => {
                (id.clone(), mac.clone(), causation_id.clone())
            }
            Cause::Fact { id, .. } => (String::new(), String::new(), id.clone()),
            Cause::Wake => (String::new(), String::new(), format!("{stream}/{}", fold.version)),
        };
        let mut record = Record {
            id: format!("{stream}/{version}"),
            source: format!("/recourse/{}", D::CONTEXT),
            type_name,
            subject,
            time,
            recorded,
            key: self.context.key.to_owned(),
            stream,
            version,
            input: self.input.position.clone(),
            command_id,
            command_mac,
            causation_id,
            correlation_id: format!("ord_{}", self.context.key),
            principal: self.input.principal.clone(),
            terms,
            claim: claim.map(|claim| claim.to_string()),
            stage: stage.map(str::to_owned),
            release: RELEASE.to_owned(),
            previous_hash: fold.head,
            hash: Hash::default(),
            traceparent: self.input.traceparent.clone(),
            body,
        };
        record.hash = record.computed_hash();
        record
    }

    fn unwritable(&self, fold: &Folded<D::State>, source: WireError) -> FoldError {
        FoldError::Unreadable {
            stream: stream_name::<D>(self.context.key),
            version: fold.version + 1,
            source,
        }
    }
}

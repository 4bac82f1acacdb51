//! A stream folded to what deciding needs: the service's own state, and beside it what every stream keeps:
//! its version, the head of its hash chain, what it has answered, and what waits while it is held.
//!
//! The writer, the replay, the simulation and the tests all go through [`Folded::answer`], so there is one
//! way to decide.
//!
//! Long because there is one way to decide, and all of it is read together.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::decider::Cause;
use crate::ids::purchase_in;
use crate::record::{RELEASE, to_micros};
use crate::{
    Context, Decider, Event, Hash, Input, Instant, Record, Refusal, Rejection, Wire, WireError,
};

/// A stream's state. Serialized as the writer's cache, never published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Folded<S> {
    /// The version of the last event; 0 before the first.
    pub version: u64,
    /// The hash of the last event.
    pub head: Hash,
    /// Every command ever answered, by its id.
    pub answered: BTreeMap<String, Answer>,
    /// The last version seen of each foreign stream, by context.
    pub seen: BTreeMap<String, u64>,
    /// Why nothing is decided for now, and what waits.
    pub blocked: Option<Block>,
    /// Records under the stream's key on its own topic that are not folded in, until a person has seen to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// The service's own fold.
    pub state: S,
}

/// What a command was answered with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The keyed hash of the command's content.
    pub mac: String,
    /// The version of the last event that answered it.
    pub version: u64,
    /// What its first event was about.
    pub subject: String,
    /// Why it was refused, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// A stream that waits for a person, because an input could not be read or decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The positions of parked inputs, in order. Only the first may be redriven.
    pub queue: VecDeque<String>,
}

/// A record under a stream's key on the topic of its service that is none of the stream's, or that this release
/// cannot read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unread {
    /// `topic/partition/offset` of it.
    pub position: String,
    /// The type that it says it has.
    pub type_name: String,
    /// Why it is not folded in.
    pub reason: String,
    /// Whether the stream says that it is held for it.
    pub is_blocked: bool,
}

/// What became of an input.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was decided now. The records that say so are returned beside.
    Decided(Option<Answer>),
    /// It was answered before, with this (nothing for a fact).
    Repeated(Option<Answer>),
    /// The command's id was used before for something else.
    Conflict,
    /// It refers to something that may not have been read yet; ask again with `is_final` once it has.
    NotKnownYet(Refusal),
    /// The stream is held: park the input, then record it with [`Folded::dead_letter`].
    Blocked,
    /// A redrive of something that is not at the head of the queue.
    NotTheHead,
}

/// Why a stream cannot go on: a defect, never an outcome of business.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A gap or a repeat in the versions.
    #[error("stream {stream}: version {found} follows {last}; the log has a gap or a repeat")]
    Version {
        /// The stream.
        stream: String,
        /// The last version folded.
        last: u64,
        /// The version that came.
        found: u64,
    },
    /// The hash chain is broken.
    #[error("stream {stream}, version {version}: the hash chain is broken")]
    Chain {
        /// The stream.
        stream: String,
        /// The version at which it breaks.
        version: u64,
    },
    /// An event that this release cannot read.
    #[error("stream {stream}, version {version}: {source}")]
    Unreadable {
        /// The stream.
        stream: String,
        /// The version that cannot be read.
        version: u64,
        /// Why.
        source: WireError,
    },
    /// What was asked under one purchase's key is about another purchase.
    #[error("it is about `{subject}`, and came under the key of another purchase, `{key}`")]
    OfAnother {
        /// What it is about.
        subject: String,
        /// The key it came under.
        key: String,
    },
    /// A rule did not move its own deadline, so the stream would be woken for ever.
    #[error("stream {0}: a deadline was woken and is still due")]
    StillDue(String),
}

/// The events that every stream can have, whatever its service. These are formats.
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

    /// An input that changes nothing here, for the record.
    #[derive(Serialize, Deserialize)]
    pub(super) struct InputNoted {
        pub(super) input_type: String,
    }

    /// An input that was set aside, redriven or discarded, by its position.
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
    /// When the stream next wants to be woken: at once, to be held for what cannot be read; never while it is held.
    pub fn wake_at<D: Decider<State = S>>(&self) -> Option<Instant> {
        if self.must_be_blocked() {
            Some(Instant::UNIX_EPOCH)
        } else if self.blocked.is_some() {
            None
        } else {
            D::wake_at(&self.state)
        }
    }

    /// Whether something could not be folded in, and the stream does not say so yet.
    pub fn must_be_blocked(&self) -> bool {
        self.unread.iter().any(|unread| !unread.is_blocked)
    }

    /// Notes a record of the service's own topic that [`Folded::replay`] refused. Where it is the next of the stream
    /// and only its body cannot be read, what its attributes say counts, so that the chain goes on behind it.
    pub fn set_aside(&mut self, record: Option<&Record>, unread: Unread) {
        if let Some(record) = record.filter(|record| self.follows(record).is_ok()) {
            self.fold_attributes(record, None);
        }
        self.unread.push(unread);
    }

    /// Records that the stream is held for what could not be folded in, and gives it, to be parked.
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

    /// Answers one input: the records to write are appended to `records` and are already folded in.
    ///
    /// `recorded` is the writer's clock. `redrives` is the position under which the input was parked, if it
    /// comes from there. With `is_final`, something unknown is refused instead of waited for. After an error
    /// the fold must be dropped.
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
                    return Ok(Outcome::NotKnownYet(Refusal::new(command.type_name(), &rejection)));
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
                let refusal = Refusal::new(command.type_name(), &rejection);
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

    /// Records that an input was parked; the first one holds the stream. `position` names the input.
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

    /// Records that the head of the queue was discarded by a person, for a reason.
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

    /// Records that an event of this very stream, for which it was held, is folded in by now: by a release that reads
    /// it. [`Outcome::Blocked`] where it still is not.
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

    /// Takes one record of the log in, after checking its version and its place in the hash chain.
    pub fn replay<D: Decider<State = S>>(&mut self, record: &Record) -> Result<(), FoldError> {
        self.follows(record)?;
        let stream = || record.stream.clone();
        let unreadable =
            |source| FoldError::Unreadable { stream: stream(), version: record.version, source };
        if let Some(kind) = common_kind::<D>(&record.type_name) {
            self.fold_common(kind, &record.body).map_err(unreadable)?;
        } else {
            let event = D::Event::decode(&record.type_name, &record.body).map_err(unreadable)?;
            of_this_purchase(event.subject(), &record.key)?;
            D::evolve(&mut self.state, &event, record.time);
        }
        let refusal = common_kind::<D>(&record.type_name)
            .filter(|kind| *kind == common::COMMAND_REFUSED)
            .and_then(|_| serde_json::from_slice(&record.body).ok());
        self.fold_refusal::<D>(refusal.as_ref(), record.time);
        self.fold_attributes(record, refusal);
        Ok(())
    }

    /// Whether the record is the next of the stream, by its version and its place in the hash chain.
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

    /// Whether this is what the queue of a held stream waits for.
    fn is_head(&self, dead_letter: &str) -> bool {
        self.blocked
            .as_ref()
            .and_then(|block| block.queue.front())
            .is_some_and(|head| head == dead_letter)
    }

    /// Asked or told twice while the stream was held: once the first is answered, the second leaves the queue.
    /// The record names no command, so that the answer stays what it was.
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

    /// What every record's attributes say, whatever its body: version, chain, and what it answers.
    fn fold_attributes(&mut self, record: &Record, refusal: Option<Refusal>) {
        self.version = record.version;
        self.head = record.hash;
        // A parked input is not answered: it comes again.
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

/// What an event is about, which must not be another purchase than the one under whose key it stands.
fn of_this_purchase(subject: String, key: &str) -> Result<String, FoldError> {
    if purchase_in(&subject).is_some_and(|purchase| purchase.as_str() != key) {
        return Err(FoldError::OfAnother { subject, key: key.to_owned() });
    }
    Ok(subject)
}

/// The context and version in a fact's id, `policies/K/3`.
fn fact_in(id: &str) -> Option<(&str, u64)> {
    let mut parts = id.split('/');
    let (context, _key, version) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some((context, version))
}

fn common_kind<D: Decider>(type_name: &str) -> Option<&str> {
    let kind = type_name.strip_prefix(D::TYPE_PREFIX)?.strip_prefix('.')?;
    common::KINDS.contains(&kind).then_some(kind)
}

/// The kind of an event that every stream can have, whatever its service: `input_noted.v1`, say.
pub fn common_kind_of(type_name: &str) -> Option<&'static str> {
    common::KINDS
        .into_iter()
        .find(|kind| type_name.strip_suffix(kind).is_some_and(|prefix| prefix.ends_with('.')))
}

fn stream_name<D: Decider>(key: &str) -> String {
    format!("{}/{key}", D::CONTEXT)
}

/// Writes the records of one answer.
struct EventWriter<'a, D: Decider> {
    input: &'a Input<D::Command>,
    context: &'a Context<'a, D::Reference>,
    recorded: Instant,
    records: &'a mut Vec<Record>,
    marker: std::marker::PhantomData<D>,
}

impl<D: Decider> EventWriter<'_, D> {
    fn write(&mut self, fold: &mut Folded<D::State>, event: &D::Event) -> Result<(), FoldError> {
        let subject = of_this_purchase(event.subject(), self.context.key)?;
        let body = event.encode().map_err(|source| self.unwritable(fold, source))?;
        let happened = event.happened().unwrap_or(self.context.now);
        let record =
            self.record(fold, event.type_name().to_owned(), subject, happened, event.terms(), body);
        D::evolve(&mut fold.state, event, record.time);
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
        let type_name = format!("{}.{kind}", D::TYPE_PREFIX);
        let body = crate::wire::encode_body(&type_name, body)
            .map_err(|source| self.unwritable(fold, source))?;
        let subject = stream_name::<D>(self.context.key);
        let record = self.record(fold, type_name, subject, self.context.now, None, body);
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
        subject: String,
        happened: Instant,
        terms: Option<String>,
        body: Vec<u8>,
    ) -> Record {
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
            time: to_micros(happened).min(recorded),
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

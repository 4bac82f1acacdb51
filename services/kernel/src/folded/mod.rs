//! A stream folded to the state that decisions need: the service's own state plus the state that
//! every stream has: its version and the head of its hash chain (`stream`), the inputs already
//! answered (`answered`), and the dead letters that wait while the stream is blocked
//! (`blocked`).
//!
//! The writer, the replay, the simulation and the tests all decide through [`Folded::answer`];
//! there is no second implementation.

mod answered;
mod blocked;
mod generic;
mod stream;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::decider::Cause;
use crate::{Context, Decider, Event, Hash, Input, Instant, Record, Refusal, Rejection, Wire};

pub use answered::Answer;
pub use blocked::{Block, Unread};
pub use generic::generic_kind_of;
pub use stream::FoldError;

use generic::{DeadLetter, InputNoted, Released, generic_kind};
use stream::{EventWriter, checked_subject, stream_name};

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

/// The business outcome of an input; a defect is a [`FoldError`] instead.
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
                Err(rejection) if rejection.reason().not_known_yet && !is_final => {
                    return Ok(Outcome::NotKnownYet(Refusal::new(command, &rejection)));
                }
                decided => decided,
            },
            None => Ok(D::wake(&self.state, context)),
        };
        let mut event_writer = EventWriter::<D>::new(input, context, recorded, records);
        if let Some(dead_letter) = redrives {
            let body = DeadLetter::new(dead_letter, "");
            event_writer.write_generic(self, generic::INPUT_REDRIVEN, &body)?;
        }
        self.write_decision(&mut event_writer, decided, input.command.as_ref())?;
        if redrives.is_some() && self.can_be_released() {
            event_writer.write_generic(self, generic::PURCHASE_RELEASED, &Released {})?;
        }
        if input.command.is_none() && self.wake_at::<D>().is_some_and(|at| at <= context.now) {
            return Err(FoldError::StillDue(stream_name::<D>(context.key)));
        }
        Ok(Outcome::Decided(match &input.cause {
            Cause::Command { id, .. } => self.answered.get(id).cloned(),
            Cause::Fact { .. } | Cause::Wake => None,
        }))
    }

    /// Writes the events of a decision. A command leaves at least one: that it was noted or
    /// refused.
    fn write_decision<D: Decider<State = S>>(
        &mut self,
        event_writer: &mut EventWriter<'_, D>,
        decided: Result<Vec<D::Event>, D::Rejection>,
        command: Option<&D::Command>,
    ) -> Result<(), FoldError> {
        match (decided, command) {
            (Ok(events), _) if !events.is_empty() => {
                events.iter().try_for_each(|event| event_writer.write(self, event))
            }
            (Ok(_), Some(command)) => {
                let body = InputNoted { input_type: command.type_name().to_owned() };
                event_writer.write_generic(self, generic::INPUT_NOTED, &body)
            }
            (Err(rejection), Some(command)) => {
                let refusal = Refusal::new(command, &rejection);
                event_writer.write_generic(self, generic::COMMAND_REFUSED, &refusal)
            }
            (_, None) => Ok(()),
        }
    }

    /// Folds one record of the log, after checking its version and its hash chain link.
    pub fn replay<D: Decider<State = S>>(&mut self, record: &Record) -> Result<(), FoldError> {
        self.follows(record)?;
        let stream = || record.stream.clone();
        let unreadable =
            |source| FoldError::Unreadable { stream: stream(), version: record.version, source };
        if let Some(kind) = generic_kind::<D>(&record.type_name) {
            self.fold_generic(kind, &record.body).map_err(unreadable)?;
        } else {
            let event = D::Event::decode(&record.type_name, &record.body).map_err(unreadable)?;
            checked_subject(event.subject(), &record.key)?;
            D::evolve(&mut self.state, &event, record.time);
        }
        let refusal = generic_kind::<D>(&record.type_name)
            .filter(|kind| *kind == generic::COMMAND_REFUSED)
            .and_then(|_| serde_json::from_slice(&record.body).ok());
        self.fold_refusal::<D>(refusal.as_ref(), record.time);
        self.fold_attributes(record, refusal);
        Ok(())
    }

    fn fold_refusal<D: Decider<State = S>>(&mut self, refusal: Option<&Refusal>, at: Instant) {
        if let Some(refusal) = refusal {
            D::refused(&mut self.state, refusal, at);
        }
    }
}

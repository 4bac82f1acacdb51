//! The interface of every decision: state and command in, events or a typed rejection out.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ids::ClaimId;
use crate::{Instant, Matter, Principal, Record, Refusal, Rejection, Wait, Wire, WireError};

/// An event of a service: a wire type with a subject.
pub trait Event: Wire {
    /// The id of the entity in the stream that the event is about: `clm_K-1.2-3`.
    fn subject(&self) -> String;

    /// When it happened, if not at the time of the decision (a fact that was reported late).
    fn happened(&self) -> Option<Instant> {
        None
    }

    /// The digest of the terms that the decision is based on; for a sale `DIGEST@OFFSET`.
    fn terms(&self) -> Option<String> {
        None
    }
}

/// What a decision may use in addition to state and command. All of it comes from the log.
#[derive(Debug)]
pub struct Context<'a, R> {
    /// The time of the decision: when the edge recorded the command, when the fact was recorded, or
    /// the clock's time when a deadline woke the stream.
    pub now: Instant,
    /// Who the decision is made for; the software itself for a fact or a deadline.
    pub principal: &'a Principal,
    /// The order key (or, for terms, the line): the last part of the stream's name.
    pub key: &'a str,
    /// Terms, tariffs and shops as known at `now`.
    pub reference: &'a R,
}

/// One service's rules for one stream. All functions are pure: the same input always gives the same
/// result, also in a replay years later.
pub trait Decider: Send + Sync + 'static {
    /// The service's name in topics and streams: `claims` in `recourse.claims.events.v1` and
    /// `claims/K`.
    const CONTEXT: &'static str;
    /// The prefix of its event types: `recourse.claim`.
    const TYPE_PREFIX: &'static str;
    /// Increase this whenever `State` or `evolve` changes, so that stored folds of an older version
    /// are discarded.
    const FOLD_VERSION: u32;
    /// The contexts whose events it reacts to: `["policies", "jobs"]`.
    const FOREIGN: &'static [&'static str];

    /// The state that decisions need: a fold of the stream's events.
    type State: Default + Clone + Serialize + DeserializeOwned + Send + 'static;
    /// The commands, including facts of other services translated into commands.
    type Command: Wire + Send + 'static;
    /// What decisions write to the service's topic, `recourse.claims.events.v1`.
    type Event: Event;
    /// Why a command may be refused.
    type Rejection: Rejection;
    /// The reference data: terms, tariffs and shops.
    type Reference: Send + Sync + 'static;

    /// Decides one command. An empty list of events means that the command is noted and changes
    /// nothing.
    fn decide(
        state: &Self::State,
        command: &Self::Command,
        context: &Context<'_, Self::Reference>,
    ) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Applies one event to the state. Events are facts, so this cannot fail. `at` is when it
    /// happened.
    fn evolve(state: &mut Self::State, event: &Self::Event, at: Instant);

    /// Applies an event that was decided just now. An error means that no rule should ever have
    /// decided it in this state: a defect, for which the input is dead-lettered. A replay never
    /// asks, because events on the log are facts.
    fn apply_decided(
        state: &mut Self::State,
        event: &Self::Event,
        at: Instant,
    ) -> Result<(), NotAllowed> {
        Self::evolve(state, event, at);
        Ok(())
    }

    /// Applies the refusal of a command to the state, for refusals that later decisions depend on.
    /// Cannot fail. `at` is the time of the command.
    fn refused(_state: &mut Self::State, _refusal: &Refusal, _at: Instant) {}

    /// The stage that a claim is in, as this service sees it. It is published with every event that
    /// concerns the claim.
    fn stage_of(_state: &Self::State, _claim: ClaimId) -> Option<&'static str> {
        None
    }

    /// Translates another service's event into a command of this one; none if the event is
    /// irrelevant here.
    fn translate(record: &Record) -> Result<Option<Self::Command>, WireError>;

    /// The matters of the stream that are still open. Each has at least one entry in
    /// [`waits`](Decider::waits).
    fn open(_state: &Self::State) -> Vec<Matter> {
        Vec::new()
    }

    /// Everything that the stream waits for: who must act, and until when (T8). A deadline exists
    /// only as one of these.
    fn waits(_state: &Self::State) -> Vec<Wait> {
        Vec::new()
    }

    /// What happens when the reminder or the deadline of a wait has come. Its events must end the
    /// wait, mark it as late, or move its date past `context.now`.
    fn passed(
        _state: &Self::State,
        _wait: &Wait,
        _context: &Context<'_, Self::Reference>,
    ) -> Vec<Self::Event> {
        Vec::new()
    }

    /// The next deadline at which the stream must be woken; none if there is no deadline. It
    /// follows from the waits.
    fn wake_at(state: &Self::State) -> Option<Instant> {
        Self::waits(state).iter().filter_map(Wait::next).min()
    }

    /// Handles what is due at `context.now`, the earliest first, each on the state that the one
    /// before it leads to. Its events must move `wake_at` past `context.now`.
    fn wake(state: &Self::State, context: &Context<'_, Self::Reference>) -> Vec<Self::Event> {
        let mut state = state.clone();
        let mut events = Vec::new();
        let is_due = |wait: &Wait| wait.next().is_some_and(|next| next <= context.now);
        while let Some(due) = Self::waits(&state).into_iter().filter(is_due).min() {
            let passed = Self::passed(&state, &due, context);
            for event in &passed {
                Self::evolve(&mut state, event, event.happened().unwrap_or(context.now));
            }
            events.extend(passed);
            if Self::waits(&state).contains(&due) {
                // A defect in a rule, which the caller notices: the deadline is still due.
                break;
            }
        }
        events
    }
}

/// A decided event that must not follow on the state: a defect in the rules, never a business
/// outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAllowed(pub String);

/// An input that a stream answers: a command, another service's fact, or a deadline.
#[derive(Debug, Clone)]
pub struct Input<C> {
    /// The kind of input, with the identity by which a repeat is recognised.
    pub cause: Cause,
    /// The time of the decision; becomes [`Context::now`].
    pub at: Instant,
    /// Who the decision is made for; becomes [`Context::principal`].
    pub principal: Principal,
    /// The input's `topic/partition/offset`, or `clock`.
    pub position: String,
    /// The W3C trace context, passed on to the records of the answer; none if the input has none.
    pub traceparent: Option<String>,
    /// The command, or the fact as a command; none for a deadline.
    pub command: Option<C>,
}

/// The kind of an input, and how a repeat of it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A command, identified by its id; the same id with a different keyed hash is a conflict.
    Command {
        /// [`CommandRecord::id`](crate::CommandRecord::id); a repeat has the same one.
        id: String,
        /// The keyed hash of its content.
        mac: String,
        /// The record or request that led to it.
        causation_id: String,
    },
    /// An event of another service's stream, identified by its version.
    Fact {
        /// The other service's context: `policies`.
        context: String,
        /// The version in that service's stream.
        version: u64,
        /// The event's id, `policies/K/3`: the causation id of what is decided.
        id: String,
    },
    /// A deadline. It is never a repeat: the state says whether it is still due.
    Wake,
}

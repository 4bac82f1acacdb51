//! The shape of every decision: state and command in, events or a typed rejection out.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Instant, Principal, Record, Refusal, Rejection, Wire, WireError};

/// An event of a service: a wire type that knows what it is about.
pub trait Event: Wire {
    /// The id of the thing in the stream that the event is about: `clm_K-1.2-3`.
    fn subject(&self) -> String;

    /// When it happened, where that is not the moment of the decision (a fact told late).
    fn happened(&self) -> Option<Instant> {
        None
    }

    /// The digest of the terms that decided it; for a sale `DIGEST@OFFSET`.
    fn terms(&self) -> Option<String> {
        None
    }
}

/// What a decision may look at beside state and command. Everything in it is on the log.
#[derive(Debug)]
pub struct Context<'a, R> {
    /// The one moment of the decision: a command's time at the edge, a fact's recorded time, or the
    /// clock's when a deadline woke the stream.
    pub now: Instant,
    /// Who asks.
    pub principal: &'a Principal,
    /// The order key, or the line of terms: the last part of the stream's name.
    pub key: &'a str,
    /// Terms, tariffs and shops as known at this moment.
    pub reference: &'a R,
}

/// One service's rules over one stream. All functions are pure and give the same answer for ever.
pub trait Decider: Send + Sync + 'static {
    /// The service's word in topics and streams: `claims` in `recourse.claims.events.v1` and
    /// `claims/K`.
    const CONTEXT: &'static str;
    /// The start of its event types: `recourse.claim`.
    const TYPE_PREFIX: &'static str;
    /// Raised whenever `State` or `evolve` changes, so that stored folds of another shape do not
    /// count.
    const FOLD_VERSION: u32;
    /// The contexts whose events it reacts to: `["policies", "jobs"]`.
    const FOREIGN: &'static [&'static str];

    /// What deciding needs to know: a fold of the stream's events.
    type State: Default + Clone + Serialize + DeserializeOwned + Send + 'static;
    /// What can be asked, foreign facts included.
    type Command: Wire + Send + 'static;
    /// What can happen.
    type Event: Event;
    /// Why it may not.
    type Rejection: Rejection;
    /// Terms, tariffs and shops.
    type Reference: Send + Sync + 'static;

    /// Decides one command. No events means: noted, nothing changes.
    fn decide(
        state: &Self::State,
        command: &Self::Command,
        context: &Context<'_, Self::Reference>,
    ) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Takes one event into the state. Facts only; cannot fail. `at` is when it happened.
    fn evolve(state: &mut Self::State, event: &Self::Event, at: Instant);

    /// Takes the refusal of a command into the state, where what it saw can matter later. Facts
    /// only; cannot fail. `at` is when it was asked.
    fn refused(_state: &mut Self::State, _refusal: &Refusal, _at: Instant) {}

    /// Another service's event as a command of this one; nothing if it is none of its concern.
    fn translate(record: &Record) -> Result<Option<Self::Command>, WireError>;

    /// When the state next wants to be woken.
    fn wake_at(state: &Self::State) -> Option<Instant>;

    /// What happens at a deadline. Called only when `wake_at` is not after `context.now`; must move
    /// it.
    fn wake(state: &Self::State, context: &Context<'_, Self::Reference>) -> Vec<Self::Event>;
}

/// Something that a stream answers: a command, another service's fact, or a deadline.
#[derive(Debug, Clone)]
pub struct Input<C> {
    /// What kind of thing it is, with what makes it recognisable when it comes again.
    pub cause: Cause,
    /// The moment of the decision.
    pub at: Instant,
    /// Who asks.
    pub principal: Principal,
    /// `topic/partition/offset` of it, or `clock`.
    pub position: String,
    /// The W3C trace context.
    pub traceparent: Option<String>,
    /// What is asked; nothing for a deadline.
    pub command: Option<C>,
}

/// What an input is, and how it is recognised when it comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A command, known by its id; the same id with another keyed hash is a conflict.
    Command {
        /// The command's id.
        id: String,
        /// The keyed hash of its content.
        mac: String,
        /// The record or request that led to it.
        causation_id: String,
    },
    /// An event of another service's stream, known by its version.
    Fact {
        /// The other service's context: `policies`.
        context: String,
        /// The version in that service's stream.
        version: u64,
        /// The event's id.
        id: String,
    },
    /// A deadline.
    Wake,
}

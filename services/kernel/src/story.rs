//! Given, when, then: a DSL for testing rules.
//!
//! ```ignore
//! given::<Claims>(&book, [sold(), covered(day(16))])
//!     .when(adjuster(), day(20), accept())
//!     .then(|events| assert!(matches!(events, [ClaimEvent::Accepted(_)])));
//! ```

use std::fmt::Debug;

use crate::{Context, Decider, Instant, Principal, Refusal};

/// A stream with past events, in a test.
pub struct Story<'a, D: Decider> {
    key: String,
    reference: &'a D::Reference,
    state: D::State,
}

/// The outcome of a command or a deadline, in a test.
pub struct Reported<D: Decider> {
    outcome: Result<Vec<D::Event>, D::Rejection>,
    /// The state after the events.
    pub state: D::State,
}

/// A stream of the purchase `key` with these past events, each at its time.
pub fn given<'a, D: Decider>(
    key: &str,
    reference: &'a D::Reference,
    past: impl IntoIterator<Item = (Instant, D::Event)>,
) -> Story<'a, D> {
    let mut state = D::State::default();
    for (at, event) in past {
        D::evolve(&mut state, &event, at);
    }
    Story { key: key.to_owned(), reference, state }
}

impl<D: Decider> Story<'_, D> {
    /// A principal sends a command at `now`. Its events, if any, are applied to the state.
    pub fn when(
        mut self,
        principal: &Principal,
        now: Instant,
        command: &D::Command,
    ) -> Reported<D> {
        let context = Context { now, principal, key: &self.key, reference: self.reference };
        let outcome = D::decide(&self.state, command, &context);
        for event in outcome.iter().flatten() {
            D::evolve(&mut self.state, event, now);
        }
        if let Err(rejection) = &outcome {
            D::refused(&mut self.state, &Refusal::new(command, rejection), now);
        }
        Reported { outcome, state: self.state }
    }

    /// The clock reaches `now`. Nothing happens unless a deadline is due.
    pub fn when_the_clock_reaches(mut self, now: Instant) -> Reported<D> {
        let principal = Principal::system("clock");
        let context =
            Context { now, principal: &principal, key: &self.key, reference: self.reference };
        let due = D::wake_at(&self.state).is_some_and(|at| at <= now);
        let events = if due { D::wake(&self.state, &context) } else { Vec::new() };
        for event in &events {
            D::evolve(&mut self.state, event, now);
        }
        Reported { outcome: Ok(events), state: self.state }
    }

    /// Continues the story with one more command, which must be accepted.
    #[track_caller]
    #[must_use]
    pub fn and(self, principal: &Principal, now: Instant, command: &D::Command) -> Self
    where
        D::Rejection: Debug,
    {
        let (key, reference) = (self.key.clone(), self.reference);
        let reported = self.when(principal, now, command);
        if let Err(rejection) = &reported.outcome {
            panic!("unexpectedly refused in the setup: {rejection} ({rejection:?})");
        }
        Self { key, reference, state: reported.state }
    }

    /// Continues the story with one more command, which must be refused.
    #[track_caller]
    #[must_use]
    pub fn and_refused(self, principal: &Principal, now: Instant, command: &D::Command) -> Self
    where
        D::Event: Debug,
    {
        let (key, reference) = (self.key.clone(), self.reference);
        let reported = self.when(principal, now, command);
        if let Ok(events) = &reported.outcome {
            panic!("unexpectedly accepted in the setup, with {events:?}");
        }
        Self { key, reference, state: reported.state }
    }

    /// Continues the story after the clock has reached `now`.
    #[must_use]
    pub fn and_the_clock_reaches(self, now: Instant) -> Self {
        let (key, reference) = (self.key.clone(), self.reference);
        Self { key, reference, state: self.when_the_clock_reaches(now).state }
    }
}

impl<D: Decider> Reported<D> {
    /// Starts a new story from the resulting state.
    #[must_use]
    pub fn again<'a>(self, key: &str, reference: &'a D::Reference) -> Story<'a, D> {
        Story { key: key.to_owned(), reference, state: self.state }
    }

    /// Asserts that the command was accepted, and passes the events to `look`.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "usually the last call of a story")]
    pub fn then(self, look: impl FnOnce(&[D::Event])) -> Self
    where
        D::Rejection: Debug,
    {
        match &self.outcome {
            Ok(events) => look(events),
            Err(rejection) => panic!("refused: {rejection} ({rejection:?})"),
        }
        self
    }

    /// Asserts that the command was refused with this code by these rules, and returns the
    /// rejection for further assertions.
    #[track_caller]
    pub fn then_refused(self, code: &str, rules: &[&str]) -> D::Rejection
    where
        D::Event: Debug,
    {
        use crate::Rejection as _;
        match self.outcome {
            Err(rejection) => {
                assert_eq!((rejection.code(), rejection.rules()), (code, rules), "{rejection}");
                rejection
            }
            Ok(events) => panic!("accepted with {events:?}"),
        }
    }
}

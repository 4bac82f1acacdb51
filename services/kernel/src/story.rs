//! Given, when, then: a DSL for testing rules.
//!
//! ```ignore
//! given::<Claims>(&book, [sold(), covered(day(16))])
//!     .when(adjuster(), day(20), accept())
//!     .then(|events| assert!(matches!(events, [ClaimEvent::Accepted(_)])));
//! ```

use std::fmt::Debug;

use crate::decider::Event as _;
use crate::{Context, Decider, Instant, Principal, Reason, Refusal, Rejection};

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

/// Applies an event that was decided, as the writer does.
fn apply<D: Decider>(state: &mut D::State, event: &D::Event, now: Instant) {
    if let Err(defect) = D::apply_decided(state, event, now) {
        panic!("decided what is not allowed: {defect}");
    }
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
            apply::<D>(&mut self.state, event, now);
        }
        if let Err(rejection) = &outcome {
            D::refused(&mut self.state, &Refusal::new(command, rejection), now);
        }
        Reported { outcome, state: self.state }
    }

    /// The clock reaches `now`. Each deadline until then passes at its own time, as the writer lets
    /// them; nothing happens if there is none.
    ///
    /// # Panics
    ///
    /// If a deadline is still due after it has passed.
    pub fn when_the_clock_reaches(mut self, now: Instant) -> Reported<D> {
        let principal = Principal::system("clock");
        let mut events = Vec::new();
        while let Some(at) = D::wake_at(&self.state).filter(|at| *at <= now) {
            let context = Context {
                now: at,
                principal: &principal,
                key: &self.key,
                reference: self.reference,
            };
            let passed = D::wake(&self.state, &context);
            for event in &passed {
                apply::<D>(&mut self.state, event, event.happened().unwrap_or(at));
            }
            let next = D::wake_at(&self.state);
            assert!(next.is_none_or(|next| next > at), "the deadline at {at} is still due");
            events.extend(passed);
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
        match self.outcome {
            Err(rejection) => {
                let reason = rejection.reason();
                assert_eq!((reason.code, reason.rules), (code, rules), "{rejection}");
                rejection
            }
            Ok(events) => panic!("accepted with {events:?}"),
        }
    }
}

/// Asserts that what a refusal advises can be followed: `instead` is a sentence, and the call next
/// to it has a path whose names in braces are among `fields`, which the refused command has.
#[track_caller]
pub fn advises_in_sentences(rejection: &impl Rejection, fields: &[&str]) {
    let Reason { code, instead, call, .. } = rejection.reason();
    if let Some(instead) = &instead {
        let is_a_sentence = instead.starts_with(char::is_uppercase)
            && instead.ends_with('.')
            && !instead.contains('{');
        assert!(is_a_sentence, "{code}: `instead` is not a sentence: {instead}");
        // The same key permanently gets the same answer, refusals included.
        let is_for_later = ["Wait", "ry again", " first", " once ", "after it "];
        let is_for_later = is_for_later.iter().any(|words| instead.contains(words));
        let has_a_key = !is_for_later || instead.contains("new Idempotency-Key");
        assert!(has_a_key, "{code}: `instead` names no new key for later: {instead}");
    }
    if let Some(call) = call {
        assert!(instead.is_some(), "{code}: a call without `instead`: {}", call.path);
        let fill = |path: String, field: &&str| path.replace(&format!("{{{field}}}"), "1");
        let path = fields.iter().fold(call.path, fill);
        assert!(path.starts_with("/v1/") && !path.contains('{'), "{code}: not a path: {path}");
    }
}

/// A list with one value of every variant of an enum, such as a rejection. It does not compile if a
/// variant is missing.
#[macro_export]
macro_rules! every_variant {
    ($type:ident: $(
        $variant:ident $(($($value:expr),* $(,)?))? $({$($field:tt)*})?
    ),* $(,)?) => {{
        fn is_listed(value: &$type) {
            match value {
                $($type::$variant { .. })|* => {}
            }
        }
        let values = vec![$($type::$variant $(($($value),*))? $({$($field)*})?),*];
        values.iter().for_each(is_listed);
        values
    }};
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NextCall;

    #[derive(Debug, thiserror::Error)]
    #[error("not now")]
    struct NotNow(Option<&'static str>, Option<&'static str>);

    impl Rejection for NotNow {
        fn reason(&self) -> Reason {
            Reason {
                instead: self.0.map(Into::into),
                call: self.1.map(NextCall::get),
                ..Reason::new("claim.not_now", &[])
            }
        }
    }

    fn is_accepted(instead: Option<&'static str>, path: Option<&'static str>) -> bool {
        let rejection = NotNow(instead, path);
        std::panic::catch_unwind(|| advises_in_sentences(&rejection, &["claim"])).is_ok()
    }

    #[test]
    fn advice_is_a_sentence_with_a_whole_path_or_without_one() {
        assert!(is_accepted(None, None));
        assert!(is_accepted(Some("Go on."), None));
        assert!(is_accepted(Some("Look at it."), Some("/v1/claims/{claim}")));
        for fragment in ["go on.", "Go on", "See {claim}."] {
            assert!(!is_accepted(Some(fragment), None), "{fragment}");
        }
        assert!(!is_accepted(None, Some("/v1/claims")), "a path without a sentence");
        for path in ["/claims", "/v1/jobs/{job}", "POST /v1/claims"] {
            assert!(!is_accepted(Some("Go on."), Some(path)), "{path}");
        }
    }

    #[test]
    fn advice_to_send_the_same_later_names_a_new_key() {
        assert!(is_accepted(Some("Wait for it, then use a new Idempotency-Key."), None));
        for later in
            ["Wait for it.", "Try again tomorrow.", "Pay first.", "Send it after it was paid."]
        {
            assert!(!is_accepted(Some(later), None), "{later}");
        }
    }

    #[derive(Debug, PartialEq)]
    enum Kind {
        Plain,
        Numbered(u8),
        Named { name: &'static str },
    }

    #[test]
    fn a_list_of_every_variant_has_variants_of_all_forms() {
        let kinds = every_variant![Kind: Plain, Numbered(1), Named { name: "a" }];
        assert_eq!(kinds, [Kind::Plain, Kind::Numbered(1), Kind::Named { name: "a" }]);
    }
}

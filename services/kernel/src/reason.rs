//! What a refusal says to machines, so that a rejection says it in one match.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Finding, NextCall};

/// Everything that a [`Rejection`](crate::Rejection) answers besides its sentence.
///
/// ```
/// # use recourse_kernel::{NextCall, Reason};
/// let reason = Reason::new("claim.too_few_photos", &["C2"])
///     .fact("given", 0)
///     .fact("at_least", 1)
///     .instead("Upload more photos for the policy, then send the form again.")
///     .call(NextCall::post("/v1/policies/{policy}/photos"));
/// assert_eq!(reason.rule, "C2");
/// assert_eq!(Reason::new("claim.not_allowed", &[]).rule, "command");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The stable, machine-readable error code, such as `claim.before_coverage`.
    pub code: &'static str,
    /// The rulebook ids of the rules that refuse the command.
    pub rules: &'static [&'static str],
    /// The name of the failed rule among the findings.
    pub rule: &'static str,
    /// The facts that the failed rule looked at.
    pub facts: Map<String, Value>,
    /// What the caller can do instead: a sentence.
    pub instead: Option<Cow<'static, str>>,
    /// The call that does it, or that shows what to look at, such as a `POST` to
    /// `/v1/claims/{claim}/offers`. A name in braces is a field of the refused command;
    /// [`Refusal::new`](crate::Refusal::new) fills in its value.
    pub call: Option<NextCall>,
    /// Whether the command refers to something that this service may simply not have read yet. Such
    /// a command waits until the foreign topics have been read up to where they ended when it
    /// arrived.
    pub not_known_yet: bool,
}

impl Reason {
    /// A refusal with this code by these rules. Among the findings it has the name of the first
    /// rule, or `command` if there is none.
    pub fn new(code: &'static str, rules: &'static [&'static str]) -> Self {
        Self {
            code,
            rules,
            rule: rules.first().copied().unwrap_or("command"),
            facts: Map::new(),
            instead: None,
            call: None,
            not_known_yet: false,
        }
    }

    /// Names the failed rule among the findings, where it is not the first of `rules`.
    #[must_use]
    pub fn named(self, rule: &'static str) -> Self {
        Self { rule, ..self }
    }

    /// Adds a fact that the failed rule looked at; `null` if the value cannot be serialized.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.facts.insert(name.to_owned(), value);
        self
    }

    /// A sentence about what the caller can do instead: `Publish it as the next version.`
    #[must_use]
    pub fn instead(self, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self { instead: Some(sentence.into()), ..self }
    }

    /// Names the call that does it, or that shows what to look at.
    #[must_use]
    pub fn call(self, call: NextCall) -> Self {
        Self { call: Some(call), ..self }
    }

    /// Lets the command wait until the foreign topics have been read.
    #[must_use]
    pub fn not_known_yet(self) -> Self {
        Self { not_known_yet: true, ..self }
    }

    /// The finding of the failed rule, with the sentence of the rejection. Its fact `code` marks it
    /// as the reason for a refusal, as opposed to a rule that failed without refusing the command.
    pub(crate) fn finding(self, sentence: String) -> Finding {
        let finding = Finding::failed(self.rule, sentence);
        Finding { facts: self.facts, ..finding }.fact("code", self.code)
    }
}

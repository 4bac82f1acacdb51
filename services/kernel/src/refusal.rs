//! What a command gets that cannot be carried out: a reason, the rules, and what to do instead.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Finding, Findings};

/// A typed reason why a decider refuses a command. `Display` is the sentence that a person reads.
pub trait Rejection: std::error::Error {
    /// A stable name for machines, such as `claim.before_coverage`.
    fn code(&self) -> &'static str;

    /// The rulebook's ids of the rules that refuse.
    fn rules(&self) -> &'static [&'static str] {
        &[]
    }

    /// What the caller can do instead.
    fn instead(&self) -> Option<String> {
        None
    }

    /// What the refusing rule saw, for machines.
    fn facts(&self) -> Map<String, Value> {
        Map::new()
    }

    /// The name under which the refusing rule is found among those that were tried: its id in the
    /// rulebook, where it has one.
    fn rule(&self) -> &'static str {
        self.rules().first().copied().unwrap_or("command")
    }

    /// Every rule that was tried: those that passed, the one that refuses, and those that would
    /// have refused, too.
    fn findings(&self) -> Findings {
        vec![self.finding()]
    }

    /// What the refusing rule found. Its fact `code` tells it from a rule that merely stood against
    /// somebody.
    fn finding(&self) -> Finding {
        let finding = Finding::failed(self.rule(), self.to_string());
        Finding { facts: self.facts(), ..finding }.fact("code", self.code())
    }

    /// Whether the command refers to something that may merely not have been read yet. Such a
    /// command waits until the foreign topics have been read as far as they went when it came in.
    fn not_known_yet(&self) -> bool {
        false
    }
}

/// A refusal as it is stored and answered. This is a format: the body of every `command_refused`
/// event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The type of the command that was refused.
    pub command: String,
    /// A stable name for machines.
    pub code: String,
    /// The rulebook's ids of the rules that refuse.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The sentence that a person reads.
    pub detail: String,
    /// What the caller can do instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// What the refusing rule saw.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
    /// Every rule that was tried, with what came of it; what an earlier release refused does not
    /// tell it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

impl Refusal {
    /// The refusal of a command of this type for this reason.
    pub fn new(command: &str, rejection: &impl Rejection) -> Self {
        Self {
            command: command.to_owned(),
            code: rejection.code().to_owned(),
            rules: rejection.rules().iter().map(|&rule| rule.to_owned()).collect(),
            detail: rejection.to_string(),
            instead: rejection.instead(),
            facts: rejection.facts(),
            findings: rejection.findings(),
        }
    }
}

//! How a decision explains itself: every rule that was tried, what it looked at and its outcome.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One rule tried in a decision. This is a stable format: it is stored in events that record
/// decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id in the rulebook, such as `C1`.
    pub rule: String,
    /// Whether the rule let the decision pass.
    pub passed: bool,
    /// The outcome, as a sentence for people.
    pub outcome: String,
    /// The facts that the rule looked at, by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
}

/// The rules tried in a decision, in order.
pub type Findings = Vec<Finding>;

impl Finding {
    /// A rule that passed; `outcome` says why, as a sentence for people.
    pub fn passed(rule: &str, outcome: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), passed: true, outcome: outcome.into(), facts: Map::new() }
    }

    /// The finding of a rule that did not pass: it refused the decision, or led to a different one.
    pub fn failed(rule: &str, outcome: impl Into<String>) -> Self {
        Self { passed: false, ..Self::passed(rule, outcome) }
    }

    /// Adds a fact that the rule looked at; `null` if the value cannot be serialized.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.facts.insert(name.to_owned(), value);
        self
    }
}

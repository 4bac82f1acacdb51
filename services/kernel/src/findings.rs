//! How a decision explains itself: every rule that was tried, what it saw and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One rule tried in a decision. This is a format: it is stored in the events that decide
/// something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id in the rulebook, such as `C1`.
    pub rule: String,
    /// Whether the rule let the decision pass.
    pub passed: bool,
    /// What came of it, as a sentence for a person.
    pub outcome: String,
    /// What the rule looked at: names and values.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
}

/// The rules tried in a decision, in order.
pub type Findings = Vec<Finding>;

impl Finding {
    /// A rule that let the decision pass.
    pub fn passed(rule: &str, outcome: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), passed: true, outcome: outcome.into(), facts: Map::new() }
    }

    /// A rule that stood against the decision, or called for another one.
    pub fn failed(rule: &str, outcome: impl Into<String>) -> Self {
        Self { passed: false, ..Self::passed(rule, outcome) }
    }

    /// The same, with one more fact that the rule saw.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.facts.insert(name.to_owned(), value);
        self
    }
}

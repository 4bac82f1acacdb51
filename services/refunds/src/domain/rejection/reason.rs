//! What a refusal carries besides its sentence.

use serde::Serialize;
use serde_json::{Map, Value};

/// Code, rules, facts and advice of a refusal.
pub(super) struct Reason {
    pub(super) code: &'static str,
    pub(super) rules: &'static [&'static str],
    pub(super) facts: Map<String, Value>,
    pub(super) instead: Option<String>,
    pub(super) not_known_yet: bool,
}

impl Reason {
    pub(super) fn new(code: &'static str, rules: &'static [&'static str]) -> Self {
        Self { code, rules, facts: Map::new(), instead: None, not_known_yet: false }
    }

    /// Adds a fact that the rule looked at.
    pub(super) fn fact(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.facts.insert(name.to_owned(), value);
        self
    }

    /// Adds what the caller can do instead: a sentence.
    pub(super) fn instead(self, sentence: impl Into<String>) -> Self {
        Self { instead: Some(sentence.into()), ..self }
    }

    /// The command refers to something that may simply not have been read here yet.
    pub(super) fn not_known_yet(self) -> Self {
        Self { not_known_yet: true, ..self }
    }
}

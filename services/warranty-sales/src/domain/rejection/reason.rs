//! What a refusal carries besides its sentence.

use recourse_kernel::NextCall;
use serde_json::{Map, Value};

/// Code, rules, facts and advice of a refusal.
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) rules: &'static [&'static str],
    pub(crate) facts: Map<String, Value>,
    pub(crate) instead: Option<String>,
    pub(crate) call: Option<NextCall>,
    pub(crate) not_known_yet: bool,
}

impl Reason {
    pub(crate) fn new(code: &'static str, rules: &'static [&'static str]) -> Self {
        let facts = Map::new();
        Self { code, rules, facts, instead: None, call: None, not_known_yet: false }
    }

    /// Adds what the caller can do instead: a sentence.
    pub(crate) fn instead(self, sentence: impl Into<String>) -> Self {
        Self { instead: Some(sentence.into()), ..self }
    }

    /// Adds the call that does it.
    pub(crate) fn call(self, call: NextCall) -> Self {
        Self { call: Some(call), ..self }
    }

    /// The command refers to something that may simply not have been read here yet.
    pub(crate) fn not_known_yet(self) -> Self {
        Self { not_known_yet: true, ..self }
    }
}

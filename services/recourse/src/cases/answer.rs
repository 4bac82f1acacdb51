//! What somebody who asked for something was told.

use recourse_kernel::{Findings, Refusal};
use serde::Deserialize as _;
use serde_json::Value;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is done.
    Accepted,
    /// It may not be.
    Refused {
        /// A stable name for machines.
        code: String,
        /// The rulebook's ids of the rules that refuse.
        rules: Vec<String>,
        /// The sentence that a person reads.
        detail: String,
        /// Every rule that was tried.
        findings: Findings,
    },
}

impl Answer {
    /// A refusal by no rule of the rulebook.
    pub fn refused(code: &str, detail: &str) -> Self {
        let (code, detail) = (code.to_owned(), detail.to_owned());
        Self::Refused { code, rules: Vec::new(), detail, findings: Findings::new() }
    }

    /// A refusal as a problem or an event tells it.
    pub fn refused_as(reported: &Value) -> Self {
        let text = |key: &str| reported[key].as_str().unwrap_or_default().to_owned();
        let rules = reported["rules"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Self::Refused {
            code: text("code"),
            rules: rules.map(str::to_owned).collect(),
            detail: text("detail"),
            findings: Findings::deserialize(&reported["findings"]).unwrap_or_default(),
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, rules, detail, findings, .. } = refusal;
        Self::Refused { code, rules, detail, findings }
    }
}

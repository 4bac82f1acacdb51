//! The answer that an actor received.

use recourse_kernel::{Findings, Refusal};
use serde::Deserialize as _;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Accepted,
    Refused {
        /// A stable code for machines.
        code: String,
        /// The rulebook ids of the rules that refuse.
        rules: Vec<String>,
        /// The sentence for people.
        detail: String,
        /// Every rule that was evaluated.
        findings: Findings,
    },
}

impl Answer {
    /// A refusal that does not come from a rule of the rulebook.
    pub fn refused(code: &str, detail: &str) -> Self {
        let (code, detail) = (code.to_owned(), detail.to_owned());
        Self::Refused { code, rules: Vec::new(), detail, findings: Findings::new() }
    }

    /// A refusal as reported by a problem or an event.
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

//! The answer to a command that is refused: the reason, the rules, and what to do instead.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Finding, Findings, Method, Reason, Wire};

/// A typed reason why a decider refuses a command. `Display` gives the sentence shown to people.
pub trait Rejection: std::error::Error {
    /// What the refusal says to machines: code, rules, facts and advice.
    fn reason(&self) -> Reason;

    /// The failed rule, with the sentence of the rejection and its code as a fact.
    fn finding(&self) -> Finding {
        self.reason().finding(self.to_string())
    }

    /// The findings of every rule that was tried, passed or failed.
    fn findings(&self) -> Findings {
        vec![self.finding()]
    }
}

/// A refusal as stored and returned. This is a stable format: the body of every `command_refused`
/// event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The type of the refused command: `recourse.claim.file.v1`.
    pub command: String,
    /// The stable, machine-readable error code: `claim.before_coverage`.
    pub code: String,
    /// The rulebook ids of the rules that refuse the command.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The sentence shown to people.
    pub detail: String,
    /// What the caller can do instead, as a sentence; absent if there is no advice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// The path of the call that does it, or that shows what to look at, without placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_url: Option<String>,
    /// The method of that call; absent if there is none, and in refusals written by earlier
    /// releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_method: Option<Method>,
    /// The facts that the failed rule looked at.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
    /// The findings of every rule that was tried; empty in refusals written by earlier releases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

impl Refusal {
    /// Builds the refusal of a command of the type `command`.
    pub fn new(command: &impl Wire, rejection: &impl Rejection) -> Self {
        let Reason { code, rules, facts, instead, call, .. } = rejection.reason();
        let call = call.and_then(|call| Some((filled(call.path, command)?, call.method)));
        let (instead_url, instead_method) = call.unzip();
        Self {
            command: command.type_name().to_owned(),
            code: code.to_owned(),
            rules: rules.iter().map(|&rule| rule.to_owned()).collect(),
            detail: rejection.to_string(),
            instead: instead.map(Cow::into_owned),
            instead_url,
            instead_method,
            facts,
            findings: rejection.findings(),
        }
    }
}

/// The path with the names in braces replaced by the command's fields; `None` if one is missing.
fn filled(path: String, command: &impl Wire) -> Option<String> {
    if !path.contains('{') {
        return Some(path);
    }
    let body: Map<String, Value> = serde_json::from_slice(&command.encode().ok()?).ok()?;
    let mut filled = String::with_capacity(path.len() + 40);
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(body.get(name)?.as_str()?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NextCall;

    #[derive(Debug, Serialize, Deserialize)]
    struct Offer {
        claim: String,
    }

    crate::wire_format! {
        #[derive(Debug)]
        enum Command {
            "recourse.claim.make_offer.v1" => Offer(Offer),
        }
    }

    #[test]
    fn a_path_is_filled_from_the_command_or_left_out() {
        let command = Command::Offer(Offer { claim: "clm_K-1.1-1".to_owned() });
        let path = |path: &str| filled(path.to_owned(), &command);
        assert_eq!(path("/v1/claims/{claim}/offers").unwrap(), "/v1/claims/clm_K-1.1-1/offers");
        assert_eq!(path("/v1/terms").unwrap(), "/v1/terms");
        assert_eq!(path("/v1/jobs/{job}/received"), None, "the command names no job");
        assert_eq!(path("/v1/claims/{claim"), None);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("nothing is owed")]
    struct NothingIsOwed(&'static str);

    impl Rejection for NothingIsOwed {
        fn reason(&self) -> Reason {
            Reason::new("claim.nothing_is_owed", &[]).call(NextCall::post(self.0))
        }
    }

    #[test]
    fn a_refusal_has_path_and_method_of_the_call_or_neither() {
        let command = Command::Offer(Offer { claim: "clm_K-1.1-1".to_owned() });
        let refusal = |path| serde_json::to_value(Refusal::new(&command, &NothingIsOwed(path)));
        let refused = refusal("/v1/claims/{claim}/offers").unwrap();
        assert_eq!(refused["instead_url"], "/v1/claims/clm_K-1.1-1/offers");
        assert_eq!(refused["instead_method"], "POST");
        let refused = refusal("/v1/jobs/{job}/received").unwrap();
        assert_eq!((refused.get("instead_url"), refused.get("instead_method")), (None, None));
    }
}

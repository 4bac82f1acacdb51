//! Which inputs a stream has answered, and how: the same command permanently gets the same answer.

use serde::{Deserialize, Serialize};

use super::generic::{INPUT_DEAD_LETTERED, PURCHASE_BLOCKED};
use super::{Folded, Outcome};
use crate::decider::Cause;
use crate::{Record, Refusal};

/// What a stream keeps about a command, so that a repeat gets the same answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The keyed hash of the command's content.
    pub mac: String,
    /// The version of the last event that answered it.
    pub version: u64,
    /// The subject of the first event that answered it.
    pub subject: String,
    /// The refusal; none if the command was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

impl<S> Folded<S> {
    /// The outcome of an input that was answered before; none if it is new.
    pub(super) fn answered_before(&self, cause: &Cause) -> Option<Outcome> {
        match cause {
            Cause::Command { id, mac, .. } => {
                let answer = self.answered.get(id)?;
                Some(if answer.mac == *mac {
                    Outcome::Repeated(Some(answer.clone()))
                } else {
                    Outcome::Conflict
                })
            }
            Cause::Fact { context, version, .. } => {
                (self.seen.get(context)? >= version).then_some(Outcome::Repeated(None))
            }
            Cause::Wake => None,
        }
    }

    pub(super) fn fold_answer(&mut self, record: &Record, refusal: Option<Refusal>) {
        // A dead-lettered input is not answered yet: it will be redriven or discarded.
        if record.type_name.ends_with(PURCHASE_BLOCKED)
            || record.type_name.ends_with(INPUT_DEAD_LETTERED)
        {
            return;
        }
        if !record.command_id.is_empty() {
            let answer = self.answered.entry(record.command_id.clone()).or_insert_with(|| Answer {
                mac: record.command_mac.clone(),
                version: 0,
                subject: record.subject.clone(),
                refusal: None,
            });
            answer.version = record.version;
            if refusal.is_some() {
                answer.refusal = refusal;
            }
        } else if let Some((context, version)) = fact_in(&record.causation_id) {
            self.seen.insert(context.to_owned(), version);
        }
    }
}

/// The context and version from a fact's id such as `policies/K/3`.
fn fact_in(id: &str) -> Option<(&str, u64)> {
    let mut parts = id.split('/');
    let (context, _key, version) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some((context, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(id: &str, mac: &str) -> Cause {
        let (id, mac, causation_id) = (id.to_owned(), mac.to_owned(), "request".to_owned());
        Cause::Command { id, mac, causation_id }
    }

    fn fact(version: u64) -> Cause {
        Cause::Fact { context: "policies".to_owned(), version, id: format!("policies/K/{version}") }
    }

    #[test]
    fn the_same_command_gets_its_answer_and_another_content_is_a_conflict() {
        let mut fold = Folded::<()>::default();
        let answer =
            Answer { mac: "five".to_owned(), version: 3, subject: "clm".to_owned(), refusal: None };
        fold.answered.insert("c1".to_owned(), answer.clone());
        let repeated = Some(Outcome::Repeated(Some(answer)));
        assert_eq!(fold.answered_before(&command("c1", "five")), repeated);
        assert_eq!(fold.answered_before(&command("c1", "six")), Some(Outcome::Conflict));
        assert_eq!(fold.answered_before(&command("c2", "five")), None);
    }

    #[test]
    fn a_fact_up_to_the_last_version_seen_is_a_repeat() {
        let mut fold = Folded::<()>::default();
        assert_eq!(fold.answered_before(&fact(1)), None);
        fold.seen.insert("policies".to_owned(), 2);
        assert_eq!(fold.answered_before(&fact(2)), Some(Outcome::Repeated(None)));
        assert_eq!(fold.answered_before(&fact(3)), None);
    }

    #[test]
    fn a_fact_is_named_by_context_key_and_version() {
        assert_eq!(fact_in("policies/K/3"), Some(("policies", 3)));
        assert_eq!(fact_in("recourse.claims.commands.v1/0/3/4"), None);
        assert_eq!(fact_in("request-1"), None);
    }
}

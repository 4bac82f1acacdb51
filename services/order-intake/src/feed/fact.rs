//! One fact of a feed, as a command.

use recourse_kernel::{OrderKey, Principal, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::domain::OrderCommand;
use crate::domain::commands::Reported;
use crate::feed::unusable::Unusable;

/// One fact that a marketplace reported, as a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The marketplace's name, as its feed gives it.
    pub marketplace: String,
    /// The type of the fact and the source's id of it.
    pub reported: Reported,
    /// The command it is translated to. For a placed order, the contact is still missing.
    pub command: OrderCommand,
    /// The buyer's contact in plaintext; only for a placed order.
    pub contact: Option<Contact>,
    /// The content used to detect contradictions (same id, different content): the fact as reported
    /// or, for an export, the command it leads to.
    pub content: Value,
}

/// A buyer's contact, in plaintext. It is sealed before it enters the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// The recipient's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The postal address, as one text or in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Value>,
}

/// The same facts, imported only as history.
pub(crate) fn of_history(facts: Vec<Result<Fact, Unusable>>) -> Vec<Result<Fact, Unusable>> {
    facts.into_iter().map(|fact| fact.map(Fact::of_history)).collect()
}

/// At most one reason of the record: it is dead-lettered as a whole, and only once. Redriving it
/// reads all of it again. A reason that other records report again has a dead letter of its own.
pub(crate) fn one_reason(facts: Vec<Result<Fact, Unusable>>) -> Vec<Result<Fact, Unusable>> {
    let mut is_first = true;
    let kept = |fact: &Result<Fact, Unusable>| match fact {
        Ok(_) | Err(Unusable::Ignored(_)) => true,
        Err(reason) if reason.about().is_some() => true,
        Err(_) => std::mem::take(&mut is_first),
    };
    facts.into_iter().filter(kept).collect()
}

impl Fact {
    /// The same fact, imported only as history. Its id stays: an order that was already reported
    /// keeps what it was.
    #[must_use]
    pub fn of_history(mut self) -> Self {
        if let OrderCommand::Place(place) = &mut self.command {
            place.history = true;
        }
        self
    }

    /// The order key, under which the command is sent.
    pub fn key(&self) -> OrderKey {
        self.command.order().key
    }

    /// The marketplace that reports the fact, as the command's principal.
    pub fn principal(&self) -> Principal {
        Principal::new(Role::Marketplace, &self.marketplace)
    }

    /// The command's id, in hexadecimal: SHA-256 over a domain tag, the source and the source's id,
    /// each preceded by its length as 8 bytes. A fact that is reported or imported again is
    /// therefore the same command.
    ///
    /// This is a stable format: earlier replies are permanently stored under it.
    pub fn command_id(&self) -> String {
        let mut hasher = Sha256::new();
        for part in ["recourse.fact-id.v1", &self.marketplace, &self.reported.id] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hex::encode(hasher.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_dead_lettered_once_with_its_first_reason() {
        let facts = vec![
            Err(Unusable::Ignored("it is a test")),
            Err(Unusable::NoCountry),
            Err(Unusable::UnknownType),
        ];
        let kept = [Err(Unusable::Ignored("it is a test")), Err(Unusable::NoCountry)];
        assert_eq!(one_reason(facts), kept);
    }

    #[test]
    fn each_refund_that_names_no_lines_has_a_dead_letter_of_its_own() {
        let of = |refund: &str| {
            Err(Unusable::NoRefundLines { order: "723".to_owned(), refund: refund.to_owned() })
        };
        let facts = vec![of("726"), Err(Unusable::NoCountry), of("727")];
        assert_eq!(one_reason(facts.clone()), facts);
    }
}

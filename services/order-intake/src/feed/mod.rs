//! From what others publish to commands of ours. Pure: what a feed's record means, or why it cannot be used.
//!
//! Nothing here is sealed yet: a [`Fact`] carries the buyer's contact in the clear for as long as it takes
//! to hand it to [`crate::intake`].

pub mod amounts;
pub mod identities;
pub mod native;
pub mod shopify;
pub mod unusable;

use recourse_kernel::{OrderKey, Principal, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::OrderCommand;
use crate::domain::commands::Reported;

pub use identities::Identities;
pub use unusable::Unusable;

/// One fact that a marketplace told, as a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The marketplace's name.
    pub marketplace: String,
    /// The type under which it was told, and the source's id of it.
    pub reported: Reported,
    /// What it asks for. The contact in a placed order is still missing.
    pub command: OrderCommand,
    /// The buyer's contact in the clear, with a placed order.
    pub contact: Option<Contact>,
    /// The content as it was told, or, of an export, what it leads to: the same id with another content is a
    /// contradiction.
    pub content: Value,
}

/// A buyer's contact, in the clear. It is sealed before it enters the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Address, as one text or in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Value>,
}

impl Fact {
    /// The purchase's key.
    pub fn key(&self) -> OrderKey {
        self.command.order().key
    }

    /// Who tells it.
    pub fn principal(&self) -> Principal {
        Principal::new(Role::Marketplace, &self.marketplace)
    }

    /// The command's id: SHA-256 over a name for this use, the source and the source's id, each with its
    /// length as 8 bytes in front; in hexadecimal. So a fact that is told or imported again is one command.
    ///
    /// This is a format: the answers of the past are found by it for ever.
    pub fn command_id(&self) -> String {
        let mut hasher = Sha256::new();
        for part in ["recourse.fact-id.v1", &self.marketplace, &self.reported.id] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hex::encode(hasher.finalize())
    }
}

/// A marketplace's name stands in every record, so it is a short plain word: `market`,
/// `shop.myshopify.com`.
pub(crate) fn is_marketplace(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

fn marketplace_of(name: &str) -> Result<String, Unusable> {
    if is_marketplace(name) { Ok(name.to_owned()) } else { Err(Unusable::Marketplace) }
}

/// A reason is a code, never a person's words, which would have to be sealed: what is no code is `other`.
fn reason_code(text: Option<&str>) -> String {
    let code = text.unwrap_or_default().trim().to_lowercase().replace([' ', '-'], "_");
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=40).contains(&code.len()) && code.bytes().all(plain) {
        code
    } else {
        "other".to_owned()
    }
}

/// A title, a brand or a model: no longer than a line of a list.
fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_code_and_never_a_persons_words() {
        assert_eq!(reason_code(Some("Customer")), "customer");
        assert_eq!(reason_code(Some("wrong-item")), "wrong_item");
        assert_eq!(reason_code(Some("Ivan dropped it, call him at +7 …")), "other");
        assert_eq!(reason_code(None), "other");
    }

    #[test]
    fn a_marketplaces_name_is_a_plain_word() {
        assert!(marketplace_of("shop.myshopify.com").is_ok());
        for bad in ["", "a b", "магазин", &"x".repeat(129)] {
            assert_eq!(marketplace_of(bad), Err(Unusable::Marketplace), "{bad}");
        }
    }
}

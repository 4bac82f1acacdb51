//! Translates what others publish into commands. Pure: it says what a feed's record means, or why
//! it cannot be used.
//!
//! Nothing is sealed here yet. A [`Fact`] carries the buyer's contact in plaintext only until it is
//! handed to [`crate::intake`].

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
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The postal address, as one text or in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Value>,
}

impl Fact {
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

/// A marketplace's name appears in every record, so it must be short and without spaces: `market`,
/// `shop.myshopify.com`.
pub(crate) fn is_marketplace(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

fn marketplace_of(name: &str) -> Result<String, Unusable> {
    if is_marketplace(name) { Ok(name.to_owned()) } else { Err(Unusable::Marketplace) }
}

/// A reason is a code, never free text, which might be personal data. Anything else becomes
/// `other`.
fn reason_code(text: Option<&str>) -> String {
    let code = text.unwrap_or_default().trim().to_lowercase().replace([' ', '-'], "_");
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=40).contains(&code.len()) && code.bytes().all(plain) {
        code
    } else {
        "other".to_owned()
    }
}

/// Shortens a title, brand or model for display in a list.
fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_code_and_never_free_text() {
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

//! Derives the ids on the log from a marketplace's own: a buyer's pseudonym, an order's id.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use recourse_kernel::{OrderId, OrderKeys};
use sha2::Sha256;

use super::fact::Contact;
use super::unusable::Unusable;

/// Derives ids. Both derivations are keyed, because an e-mail address, a customer number or an
/// order number could be found from a plain hash by brute force.
#[derive(Clone)]
pub struct Identities {
    buyers: [u8; 32],
    orders: OrderKeys,
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identities(…)")
    }
}

impl Identities {
    /// The secrets must stay the same for the life of the log.
    pub fn new(buyers: [u8; 32], orders: OrderKeys) -> Self {
        Self { buyers, orders }
    }

    pub fn order(&self, marketplace: &str, number: &str) -> Result<OrderId, Unusable> {
        if number.is_empty() || number.len() > 128 || number.chars().any(char::is_control) {
            return Err(Unusable::Value { field: "order".to_owned() });
        }
        Ok(OrderId::new(self.orders.key_of(marketplace, number)))
    }

    /// The pseudonym of a buyer: the marketplace's id if it is already a pseudonym (`b-81`), else
    /// a keyed hash of it. This is a stable format: a buyer keeps the same pseudonym permanently.
    pub fn buyer(&self, marketplace: &str, buyer: &str) -> String {
        if is_pseudonym(buyer) {
            return buyer.to_owned();
        }
        let hash = self.keyed_hash(&[marketplace.as_bytes()], buyer.as_bytes());
        format!("b-{}", BASE32_NOPAD.encode(&hash[..15]).to_lowercase())
    }

    /// A mark of an order's contact: the same for the same contact, and useless for anything else.
    pub fn contact_mark(&self, marketplace: &str, number: &str, contact: &Contact) -> String {
        let text = serde_json::to_vec(contact).unwrap_or_default();
        let about: [&[u8]; 3] = [b"contact", marketplace.as_bytes(), number.as_bytes()];
        hex::encode(&self.keyed_hash(&about, &text)[..16])
    }

    /// Each part but the last is preceded by its length as 8 bytes.
    fn keyed_hash(&self, parts: &[&[u8]], last: &[u8]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.buyers).expect("any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.update(last);
        mac.finalize().into_bytes().into()
    }
}

fn is_pseudonym(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.strip_prefix("b-")
        .is_some_and(|rest| (1..=60).contains(&rest.len()) && rest.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_kept_and_anything_else_is_hidden_in_one() {
        let identities = Identities::new([7; 32], OrderKeys::development());
        assert_eq!(identities.buyer("market", "b-81"), "b-81");
        let hidden = identities.buyer("market", "ivan@example.com");
        assert!(is_pseudonym(&hidden) && !hidden.contains("ivan"), "{hidden}");
        assert_eq!(hidden, identities.buyer("market", "ivan@example.com"));
        assert_ne!(hidden, identities.buyer("market2", "ivan@example.com"));
        assert_ne!(
            hidden,
            Identities::new([8; 32], OrderKeys::development()).buyer("market", "ivan@example.com")
        );
    }
}

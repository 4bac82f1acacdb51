//! From a marketplace's id of a buyer to the buyer's pseudonym.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Makes pseudonyms. They are keyed, because an e-mail or a customer number could be found again from a plain
/// hash by trying.
#[derive(Clone)]
pub struct Pseudonyms {
    key: [u8; 32],
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}

impl Pseudonyms {
    /// With a key that stays the same for the life of the log.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The pseudonym of a buyer: what the marketplace gives, where that is one already (`b-81`); else a keyed
    /// hash of it. This is a format: the same buyer has the same pseudonym for ever.
    pub fn of(&self, marketplace: &str, buyer: &str) -> String {
        if is_pseudonym(buyer) {
            return buyer.to_owned();
        }
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("any length");
        mac.update(&(marketplace.len() as u64).to_be_bytes());
        mac.update(marketplace.as_bytes());
        mac.update(buyer.as_bytes());
        let hash = mac.finalize().into_bytes();
        format!("b-{}", BASE32_NOPAD.encode(&hash[..15]).to_lowercase())
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
        let pseudonyms = Pseudonyms::new([7; 32]);
        assert_eq!(pseudonyms.of("market", "b-81"), "b-81");
        let hidden = pseudonyms.of("market", "ivan@example.com");
        assert!(is_pseudonym(&hidden) && !hidden.contains("ivan"), "{hidden}");
        assert_eq!(hidden, pseudonyms.of("market", "ivan@example.com"));
        assert_ne!(hidden, pseudonyms.of("market2", "ivan@example.com"));
        assert_ne!(hidden, Pseudonyms::new([8; 32]).of("market", "ivan@example.com"));
    }
}

//! Derives a buyer's pseudonym from the marketplace's id of the buyer.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Derives pseudonyms. They are keyed, because an e-mail address or customer number could be
/// recovered from a plain hash by guessing.
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
    /// Uses this key, which must stay the same for the lifetime of the log.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The pseudonym of a buyer: the marketplace's id if it is one already (`b-81`), otherwise a
    /// keyed hash of it. This is a stable format: the same buyer always has the same pseudonym.
    pub fn of(&self, marketplace: &str, buyer: &str) -> String {
        if is_pseudonym(buyer) {
            return buyer.to_owned();
        }
        #[expect(clippy::expect_used, reason = "HMAC accepts a key of any length")]
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
    fn a_pseudonym_is_kept_and_any_other_id_is_replaced_by_one() {
        let pseudonyms = Pseudonyms::new([7; 32]);
        assert_eq!(pseudonyms.of("market", "b-81"), "b-81");
        let hidden = pseudonyms.of("market", "ivan@example.com");
        assert!(is_pseudonym(&hidden) && !hidden.contains("ivan"), "{hidden}");
        assert_eq!(hidden, pseudonyms.of("market", "ivan@example.com"));
        assert_ne!(hidden, pseudonyms.of("market2", "ivan@example.com"));
        assert_ne!(hidden, Pseudonyms::new([8; 32]).of("market", "ivan@example.com"));
    }
}

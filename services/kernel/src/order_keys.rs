//! The secret under which order keys are derived from order numbers.
//!
//! With a plain hash, anyone who reads a topic could find an order by trying numbers. The secret
//! never changes during the life of a log, because the same order would get another key. So the
//! first record of each topic holds its fingerprint, and a process with another secret does not
//! start.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::OrderKey;

/// Derives order keys: HMAC-SHA256 under a secret of 32 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderKeys(Arc<Zeroizing<[u8; 32]>>);

/// A text that is not an order key secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order key secret must be 32 bytes in base 64")]
pub struct InvalidOrderKeySecret;

impl OrderKeys {
    /// The secret of every development installation. It is public, so it protects nothing.
    pub fn development() -> Self {
        Self::from_bytes(*b"recourse-development-order-keys!")
    }

    /// `secret` must stay the same during the life of a log.
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        Self(Arc::new(Zeroizing::new(secret)))
    }

    /// The key of an order: HMAC-SHA256 over the marketplace's name, preceded by its length as 8
    /// bytes, and the marketplace's order number, truncated to 128 bits. This is a stable format.
    pub fn key_of(&self, marketplace: &str, number: &str) -> OrderKey {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256>>::new_from_slice(self.0.as_slice()).expect("any length");
        mac.update(&(marketplace.len() as u64).to_be_bytes());
        mac.update(marketplace.as_bytes());
        mac.update(number.as_bytes());
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        OrderKey::from_hash(half)
    }

    /// Identifies the secret without revealing it: the first 16 hexadecimal digits of the SHA-256
    /// of a label and the secret.
    pub fn fingerprint(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(b"recourse.order-keys.v1");
        hasher.update(self.0.as_slice());
        hex::encode(&hasher.finalize()[..8])
    }
}

impl FromStr for OrderKeys {
    type Err = InvalidOrderKeySecret;

    fn from_str(text: &str) -> Result<Self, InvalidOrderKeySecret> {
        let bytes = BASE64.decode(text.trim().as_bytes()).map_err(|_| InvalidOrderKeySecret)?;
        let bytes = Zeroizing::new(bytes);
        Ok(Self::from_bytes(bytes.as_slice().try_into().map_err(|_| InvalidOrderKeySecret)?))
    }
}

impl fmt::Debug for OrderKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderKeys(…)")
    }
}

impl<'de> Deserialize<'de> for OrderKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_one_key_under_one_secret_and_another_under_another() {
        let keys = OrderKeys::development();
        let key = keys.key_of("market", "1001");
        assert_eq!(key, keys.key_of("market", "1001"));
        assert_ne!(key, keys.key_of("market1", "001"), "name and number are kept apart");
        let other = OrderKeys::from_bytes([7; 32]);
        assert_ne!(key, other.key_of("market", "1001"));
        assert_ne!(keys.fingerprint(), other.fingerprint());
    }

    #[test]
    fn the_derivation_is_a_format_and_never_changes() {
        let keys = OrderKeys::development();
        assert_eq!(keys.key_of("market", "1001").to_string(), "WD3YT8B7PZJCNBKJJ8ZYR0QTJ0");
        assert_eq!(keys.fingerprint(), "028d9722b356e286");
    }

    #[test]
    fn a_secret_is_read_from_base_64_and_never_printed() {
        let text = BASE64.encode(b"recourse-development-order-keys!");
        assert_eq!(text.parse(), Ok(OrderKeys::development()));
        assert_eq!("c2hvcnQ=".parse::<OrderKeys>(), Err(InvalidOrderKeySecret));
        assert_eq!(format!("{:?}", OrderKeys::development()), "OrderKeys(…)");
    }
}

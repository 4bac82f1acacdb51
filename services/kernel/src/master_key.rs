//! The root secret of an installation, from which the keys of all other uses are derived.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Deserializer};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The root key of an installation. It is never used directly: each use has its own key, derived
/// from it.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(Arc<Zeroizing<[u8; 32]>>);

/// The text is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key must be 32 bytes in base 64")]
pub struct InvalidMasterKey;

impl MasterKey {
    /// The key of every development installation. It is public, so it protects nothing.
    pub fn development() -> Self {
        Self::from_bytes(*b"recourse-development-master-key!")
    }

    /// Keeps a copy of the bytes, which is zeroed when the last clone is dropped.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(Zeroizing::new(bytes)))
    }

    /// The key for one use, such as `command-mac`. This is a stable format: names of uses never
    /// change.
    pub fn derive(&self, usage: &str) -> Zeroizing<[u8; 32]> {
        let label = format!("recourse.{usage}.v1");
        Zeroizing::new(hmac_sha256(self.0.as_slice(), &[label.as_bytes()]))
    }
}

/// HMAC-SHA256 over parts, each prefixed with its length.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC accepts keys of any length")]
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl FromStr for MasterKey {
    type Err = InvalidMasterKey;

    fn from_str(text: &str) -> Result<Self, InvalidMasterKey> {
        let bytes =
            Zeroizing::new(BASE64.decode(text.trim().as_bytes()).map_err(|_| InvalidMasterKey)?);
        Ok(Self::from_bytes(bytes.as_slice().try_into().map_err(|_| InvalidMasterKey)?))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl<'de> Deserialize<'de> for MasterKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_is_32_bytes_and_never_printed() {
        assert!("c2hvcnQ=".parse::<MasterKey>().is_err());
        let key: MasterKey = BASE64.encode(&[9; 32]).parse().unwrap();
        assert_eq!(key, MasterKey::from_bytes([9; 32]));
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
        assert_ne!(key.derive("a"), key.derive("b"));
    }
}

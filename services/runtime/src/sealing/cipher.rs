//! XChaCha20-Poly1305 with the random nonce as prefix, and its keys.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Deserializer};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// The root key of an installation. It is never used directly: each use has its own key, derived
/// from it.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(Arc<Zeroizing<[u8; 32]>>);

/// The text is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key must be 32 bytes in base 64")]
pub struct InvalidMasterKey;

/// The ciphertext cannot be opened with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed data cannot be opened")]
pub struct NotOpened;

impl MasterKey {
    /// The key of every development installation. It is public, so it protects nothing.
    pub fn development() -> Self {
        Self::from_bytes(*b"recourse-development-master-key!")
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(Zeroizing::new(bytes)))
    }

    /// The key for one use, such as `command-mac`. This is a stable format: names of uses never
    /// change.
    pub fn derive(&self, usage: &str) -> Zeroizing<[u8; 32]> {
        let label = format!("recourse.{usage}.v1");
        Zeroizing::new(hmac_sha256(self.0.as_slice(), &[label.as_bytes()]))
    }

    /// The key that wraps per-person keys.
    pub(super) fn wrapping(&self) -> PersonKey {
        PersonKey(Arc::new(self.derive("person-key-wrap")))
    }
}

/// HMAC-SHA256 over parts, each prefixed with its length.
pub(crate) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
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

/// A person's key, or the key that wraps it.
#[derive(Clone)]
pub(super) struct PersonKey(Arc<Zeroizing<[u8; 32]>>);

impl PersonKey {
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(Arc::new(bytes)))
    }

    /// This key, sealed with the other one.
    pub(super) fn wrapped(&self, with: &Self, person: &str) -> Result<Vec<u8>, getrandom::Error> {
        with.seal(person.as_bytes(), self.0.as_slice())
    }

    /// Unwraps a key.
    pub(super) fn unwrapped(wrapped: &[u8], with: &Self, person: &str) -> Result<Self, NotOpened> {
        let bytes = Zeroizing::new(with.open(person.as_bytes(), wrapped)?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| NotOpened)?;
        Ok(Self(Arc::new(Zeroizing::new(bytes))))
    }

    /// Encrypts; returns nonce and ciphertext.
    pub(super) fn seal(&self, person: &[u8], plain: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: plain, aad: person };
        // The cipher fails only for plaintexts over 256 GiB.
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| getrandom::Error::UNEXPECTED)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(&self, person: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(NotOpened)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| NotOpened)?;
        let payload = Payload { msg: sealed, aad: person };
        self.cipher().decrypt(&XNonce::from(nonce), payload).map_err(|_| NotOpened)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let bytes: &[u8; 32] = &self.0;
        XChaCha20Poly1305::new(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_for_one_person_opens_for_that_person_only() {
        let key = PersonKey::random().unwrap();
        let sealed = key.seal(b"buyer:b-1", b"it fell").unwrap();
        assert_eq!(key.open(b"buyer:b-1", &sealed).unwrap(), b"it fell");
        assert_eq!(key.open(b"buyer:b-2", &sealed), Err(NotOpened));
        assert_eq!(PersonKey::random().unwrap().open(b"buyer:b-1", &sealed), Err(NotOpened));
    }

    #[test]
    fn a_damaged_ciphertext_does_not_open() {
        let key = PersonKey::random().unwrap();
        let sealed = key.seal(b"p", b"text").unwrap();
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(key.open(b"p", &damaged), Err(NotOpened), "byte {at}");
        }
        assert_eq!(key.open(b"p", &sealed[..10]), Err(NotOpened));
    }

    #[test]
    fn a_key_is_wrapped_for_its_person() {
        let (key, master) = (PersonKey::random().unwrap(), MasterKey::development().wrapping());
        let wrapped = key.wrapped(&master, "buyer:b-1").unwrap();
        let sealed = key.seal(b"p", b"text").unwrap();
        let again = PersonKey::unwrapped(&wrapped, &master, "buyer:b-1").unwrap();
        assert_eq!(again.open(b"p", &sealed).unwrap(), b"text");
        assert!(PersonKey::unwrapped(&wrapped, &master, "buyer:b-2").is_err());
    }

    #[test]
    fn a_master_key_is_32_bytes_and_never_printed() {
        assert!("c2hvcnQ=".parse::<MasterKey>().is_err());
        let key: MasterKey = BASE64.encode(&[9; 32]).parse().unwrap();
        assert_eq!(key, MasterKey::from_bytes([9; 32]));
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
        assert_ne!(key.derive("a"), key.derive("b"));
    }
}

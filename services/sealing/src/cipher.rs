//! XChaCha20-Poly1305 with the random nonce as prefix, and its keys.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use recourse_kernel::MasterKey;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// The ciphertext cannot be opened with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed data cannot be opened")]
pub struct NotOpened;

/// A person's key, or the key that wraps it.
#[derive(Clone)]
pub(super) struct PersonKey(Arc<Zeroizing<[u8; 32]>>);

impl PersonKey {
    /// The key that wraps per-person keys.
    pub(super) fn wrapping(master: &MasterKey) -> Self {
        Self(Arc::new(master.derive("person-key-wrap")))
    }

    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())?;
        Ok(Self(Arc::new(bytes)))
    }

    /// This key, sealed with the other one.
    pub(super) fn wrapped(&self, with: &Self, person: &str) -> Result<Vec<u8>, getrandom::Error> {
        with.seal(person.as_bytes(), self.0.as_slice())
    }

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
        let (key, master) =
            (PersonKey::random().unwrap(), PersonKey::wrapping(&MasterKey::development()));
        let wrapped = key.wrapped(&master, "buyer:b-1").unwrap();
        let sealed = key.seal(b"p", b"text").unwrap();
        let again = PersonKey::unwrapped(&wrapped, &master, "buyer:b-1").unwrap();
        assert_eq!(again.open(b"p", &sealed).unwrap(), b"text");
        assert!(PersonKey::unwrapped(&wrapped, &master, "buyer:b-2").is_err());
    }
}

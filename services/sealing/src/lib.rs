//! Personal data, sealed with a per-person key that can be destroyed.
//!
//! A person's key is 256 random bits, wrapped by the master key, in the table `people_keys` of a
//! separate schema. Data is encrypted with XChaCha20-Poly1305, with a random nonce and the person
//! as associated data, so that one person's ciphertext cannot be passed off as another's. Deciders
//! never see the plaintext.

#![warn(missing_docs)]

mod cipher;
mod keys;
pub mod photos;

pub use cipher::NotOpened;
use data_encoding::BASE64URL_NOPAD;
pub use keys::{REMEMBERED, prepare};
use recourse_kernel::{MasterKey, Sealed};
use sqlx::PgPool;

use cipher::PersonKey;
use keys::Keys;

/// Why data could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The person's key was destroyed at their request.
    #[error("the personal data of this person was erased")]
    Erased,
    /// The ciphertext is damaged or another person's, or the master key is a different one.
    #[error("the sealed data cannot be opened")]
    NotOpened,
    /// The person's pseudonym is empty or longer than 200 bytes.
    #[error("a person's pseudonym must have 1 to 200 bytes")]
    NoPerson,
    /// The key table is unavailable.
    #[error("the keys of personal data are temporarily unavailable")]
    Unreachable(#[from] sqlx::Error),
    /// The operating system provides no random numbers.
    #[error("cannot get random numbers: {0}")]
    NoRandomness(getrandom::Error),
}

/// Seals and opens personal data. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Sealer {
    keys: Keys,
}

impl Sealer {
    /// A sealer over a pool whose `search_path` is the schema created by [`prepare`].
    pub fn new(pool: PgPool, master: &MasterKey) -> Self {
        Self { keys: Keys::new(pool, master) }
    }

    /// The pool over the schema of keys and photos.
    pub fn pool(&self) -> &PgPool {
        self.keys.pool()
    }

    /// Seals a person's data. Creates the person's key if there is none yet.
    pub async fn seal(&self, person: &str, plain: &[u8]) -> Result<Sealed, SealError> {
        let sealed = self.seal_bytes(person, plain).await?;
        Ok(Sealed { person: person.to_owned(), sealed: BASE64URL_NOPAD.encode(&sealed) })
    }

    /// Returns what was passed to [`Sealer::seal`]. Fails with [`SealError::Erased`] after
    /// [`Sealer::erase`], in another process within [`REMEMBERED`].
    pub async fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let bytes =
            BASE64URL_NOPAD.decode(sealed.sealed.as_bytes()).map_err(|_| SealError::NotOpened)?;
        self.open_bytes(&sealed.person, &bytes).await
    }

    /// Seals bytes into bytes, such as a photo.
    pub async fn seal_bytes(&self, person: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.key(person).await?;
        key.seal(person.as_bytes(), plain).map_err(SealError::NoRandomness)
    }

    /// Returns what was passed to [`Sealer::seal_bytes`]; fails for any other `person`.
    pub async fn open_bytes(&self, person: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let key = self.keys.existing(person).await?.ok_or(SealError::NotOpened)?;
        Ok(key.open(person.as_bytes(), sealed)?)
    }

    /// Destroys a person's key: what was sealed with it becomes unreadable, and nothing new can be
    /// sealed. Other processes notice within [`REMEMBERED`]. Returns whether there was a key.
    pub async fn erase(&self, person: &str) -> Result<bool, SealError> {
        self.keys.destroy(person).await
    }

    /// Destroys every key that these still have, and returns how many. Unlike [`Sealer::erase`], it
    /// leaves no tombstone for one that never had a key.
    pub async fn erase_existing(&self, people: &[String]) -> Result<u64, SealError> {
        self.keys.destroy_existing(people).await
    }

    async fn key(&self, person: &str) -> Result<PersonKey, SealError> {
        if person.is_empty() || person.len() > 200 {
            return Err(SealError::NoPerson);
        }
        self.keys.made(person).await
    }
}

impl From<NotOpened> for SealError {
    fn from(_: NotOpened) -> Self {
        Self::NotOpened
    }
}

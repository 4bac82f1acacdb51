//! Photos of a defect: checked by content, stripped of everything but the picture, sealed with
//! their owner's personal key, and stored under the SHA-256 of the stripped bytes. The log holds
//! hash, size and type.
//!
//! The bytes and the table `photos` are kept outside the log, next to the keys, because they must
//! be erasable. Which photo belongs to which claim is recorded only on the log.

mod file_type;
mod frame;
mod jpeg;
mod not_a_photo;
mod scans;
mod segments;
#[cfg(test)]
mod tests;

use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, PutOptions, PutPayload};
use recourse_kernel::{Hash, Instant};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

pub use frame::MAX_PIXELS;
pub use jpeg::checked;
pub use not_a_photo::NotAPhoto;

use crate::{SealError, Sealer};

/// The only media type accepted for photos.
pub const MEDIA_TYPE: &str = "image/jpeg";

/// Decoding a picture briefly takes up to 256 MiB (`frame.rs`, which refuses a picture that would
/// take more), so only this many are decoded at once: 512 MiB for the process. Others wait.
const DECODED_AT_ONCE: usize = 2;

/// A stored photo. This is a stable format: it is part of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The SHA-256 of the stripped bytes, in hexadecimal.
    pub sha256: String,
    /// The size in bytes, after metadata was stripped.
    pub size: u64,
    /// Always `image/jpeg`.
    pub media_type: String,
}

/// Why a photo could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// The bytes are not an acceptable picture.
    #[error(transparent)]
    NotAPhoto(#[from] NotAPhoto),
    /// It has more bytes than this store accepts, and was not decoded.
    #[error("a photo may have at most {limit} bytes; this one has {size}")]
    TooLarge {
        /// In bytes, as passed to [`Photos::new`].
        limit: usize,
        /// In bytes, as uploaded, with its metadata.
        size: usize,
    },
    /// The owner has reached the maximum number of photos.
    #[error("{0} photos are already uploaded here, which is the maximum")]
    TooMany(i64),
    /// The owner has no photo with this hash.
    #[error("there is no such photo")]
    Unknown,
    /// Such as [`SealError::Erased`]: the person's key was destroyed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// PostgreSQL failed to read or write the table `photos`. Storing the photo again is safe.
    #[error("the list of photos is temporarily unavailable")]
    Table(#[from] sqlx::Error),
    /// The object store failed to read or write the sealed bytes. Storing the photo again is safe.
    #[error("the photo store is temporarily unavailable")]
    Store(#[from] object_store::Error),
    /// The decoder panicked, or the process is shutting down.
    #[error("the photo could not be checked")]
    NotChecked,
}

/// The photo store of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Photos {
    store: Arc<dyn ObjectStore>,
    sealer: Sealer,
    limit: usize,
    per_owner: i64,
    decoding: Arc<Semaphore>,
}

impl Photos {
    /// Photos in a folder, which is created if missing: at most `per_owner` for each owner, of at
    /// most `limit` bytes.
    pub fn in_folder(
        path: &FilePath,
        sealer: Sealer,
        limit: usize,
        per_owner: i64,
    ) -> Result<Self, PhotoError> {
        Ok(Self::new(folder(path)?, sealer, limit, per_owner))
    }

    /// Photos in any object store, with the limits of [`Photos::in_folder`].
    pub fn new(store: Arc<dyn ObjectStore>, sealer: Sealer, limit: usize, per_owner: i64) -> Self {
        let decoding = Arc::new(Semaphore::new(DECODED_AT_ONCE));
        Self { store, sealer, limit, per_owner, decoding }
    }

    /// Checks, strips, seals and stores a photo for `owner` (a policy id), taken by `person`.
    /// Storing the same photo again returns the existing one.
    pub async fn store(
        &self,
        owner: &str,
        person: &str,
        bytes: Bytes,
        now: Instant,
    ) -> Result<Photo, PhotoError> {
        if bytes.len() > self.limit {
            return Err(PhotoError::TooLarge { limit: self.limit, size: bytes.len() });
        }
        let stripped = self.checked(bytes).await?;
        let photo = Photo {
            sha256: Hash::of_bytes(&stripped).to_string(),
            size: stripped.len() as u64,
            media_type: MEDIA_TYPE.to_owned(),
        };
        if self.find(owner, &photo.sha256).await?.is_some() {
            return Ok(photo);
        }
        let pool = self.sealer.pool();
        let (count,): (i64,) = sqlx::query_as("select count(*) from photos where owner = $1")
            .bind(owner)
            .fetch_one(pool)
            .await?;
        if count >= self.per_owner {
            return Err(PhotoError::TooMany(count));
        }
        let sealed = self.sealer.seal_bytes(person, &stripped).await?;
        let path = path_of(owner, &photo.sha256);
        self.store.put_opts(&path, PutPayload::from(sealed), PutOptions::default()).await?;
        // The row comes last, so that it never points to a missing object.
        sqlx::query(
            "insert into photos (owner, sha256, size, media_type, person, uploaded_at)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        )
        .bind(owner)
        .bind(&photo.sha256)
        .bind(i64::try_from(photo.size).unwrap_or(i64::MAX))
        .bind(&photo.media_type)
        .bind(person)
        .bind(now)
        .execute(pool)
        .await?;
        Ok(photo)
    }

    /// Looks up a photo of `owner`; `None` if it was not uploaded.
    pub async fn find(&self, owner: &str, sha256: &str) -> Result<Option<Photo>, PhotoError> {
        Ok(self.row(owner, sha256).await?.map(|(photo, _)| photo))
    }

    /// Returns the stripped JPEG; fails with [`PhotoError::Unknown`] if `owner` has no such photo.
    pub async fn open(&self, owner: &str, sha256: &str) -> Result<Bytes, PhotoError> {
        let (photo, person) = self.row(owner, sha256).await?.ok_or(PhotoError::Unknown)?;
        let path = path_of(owner, &photo.sha256);
        let sealed = self.store.get_opts(&path, GetOptions::default()).await?.bytes().await?;
        Ok(self.sealer.open_bytes(&person, &sealed).await?.into())
    }

    async fn checked(&self, bytes: Bytes) -> Result<Vec<u8>, PhotoError> {
        let permit = self.decoding.clone().acquire_owned().await;
        let checked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            jpeg::checked(&bytes)
        });
        Ok(checked.await.map_err(|_| PhotoError::NotChecked)??)
    }

    async fn row(&self, owner: &str, sha256: &str) -> Result<Option<(Photo, String)>, PhotoError> {
        let row: Option<(String, i64, String, String)> = sqlx::query_as(
            "select sha256, size, media_type, person from photos where owner = $1 and sha256 = $2",
        )
        .bind(owner)
        .bind(sha256)
        .fetch_optional(self.sealer.pool())
        .await?;
        Ok(row.map(|(sha256, size, media_type, person)| {
            (Photo { sha256, size: u64::try_from(size).unwrap_or_default(), media_type }, person)
        }))
    }
}

/// `ab/abcd…/pol_K-1.2`: the same picture of two owners is two objects, because it is sealed with
/// two keys.
fn path_of(owner: &str, sha256: &str) -> Path {
    let start = sha256.get(..2).unwrap_or_default();
    Path::from_iter([start, sha256, owner])
}

fn folder(folder: &FilePath) -> Result<Arc<dyn ObjectStore>, PhotoError> {
    std::fs::create_dir_all(folder).map_err(|source| object_store::Error::Generic {
        store: "folder",
        source: Box::new(source),
    })?;
    Ok(Arc::new(object_store::local::LocalFileSystem::new_with_prefix(folder)?))
}

//! The writer's state store: a cache of its folds, and the position up to which each partition has
//! been folded.
//!
//! [`Store`] is the interface of the writer's loop; [`PgStore`] implements it in PostgreSQL. A
//! crash of the database may lose the latest commits (they do not wait for the disk), but position
//! and states are written together, so that whatever is lost is folded again from the log.

mod epochs;
mod flusher;
mod postgres;

use std::time::Duration;

use recourse_kernel::Instant;

pub use epochs::Epochs;
pub use postgres::PgStore;

/// A stream's fold, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    /// The order key, or the line of terms.
    pub key: String,
    /// The folded state as JSON.
    pub state: Vec<u8>,
    /// The version of the last event folded into it.
    pub version: u64,
    /// When the stream next needs to be woken, if at all.
    pub wake_at: Option<Instant>,
}

/// The position up to which a partition of the service's events has been folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartitionPosition {
    /// The id of the log that was folded; empty before the first flush.
    pub log_id: String,
    /// The next offset to fold.
    pub offset: i64,
    /// The hash of the last event folded.
    pub head: String,
    /// Identifies the owner; increases with every takeover.
    pub epoch: i64,
}

/// Changed states, and the position up to which they have been folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flush {
    /// Chosen by the caller, to recognise the flush when it is done.
    pub id: u64,
    /// Of the context's events topic; a flush never spans two partitions.
    pub partition: i32,
    /// The decider's `FOLD_VERSION`; states and positions of different versions are stored side by
    /// side.
    pub fold_version: u32,
    /// The offset and epoch the store must have for the flush to succeed. Its log id is written.
    pub from: PartitionPosition,
    /// The next offset to fold, after the flush.
    pub to_offset: i64,
    /// The hash of the last event folded, after the flush.
    pub to_head: String,
    /// The changed states, each key once.
    pub states: Vec<StoredState>,
}

/// Reported by [`Store::flushed`] once the position and the states of a [`Flush`] are committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flushed {
    /// [`Flush::id`], which is unique only within one partition and epoch.
    pub id: u64,
    /// As in [`Flush::partition`]; the writer may have given the partition up since.
    pub partition: i32,
    /// The epoch of the flush: an earlier owner of the partition in this process chose its own ids.
    pub epoch: i64,
    /// The next offset to fold, as now stored.
    pub to_offset: i64,
}

/// Why the state store could not carry out a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store does not answer. Retry.
    #[error("the state store does not answer: {0}")]
    Unavailable(String),
    /// The stored position is not the expected one: another process has taken over the partition
    /// (or the database lost its latest commits). Release the partition, or take it over again.
    #[error("the stored position of partition {partition} has changed; flush {id} was rejected")]
    Superseded {
        /// The rejected flush; 0 if the request was not a flush.
        id: u64,
        /// The partition to release, or to take over again.
        partition: i32,
    },
    /// A purchase's stored state is not a fold of this version. The store is only a cache: fold the
    /// partition again.
    #[error("the stored state of {key} in partition {partition} cannot be read: {why}")]
    Damaged {
        /// The partition to fold again, from offset zero.
        partition: i32,
        /// The order key, or the line of terms, whose state cannot be decoded.
        key: String,
        /// The JSON decoder's message, with line and column.
        why: String,
    },
}

/// Stores folds. Used by one writer's thread only; nothing here is shared.
pub trait Store {
    /// Takes over a partition: raises its epoch, so that flushes of earlier owners are rejected,
    /// and returns its position (offset 0 for a fold version that is new to the store).
    fn take_over(
        &mut self,
        partition: i32,
        fold_version: u32,
    ) -> Result<PartitionPosition, StoreError>;

    /// The log folded furthest in this partition, by any fold version, and up to which offset;
    /// `None` if none was.
    fn furthest(&mut self, partition: i32) -> Result<Option<(String, i64)>, StoreError>;

    /// Deletes all states of the partition and restarts at offset 0 of the log `log_id`, in the
    /// same epoch: for a log other than the one folded before.
    fn reset(
        &mut self,
        partition: i32,
        fold_version: u32,
        epoch: i64,
        log_id: &str,
    ) -> Result<PartitionPosition, StoreError>;

    /// The stored states of these keys, in any order, in one query. What was passed to
    /// [`Store::flush`] is visible here only once [`Store::flushed`] has reported it: keep it in
    /// memory until then.
    ///
    /// Fails with [`StoreError::Superseded`] if another process has taken over the partition since:
    /// the states may then be newer than the known position.
    fn load(
        &mut self,
        partition: i32,
        fold_version: u32,
        keys: &[String],
    ) -> Result<Vec<StoredState>, StoreError>;

    /// The keys due to be woken at `until` or before, the earliest first, at most `limit`.
    fn due(
        &mut self,
        partition: i32,
        fold_version: u32,
        until: Instant,
        limit: usize,
    ) -> Result<Vec<(String, Instant)>, StoreError>;

    /// Queues changed states to be written, and returns at once. Flushes of one partition are
    /// written in order; a flush that fails temporarily is retried until it succeeds.
    fn flush(&mut self, batch: Flush) -> Result<(), StoreError>;

    /// The flushes that have ended since the last call: completed or superseded.
    fn flushed(&mut self) -> Vec<Result<Flushed, StoreError>>;

    /// Waits at most `within` until no flush is in progress; `false` if one still is.
    /// [`Store::flushed`] reports their results.
    fn wait_flushed(&mut self, within: Duration) -> bool;
}

//! The writer's state store: a cache of its folds, and how far each partition has been folded.
//!
//! [`Store`] is what the writer's loop sees; [`PgStore`] keeps it in PostgreSQL. A crash of the database may
//! lose the last moments of it (commits are not waited for to reach the disk), but position and states go
//! together, so that what is lost is folded again from the log.

mod flusher;
mod postgres;

use std::time::Duration;

use recourse_kernel::Instant;

pub use postgres::PgStore;

/// A stream's fold, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    /// The order key, or the line of terms.
    pub key: String,
    /// JSON bytes.
    pub state: Vec<u8>,
    /// The version of the last event folded in.
    pub version: u64,
    /// When it next wants to be woken.
    pub wake_at: Option<Instant>,
}

/// How far a partition of the service's events has been folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartitionPosition {
    /// The id of the log that was folded; empty before the first flush.
    pub log_id: String,
    /// The next offset to fold.
    pub offset: i64,
    /// The hash of the last event folded.
    pub head: String,
    /// Names the owner: it rises with every take-over.
    pub epoch: i64,
}

/// States that have changed, and the position up to which they have been folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flush {
    /// Chosen by the caller, to know it again when it is done.
    pub id: u64,
    /// The partition.
    pub partition: i32,
    /// The version of the fold.
    pub fold_version: u32,
    /// Where the store must stand, offset and epoch, for the flush to count. Its log id is written.
    pub from: PartitionPosition,
    /// The next offset to fold, after the flush.
    pub to_offset: i64,
    /// The hash of the last event folded, after the flush.
    pub to_head: String,
    /// What has changed, each key once.
    pub states: Vec<StoredState>,
}

/// A flush that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flushed {
    /// The flush's id.
    pub id: u64,
    /// Its partition.
    pub partition: i32,
    /// The epoch in which it was made: an earlier owner of the partition in this process chose ids of its own.
    pub epoch: i64,
    /// The position that is now stored.
    pub to_offset: i64,
}

/// Why the state store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It does not answer. Ask again.
    #[error("the state store does not answer: {0}")]
    Unavailable(String),
    /// The position is not where its owner left it: somebody else has taken the partition over (or the
    /// database lost its last moments). Let go of it, or take it over anew.
    #[error("partition {partition} is not where its writer left it; flush {id} does not count")]
    Superseded {
        /// The flush that did not count; 0 when it was none.
        id: u64,
        /// The partition.
        partition: i32,
    },
    /// What is stored of a purchase is no fold of this version. It is only a cache: fold the partition anew.
    #[error("what is stored of {key} in partition {partition} cannot be read: {why}")]
    Damaged {
        /// The partition.
        partition: i32,
        /// The purchase.
        key: String,
        /// What is wrong.
        why: String,
    },
}

/// Keeps folds. One writer's thread uses it; nothing here is shared.
pub trait Store {
    /// Takes a partition over: raises its epoch, so that earlier owners' flushes no longer count, and gives
    /// its position (offset 0 for a fold version that is new here).
    fn take_over(
        &mut self,
        partition: i32,
        fold_version: u32,
    ) -> Result<PartitionPosition, StoreError>;

    /// The log that was folded furthest in this partition, by folds of any version, and up to where; nothing if none was.
    fn furthest(&mut self, partition: i32) -> Result<Option<(String, i64)>, StoreError>;

    /// Forgets every state of the partition and starts at offset 0 of the log `log_id`, in the same epoch:
    /// for a log that is not the one that was folded.
    fn reset(
        &mut self,
        partition: i32,
        fold_version: u32,
        epoch: i64,
        log_id: &str,
    ) -> Result<PartitionPosition, StoreError>;

    /// The states that are stored of these keys, in any order, in one query. What has been handed to
    /// [`Store::flush`] counts only once [`Store::flushed`] has named it: keep it in memory until then.
    ///
    /// Superseded where somebody else has taken the partition over since this store did: the states may be
    /// newer than the position that it knows.
    fn load(
        &mut self,
        partition: i32,
        fold_version: u32,
        keys: &[String],
    ) -> Result<Vec<StoredState>, StoreError>;

    /// The keys that want to be woken at `until` or before, the earliest first, at most `limit`.
    fn due(
        &mut self,
        partition: i32,
        fold_version: u32,
        until: Instant,
        limit: usize,
    ) -> Result<Vec<(String, Instant)>, StoreError>;

    /// Hands changed states over to be written, and returns at once. Flushes of one partition are written in
    /// order; one that cannot be written for now is tried again until it can.
    fn flush(&mut self, batch: Flush) -> Result<(), StoreError>;

    /// The flushes that have come to an end since the last call: done, or superseded.
    fn flushed(&mut self) -> Vec<Result<Flushed, StoreError>>;

    /// Waits until no flush is under way, at most that long; false if one still is. What became of them is
    /// told by [`Store::flushed`].
    fn wait_flushed(&mut self, within: Duration) -> bool;
}

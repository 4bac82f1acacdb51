//! The storage of a read model: PostgreSQL, or memory in a simulation.

use std::collections::HashMap;
use std::future::Future;

use recourse_kernel::Hash;

use super::command_outcome::CommandOutcome;

/// The head of each stream, by stream name: its last version, and that record's hash.
pub type Heads = HashMap<String, (u64, Hash)>;

/// Moves the stored position of a partition from one offset to another, in the log with this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move<'a> {
    /// The topic's full name.
    pub topic: &'a str,
    /// Numbered from 0.
    pub partition: i32,
    /// The next offset as currently stored.
    pub from: i64,
    /// The next offset after the batch.
    pub to: i64,
    /// The id of the log; empty if it has none.
    pub log_id: &'a str,
}

/// How far a partition has been projected: a row of the table `positions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The topic's full name.
    pub topic: String,
    /// Numbered from 0.
    pub partition: i32,
    /// The next offset to project.
    pub offset: i64,
    /// The id of the log that was projected; empty before the first batch.
    pub log_id: String,
}

/// A record that cannot be projected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aside<'a> {
    /// The topic's full name.
    pub topic: &'a str,
    /// Numbered from 0.
    pub partition: i32,
    /// With `topic` and `partition`, the key of the row in `set_aside`.
    pub offset: i64,
    /// The stream of its key; empty if the key is unreadable.
    pub stream: &'a str,
    /// A sentence for the operator, such as `the record has no readable key`.
    pub why: &'a str,
}

/// One projector's connection to the storage of a read model. Writes between [`Model::begin`] and
/// [`Model::commit`] take effect together, or not at all.
pub trait Model: Send + 'static {
    /// Called once per batch, before its first write.
    fn begin(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Commits the transaction. After an error, the outcome is unknown.
    fn commit(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Undoes every write since [`Model::begin`]. Not called after a failed connection, which ends
    /// its transaction.
    fn roll_back(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Moves the positions whose stored offset is the expected one, and returns how many did.
    fn move_positions(
        &mut self,
        moves: &[Move<'_>],
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// All stored positions, after inserting the new ones of `wanted` at offset 0.
    fn positions(
        &mut self,
        wanted: &[(&str, i32)],
    ) -> impl Future<Output = sqlx::Result<Vec<Position>>> + Send;

    /// The heads of these streams; new streams are absent.
    fn heads(&mut self, streams: &[&str]) -> impl Future<Output = sqlx::Result<Heads>> + Send;

    /// Inserts or replaces the heads of these streams.
    fn keep_heads(&mut self, heads: &Heads) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// The known outcomes of these commands, by command id.
    fn outcomes(
        &mut self,
        ids: &[String],
    ) -> impl Future<Output = sqlx::Result<HashMap<String, CommandOutcome>>> + Send;

    /// Inserts or replaces the outcomes of the commands `ids`; an id without an outcome is skipped.
    fn keep_outcomes(
        &mut self,
        ids: &[String],
        outcomes: &HashMap<String, CommandOutcome>,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Stores records that cannot be projected, for [`Model::paused_streams`] to describe.
    fn set_aside(&mut self, aside: &[Aside<'_>]) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Describes the records that are not projected, if any: how many, and the first with its
    /// reason.
    fn paused_streams(&mut self) -> impl Future<Output = sqlx::Result<Option<String>>> + Send;
}

//! Where a read model is kept: PostgreSQL, or memory in a simulation.

use std::collections::HashMap;
use std::future::Future;

use recourse_kernel::Hash;
use sqlx::PgConnection;

use super::outcomes::{self, CommandOutcome};
use super::{batch, streams};
use crate::database::run;

/// Where a stream stands, by its name: its last version, and that record's hash.
pub type Heads = HashMap<String, (u64, Hash)>;

/// From where to where the position of a topic's partition goes, in the log of this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move<'a> {
    /// The topic's full name.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The next offset as it is stored.
    pub from: i64,
    /// The next offset after the batch.
    pub to: i64,
    /// The id of the log; empty where it has none.
    pub log_id: &'a str,
}

/// A position as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The topic's full name.
    pub topic: String,
    /// The partition.
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
    /// The partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// The stream under whose key it stands; empty where that is no key.
    pub stream: &'a str,
    /// Why it cannot.
    pub why: &'a str,
}

/// One projector's connection to the place where a read model is kept. What is written between
/// [`Model::begin`] and [`Model::commit`] is there as a whole, or not at all.
pub trait Model: Send + 'static {
    /// Begins a transaction.
    fn begin(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Commits it. After an error nobody knows whether it did.
    fn commit(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Drops it.
    fn roll_back(&mut self) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Moves the positions that stand where they should, and gives how many did.
    fn move_positions(
        &mut self,
        moves: &[Move<'_>],
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// All stored positions, after making those of `wanted` that are new, at 0.
    fn positions(
        &mut self,
        wanted: &[(&str, i32)],
    ) -> impl Future<Output = sqlx::Result<Vec<Position>>> + Send;

    /// Where these streams stand; those that are new are not there.
    fn heads(&mut self, streams: &[&str]) -> impl Future<Output = sqlx::Result<Heads>> + Send;

    /// Keeps where streams stand.
    fn keep_heads(&mut self, heads: &Heads) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// What became of these commands, as far as it is known.
    fn outcomes(
        &mut self,
        ids: &[String],
    ) -> impl Future<Output = sqlx::Result<HashMap<String, CommandOutcome>>> + Send;

    /// Keeps what became of these commands.
    fn keep_outcomes(
        &mut self,
        ids: &[String],
        outcomes: &HashMap<String, CommandOutcome>,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Keeps what could not be projected.
    fn set_aside(&mut self, aside: &[Aside<'_>]) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// What of the log is not projected, if anything is: how many records, and the first of them with why.
    fn standing_still(&mut self) -> impl Future<Output = sqlx::Result<Option<String>>> + Send;
}

impl Model for PgConnection {
    async fn begin(&mut self) -> sqlx::Result<()> {
        run(self, "BEGIN".to_owned()).await
    }

    async fn commit(&mut self) -> sqlx::Result<()> {
        run(self, "COMMIT".to_owned()).await
    }

    async fn roll_back(&mut self) -> sqlx::Result<()> {
        run(self, "ROLLBACK".to_owned()).await
    }

    async fn move_positions(&mut self, moves: &[Move<'_>]) -> sqlx::Result<u64> {
        batch::move_positions(self, moves).await
    }

    async fn positions(&mut self, wanted: &[(&str, i32)]) -> sqlx::Result<Vec<Position>> {
        batch::stored_positions(self, wanted).await
    }

    async fn heads(&mut self, streams: &[&str]) -> sqlx::Result<Heads> {
        streams::load(self, streams).await
    }

    async fn keep_heads(&mut self, heads: &Heads) -> sqlx::Result<()> {
        streams::save(self, heads).await
    }

    async fn outcomes(&mut self, ids: &[String]) -> sqlx::Result<HashMap<String, CommandOutcome>> {
        outcomes::load(self, ids).await
    }

    async fn keep_outcomes(
        &mut self,
        ids: &[String],
        outcomes: &HashMap<String, CommandOutcome>,
    ) -> sqlx::Result<()> {
        outcomes::save(self, ids, outcomes).await
    }
    async fn set_aside(&mut self, aside: &[Aside<'_>]) -> sqlx::Result<()> {
        batch::set_aside(self, aside).await
    }

    async fn standing_still(&mut self) -> sqlx::Result<Option<String>> {
        batch::standing_still(self).await
    }
}

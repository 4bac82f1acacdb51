//! A read model in PostgreSQL: one file per table of the projector's own.

mod aside;
mod outcomes;
mod positions;
mod streams;

use std::collections::HashMap;

use sqlx::PgConnection;

use super::command_outcome::CommandOutcome;
use super::model::{Aside, Heads, Model, Move, Position};
use crate::database::run;

pub use outcomes::outcome_of;

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
        positions::update(self, moves).await
    }

    async fn positions(&mut self, wanted: &[(&str, i32)]) -> sqlx::Result<Vec<Position>> {
        positions::load(self, wanted).await
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
        aside::save(self, aside).await
    }

    async fn paused_streams(&mut self) -> sqlx::Result<Option<String>> {
        aside::describe(self).await
    }
}

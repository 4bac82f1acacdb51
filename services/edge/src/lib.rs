//! The edge: takes HTTP calls and turns them into commands and queries. It knows no events and no
//! rules.
//!
//! A service's handler takes a call and either submits a command ([`Command`]) or answers from its
//! read model ([`Call`], [`List`], [`Edge::pool`]). Every failure is a [`Problem`].

#![warn(missing_docs)]

mod access;
mod at_position;
mod buyer_access;
mod call;
pub mod caller;
mod challenge;
mod command;
pub mod commands;
pub mod health;
pub mod idempotency;
pub mod json;
mod keys;
mod limits;
mod outcome;
pub mod page;
pub mod position;
pub mod problem;
pub mod replies;
mod request;
mod serving;
mod strict;
mod submit;
pub mod token;
mod token_claims;
mod token_error;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::MethodRouter;
use recourse_kernel::Sealed;
use recourse_runtime::clock::Clock;
use recourse_runtime::metrics::ServiceMetrics;
use recourse_runtime::projector::Progress;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::Topics;
use recourse_sealing::photos::Photos;
use recourse_sealing::{SealError, Sealer};
use recourse_terms::TermsBook;
use sqlx::PgPool;
use tokio::sync::watch;

pub use access::Access;
pub use at_position::AtPosition;
pub use buyer_access::{BuyerAccess, BuyerAccessError};
pub use call::{Call, List, Query};
pub use caller::{AnyOrder, Caller, Tokens};
pub use command::Command;
pub use commands::Commands;
pub use idempotency::{CommandMac, IdempotencyKey};
pub use json::{Body, Json};
pub use keys::KeysError;
pub use limits::with_fallbacks;
pub use page::{Page, PageQuery};
pub use position::{LogPosition, Position};
pub use problem::Problem;
pub use replies::Replies;
pub use request::RequestBody;
pub use serving::{DRAIN_TIMEOUT, serve};
pub use strict::command as strict_command;
pub use submit::{Accepted, Stage};
pub use token::{DevelopmentIssuer, issue_token};
pub use token_error::TokenError;

/// How often the positions table is polled for a position that this process does not project
/// itself.
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// The replacement for a text whose owner was erased.
pub const ERASED: &str = "[erased]";

/// The parts of one service's edge. Everything except `service`, `contexts`, `projected`, `pool`,
/// `progress` and `metrics` is shared by all services of a process.
pub struct EdgeParts {
    /// The edge reads `partitions`, and from `http` its limits and waits.
    pub settings: Arc<Settings>,
    /// The service's name, such as `claims` or `warranty-sales`.
    pub service: &'static str,
    /// The contexts it decides, the main one first, such as `["policies", "terms"]`.
    pub contexts: Vec<&'static str>,
    /// The contexts its read model is projected from.
    pub projected: Vec<String>,
    /// Topic names with the installation's prefix.
    pub topics: Topics,
    /// The clock that commands are timestamped with.
    pub clock: Clock,
    /// Connections to the service's read model.
    pub pool: PgPool,
    /// How far the read model has been projected.
    pub progress: Progress,
    /// Terms, tariffs and shops; updated as the terms topic is read.
    pub terms: watch::Receiver<Arc<TermsBook>>,
    /// Sends commands to the command topics, for all services of the process.
    pub commands: Arc<Commands>,
    /// Passes a writer's reply to the call that waits for it.
    pub replies: Replies,
    /// Computes the keyed hash that distinguishes a repeat from another command with the same id.
    pub mac: CommandMac,
    /// Knows the issuer's keys; [`Caller`] verifies every token against them.
    pub tokens: Tokens,
    /// Seals and opens personal data, each person's with a key of their own.
    pub sealer: Sealer,
    /// Stores photos, sealed, and outside the log so that they can be erased.
    pub photos: Photos,
    /// Labelled with the service; the edge counts calls, refusals and commands.
    pub metrics: ServiceMetrics,
}

/// One service's edge: the state shared by all its routes. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    parts: Arc<EdgeParts>,
}

impl Edge {
    /// One per service. Clones share the parts.
    pub fn new(parts: EdgeParts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    /// The service's name, such as `claims`.
    pub fn service(&self) -> &'static str {
        self.parts.service
    }

    /// The first of [`EdgeParts::contexts`], to which [`Command::submit`] sends; empty if there is
    /// none.
    pub fn context(&self) -> &'static str {
        self.parts.contexts.first().copied().unwrap_or_default()
    }

    /// Those of the whole process: all of its services have the same.
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// Topic names with the installation's prefix.
    pub fn topics(&self) -> &Topics {
        &self.parts.topics
    }

    /// A pool whose `search_path` is the service's read schema.
    pub fn pool(&self) -> &PgPool {
        &self.parts.pool
    }

    /// The clock that commands are timestamped with.
    pub fn clock(&self) -> &Clock {
        &self.parts.clock
    }

    /// The terms, tariffs and shops known now.
    pub fn terms(&self) -> Arc<TermsBook> {
        self.parts.terms.borrow().clone()
    }

    /// Photos of defects, kept sealed and outside the log.
    pub fn photos(&self) -> &Photos {
        &self.parts.photos
    }

    /// The sealer itself, for what [`Edge::seal`] and [`Edge::open`] do not cover.
    pub fn sealer(&self) -> &Sealer {
        &self.parts.sealer
    }

    /// Labelled with the service; calls, refusals and commands are counted already.
    pub fn metrics(&self) -> &ServiceMetrics {
        &self.parts.metrics
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.parts.tokens
    }

    /// The issuer of tokens for the buyer of one order, if its key is configured.
    pub fn buyer_access(&self) -> Option<&BuyerAccess> {
        self.parts.tokens.buyer_access()
    }

    /// Seals a person's data under a pseudonym such as [`Caller::person`].
    pub async fn seal(&self, person: &str, plain: &[u8]) -> Result<Sealed, Problem> {
        Ok(self.parts.sealer.seal(person, plain).await?)
    }

    /// Opens a person's data; 410 if the person was erased.
    pub async fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, Problem> {
        Ok(self.parts.sealer.open(sealed).await?)
    }

    /// Opens a person's text; [`ERASED`] if the person was erased.
    pub async fn open_text(&self, sealed: &Sealed) -> Result<String, Problem> {
        match self.parts.sealer.open(sealed).await {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| SealError::NotOpened.into()),
            Err(SealError::Erased) => Ok(ERASED.to_owned()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until the read model includes a position. [`Caller`] does this for every read that
    /// carries one before the handler runs, so only a handler that reads what it has just written
    /// needs it. Positions in contexts that this
    /// service does not project are ignored. After the deadline: 503.
    pub async fn wait_for(&self, position: &Position) -> Result<(), Problem> {
        let wait = self.settings().http.position_wait();
        let seen = async {
            for at in position.parts() {
                if self.projects(at) {
                    self.seen(at, wait).await?;
                }
            }
            Ok(())
        };
        match tokio::time::timeout(wait, seen).await {
            Ok(seen) => seen,
            Err(_) => Err(Problem::unavailable(
                "position.not_reached",
                "the read model has not reached this position yet",
            )
            .instead("Retry, or omit the position to read the current state.")),
        }
    }

    fn projects(&self, at: &LogPosition) -> bool {
        self.parts.projected.contains(&at.context) && at.partition < self.settings().partitions
    }

    /// This process's projector reports progress at once; another's shows in the positions table.
    async fn seen(&self, at: &LogPosition, wait: Duration) -> Result<(), Problem> {
        let LogPosition { context, partition, offset } = at;
        let here = self.parts.progress.wait(context, *partition, *offset, wait);
        tokio::select! {
            biased;
            true = here => Ok(()),
            seen = self.seen_in_table(at) => seen,
        }
    }

    async fn seen_in_table(&self, at: &LogPosition) -> Result<(), Problem> {
        let topic = self.topics().events(&at.context);
        loop {
            // Give this process's projector a chance first.
            tokio::time::sleep(POLL_INTERVAL).await;
            let row: Option<(i64,)> = sqlx::query_as(
                "select \"offset\" from positions where topic = $1 and partition = $2",
            )
            .bind(&topic)
            .bind(at.partition)
            .fetch_optional(self.pool())
            .await?;
            if row.is_some_and(|(next,)| next > at.offset) {
                return Ok(());
            }
        }
    }

    /// A route that takes photos: it allows `http.photo_limit` bytes instead of `http.body_limit`
    /// (64 KiB), takes `http.photo_timeout_ms`, and reads few bodies at once.
    pub fn photo_route<S: Clone + Send + Sync + 'static>(
        &self,
        route: MethodRouter<S>,
    ) -> MethodRouter<S> {
        limits::photo_route(self, route)
    }

    /// A service's routes and its outcome routes, within all limits. Routers of several services
    /// may be merged; [`with_fallbacks`] then answers everything else.
    pub fn router(&self, routes: Router) -> Router {
        let routes = self
            .parts
            .contexts
            .iter()
            .fold(routes, |routes, context| routes.merge(outcome::routes(self, context)));
        limits::limited(self, routes)
    }
}

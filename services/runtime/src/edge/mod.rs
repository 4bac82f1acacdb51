//! The edge: HTTP in, commands and queries out. It knows no event and no rule.
//!
//! A service's handler parses a call, and either submits a command ([`Edge::submit`]) or answers a query
//! from its read model ([`Edge::pool`]). Everything that can go wrong is a [`Problem`].

pub mod caller;
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
pub mod submit;
pub mod token;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use recourse_kernel::Sealed;
use recourse_terms::TermsBook;
use sqlx::PgPool;
use tokio::sync::watch;

pub use caller::{Caller, TokenError, Tokens};
pub use commands::Commands;
pub use health::{Check, Health};
pub use idempotency::{CommandMac, IdempotencyKey};
pub use json::{Body, Json, Path, Query};
pub use keys::KeysError;
pub use limits::with_last_resorts;
pub use page::{Page, PageQuery};
pub use position::{AtPosition, LogPosition, Position};
pub use problem::Problem;
pub use replies::Replies;
pub use request::RequestBody;
pub use serving::{DRAIN_TIMEOUT, serve};
pub use submit::{Accepted, Stage, Submit};
pub use token::{DevelopmentIssuer, issue_token};

use crate::clock::Clock;
use crate::metrics::ServiceMetrics;
use crate::photos::Photos;
use crate::projector::Progress;
use crate::sealing::{SealError, Sealer};
use crate::settings::Settings;
use crate::topics::Topics;

/// How often the table of positions is looked at for a place that this process does not project itself.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// What stands in place of a text whose person was erased.
pub const ERASED: &str = "[erased]";

/// What one service's edge is made of. Everything but `service`, `contexts`, `pool`, `progress` and
/// `metrics` is shared by all services of a process.
pub struct EdgeParts {
    /// The settings.
    pub settings: Arc<Settings>,
    /// The service's name: `claims`, `warranty-sales`.
    pub service: &'static str,
    /// Its contexts, the main one first: `["policies", "terms"]`.
    pub contexts: Vec<&'static str>,
    /// The contexts that its read model is projected from.
    pub projected: Vec<String>,
    /// Topic names.
    pub topics: Topics,
    /// The clock.
    pub clock: Clock,
    /// Over the service's read schema.
    pub pool: PgPool,
    /// How far the read model is.
    pub progress: Progress,
    /// Terms, tariffs and shops, as they become known.
    pub terms: watch::Receiver<Arc<TermsBook>>,
    /// Sends commands.
    pub commands: Arc<Commands>,
    /// Hears replies.
    pub replies: Replies,
    /// Makes keyed hashes of commands.
    pub mac: CommandMac,
    /// Believes tokens, or not.
    pub tokens: Tokens,
    /// Seals personal data.
    pub sealer: Sealer,
    /// Keeps photos.
    pub photos: Photos,
    /// Counts.
    pub metrics: ServiceMetrics,
}

/// One service's edge: the state of all its routes. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    parts: Arc<EdgeParts>,
}

impl Edge {
    /// An edge of these parts.
    pub fn new(parts: EdgeParts) -> Self {
        Self { parts: Arc::new(parts) }
    }

    /// The service's name.
    pub fn service(&self) -> &'static str {
        self.parts.service
    }

    /// The service's main context.
    pub fn context(&self) -> &'static str {
        self.parts.contexts.first().copied().unwrap_or_default()
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    /// Topic names.
    pub fn topics(&self) -> &Topics {
        &self.parts.topics
    }

    /// Connections whose `search_path` is the service's read schema.
    pub fn pool(&self) -> &PgPool {
        &self.parts.pool
    }

    /// The clock that commands are recorded by.
    pub fn clock(&self) -> &Clock {
        &self.parts.clock
    }

    /// Terms, tariffs and shops as they are known now.
    pub fn terms(&self) -> Arc<TermsBook> {
        self.parts.terms.borrow().clone()
    }

    /// The photos.
    pub fn photos(&self) -> &Photos {
        &self.parts.photos
    }

    /// The sealer itself, for what [`Edge::seal`] and [`Edge::open`] do not do.
    pub fn sealer(&self) -> &Sealer {
        &self.parts.sealer
    }

    /// The service's counters.
    pub fn metrics(&self) -> &ServiceMetrics {
        &self.parts.metrics
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.parts.tokens
    }

    /// Seals a person's data, under a pseudonym such as [`Caller::person`].
    pub async fn seal(&self, person: &str, plain: &[u8]) -> Result<Sealed, Problem> {
        Ok(self.parts.sealer.seal(person, plain).await?)
    }

    /// Opens a person's data; 410 when the person was erased.
    pub async fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, Problem> {
        Ok(self.parts.sealer.open(sealed).await?)
    }

    /// Opens a person's text, or gives [`ERASED`] in its place.
    pub async fn open_text(&self, sealed: &Sealed) -> Result<String, Problem> {
        match self.parts.sealer.open(sealed).await {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| SealError::NotOpened.into()),
            Err(SealError::Erased) => Ok(ERASED.to_owned()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until the read model has what a position names. Every read that brings one does so before its
    /// handler runs, since [`Caller`] asks for it; a handler need not. Places in contexts that this service does
    /// not project are nothing to wait for. After the deadline: 503.
    pub async fn wait_for(&self, position: &Position) -> Result<(), Problem> {
        let wait = self.settings().http.position_wait();
        let seen = async {
            for place in position.places() {
                if self.projects(place) {
                    self.seen(place, wait).await?;
                }
            }
            Ok(())
        };
        match tokio::time::timeout(wait, seen).await {
            Ok(seen) => seen,
            Err(_) => Err(Problem::unavailable(
                "position.not_reached",
                "what was written at this position cannot be read yet",
            )
            .instead("ask again, or ask without the position for what is known now")),
        }
    }

    fn projects(&self, place: &LogPosition) -> bool {
        self.parts.projected.contains(&place.context)
            && place.partition < self.settings().partitions
    }

    /// This process's projector tells at once; another's is seen in the table.
    async fn seen(&self, place: &LogPosition, wait: Duration) -> Result<(), Problem> {
        let LogPosition { context, partition, offset } = place;
        let here = self.parts.progress.wait(context, *partition, *offset, wait);
        tokio::select! {
            biased;
            true = here => Ok(()),
            seen = self.seen_in_table(place) => seen,
        }
    }

    async fn seen_in_table(&self, place: &LogPosition) -> Result<(), Problem> {
        let topic = self.topics().events(&place.context);
        loop {
            // First of all the projector of this process has its chance.
            tokio::time::sleep(LOOK_AGAIN).await;
            let row: Option<(i64,)> = sqlx::query_as(
                "select \"offset\" from positions where topic = $1 and partition = $2",
            )
            .bind(&topic)
            .bind(place.partition)
            .fetch_optional(self.pool())
            .await?;
            if row.is_some_and(|(next,)| next > place.offset) {
                return Ok(());
            }
        }
    }

    /// For the route that takes photos: the body may be as long as a photo.
    pub fn photo_limit(&self) -> DefaultBodyLimit {
        DefaultBodyLimit::max(self.settings().http.photo_limit)
    }

    /// A service's routes and the one for outcomes, behind all limits. Those of several services may be
    /// merged; [`with_last_resorts`] then answers everything else.
    pub fn router(&self, routes: Router) -> Router {
        let routes = self
            .parts
            .contexts
            .iter()
            .fold(routes, |routes, context| routes.merge(outcome::routes(self, context)));
        limits::limited(self, routes)
    }
}

//! What a projector shows of itself: its state, its progress, its metrics.

use std::sync::Arc;

use sqlx::PgConnection;
use tokio::sync::watch;

use super::progress::Progress;
use super::table::Tables;
use super::taken::Source;
use crate::clock::Clock;
use crate::metrics::ServiceMetrics;

/// What a projector reports in `/ready`; only [`ProjectorState::CaughtUp`] counts as ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectorState {
    /// It has not reached the offsets at which its topics ended when its partitions were assigned.
    CatchingUp,
    /// It has reached those offsets, or has no partitions.
    CaughtUp,
    /// A topic was replaced by another log; a person has to act. The text has the position and
    /// reason.
    Stopped(String),
    /// The database or Kafka is unavailable; it keeps retrying.
    Unavailable(String),
}

/// The sources, tables and reporting channels of a projector; survives a failed attempt to project.
pub struct View<M = PgConnection> {
    /// As in [`ProjectorSettings::sources`](super::ProjectorSettings::sources).
    pub sources: Vec<Source>,
    /// The most records in one transaction.
    pub batch: usize,
    /// The tables to project into.
    pub tables: Arc<Tables<M>>,
    /// How far each partition has been projected.
    pub progress: Progress,
    /// Counts projected events, and measures position and lag.
    pub metrics: ServiceMetrics,
    /// Receives each change of state.
    pub report: watch::Sender<ProjectorState>,
    /// Receives what was set aside, as a sentence.
    pub report_aside: watch::Sender<Option<String>>,
    /// Times batches and intervals by [`Clock::elapsed`]; the time of day is not used.
    pub clock: Clock,
}

impl<M> View<M> {
    pub(crate) fn change_to(&self, state: ProjectorState) {
        self.report.send_if_modified(|now| {
            let differs = *now != state;
            *now = state;
            differs
        });
    }
}

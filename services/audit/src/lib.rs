//! Timelines across every topic: one row per event, with a sentence for people to read, and every
//! deadline.
//!
//! Audit decides nothing, and its read model needs no other service: it reads their events as JSON.
//!
//! It also reads the log itself, without any database: [`replay`] prints the history of a claim,
//! [`verification`] checks every record from the first one. That folds the events with the deciders
//! of the services that wrote them, so this crate names those services.

pub mod any_event;
pub mod causal_order;
pub mod deadline;
pub mod http;
pub mod projections;
pub mod queries;
pub mod replay;
pub mod timelines;
pub mod verification;

use recourse_wiring::{Node, Running, ServiceSpec};

use projections::deadlines::DeadlinesTable;
use projections::reasons::ReasonsTable;
use projections::timeline::TimelineTable;

/// The tables of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// The default configuration file, which lists every setting.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// The contexts whose events are read: all of them.
pub const CONTEXTS: [&str; 6] = ["orders", "policies", "claims", "jobs", "settlements", "terms"];

/// The parts of the service: its migrations, its tables and the topics that it reads.
pub fn spec() -> ServiceSpec {
    let spec = ServiceSpec::new("audit", &MIGRATIONS)
        .table::<TimelineTable>()
        .table::<ReasonsTable>()
        .table::<DeadlinesTable>();
    CONTEXTS.into_iter().fold(spec, ServiceSpec::projects)
}

/// Starts the service: its projector and its routes.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    node.start(spec(), http::routes).await
}

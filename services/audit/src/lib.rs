//! Timelines over every topic: one row an event, with a sentence for a person, and every deadline.
//!
//! Audit decides nothing. It depends on none of the services and reads their events as what they are, JSON.

pub mod any_event;
pub mod causal_order;
pub mod deadline;
pub mod http;
pub mod projections;
pub mod queries;
pub mod sentences;

use recourse_runtime::service::{Node, Running, ServiceSpec};

use projections::deadlines::DeadlinesTable;
use projections::reasons::ReasonsTable;
use projections::timeline::TimelineTable;

/// The tables of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Every setting, with its default.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// The contexts whose events are read: all.
pub const CONTEXTS: [&str; 6] = ["orders", "policies", "claims", "jobs", "settlements", "terms"];

/// What the service is made of.
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

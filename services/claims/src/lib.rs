//! Claims in their five stages: submission, verification, inspection, remedy and settlement, with
//! questions, offers and one appeal.
//!
//! Decisions are made in [`domain`], which is pure; facts from other services arrive through
//! [`reactions`].

mod decider;
pub mod domain;
pub mod foreign;
pub mod http;
pub mod projections;
pub mod queries;
pub mod reactions;
pub mod timeline;

use recourse_wiring::{Node, Running, ServiceSpec};

pub use decider::Claims;

use projections::claims::ClaimsTable;
use projections::coverages::CoveragesTable;
use projections::refusal_reviews::RefusalReviewsTable;

/// Migrations of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Every setting with its default, as TOML.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// The service's decider and read-model tables.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("claims", &MIGRATIONS)
        .decides::<Claims>()
        .table::<ClaimsTable>()
        .table::<CoveragesTable>()
        .table::<RefusalReviewsTable>()
}

/// Starts the service: its writer, its projector and its routes.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    node.start(spec(), http::routes).await
}

//! Programs, terms, offers and policies.
//!
//! [`start`] wires the service: two deciders (policies, and the catalogue of terms), one read
//! model, one set of routes. All rules are in [`domain`].

mod decider;
pub mod domain;
pub mod foreign;
pub mod http;
pub mod projections;
pub mod queries;
pub mod reactions;
pub mod timeline;

use recourse_wiring::{Node, Running, ServiceSpec};

pub use decider::Sales;
use domain::catalogue::TermsCatalogue;
use projections::{Policies, PublishedTerms};

/// The migrations of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Every setting, with its default and purpose.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// The parts of the service. Policies come first: commands without a context go there.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("warranty-sales", &MIGRATIONS)
        .decides::<Sales>()
        .decides::<TermsCatalogue>()
        .table::<Policies>()
        .table::<PublishedTerms>()
}

/// Starts the service: its writers, its projector and its routes.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    node.start(spec(), http::routes).await
}

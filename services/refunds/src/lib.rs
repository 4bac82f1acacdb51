//! Settlements and their payments: what is owed when a claim or a policy ends, and that each amount
//! is paid once.
//!
//! [`start`] wires the service. All rules are in [`domain`].

mod decider;
pub mod domain;
pub mod foreign;
pub mod http;
pub mod projections;
pub mod queries;
pub mod reactions;
pub mod timeline;

use recourse_wiring::{Node, Running, ServiceSpec};

pub use decider::Refunds;
use projections::{Payments, Settlements};

/// The tables of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// The default configuration file, which documents every setting.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// The parts of the service: its migrations, its decider and its tables.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("refunds", &MIGRATIONS)
        .decides::<Refunds>()
        .table::<Settlements>()
        .table::<Payments>()
}

/// Starts the service: its writer, its projector and its routes.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    node.start(spec(), http::routes).await
}

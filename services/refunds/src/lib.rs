//! Settlements and their legs of money: what is owed at the end of a claim or of a policy, and that each
//! amount is paid once.
//!
//! [`start`] wires the service. No rule stands here; they are all in [`domain`].

pub mod domain;
pub mod foreign;
pub mod http;
pub mod projections;
pub mod queries;
pub mod reactions;

use recourse_runtime::service::{Node, Running, ServiceSpec};

use domain::Refunds;
use projections::{Payments, Settlements};

/// The tables of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Every setting with its default and what it is for.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// What the service is made of.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("refunds", &MIGRATIONS)
        .decides::<Refunds>()
        .table::<Settlements>()
        .table::<Payments>()
}

/// Starts the service: its writer, its projector, its routes.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    node.start(spec(), http::routes).await
}

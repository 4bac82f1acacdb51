//! Shops, routing, jobs, ways, parts and counted time.
//!
//! A job is one device's visit to one repair shop. It is opened when a claim is accepted, and told by the shop
//! from the receipt to the handing over. What is decided is in [`domain`]; what other services say comes in by
//! [`reactions`].

pub mod domain;
pub mod foreign;
pub mod http;
pub mod projections;
pub mod queries;
pub mod reactions;

use recourse_runtime::service::{Node, Running, ServiceSpec};

pub use domain::RepairShops;

use projections::claim_notes::ClaimNotesTable;
use projections::jobs::JobsTable;
use projections::shipments::ShipmentsTable;

/// The tables of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Every setting, with its default.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// What the service is made of.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("repair-shops", &MIGRATIONS)
        .decides::<RepairShops>()
        .table::<JobsTable>()
        .table::<ShipmentsTable>()
        .table::<ClaimNotesTable>()
}

/// Starts the service: its writer, its projector, its routes.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    node.start(spec(), http::routes).await
}

//! Shops, routing, jobs, shipments, parts and counted time.
//!
//! A job is one device's visit to one repair shop. It is opened when a claim is accepted, and the
//! shop reports its progress from receipt to hand-over. Decisions are in [`domain`]; facts from
//! other services arrive through [`reactions`].

mod decider;
pub mod domain;
pub mod foreign;
pub mod http;
pub mod projections;
pub mod queries;
pub mod reactions;
pub mod timeline;

use recourse_wiring::{Node, Running, ServiceSpec};

pub use decider::RepairShops;

use projections::claim_notes::ClaimNotesTable;
use projections::jobs::JobsTable;
use projections::shipments::ShipmentsTable;

/// The tables of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// The default configuration file, which lists every setting.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// The parts of the service: its migrations, its decider and its tables.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("repair-shops", &MIGRATIONS)
        .decides::<RepairShops>()
        .table::<JobsTable>()
        .table::<ShipmentsTable>()
        .table::<ClaimNotesTable>()
}

/// Starts the service: its writer, its projector and its routes.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    node.start(spec(), http::routes).await
}

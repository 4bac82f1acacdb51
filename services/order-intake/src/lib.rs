//! Orders and disputes, as the marketplace tells them.
//!
//! What may happen to an order is decided in [`domain`]. What others publish is read in [`feed`], and taken
//! in by [`intake`] (the marketplace's topic, webhooks) and [`import`] (files).

pub mod domain;
pub mod feed;
pub mod http;
pub mod import;
pub mod intake;
pub mod projections;
pub mod queries;

use recourse_runtime::service::{Node, Running, ServiceSpec};

pub use domain::Orders;

use http::shopify::ShopifySettings;
use intake::Intake;
use projections::disputes::DisputesTable;
use projections::kept_facts::KeptFactsTable;
use projections::orders::OrdersTable;

/// The tables of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Every setting, with its default.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// What the service is made of.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("order-intake", &MIGRATIONS)
        .decides::<Orders>()
        .table::<OrdersTable>()
        .table::<DisputesTable>()
        .table::<KeptFactsTable>()
}

/// Starts the service: its writer, its projector, its routes, and the loop over the marketplace's feed.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    let intake = Intake::of(node)?;
    let shopify = ShopifySettings::of(&node.settings)?;
    let webhooks = intake.clone();
    let mut running = node.start(spec(), move |edge| http::routes(edge, webhooks, shopify)).await?;
    running.feeds.push(intake::marketplace::start(node, intake)?);
    Ok(running)
}

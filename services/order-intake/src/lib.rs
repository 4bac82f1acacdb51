//! Orders and disputes, as the marketplace reports them.
//!
//! [`domain`] decides what may happen to an order. [`feed`] translates what others publish;
//! [`intake`] (the marketplace's topic, webhooks) and [`import`] (files) send it on.

mod decider;
pub mod domain;
pub mod feed;
pub mod http;
pub mod import;
pub mod intake;
pub mod projections;
pub mod queries;
pub mod timeline;

use recourse_wiring::{Node, Running, ServiceSpec};

pub use decider::Orders;

use http::ShopifySettings;
use intake::Intake;
use projections::buyer_access::BuyerAccessTable;
use projections::disputes::DisputesTable;
use projections::facts::FactsTable;
use projections::kept_facts::KeptFactsTable;
use projections::orders::OrdersTable;
use projections::privacy_requests::PrivacyRequestsTable;

/// The migrations of the read model.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Every setting, with its default and purpose.
pub const DEFAULT_CONFIG: &str = include_str!("../config.default.toml");

/// The parts of the service: its decider and its tables.
pub fn spec() -> ServiceSpec {
    ServiceSpec::new("order-intake", &MIGRATIONS)
        .decides::<Orders>()
        .table::<OrdersTable>()
        .table::<DisputesTable>()
        .table::<KeptFactsTable>()
        .table::<FactsTable>()
        .table::<BuyerAccessTable>()
        .table::<PrivacyRequestsTable>()
}

/// Starts the service: its writer, its projector, its routes, and the loop over the marketplace's
/// feed.
pub async fn start(node: &Node) -> anyhow::Result<Running> {
    let intake = Intake::of(node)?;
    let shopify = ShopifySettings::of(&node.settings)?;
    let webhooks = intake.clone();
    let mut running = node.start(spec(), move |edge| http::routes(edge, webhooks, shopify)).await?;
    let pool = running.database.pool().clone();
    intake::forgetting::start(intake.clone(), pool, node.shutdown.clone());
    running.feeds.push(intake::marketplace::start(node, intake)?);
    Ok(running)
}

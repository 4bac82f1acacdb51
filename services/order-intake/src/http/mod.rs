//! The routes: a request becomes a command, or a query and its answer.

mod disputes;
mod missing;
mod orders;
pub mod shopify;
mod view;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::{Caller, Edge};
use recourse_kernel::Role;

use crate::intake::Intake;
use crate::projections::orders::OrderRow;
use shopify::{Shopify, ShopifySettings};

/// Roles that can read any order, in addition to its buyer and its marketplace.
const READERS: &[Role] = &[
    Role::Buyer,
    Role::Marketplace,
    Role::Seller,
    Role::Adjuster,
    Role::Provider,
    Role::Auditor,
    Role::Operator,
];

/// All routes of the service.
pub fn routes(edge: Edge, intake: Intake, shopify: ShopifySettings) -> Router {
    let orders = Router::new()
        .route("/v1/orders", get(orders::list))
        .route("/v1/orders/{order}", get(orders::one))
        .route("/v1/orders/{order}/missing-facts", get(missing::one))
        .route("/v1/missing-facts", get(missing::list))
        .route("/v1/devices/{device}/disputes", post(disputes::open))
        .route("/v1/disputes/{dispute}", get(disputes::one))
        .route("/v1/disputes/{dispute}/answer", post(disputes::answer))
        .route("/v1/disputes/{dispute}/acceptance", post(disputes::accept))
        .route("/v1/disputes/{dispute}/decision", post(disputes::decide))
        .with_state(edge);
    orders.merge(shopify::routes(Shopify::new(intake, shopify)))
}

/// Orders that a caller may not see are answered as not found.
fn may_see(caller: &Caller, row: &OrderRow) -> bool {
    let (placed, subject) = (&row.order.placed, &caller.principal.subject);
    match caller.role() {
        Role::Buyer => placed.buyer == *subject,
        Role::Marketplace => placed.marketplace == *subject,
        _ => true,
    }
}

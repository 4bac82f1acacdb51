//! The service's HTTP interface: one file per endpoint.

mod get_payments;
mod get_settlement;
mod get_settlements;
mod post_payment_failed;
mod post_payment_paid;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::Edge;
use recourse_kernel::Role;

/// Roles that may read settlements; a buyer only their own.
const READERS: &[Role] = &[
    Role::Buyer,
    Role::Adjuster,
    Role::Provider,
    Role::Marketplace,
    Role::Gateway,
    Role::Auditor,
    Role::Operator,
];

/// Every route of the service.
pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/settlements", get(get_settlements::answer))
        .route("/v1/settlements/{settlement}", get(get_settlement::answer))
        .route("/v1/payments", get(get_payments::answer))
        .route("/v1/payments/{payment}/paid", post(post_payment_paid::handle))
        .route("/v1/payments/{payment}/failed", post(post_payment_failed::handle))
        .with_state(edge)
}

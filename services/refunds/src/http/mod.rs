//! The service's HTTP interface: one file per endpoint.

mod confirm_payment;
mod fail_payment;
mod get_settlement;
mod list_payments;
mod list_settlements;
mod reverse_payment;

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
        .route("/v1/settlements", get(list_settlements::answer))
        .route("/v1/settlements/{settlement}", get(get_settlement::answer))
        .route("/v1/payments", get(list_payments::answer))
        .route("/v1/payments/{payment}/paid", post(confirm_payment::answer))
        .route("/v1/payments/{payment}/failed", post(fail_payment::answer))
        .route("/v1/payments/{payment}/reversed", post(reverse_payment::answer))
        .with_state(edge)
}

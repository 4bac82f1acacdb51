//! The service's HTTP API: one file per endpoint.

mod cancel;
mod get_calendar;
mod get_policy;
mod get_shops;
mod get_tariffs;
mod get_terms;
mod list_offers;
mod list_policies;
mod list_terms;
mod publish_calendar;
mod publish_line;
mod publish_shops;
mod publish_tariffs;
mod publish_terms;
mod publishing;
mod withdraw_terms;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::Edge;
use recourse_kernel::Role;

/// Roles that can read policies; buyers only their own.
const READERS: &[Role] = &[
    Role::Buyer,
    Role::Seller,
    Role::Adjuster,
    Role::Provider,
    Role::Shop,
    Role::Marketplace,
    Role::Auditor,
    Role::Operator,
];

/// Every route of the service.
pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/offers", get(list_offers::answer))
        .route("/v1/policies", get(list_policies::answer))
        .route("/v1/policies/{policy}", get(get_policy::answer))
        .route("/v1/policies/{policy}/cancellation", post(cancel::answer))
        .route("/v1/terms", get(list_terms::answer).post(publish_terms::answer))
        // One parameter name for both routes, because the router allows only one per position: it
        // is a digest or a line.
        .route("/v1/terms/{name}", get(get_terms::answer))
        .route("/v1/terms/{name}/versions", post(publish_line::answer))
        .route("/v1/terms/{name}/withdrawal", post(withdraw_terms::answer))
        .route("/v1/tariffs", post(publish_tariffs::answer))
        .route("/v1/tariffs/{sheet}/{version}", get(get_tariffs::answer))
        .route("/v1/shop-directories", post(publish_shops::answer))
        .route("/v1/shop-directories/{provider}", get(get_shops::answer))
        .route("/v1/calendars", post(publish_calendar::answer))
        .route("/v1/calendars/{calendar}", get(get_calendar::answer))
        .with_state(edge)
}

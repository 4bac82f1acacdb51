//! The service's HTTP API: one file per endpoint.

mod get_offers;
mod get_policies;
mod get_policy;
mod get_terms;
mod get_terms_list;
mod post_cancellation;
mod post_shop_directory;
mod post_tariffs;
mod post_terms;
mod post_withdrawal;
mod publishing;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::Edge;

/// Every route of the service.
pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/offers", get(get_offers::answer))
        .route("/v1/policies", get(get_policies::answer))
        .route("/v1/policies/{policy}", get(get_policy::answer))
        .route("/v1/policies/{policy}/cancellation", post(post_cancellation::handle))
        .route("/v1/terms", get(get_terms_list::answer).post(post_terms::handle))
        // One parameter name for both routes, because the router allows only one per position: it
        // is a digest or a line.
        .route("/v1/terms/{name}", get(get_terms::answer))
        .route("/v1/terms/{name}/withdrawal", post(post_withdrawal::handle))
        .route("/v1/tariffs", post(post_tariffs::handle))
        .route("/v1/shop-directories", post(post_shop_directory::handle))
        .with_state(edge)
}

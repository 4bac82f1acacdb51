//! The routes: from query to response.

mod access;
mod deadlines;
mod timeline;

use axum::Router;
use axum::routing::get;
use recourse_edge::Edge;

/// All routes of the service.
pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/claims/{clm}/timeline", get(timeline::of_claim))
        .route("/v1/claims/{clm}/deadlines", get(deadlines::of_claim))
        .route("/v1/orders/{order}/timeline", get(timeline::of_order))
        .route("/v1/orders/{order}/deadlines", get(deadlines::of_order))
        .route("/v1/deadlines", get(deadlines::in_state))
        .route("/v1/deadlines/counts", get(deadlines::counts))
        .with_state(edge)
}

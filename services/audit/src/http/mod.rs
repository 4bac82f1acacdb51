//! The routes: from query to response.

mod access;
mod count_deadlines;
mod get_claim_deadlines;
mod get_claim_timeline;
mod get_order_deadlines;
mod get_order_timeline;
mod list_deadlines;
mod view;

use axum::Router;
use axum::routing::get;
use recourse_edge::Edge;

pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/claims/{clm}/timeline", get(get_claim_timeline::get_claim_timeline))
        .route("/v1/claims/{clm}/deadlines", get(get_claim_deadlines::get_claim_deadlines))
        .route("/v1/orders/{order}/timeline", get(get_order_timeline::get_order_timeline))
        .route("/v1/orders/{order}/deadlines", get(get_order_deadlines::get_order_deadlines))
        .route("/v1/deadlines", get(list_deadlines::list_deadlines))
        .route("/v1/deadlines/counts", get(count_deadlines::count_deadlines))
        .with_state(edge)
}

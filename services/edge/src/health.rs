//! Liveness and readiness of a process, and its metrics, over HTTP.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use recourse_runtime::health::Health;
use recourse_runtime::metrics::Metrics;
use serde_json::json;

use super::json::Json;

/// `/live`, `/ready` and `/metrics`: without a token and without limits, for orchestrators and
/// monitoring.
pub fn routes(health: Health, metrics: Metrics) -> Router {
    Router::new()
        .route("/live", get(live))
        .route("/ready", get(ready))
        .with_state(health)
        .merge(Router::new().route("/metrics", get(counted)).with_state(metrics))
}

async fn live(State(health): State<Health>) -> Response {
    let live = health.is_live();
    (status(live), Json(json!({ "live": live }))).into_response()
}

async fn ready(State(health): State<Health>) -> Response {
    let (ready, checks) = (health.is_ready() && health.is_live(), health.checks());
    (status(ready), Json(json!({ "ready": ready, "checks": checks }))).into_response()
}

async fn counted(State(metrics): State<Metrics>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.text()).into_response()
}

fn status(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

//! `GET /v1/settled?at=…`, for players that move the clock: 200 once all input has been decided and
//! projected with the clock at that instant, else 409 with what is still pending.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use recourse_edge::Query;
use recourse_kernel::Instant;
use recourse_process::Watch;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub(super) struct At {
    at: Instant,
}

pub(super) async fn answer(State(watch): State<Watch>, Query(At { at }): Query<At>) -> Response {
    let (status, body) = match watch.unsettled(at).await {
        Ok(None) => (StatusCode::OK, json!({ "settled": true })),
        Ok(Some(waits_for)) => {
            (StatusCode::CONFLICT, json!({ "settled": false, "waits_for": waits_for }))
        }
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "settled": false, "error": error.to_string() }),
        ),
    };
    (status, axum::Json(body)).into_response()
}

//! `POST /v1/terms/{line}/withdrawal`: a version of terms is sold no more from a moment on (S5).

use axum::extract::State;
use recourse_kernel::Instant;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem};
use serde::Deserialize;
use serde_json::json;

use super::publishing::publish;
use crate::domain::catalogue::{CatalogueCommand, WithdrawTerms};

#[derive(Deserialize)]
pub(super) struct Asked {
    version: u32,
    until: Instant,
}

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(line): Path<String>,
    Json(Asked { version, until }): Json<Asked>,
) -> Result<Accepted, Problem> {
    let asked = json!({ "line": line, "version": version, "until": until });
    let command = CatalogueCommand::WithdrawTerms(WithdrawTerms { line, version, until });
    publish(&edge, &caller, &key, &command, &asked).await
}

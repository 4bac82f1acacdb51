//! `POST /v1/terms/{line}/withdrawal`: stops selling a version of terms from a given time on (S5).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::Instant;
use serde::Deserialize;

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, WithdrawTerms};

#[derive(Deserialize)]
struct Body {
    version: u32,
    until: Instant,
}

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(line): Path<String>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(PUBLISHERS)?;
    let Body { version, until } = request.read()?;
    let command = CatalogueCommand::WithdrawTerms(WithdrawTerms { line, version, until });
    publish(&edge, &caller, &key, &command, &request).await
}

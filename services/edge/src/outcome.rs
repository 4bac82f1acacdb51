//! `GET /v1/{context}/commands/{id}`: the outcome of a command whose answer did not arrive in time.
//!
//! The body is that of the command's own answer, and a refusal is the same problem. Only the status
//! of a creation differs: here it is 200, since this call creates nothing. A command's id is a hash
//! that only its sender can know.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use recourse_kernel::Hash;
use recourse_runtime::projector::outcome_of;

use super::Edge;
use super::caller::Caller;
use super::json::Path;
use super::problem::Problem;
use super::submit::{Accepted, said};

pub(super) fn routes(edge: &Edge, context: &'static str) -> Router {
    let request = move |State(edge): State<Edge>, _: Caller, Path(id): Path<Hash>| async move {
        outcome(&edge, context, &id.to_string()).await
    };
    Router::new()
        .route(&format!("/v1/{context}/commands/{{id}}"), get(request))
        .with_state(edge.clone())
}

async fn outcome(edge: &Edge, context: &str, id: &str) -> Result<Accepted, Problem> {
    match outcome_of(edge.pool(), id).await?.filter(|outcome| outcome.context == context) {
        Some(outcome) => said(context, id, None, outcome, false),
        None => Err(Problem {
            retry_after: Some(1),
            ..Problem::not_found("command", id).instead(
                "If it was sent, it is not decided yet: retry, or send it again with the \
                 same Idempotency-Key.",
            )
        }),
    }
}

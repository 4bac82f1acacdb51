//! `GET /v1/{context}/commands/{id}?sent=`: the outcome of a command whose answer did not arrive in
//! time, or 202 while it is not decided.
//!
//! The body is that of the command's own answer, and a refusal is the same problem. Only the status
//! of a creation differs: here it is 200, since this call creates nothing. A command's id is a hash
//! that only its sender can know. `sent` is part of the path that the command was answered with,
//! and proves that it was sent: without it, a command is not known before it is decided.

use axum::Router;
use axum::routing::get;
use recourse_kernel::Hash;
use recourse_runtime::projector::{CommandOutcome, outcome_of};
use serde::Deserialize;

use super::Edge;
use super::call::Call;
use super::caller::{AnyOrder, Caller};
use super::problem::Problem;
use super::submit::{Accepted, pending, said};

#[derive(Deserialize)]
struct OutcomeQuery {
    sent: Option<String>,
}

pub(super) fn routes(edge: &Edge, context: &'static str) -> Router {
    let call = move |call: Call<Hash, OutcomeQuery, AnyOrder>| async move {
        let (AnyOrder(caller), id) = (&call.caller, call.path.to_string());
        outcome(&call, context, caller, &id, call.query.sent.as_deref()).await
    };
    Router::new()
        .route(&format!("/v1/{context}/commands/{{id}}"), get(call))
        .with_state(edge.clone())
}

async fn outcome(
    edge: &Edge,
    context: &str,
    caller: &Caller,
    id: &str,
    sent: Option<&str>,
) -> Result<Accepted, Problem> {
    // A stream is one purchase at one service: `claims/K`.
    let stream = caller.order.map(|order| format!("{context}/{}", order.key));
    let is_visible = |outcome: &CommandOutcome| {
        outcome.context == context && stream.as_ref().is_none_or(|only| *only == outcome.stream)
    };
    let path = edge.outcome_path(context, id);
    match outcome_of(edge.pool(), id).await?.filter(is_visible) {
        Some(outcome) => said(id, None, outcome, path),
        None if sent.is_some_and(|proof| edge.was_sent(context, id, proof)) => {
            Ok(pending(id, path))
        }
        None => Err(Problem::not_found("command", id).instead(
            "Call the whole `outcome` of the answer to the command, or send the command again with \
             the same Idempotency-Key.",
        )),
    }
}

//! `POST /v1/terms`: publishes a version of terms (S5). The body is the document.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Problem, RequestBody};

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishTerms};

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(PUBLISHERS)?;
    let terms = request.read()?;
    let command = CatalogueCommand::PublishTerms(Box::new(PublishTerms { terms }));
    publish(&edge, &caller, &key, &command, &request).await
}

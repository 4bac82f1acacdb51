//! `POST /v1/shop-directories`: publishes a provider's shop directory (C7). The body is the
//! document.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Problem, RequestBody};

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishShops};

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(PUBLISHERS)?;
    let directory = request.read()?;
    let command = CatalogueCommand::PublishShops(PublishShops { directory });
    publish(&edge, &caller, &key, &command, &request).await
}

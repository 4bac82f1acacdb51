//! `POST /v1/tariffs`: publishes a tariff sheet (C5). The body is the document.

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Problem, RequestBody};

use super::publishing::{PUBLISHERS, publish};
use crate::domain::catalogue::{CatalogueCommand, PublishTariffs};

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(PUBLISHERS)?;
    let sheet = request.read()?;
    let command = CatalogueCommand::PublishTariffs(PublishTariffs { sheet });
    publish(&edge, &caller, &key, &command, &request).await
}

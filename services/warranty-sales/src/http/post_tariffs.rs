//! `POST /v1/tariffs`: publishes a sheet of tariffs (C5). The body is the document.

use axum::extract::State;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Problem};
use recourse_terms::TariffSheet;
use serde_json::json;

use super::publishing::publish;
use crate::domain::catalogue::{CatalogueCommand, PublishTariffs};

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Json(sheet): Json<TariffSheet>,
) -> Result<Accepted, Problem> {
    let asked = json!({ "sheet": sheet });
    let command = CatalogueCommand::PublishTariffs(PublishTariffs { sheet });
    publish(&edge, &caller, &key, &command, &asked).await
}

//! `POST /v1/shop-directories`: publishes a provider's directory of shops (C7). The body is the document.

use axum::extract::State;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Problem};
use recourse_terms::ShopDirectory;
use serde_json::json;

use super::publishing::publish;
use crate::domain::catalogue::{CatalogueCommand, PublishShops};

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Json(directory): Json<ShopDirectory>,
) -> Result<Accepted, Problem> {
    let asked = json!({ "directory": directory });
    let command = CatalogueCommand::PublishShops(PublishShops { directory });
    publish(&edge, &caller, &key, &command, &asked).await
}

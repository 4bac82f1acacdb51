//! `POST /v1/terms`: publishes a version of terms (S5). The body is the document.

use axum::extract::State;
use recourse_runtime::edge::{Accepted, Caller, Edge, IdempotencyKey, Json, Problem};
use recourse_terms::Terms;
use serde_json::json;

use super::publishing::publish;
use crate::domain::catalogue::{CatalogueCommand, PublishTerms};

pub(super) async fn handle(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Json(terms): Json<Terms>,
) -> Result<Accepted, Problem> {
    let asked = json!({ "terms": terms });
    let command = CatalogueCommand::PublishTerms(Box::new(PublishTerms { terms }));
    publish(&edge, &caller, &key, &command, &asked).await
}

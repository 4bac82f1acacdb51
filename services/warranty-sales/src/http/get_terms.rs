//! `GET /v1/terms/{digest}`: the document with this digest, whether or not it is still sold.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Path, Problem};
use recourse_kernel::Hash;
use recourse_terms::Terms;

use crate::queries;

pub(super) async fn answer(
    State(edge): State<Edge>,
    _caller: Caller,
    Path(digest): Path<Hash>,
) -> Result<Json<Terms>, Problem> {
    match queries::terms::with_digest(edge.pool(), digest).await? {
        Some(row) => Ok(Json(row.terms)),
        None => Err(Problem::not_found("terms", digest)),
    }
}

//! `GET /v1/terms/{digest}`: the document with this digest, whether or not it is still sold.

use axum::extract::State;
use recourse_edge::{AtPosition, Caller, Edge, Json, Path, Problem};
use recourse_kernel::Hash;
use recourse_terms::Terms;

use crate::queries;

pub(super) async fn answer(
    State(edge): State<Edge>,
    _caller: Caller,
    AtPosition(position): AtPosition,
    Path(digest): Path<String>,
) -> Result<Json<Terms>, Problem> {
    let digest: Hash = digest.parse().map_err(|_| {
        Problem::bad_request("id.malformed", "a digest of terms has 64 hexadecimal digits")
    })?;
    if let Some(position) = &position {
        edge.wait_for(position).await?;
    }
    match queries::terms::with_digest(edge.pool(), digest).await? {
        Some(row) => Ok(Json(row.terms)),
        None => Err(Problem::not_found("terms", digest)),
    }
}

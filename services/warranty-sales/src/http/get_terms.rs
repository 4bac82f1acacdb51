//! `GET /v1/terms/{digest}`: the document with this digest, whether or not it is still sold.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::Hash;
use recourse_terms::Terms;

use crate::queries;

pub(super) async fn answer(call: Call<Hash>) -> Result<Json<Terms>, Problem> {
    let digest = call.path;
    match queries::terms::with_digest(call.pool(), digest).await? {
        Some(row) => Ok(Json(row.terms)),
        None => Err(Problem::not_found("terms", digest)),
    }
}

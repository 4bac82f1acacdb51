//! `GET /v1/claims/{clm}/decisions`: every decision about a claim, with its rules, the facts and
//! the values of the terms that they used. Buyer, adjuster and auditor read the same sentences.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Path, Problem};
use recourse_kernel::ClaimId;

use super::get_claim::seen_by;
use crate::queries::explained::{AllDecided, decisions};

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
) -> Result<Json<AllDecided>, Problem> {
    let row = seen_by(&edge, &caller, claim).await?.row;
    Ok(Json(decisions(&row, &edge.terms())))
}

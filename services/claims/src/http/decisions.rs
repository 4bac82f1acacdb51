//! `GET /v1/claims/{clm}/decisions` and `…/decisions/{n}`: every decision about a claim, with its
//! rules, the facts and the values of the terms that they used. Buyer, adjuster and auditor
//! read the same sentences.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Json, Path, Problem};
use recourse_kernel::ClaimId;

use super::get_claim::seen_by;
use crate::reading::{AllDecided, Explained, decisions};

pub(super) async fn all(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
) -> Result<Json<AllDecided>, Problem> {
    let row = seen_by(&edge, &caller, claim).await?.row;
    Ok(Json(decisions(&row, &edge.terms())))
}

pub(super) async fn one(
    State(edge): State<Edge>,
    caller: Caller,
    Path((claim, number)): Path<(ClaimId, u32)>,
) -> Result<Json<Explained>, Problem> {
    let row = seen_by(&edge, &caller, claim).await?.row;
    let index = number.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    let mut all = decisions(&row, &edge.terms()).decisions.into_iter();
    let decided = index.and_then(|index| all.nth(index));
    decided.map(Json).ok_or_else(|| Problem::not_found("decision", number))
}

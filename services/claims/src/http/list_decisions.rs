//! `GET /v1/claims/{clm}/decisions`: every decision about a claim, with its rules, the facts and
//! the values of the terms that they used. Buyer, adjuster and auditor read the same sentences.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::ClaimId;

use super::get_claim::seen_by;
use crate::queries::explained::{AllDecided, decisions};

pub(super) async fn answer(call: Call<ClaimId>) -> Result<Json<AllDecided>, Problem> {
    let row = seen_by(&call, &call.caller, call.path).await?.row;
    Ok(Json(decisions(&row, &call.terms())))
}

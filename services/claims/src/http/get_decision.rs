//! `GET /v1/claims/{clm}/decisions/{n}`: one decision about a claim, explained.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::ClaimId;

use super::get_claim::seen_by;
use crate::queries::explained::{Explained, decisions};

pub(super) async fn answer(call: Call<(ClaimId, u32)>) -> Result<Json<Explained>, Problem> {
    let (claim, number) = call.path;
    let row = seen_by(&call, &call.caller, claim).await?.row;
    let index = number.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    let mut all = decisions(&row, &call.terms()).decisions.into_iter();
    let decided = index.and_then(|index| all.nth(index));
    decided.map(Json).ok_or_else(|| Problem::not_found("decision", number))
}

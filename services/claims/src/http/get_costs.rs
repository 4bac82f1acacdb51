//! `GET /v1/claims/{clm}/costs`: the likely costs of the claim, before the device is posted (C5).

use axum::http::StatusCode;
use recourse_edge::{Call, Json, Problem};
use recourse_kernel::ClaimId;

use super::get_claim::seen_by;
use crate::domain::rules::preview::Preview;
use crate::queries::explained;

pub(super) async fn answer(call: Call<ClaimId>) -> Result<Json<Preview>, Problem> {
    let known = seen_by(&call, &call.caller, call.path).await?;
    let costs = explained::costs(&known, &call.terms(), call.clock().now());
    costs.map(Json).map_err(|why| {
        Problem::new(StatusCode::CONFLICT, "claim.costs_not_known", why)
            .rules(&["C5"])
            .instead("Ask the provider, and wait for the answer before you post the device.")
    })
}

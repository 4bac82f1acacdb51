//! `GET /v1/claims/{clm}/costs`: the likely costs of the claim, before the device is posted (C5).

use axum::extract::State;
use axum::http::StatusCode;
use recourse_edge::{Caller, Edge, Json, Path, Problem};
use recourse_kernel::ClaimId;

use super::get_claim::seen_by;
use crate::domain::preview::Preview;
use crate::reading;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
) -> Result<Json<Preview>, Problem> {
    let known = seen_by(&edge, &caller, claim).await?;
    let costs = reading::costs(&known, &edge.terms(), edge.clock().now());
    costs.map(Json).map_err(|why| {
        Problem::new(StatusCode::CONFLICT, "claim.costs_not_known", why)
            .rules(&["C5"])
            .instead("Ask the provider, and wait for the answer before you post the device.")
    })
}

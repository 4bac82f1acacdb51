//! `GET /v1/claims/{clm}`: the current state of a claim (C7, T8).

use recourse_edge::{Call, Caller, Edge, Json, Problem};
use recourse_kernel::{ClaimId, Role};

use super::view::{ClaimView, whole};
use crate::queries;
use crate::queries::claims::KnownClaim;

/// Roles that may read claims; a buyer reads only their own.
pub(super) const READERS: &[Role] =
    &[Role::Buyer, Role::Adjuster, Role::Provider, Role::Shop, Role::Auditor, Role::Operator];

pub(super) async fn answer(call: Call<ClaimId>) -> Result<Json<ClaimView>, Problem> {
    let known = seen_by(&call, &call.caller, call.path).await?;
    Ok(Json(whole(&call, &call.caller, known).await?))
}

/// Loads a claim that the caller may see. The answer never reveals that another buyer's claim
/// exists.
pub(super) async fn seen_by(
    edge: &Edge,
    caller: &Caller,
    claim: ClaimId,
) -> Result<KnownClaim, Problem> {
    caller.only(READERS)?;
    let known = queries::claims::one(edge.pool(), claim).await?;
    known
        .filter(|known| {
            caller.role() != Role::Buyer || known.row.claim.buyer == caller.principal.subject
        })
        .ok_or_else(|| Problem::not_found("claim", claim))
}

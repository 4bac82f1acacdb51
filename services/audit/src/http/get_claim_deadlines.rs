//! `GET /v1/claims/{clm}/deadlines`.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, Path, Problem};
use recourse_kernel::ClaimId;

use super::access::events_for;
use crate::queries::deadlines::{self, DeadlineItem};
use crate::queries::timeline;

/// A claim's deadlines, in the order in which they were set.
pub(super) async fn get_claim_deadlines(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
) -> Result<Page<DeadlineItem>, Problem> {
    let events = events_for(&caller, &edge, claim.key).await?;
    if timeline::about(events, claim).is_empty() {
        return Err(Problem::not_found("claim", claim));
    }
    let items = deadlines::of_purchase(edge.pool(), claim.key, Some(claim)).await?;
    Ok(Page::new(items, None))
}

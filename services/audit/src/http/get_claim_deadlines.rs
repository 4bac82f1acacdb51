//! `GET /v1/claims/{clm}/deadlines`.

use recourse_edge::{Call, Page, Problem};
use recourse_kernel::ClaimId;

use super::access::events_for;
use crate::queries::deadlines::{self, DeadlineItem};
use crate::queries::timeline;

/// A claim's deadlines, in the order in which they were set.
pub(super) async fn get_claim_deadlines(
    call: Call<ClaimId>,
) -> Result<Page<DeadlineItem>, Problem> {
    let claim = call.path;
    let events = events_for(&call, claim.key).await?;
    if timeline::about(events, claim).is_empty() {
        return Err(Problem::not_found("claim", claim));
    }
    let items = deadlines::of_purchase(call.pool(), claim.key, Some(claim)).await?;
    Ok(Page::new(items, None))
}

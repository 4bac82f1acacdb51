//! `GET /v1/claims/{clm}/timeline?cursor=&limit=`: the same timeline for buyer, provider and
//! auditor, derived from the events.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Path, Problem};
use recourse_kernel::ClaimId;

use super::access::events_for;
use super::view::{TimelineItem, page_of_timeline};
use crate::queries::timeline;

/// The timeline of a claim, across all services.
pub(super) async fn get_claim_timeline(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
    page: PageQuery,
) -> Result<Page<TimelineItem>, Problem> {
    let events = timeline::about(events_for(&caller, &edge, claim.key).await?, claim);
    if events.is_empty() {
        return Err(Problem::not_found("claim", claim));
    }
    page_of_timeline(&edge, events, &page).await
}

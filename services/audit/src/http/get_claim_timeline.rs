//! `GET /v1/claims/{clm}/timeline?cursor=&limit=`: the same timeline for buyer, provider and
//! auditor, derived from the events.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::ClaimId;

use super::access::events_for;
use super::view::{TimelineItem, page_of_timeline};
use crate::queries::timeline;

/// The timeline of a claim, across all services.
pub(super) async fn get_claim_timeline(
    list: List<(), ClaimId>,
) -> Result<Page<TimelineItem>, Problem> {
    let claim = list.path;
    let events = timeline::about(events_for(&list, claim.key).await?, claim);
    if events.is_empty() {
        return Err(Problem::not_found("claim", claim));
    }
    page_of_timeline(&list, events, &list.page).await
}

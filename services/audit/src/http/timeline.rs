//! `GET /v1/claims/{clm}/timeline` and `GET /v1/orders/{order}/timeline`, with `?cursor=&limit=`:
//! the same timeline for buyer, provider and auditor, derived from the events.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Path, Problem};
use recourse_kernel::{ClaimId, Instant, OrderId};
use serde::Serialize;

use super::access::events_for;
use super::deadlines::unknown_cursor;
use crate::projections::reasons::Reasons;
use crate::projections::timeline::TimelineRow;
use crate::queries::timeline;

/// One event of the timeline. This is a public format.
#[derive(Serialize)]
pub(super) struct TimelineItem {
    /// The event's id: `claims/K/3`.
    id: String,
    /// When it happened.
    at: Instant,
    /// When it was recorded.
    recorded_at: Instant,
    #[serde(rename = "type")]
    type_name: String,
    subject: String,
    /// Role and pseudonym.
    who: String,
    sentence: String,
    #[serde(flatten)]
    reasons: Reasons,
}

/// The timeline of a claim, across all services.
pub(super) async fn of_claim(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
    page: PageQuery,
) -> Result<Page<TimelineItem>, Problem> {
    let events = timeline::about(events_for(&caller, &edge, claim.key).await?, claim);
    if events.is_empty() {
        return Err(Problem::not_found("claim", claim));
    }
    answer(&edge, events, &page).await
}

/// The timeline of an order: its policies, claims, jobs and payments.
pub(super) async fn of_order(
    State(edge): State<Edge>,
    caller: Caller,
    Path(order): Path<OrderId>,
    page: PageQuery,
) -> Result<Page<TimelineItem>, Problem> {
    let events = events_for(&caller, &edge, order.key).await?;
    if events.is_empty() {
        return Err(Problem::not_found("order", order));
    }
    answer(&edge, events, &page).await
}

/// One page of a timeline.
async fn answer(
    edge: &Edge,
    mut events: Vec<(String, TimelineRow)>,
    page: &PageQuery,
) -> Result<Page<TimelineItem>, Problem> {
    let start = start_of(&events, page).ok_or_else(unknown_cursor)?;
    events.drain(..start);
    let Page { items, next } = Page::of(events, page, |(event, _)| event.clone());
    let ids: Vec<&str> = items.iter().map(|(event, _)| event.as_str()).collect();
    let mut reasons = timeline::reasons(edge.pool(), &ids).await?;
    let items = items.into_iter().map(|(id, row)| TimelineItem {
        reasons: reasons.remove(&id).unwrap_or_default(),
        id,
        at: row.at,
        recorded_at: row.recorded,
        type_name: row.type_name,
        subject: row.subject,
        who: row.who,
        sentence: row.sentence,
    });
    Ok(Page { items: items.collect(), next })
}

/// Where a page starts: after the event that its cursor names.
fn start_of(events: &[(String, TimelineRow)], page: &PageQuery) -> Option<usize> {
    match &page.cursor {
        None => Some(0),
        Some(last) => Some(events.iter().position(|(event, _)| event == last)? + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str) -> (String, TimelineRow) {
        let row = TimelineRow {
            context: String::new(),
            purchase: String::new(),
            version: 1,
            claim: String::new(),
            subject: String::new(),
            at: Instant::UNIX_EPOCH,
            recorded: Instant::UNIX_EPOCH,
            type_name: String::new(),
            who: String::new(),
            cause: String::new(),
            sentence: String::new(),
            buyer: String::new(),
            shop: String::new(),
        };
        (id.to_owned(), row)
    }

    #[test]
    fn a_page_starts_after_the_last_event_of_the_previous_page() {
        let events = ["orders/K/1", "claims/K/1", "jobs/K/1"].map(event);
        let start = |cursor: Option<&str>| {
            start_of(&events, &PageQuery { cursor: cursor.map(str::to_owned), limit: 2 })
        };
        assert_eq!(start(None), Some(0));
        assert_eq!(start(Some("claims/K/1")), Some(2));
        assert_eq!(start(Some("claims/K/9")), None);
    }
}

//! Deadlines (T8): `GET /v1/claims/{clm}/deadlines`, `GET /v1/orders/{order}/deadlines`,
//! `GET /v1/deadlines?state=&cursor=&limit=`, `GET /v1/deadlines/counts`.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Path, Problem, Query};
use recourse_kernel::{ClaimId, OrderId, Role};
use serde::Deserialize;

use super::access::events_for;
use crate::deadline::DeadlineState;
use crate::queries::deadlines::{self, DeadlineCount, DeadlineItem, key_and_number};
use crate::queries::timeline;

/// Roles that may read the deadlines of all purchases.
const READERS: &[Role] = &[Role::Auditor, Role::Operator, Role::Provider, Role::Adjuster];

#[derive(Deserialize)]
pub(super) struct ListQuery {
    /// `missed` if omitted.
    state: Option<DeadlineState>,
}

/// A claim's deadlines, in the order in which they were set.
pub(super) async fn of_claim(
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

/// A purchase's deadlines, in the order in which they were set.
pub(super) async fn of_order(
    State(edge): State<Edge>,
    caller: Caller,
    Path(order): Path<OrderId>,
) -> Result<Page<DeadlineItem>, Problem> {
    if events_for(&caller, &edge, order.key).await?.is_empty() {
        return Err(Problem::not_found("order", order));
    }
    Ok(Page::new(deadlines::of_purchase(edge.pool(), order.key, None).await?, None))
}

/// The deadlines of all purchases in one state, ordered by id.
pub(super) async fn in_state(
    State(edge): State<Edge>,
    caller: Caller,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<DeadlineItem>, Problem> {
    caller.only(READERS)?;
    let after = page.cursor.as_deref().map(|id| key_and_number(id).ok_or_else(unknown_cursor));
    let after = after.transpose()?;
    let state = request.state.unwrap_or(DeadlineState::Missed);
    let items = deadlines::in_state(edge.pool(), state, after, page.rows()).await?;
    Ok(Page::of(items, &page, |item| item.id.clone()))
}

/// The number of running, met and missed deadlines, by kind.
pub(super) async fn counts(
    State(edge): State<Edge>,
    caller: Caller,
) -> Result<Page<DeadlineCount>, Problem> {
    caller.only(READERS)?;
    Ok(Page::new(deadlines::counts(edge.pool()).await?, None))
}

pub(super) fn unknown_cursor() -> Problem {
    Problem::bad_request(
        "query.malformed",
        "`cursor` is not one that this list returned; start again without it",
    )
}

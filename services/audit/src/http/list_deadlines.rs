//! `GET /v1/deadlines?state=&cursor=&limit=`: the deadlines of all purchases (T8).

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Problem, Query};
use serde::Deserialize;

use super::access::DEADLINE_READERS;
use super::view::unknown_cursor;
use crate::deadline::DeadlineState;
use crate::queries::deadlines::{self, DeadlineItem, key_and_number};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    /// `missed` if omitted.
    state: Option<DeadlineState>,
}

/// The deadlines of all purchases in one state, ordered by id.
pub(super) async fn list_deadlines(
    State(edge): State<Edge>,
    caller: Caller,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<DeadlineItem>, Problem> {
    caller.only(DEADLINE_READERS)?;
    let after = page.cursor.as_deref().map(|id| key_and_number(id).ok_or_else(unknown_cursor));
    let after = after.transpose()?;
    let state = request.state.unwrap_or(DeadlineState::Missed);
    let items = deadlines::in_state(edge.pool(), state, after, page.rows()).await?;
    Ok(Page::of(items, &page, |item| item.id.clone()))
}

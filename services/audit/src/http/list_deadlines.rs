//! `GET /v1/deadlines?state=&owner=&cursor=&limit=`: the deadlines of all purchases (T8, T11).

use recourse_edge::{List, Page, Problem};
use recourse_kernel::Owner;
use serde::Deserialize;

use super::access::DEADLINE_READERS;
use super::view::unknown_cursor;
use crate::deadline::DeadlineState;
use crate::queries::deadlines::{self, DeadlineItem, key_and_number};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    /// `missed` if omitted.
    state: Option<DeadlineState>,
    /// Who must act, or should have acted; every party if omitted.
    owner: Option<Owner>,
}

/// The deadlines of all purchases in one state, ordered by id.
pub(super) async fn list_deadlines(list: List<ListQuery>) -> Result<Page<DeadlineItem>, Problem> {
    list.caller.only(DEADLINE_READERS)?;
    let page = &list.page;
    let after = page.cursor.as_deref().map(|id| key_and_number(id).ok_or_else(unknown_cursor));
    let after = after.transpose()?;
    let state = list.query.state.unwrap_or(DeadlineState::Missed);
    let items =
        deadlines::in_state(list.pool(), state, list.query.owner, after, page.rows()).await?;
    Ok(Page::of(items, page, |item| item.id.clone()))
}

//! `GET /v1/privacy-requests?state=&cursor=`: requests about personal data, as tasks for operators.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::{Instant, Role};
use serde::{Deserialize, Serialize};

use crate::domain::events::{PrivacyOutcome, PrivacyRequested};
use crate::projections::privacy_requests::PrivacyRequestRow;
use crate::queries;

#[derive(Clone, Deserialize)]
pub(super) struct ListQuery {
    state: Option<State>,
}

/// The names of the states.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    Resolved,
}

/// One request. This is a public format.
#[derive(Debug, Serialize)]
pub(super) struct PrivacyRequestView {
    #[serde(flatten)]
    requested: PrivacyRequested,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<PrivacyOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<Instant>,
}

impl From<PrivacyRequestRow> for PrivacyRequestView {
    fn from(row: PrivacyRequestRow) -> Self {
        Self {
            state: row.state(),
            requested: row.requested,
            outcome: row.resolved.as_ref().map(|resolved| resolved.outcome),
            resolved_at: row.resolved.as_ref().map(|resolved| resolved.resolved_at),
        }
    }
}

pub(super) async fn answer(list: List<ListQuery>) -> Result<Page<PrivacyRequestView>, Problem> {
    let page = &list.page;
    list.caller.only(&[Role::Operator, Role::Auditor])?;
    let state = list.query.state.map(|state| match state {
        State::Open => "open",
        State::Resolved => "resolved",
    });
    let after = page.cursor.as_deref();
    let rows = queries::privacy_requests(list.pool(), state, after, page.rows()).await?;
    let items = rows.into_iter().map(PrivacyRequestView::from).collect();
    Ok(Page::of(items, page, |item: &PrivacyRequestView| item.requested.request.to_string()))
}

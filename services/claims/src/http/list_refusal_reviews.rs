//! `GET /v1/policies/{pol}/reviews`: claims that were refused for their date and would be in time
//! by the corrected dates.

use recourse_edge::{Call, Json, Problem};
use recourse_kernel::{Instant, PolicyId, Principal, Role};
use serde::Serialize;

use super::get_claim::READERS;
use crate::domain::events::RefusalReviewOpened;
use crate::projections::refusal_reviews::RefusalReviewRow;
use crate::queries;

/// The review of a refused filing, as returned. This is a public format.
#[derive(Debug, Serialize)]
pub(super) struct RefusalReviewView {
    #[serde(flatten)]
    opened: RefusalReviewOpened,
    opened_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_by: Option<Principal>,
}

impl From<RefusalReviewRow> for RefusalReviewView {
    fn from(row: RefusalReviewRow) -> Self {
        let (closed_at, closed_by) = row.closed.map(|closed| (closed.at, closed.by)).unzip();
        Self { opened: row.opened, opened_at: row.opened_at, closed_at, closed_by }
    }
}

pub(super) async fn answer(call: Call<PolicyId>) -> Result<Json<Vec<RefusalReviewView>>, Problem> {
    let (caller, policy) = (&call.caller, call.path);
    caller.only(READERS)?;
    let coverage = queries::claims::coverage(call.pool(), policy).await?;
    let may_see = |buyer: &str| caller.role() != Role::Buyer || caller.principal.subject == buyer;
    if !coverage.is_some_and(|coverage| may_see(&coverage.buyer)) {
        return Err(Problem::not_found("policy", policy));
    }
    let rows = queries::refusal_reviews::of_policy(call.pool(), policy).await?;
    Ok(Json(rows.into_iter().map(RefusalReviewView::from).collect()))
}

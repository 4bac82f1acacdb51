//! `GET /v1/jobs/{job}` and `GET /v1/jobs?shop=&claim=&open=&cursor=`.

use axum::extract::State;
use recourse_edge::{AtPosition, Caller, Edge, Json, Page, PageQuery, Path, Problem, Query};
use recourse_kernel::{JobId, Role};
use serde::Deserialize;

use super::view::{JobSummary, JobView, summary, whole};
use crate::queries::jobs::{self, Filter, KnownJob};

const READERS: &[Role] =
    &[Role::Shop, Role::Adjuster, Role::Provider, Role::Auditor, Role::Operator];

/// One job: for its shop, its buyer, the provider, adjusters, auditors and operators.
pub(super) async fn one(
    State(edge): State<Edge>,
    caller: Caller,
    AtPosition(position): AtPosition,
    Path(job): Path<JobId>,
) -> Result<Json<JobView>, Problem> {
    caller.only(&[READERS, &[Role::Buyer]].concat())?;
    if let Some(position) = position {
        edge.wait_for(&position).await?;
    }
    let known = jobs::one(edge.pool(), job).await?;
    let KnownJob { row, notes, shipments } =
        known.filter(|known| may_see(&caller, known)).ok_or_else(|| unknown(job))?;
    let inspectors_notes = match &row.notes {
        Some(sealed) => Some(edge.open_text(sealed).await?),
        None => None,
    };
    let view = whole(&row, &notes, shipments, inspectors_notes, edge.clock().now());
    view.map(Json).ok_or_else(|| unknown(job))
}

/// A job that the caller may not see is reported as not found.
fn may_see(caller: &Caller, known: &KnownJob) -> bool {
    let subject = &caller.principal.subject;
    known.row.job.as_ref().is_some_and(|job| match caller.role() {
        Role::Buyer => job.opened.buyer == *subject,
        Role::Shop => job.opened.shop.id == *subject,
        _ => true,
    })
}

fn unknown(job: JobId) -> Problem {
    Problem::not_found("job", job)
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    shop: Option<String>,
    claim: Option<String>,
    open: Option<bool>,
}

/// Jobs, filtered by shop, claim and state; a shop sees only its own.
pub(super) async fn list(
    State(edge): State<Edge>,
    caller: Caller,
    AtPosition(position): AtPosition,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<JobSummary>, Problem> {
    caller.only(READERS)?;
    if let Some(position) = position {
        edge.wait_for(&position).await?;
    }
    let shop = if caller.role() == Role::Shop {
        let own = caller.principal.subject.clone();
        if request.shop.is_some_and(|shop| shop != own) {
            return Err(Problem::forbidden("a shop can list only its own jobs"));
        }
        Some(own)
    } else {
        request.shop
    };
    let filter = Filter { shop, claim: request.claim, open: request.open };
    let rows = jobs::list(edge.pool(), &filter, page.cursor.as_deref(), page.rows()).await?;
    let items = rows.iter().filter_map(|(row, notes)| summary(row, notes)).collect();
    Ok(Page::of(items, &page, JobSummary::key))
}

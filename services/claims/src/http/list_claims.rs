//! `GET /v1/claims?policy=&stage=&provider=&cursor=&limit=`: lists claims in the order of their
//! ids. Buyers see only their own.

use axum::extract::State;
use recourse_edge::{AnyOrder, Edge, Page, PageQuery, Problem, Query};
use recourse_kernel::Role;
use serde::Deserialize;

use super::get_claim::READERS;
use super::summary::ClaimSummary;
use crate::queries;
use crate::queries::claims::Filter;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    policy: Option<String>,
    stage: Option<String>,
    provider: Option<String>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    AnyOrder(caller): AnyOrder,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<ClaimSummary>, Problem> {
    caller.only(READERS)?;
    let ListQuery { policy, stage, provider } = request;
    let buyer = (caller.role() == Role::Buyer).then(|| caller.principal.subject.clone());
    let filter = Filter { policy, stage, provider, buyer, order: caller.order };
    let after = page.cursor.as_deref();
    let rows = queries::claims::list(edge.pool(), &filter, after, page.rows()).await?;
    let items = rows.iter().map(ClaimSummary::from_row).collect();
    Ok(Page::of(items, &page, |item: &ClaimSummary| item.claim.to_string()))
}

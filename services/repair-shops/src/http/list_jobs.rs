//! `GET /v1/jobs?shop=&claim=&open=&cursor=`: jobs in the order of their ids; a shop sees only its
//! own.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Problem, Query};
use recourse_kernel::Role;
use serde::Deserialize;

use super::READERS;
use super::view::{JobSummary, summary};
use crate::queries::jobs::{self, Filter};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    shop: Option<String>,
    claim: Option<String>,
    open: Option<bool>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<JobSummary>, Problem> {
    caller.only(READERS)?;
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

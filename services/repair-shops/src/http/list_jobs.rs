//! `GET /v1/jobs?shop=&claim=&open=&cursor=`: jobs in the order of their ids; a shop sees only its
//! own.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::READERS;
use super::view::{JobSummary, summary};
use crate::queries::jobs::{self, Filter};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    shop: Option<String>,
    claim: Option<ClaimId>,
    open: Option<bool>,
}

pub(super) async fn answer(list: List<ListQuery>) -> Result<Page<JobSummary>, Problem> {
    let (caller, query, page) = (&list.caller, &list.query, &list.page);
    caller.only(READERS)?;
    let shop = if caller.role() == Role::Shop {
        let own = caller.principal.subject.clone();
        if query.shop.as_ref().is_some_and(|shop| *shop != own) {
            return Err(Problem::forbidden("a shop can list only its own jobs"));
        }
        Some(own)
    } else {
        query.shop.clone()
    };
    let filter =
        Filter { shop, claim: query.claim.map(|claim| claim.to_string()), open: query.open };
    let rows = jobs::list(list.pool(), &filter, page.cursor.as_deref(), page.rows()).await?;
    let items = rows.iter().filter_map(|(row, notes)| summary(row, notes)).collect();
    Ok(Page::of(items, page, JobSummary::key))
}

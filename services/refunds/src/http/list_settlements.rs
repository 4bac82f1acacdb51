//! `GET /v1/settlements?claim=&open=&cursor=&limit=`: settlements ordered by id. A buyer sees only
//! their own.

use recourse_edge::{AnyOrder, List, Page, Problem};
use recourse_kernel::{ClaimId, Role};
use serde::Deserialize;

use super::READERS;
use crate::projections::SettlementRow;
use crate::queries;
use crate::queries::settlements::Filter;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    claim: Option<ClaimId>,
    open: Option<bool>,
}

pub(super) async fn answer(
    list: List<ListQuery, (), AnyOrder>,
) -> Result<Page<SettlementRow>, Problem> {
    let (caller, query, page) = (&list.caller.0, &list.query, &list.page);
    caller.only(READERS)?;
    let filter = Filter {
        claim: query.claim,
        is_open: query.open,
        buyer: (caller.role() == Role::Buyer).then_some(caller.principal.subject.as_str()),
        order: caller.order,
    };
    let after = page.cursor.as_deref();
    let rows = queries::settlements::settlements(list.pool(), filter, after, page.rows()).await?;
    Ok(Page::of(rows, page, |row| row.settlement.to_string()))
}

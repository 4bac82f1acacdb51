//! `GET /v1/missing-facts?cursor=`: every order with waiting facts.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::Role;

use super::missing_facts::{MissingView, view};
use crate::queries;

pub(super) async fn answer(list: List) -> Result<Page<MissingView>, Problem> {
    let page = &list.page;
    list.caller.only(&[Role::Operator, Role::Auditor, Role::Adjuster])?;
    let rows = queries::waiting(list.pool(), page.cursor.as_deref(), page.rows()).await?;
    let items = rows.into_iter().map(|(order, kept)| view(order, None, kept)).collect();
    Ok(Page::of(items, page, |item: &MissingView| item.order.clone()))
}

//! `GET /v1/missing-facts?cursor=`: every order with waiting facts.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Problem};
use recourse_kernel::Role;

use super::missing_facts::{MissingView, view};
use crate::queries;

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    page: PageQuery,
) -> Result<Page<MissingView>, Problem> {
    caller.only(&[Role::Operator, Role::Auditor, Role::Adjuster])?;
    let rows = queries::waiting(edge.pool(), page.cursor.as_deref(), page.rows()).await?;
    let items = rows.into_iter().map(|(order, kept)| view(order, None, kept)).collect();
    Ok(Page::of(items, &page, |item: &MissingView| item.order.clone()))
}

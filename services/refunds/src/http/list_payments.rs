//! `GET /v1/payments?state=owed&cursor=&limit=`: payments ordered by id, for a payment gateway to
//! work through.

use axum::extract::State;
use recourse_edge::{Caller, Edge, Page, PageQuery, Problem, Query};
use recourse_kernel::Role;
use serde::Deserialize;

use crate::projections::{PaymentRow, PaymentState};
use crate::queries;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    state: Option<PaymentState>,
}

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Query(request): Query<ListQuery>,
    page: PageQuery,
) -> Result<Page<PaymentRow>, Problem> {
    caller.only(&[Role::Gateway, Role::Auditor, Role::Operator])?;
    let after = page.cursor.as_deref();
    let rows = queries::payments::in_state(edge.pool(), request.state, after, page.rows()).await?;
    Ok(Page::of(rows, &page, |row| row.payment.to_string()))
}
